"""Who asked is told of the answer, once, where they asked; replies that gave a wrong text are corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.answers import AnswerBase, load_answer_base
from bot.deliveries import Action, Owed
from bot.messages import Choice, Given, Message, Outcome, Reply, Response
from bot.pauses import Paused
from bot.places import ChannelSettings, Mode, Place
from bot.storage.database import Database
from bot.storage.outbox import MaySpeak, Outbox, Pace, write_owed
from bot.storage.pause_store import Scope
from bot.storage.telling_store import TellingStore
from bot.telling.telling import MayTell, Teller, Told, Welcome, in_words
from tests.disk import Disk, locked
from tests.factories import answer_file, rates_file

DAY = date(2026, 11, 22)
UNANSWERED = Response(Outcome.UNANSWERED_LOW_CONFIDENCE, Reply("I don't know."))
NO_PAUSE = Pace(0, 0, 100)
THEME, DRAFT = 1, 1


def _insert_any(database: Database, table: str) -> None:
    """A row of which nothing matters but that it is there."""
    columns = database.fetch(f"pragma table_info({table})")
    database.insert(table, {name: "" for _, name, _, must, default, _ in columns if must and default is None})


def _are_live(database: Database) -> None:
    database.execute("update drafts set answer = 'pay', theme_id = ?, state = 'published', announced_at = ''", THEME)


@dataclass
class Desk:
    """A theme of questions, and the way back to who asked them. `here` holds everywhere, but for `rooms`."""

    disk: Disk
    base: AnswerBase
    here: ChannelSettings = field(default_factory=ChannelSettings)
    rooms: dict[str, ChannelSettings] = field(default_factory=dict)
    muted: Sequence[str] = ()
    numbers: int = 0

    def __post_init__(self) -> None:
        """Let there be two themes, and two drafts."""
        for table in ("themes", "drafts"):
            for _ in range(2):
                self.disk.database.run_now(partial(_insert_any, self.disk.database, table))
        self.disk.database.run_now(partial(_are_live, self.disk.database))

    def settings(self, place: Place) -> ChannelSettings:
        """What holds in a channel."""
        return self.rooms.get(place.channel, self.here)

    @property
    def teller(self) -> Teller:
        """The way back, as of a fresh start."""
        return Teller(TellingStore(self.disk.database), self.settings, self.muted, today=lambda: DAY)

    async def ask(self, author: str = "jo", text: str = "how much", theme: int = THEME, **changes: Any) -> int:
        """Let somebody ask a question of the theme, which gets no answer; returns its id."""
        self.numbers += 1
        message = Message(text, "discord", "parents", "general", author=author, message_id=f"m{self.numbers}")
        message = replace(message, **changes)
        owed = Owed(0, message.place, Action.POST, UNANSWERED.reply, message.message_id)
        recorded = await self.disk.log.record(message, text, (), UNANSWERED, [owed])
        await self.disk.outbox.delivered(recorded.owed[0], [f"p{self.numbers}"])
        row = {"question_id": recorded.question_id, "theme_id": theme}
        await self.disk.database.run(lambda: self.disk.database.insert("theme_questions", row))
        return recorded.question_id

    async def tell(self, draft: int = DRAFT, theme: int = THEME, slug: str = "pay") -> Told:
        """Tell who waits."""
        return await self.teller.tell(self.base, draft, theme, slug)

    async def due(self, pace: Pace = NO_PAUSE, may_speak: MaySpeak = lambda owed: True) -> Sequence[Owed]:
        """What a connector would deliver now."""
        return await Outbox(self.disk.database, pace, may_speak).due("discord", ())

    async def posted(self) -> list[Owed]:
        """What officials owe, delivered one after another, in the order of delivery."""
        done: list[Owed] = []
        while found := await self.due():
            for owed in found:
                await self.disk.outbox.delivered(owed, [f"t{owed.id}"])
            done += found
        return done


@pytest.fixture
def desk(disk: Disk, tmp_path: Path) -> Desk:
    """Nobody has asked yet. An answer has a text for Scotland."""
    return Desk(disk, base_of(tmp_path, "You get {{ rates.weekly }}.\n\n## Scotland\n\nYou get more."))


def base_of(folder: Path, body: str) -> AnswerBase:
    """One answer of these words, and another."""
    rates_file(folder)
    answer_file(folder, "pay", body=body)
    answer_file(folder, "dro", service="debt", body="A DRO lasts 12 months.")
    return load_answer_base(folder)


async def test_who_asked_is_told_under_their_message(desk: Desk) -> None:
    """With the answer itself, when they asked, and votes."""
    asked_at = datetime(2026, 11, 3, 9, tzinfo=timezone.utc)
    question = await desk.ask(thread="t1", sent_at=asked_at)
    desk_today = Teller(TellingStore(desk.disk.database), desk.settings, max_age_days=10**4, today=lambda: DAY)
    assert await desk_today.tell(desk.base, DRAFT, THEME, "pay") == Told(1, 1)
    (owed,) = await desk.due()
    assert owed.place == Place("discord", "parents", "general", "t1") and owed.reply_to == "m1" and owed.keeps
    assert owed.reply is not None and owed.reply.allows_feedback and owed.reply.given == Given("pay")
    assert owed.reply.notice == "You asked this on 3 November. There is now an official answer."
    assert "£194.32" in owed.reply.body
    await desk.disk.outbox.delivered(owed, ["t1"])
    known = await desk.disk.log.find_by_post(owed.place, "t1")
    assert known is not None and known.id == question


async def test_nobody_is_told_twice(desk: Desk) -> None:
    """Neither when it is done again, nor for another draft of the same answer, nor after a restart."""
    await desk.ask()
    assert await desk.tell() == Told(1, 1)
    assert await desk.tell() == Told()
    assert len(await desk.posted()) == 1
    assert await desk.tell() == await desk.tell(draft=2) == Told()
    again = Desk(Disk(desk.disk.folder), desk.base)
    assert await again.due() == [] and await again.tell() == Told()
    again.disk.close()


@pytest.mark.parametrize("is_delivered", [True, False])
async def test_who_was_told_with_others_is_not_told_for_another_draft(desk: Desk, is_delivered: bool) -> None:
    """Whichever question the post hangs under, or will; who asks after that is told."""
    first = await desk.ask("jo")
    await desk.disk.log.record_me_too(first, "discord", "cy")
    await desk.ask("al")
    await desk.ask("bo")
    assert await desk.tell() == Told(1, 4)
    if is_delivered:
        assert len(await desk.posted()) == 1
    assert await desk.tell(draft=2) == Told()
    await desk.ask("cy", channel="other")
    assert await desk.tell(draft=2) == Told()
    new = await desk.ask("di")
    assert await desk.tell(draft=2) == Told(1, 1)
    *_, last = await desk.posted()
    assert last.reply_to == f"m{new}" and last.reply and last.reply.notice.startswith("You asked this")


async def test_whom_a_post_that_was_given_up_was_for_is_told_by_the_next_draft(desk: Desk) -> None:
    """It told nobody."""
    await desk.ask()
    await desk.tell()
    (owed,) = await desk.due()
    await desk.disk.outbox.dropped(owed, "forbidden")
    assert await desk.tell() == Told() and await desk.tell(draft=2) == Told(1, 1)


async def unannounced(desk: Desk) -> list[int]:
    """The drafts that are to be told of."""
    return [draft for (draft,) in desk.disk.rows("select id from drafts where announced_at is null order by id")]


async def test_who_deletes_their_message_takes_nobodys_telling_away(desk: Desk) -> None:
    """Others whom the same post was for are told under the newest message that is left, and nobody twice."""
    await desk.ask("al", channel="alone")
    second = await desk.ask("al")
    last = await desk.ask("jo")
    await desk.disk.log.record_me_too(last, "discord", "al")
    await desk.ask("bo", channel="other")
    assert await desk.tell() == Told(2, 3)
    await desk.disk.log.withdraw(last)
    assert await unannounced(desk) == [2]
    assert await desk.tell(draft=2) == Told(1, 1)
    assert sorted(owed.reply_to for owed in await desk.posted()) == [f"m{second}", f"m{last + 1}"]
    assert await desk.tell() == await desk.tell(draft=2) == Told()


async def test_nobody_is_told_anew_where_nobody_else_waited(desk: Desk) -> None:
    """Nor where the post stands already."""
    alone = await desk.ask("jo", channel="one")
    await desk.ask("al")
    together = await desk.ask("bo")
    await desk.tell()
    await desk.disk.log.withdraw(alone)
    await desk.posted()
    await desk.disk.log.withdraw(together)
    await desk.disk.records.forget("discord", "bo")
    assert await unannounced(desk) == [] and await desk.tell() == Told()


async def test_one_post_for_all_who_asked_in_a_thread(desk: Desk) -> None:
    """Under the newest question there; who joined in counts, each once."""
    first = await desk.ask("jo")
    await desk.ask("al")
    last = await desk.ask("jo")
    await desk.ask("bo", thread="other")
    for presser in ("cy", "al", "cy"):
        await desk.disk.log.record_me_too(first, "discord", presser)
    assert await desk.tell() == Told(2, 4)
    posts = {owed.place.thread: owed for owed in await desk.posted()}
    assert posts[""].reply_to == f"m{last}"
    assert posts[""].reply is not None and posts[""].reply.notice.startswith("3 people here asked this.")
    assert posts["other"].reply is not None and posts["other"].reply.notice.startswith("You asked this")


async def test_who_asked_in_two_places_is_told_in_the_last(desk: Desk) -> None:
    """Who joined in where they asked first is told there all the same."""
    first = await desk.ask("jo", channel="money")
    await desk.ask("jo", channel="general")
    await desk.ask("al", channel="random")
    await desk.ask("al", channel="general")
    await desk.disk.log.record_me_too(first, "discord", "cy")
    assert await desk.tell() == Told(2, 3)
    notices = {owed.place.channel: owed.reply.notice for owed in await desk.posted() if owed.reply}
    assert notices["money"].startswith("Someone here") and notices["general"].startswith("2 people")
    assert await desk.tell() == Told()


async def test_in_a_direct_message(desk: Desk) -> None:
    """Where they asked there."""
    await desk.ask(community="", channel="with jo")
    await desk.tell()
    (owed,) = await desk.due()
    assert owed.place == Place("discord", "", "with jo")


@pytest.mark.parametrize(
    ("text", "settled", "shown"),
    [("how much", "scotland", "scotland"), ("how much in scotland", "", "scotland"), ("how much", "wales", "")],
)
async def test_the_text_of_the_nation(desk: Desk, text: str, settled: str, shown: str) -> None:
    """That the question names, or the channel's moderators."""
    desk.here = ChannelSettings(nation=settled)
    await desk.ask(text=text)
    await desk.tell()
    (owed,) = await desk.due()
    assert owed.reply is not None and owed.reply.given == Given("pay", shown)


