"""Another process holds the database for a while: nobody waits long, each has an outcome, and nothing is lost.

`benchmarks/faults.py` plays this with `signpost run` and a lock of 30 seconds.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot import wording
from bot.answers import AnswerBase
from bot.deliveries import Button, ButtonKind, Press
from bot.messages import Outcome, Response
from bot.places import Place
from bot.storage.database import DATABASE_FILE
from tests.bot.responder_bench import held
from tests.faults.desk import TEXTS, Desk, assert_sound, logged, outcomes, rows

HOLDER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("begin exclusive")
print("held", flush=True)
sys.stdin.readline()
"""
PATIENCE = 0.3
USUAL = (Outcome.ANSWERED, Outcome.IGNORED_NOT_A_QUESTION, Outcome.URGENT_HELP)


@contextmanager
def locked(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process holds the database until it is given a line, or in the end."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder / DATABASE_FILE)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout and holder.stdout.readline() == "held\n"
    try:
        yield holder
    finally:
        holder.communicate("\n")


def assert_told(responses: list[Response], begin: int, may_fail: bool) -> None:
    """Each got what it usually gets; or a question, an error that says so."""
    for number, response in enumerate(responses, begin):
        usual = USUAL[number % len(TEXTS)]
        if usual is Outcome.ANSWERED and may_fail:
            assert response.outcome is Outcome.ERROR_QUESTION_LOG
            assert response.reply and response.reply.body == wording.ERRORS[Outcome.ERROR_QUESTION_LOG]
        else:
            assert response.outcome is usual


@pytest.mark.timeout(400)
async def test_nobody_is_left_in_silence(tmp_path: Path, answers: AnswerBase) -> None:
    """All of a crowd are told within one wait, not one after the other; what they were told is what is written."""
    with closing(Desk(tmp_path, answers, PATIENCE)) as desk, logged() as lines:
        assert_told(await desk.ask_all(range(10)), 0, may_fail=False)
        with locked(tmp_path) as holder:
            # Each wait for itself would take twice as long.
            told = await asyncio.wait_for(desk.ask_all(range(10, 1010)), 1000 * PATIENCE / 2)
            assert holder.poll() is None
        assert_told(told, 10, may_fail=True)
        assert_told(await desk.ask_all(range(1010, 1020)), 1010, may_fail=False)
    found = outcomes(tmp_path)
    assert {f"m{number}": response.outcome.value for number, response in enumerate(told, 10)}.items() <= found.items()
    assert len(found) == 1020 and all(times == 1 for times in desk.posted.values())
    assert len([number for number in range(1020) if desk.posted[f"m{number}"]]) == 1020 - 340
    assert [line for line in lines if "another process holds it" in line] == [
        f"The question log {desk.bench.database.path} can't be used: another process holds it; stop that process or "
        "try again."
    ]
    assert len([line for line in lines if "can be written again; 1000 questions" in line]) == 1
    assert_sound(tmp_path)


async def test_a_short_wait_is_noticed_by_nobody(tmp_path: Path, answers: AnswerBase) -> None:
    """Where the other process lets go in time, all are answered as usual, once, and nothing is logged."""
    with closing(Desk(tmp_path, answers, busy_seconds=60)) as desk, logged() as lines:
        with locked(tmp_path):
            asking = asyncio.create_task(desk.ask_all(range(30)))
            await asyncio.sleep(0.1)
            assert not asking.done()
        assert_told(await asking, 0, may_fail=False)
    assert len(outcomes(tmp_path)) == 30 and all(times == 1 for times in desk.posted.values())
    assert not lines


async def test_patience_comes_back(tmp_path: Path, answers: AnswerBase) -> None:
    """After an outage, another process's turn is waited for as before."""
    with closing(Desk(tmp_path, answers, PATIENCE)) as desk:
        with held(tmp_path):
            assert_told([await desk.ask(0)], 0, may_fail=True)
        assert_told([await desk.ask(3)], 3, may_fail=False)
        ((patience,),) = desk.bench.database.run_now(lambda: desk.bench.database.fetch("pragma busy_timeout"))
        assert patience == PATIENCE * 1000


async def test_a_press_meanwhile_says_that_it_was_not_noted(tmp_path: Path, answers: AnswerBase) -> None:
    """Whoever votes is told that it can't be noted, and can vote again."""
    with closing(Desk(tmp_path, answers, PATIENCE)) as desk:
        response = await desk.ask(0)
        post = f"post {response.owed[0].id}"
        press = Press(Place("discord", "parents", "c0"), post, "jo", Button(ButtonKind.HELPFUL))
        with held(tmp_path):
            assert (await desk.desk.press(press)).word == wording.CANNOT_NOTE
        await desk.desk.press(press)
    assert rows(tmp_path, "select helpful from feedback") == [(1,)]
