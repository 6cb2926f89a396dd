"""The question log loses nothing, doubles nothing, and explains itself in one sentence."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.errors import QuestionLogError
from bot.messages import Candidate, Choice, Given, Message, Outcome, Reply, Response, Source
from bot.personal_data import Kind
from bot.question_log import KEY_FILE, LOG_FILE, QuestionLog, owed_reply, unanswered_questions

ROOT = Path(__file__).parents[2]
REPLY = Reply(
    "**£194** a week",
    "SMP",
    sources=(Source("GOV.UK", "https://www.gov.uk"),),
    choices=(Choice("W", "smp"),),
    given=Given("smp", "wales"),
)
ANSWERED = Response(Outcome.ANSWERED, REPLY, "smp", 0.9, (Candidate("smp", 0.9), Candidate("dro", 0.1)), "0003")
UNANSWERED = Response(Outcome.UNANSWERED_LOW_CONFIDENCE, Reply("No idea."), None, 0.2, (Candidate("smp", 0.2),), "0003")
MESSAGE = Message("", "discord", "parents", "general", "t1", author="jo#1", message_id="m1", addressed=False)
WRITER = """
import asyncio, sys
from pathlib import Path
from bot.messages import Message, Outcome, Reply, Response
from bot.question_log import QuestionLog

async def write(folder, name):
    print("ready", flush=True)
    sys.stdin.readline()
    log = QuestionLog(Path(folder), 10.0)
    for number in range(40):
        response = Response(Outcome.ANSWERED, Reply("yes"))
        question_id = await log.record(Message("", author=name), f"{name} {number}", (), response)
        await log.mark_delivered(question_id)
    print(log.pseudonym("terminal", "jo"))
    log.close()

asyncio.run(write(*sys.argv[1:]))
"""
Open = Callable[[], QuestionLog]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens the log in the test's folder; whatever was opened is closed in the end."""
    logs: list[QuestionLog] = []

    def open_log() -> QuestionLog:
        logs.append(QuestionLog(tmp_path, busy_seconds=0.05))
        return logs[-1]

    yield open_log
    for log in logs:
        log.close()


@pytest.fixture
def log(opened: Open) -> QuestionLog:
    """An empty log."""
    return opened()


def rows(folder: Path, sql: str) -> list[Any]:
    """What a second connection reads."""
    with closing(sqlite3.connect(folder / LOG_FILE)) as db:
        return db.execute(sql).fetchall()


def texts(folder: Path) -> list[str]:
    """The texts of all questions, in the order of writing."""
    return [text for (text,) in rows(folder, "select text from questions order by id")]


def run_sql(folder: Path, sql: str) -> None:
    """Change the log's file behind its back."""
    with closing(sqlite3.connect(folder / LOG_FILE)) as db:
        db.execute(sql)
        db.commit()


