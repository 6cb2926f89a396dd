"""The clock is put forward or back: nobody is left waiting for it, and nothing is given up over it.

What was written while the clock was wrong bears wrong times: those tests change the times in the database, which is all
that is left of a wrong clock once it has been put right. What goes on in the meantime gets another clock.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path

import pytest

from bot import reading
from bot.accounts import FAILURE_MINUTES, FAILURES, FAILURES_ELSEWHERE
from bot.answers import AnswerBase
from bot.communities import Communities
from bot.deliveries import Owed
from bot.messages import Given, Outcome, Reply
from bot.pauses import Pauses
from bot.places import ChannelSettings, Place
from bot.storage import outbox
from bot.storage.account_store import AccountStore
from bot.storage.build_store import BuildStore
from bot.storage.database import DATABASE_FILE
from bot.storage.digest_store import DigestStore
from bot.storage.outbox import Outbox, Pace
from bot.storage.pause_store import PauseStore, Scope
from connectors import delivery
from connectors.delivery import Delivery
from tests.bot.responder_bench import OVERHEARD
from tests.connectors.delivery_bench import BUSY, MAX_AGE, NEVER, Platform, says, still_owed
from tests.disk import Disk, post
from tests.faults.desk import Desk, outcomes
from tests.waiting import until

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
JUMPS = pytest.mark.parametrize("jump", [-HOUR, DAY, -YEAR], ids=["an hour back", "a day on", "a year back"])
AHEAD = pytest.mark.parametrize("ahead", [HOUR, DAY, YEAR], ids=["hour", "day", "year"])


class Wrong(datetime):
    """A clock that has been put forward or back, by `jump`."""

    jump = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """What the clock shows."""
        return datetime.now(tz) + cls.jump


def put(monkeypatch: pytest.MonkeyPatch, jump: timedelta) -> None:
    """Put the clock forward or back, for all that is about time in what follows."""
    for module in (delivery, outbox, reading):
        monkeypatch.setattr(module, "datetime", Wrong)
    monkeypatch.setattr(Wrong, "jump", jump)


@pytest.fixture
async def platform(disk: Disk) -> AsyncIterator[tuple[Platform, Delivery]]:
    """A platform, and the way there."""
    made = Platform()
    way = Delivery("discord", made.do, disk.outbox, MAX_AGE)
    yield made, way
    await way.close()


def shift(folder: Path, table: str, column: str, ahead: timedelta) -> None:
    """Let times of rows be as they would have been by a clock that was ahead."""
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as db:
        days = ahead / DAY
        db.execute(
            f"update {table} set {column} = strftime('%Y-%m-%dT%H:%M:%f+00:00', julianday({column}) + ?)", (days,)
        )
        db.commit()


@JUMPS
async def test_what_waits_is_delivered_and_not_too_old(
    disk: Disk, platform: tuple[Platform, Delivery], monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    """A reply that the platform takes at the second try is no older by the clock's being put right."""
    stage, way = platform
    stage.troubles = lambda owed: BUSY if len(stage.tries) < 3 else None
    stage.gate.clear()
    way.add([await disk.owe(says("yes"))])
    await until(lambda: stage.tries)
    put(monkeypatch, jump)
    stage.gate.set()
    await way.finish()
    assert stage.texts() == ["yes"] and await still_owed(disk) == []


