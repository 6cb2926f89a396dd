"""How much of the personal data in labelled messages is taken out, by kind, and how often a plain question suffers.

Run it: uv run python benchmarks/personal_data.py [--show] [--json] [FILE ...]

A file is JSON lines of "text", "kinds" and perhaps "data" ([kind, value] pairs). Without one, four sets are measured:
the three that development used (the held-out one since its first run), and the fresh one, which is only run. Recall
counts a value as found where its kind was named and nothing that tells it is left. It ends with 1 if a bar is missed.
--show prints each miss and each false alarm.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.personal_data import Kind, is_answerable, scrub

ROOT = Path(__file__).parent.parent / "tests" / "data"
SETS = {
    "first": ROOT / "personal_data.jsonl",
    "development": ROOT / "personal_data_development.jsonl",
    "held out": ROOT / "personal_data_held_out.jsonl",
    "fresh": ROOT / "personal_data_fresh.jsonl",
}
LEAST_RECALL = {
    Kind.NI_NUMBER: 0.98,
    Kind.EMAIL: 0.98,
    Kind.PHONE: 0.98,
    Kind.CARD: 0.98,
    Kind.BANK_ACCOUNT: 0.98,
    Kind.ADDRESS: 0.90,
    Kind.DATE_OF_BIRTH: 0.90,
    Kind.NAME: 0.85,
    Kind.REFERENCE: 0.90,
}
MOST_FALSE_ALARMS = 0.01

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Message:
    """A labelled message: the kinds of data in it, and the values where they were marked."""

    text: str
    kinds: tuple[Kind, ...]
    data: tuple[tuple[Kind, str], ...]


@dataclass
class Score:
    """What became of the values of one kind: how many there were, and the messages with one that was missed."""

    total: int = 0
    missed: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """The share that was found, from 0 to 1."""
        return 1 - len(self.missed) / self.total if self.total else 1.0


@dataclass
class Figures:
    """The figures of one set. False alarms are as "before -> after"; a withheld one is not even answered."""

    scores: dict[Kind, Score]
    harmless: int = 0
    false_alarms: list[str] = field(default_factory=list)
    withheld: int = 0

    @property
    def false_alarm_rate(self) -> float:
        """The share of harmless messages that lost a word, from 0 to 1."""
        return len(self.false_alarms) / self.harmless if self.harmless else 0.0

    def broken_bars(self) -> Iterator[str]:
        """Each bar that these figures miss."""
        for kind, score in self.scores.items():
            if score.recall < LEAST_RECALL[kind]:
                yield f"{kind.value}: {score.recall:.1%} found, not {LEAST_RECALL[kind]:.0%}"
        if self.false_alarm_rate > MOST_FALSE_ALARMS:
            yield f"{self.false_alarm_rate:.1%} false alarms, more than {MOST_FALSE_ALARMS:.0%}"


def read(path: Path) -> list[Message]:
    """The messages of a file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        Message(
            row["text"],
            tuple(Kind[kind.upper()] for kind in row["kinds"]),
            tuple((Kind[kind.upper()], value) for kind, value in row.get("data", [])),
        )
        for row in rows
    ]


def measure(messages: Sequence[Message]) -> Figures:
    """How well the messages of one set are scrubbed."""
    figures = Figures({kind: Score() for kind in Kind})
    for message in messages:
        scrubbed = scrub(message.text)
        for kind, value in message.data or [(kind, "") for kind in message.kinds]:
            figures.scores[kind].total += 1
            if kind not in scrubbed.kinds or is_left(kind, value, message.text, scrubbed.text):
                figures.scores[kind].missed.append(f"{message.text!r} -> {scrubbed.text!r}")
        if not message.kinds:
            figures.harmless += 1
            if scrubbed.text != message.text:
                figures.false_alarms.append(f"{message.text!r} -> {scrubbed.text!r}")
                figures.withheld += not is_answerable(scrubbed)
    return figures


def is_left(kind: Kind, value: str, before: str, after: str) -> bool:
    """Whether a text still tells a value: any word of it with a digit, else any of four letters (of a name, two)."""
    elsewhere = {word.lower() for word in _WORD.findall(before.replace(value, " "))}
    words = [word.lower() for word in _WORD.findall(value) if word.lower() not in elsewhere]
    telling = [word for word in words if any(map(str.isdigit, word)) and len(word) > 1]
    telling = telling or [word for word in words if len(word) >= (2 if kind is Kind.NAME else 4)]
    left = {word.lower() for word in _WORD.findall(re.sub(r"\[[^\]]*\]", " ", after))}
    return any(word in left for word in telling)


def table(sets: dict[str, Figures]) -> Table:
    """The figures by kind, with their bars, a column for each set."""
    columns = Table("", "bar", *sets, title="Personal data found, by kind")
    for kind in Kind:
        scores = [figures.scores[kind] for figures in sets.values()]
        cells = [f"{score.recall:.1%} of {score.total}" if score.total else "" for score in scores]
        columns.add_row(kind.value, f">= {LEAST_RECALL[kind]:.0%}", *cells)
    alarms = [f"{figures.false_alarm_rate:.1%} of {figures.harmless}" for figures in sets.values()]
    columns.add_row("false alarms", f"<= {MOST_FALSE_ALARMS:.0%}", *alarms)
    columns.add_row("of these not answered", "", *[str(figures.withheld) for figures in sets.values()])
    return columns


def as_json(sets: dict[str, Figures]) -> dict[str, object]:
    """The figures for a script: recall by kind and the rate of false alarms, from 0 to 1."""
    return {
        name: {
            "recall": {kind.name.lower(): round(score.recall, 4) for kind, score in figures.scores.items()},
            "values": {kind.name.lower(): score.total for kind, score in figures.scores.items()},
            "false_alarms": round(figures.false_alarm_rate, 4),
            "harmless": figures.harmless,
        }
        for name, figures in sets.items()
    }


def _print_misses(console: Console, name: str, figures: Figures) -> None:
    for kind, score in figures.scores.items():
        for miss in score.missed:
            console.print(f"{name}: {kind.value}: {miss}", markup=False, highlight=False, soft_wrap=True)
    for alarm in figures.false_alarms:
        console.print(f"{name}: false alarm: {alarm}", markup=False, highlight=False, soft_wrap=True)


def main() -> int:
    """Measure, print, and say by the exit code whether every bar is held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--show", action="store_true", help="print the misses and false alarms")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    files = {path.stem: path for path in options.files} or SETS
    sets = {name: measure(read(path)) for name, path in files.items()}
    console = Console()
    if options.json:
        console.print_json(data=as_json(sets))
    else:
        console.print(table(sets))
    if options.show:
        for name, figures in sets.items():
            _print_misses(console, name, figures)
    broken = [f"{name}: {bar}" for name, figures in sets.items() for bar in figures.broken_bars()]
    console.print("\n".join(broken) if broken and not options.json else "", end="\n" if broken else "")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
