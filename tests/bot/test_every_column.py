"""In every table there may be something of a person: all of it is shown to them, and once forgotten none is left."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.accounts import Role
from bot.communities import Communities
from bot.deliveries import Action, Owed
from bot.messages import Candidate, Given, Message, Outcome, Reply, Response
from bot.personal_data import Kind
from bot.places import ChannelSettings, Notice, Place
from bot.storage.account_store import AccountStore
from bot.storage.asker_keys import rotate
from bot.storage.audit_log import AuditLog
from bot.storage.build_store import BuildStore
from bot.storage.community_store import CommunityStore
from bot.storage.database import KEY_FILE
from bot.storage.digest_store import DigestStore
from bot.storage.draft_store import DraftStore
from bot.storage.grouping_store import GroupingStore, Move
from bot.storage.meaning_store import MeaningStore, Meant
from bot.storage.pause_store import PauseStore, Scope
from bot.storage.telling_store import Telling, TellingStore, Waiting
from bot.storage.theme_store import ThemeStore
from tests.command_line import CommandLine
from tests.disk import Disk
from tests.votes import vote

JO = "4242424242"
"""Jo's number on Telegram, where it is also that of Jo's private chat."""
WORDS = "jabberwock"
"""What Jo's questions say, but for the one that an editor takes up."""
TAKEN_UP = "how does bandersnatch pay work"
IDS = ("jomessage", "jothread", "jopost")
BY_SIZE = "question_vectors.vector"
"""What is shown by its size alone."""
GROUP = Place("telegram", "-100", "-100")
MOMENT = datetime.now(timezone.utc)
OFFICIALS = {"drafts", "answer_versions"}
"""What officials have taken up is their text by now; it leads back to nobody, and they are told where it stands."""
INDEX = ("questions_fts", "sqlite_", "_sqlite")
ANSWERED = Response(Outcome.UNANSWERED_LOW_CONFIDENCE, None, None, 0.3, (Candidate("pay", 0.3),), "0007")


