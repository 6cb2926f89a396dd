"""What a press does: by the asker, by others and by moderators, after a restart, and where it was forged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot import wording
from bot.answers import AnswerBase
from bot.deliveries import Action, Button, ButtonKind, Owed, Press, Pressed
from bot.errors import QuestionLogError
from bot.messages import Given, Message, Outcome, Reply, Response
from bot.places import Place
from bot.presses import Presses
from tests.disk import Disk, locked

DAY = date(2026, 11, 22)
ASKED = Message("", "discord", "parents", "general", author="jo", message_id="m1")
OFFERED = Response(Outcome.CLARIFY, Reply("Which?"))
POST = "p1"
JO = Press(ASKED.place, POST, "jo", Button(ButtonKind.HELPFUL))
AL = replace(JO, author="al")
MODERATOR = replace(JO, author="mo", author_is_moderator=True)
EVERYONE = pytest.mark.parametrize("who", [JO, AL, MODERATOR], ids=["asker", "another", "moderator"])
OTHERS = pytest.mark.parametrize("who", [AL, MODERATOR], ids=["another", "moderator"])
PICK_SCOTLAND = Button(ButtonKind.PICK, answer="breathing_space", nation="scotland")


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[Disk]:
    """A database with one question of Jo's, whose reply has been posted."""
    made = await disk_with_a_post(tmp_path)
    yield made
    made.close()


@pytest.fixture
def presses(disk: Disk, served_answers: AnswerBase) -> Presses:
    """The buttons under that reply."""
    return presses_of(disk, served_answers)


async def disk_with_a_post(folder: Path) -> Disk:
    """A database with one question of Jo's, whose reply has been posted."""
    disk = Disk(folder)
    await have_asked(disk, ASKED, POST)
    return disk


async def have_asked(disk: Disk, asked: Message, post: str) -> None:
    """Record a question whose reply has been posted."""
    owed = Owed(0, asked.place, Action.POST, OFFERED.reply, asked.message_id)
    recorded = await disk.log.record(asked, "help with debt", (), OFFERED, [owed])
    await disk.outbox.delivered(recorded.owed[0], [post])


def presses_of(disk: Disk, answers: AnswerBase) -> Presses:
    """The buttons under the replies of a database."""
    return Presses(lambda: answers, disk.log, lambda: DAY)


def button(press: Press, kind: ButtonKind, answer: str = "", nation: str = "") -> Press:
    """The same person's press of another button."""
    return replace(press, button=Button(kind, "label", answer, nation))


def votes(disk: Disk) -> list[tuple[str, int]]:
    """Whose votes are kept, and which."""
    names = {disk.log.pseudonym("discord", name): name for name in ("jo", "al", "mo")}
    return sorted((names[asker], helpful) for asker, helpful in disk.rows("select asker, helpful from feedback"))


@EVERYONE
@pytest.mark.parametrize(
    ("kind", "helpful", "thanks"),
    [(ButtonKind.HELPFUL, 1, wording.VOTE_HELPFUL), (ButtonKind.NOT_HELPFUL, 0, wording.VOTE_NOT_HELPFUL)],
)
async def test_anyone_may_vote(
    presses: Presses, disk: Disk, who: Press, kind: ButtonKind, helpful: int, thanks: str
) -> None:
    """A vote is kept and thanked for in private; what all can see stays as it is."""
    assert await presses.press(button(who, kind)) == Pressed(word=thanks)
    assert votes(disk) == [(who.author, helpful)]


async def test_a_vote_may_be_changed(presses: Presses, disk: Disk) -> None:
    """One person has one vote, the last; others have theirs."""
    for who, kind in (
        (JO, ButtonKind.HELPFUL), (AL, ButtonKind.NOT_HELPFUL), (JO, ButtonKind.NOT_HELPFUL), (AL, ButtonKind.HELPFUL),
        (AL, ButtonKind.HELPFUL),
    ):  # fmt: skip
        await presses.press(button(who, kind))
    assert votes(disk) == [("al", 1), ("jo", 0)]


