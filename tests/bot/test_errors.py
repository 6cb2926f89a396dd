"""Work that comes round again outlives what goes wrong with it."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.errors import QuestionLogError, tried_again
from tests.waiting import end

logger = logging.getLogger(__name__)


@pytest.mark.parametrize(
    ("error", "told", "has_trace"),
    [
        (QuestionLogError("The disk is full."), "The disk is full.", False),
        (RuntimeError("what"), "It went wrong.", True),
    ],
)
def test_what_goes_wrong_is_told(
    caplog: pytest.LogCaptureFixture, error: Exception, told: str, has_trace: bool
) -> None:
    """A fault that has words of its own in those; what nobody expected with its place."""
    with tried_again(logger, "It went wrong."):
        raise error
    (record,) = caplog.records
    assert (record.getMessage(), record.exc_info is not None) == (told, has_trace)


async def test_it_can_be_cancelled() -> None:
    """Being told to end is nothing that goes wrong."""

    async def work() -> None:
        while True:
            with tried_again(logger, "It went wrong."):
                await asyncio.sleep(60)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await end(task)