def run_in(log: QuestionLog, sql: str) -> Any:
    """Run a pragma on the log's own connection."""
    return log._in_writer_now(lambda: log._db.execute(sql).fetchone())


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another process holds the write lock."""
    with closing(sqlite3.connect(folder / LOG_FILE, isolation_level=None)) as other:
        other.execute("begin immediate")
        yield
        other.execute("rollback")


def assert_one_sentence(error: BaseException) -> None:
    """A message that a person can read at once: one line, one full stop at its end."""
    assert re.fullmatch(r"[^\n]+[^.]\.", str(error)) and not re.search(r"\. [A-Z]", str(error)), str(error)


@pytest.mark.asyncio
async def test_a_question_is_stored_with_all_that_was_made_of_it(log: QuestionLog, tmp_path: Path) -> None:
    """A row says what was asked, where, when, what became of it, what the model thought and which release served."""
    sent = datetime(2026, 11, 22, 10, 30, tzinfo=timezone(timedelta(hours=2)))
    message = Message(**{**vars(MESSAGE), "sent_at": sent})
    question_id = await log.record(message, "how much is smp", (Kind.PHONE,), ANSWERED)
    columns = (
        "id, asked_at, platform, community, channel, thread, message_id, asker, addressed, text, personal_data, "
        "outcome, answer, confidence, candidates, release"
    )
    assert rows(tmp_path, f"select {columns} from questions") == [  # noqa: S608 - the columns stand above
        (
            question_id, "2026-11-22T08:30:00+00:00", "discord", "parents", "general", "t1", "m1",
            log.pseudonym("discord", "jo#1"), 0, "how much is smp", '["phone"]', "answered", "smp", 0.9,
            '[{"answer": "smp", "confidence": 0.9}, {"answer": "dro", "confidence": 0.1}]', "0003",
        )
    ]  # fmt: skip


@pytest.mark.asyncio
async def test_the_owed_reply_is_stored_with_the_question(log: QuestionLog, tmp_path: Path) -> None:
    """The outbox holds the whole reply, which can be read back; where silence is right, nothing is owed."""
    question_id = await log.record(MESSAGE, "how much is smp", (), ANSWERED)
    await log.record(MESSAGE, "lol", (), Response(Outcome.IGNORED_NOT_A_QUESTION))
    ((owed_for, reply, delivered),) = rows(tmp_path, "select question_id, reply, delivered_at from outbox")
    assert (owed_for, owed_reply(reply), delivered) == (question_id, REPLY, None)


def test_a_reply_from_before_answers_were_named_is_read() -> None:
    """An older log's outbox says nothing of the answer given."""
    older = json.dumps({"body": "b", "sources": [], "choices": []})
    assert owed_reply(older) == Reply("b")


@pytest.mark.asyncio
async def test_a_posted_answer_is_found_by_its_id(log: QuestionLog) -> None:
    """The platform's id leads back to the answer and nation, in its own platform and channel alone."""
    question_id = await log.record(MESSAGE, "how much is smp", (), ANSWERED)
    await log.record_post(question_id, "r1", Given("smp", "wales"))
    assert await log.answer_posted_as("discord", "general", "r1") == Given("smp", "wales")
    for elsewhere in (("telegram", "general", "r1"), ("discord", "other", "r1"), ("discord", "general", "r2")):
        assert await log.answer_posted_as(*elsewhere) is None


@pytest.mark.asyncio
async def test_an_answer_posted_anew_replaces_the_one_before(log: QuestionLog) -> None:
    """A post that was edited to show another answer stands for that one; one for no question is not kept."""
    question_id = await log.record(MESSAGE, "how much is smp", (), ANSWERED)
    await log.record_post(question_id, "r1", Given("smp"))
    await log.record_post(question_id, "r1", Given("dro"))
    await log.record_post(question_id + 1, "r2", Given("smp"))
    assert await log.answer_posted_as("discord", "general", "r1") == Given("dro")
    assert await log.answer_posted_as("discord", "general", "r2") is None


def test_the_log_is_in_wal_mode(log: QuestionLog, tmp_path: Path) -> None:
    """Officials can read while the bot writes."""
    assert rows(tmp_path, "pragma journal_mode") == [("wal",)]


@pytest.mark.asyncio
async def test_a_failure_between_question_and_reply_leaves_neither(log: QuestionLog, tmp_path: Path) -> None:
    """A question and its owed reply are one transaction."""
    run_sql(tmp_path, "create trigger refuse before insert on outbox begin select raise(abort, 'refused'); end")
    with pytest.raises(QuestionLogError) as caught:
        await log.record(MESSAGE, "how much is smp", (), ANSWERED)
    assert_one_sentence(caught.value)
    assert (texts(tmp_path), rows(tmp_path, "select * from outbox")) == ([], [])


