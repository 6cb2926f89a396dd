"""A person sees all that is held about them, and can have it erased: all of it, and nobody else's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

import pytest

from bot import wording
from bot.communities import Communities
from bot.deliveries import Action, Owed
from bot.messages import Given, Message, Outcome, Reply
from bot.personal_answers import SHOWN, PersonalAnswers
from bot.personal_data import Kind
from bot.places import ChannelSettings, Mode, Place
from bot.storage.database import DATABASE_FILE, now
from bot.storage.digest_store import DigestStore
from bot.storage.theme_store import ThemeStore
from tests.disk import ANSWERED, Disk, edit, locked, post, removal
from tests.votes import vote

JO, AL = "4242424242", "7777777777"
IN_GROUP = Message("", "telegram", "-100", "-100", author=JO, message_id="m1")
ALONE = Message("", "telegram", "", JO, author=JO, message_id="m2")
IN_THREAD = Message("", "discord", "parents", "general", "t9", author=JO, message_id="m3")
TEXT = "zanzibar benefits"


@dataclass
class Life:
    """Everything that a person can leave behind, and the same of another person."""

    disk: Disk

    async def of(self, author: str, text: str = TEXT) -> None:
        """Ask in a group, alone and in a thread; edit, press, vote, moderate and be alerted."""
        for message in (IN_GROUP, ALONE, IN_THREAD):
            channel = author if message is ALONE else message.channel
            mine = replace(message, author=author, channel=channel, message_id=f"{message.message_id}-{author}")
            await self._ask(mine, text)
        await self._moderate(author)

    async def _ask(self, message: Message, text: str) -> None:
        log, outbox = self.disk.log, self.disk.outbox
        reply = Reply(body=f"You said: {text}", given=Given("pay"))
        answer = Owed(0, message.place, Action.POST, reply, message.message_id)
        alert = Owed(0, Place("telegram", "-100", "-500"), Action.POST, Reply(f"see /{message.message_id}"))
        recorded = await log.record(message, text, (Kind.PHONE,), ANSWERED, [answer, alert])
        first, _ = recorded.owed
        await outbox.delivered(first, [f"p{first.id}"])
        revised = await log.revise(recorded.question_id, text, (), ANSWERED, [edit(first)])
        await outbox.delivered(revised.owed[0], [f"p{first.id}"])
        await log.withdraw(recorded.question_id, [removal(revised.owed[0])])
        await log.revise(recorded.question_id, text, (), ANSWERED)
        await log.record_choice(recorded.question_id, message.platform, message.author, Given("dro"), f"p{first.id}")
        for asked in self.disk.rows("select id from questions"):
            await vote(log, asked[0], message.platform, message.author, True)
            await log.record_me_too(asked[0], message.platform, message.author)

    async def _moderate(self, author: str) -> None:
        communities = Communities(self.disk.store, ChannelSettings(), ["debt"])
        await communities.change(Place("telegram", "-100"), {"mode": "questions"}, by=author)
        # Telegram's administrators may have alerts sent to themselves.
        await communities.change(Place("telegram", f"-9{author}"[:6]), {"alerts_channel": author}, by=author)
        await self._decide(author)
        alert = post(place=Place("telegram", "-100", author))
        recorded = await self.disk.record([alert, alert], replace(IN_GROUP, author="somebody else"), "another's words")
        await self.disk.outbox.delivered(recorded.owed[0], [f"alert-{author}"])

    async def _decide(self, author: str) -> None:
        """Decide about a theme from the chat, and be told of an answer that has come."""
        themes, digests = ThemeStore(self.disk.database), DigestStore(self.disk.database)
        theme = self._insert("themes", title="T", state="new", created_at=now())
        await themes.add_note(theme, digests.named("telegram", author), "Taken in hand")
        draft = self._insert(
            "drafts", kind="answer", answer="pay", author="ann", edited_by="ann", state="published", version=1,
            created_at=now(), changed_at=now(),
        )  # fmt: skip
        asker = self.disk.database.pseudonym("telegram", author)
        for (question,) in self.disk.rows(f"select id from questions where asker = '{asker}'"):
            self._insert("tellings", draft_id=draft, question_id=question, told_at=now())

    def _insert(self, table: str, **row: Any) -> int:
        return self.disk.database.run_now(lambda: self.disk.database.insert(table, row))


@pytest.fixture
def answers(disk: Disk) -> PersonalAnswers:
    """What a person is told."""
    return PersonalAnswers(disk.records)


def traces(disk: Disk, *words: str) -> list[tuple[str, str]]:
    """Where any of these words stands in any column of any table."""
    return [(where, word) for where, value in disk.values() for word in words if word in str(value)]


def traces_of(disk: Disk, author: str, text: str) -> list[tuple[str, str]]:
    """Where anything of a person stands."""
    # Officials see the beginning of a moderator's.
    pseudonyms = [disk.database.pseudonym(platform, author)[:8] for platform in ("telegram", "discord")]
    return traces(disk, author, text, *pseudonyms)


async def test_nothing_is_left_in_any_column_of_any_table(disk: Disk) -> None:
    """After both platforms have forgotten a person, neither their name, their pseudonym nor their words are found.

    Whatever is stored one day, in whichever table, is looked at here.
    """
    await Life(disk).of(JO)
    tables = {where.partition(".")[0] for where, _ in traces_of(disk, JO, TEXT)}
    assert tables >= {
        "questions",
        "outbox",
        "posts",
        "feedback",
        "choices",
        "me_too",
        "settings_changes",
        "theme_notes",
    }
    assert await disk.records.forget("telegram", JO) == 2
    assert await disk.records.forget("discord", JO) == 1
    assert traces_of(disk, JO, TEXT) == []


async def test_nothing_is_left_in_the_file(disk: Disk) -> None:
    """What has been erased is overwritten, and not only unlinked."""
    await Life(disk).of(JO)
    await disk.records.forget("telegram", JO)
    await disk.records.forget("discord", JO)
    secrets = [TEXT, JO, *(disk.database.pseudonym(platform, JO) for platform in ("telegram", "discord"))]
    disk.close()  # The write-ahead log is then worked into the file.
    content = (disk.folder / DATABASE_FILE).read_bytes()
    assert [secret for secret in secrets if secret.encode() in content] == []


async def test_one_platform_forgets_for_itself(disk: Disk) -> None:
    """The same number on another platform is another person."""
    await Life(disk).of(JO)
    await disk.records.forget("telegram", JO)
    assert await disk.records.forget("telegram", JO) == 0
    held = await disk.records.held_about("discord", JO)
    assert (len(held.questions), held.choices) == (1, 1)


async def test_counts_by_outcome_stay(disk: Disk) -> None:
    """How much is asked and what becomes of it is still known, with place, time and answer."""
    columns = "select outcome, answer, release, addressed, platform, community, asked_at from questions"
    await Life(disk).of(JO)
    before = Counter(disk.rows(columns))
    await disk.records.forget("telegram", JO)
    await disk.records.forget("discord", JO)
    assert Counter(disk.rows(columns)) == before
    assert disk.rows("select count(*) from outbox where delivered_at is not null")[0][0] > 0


async def test_nobody_else_loses_anything(disk: Disk) -> None:
    """Another person's messages, votes, picks, replies and settings stand as they were."""
    life = Life(disk)
    await life.of(AL, "al's own words")
    before = _all_rows(disk)
    await life.of(JO)
    for platform in ("telegram", "discord"):
        await disk.records.forget(platform, JO)
    after = _all_rows(disk)
    for table, rows in before.items():
        assert not rows - after[table], table
    for platform in ("telegram", "discord"):
        held = await disk.records.held_about(platform, AL)
        assert {text for _, text, _ in held.questions} == {"al's own words"} and held.votes


