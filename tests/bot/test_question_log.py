"""The question log loses nothing, doubles nothing, and explains itself in one sentence."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.deliveries import Action, Owed
from bot.errors import QuestionLogError
from bot.messages import Candidate, Given, Message, Outcome, Reply, Response, Source
from bot.personal_data import Kind
from bot.places import Place
from bot.storage.database import DATABASE_FILE
from bot.storage.question_log import Known, Recorded, unanswered_questions
from tests.disk import Disk, locked
from tests.votes import vote

REPLY = Reply("**£194** a week", "SMP", sources=(Source("GOV.UK", "https://www.gov.uk"),), given=Given("smp", "wales"))
ANSWERED = Response(Outcome.ANSWERED, REPLY, "smp", 0.9, (Candidate("smp", 0.9), Candidate("dro", 0.1)), "0003")
UNANSWERED = Response(Outcome.UNANSWERED_LOW_CONFIDENCE, Reply("No idea."), None, 0.2, (Candidate("smp", 0.2),), "0003")
SILENT = Response(Outcome.IGNORED_NOT_A_QUESTION)
URGENT = Response(Outcome.URGENT_HELP, Reply("Call 999."), "suicide", 0.8, (Candidate("smp", 0.1),), "0003")
MESSAGE = Message("", "discord", "parents", "general", "t1", author="jo#1", addressed=False)
SEEN = replace(MESSAGE, message_id="m1")
OWED = Owed(0, MESSAGE.place, Action.POST, REPLY, "m1")


def texts(disk: Disk) -> list[str | None]:
    """The texts of all questions, in the order of writing."""
    return [text for (text,) in disk.rows("select text from questions order by id")]


def outcomes(disk: Disk) -> list[str]:
    """The outcomes of all questions, in the order of writing."""
    return [outcome for (outcome,) in disk.rows("select outcome from questions order by id")]


def run_sql(folder: Path, sql: str) -> None:
    """Change the log's file behind its back."""
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as db:
        db.execute(sql)
        db.commit()


def run_in(disk: Disk, sql: str) -> Any:
    """Run a pragma on the log's own connection."""
    return disk.database.run_now(lambda: disk.database._db.execute(sql).fetchone())


def assert_one_sentence(error: BaseException) -> None:
    """A message that a person can read at once: one line, one full stop at its end."""
    assert re.fullmatch(r"[^\n]+[^.]\.", str(error)) and not re.search(r"\. [A-Z]", str(error)), str(error)


# Recording


async def test_a_question_is_stored_with_all_that_was_made_of_it(disk: Disk) -> None:
    """A row says what was asked, where, when, what became of it, what the model thought and which release served."""
    sent = datetime(2026, 11, 22, 10, 30, tzinfo=timezone(timedelta(hours=2)))
    recorded = await disk.log.record(replace(SEEN, sent_at=sent), "how much is smp", (Kind.PHONE,), ANSWERED)
    columns = (
        "id, asked_at, platform, community, channel, thread, message_id, asker, addressed, text, personal_data, "
        "outcome, answer, confidence, candidates, release, revised_at"
    )
    assert disk.rows(f"select {columns} from questions") == [
        (
            recorded.question_id, "2026-11-22T08:30:00.000+00:00", "discord", "parents", "general", "t1", "m1",
            disk.log.pseudonym("discord", "jo#1"), 0, "how much is smp", '["phone"]', "answered", "smp", 0.9,
            '[{"answer": "smp", "confidence": 0.9}, {"answer": "dro", "confidence": 0.1}]', "0003", None,
        )
    ]  # fmt: skip


async def test_what_is_owed_is_stored_with_the_question(disk: Disk) -> None:
    """Each thing gets an id, by which it is found in the outbox; where nothing is owed, nothing is there."""
    alert = replace(OWED, place=Place("discord", "parents", "alerts"), reply_to="")
    recorded = await disk.log.record(SEEN, "how much is smp", (), ANSWERED, [OWED, alert])
    await disk.log.record(MESSAGE, None, (), SILENT)
    assert recorded.is_new and [replace(owed, id=0) for owed in recorded.owed] == [OWED, alert]
    stored = disk.rows("select id, question_id from outbox")
    assert stored == [(owed.id, recorded.question_id) for owed in recorded.owed]