@pytest.mark.asyncio
async def test_a_locked_log_loses_nothing_and_doubles_nothing(log: QuestionLog, tmp_path: Path) -> None:
    """What can't be written while another process holds the log is written, in order, with the next question.

    Its askers were told of an error, so that no reply is owed to them any more.
    """
    with locked(tmp_path):
        for text in ("first", "second"):
            with pytest.raises(QuestionLogError, match="another process holds it") as caught:
                await log.record(MESSAGE, text, (), ANSWERED)
            assert_one_sentence(caught.value)
    assert await log.record(MESSAGE, "third", (), ANSWERED) == 3
    assert texts(tmp_path) == ["first", "second", "third"]
    assert rows(tmp_path, "select question_id from outbox order by id") == [(3,)]
    outcomes = ["error_question_log", "error_question_log", "answered"]
    assert [outcome for (outcome,) in rows(tmp_path, "select outcome from questions order by id")] == outcomes


@pytest.mark.asyncio
async def test_closing_writes_what_is_left(log: QuestionLog, tmp_path: Path) -> None:
    """A question that was kept for later is not lost when the bot stops; closing twice does no harm."""
    with locked(tmp_path), pytest.raises(QuestionLogError):
        await log.record(MESSAGE, "kept", (), ANSWERED)
    log.close()
    log.close()
    assert texts(tmp_path) == ["kept"]