async def test_votes_of_others_on_a_forgotten_persons_question_stay(disk: Disk) -> None:
    """What others pressed is theirs."""
    recorded = await disk.record(message=IN_GROUP)
    await vote(disk.log, recorded.question_id, "telegram", AL, True)
    await disk.log.record_me_too(recorded.question_id, "telegram", AL)
    await disk.records.forget("telegram", JO)
    held = await disk.records.held_about("telegram", AL)
    assert (held.votes, held.me_too) == (1, 1)


async def test_others_are_told_whom_the_same_post_was_for(disk: Disk) -> None:
    """A post that goes with who is forgotten was to tell others too: its draft is announced again."""
    life = Life(disk)
    theirs = await disk.record(message=replace(IN_GROUP, author=AL))
    mine = await disk.record([post(not_before=datetime.now(timezone.utc))], IN_GROUP)
    await life._decide("nobody")
    await disk.database.run(partial(disk.database.execute, "update drafts set announced_at = ''"))
    told = "insert into tellings (draft_id, question_id, outbox_id, told_at) values (1, ?, ?, '')"
    for recorded in (theirs, mine):
        await disk.database.run(partial(disk.database.execute, told, recorded.question_id, mine.owed[0].id))
    await disk.records.forget("telegram", JO)
    assert disk.rows("select question_id from tellings") == [(mine.question_id,)]
    assert disk.rows("select announced_at from drafts") == [(None,)]


