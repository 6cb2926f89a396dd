"""Start-up and memory, side by side: `signpost ask` and the same question through Rasa's own Agent.

Run it with a release built: uv run python benchmarks/side_by_side.py [--data var] [--rounds 3]
The two take turns, so that a machine that speeds up or slows down does so for both. Figures are whole processes';
memory is that of the process that holds the model, at its peak.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bot.app import open_project

QUESTION = "how much is smp after the first six weeks"
RASA = """
import asyncio, sys
from rasa.core.agent import Agent
agent = Agent.load(sys.argv[1])
asyncio.run(agent.parse_message(sys.argv[2]))
"""
MEMORY = """
import resource, sys, tempfile
from pathlib import Path
if sys.argv[3] == "rasa":
    import asyncio
    from rasa.core.agent import Agent
    asyncio.run(Agent.load(sys.argv[1]).parse_message(sys.argv[2]))
else:
    from nlu.trained_model import TrainedModel
    with tempfile.TemporaryDirectory() as folder:
        TrainedModel.load(Path(sys.argv[1]), Path(folder)).rank(sys.argv[2])
unit = 1 if sys.platform == "darwin" else 1024
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20)
"""


def main() -> None:
    """Measure both and print the medians and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("var"))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    model = str(open_project(options.data).releases.current().model)
    ours = [sys.executable, "-m", "bot", "ask", QUESTION, "--data", str(options.data)]
    theirs = [sys.executable, "-c", RASA, model, QUESTION]
    times = [(_seconds(ours), _seconds(theirs)) for _ in range(options.rounds)]
    memory = [(_memory(model, "lean"), _memory(model, "rasa")) for _ in range(options.rounds)]
    _report("start to reply", "s", times, bar=0.25)
    _report("memory of the process with the model", "MB", memory, bar=0.5)


def _report(name: str, unit: str, pairs: list[tuple[float, float]], bar: float) -> None:
    ours, theirs = (statistics.median(column) for column in zip(*pairs))
    figures = {"signpost": round(ours, 2), "rasa_agent": round(theirs, 2), "ratio": round(ours / theirs, 3)}
    print(json.dumps({"what": name, "unit": unit, **figures, "bar": bar}))


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    _run(command)
    return time.perf_counter() - started


def _memory(model: str, runtime: str) -> float:
    return float(_run([sys.executable, "-c", MEMORY, model, QUESTION, runtime]).strip().splitlines()[-1])


def _run(command: list[str]) -> str:
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


if __name__ == "__main__":
    main()
