"""What the Responder's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.answers import AnswerBase, load_answer_base
from tests.bot.responder_bench import Bench, opened
from tests.factories import answer_file, rates_file, urgent_file


@pytest.fixture(scope="session")
def served_answers(tmp_path_factory: pytest.TempPathFactory) -> AnswerBase:
    """Three answers, one with a text for Scotland, and two urgent-help messages."""
    folder = tmp_path_factory.mktemp("answers")
    rates_file(folder)
    answer_file(folder, "pay")
    answer_file(folder, "dro", service="debt", title="Debt relief orders", body="A DRO lasts 12 months.")
    answer_file(
        folder, "breathing_space", service="debt", title="Breathing space", nations="[england, wales]",
        body="It lasts 60 days.\n\n## Scotland\n\nIt is called a moratorium.",
    )  # fmt: skip
    for slug, alert in (("suicide", "true"), ("no_food", "false")):
        urgent_file(folder, slug, alert, title=f"Help now with {slug}")
    return load_answer_base(folder)


@pytest.fixture
def bench(tmp_path: Path, served_answers: AnswerBase) -> Iterator[Bench]:
    """A Responder that has not spoken yet."""
    with opened(tmp_path, served_answers, busy_seconds=0.02) as made:
        yield made
