"""Replies to an answer, such as "and for twins?": read with that answer in mind."""

from __future__ import annotations

from bot.classifier import Prediction
from bot.decision import MAX_OFFERED, Decision, Thresholds, best_of, decide
from bot.messages import Candidate, Outcome


def read_follow_up(alone: Prediction, behind: Prediction, after: str, nation: str, thresholds: Thresholds) -> Decision:
    """What to do with a reply to the answer `after`.

    `alone` is what the model makes of the reply, `behind` what it makes of it behind that answer's title, and `nation`
    the one that the reply names.
    """
    own = decide(alone, thresholds, addressed=True)
    context = decide(behind, thresholds, addressed=True)
    if own.outcome is Outcome.SMALL_TALK or _stands_alone(own, best_of(behind), after, thresholds):
        return own
    if context.outcome is Outcome.ANSWERED and context.candidates[0].answer != after:
        return context
    replied_to = next((c for c in behind.ranking if c.answer == after), Candidate(after, 0.0))
    if nation:
        return Decision(Outcome.ANSWERED, (replied_to,))
    return Decision(Outcome.CLARIFY, _offered(own, behind, replied_to))


def _stands_alone(own: Decision, context: Candidate, after: str, thresholds: Thresholds) -> bool:
    """Whether a text is sure by itself, and very sure where the context points back to the answer replied to."""
    if own.outcome is not Outcome.ANSWERED:
        return False
    best = own.candidates[0]
    return best.confidence >= thresholds.overheard or best.answer == after or context.answer != after


def _offered(own: Decision, behind: Prediction, replied_to: Candidate) -> tuple[Candidate, ...]:
    """The answer replied to, the one that the text alone is sure of, and the best of the ranking in context."""
    needed = (replied_to, *(own.candidates if own.outcome is Outcome.ANSWERED else ()))
    slugs = {candidate.answer for candidate in needed}
    offered = (*needed, *(c for c in behind.ranking if c.answer not in slugs))[:MAX_OFFERED]
    return tuple(sorted(offered, key=lambda candidate: candidate.confidence, reverse=True))
