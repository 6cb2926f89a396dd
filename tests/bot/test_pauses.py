"""Pauses: set, ended, started and ended by the clock, seen by other processes, and kept for good."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

import pytest

from bot import pauses as module
from bot.answers import AnswerBase
from bot.errors import PauseError, QuestionLogError
from bot.messages import Outcome
from bot.pauses import MAX_REASON, Paused, Pauses
from bot.places import Place
from bot.storage.pause_store import PauseStore, Scope
from tests.disk import Disk, locked
from tests.waiting import end, until

ROOM = Place("discord", "parents", "general")
PRIVATE = Place("discord", "", "with jo")
NOW = datetime.now(timezone.utc).replace(microsecond=0)
DAY = timedelta(days=1)


class Calendar:
    """A clock that a test moves."""

    def __init__(self) -> None:
        """Start now: the database itself goes by the real time."""
        self.now = NOW

    def __call__(self) -> datetime:
        """The time that it is."""
        return self.now


@pytest.fixture
def calendar() -> Calendar:
    """The time that it is for the pauses."""
    return Calendar()


@pytest.fixture
def pauses(disk: Disk, calendar: Calendar) -> Pauses:
    """Nothing is paused yet."""
    return Pauses(PauseStore(disk.database), calendar)


async def pause_all(pauses: Pauses, starts_at: datetime | None = None, ends_at: datetime | None = None) -> int:
    """Pause everything for an election."""
    return await pauses.pause(Scope.EVERYTHING, "", "The election", "ann", starts_at, ends_at)


async def test_nothing_is_paused_at_first(pauses: Pauses) -> None:
    """Until somebody says so, all is answered everywhere."""
    assert (pauses.now(), pauses.active(), pauses.coming(), await pauses.history()) == (Paused(), [], [], [])


async def test_a_pause_holds_at_once_and_until_it_is_ended(pauses: Pauses) -> None:
    """It shows who set it and why; ending it a second time changes nothing."""
    made = await pause_all(pauses)
    assert pauses.now().is_quiet_in(ROOM) and pauses.now().is_quiet_in(PRIVATE)
    (pause,) = pauses.active()
    assert (pause.id, pause.scope, pause.target, pause.reason) == (made, Scope.EVERYTHING, "", "The election")
    assert (pause.set_by, pause.starts_at, pause.ends_at, pause.ended_at) == ("ann", NOW, None, None)
    assert await pauses.end(made, "bob")
    assert not pauses.now().is_quiet_in(ROOM) and pauses.active() == []
    assert not await pauses.end(made, "cyd") and not await pauses.end(made + 1, "cyd")
    (ended,) = await pauses.history()
    assert ended.ended_by == "bob" and ended.ended_at is not None


async def test_a_pre_election_period_starts_and_ends_by_the_clock(pauses: Pauses, calendar: Calendar) -> None:
    """It is shown beforehand, holds from its start, and is over from its end."""
    await pause_all(pauses, NOW + DAY, NOW + 3 * DAY)
    for days, is_coming, is_on in ((0, True, False), (1, False, True), (2.9, False, True), (3, False, False)):
        calendar.now = NOW + days * DAY
        assert (bool(pauses.coming()), bool(pauses.active())) == (is_coming, is_on)
        assert pauses.now().is_quiet_in(ROOM) is is_on


async def test_what_is_to_come_can_be_called_off(pauses: Pauses, calendar: Calendar) -> None:
    """It never starts then."""
    made = await pause_all(pauses, NOW + DAY, NOW + 3 * DAY)
    assert await pauses.end(made, "ann")
    calendar.now = NOW + 2 * DAY
    assert (pauses.coming(), pauses.active()) == ([], [])


async def test_the_next_to_come_is_first(pauses: Pauses) -> None:
    """And in the history, the last one set."""
    later, sooner = await pause_all(pauses, NOW + 5 * DAY), await pause_all(pauses, NOW + DAY)
    assert [pause.id for pause in pauses.coming()] == [sooner, later]
    assert [pause.id for pause in await pauses.history(1)] == [sooner]


async def test_a_community_is_paused_alone(pauses: Pauses) -> None:
    """Other communities, those of the same name elsewhere, and direct messages go on."""
    await pauses.pause(Scope.COMMUNITY, "discord:parents", "A complaint", "ann")
    places = (ROOM, Place("discord", "carers", "general"), Place("telegram", "parents", "general"), PRIVATE)
    assert [pauses.now().is_quiet_in(place) for place in places] == [True, False, False, False]


async def test_a_paused_community_stays_so_when_it_moves(disk: Disk) -> None:
    """A Telegram group that becomes a supergroup is no way around a pause."""
    await Pauses(PauseStore(disk.database)).pause(Scope.COMMUNITY, "telegram:-1", "A complaint", "ann")
    await disk.store.moved("telegram", "-1", "-1001")
    paused = Pauses(PauseStore(disk.database)).now()
    assert paused.is_quiet_in(Place("telegram", "-1001", "-1001"))
    assert not paused.is_quiet_in(Place("telegram", "-1", "-1"))


@pytest.mark.parametrize(
    ("scope", "target", "kept_back"),
    [
        (Scope.ANSWER, "dro", ["dro"]),
        (Scope.SERVICE, "debt", ["breathing_space", "dro"]),
        (Scope.SERVICE, "dro", []),
        (Scope.COMMUNITY, "discord:parents", []),
    ],
)
async def test_a_service_or_an_answer_is_held_back(
    pauses: Pauses, served_answers: AnswerBase, scope: Scope, target: str, kept_back: list[str]
) -> None:
    """Everywhere, and no other answer with it."""
    await pauses.pause(scope, target, "It is being checked", "ann")
    held_back = [slug for slug, answer in served_answers.answers.items() if pauses.now().holds_back(answer)]
    assert sorted(held_back) == kept_back


async def test_why_an_answer_is_not_shown(served_answers: AnswerBase) -> None:
    """The pause of the whole place goes before that of the one answer."""
    dro = served_answers.answers["dro"]
    everything, answer = (Scope.EVERYTHING, ""), (Scope.ANSWER, "dro")
    assert Paused().refusal(ROOM, dro) is None
    assert Paused(frozenset({answer})).refusal(ROOM, dro) is Outcome.WITHHELD_ANSWER_PAUSED
    assert Paused(frozenset({answer, everything})).refusal(ROOM, dro) is Outcome.WITHHELD_PAUSED


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"target": ""}, "Say which"),
        ({"scope": Scope.EVERYTHING}, "Say which"),
        ({"reason": " \n"}, "Give the reason"),
        ({"reason": "x" * (MAX_REASON + 1)}, "characters or fewer"),
        ({"starts_at": NOW + DAY, "ends_at": NOW + DAY}, "after its start"),
        ({"starts_at": NOW - 2 * DAY, "ends_at": NOW - DAY}, "in the future"),
    ],
)
async def test_what_makes_no_sense_is_not_set(pauses: Pauses, change: dict[str, object], problem: str) -> None:
    """One sentence says what is wrong, and nothing is kept."""
    asked = {"scope": Scope.SERVICE, "target": "debt", "reason": "Checks", "by": "ann", **change}
    with pytest.raises(PauseError, match=problem):
        await pauses.pause(**asked)  # type: ignore[arg-type]
    assert await pauses.history() == []


async def test_pauses_outlive_the_process(pauses: Pauses, disk: Disk) -> None:
    """Whoever starts next begins with them, and with no more than those."""
    on, over = await pause_all(pauses), await pause_all(pauses)
    await pauses.end(over, "ann")
    assert [pause.id for pause in Pauses(PauseStore(disk.database)).active()] == [on]


async def test_times_may_be_given_in_any_zone(pauses: Pauses) -> None:
    """They are the same moments afterwards."""
    zone = timezone(timedelta(hours=5))
    await pause_all(pauses, (NOW + DAY).astimezone(zone), (NOW + 2 * DAY).astimezone(zone))
    (pause,) = pauses.coming()
    assert (pause.starts_at, pause.ends_at) == (NOW + DAY, NOW + 2 * DAY)


@pytest.fixture
def refreshed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are read again many times a second."""
    monkeypatch.setattr(module, "REFRESH_SECONDS", 0.01)


