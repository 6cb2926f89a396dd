"""What the bot needs of whatever knows the meaning of questions, whichever it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

VECTOR_BYTES = 768
"""A sentence vector as it is kept: 384 half-precision numbers."""


@dataclass(frozen=True)
class Understood:
    """What a text means: its sentence vector, and by slug what the model scores for answers that it may ask for."""

    vector: bytes
    scores: dict[str, float]


@dataclass(frozen=True)
class Asked:
    """A question to be grouped. Its vector must be held."""

    id: int
    text: str
    scores: Mapping[str, float]


@dataclass(frozen=True)
class Labels:
    """The theme and the subject of each question, in the order in which they were given, each numbered from 0."""

    themes: list[int]
    subjects: list[int]


@dataclass(frozen=True)
class Company:
    """The questions that an added one belongs with, the most alike first.

    `like` are of its theme and `beside` of its subject; there are none where it begins a theme, or a subject.
    """

    like: tuple[int, ...]
    beside: tuple[int, ...]


@dataclass(frozen=True)
class Near:
    """A held question, and the cosine between it and a text."""

    id: int
    likeness: float


class Meaning(Protocol):
    """Knows vectors by the question's id, and one grouping of some of them.

    Everything raises ClassifierError, and all that was held is gone, where it fails; `load` begins anew.
    """

    @property
    def is_loaded(self) -> bool:
        """Whether there is a model to ask."""
        ...

    async def load(self, archive: Path, answers: Sequence[str]) -> str:
        """Use a release's model, of which some intents are answers. What is held stays.

        Returns a name for the sentence encoder: vectors of encoders with different names can't be compared.
        """
        ...

    async def understand(self, texts: Sequence[str]) -> list[Understood]:
        """The meaning of some texts, in their order."""
        ...

    async def score(self, ids: Sequence[int], texts: Sequence[str]) -> list[dict[str, float]]:
        """The scores of held questions, where only the model has changed."""
        ...

    async def hold(self, ids: Sequence[int], vectors: Sequence[bytes]) -> None:
        """Hold questions' vectors, in place of those held before of the same questions."""
        ...

    async def forget(self, ids: Sequence[int]) -> None:
        """Hold some questions no longer."""
        ...

    async def group(self, questions: Sequence[Asked]) -> Labels:
        """Group questions, in place of the grouping before. Meanwhile, everything else can be asked."""
        ...

    async def add(self, questions: Sequence[Asked]) -> list[Company]:
        """Add questions to the grouping, and tell what each belongs with: one that was added before it, too."""
        ...

    async def middles(self, groups: Sequence[Sequence[int]]) -> list[int]:
        """The question nearest the middle of each group; none may be empty."""
        ...

    async def nearest(self, text: str, count: int) -> list[Near]:
        """The held questions nearest to a text by meaning, nearest first."""
        ...

    async def stop(self) -> None:
        """Let go of everything. Safe to call twice."""
        ...
