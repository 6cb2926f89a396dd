"""What has been kept for long enough goes by itself; what is counted stays, and nobody waits for it."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.app import Project
from bot.app.serving import serving
from bot.deliveries import Action, Owed
from bot.errors import ConfigurationError
from bot.messages import Given, Message, Outcome, Reply, Response
from bot.places import Place
from bot.releases import Release
from bot.settings import RetentionSettings, load_settings
from bot.storage import retention as module
from bot.storage.database import DATABASE_FILE, as_stored
from bot.storage.erasure import Erasure
from bot.storage.grouping_store import GroupingStore
from bot.storage.reports import ReportStore
from bot.storage.retention import Retention
from bot.storage.retention_rules import RULES
from tests.command_line import CommandLine
from tests.disk import ANSWERED, Disk, locked
from tests.votes import vote
from tests.waiting import end, until

NOW = datetime.now(timezone.utc)
SETTINGS = RetentionSettings()
UNANSWERED = Response(Outcome.UNANSWERED_LOW_CONFIDENCE)
SECRET = "xylophonebird"


@dataclass
class Past:
    """A log with a past."""

    disk: Disk
    numbers: int = 0

    @property
    def job(self) -> Retention:
        """What takes away what is old."""
        return Retention(self.disk.database, SETTINGS, rest_factor=0)

    async def ask(self, days: float, response: Response = ANSWERED, author: str = "", **changes: Any) -> int:
        """Somebody asked so many days ago, and was replied to; returns the question's id."""
        self.numbers += 1
        number, sent = self.numbers, NOW - timedelta(days=days)
        message = Message("", "discord", "parents", "general", "t1", author or f"p{number}", message_id=f"m{number}")
        message = replace(message, sent_at=sent, **changes)
        owed = Owed(0, message.place, Action.POST, Reply("So much.", given=Given("pay")), message.message_id)
        text = f"how much is {SECRET} {number}"
        recorded = await self.disk.log.record(message, text, (), response, [replace(owed, created_at=sent)])
        await self.disk.outbox.delivered(recorded.owed[0], [f"post{number}"])
        self.write("update outbox set delivered_at = ? where id = ?", as_stored(sent), recorded.owed[0].id)
        return recorded.question_id

    def insert(self, table: str, **row: Any) -> int:
        """Put a row into a table."""
        return self.disk.database.run_now(lambda: self.disk.database.insert(table, row))

    def write(self, sql: str, *values: Any) -> None:
        """Change the past."""
        self.disk.database.run_now(lambda: self.disk.database.execute(sql, *values))

    def theme(self, *questions: int, state: str = "new", closed: float | None = None) -> int:
        """A theme of some questions, closed so many days ago if at all."""
        title = self.disk.rows(f"select substr(text, 1, 200) from questions where id = {questions[-1]}")[0][0]
        row = {"title": title, "state": state, "created_at": ago(100), "closed_at": ago(closed) if closed else None}
        theme = self.insert("themes", **row)
        for question in questions:
            self.insert("theme_questions", question_id=question, theme_id=theme)
        return theme

    def one(self, columns: str, table: str = "questions", where: str = "1") -> Any:
        """The only row that there is."""
        (row,) = self.disk.rows(f"select {columns} from {table} where {where}")
        return row


@pytest.fixture
def past(disk: Disk) -> Past:
    """Nothing has been asked."""
    return Past(disk)


def ago(days: float) -> str:
    """A time that has passed, as it is stored."""
    return as_stored(NOW - timedelta(days=days))


# Questions


async def test_words_and_who_asked_go_after_ninety_days(past: Past) -> None:
    """Not a day before; what became of the question stays."""
    old, young = await past.ask(91.5), await past.ask(89)
    columns = "text, candidates, personal_data, asker"
    kept = past.one(columns, where=f"id = {young}")
    assert (await past.job.run())["words"] == 1
    assert past.one(columns, where=f"id = {old}") == (None, "[]", "[]", "")
    assert past.one(columns, where=f"id = {young}") == kept and SECRET in kept[0]
    assert past.one("outcome, answer, release, community, addressed", where=f"id = {old}") == (
        "answered", "pay", "0007", "parents", 1,
    )  # fmt: skip


