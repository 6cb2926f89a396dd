"""What became of unseen questions: right, wrong, offered or refused, the same for every system."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rivals.systems import Reading

AMBIGUITY = 0.1
"""What Rasa's fallback wants between the two best intents."""


@dataclass(frozen=True)
class Asked:
    """A text, the slug that is right for it ("" where nothing is to be given), and what a system made of it."""

    text: str
    expected: str
    reading: Reading
    seconds: float
    group: str = ""

    @property
    def fate(self) -> str:
        """What was given is right or wrong (urgent help for a question is wrong); else it was offered or refused."""
        if self.reading.given:
            return "right" if self.reading.given == self.expected else "wrong"
        return "offered" if self.expected in self.reading.offered else "refused"


def fates(asked: Iterable[Asked]) -> dict[str, int]:
    """How many had each fate, and how many there were."""
    found = [one.fate for one in asked]
    return {"asked": len(found), **{fate: found.count(fate) for fate in ("right", "wrong", "offered", "refused")}}


def at_most_as_wrong(asked: Sequence[Asked], wrong: int, given: Callable[[str], str]) -> dict[str, float]:
    """What Rasa would have made of texts at the threshold that is best for it: most right, no more than `wrong` wrong.

    Chosen on these very texts, with the fallback's second rule (ambiguity) or without, whichever serves Rasa better.
    `given` is the slug that an intent gives.
    """
    found = [_best_bar(asked, wrong, given, apart) for apart in (AMBIGUITY, 0.0)]
    return max(found, key=lambda figures: figures["right"])


def _best_bar(asked: Sequence[Asked], wrong: int, given: Callable[[str], str], apart: float) -> dict[str, float]:
    """Lower the threshold from text to text, the surest first, while the wrong answers are not too many."""
    best = {"threshold": 1.0, "ambiguity_threshold": apart, "right": 0, "wrong": 0}
    right_so_far = wrong_so_far = 0
    surest_first = sorted((one for one in asked if _margin(one.reading) >= apart), key=_confidence, reverse=True)
    for place, one in enumerate(surest_first):
        slug = given(one.reading.ranking[0][0])
        right_so_far += slug == one.expected != ""
        wrong_so_far += slug not in ("", one.expected)
        if wrong_so_far > wrong:
            break
        is_last_of_its_kind = place + 1 == len(surest_first) or _confidence(surest_first[place + 1]) < _confidence(one)
        if is_last_of_its_kind and right_so_far > best["right"]:
            best = {
                "threshold": round(_confidence(one), 4),
                "ambiguity_threshold": apart,
                "right": right_so_far,
                "wrong": wrong_so_far,
            }
    return best


def _confidence(asked: Asked) -> float:
    return asked.reading.ranking[0][1]


def _margin(reading: Reading) -> float:
    """How far the best intent is from the next; less than nothing where there is none."""
    confidences = [confidence for _, confidence in reading.ranking[:2]]
    if not confidences:
        return -1.0
    return confidences[0] - (confidences[1] if len(confidences) > 1 else 0.0)
