"""What to do with a prediction: answer, offer, refuse or keep silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.classifier import Prediction
from bot.messages import Candidate, Outcome

MAX_OFFERED = 3


@dataclass(frozen=True)
class Thresholds:
    """The bars that a release was built with, all from cross-validation; see nlu.thresholds.

    `addressed` and `overheard` are the confidence that an answer needs; `offer` is what the best answer needs to be
    offered, where the bot was addressed but isn't sure; `urgent` is the urgency from which urgent help is given.
    """

    addressed: float
    overheard: float
    offer: float
    urgent: float


@dataclass(frozen=True)
class Decision:
    """An outcome, and the answers that go with it.

    `also` is a second answer that the text asks for, beside the one given; `nation` is the one that a conversation is
    about, where the text names none.
    """

    outcome: Outcome
    candidates: tuple[Candidate, ...] = ()
    also: str = ""
    nation: str = ""


def decide(prediction: Prediction, thresholds: Thresholds, addressed: bool) -> Decision:
    """Choose the outcome of a text that is no emergency."""
    return _decide_addressed(prediction, thresholds) if addressed else _decide_overheard(prediction, thresholds)


def _decide_addressed(prediction: Prediction, thresholds: Thresholds) -> Decision:
    best = best_of(prediction)
    if prediction.small_talk:
        return Decision(Outcome.SMALL_TALK)
    if best.confidence >= thresholds.addressed:
        return Decision(Outcome.ANSWERED, (best,))
    if best.confidence >= thresholds.offer:
        return Decision(Outcome.CLARIFY, prediction.ranking[:MAX_OFFERED])
    return Decision(_why_not(prediction))


def _decide_overheard(prediction: Prediction, thresholds: Thresholds) -> Decision:
    best = best_of(prediction)
    if prediction.small_talk or prediction.out_of_scope >= 0.5:
        return Decision(Outcome.IGNORED_NOT_A_QUESTION)
    if best.confidence >= thresholds.overheard:
        return Decision(Outcome.ANSWERED, (best,))
    return Decision(Outcome.IGNORED_NOT_CONFIDENT)


def best_of(prediction: Prediction) -> Candidate:
    """The best answer, or one beneath every bar (a bar may be 0) where there is none."""
    return prediction.ranking[0] if prediction.ranking else Candidate("", -1.0)


def _why_not(prediction: Prediction) -> Outcome:
    """The reason for a refusal, as officials will read it in the log."""
    if prediction.out_of_scope >= 0.5:
        return Outcome.UNANSWERED_OUT_OF_SCOPE
    confidences = [candidate.confidence for candidate in prediction.ranking[:2]]
    if len(confidences) == 2 and confidences[1] >= 0.5 * confidences[0]:
        return Outcome.UNANSWERED_AMBIGUOUS
    return Outcome.UNANSWERED_LOW_CONFIDENCE


def without_answers(decision: Decision, is_left_out: Callable[[str], bool], refused: Outcome) -> Decision:
    """A decision as it stands where some answers are not given; `refused` is the outcome where nothing is left."""
    if decision.outcome not in (Outcome.ANSWERED, Outcome.CLARIFY):
        return decision
    kept = tuple(candidate for candidate in decision.candidates if not is_left_out(candidate.answer))
    if kept and (decision.outcome is Outcome.CLARIFY or kept[0] == decision.candidates[0]):
        also = "" if is_left_out(decision.also) else decision.also
        return replace(decision, candidates=kept, also=also)
    return Decision(refused, decision.candidates)