@pytest.mark.parametrize("response", [URGENT, SILENT])
async def test_where_no_words_are_kept_neither_are_their_meanings(disk: Disk, response: Response) -> None:
    """What a text could have meant tells of it, and goes with it."""
    await disk.log.record(MESSAGE, None, (), response)
    assert disk.rows("select text, candidates from questions") == [(None, "[]")]


async def test_a_failure_between_question_and_reply_leaves_neither(disk: Disk) -> None:
    """A question and its owed reply are one transaction."""
    run_sql(disk.folder, "create trigger refuse before insert on outbox begin select raise(abort, 'refused'); end")
    with pytest.raises(QuestionLogError) as caught:
        await disk.log.record(MESSAGE, "how much is smp", (), ANSWERED, [OWED])
    assert_one_sentence(caught.value)
    assert (texts(disk), disk.rows("select * from outbox")) == ([], [])


async def test_a_message_is_recorded_once(disk: Disk) -> None:
    """One that is handed over again is left as it is, and nothing more is owed for it."""
    first = await disk.log.record(SEEN, "how much is smp", (), ANSWERED, [OWED])
    again = await disk.log.record(SEEN, "something else", (), UNANSWERED, [OWED])
    assert again == Recorded(first.question_id, is_new=False)
    assert (texts(disk), len(disk.rows("select * from outbox"))) == (["how much is smp"], 1)


@pytest.mark.parametrize("change", [{"platform": "telegram"}, {"channel": "other"}, {"message_id": "m2"}], ids=str)
async def test_messages_are_told_apart(disk: Disk, change: dict[str, str]) -> None:
    """An id is one channel's on one platform."""
    await disk.log.record(SEEN, "one", (), ANSWERED)
    other = await disk.log.record(replace(SEEN, **change), "two", (), ANSWERED)  # type: ignore[arg-type]
    assert other.is_new and texts(disk) == ["one", "two"]


async def test_messages_without_an_id_are_never_the_same(disk: Disk) -> None:
    """A terminal's lines have none."""
    for _ in range(2):
        assert (await disk.log.record(MESSAGE, "one", (), ANSWERED)).is_new


# Bursts and edits


async def test_an_absorbed_question_gives_its_words_away(disk: Disk) -> None:
    """What went before keeps its row, without words or what they could have meant."""
    first = await disk.log.record(MESSAGE, "how much", (), UNANSWERED)
    await disk.log.record(MESSAGE, "how much. is smp", (), ANSWERED, absorbs=first.question_id)
    assert disk.rows("select outcome, text, candidates != '[]' from questions order by id") == [
        ("ignored_part_of_burst", None, 0),
        ("answered", "how much. is smp", 1),
    ]


async def test_a_message_handed_over_again_absorbs_nothing(disk: Disk) -> None:
    """Least of all itself."""
    first = await disk.log.record(SEEN, "how much", (), UNANSWERED)
    await disk.log.record(SEEN, "how much. how much", (), UNANSWERED, absorbs=first.question_id)
    assert (outcomes(disk), texts(disk)) == (["unanswered_low_confidence"], ["how much"])


async def test_an_edited_question_is_written_anew(disk: Disk) -> None:
    """What was made of the new text takes the place of what was made of the old one; when it was asked stays."""
    first = await disk.log.record(SEEN, "how much", (Kind.PHONE,), UNANSWERED, [OWED])
    before = disk.rows("select asked_at, asker, message_id, addressed from questions")
    edit = replace(OWED, action=Action.EDIT, replaces=first.owed[0].id)
    revised = await disk.log.revise(first.question_id, "how much is smp", (), ANSWERED, [edit])
    assert (revised.question_id, replace(revised.owed[0], id=0)) == (first.question_id, edit)
    assert disk.rows("select asked_at, asker, message_id, addressed from questions") == before
    assert disk.rows("select text, personal_data, outcome, answer, revised_at is null from questions") == [
        ("how much is smp", "[]", "answered", "smp", 0)
    ]


