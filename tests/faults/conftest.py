"""What the tests of faults share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.answers import AnswerBase
from tests.faults.desk import Desk, answers_in


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> AnswerBase:
    """Two answers and two urgent-help messages."""
    return answers_in(tmp_path_factory.mktemp("answers"))


@pytest.fixture
def desk(tmp_path: Path, answers: AnswerBase) -> Iterator[Desk]:
    """A desk that has answered nothing yet."""
    with closing(Desk(tmp_path, answers)) as made:
        yield made