async def test_a_moderators_changes_hold_without_their_name(disk: Disk) -> None:
    """What was settled goes on holding; who settled it is not told any more."""
    communities = Communities(disk.store, ChannelSettings(), ["debt"])
    await communities.change(Place("telegram", "-100"), {"mode": "off"}, by=JO)
    await disk.records.forget("telegram", JO)
    assert Communities(disk.store, ChannelSettings(), []).settings(Place("telegram", "-100", "-100")).mode is Mode.OFF
    (line,) = await communities.history(Place("telegram", "-100"))
    assert "mode set to off" in line and JO not in line and not line.endswith("by ")


async def test_alerts_no_longer_go_to_who_was_forgotten(disk: Disk) -> None:
    """Alerts named for a private chat end, as a change that every process sees; later choices stand."""
    communities = Communities(disk.store, ChannelSettings(), ["debt"])
    named, renamed = Place("telegram", "-100"), Place("telegram", "-200")
    for place in (named, renamed):
        await communities.change(place, {"alerts_channel": JO}, by=AL)
    await communities.change(renamed, {"alerts_channel": "-200"}, by=AL)
    last = await disk.store.last_change_id()
    await disk.records.forget("telegram", JO)
    assert await disk.store.last_change_id() > last
    later = Communities(disk.store, ChannelSettings(), [])
    assert later.settings(replace(named, channel="-100")).alerts_channel == ""
    assert later.settings(replace(renamed, channel="-200")).alerts_channel == "-200"


async def test_what_is_held_is_told(disk: Disk, answers: PersonalAnswers) -> None:
    """Each message with its time and what became of it, and how many votes, picks and settings there are."""
    await Life(disk).of(JO)
    told = await answers.held_about("telegram", JO)
    assert told.title and told.body.count(TEXT) == 2
    assert wording.LABELS[Outcome.ANSWERED] in told.body
    counts = ("messages: 2", "picks: 2", "changes of settings: 2", "times told of a new answer: 2")
    for count in (*counts, "decisions about themes: 1"):
        assert count in told.body
    assert not [word for word in (JO, disk.database.pseudonym("telegram", JO)) if word in told.body]


async def test_of_many_messages_the_newest_are_shown(disk: Disk, answers: PersonalAnswers) -> None:
    """The others are counted, and it is said that there are more."""
    for number in range(SHOWN + 5):
        await disk.record(message=IN_GROUP, text=f"question number {number:03}")
    body = (await answers.held_about("telegram", JO)).body
    assert body.count("question number") == SHOWN and f"messages: {SHOWN + 5}" in body
    assert f"{SHOWN + 4:03}" in body and "number 000" not in body
    assert f"newest {SHOWN} of {SHOWN + 5} messages" in body