async def test_who_is_not_told(desk: Desk) -> None:
    """Long ago, forgotten, withdrawn, left, switched off, muted, left out, picked already, of another theme."""
    await desk.ask("old", sent_at=datetime.now(timezone.utc) - timedelta(days=61))
    await desk.ask("forgotten")
    await desk.disk.records.forget("discord", "forgotten")
    await desk.disk.log.withdraw(await desk.ask("deleted"))
    await desk.disk.store.joined("discord", "gone", "Gone")
    await desk.ask("left", community="gone", channel="gone")
    await desk.disk.store.left("discord", "gone")
    await desk.ask("off", channel="off")
    await desk.ask("muted", channel="muted")
    await desk.ask("without", channel="without")
    picked = await desk.ask("picked")
    await desk.disk.log.record_choice(picked, "discord", "picked", Given("pay"), "p8")
    await desk.ask("elsewhere", theme=2)
    await desk.ask("nowhere", message_id="")
    desk.muted = ["muted"]
    desk.rooms = {"off": ChannelSettings(Mode.OFF), "without": ChannelSettings(services_off=("maternity",))}
    assert await desk.tell() == Told() and await desk.due() == []


@pytest.mark.parametrize(("shown", "told"), [("You get something.", 1), ("You get more.", 0)])
async def test_who_was_shown_another_text_is_told(desk: Desk, shown: str, told: int) -> None:
    """A poor answer that has a new text is news; one of its texts of now is none."""
    asked = await desk.ask()
    reply = Reply(shown, given=Given("pay"))
    place = Place("discord", "parents", "general")
    revised = await desk.disk.log.revise(asked, "how much", (), UNANSWERED, [Owed(0, place, Action.POST, reply)])
    await desk.disk.outbox.delivered(revised.owed[0], ["p"])
    assert (await desk.tell()).people == told