@JUMPS
async def test_every_message_has_its_outcome(
    tmp_path: Path, answers: AnswerBase, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    """Questions, emergencies and edits are answered as before, cool-downs are as long, and no message counts twice."""
    with closing(Desk(tmp_path, answers)) as desk:
        bench, before = desk.bench, await desk.ask_all(range(6))
        bench.settle(person_cooldown_seconds=20)
        here = replace(OVERHEARD, author="al")
        assert (await bench.say("what is a dro", here, message_id="1")).outcome is Outcome.ANSWERED
        put(monkeypatch, jump)
        assert (await bench.say("what is pay", here, message_id="2")).outcome is Outcome.IGNORED_COOLDOWN
        bench.clock.advance(21)
        assert (await bench.say("what is a dro now", here, message_id="3")).outcome is Outcome.ANSWERED
        assert [one.outcome for one in await desk.ask_all(range(6, 12))] == [one.outcome for one in before]
        again = await desk.ask_all(range(12))
        assert {one.outcome for one in again} == {Outcome.IGNORED_DUPLICATE}
        help_now = await bench.edit("there is nothing left for me", here, message_id="3")
        assert help_now.outcome is Outcome.URGENT_HELP and help_now.owed
    assert len(outcomes(tmp_path)) == 15


@AHEAD
async def test_what_officials_owe_does_not_wait_for_the_clock(disk: Disk, ahead: timedelta) -> None:
    """What was owed, or posted last, while the clock was ahead holds nothing up once it has been put right."""
    pace = Outbox(disk.database, Pace(60, 6, 5), lambda owed: True)
    given = Reply("yes", given=Given("pay"))
    last = await disk.owe(post(reply=given, not_before=datetime.now(timezone.utc)))
    await pace.delivered(last, ["p1"])
    second = await disk.owe(post(reply=given, not_before=datetime.now(timezone.utc)))
    assert await pace.due("discord", ()) == []
    for column in ("delivered_at", "not_before", "created_at"):
        shift(disk.folder, "outbox", column, ahead)
    (due,) = await pace.due("discord", ())
    assert due.id == second.id


@AHEAD
async def test_a_digest_does_not_wait_for_the_clock(disk: Disk, ahead: timedelta) -> None:
    """One that was made while the clock was ahead is no reason to make none."""
    place, store = Place("discord", "parents", "staff"), DigestStore(disk.database)
    communities = Communities(disk.store, ChannelSettings(), ())
    await communities.change(Place("discord", "parents"), {"digest_channel": "staff"}, "mod")
    before = datetime.now(timezone.utc) - HOUR
    assert await store.owe(place, (), before, lambda number: Reply("new")) and await store.due(before) == []
    shift(disk.folder, "digests", "made_at", ahead)
    assert await store.due(before) == [place]
    assert await store.owe(place, (), before, lambda number: Reply("new"))


@AHEAD
async def test_nobody_is_locked_out_by_the_clock(disk: Disk, ahead: timedelta) -> None:
    """Attempts to sign in that failed while the clock was ahead are forgotten."""
    store, most = AccountStore(disk.database), (FAILURES, FAILURES_ELSEWHERE)

    async def attempt() -> int | None:
        return await store.begin_attempt("ann@example.org", "1.2.3.4", FAILURE_MINUTES, most)

    for _ in range(FAILURES):
        assert await attempt()
    assert await attempt() is None
    shift(disk.folder, "sign_in_failures", "at", ahead)
    assert await attempt()


@AHEAD
async def test_a_build_that_died_does_not_seem_alive(disk: Disk, ahead: timedelta) -> None:
    """Though it was last heard of at a time that is yet to come."""
    store = BuildStore(disk.database)
    await store.start(None, "ann")
    assert await store.running()
    shift(disk.folder, "builds", "touched_at", ahead)
    assert await store.running() is None


async def test_pauses_follow_the_clock(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was set for some time holds again once the clock has been put right; one without end, always."""
    made = Pauses(PauseStore(disk.database), lambda: Wrong.now(timezone.utc))
    now = datetime.now(timezone.utc)
    await made.pause(Scope.EVERYTHING, "", "election", "ann", ends_at=now + HOUR)
    assert made.now().is_quiet_in(Place("discord", "parents"))
    put(monkeypatch, DAY)
    assert not made.now().is_quiet_in(Place("discord", "parents"))
    put(monkeypatch, timedelta(0))
    assert made.now().is_quiet_in(Place("discord", "parents"))


async def test_an_old_reply_is_dropped_by_the_other_clock(
    disk: Disk, platform: tuple[Platform, Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is too old to be of use is known without the clock, which may stand still."""
    stage, way = platform
    way._max_age = 0.2
    stage.troubles = lambda owed: BUSY
    put(monkeypatch, -YEAR)
    owed: Owed = await disk.owe(says("yes"))
    way.add([owed])
    await asyncio.wait_for(way.finish(), NEVER)
    assert stage.texts() == [] and await still_owed(disk) == []