@pytest.mark.usefixtures("refreshed")
async def test_what_another_process_pauses_is_seen(pauses: Pauses, disk: Disk) -> None:
    """Within seconds, and its end as well."""
    refreshing = asyncio.create_task(pauses.keep_fresh())
    other = Disk(disk.folder, busy_seconds=5.0)
    theirs = Pauses(PauseStore(other.database))
    made = await pause_all(theirs, NOW)
    await until(lambda: pauses.now().is_quiet_in(ROOM))
    await theirs.end(made, "ann")
    await until(lambda: not pauses.now().is_quiet_in(ROOM))
    await end(refreshing)
    other.close()


@pytest.mark.usefixtures("refreshed")
async def test_a_failing_read_ends_no_pause(pauses: Pauses, disk: Disk, caplog: pytest.LogCaptureFixture) -> None:
    """What was paused stays so while the database can't be read, and the next change is seen all the same."""
    made = await pause_all(pauses)
    rename(disk, "pauses", "hidden")
    refreshing = asyncio.create_task(pauses.keep_fresh())
    await until(lambda: "can't be used" in caplog.text)
    assert pauses.now().is_quiet_in(ROOM)
    rename(disk, "hidden", "pauses")
    await PauseStore(disk.database).end(made, "ann")
    await until(lambda: not pauses.now().is_quiet_in(ROOM))
    await end(refreshing)


def rename(disk: Disk, table: str, name: str) -> None:
    """Give a table another name."""
    disk.database.run_now(lambda: disk.database.execute(f"alter table {table} rename to {name}"))


async def test_a_pause_that_cannot_be_written_is_not_on(pauses: Pauses, disk: Disk) -> None:
    """Its author is told so, rather than left to believe it."""
    with locked(disk.folder), pytest.raises(QuestionLogError, match="another process holds it"):
        await pause_all(pauses)
    assert (pauses.active(), await pauses.history()) == ([], [])


async def test_two_who_end_a_pause_end_it_once(pauses: Pauses) -> None:
    """One of them is told that it was theirs."""
    made = await pause_all(pauses)
    assert sorted(await asyncio.gather(*(pauses.end(made, who) for who in ("ann", "bob")))) == [False, True]