@pytest.mark.parametrize("outcome", Outcome)
async def test_every_outcome_can_be_told(disk: Disk, answers: PersonalAnswers, outcome: Outcome) -> None:
    """Words that were not kept are said to be so."""
    await disk.log.record(IN_GROUP, None, (), replace(ANSWERED, outcome=outcome))
    body = (await answers.held_about("telegram", JO)).body
    assert wording.LABELS[outcome] in body and wording.HELD_NO_WORDS in body


async def test_who_is_unknown_is_told_so(disk: Disk, answers: PersonalAnswers) -> None:
    """Nothing is held about who never wrote, or about who was forgotten."""
    assert (await answers.held_about("telegram", JO)).body == wording.HELD_NOTHING
    assert "0" in (await answers.forget("telegram", JO)).body
    await Life(disk).of(JO)
    assert "2" in (await answers.forget("telegram", JO)).body
    assert (await answers.held_about("telegram", JO)).body == wording.HELD_NOTHING


async def test_a_locked_database_is_owned_up_to(disk: Disk, answers: PersonalAnswers) -> None:
    """Nobody is told that they were forgotten where they were not."""
    await Life(disk).of(JO)
    with locked(disk.folder):
        assert (await answers.forget("telegram", JO)).body == wording.CANNOT_NOTE
    assert traces_of(disk, JO, TEXT)


async def test_forgetting_is_all_or_nothing(disk: Disk, answers: PersonalAnswers) -> None:
    """Where the last step fails, the first is taken back."""
    await Life(disk).of(JO)
    before = _all_rows(disk)
    disk.database.run_now(
        lambda: disk.database.execute(
            "create trigger refuse before update on questions begin select raise(abort, 'refused'); end"
        )
    )
    assert (await answers.forget("telegram", JO)).body == wording.CANNOT_NOTE
    assert _all_rows(disk) == before


async def test_who_was_forgotten_can_ask_again(disk: Disk) -> None:
    """The same message id, in the same channel, is a new question."""
    await disk.log.record(IN_GROUP, TEXT, (), ANSWERED)
    await disk.records.forget("telegram", JO)
    assert (await disk.log.record(IN_GROUP, TEXT, (), ANSWERED)).is_new
    assert len((await disk.records.held_about("telegram", JO)).questions) == 1


async def test_each_channel_was_last_heard(disk: Disk, answers: PersonalAnswers) -> None:
    """The newest message in each channel and thread of a platform, of the last day alone."""
    now = datetime.now(timezone.utc).replace(microsecond=0)
    heard = {
        ("general", ""): [timedelta(hours=2), timedelta(minutes=5), timedelta(hours=1)],
        ("general", "t1"): [timedelta(hours=3)],
        ("random", ""): [timedelta(days=2)],
    }
    for (channel, thread), ages in heard.items():
        for age in ages:
            message = replace(IN_THREAD, channel=channel, thread=thread, sent_at=now - age)
            await disk.record(message=message)
    await disk.record(message=replace(IN_GROUP, sent_at=now))
    expected: Mapping[tuple[str, str], datetime] = {
        ("general", ""): now - timedelta(minutes=5),
        ("general", "t1"): now - timedelta(hours=3),
    }
    assert await answers.last_heard("discord") == expected
    assert await answers.last_heard("telegram") == {("-100", ""): now}
    assert await answers.last_heard("terminal") == {}


def _all_rows(disk: Disk) -> dict[str, Counter[str]]:
    """Every row of every table, but for what the database writes for itself: it is its own to change."""
    tables = [name for (name,) in disk.rows("select name from sqlite_master where type = 'table'")]
    ours = [name for name in tables if not name.startswith(("questions_fts_", "sqlite_", "erasures"))]
    return {table: Counter(map(repr, disk.rows(f'select * from "{table}"'))) for table in ours}


async def test_messages_with_an_outcome_are_known(disk: Disk, answers: PersonalAnswers) -> None:
    """In their own channel alone, so that a look back hands over nothing twice."""
    await disk.log.record(replace(IN_THREAD, message_id="m1"), "how much", (), ANSWERED)
    assert await answers.known(IN_THREAD.place, ["m1", "m2"]) == {"m1"}
    assert await answers.known(replace(IN_THREAD.place, channel="other"), ["m1"]) == set()
