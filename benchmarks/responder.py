"""One question through the whole Responder against the encoder's own time, in the same run.

Run it with a release built: uv run python benchmarks/responder.py [--data var] [--questions 300]
The model is warm, one question is in hand at a time, the log is on (in a temporary folder), and every question goes to
the encoder alone and through the Responder, one after the other.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bot.app import open_project
from bot.app.project import HELD_OUT_FILE
from bot.app.serving import serving
from bot.messages import Message
from bot.release_builder import read_labelled
from nlu.encoder import Encoder
from nlu.encoder_file import install_encoder


async def measure(data: Path, count: int) -> dict[str, float]:
    """The medians in milliseconds, and their ratio."""
    project = open_project(data)
    release = project.releases.current()
    texts = [line.text for line in read_labelled(project.root / HELD_OUT_FILE)[:count]]
    encoding, responding = [], []
    with tempfile.TemporaryDirectory() as folder:
        install_encoder(Path(folder))
        encoder = Encoder(Path(folder))
        async with serving(replace(project, data=Path(folder)), release, record=True) as service:
            for number, text in enumerate([*texts[:20], *texts]):
                started = time.perf_counter()
                encoder.encode(text)
                encoded = time.perf_counter()
                await service.responder.respond(Message(text, channel=str(number), author=str(number)))
                encoding.append(encoded - started)
                responding.append(time.perf_counter() - encoded)
    alone, whole = (statistics.median(times[20:]) * 1000 for times in (encoding, responding))
    return {
        "encoder_ms": round(alone, 2),
        "responder_ms": round(whole, 2),
        "ratio": round(whole / alone, 2),
        "bar": 2.5,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("var"))
    parser.add_argument("--questions", type=int, default=300)
    options = parser.parse_args()
    print(json.dumps(asyncio.run(measure(options.data, options.questions))))


if __name__ == "__main__":
    main()