async def test_a_failed_edit_changes_nothing(disk: Disk) -> None:
    """The row and what is owed for it are one transaction."""
    first = await disk.log.record(SEEN, "how much", (), UNANSWERED)
    run_sql(disk.folder, "create trigger refuse before insert on outbox begin select raise(abort, 'refused'); end")
    with pytest.raises(QuestionLogError):
        await disk.log.revise(first.question_id, "how much is smp", (), ANSWERED, [OWED])
    assert (outcomes(disk), texts(disk)) == (["unanswered_low_confidence"], ["how much"])


async def test_a_question_is_found_by_its_message(disk: Disk) -> None:
    """With who asked, when, what became of it, and what was last owed in reply; an alert is no reply."""
    alert = replace(OWED, place=Place("discord", "parents", "alerts"), reply_to="")
    recorded = await disk.log.record(SEEN, "how much", (), UNANSWERED, [OWED, alert])
    asker = disk.log.pseudonym("discord", "jo#1")
    known = await disk.log.find(SEEN.place, "m1")
    assert known and replace(known, asked_at=SEEN.sent_at) == Known(
        id=recorded.question_id,
        asker=asker,
        outcome=Outcome.UNANSWERED_LOW_CONFIDENCE,
        answer=None,
        asked_at=SEEN.sent_at,
        addressed=SEEN.addressed,
        owed_id=recorded.owed[0].id,
        is_removed=False,
    )
    assert abs(known.asked_at - SEEN.sent_at) < timedelta(seconds=1)
    for place, message_id in ((SEEN.place, "m2"), (replace(SEEN.place, channel="other"), "m1")):
        assert await disk.log.find(place, message_id) is None


async def test_a_question_without_a_reply_is_found_too(disk: Disk) -> None:
    """What was passed over is owed nothing."""
    await disk.log.record(SEEN, None, (), SILENT)
    known = await disk.log.find(SEEN.place, "m1")
    assert known and (known.outcome, known.owed_id) == (Outcome.IGNORED_NOT_A_QUESTION, 0)


# Posts


async def test_a_posted_answer_is_found_by_its_id(disk: Disk) -> None:
    """The platform's id leads back to the answer and nation, in its own platform and channel alone."""
    recorded = await disk.log.record(MESSAGE, "how much is smp", (), ANSWERED, [OWED])
    await disk.outbox.delivered(recorded.owed[0], ["r1"])
    assert await disk.log.answer_posted_as("discord", "general", "r1") == Given("smp", "wales")
    for elsewhere in (("telegram", "general", "r1"), ("discord", "other", "r1"), ("discord", "general", "r2")):
        assert await disk.log.answer_posted_as(*elsewhere) is None


async def test_a_refusal_is_no_posted_answer(disk: Disk) -> None:
    """There is nothing in it that could be asked on about; but who asked is found."""
    recorded = await disk.log.record(MESSAGE, "how", (), UNANSWERED, [replace(OWED, reply=UNANSWERED.reply)])
    await disk.outbox.delivered(recorded.owed[0], ["r1"])
    assert await disk.log.answer_posted_as("discord", "general", "r1") is None
    known = await disk.log.find_by_post(MESSAGE.place, "r1")
    assert known and known.id == recorded.question_id


async def test_an_answer_posted_anew_replaces_the_one_before(disk: Disk) -> None:
    """A post that was picked or edited to show another answer stands for that one."""
    recorded = await disk.log.record(MESSAGE, "how much is smp", (), ANSWERED, [OWED])
    await disk.outbox.delivered(recorded.owed[0], ["r1"])
    await disk.log.record_choice(recorded.question_id, "discord", "jo#1", Given("pip"), "r1")
    assert await disk.log.answer_posted_as("discord", "general", "r1") == Given("pip")
    edit = replace(OWED, action=Action.EDIT, reply=Reply("A DRO.", given=Given("dro")), replaces=recorded.owed[0].id)
    revised = await disk.log.revise(recorded.question_id, "what is a dro", (), ANSWERED, [edit])
    await disk.outbox.delivered(revised.owed[0], ["r1"])
    assert await disk.log.answer_posted_as("discord", "general", "r1") == Given("dro")