async def test_an_answer_that_is_not_live_is_nothing_to_tell(desk: Desk) -> None:
    """And who waits goes on waiting."""
    await desk.ask()
    assert await desk.tell(slug="gone") == Told()
    assert await desk.tell() == Told(1, 1)


async def test_who_is_forgotten_or_left_meanwhile_is_not_told(desk: Desk) -> None:
    """What is still owed to them is dropped, and so is what hangs under a message that was deleted."""
    await desk.ask("jo", channel="one")
    await desk.ask("al", community="other", channel="two")
    deleted = await desk.ask("bo", channel="three")
    assert (await desk.tell()).posts == 3
    await desk.disk.records.forget("discord", "jo")
    await desk.disk.store.left("discord", "other")
    await desk.disk.log.withdraw(deleted)
    assert await desk.due() == []
    assert set(desk.disk.rows("select drop_reason from outbox where not_before is not null")) == {
        ("forgotten",), ("left",), ("withdrawn",),
    }  # fmt: skip


async def test_nothing_is_written_where_not_all_can_be(desk: Desk) -> None:
    """A failure in the middle leaves nobody told and nothing owed, and everyone is told the next time."""
    await desk.ask("jo")
    await desk.ask("al", channel="off")

    def fail(place: Place) -> ChannelSettings:
        if place.channel == "off":
            raise RuntimeError("unforeseen")
        return ChannelSettings()

    with pytest.raises(RuntimeError):
        await Teller(TellingStore(desk.disk.database), fail).tell(desk.base, DRAFT, THEME, "pay")
    assert await desk.due() == [] and desk.disk.rows("select * from tellings") == []
    assert (await desk.tell()).posts == 2