async def test_no_byte_of_the_words_is_left(past: Past) -> None:
    """In index, vectors, titles and the file, as after /forgetme."""
    question = await past.ask(91, UNANSWERED)
    past.theme(question)
    past.insert("question_vectors", question_id=question, vector=SECRET.encode() * 9, encoder="e", scores="{}")
    await past.job.run()
    assert await Erasure(past.disk.database).rewrite()
    secret = SECRET[3:].encode()
    assert not any(secret in path.read_bytes() for path in past.disk.folder.glob(f"{DATABASE_FILE}*"))


async def test_ids_to_reply_go_thirty_days_after_the_answer(past: Past) -> None:
    """With the bot's own post, and what it said; the words stay for as long as they may."""
    old, young = await past.ask(31.5), await past.ask(29)
    done = await past.job.run()
    assert (done["reply ids"], done["replies"]) == (1, 1)
    assert past.one("message_id, thread, channel, text is null", where=f"id = {old}") == ("", "", "general", 0)
    assert past.one("message_id, thread", where=f"id = {young}") == (f"m{past.numbers}", "t1")
    assert past.one("reply, reply_to, thread, channel", "outbox", f"question_id = {old}") == ("", "", "", "")
    assert past.one("question_id", "posts") == (young,)


async def test_the_channel_of_a_direct_message_goes_too(past: Past) -> None:
    """On Telegram it is the person's own number."""
    await past.ask(31.5, community="", channel="4242424242")
    await past.job.run()
    assert past.one("channel") == ("",)
    assert not [where for where, value in past.disk.values() if "4242424242" in str(value)]


@pytest.mark.parametrize(
    ("state", "closed", "is_kept"), [("new", None, True), ("in_hand", None, True), ("answered", 5, True),
                                     ("answered", 40, False), ("out_of_scope", 40, False)],
)  # fmt: skip
async def test_who_waits_can_still_be_told(past: Past, state: str, closed: float | None, is_kept: bool) -> None:
    """While a question is in an open theme, and for thirty days after its answer."""
    past.theme(await past.ask(50, UNANSWERED), state=state, closed=closed)
    await past.job.run()
    assert past.one("message_id != ''")[0] == past.disk.rows("select count(*) from posts")[0][0] == is_kept
    assert past.one("reply_to != ''", "outbox") == (is_kept,)


async def test_what_is_still_owed_is_left_alone(past: Past) -> None:
    """However old the question is: what is delivered in the end needs its ids."""
    question = await past.ask(95)
    place = Place("discord", "parents", "general")
    owed = Owed(0, place, Action.POST, Reply("new"), "m1", not_before=NOW)
    (late,) = (await past.disk.log.revise(question, "how much", (), ANSWERED, [owed])).owed
    await past.job.run()
    assert past.one("message_id, text") == ("m1", None)
    assert past.one("reply_to", "outbox", f"id = {late.id}") == ("m1",)
    await past.disk.outbox.delivered(late, ["p"])
    past.write("update outbox set delivered_at = ? where id = ?", ago(31.5), late.id)
    await past.job.run()
    assert past.one("message_id") == ("",) and not past.disk.rows("select * from posts")


async def test_a_reply_that_was_given_up_goes(past: Past) -> None:
    """Thirty days after."""
    question = await past.ask(40)
    past.write("update outbox set delivered_at = null, dropped_at = ? where question_id = ?", ago(31.5), question)
    await past.job.run()
    assert past.one("reply, channel", "outbox") == ("", "")


async def test_posts_of_older_versions_go(past: Past) -> None:
    """They stand under no reply."""
    await past.ask(31.5)
    past.write("update posts set outbox_id = null")
    await past.job.run()
    assert past.disk.rows("select * from posts") == []


# Themes


async def test_an_open_theme_goes_by_younger_words(past: Past) -> None:
    """And by none where all are old: officials know it by its number and their notes. It counts what is kept."""
    young, old = await past.ask(5, UNANSWERED), await past.ask(95, UNANSWERED)
    both, alone = past.theme(young, old), past.theme(await past.ask(96, UNANSWERED), state="in_hand")
    await past.job.run()
    assert past.one("title", "themes", f"id = {both}") == (f"how much is {SECRET} 1",)
    assert past.one("title, state", "themes", f"id = {alone}") == ("", "in_hand")
    assert past.disk.rows("select question_id from theme_questions") == [(young,)]