@dataclass
class Life:
    """All that Jo ever did, by the code that the bot and the console run."""

    disk: Disk
    numbers: int = 0
    questions: list[int] = field(default_factory=list)

    async def lived(self) -> None:
        """Let it all happen."""
        others = await self._ask(f"another's {WORDS[::-1]}", "777", GROUP)
        await self._converse()
        await self._press(others)
        await self._moderate()
        await self._be_grouped()
        await self._be_answered()
        await self._officials()

    async def _ask(self, text: str, author: str, place: Place) -> int:
        self.numbers += 1
        message_id, thread = f"{IDS[0]}{self.numbers}", f"{IDS[1]}{self.numbers}"
        message = Message("", place.platform, place.community, place.channel, thread, author=author)
        message = replace(message, message_id=message_id)
        reply = Reply(f"You said: {text}", given=Given("pay"))
        owed = [Owed(0, message.place, Action.POST, reply, message_id)]
        recorded = await self.disk.log.record(message, text, (Kind.PHONE,), ANSWERED, owed)
        await self.disk.outbox.delivered(recorded.owed[0], [f"{IDS[2]}{self.numbers}"])
        return recorded.question_id

    async def _converse(self) -> None:
        private = Place("telegram", "", JO)
        for text, place in ((f"my {WORDS} is late", GROUP), (f"what {WORDS} can i get", private), (TAKEN_UP, GROUP)):
            self.questions.append(await self._ask(text, JO, place))

    async def _press(self, others: int) -> None:
        log = self.disk.log
        for question in (others, *self.questions):
            await vote(log, question, "telegram", JO, True)
            await log.record_me_too(question, "telegram", JO)
        await log.record_choice(self.questions[0], "telegram", JO, Given("pay"), f"{IDS[2]}2")

    async def _moderate(self) -> None:
        store = CommunityStore(self.disk.database)
        await store.joined("telegram", "-100", "Parents")
        await store.tell_once(replace(GROUP, channel=JO), Notice.WELCOME)
        communities = Communities(store, ChannelSettings(), ["debt"])
        await communities.change(replace(GROUP, channel=""), {"alerts_channel": JO, "digest_channel": JO}, by=JO)
        alert = Owed(0, Place("telegram", "-100", JO), Action.POST, Reply("see there"))
        message = Message("", "telegram", "-100", "-100", author="777", message_id="m")
        recorded = await self.disk.log.record(message, None, (), Response(Outcome.URGENT_HELP), [alert])
        await self.disk.outbox.delivered(recorded.owed[0], ["a1"])

    async def _be_grouped(self) -> None:
        grouping, database = GroupingStore(self.disk.database), self.disk.database
        (theme,) = await grouping.begin_themes([""])
        await grouping.move([Move(question, 0, theme) for question in self.questions])
        await grouping.set_titles({theme: self.questions[0]})
        await grouping.count([theme])
        meant = [Meant(question, WORDS.encode() * 9, {"pay": 0.3}) for question in self.questions]
        await MeaningStore(database).keep(meant, "e", "0007")
        digests = DigestStore(database)
        shown = await digests.new_themes(GROUP, 9)
        to = replace(GROUP, channel=JO)
        assert await digests.owe(to, shown, MOMENT - timedelta(hours=1), lambda number: Reply(f"“{shown[0].words}”"))
        await ThemeStore(database).add_note(theme, digests.named("telegram", JO), "Taken in hand")

    async def _be_answered(self) -> None:
        store = DraftStore(self.disk.database)
        row = {"kind": "answer", "answer": "pay", "content": "You get pay.", "questions": TAKEN_UP, "theme_id": 1}
        draft = await store.add({**row, "author": "ann@dwp.gov.uk"})
        await store.change(draft, {"state": "approved", "approved_by": "ben@dwp.gov.uk"})
        (draft,) = await store.in_states(["approved"])
        await store.publish([draft], "0008", {})

        def plan(waiting: Any, told: Any) -> list[Telling]:
            one: Waiting = waiting[0]
            owed = Owed(0, one.place, Action.POST, Reply("It is"), one.message_id, not_before=MOMENT)
            return [Telling(one.question_id, (one.question_id,), owed)]

        await TellingStore(self.disk.database).tell(draft.id, 1, "pay", (), MOMENT - timedelta(days=1), plan)

    async def _officials(self) -> None:
        database = self.disk.database
        await AccountStore(database).add("ann@dwp.gov.uk", "Ann", Role.EDITOR, "DWP", None, "stamp")
        await AccountStore(database).begin_attempt("ann@dwp.gov.uk", "192.0.2.1", 15, (9, 9))
        await AuditLog(database).record("ann@dwp.gov.uk", "signed in", "account")
        await BuildStore(database).start(1, "ann@dwp.gov.uk")
        await PauseStore(database).add(Scope.ANSWER, "pay", "wrong", "ann@dwp.gov.uk", MOMENT, None)

    def marks(self) -> set[str]:
        """Everything by which Jo could be known."""
        names = {name.partition("-")[2] or name for name in self.disk.database.keys.names("telegram", JO)}
        mine = {f"{kind}{number}" for kind in IDS for number in (2, 3, 4)}
        # Officials see the beginning of a moderator's name.
        return {JO, WORDS, TAKEN_UP, *mine, *(name[:6] for name in names)}

    def marked(self) -> list[tuple[str, str]]:
        """Where any of these stands, in any column of any table, and which."""
        marks = self.marks()
        return [(where, mark) for where, value in self.disk.values() for mark in marks if mark in _as_text(value)]


def _as_text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _tables(disk: Disk) -> list[str]:
    return [name for (name,) in disk.rows("select name from sqlite_master where type = 'table'")]


@pytest.fixture
async def life(disk: Disk) -> Life:
    """All of it, under a key that has been changed since: Jo's last words are under the new one."""
    made = Life(disk)
    await made.lived()
    rotate(disk.folder / KEY_FILE, drop_old=False)
    made.questions.append(await made._ask(f"and a {WORDS} again", JO, GROUP))
    return made


def test_every_table_has_something_in_it(life: Life) -> None:
    """A table that is made one day is thought of here: what puts a person's rows into it belongs into their life."""
    assert [table for table in _tables(life.disk) if not life.disk.rows(f'select 1 from "{table}"')] == []