async def test_a_removed_post_is_found_no_more(disk: Disk) -> None:
    """What was taken away can't be asked on about or pressed."""
    recorded = await disk.log.record(MESSAGE, "how much is smp", (), ANSWERED, [OWED])
    await disk.outbox.delivered(recorded.owed[0], ["r1"])
    await disk.log.record_removal(MESSAGE.place, "r1")
    assert await disk.log.answer_posted_as("discord", "general", "r1") is None
    assert await disk.log.find_by_post(MESSAGE.place, "r1") is None


# What can't be written


async def test_a_locked_log_loses_nothing_and_doubles_nothing(disk: Disk) -> None:
    """What can't be written while another process holds the log is written, in order, with the next question.

    Its askers were told of an error, so that no reply is owed to them any more.
    """
    with locked(disk.folder):
        for text in ("first", "second"):
            with pytest.raises(QuestionLogError, match="another process holds it") as caught:
                await disk.log.record(MESSAGE, text, (), ANSWERED, [OWED])
            assert_one_sentence(caught.value)
    third = await disk.log.record(MESSAGE, "third", (), ANSWERED, [OWED])
    assert (third.question_id, texts(disk)) == (3, ["first", "second", "third"])
    assert disk.rows("select question_id from outbox order by id") == [(3,)]
    assert outcomes(disk) == ["error_question_log", "error_question_log", "answered"]


@pytest.mark.parametrize("response", [URGENT, SILENT])
async def test_what_stands_unrecorded_keeps_its_outcome(disk: Disk, response: Response) -> None:
    """Urgent help and silence are carried out all the same, and that is what the row says later."""
    with locked(disk.folder), pytest.raises(QuestionLogError):
        await disk.log.record(MESSAGE, None, (), response)
    await disk.log.record(MESSAGE, "next", (), ANSWERED)
    assert outcomes(disk) == [response.outcome.value, "answered"]


async def test_closing_writes_what_is_left(disk: Disk) -> None:
    """A question that was kept for later is not lost when the bot stops."""
    with locked(disk.folder), pytest.raises(QuestionLogError):
        await disk.log.record(MESSAGE, "kept", (), ANSWERED)
    disk.close()
    assert texts(disk) == ["kept"]


async def test_a_read_only_log_is_explained(disk: Disk) -> None:
    """A log that may not be written says so; what was kept is written once it may be."""
    # SQLite reports the same as for a file without write permission, which root can't be denied.
    run_in(disk, "pragma query_only = on")
    with pytest.raises(QuestionLogError, match="it is read-only") as caught:
        await disk.log.record(MESSAGE, "first", (), ANSWERED)
    assert_one_sentence(caught.value)
    run_in(disk, "pragma query_only = off")
    await disk.log.record(MESSAGE, "second", (), ANSWERED)
    assert texts(disk) == ["first", "second"]


async def test_a_full_disk_is_explained(disk: Disk) -> None:
    """On a full disk each question is kept, and written once there is room: all of them, once."""
    run_in(disk, f"pragma max_page_count = {run_in(disk, 'pragma page_count')[0]}")
    asked = [f"{number}: {'long ' * 800}" for number in range(3)]
    for text in asked:
        with pytest.raises(QuestionLogError, match="the disk is full") as caught:
            await disk.log.record(MESSAGE, text, (), ANSWERED)
        assert_one_sentence(caught.value)
    assert texts(disk) == []
    run_in(disk, "pragma max_page_count = 100000")
    await disk.log.record(MESSAGE, "after", (), ANSWERED)
    assert texts(disk) == [*asked, "after"]


async def test_a_row_that_can_never_be_written_holds_up_no_other(disk: Disk) -> None:
    """A platform's broken characters cost one row, not the log."""
    with pytest.raises(QuestionLogError) as caught:
        await disk.log.record(replace(MESSAGE, community="broken \ud800"), "first", (), ANSWERED)
    assert_one_sentence(caught.value)
    await disk.log.record(MESSAGE, "second", (), ANSWERED)
    assert texts(disk) == ["second"]


# What people press