async def test_a_closed_theme_keeps_its_figures(past: Past) -> None:
    """What was asked of it before it was answered is still told; an open one is counted anew."""
    answered = past.theme(await past.ask(95, UNANSWERED), await past.ask(96, UNANSWERED), state="answered", closed=60)
    waiting = past.theme(await past.ask(95, UNANSWERED), await past.ask(3, UNANSWERED))
    store = GroupingStore(past.disk.database)
    await store.count([answered, waiting])
    await store.take_changes(100)
    await past.job.run()
    touched = {theme for _, theme in await store.take_changes(100) if theme}
    assert touched == {waiting}
    await store.count(touched)
    figures = dict(past.disk.rows("select id, questions from themes"))
    assert figures == {answered: 2, waiting: 1}


# Presses


async def test_voters_go_and_votes_stay(past: Past) -> None:
    """However many there were on one question; none can be joined with another of the same person."""
    first, second = await past.ask(20), await past.ask(20)
    for question in (first, second):
        for author in ("ann", "ben", "kim"):
            await vote(past.disk.log, question, "discord", author, author != "kim")
            await past.disk.log.record_me_too(question, "discord", author)
        await past.disk.log.record_choice(question, "discord", "ann", Given("dro"), "p")
    for table, column in (("feedback", "given_at"), ("choices", "chosen_at"), ("me_too", "asked_at")):
        past.write(f"update {table} set {column} = ?", ago(91))
    done = await past.job.run()
    assert [done[name] for name in ("voters", "pickers", "joiners")] == [6, 2, 6]
    assert past.disk.rows("select helpful, unhelpful from questions") == [(2, 1), (2, 1)]
    for table in ("feedback", "me_too"):
        assert past.one("count(*), count(distinct asker)", table) == (6, 6)
    held = await past.disk.records.held_about("discord", "ann")
    assert (held.votes, held.choices, held.me_too) == (0, 0, 0)
    assert not any((await past.job.run()).values())


# Moderators and officials


@pytest.mark.parametrize(
    ("table", "row", "days", "left"),
    [
        ("theme_notes", {"theme_id": 1, "by": "discord moderator 1a2b3c4d", "text": "x", "at": None}, 365,
         {"by": "discord moderator "}),
        ("digests", {"platform": "telegram", "community": "c", "channel": "42", "made_at": None}, 365, {"channel": ""}),
        ("theme_notes", {"theme_id": 1, "by": "ann@dwp.gov.uk", "text": "x", "at": None}, 730, None),
        ("audit", {"by": "ann@dwp.gov.uk", "action": "a", "subject": "s", "detail": "{}", "at": None}, 730, None),
        ("pauses", {"scope": "everything", "target": "", "reason": "r", "set_by": "ann", "set_at": "2020",
                    "starts_at": "2020", "ended_at": None}, 730, None),
        ("builds", {"started_by": "ann", "started_at": "2020", "touched_at": "2020", "step": "s", "done": 1.0,
                    "ended_at": None}, 730, None),
        ("sign_in_failures", {"email": "ann@dwp.gov.uk", "address": "192.0.2.1", "at": None}, 1, None),
    ],
)  # fmt: skip
async def test_records_of_moderators_and_officials_end(
    past: Past, table: str, row: dict[str, Any], days: int, left: dict[str, str] | None
) -> None:
    """When their days are over: a name is taken away, or the whole row."""
    past.insert("themes", title="t", state="new", created_at=ago(1))
    (at,) = [name for name, value in row.items() if value is None]
    quoted = [{f'"{name}"': value for name, value in {**row, at: ago(age)}.items()} for age in (days + 2, days - 1)]
    old, young = (past.insert(table, **one) for one in quoted)
    await past.job.run()
    columns = ", ".join(f'"{name}"' for name in row)
    kept = {**row, at: ago(days - 1)}
    assert past.disk.rows(f"select {columns} from {table} where id = {young}") == [tuple(kept.values())]
    gone = {**row, at: ago(days + 2), **left} if left else {}
    assert past.disk.rows(f"select {columns} from {table} where id = {old}") == ([tuple(gone.values())] if gone else [])