async def test_all_that_is_held_is_shown(life: Life) -> None:
    """Every value in which something of Jo stands is in the rows that Jo is given."""
    shown = await life.disk.records.rows_about("telegram", JO)
    values = {f"{table}.{name}": value for table, rows in shown.items() for name, value in _values(rows)}
    hidden = [
        (where, mark)
        for where, mark in life.marked()
        if not where.startswith(INDEX) and where.partition(".")[0] not in OFFICIALS and where != BY_SIZE
        and mark not in values.get(where, "")
    ]  # fmt: skip
    assert hidden == []
    counts = {"questions": 4, "question_vectors": 3, "theme_questions": 3, "tellings": 1}
    assert {table: len(shown[table]) for table in counts} == counts
    # What was another's is not shown, but for what was posted to Jo.
    assert WORDS[::-1] not in json.dumps(dict(shown))


def _values(rows: Iterable[Any]) -> Iterable[tuple[str, str]]:
    joined: dict[str, str] = {}
    for row in rows:
        for name, value in row.items():
            joined[name] = f"{joined.get(name, '')}\n{value}"
    return joined.items()


async def test_nothing_is_left_in_any_column(life: Life) -> None:
    """Wherever something of Jo stood, and it stood in many places; nor in any file, once the rest is done."""
    before = {where for where, _ in life.marked()}
    assert {where.partition(".")[0] for where in before} >= {
        "questions", "questions_fts", "question_vectors", "themes", "outbox", "posts", "feedback", "choices", "me_too",
        "settings_changes", "theme_notes", "digests", "notices", "drafts", "answer_versions",
    }  # fmt: skip
    assert await life.disk.records.drafts_quoting("telegram", JO) == [1]
    assert await life.disk.records.forget("telegram", JO) == 4
    assert {where for where, _ in life.marked()} <= {"drafts.questions", "answer_versions.questions"}
    assert await life.disk.records.rows_about("telegram", JO) == {}
    assert life.disk.rows("select id from outbox where delivered_at is null and dropped_at is null") == []
    assert await life.disk.records._erasure.rewrite()
    left = life.marks() - {TAKEN_UP}
    for path in life.disk.folder.iterdir():
        assert [mark for mark in left if mark.encode() in path.read_bytes()] == [], path.name


async def test_others_lose_nothing(life: Life) -> None:
    """What another asked is there, with the words; and votes of others on Jo's questions."""
    await vote(life.disk.log, life.questions[0], "telegram", "777", True)
    await life.disk.records.forget("telegram", JO)
    (held,) = {
        tuple(question[1:]) for question in (await life.disk.records.held_about("telegram", "777")).questions[1:]
    }
    assert held == (f"another's {WORDS[::-1]}", "unanswered_low_confidence")
    assert (await life.disk.records.held_about("telegram", "777")).votes == 1


# From the command line


def test_an_official_answers_a_letter(life: Life, signpost: CommandLine) -> None:
    """With all rows as JSON; and erases them, after having been asked, while the bot has the file open."""
    data = str(life.disk.folder)
    shown = json.loads(signpost("mydata", "telegram", JO, "--data", data).output)
    assert len(shown["questions"]) == 4 and WORDS in json.dumps(shown)
    done = signpost("forget", "telegram", JO, "--yes", "--data", data)
    assert "questions: 4" in done.output and "drafts, for an editor to look at: 1" in done.output
    assert json.loads(signpost("mydata", "telegram", JO, "--data", data).output) == {}
    assert "Nothing is held" in signpost("forget", "telegram", JO, "--yes", "--data", data).output
    assert life.disk.rows("select action, subject, detail from audit order by id desc limit 1") == [
        ("forgot a person", "somebody on telegram", '{"messages": 4}')
    ]


def test_what_cannot_be_looked_for_is_told(signpost: CommandLine, tmp_path: Path) -> None:
    """In a sentence: a platform that there is none of, and a folder without a log, which is not made either."""
    assert "no platform myspace" in signpost("mydata", "myspace", JO, "--data", str(tmp_path)).errors
    commands = (
        ("mydata", "discord", JO),
        ("forget", "discord", JO),
        ("keys", "list"),
        ("keys", "rotate"),
        ("retention",),
    )
    for command in commands:
        assert "no question log" in signpost(*command, "--data", str(tmp_path / "x")).errors
    assert not (tmp_path / "x").exists()


def test_forgetting_asks_first(life: Life, signpost: CommandLine) -> None:
    """Who does not say yes has erased nothing."""
    signpost("forget", "telegram", JO, "--data", str(life.disk.folder), typed="n\n")
    assert len(life.disk.rows(f"select id from questions where text like '%{WORDS}%'")) == 3
