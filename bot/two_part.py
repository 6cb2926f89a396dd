"""Texts that ask for two things, as in "how much is smp and can i get uc on top"."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

from bot.classifier import Classifier
from bot.decision import MAX_OFFERED, Decision, Thresholds, decide
from bot.messages import Candidate, Outcome

MIN_WORDS = 3
MAX_SPLITS = 1

_OPENERS = "how|what|whats|when|whens|where|wheres|who|which|can|could|do|does|is|are|am|will|would|should"
_JOINT = re.compile(
    rf"(?:\s*[?.;]+\s+|\s*\n\s*|,?\s+(?=(?:and|also|plus|&)\s)|,\s+)(?:(?:and|also|plus|then|&)\s+)*(?=(?:{_OPENERS})\b)",
    re.IGNORECASE,
)
"""Where a second question may begin. Each part costs as much as a whole text, so a mere comma or "and" is no joint."""
_ASKS = re.compile(rf"\?|\b(?:{_OPENERS})\b", re.IGNORECASE)


def splits(text: str) -> list[tuple[str, str]]:
    """The ways to split a text at a joint into two parts that may each be a question, the evenest first."""
    pairs = [(text[: joint.start()].strip(), text[joint.end() :].strip()) for joint in _JOINT.finditer(text)]
    long_enough = [pair for pair in pairs if min(len(part.split()) for part in pair) >= MIN_WORDS]
    return sorted(
        (pair for pair in long_enough if _ASKS.search(pair[0])), key=lambda pair: abs(len(pair[0]) - len(pair[1]))
    )[:MAX_SPLITS]


async def with_parts(decision: Decision, text: str, classifier: Classifier, thresholds: Thresholds) -> Decision:
    """The decision on a whole text, and the other answer that a part of it asks for. Raises ClassifierError.

    The answer given stays the same. Where none is given, two that are asked for are offered before the others.
    """
    if not (decision.outcome is Outcome.ANSWERED or decision.outcome.is_unanswered):
        return decision
    asked_for = await _asked_for(splits(text), classifier, thresholds)
    if decision.outcome is Outcome.ANSWERED:
        given = decision.candidates[0].answer
        return replace(decision, also=next((best.answer for best in asked_for if best.answer != given), ""))
    return _offering(asked_for[:2], decision) if len(asked_for) > 1 else decision


async def _asked_for(pairs: list[tuple[str, str]], classifier: Classifier, thresholds: Thresholds) -> list[Candidate]:
    """The answers that parts are sure of, each once, the surest first.

    Half a text is easily misread, so a part needs more than a text does: half-way to the bar of what is overheard.
    """
    bar = (thresholds.addressed + thresholds.overheard) / 2
    predictions = await asyncio.gather(*(classifier.parse(part) for pair in pairs for part in pair))
    decisions = [decide(prediction, replace(thresholds, addressed=bar), addressed=True) for prediction in predictions]
    sure = [decision.candidates[0] for decision in decisions if decision.outcome is Outcome.ANSWERED]
    surest = {best.answer: best for best in sorted(sure, key=lambda best: best.confidence)}
    return sorted(surest.values(), key=lambda best: best.confidence, reverse=True)


def _offering(both: list[Candidate], decision: Decision) -> Decision:
    slugs = {candidate.answer for candidate in both}
    others = [candidate for candidate in decision.candidates if candidate.answer not in slugs]
    return replace(decision, outcome=Outcome.CLARIFY, candidates=(*both, *others)[:MAX_OFFERED])