async def test_the_setting_that_holds_stays(past: Past) -> None:
    """However old it is, without who made it; what it took the place of goes."""
    row = {"platform": "discord", "community": "c", "channel": "", "name": "alerts_channel", "changed_by": "mo"}
    for value, age in (('"1"', 800), ('"2"', 367)):
        past.insert("settings_changes", **row, value=value, changed_at=ago(age))
    past.insert("settings_changes", **{**row, "name": "mode"}, value='"off"', changed_at=ago(364))
    await past.job.run()
    assert past.disk.rows("select value, changed_by from settings_changes") == [('"2"', ""), ('"off"', "mo")]


def test_nobody_can_shorten_the_audit_log(past: Past) -> None:
    """Below two years: neither the settings nor whoever has the file open."""
    for age in (1, 720):
        past.insert("audit", at=ago(age), **{'"by"': "ann"}, action="a", subject="s", detail="{}")
    with closing(sqlite3.connect(past.disk.folder / DATABASE_FILE)) as db:
        with pytest.raises(sqlite3.IntegrityError, match="can only be added to"):
            db.execute("delete from audit")
        assert db.execute("select count(*) from audit").fetchone() == (2,)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("retention.records_days=700", "retention.records_days"),
        ("retention.words_days=0", "retention.words_days"),
        ("retention.words_days=30", "telling.max_age_days"),
        ("retention.reply_ids_days=7", "telling.correct_days"),
        ("retention.word_days=90", "word_days"),
    ],
)
def test_settings_that_cannot_hold_are_refused(override: str, words: str) -> None:
    """With the name of the setting."""
    with pytest.raises(ConfigurationError, match=words):
        load_settings(Path(__file__).parents[2] / "config.yml", [override])


# What is counted, and whom it holds up


async def _reports(disk: Disk) -> list[Any]:
    reports, since = ReportStore(disk.database), date.today() - timedelta(days=365)
    return [
        await reports.by_day(since),
        await reports.by_community(since),
        await reports.by_answer(since),
        await reports.asked_again(date.today() - timedelta(days=89)),
    ]


async def test_reports_are_the_same_before_and_after(past: Past) -> None:
    """Questions, votes and picks by day, community and answer; and who asked again, in a direct message too."""
    outcomes = (
        ANSWERED,
        UNANSWERED,
        Response(Outcome.CLARIFY),
        Response(Outcome.URGENT_HELP),
        Response(Outcome.SMALL_TALK),
    )
    for number in range(40):
        community, channel = (("parents", "general"), ("", f"{number % 3}"))[number % 2]
        at = {"community": community, "channel": channel, "author": f"a{number % 3}"}
        question = await past.ask(number * 5, outcomes[number % 5], **at)
        await past.ask(number * 5 - 0.003, outcomes[number % 3], **at)
        await vote(past.disk.log, question, "discord", f"v{number}", bool(number % 3))
        await past.disk.log.record_choice(question, "discord", "a", Given("dro"), "p")
        past.write("update feedback set given_at = ? where question_id = ?", ago(number * 5), question)
        past.write("update choices set chosen_at = ? where question_id = ?", ago(number * 5), question)
    # Of these two, the second waits for its answer, so that its ids are kept for longer.
    alone: dict[str, Any] = {"community": "", "channel": "42", "author": "kim"}
    await past.ask(50, **alone)
    past.theme(await past.ask(49.997, UNANSWERED, **alone))
    before = await _reports(past.disk)
    done = await past.job.run()
    assert before[3] and all(done[name] for name in ("words", "reply ids", "replies", "voters"))
    assert await _reports(past.disk) == before


async def test_a_trial_run_changes_nothing(past: Past) -> None:
    """And says what would be done."""
    for days in (10, 40, 100):
        await past.ask(days)
    before = list(past.disk.values())
    due = await past.job.due()
    assert list(past.disk.values()) == before
    assert set(due) == {rule.name for rule in RULES}
    assert {name: count for name, count in due.items() if count} == {"words": 1, "reply ids": 2, "replies": 2}
    assert await past.job.run() == due and not any((await past.job.due()).values())


