"""What the bot needs of a classifier, whichever it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from bot.messages import Candidate, Meant

MAX_CANDIDATES = 10
"""How many answers of a ranking are kept: the rest of it says nothing."""


class Kind(str, Enum):
    """What an intent stands for. The NLU files say it in the intent's metadata; without one it is an answer."""

    ANSWER = "answer"
    URGENT = "urgent"
    SMALL_TALK = "small_talk"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True)
class Prediction:
    """What a model makes of one text. All confidences run from 0 to 1.

    `ranking` holds the answers that the text may be asking for, best first; `out_of_scope` is how likely it is that no
    answer fits. `small_talk` names a chit-chat intent where that is what the text most likely is. `urgent` ranks the
    urgent-help messages, and `urgency` is how likely it is that one of them is needed. `nearest_similarity` is the
    cosine between the text and the known question nearest to it. `meant` is what the text means, where that is told.
    """

    ranking: tuple[Candidate, ...]
    out_of_scope: float
    urgency: float = 0.0
    urgent: tuple[Candidate, ...] = ()
    small_talk: str = ""
    nearest_similarity: float = 0.0
    meant: Meant | None = None


@dataclass(frozen=True)
class Judged:
    """A prediction for a text that the model had not seen, with what the text really was.

    `expected` is the slug of the right answer or urgent-help message, and "" where no answer is right.
    `addressed` says how the text was met; None where it may be met either way.
    """

    text: str
    kind: Kind
    expected: str
    prediction: Prediction
    addressed: bool | None = None

    @property
    def confidence(self) -> float:
        """The confidence of the best answer."""
        return self.prediction.ranking[0].confidence if self.prediction.ranking else 0.0

    @property
    def is_right(self) -> bool:
        """Whether the best answer is the right one."""
        return bool(self.prediction.ranking) and self.prediction.ranking[0].answer == self.expected


class Classifier(Protocol):
    """Anything that turns a text into a Prediction."""

    async def parse(self, text: str) -> Prediction:
        """Classify one text.

        Raises ClassifierError where no prediction can be had: ReadingError where it is for the text itself.
        """
        ...

    async def close(self) -> None:
        """Let go of whatever the classifier holds. Safe to call twice."""
        ...