async def test_the_asker_picks_an_answer(presses: Presses, disk: Disk) -> None:
    """The reply becomes the answer for all to see, and a reply to it is then a follow-up to that answer."""
    pressed = await presses.press(button(JO, ButtonKind.PICK, "dro"))
    assert pressed.reply is not None and pressed.reply.given == Given("dro")
    assert (pressed.word, pressed.removes) == ("", False)
    assert disk.rows("select answer, nation from choices") == [("dro", "")]
    assert await disk.log.answer_posted_as("discord", "general", POST) == Given("dro")


async def test_the_asker_picks_a_nation_and_goes_back(presses: Presses, disk: Disk) -> None:
    """The text of one's own nation is shown, with the way back to the common one."""
    pressed = await presses.press(replace(JO, button=PICK_SCOTLAND))
    assert pressed.reply is not None and "moratorium" in pressed.reply.body
    (back,) = pressed.reply.choices
    again = await presses.press(button(JO, ButtonKind.PICK, back.answer, back.nation))
    assert again.reply is not None and again.reply.given == Given("breathing_space")
    assert len(disk.rows("select * from choices")) == 2


@OTHERS
@pytest.mark.parametrize("kind", [ButtonKind.PICK, ButtonKind.NONE_OF_THESE])
async def test_nobody_else_picks(presses: Presses, disk: Disk, who: Press, kind: ButtonKind) -> None:
    """Others get a private word, moderators too, and nothing is changed or kept."""
    assert await presses.press(button(who, kind, "dro")) == Pressed(word=wording.NOT_YOURS)
    assert disk.rows("select * from choices") == []
    assert await disk.log.answer_posted_as("discord", "general", POST) is None


async def test_the_same_number_on_another_platform_is_another_person(presses: Presses) -> None:
    """Neither is the post there this one."""
    elsewhere = replace(JO, place=replace(JO.place, platform="telegram"))
    assert await presses.press(button(elsewhere, ButtonKind.PICK, "dro")) == Pressed(word=wording.TOO_OLD)


@pytest.mark.parametrize(
    ("answer", "nation"),
    [
        ("withdrawn_since", ""),
        ("", ""),
        ("dro", "scotland"),
        ("breathing_space", "atlantis"),
        ("breathing_space", "england"),
        ("../../etc/passwd", ""),
        ("suicide", ""),
        ("dro:x", "\x00"),
    ],
)
async def test_what_cannot_be_picked_is_withdrawn(presses: Presses, disk: Disk, answer: str, nation: str) -> None:
    """An answer that has gone since, or that was never there, is owned up to; so is a nation's text."""
    assert await presses.press(button(JO, ButtonKind.PICK, answer, nation)) == Pressed(word=wording.WITHDRAWN)
    assert disk.rows("select * from choices") == []


async def test_none_of_these_goes_to_officials(presses: Presses, disk: Disk) -> None:
    """It is logged, the asker is told so, and others in the community can join the question."""
    pressed = await presses.press(button(JO, ButtonKind.NONE_OF_THESE))
    assert pressed.word == wording.NONE_NOTED and not pressed.removes
    assert pressed.reply is not None and pressed.reply.allows_me_too and not pressed.reply.choices
    assert disk.rows("select answer from choices") == [("",)]


async def test_nobody_joins_a_direct_message(disk: Disk, served_answers: AnswerBase) -> None:
    """Where nobody else reads along, nobody is asked to join."""
    private = replace(ASKED, community="", channel="dm", message_id="m2")
    await have_asked(disk, private, "p2")
    press = Press(private.place, "p2", "jo", Button(ButtonKind.NONE_OF_THESE))
    pressed = await presses_of(disk, served_answers).press(press)
    assert pressed.reply is not None and not pressed.reply.allows_me_too