async def test_what_is_owed_is_spread_out(desk: Desk) -> None:
    """One post at a time in a channel, with a pause after it; a few at once over all; the first without delay."""
    for channel in ("one", "two", "three"):
        for thread in ("a", "b"):
            await desk.ask(f"{channel}{thread}", channel=channel, thread=thread)
    assert (await desk.tell()).posts == 6
    pace = Pace(post_seconds=3600, at_once=2)
    first = await desk.due(pace)
    assert [owed.place.channel for owed in first] == ["two", "three"] or len(first) == 2
    outbox = Outbox(desk.disk.database, pace)
    in_hand = {owed.id for owed in first}
    assert len(await outbox.due("discord", in_hand)) == 1
    for owed in first:
        await outbox.delivered(owed, ["t"])
    (last,) = await outbox.due("discord", in_hand)
    await outbox.delivered(last, ["t"])
    assert await outbox.due("discord", ()) == []
    assert len(await desk.due()) == 3


async def test_it_is_held_back_while_it_may_not_be_said(desk: Desk) -> None:
    """A pause, or a channel that was switched off, holds it back, and nothing else of the channel."""
    await desk.ask()
    await desk.tell()
    assert await desk.due(may_speak=lambda owed: False) == []
    assert await desk.due() == []
    later = "update outbox set not_before = created_at where not_before is not null"
    desk.disk.database.run_now(lambda: desk.disk.database.execute(later))
    assert len(await desk.due()) == 1
    long_ago = "update outbox set created_at = '2026-01-01T00:00:00.000+00:00'"
    desk.disk.database.run_now(lambda: desk.disk.database.execute(long_ago))
    assert await desk.due(may_speak=lambda owed: False) == []
    assert desk.disk.rows("select drop_reason from outbox where not_before is not null") == [("too_old",)]


def told_of(slug: str, **changes: Any) -> Owed:
    """An answer that is owed to who asked."""
    owed = Owed(0, Place("discord", "parents", "general"), Action.POST, Reply("Now", given=Given(slug)), "m1")
    return replace(owed, **changes)


def test_where_an_answer_may_be_given_unasked(desk: Desk) -> None:
    """Not where it is off or paused; one that is being published may be, where the bot may speak at all."""
    paused: set[tuple[Scope, str]] = set()
    may_tell = MayTell(lambda: desk.base, Welcome(desk.settings, ["muted"]), lambda: Paused(frozenset(paused)))
    assert may_tell(told_of("pay")) and may_tell(told_of("not_loaded_yet"))
    assert not may_tell(told_of("pay", place=replace(told_of("pay").place, channel="muted")))
    paused.add((Scope.ANSWER, "pay"))
    assert not may_tell(told_of("pay")) and may_tell(told_of("dro"))
    paused.add((Scope.EVERYTHING, ""))
    assert not may_tell(told_of("dro")) and not may_tell(told_of("not_loaded_yet"))


async def test_an_answer_that_was_withdrawn_is_not_told(desk: Desk) -> None:
    """After a release was rolled back, what the one before doesn't have is held back, however it was owed."""
    may_tell = MayTell(lambda: desk.base, Welcome(desk.settings), Paused)
    a_while_ago = datetime.now(timezone.utc) - timedelta(minutes=11)
    assert not may_tell(told_of("withdrawn", created_at=a_while_ago))
    assert may_tell(told_of("pay", created_at=a_while_ago))
    question = await desk.ask()
    outbox = Outbox(desk.disk.database, NO_PAUSE, may_tell)
    owed = told_of("withdrawn", created_at=a_while_ago, not_before=a_while_ago)
    await desk.disk.database.run(lambda: write_owed(desk.disk.database, question, [owed]))
    assert await outbox.due("discord", ()) == []
    assert desk.disk.rows("select dropped_at from outbox where not_before is not null") == [(None,)]