async def test_it_can_be_run_by_hand(past: Past, signpost: CommandLine) -> None:
    """With the settings of config.yml; a trial run first."""
    await past.ask(100)
    command = ("retention", "--data", str(past.disk.folder))
    for _ in range(2):
        assert "words: 1" in (await asyncio.to_thread(signpost, *command, "--dry-run")).output
    longer = ("--dry-run", "--set", "retention.words_days=120")
    assert "words: 0" in (await asyncio.to_thread(signpost, *command, *longer)).output
    assert "words: 1" in (await asyncio.to_thread(signpost, *command)).output
    assert past.one("text, asker") == (None, "")


async def test_questions_are_answered_meanwhile(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between one step and the next: nobody waits for all of it, and nothing of theirs is lost."""
    monkeypatch.setattr(module, "ROWS", 1)
    for _ in range(60):
        await past.ask(100)
    between: list[int] = []
    running = asyncio.create_task(past.job.run())
    while not running.done():
        await past.ask(0)
        between += [
            count for (count,) in await past.disk.database.read("select count(*) from questions where asker=''")
        ]
    assert (await running)["words"] == 60
    assert len(set(between)) > 3
    assert past.one("count(*)", where="asker != '' and text is not null") == (past.numbers - 60,)


async def test_what_was_begun_goes_on_after_a_crash(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step is whole, and the rest is found again."""
    monkeypatch.setattr(module, "ROWS", 2)
    for _ in range(10):
        await past.ask(100)
    resting = Retention(past.disk.database, SETTINGS, rest_factor=10**9)
    running = asyncio.create_task(resting.run())
    await until(lambda: past.disk.rows("select 1 from questions where asker = ''"))
    await end(running)
    assert past.one("count(*)", where="asker = ''") == (2,)
    await past.job.run()
    assert past.one("count(*)", where="asker = '' and text is null and message_id = ''") == (10,)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job runs again and again."""
    for name in ("FIRST_SECONDS", "EVERY_SECONDS"):
        monkeypatch.setattr(module, name, 0.01)


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What is logged."""
    with caplog.at_level(logging.INFO):
        yield caplog


@pytest.mark.usefixtures("hasty")
async def test_it_is_kept_up_whatever_happens(past: Past, told: pytest.LogCaptureFixture) -> None:
    """A database that is held by another process is told of, and tried again; the log says how many, and no words."""
    await past.ask(100)
    keeping = asyncio.create_task(past.job.keep_enforcing())
    with locked(past.disk.folder):
        await until(lambda: "another process holds it" in told.text)
    await until(lambda: "words: 1" in told.text)
    await end(keeping)
    assert SECRET not in told.text


@pytest.mark.usefixtures("hasty")
async def test_a_running_bot_does_it(small_project: Project, release: Release, past: Past) -> None:
    """By itself, with the settings of its project."""
    await past.ask(100)
    shutil.copytree(release.folder, past.disk.folder / "releases" / release.folder.name)
    project = replace(small_project, data=past.disk.folder)
    project.releases.use(release.number)
    async with serving(project, project.releases.current(), record=True) as service:
        fresh = asyncio.create_task(service.keep_fresh())
        await until(lambda: past.disk.rows("select 1 from questions where text is null and asker = ''"))
        await end(fresh)


@pytest.mark.usefixtures("hasty")
async def test_a_clock_that_jumps_ahead_takes_nothing_away(past: Past, told: pytest.LogCaptureFixture) -> None:
    """What was asked today isn't old."""
    await past.ask(0)
    times = iter([NOW])
    job = Retention(past.disk.database, SETTINGS, lambda: next(times, NOW + timedelta(days=400)))
    keeping = asyncio.create_task(job.keep_enforcing())
    await until(lambda: "clock has jumped ahead" in told.text)
    await end(keeping)
    assert past.one("text is null, message_id = ''") == (0, 0)


def test_what_is_looked_for_is_found_by_an_index(past: Past) -> None:
    """However many questions there are."""
    for rule in (rule for rule in RULES if rule.table in ("questions", "outbox")):
        sql = f"explain query plan select it.rowid from {rule.table} as it where {rule.old}"
        plan = past.disk.database.run_now(partial(past.disk.database.fetch, sql, ago(1)))
        assert f"{rule.table}_by_" in plan[0][3] and "SCAN" not in plan[0][3], rule.name
