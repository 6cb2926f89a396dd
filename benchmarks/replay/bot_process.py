"""`python -m replay.bot_process`: the bot as `signpost run` wires it, on platforms of the benchmark's own."""

from __future__ import annotations

import asyncio
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bot.app import open_project
from bot.app.platforms import serving_health
from bot.app.serving import serving
from bot.running import run_connectors, running, stop_signals
from replay.crowd import CrowdConnector, Plan

PLATFORMS = ("discord", "telegram")


@dataclass(frozen=True)
class Task:
    """What the process is to do: its standard input, as JSON. The votes and those at work are shared out evenly."""

    data: str
    texts: str
    messages: int
    votes: int
    in_hand: int
    voters: int
    seed: int
    overrides: list[str]

    def connectors(self) -> list[CrowdConnector]:
        """Every platform with its share, and the file in which its tally will be."""
        step = len(PLATFORMS)
        return [
            CrowdConnector(
                name,
                Plan(
                    Path(self.texts),
                    self.messages,
                    first,
                    step,
                    len(range(first, self.votes, step)),
                    self.in_hand // step,
                    self.voters // step,
                    self.seed + first,
                ),
                tally_of(Path(self.data), name),
            )
            for first, name in enumerate(PLATFORMS)
        ]


def tally_of(folder: Path, platform: str) -> Path:
    """Where a platform's tally is, once all have had their say."""
    return folder / f"tally-{platform}.json"


async def _run(task: Task) -> None:
    project = open_project(Path(task.data), overrides=["health.port=0", *task.overrides])
    connectors = task.connectors()
    async with (
        serving_health(project.settings.health, connectors) as address,
        serving(project, project.releases.current(), record=True) as service,
        running(service.keep_fresh()),
    ):
        assert service.desk is not None
        print(f"Health and metrics: {address}", file=sys.stderr, flush=True)
        with stop_signals() as stopping:
            errors = await run_connectors(connectors, service.desk, stopping)
    sys.exit("\n".join(map(str, errors)) or 0)


def main() -> None:
    """Read the task and carry it out, until told to stop."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    asyncio.run(_run(msgspec.json.decode(sys.stdin.buffer.read(), type=Task)))


if __name__ == "__main__":
    main()