async def test_days_in_words() -> None:
    """With the year where it is another one."""
    assert in_words(date(2026, 11, 3), DAY) == "3 November" and in_words(date(2025, 1, 1), DAY) == "1 January 2025"


# Corrections


async def answered(desk: Desk, reply: Reply, number: int = 1, **changes: Any) -> Owed:
    """A reply that stands in a channel."""
    message = replace(Message("", "discord", "parents", "general", message_id=f"a{number}"), **changes)
    owed = Owed(0, message.place, Action.POST, reply, message.message_id)
    recorded = await desk.disk.log.record(message, "how much", (), Response(Outcome.ANSWERED, reply, "pay"), [owed])
    await desk.disk.outbox.delivered(recorded.owed[0], [f"p{number}"])
    return recorded.owed[0]


async def test_replies_with_the_old_text_are_corrected(desk: Desk) -> None:
    """In their nation, with a line that says so and what else they offered; and only once."""
    also = Choice("You also asked about: Debt", "dro")
    old = await answered(desk, Reply("Nothing.", "Pay", choices=(also,), given=Given("pay", "scotland")))
    assert await desk.teller.correct(desk.base, "pay", 30) == 1
    assert await desk.teller.correct(desk.base, "pay", 30) == 0
    (owed,) = await desk.posted()
    assert (owed.action, owed.replaces, owed.place) == (Action.EDIT, old.id, old.place)
    assert owed.reply is not None and owed.reply.body == "You get more." and also in owed.reply.choices
    assert owed.reply.notice == "Corrected on 22 November 2026: this answer has changed."
    assert await desk.teller.correct(desk.base, "pay", 30) == 0


async def test_what_is_not_corrected(desk: Desk) -> None:
    """What gives the new text already, other answers, what was removed or long ago, and what was picked since."""
    text = desk.base.body(desk.base.answers["pay"], DAY, "")
    await answered(desk, Reply(text, "How much the pay is", given=Given("pay")), 1)
    await answered(desk, Reply("Other", given=Given("dro")), 2)
    await answered(desk, Reply("Nothing.", given=Given("pay")), 3)
    await desk.disk.log.record_removal(Place("discord", "parents", "general"), "p3")
    await answered(desk, Reply("Nothing.", given=Given("pay")), 4, community="gone")
    await desk.disk.store.joined("discord", "gone", "Gone")
    await desk.disk.store.left("discord", "gone")
    live_since = datetime.now(timezone.utc) - timedelta(minutes=1)
    await answered(desk, Reply("Which?"), 5, sent_at=live_since)
    await desk.disk.log.record_choice(5, "discord", "", Given("pay"), "p5")
    assert await desk.teller.correct(desk.base, "pay", 30, live_since) == 0
    assert await desk.teller.correct(desk.base, "pay", 0) == 0
    assert await desk.teller.correct(desk.base, "gone", 30) == 0


async def test_what_was_picked_before_is_corrected(desk: Desk) -> None:
    """In the nation that was picked."""
    await answered(desk, Reply("Which?"), 1)
    await desk.disk.log.record_choice(1, "discord", "", Given("pay", "scotland"), "p1")
    assert await desk.teller.correct(desk.base, "pay", 30, datetime.now(timezone.utc) + timedelta(minutes=1)) == 1
    (owed,) = await desk.posted()
    assert owed.reply is not None and owed.reply.given == Given("pay", "scotland")


async def test_what_is_still_owed_gets_the_new_text(desk: Desk, tmp_path: Path) -> None:
    """Who was not told yet is told the new text, and of no correction."""
    await desk.ask()
    await desk.tell()
    new = base_of(tmp_path / "new", "You get a lot.")
    assert await desk.teller.correct(new, "pay", 30) == 0
    (owed,) = await desk.posted()
    assert owed.reply is not None and owed.reply.body == "You get a lot."
    assert owed.reply.notice.startswith("You asked this")


async def test_a_locked_database_says_so(desk: Desk) -> None:
    """Nobody is told, and everyone can be later."""
    await desk.ask()
    with locked(desk.disk.folder), pytest.raises(Exception, match="another process holds it"):
        await desk.tell()
    assert await desk.tell() == Told(1, 1)