@pytest.mark.asyncio
async def test_a_read_only_log_is_explained(log: QuestionLog, tmp_path: Path) -> None:
    """A log that may not be written says so; what was kept is written once it may be."""
    # SQLite reports the same as for a file without write permission, which root can't be denied.
    run_in(log, "pragma query_only = on")
    with pytest.raises(QuestionLogError, match="it is read-only") as caught:
        await log.record(MESSAGE, "first", (), ANSWERED)
    assert_one_sentence(caught.value)
    run_in(log, "pragma query_only = off")
    await log.record(MESSAGE, "second", (), ANSWERED)
    assert texts(tmp_path) == ["first", "second"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write any file")
@pytest.mark.asyncio
async def test_a_read_only_file_is_explained(opened: Open, tmp_path: Path) -> None:
    """The same with a file that has lost its write permission."""
    opened().close()
    (tmp_path / LOG_FILE).chmod(0o444)
    with pytest.raises(QuestionLogError, match="it is read-only"):
        await opened().record(MESSAGE, "first", (), ANSWERED)
    (tmp_path / LOG_FILE).chmod(0o644)


@pytest.mark.asyncio
async def test_a_full_disk_is_explained(log: QuestionLog, tmp_path: Path) -> None:
    """On a full disk each question is kept, and written once there is room: all of them, once."""
    run_in(log, f"pragma max_page_count = {run_in(log, 'pragma page_count')[0]}")
    asked = [f"{number}: {'long ' * 800}" for number in range(3)]
    for text in asked:
        with pytest.raises(QuestionLogError, match="the disk is full") as caught:
            await log.record(MESSAGE, text, (), ANSWERED)
        assert_one_sentence(caught.value)
    assert texts(tmp_path) == []
    run_in(log, "pragma max_page_count = 100000")
    await log.record(MESSAGE, "after", (), ANSWERED)
    assert texts(tmp_path) == [*asked, "after"]


@pytest.mark.asyncio
async def test_a_row_that_can_never_be_written_holds_up_no_other(log: QuestionLog, tmp_path: Path) -> None:
    """A platform's broken characters cost one row, not the log."""
    broken = Message(**{**vars(MESSAGE), "community": "broken \ud800"})
    with pytest.raises(QuestionLogError) as caught:
        await log.record(broken, "first", (), ANSWERED)
    assert_one_sentence(caught.value)
    await log.record(MESSAGE, "second", (), ANSWERED)
    assert texts(tmp_path) == ["second"]


def test_a_file_that_is_no_database_is_explained_and_kept(opened: Open, tmp_path: Path) -> None:
    """Somebody's other file under the log's name is refused, and not a byte of it is changed."""
    content = b"This is no database. " * 500
    (tmp_path / LOG_FILE).write_bytes(content)
    with pytest.raises(QuestionLogError, match="it is not a question log") as caught:
        opened()
    assert_one_sentence(caught.value)
    with pytest.raises(QuestionLogError, match="it is not a question log"):
        list(unanswered_questions(tmp_path))
    assert (tmp_path / LOG_FILE).read_bytes() == content


def test_a_folder_in_place_of_the_log_is_explained(opened: Open, tmp_path: Path) -> None:
    """Where the log can't be opened at all, the error says what to look at."""
    (tmp_path / LOG_FILE).mkdir()
    with pytest.raises(QuestionLogError, match="it can't be opened") as caught:
        opened()
    assert_one_sentence(caught.value)


def test_a_file_in_place_of_the_folder_is_explained(tmp_path: Path) -> None:
    """A data folder that is a file is refused in one sentence."""
    (tmp_path / "data").write_text("")
    with pytest.raises(QuestionLogError, match="can't be used for the question log") as caught:
        QuestionLog(tmp_path / "data")
    assert_one_sentence(caught.value)


def test_opening_a_locked_new_log_is_explained(opened: Open, tmp_path: Path) -> None:
    """A log that can't be set up because another process holds it says so, rather than start half made."""
    run_sql(tmp_path, "create table other (id)")
    with locked(tmp_path), pytest.raises(QuestionLogError, match="another process holds it") as caught:
        opened()
    assert_one_sentence(caught.value)


def test_processes_share_a_log_from_the_first_moment(tmp_path: Path) -> None:
    """Processes that make and write the same log at once lose no row and agree on the askers' key."""
    folder = tmp_path / "new" / "data"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), name],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in "abc"
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout and writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("go\n")
        writer.stdin.flush()
    pseudonyms = [writer.communicate(timeout=30)[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert len(set(pseudonyms)) == 1
    assert sorted(texts(folder)) == sorted(f"{name} {number}" for name in "abc" for number in range(40))
    assert rows(folder, "select count(*), count(delivered_at) from outbox") == [(120, 120)]


def test_a_pseudonym_is_stable_and_tells_nothing(opened: Open, tmp_path: Path) -> None:
    """A person keeps one pseudonym across restarts, another on each platform, and their name is not in it."""
    before, after = opened(), opened()
    assert before.pseudonym("discord", "jo#1") == after.pseudonym("discord", "jo#1")
    names = {after.pseudonym("discord", "jo#1"), after.pseudonym("telegram", "jo#1"), after.pseudonym("discord", "al")}
    assert len(names) == 3
    assert all(re.fullmatch(r"[0-9a-f]{32}", name) for name in names)
    assert re.fullmatch(r"[0-9a-f]{32}", after.pseudonym("discord", "broken \ud800"))


def test_another_folder_has_another_key(tmp_path: Path) -> None:
    """Two departments' logs can't be joined by their askers."""
    with closing(QuestionLog(tmp_path / "a")) as one, closing(QuestionLog(tmp_path / "b")) as other:
        assert one.pseudonym("discord", "jo#1") != other.pseudonym("discord", "jo#1")


def test_the_key_is_the_owners_alone(log: QuestionLog, tmp_path: Path) -> None:
    """Nobody else on the machine can read the key, and no scratch file is left of making it."""
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert len((tmp_path / KEY_FILE).read_bytes()) == 32
    assert [path.name for path in tmp_path.glob("asker*")] == [KEY_FILE]


@pytest.mark.asyncio
async def test_an_author_is_nowhere_in_the_file(log: QuestionLog, tmp_path: Path) -> None:
    """The platform's name of a person is not stored."""
    await log.record(MESSAGE, "how much is smp", (), ANSWERED)
    log.close()
    assert b"jo#1" not in (tmp_path / LOG_FILE).read_bytes()


@pytest.mark.asyncio
async def test_unanswered_questions_come_newest_first(log: QuestionLog, tmp_path: Path) -> None:
    """Officials see what nobody has answered, and only that, newest first, while the bot goes on writing."""
    wanted = [outcome for outcome in Outcome if outcome.value.startswith("unanswered_")]
    wanted += [Outcome.CLARIFY, Outcome.IGNORED_NOT_CONFIDENT]
    for outcome in Outcome:
        await log.record(MESSAGE, f"text of {outcome.value}", (), Response(outcome))
    listed = list(unanswered_questions(tmp_path))
    assert {question.outcome for question in listed} == {outcome.value for outcome in wanted}
    assert [question.id for question in listed] == sorted((question.id for question in listed), reverse=True)


@pytest.mark.asyncio
async def test_an_unanswered_question_is_read_back_whole(log: QuestionLog, tmp_path: Path) -> None:
    """What officials see has the types that it was written with."""
    await log.record(MESSAGE, "how much?", (), UNANSWERED)
    (question,) = unanswered_questions(tmp_path)
    assert (question.text, question.addressed, question.confidence) == ("how much?", False, 0.2)
    assert question.candidates == [{"answer": "smp", "confidence": 0.2}]


def test_no_log_holds_no_questions(tmp_path: Path) -> None:
    """Before anything was asked there is nothing to list, and listing makes no file."""
    assert list(unanswered_questions(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.asyncio
async def test_any_folder_name_will_do(tmp_path: Path) -> None:
    """A folder whose name means something in a URI is read like any other."""
    folder = tmp_path / "50% of #1?mode=rw"
    with closing(QuestionLog(folder)) as log:
        await log.record(MESSAGE, "how much?", (), UNANSWERED)
    assert [question.text for question in unanswered_questions(folder)] == ["how much?"]


@pytest.mark.asyncio
async def test_a_later_vote_replaces_an_earlier_one(log: QuestionLog, tmp_path: Path) -> None:
    """One person has one vote on a reply; another person has another."""
    question_id = await log.record(MESSAGE, "how much is smp", (), ANSWERED)
    for author, helpful in (("jo", True), ("jo", False), ("al", True)):
        await log.record_feedback(question_id, "discord", author, helpful)
    assert sorted(rows(tmp_path, "select asker, helpful from feedback")) == sorted(
        [(log.pseudonym("discord", "jo"), 0), (log.pseudonym("discord", "al"), 1)]
    )


@pytest.mark.asyncio
async def test_a_vote_needs_a_question(log: QuestionLog) -> None:
    """Feedback and choices on a question that isn't there are refused."""
    with pytest.raises(QuestionLogError):
        await log.record_feedback(99, "discord", "jo", True)
    with pytest.raises(QuestionLogError):
        await log.record_choice(99, "discord", "jo", "smp", "")


@pytest.mark.asyncio
async def test_every_choice_is_kept(log: QuestionLog, tmp_path: Path) -> None:
    """What a person picked is kept, "None of these" included."""
    question_id = await log.record(MESSAGE, "how much?", (), UNANSWERED)
    await log.record_choice(question_id, "discord", "jo", "", "")
    await log.record_choice(question_id, "discord", "jo", "smp", "wales")
    assert rows(tmp_path, "select question_id, answer, nation from choices order by id") == [
        (question_id, "", ""),
        (question_id, "smp", "wales"),
    ]


@pytest.mark.asyncio
async def test_a_reply_is_marked_delivered_once(log: QuestionLog, tmp_path: Path) -> None:
    """Only the reply that was posted is marked, and the first time stands."""
    first = await log.record(MESSAGE, "one", (), ANSWERED)
    await log.record(MESSAGE, "two", (), ANSWERED)
    await log.mark_delivered(first)
    assert rows(tmp_path, "select question_id from outbox where delivered_at is not null") == [(first,)]
    run_sql(tmp_path, "update outbox set delivered_at = 'earlier' where delivered_at is not null")
    await log.mark_delivered(first)
    assert rows(tmp_path, "select delivered_at from outbox order by id") == [("earlier",), (None,)]