@OTHERS
async def test_others_join_a_question_once(presses: Presses, disk: Disk, who: Press) -> None:
    """Each person counts once, however often they press."""
    assert await presses.press(button(who, ButtonKind.ME_TOO)) == Pressed(word=wording.ME_TOO_NOTED)
    for _ in range(2):
        assert await presses.press(button(who, ButtonKind.ME_TOO)) == Pressed(word=wording.ME_TOO_COUNTED)
    assert disk.rows("select count(*) from me_too") == [(1,)]


async def test_the_asker_is_counted_already(presses: Presses, disk: Disk) -> None:
    """Who asked is no second person."""
    assert await presses.press(button(JO, ButtonKind.ME_TOO)) == Pressed(word=wording.ME_TOO_COUNTED)
    assert disk.rows("select count(*) from me_too") == [(0,)]


@pytest.mark.parametrize("who", [JO, MODERATOR], ids=["asker", "moderator"])
async def test_the_asker_and_moderators_remove(presses: Presses, disk: Disk, who: Press) -> None:
    """The reply goes, without a word; what is pressed under it meanwhile comes too late."""
    assert await presses.press(button(who, ButtonKind.REMOVE)) == Pressed(removes=True)
    assert await presses.press(button(JO, ButtonKind.HELPFUL)) == Pressed(word=wording.TOO_OLD)
    assert await disk.log.find_by_post(JO.place, POST) is None


async def test_nobody_else_removes(presses: Presses) -> None:
    """Others get a private word, and the reply stays."""
    assert await presses.press(button(AL, ButtonKind.REMOVE)) == Pressed(word=wording.NOT_YOURS_TO_REMOVE)
    assert await presses.press(button(AL, ButtonKind.HELPFUL)) == Pressed(word=wording.VOTE_HELPFUL)


@pytest.mark.parametrize("kind", ButtonKind)
async def test_buttons_work_after_a_restart(
    presses: Presses, served_answers: AnswerBase, kind: ButtonKind, tmp_path: Path
) -> None:
    """Every button does for everyone what it did before the bot was started anew."""
    restarted = await disk_with_a_post(tmp_path / "restarted")
    for who in (AL, MODERATOR, JO):
        restarted.close()
        restarted = Disk(restarted.folder)
        press = button(who, kind, "breathing_space")
        assert await presses_of(restarted, served_answers).press(press) == await presses.press(press)
    restarted.close()


@pytest.mark.parametrize("kind", ButtonKind)
@pytest.mark.parametrize(
    ("place", "post"),
    [
        (ASKED.place, "unknown"),
        (ASKED.place, ""),
        (Place("discord", "parents", "elsewhere"), POST),
        (Place("telegram", "parents", "general"), POST),
    ],
)
async def test_an_unknown_reply_is_too_old(presses: Presses, kind: ButtonKind, place: Place, post: str) -> None:
    """A reply that nothing is known of, or whose asker has been forgotten, can't be changed."""
    press = replace(button(MODERATOR, kind, "dro"), place=place, post=post)
    assert await presses.press(press) == Pressed(word=wording.TOO_OLD)


async def test_the_reply_to_who_was_forgotten_is_too_old(presses: Presses, disk: Disk) -> None:
    """Nothing is known any more of who asked."""
    await disk.records.forget("discord", "jo")
    assert await presses.press(button(JO, ButtonKind.PICK, "dro")) == Pressed(word=wording.TOO_OLD)


async def test_what_cannot_be_written_down_is_not_done(presses: Presses, disk: Disk) -> None:
    """While another process holds the database, a press fails as a whole."""
    with locked(disk.folder):
        for kind in (ButtonKind.HELPFUL, ButtonKind.PICK, ButtonKind.NONE_OF_THESE, ButtonKind.REMOVE):
            with pytest.raises(QuestionLogError):
                await presses.press(button(JO, kind, "dro"))
    assert await disk.log.find_by_post(JO.place, POST) is not None