async def test_a_later_vote_replaces_an_earlier_one(disk: Disk) -> None:
    """One person has one vote on a reply; another person has another."""
    question_id = (await disk.log.record(MESSAGE, "how much is smp", (), ANSWERED)).question_id
    for author, helpful in (("jo", True), ("jo", False), ("al", True)):
        await vote(disk.log, question_id, "discord", author, helpful)
    assert sorted(disk.rows("select asker, helpful from feedback")) == sorted(
        [(disk.log.pseudonym("discord", "jo"), 0), (disk.log.pseudonym("discord", "al"), 1)]
    )


async def test_a_press_needs_a_question(disk: Disk) -> None:
    """Votes, choices and company for a question that isn't there are refused, and nothing of them stays."""
    for press in (
        vote(disk.log, 99, "discord", "jo", True),
        disk.log.record_choice(99, "discord", "jo", Given("smp"), "r1"),
        disk.log.record_me_too(99, "discord", "jo"),
    ):
        with pytest.raises(QuestionLogError):
            await press
    assert [disk.rows(f"select * from {table}") for table in ("feedback", "choices", "me_too")] == [[]] * 3


async def test_every_choice_is_kept(disk: Disk) -> None:
    """What a person picked is kept, "None of these" included."""
    question_id = (await disk.log.record(MESSAGE, "how much?", (), UNANSWERED)).question_id
    await disk.log.record_choice(question_id, "discord", "jo", Given(""), "r1")
    await disk.log.record_choice(question_id, "discord", "jo", Given("smp", "wales"), "r1")
    assert disk.rows("select question_id, answer, nation from choices order by id") == [
        (question_id, "", ""),
        (question_id, "smp", "wales"),
    ]


async def test_company_is_counted_once(disk: Disk) -> None:
    """Somebody who would like to know too counts once, whoever else does."""
    question_id = (await disk.log.record(MESSAGE, "how much?", (), UNANSWERED)).question_id
    counted = [await disk.log.record_me_too(question_id, "discord", author) for author in ("al", "mo", "al")]
    assert counted == [True, True, False]
    assert disk.rows("select count(*) from me_too") == [(2,)]


async def test_a_deleted_message_has_its_words_forgotten(disk: Disk) -> None:
    """The row says what became of it and no more, and the reply's removal is owed."""
    first = await disk.log.record(SEEN, "how much is smp", (), ANSWERED, [OWED])
    removal = Owed(0, SEEN.place, Action.REMOVE, replaces=first.owed[0].id)
    (owed,) = await disk.log.withdraw(first.question_id, [removal])
    assert replace(owed, id=0) == removal and owed.id > first.owed[0].id
    assert disk.rows("select outcome, text, candidates from questions") == [("answered", None, "[]")]


# What officials see


async def test_unanswered_questions_come_newest_first(disk: Disk) -> None:
    """Officials see what nobody has answered, and only that, newest first, while the bot goes on writing."""
    wanted = [outcome for outcome in Outcome if outcome.value.startswith("unanswered_")]
    wanted += [Outcome.CLARIFY, Outcome.IGNORED_NOT_CONFIDENT]
    for outcome in Outcome:
        await disk.log.record(MESSAGE, f"text of {outcome.value}", (), Response(outcome))
    listed = list(unanswered_questions(disk.folder))
    assert {question.outcome for question in listed} == {outcome.value for outcome in wanted}
    assert [question.id for question in listed] == sorted((question.id for question in listed), reverse=True)


async def test_an_unanswered_question_is_read_back_whole(disk: Disk) -> None:
    """What officials see has the types that it was written with."""
    await disk.log.record(MESSAGE, "how much?", (), UNANSWERED)
    (question,) = unanswered_questions(disk.folder)
    assert (question.text, question.addressed, question.confidence) == ("how much?", False, 0.2)
    assert question.candidates == [{"answer": "smp", "confidence": 0.2}]


def test_no_log_holds_no_questions(tmp_path: Path) -> None:
    """Before anything was asked there is nothing to list, and listing makes no file."""
    assert list(unanswered_questions(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


async def test_any_folder_name_will_do(tmp_path: Path) -> None:
    """A folder whose name means something in a URI is read like any other."""
    folder = tmp_path / "50% of #1?mode=rw"
    with closing(Disk(folder)) as disk:
        await disk.log.record(MESSAGE, "how much?", (), UNANSWERED)
    assert [question.text for question in unanswered_questions(folder)] == ["how much?"]
