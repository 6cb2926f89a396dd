"""What became of the unseen texts, by file and system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from rivals.judging import Asked, at_most_as_wrong, fates
from rivals.systems import Rasa, System

QUESTION, EMERGENCY, NOTHING_FITS = "question", "emergency", "no answer fits"
BEST = "question, at the best threshold"
COLUMNS = ("file", "system", "asked", "right", "wrong", "offered", "refused", "threshold", "met")


def judged_lines(systems: Sequence[System], name: str, asked: Sequence[Sequence[Asked]]) -> Iterator[dict[str, Any]]:
    """Lines for the questions of a file, for emergencies, and for what no answer fits; Signpost's come first.

    Rasa has a second line for questions: at the threshold that would have served it best with no more wrong answers
    than Signpost. `met` says whether Signpost has more right answers, and fewer wrong ones.
    """
    ours = fates(one for one in asked[0] if _kind(one) == QUESTION)
    for system, every in zip(systems, asked):
        about = {"file": name, "system": system.name}
        for kind in (QUESTION, EMERGENCY, NOTHING_FITS):
            found = fates(one for one in every if _kind(one) == kind)
            is_barred = isinstance(system, Rasa) and kind == QUESTION
            if found["asked"]:
                yield {"what": kind, **about, **found, **({"met": _met(ours, found)} if is_barred else {})}
        if isinstance(system, Rasa) and ours["asked"]:
            yield {"what": BEST, **about, **_at_best(system, every, ours)}


def answer_table(judged: Sequence[Mapping[str, Any]]) -> Table:
    """The same lines for people."""
    table = Table("texts", *COLUMNS)
    for line in judged:
        met = ", ".join(f"{what}: {'yes' if holds else 'NO'}" for what, holds in line.get("met", {}).items())
        table.add_row(line["what"], *(str(line.get(name, "–")) for name in COLUMNS[:-1]), met or "–")
    return table


def every_answer(systems: Sequence[System], asked: Sequence[Sequence[Asked]]) -> Iterator[dict[str, Any]]:
    """What each system made of each text."""
    for same in zip(*asked):
        made = {
            system.name: {"given": one.reading.given, "offered": one.reading.offered, "fate": one.fate}
            for system, one in zip(systems, same)
        }
        yield {"text": same[0].text, "expected": same[0].expected, **made}


def _at_best(rasa: Rasa, every: Sequence[Asked], ours: Mapping[str, int]) -> dict[str, Any]:
    questions = [one for one in every if _kind(one) == QUESTION]
    best = at_most_as_wrong(questions, ours["wrong"], rasa.given)
    refused = len(questions) - int(best["right"]) - int(best["wrong"])
    return {"asked": len(questions), **best, "refused": refused, "met": {"more right": ours["right"] > best["right"]}}


def _met(ours: Mapping[str, int], theirs: Mapping[str, int]) -> dict[str, bool]:
    return {"more right": ours["right"] > theirs["right"], "fewer wrong": ours["wrong"] < theirs["wrong"]}


def _kind(asked: Asked) -> str:
    if not asked.expected:
        return NOTHING_FITS
    return QUESTION if asked.group == QUESTION else EMERGENCY
