"""What connectors hand everything to: it raises nothing, whatever happens behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest
from prometheus_client import REGISTRY

from bot import wording
from bot.deliveries import Action, Button, ButtonKind, Press, Pressed
from bot.front_desk import FrontDesk
from bot.messages import Given, Outcome, Response
from bot.places import Place, TopicAnswer
from tests.bot.responder_bench import ASKED, EMERGENCY, PRIVATE, Bench, held

QUESTION = "how do i get a dro"
SAID = replace(ASKED, text=QUESTION, message_id="m1")


@pytest.fixture
def desk(bench: Bench) -> FrontDesk:
    """A front desk with everything behind it."""
    return FrontDesk(bench.responder, bench.log)


def counted(name: str, **labels: str) -> float:
    """What Prometheus has counted until now."""
    return REGISTRY.get_sample_value(f"{name}_total", labels) or 0.0


async def ask(desk: FrontDesk, bench: Bench) -> Response:
    """Ask a question now, whose reply is then posted as p1."""
    response = await desk.respond(replace(SAID, sent_at=datetime.now(timezone.utc)))
    await bench.deliver(response, "p1")
    return response


async def test_every_message_is_counted_by_its_outcome(desk: FrontDesk) -> None:
    """What became of messages is there for Prometheus."""
    labels = {"platform": "discord", "outcome": "answered"}
    before = counted("signpost_outcomes", **labels)
    assert (await desk.respond(SAID)).outcome is Outcome.ANSWERED
    assert counted("signpost_outcomes", **labels) == before + 1


def test_topics_are_the_answers_by_service(desk: FrontDesk) -> None:
    """Services by name, answers by title."""
    debt, maternity = desk.topics()
    assert (debt.service, debt.title, maternity.title) == ("debt", "Debt", "Maternity")
    assert debt.answers == (TopicAnswer("breathing_space", "Breathing space"), TopicAnswer("dro", "Debt relief orders"))


def test_an_answer_can_be_looked_at(desk: FrontDesk) -> None:
    """The text of a nation where it has one of its own, and else the common one."""
    for nation, shown in (("", ""), ("scotland", "scotland"), ("wales", ""), ("atlantis", "")):
        reply = desk.answer(ASKED.place, "breathing_space", nation)
        assert reply is not None and reply.given == Given("breathing_space", shown)
    assert all(desk.answer(ASKED.place, slug) is None for slug in ("gone", "", "suicide"))


async def test_a_deleted_question_takes_its_reply_with_it(desk: FrontDesk, bench: Bench) -> None:
    """The words are gone from the row, its outcome stays, and the removal of the reply is owed."""
    response = await ask(desk, bench)
    (removal,) = await desk.message_deleted(ASKED.place, "m1")
    assert (removal.action, removal.replaces) == (Action.REMOVE, response.owed[0].id)
    assert [owed.id for owed in await bench.outbox.owed("discord")] == [removal.id]
    assert await bench.outbox.posts_of(removal.replaces) == ["p1"]
    assert bench.rows("select text, candidates, outcome from questions") == [(None, "[]", "answered")]
    assert QUESTION.encode() not in b"".join(str(row).encode() for row in bench.rows("select * from questions"))


async def test_a_reply_that_still_waits_is_removed_too(desk: FrontDesk) -> None:
    """The removal goes behind what has not been posted yet."""
    response = await desk.respond(SAID)
    (removal,) = await desk.message_deleted(ASKED.place, "m1")
    assert removal.replaces == response.owed[0].id


async def test_an_edited_question_takes_its_last_reply_with_it(desk: FrontDesk, bench: Bench) -> None:
    """What stands there is what the last edit made of it."""
    await ask(desk, bench)
    edited = await desk.respond(replace(SAID, text="what is breathing space", is_edit=True))
    await bench.deliver(edited, "p1")
    (removal,) = await desk.message_deleted(ASKED.place, "m1")
    assert removal.replaces == edited.owed[0].id
    assert await bench.outbox.posts_of(removal.replaces) == ["p1"]


async def test_where_nothing_was_said_nothing_is_owed(desk: FrontDesk, bench: Bench) -> None:
    """A message that was met with silence, or that nobody knows, is deleted without a sound."""
    silent = replace(SAID, text="lol nice weather", addressed=False)
    assert (await desk.respond(silent)).reply is None
    assert list(await desk.message_deleted(ASKED.place, "m1")) == []
    assert list(await desk.message_deleted(ASKED.place, "unknown")) == []
    assert list(await desk.message_deleted(ASKED.place, "")) == []
    assert list(await desk.message_deleted(Place("discord", "parents", "elsewhere"), "m1")) == []
    assert bench.rows("select * from outbox") == []


async def test_deleting_twice_removes_once(desk: FrontDesk, bench: Bench) -> None:
    """A platform may tell of it again; nothing is left to remove then."""
    await ask(desk, bench)
    (removal,) = await desk.message_deleted(ASKED.place, "m1")
    await bench.outbox.delivered(removal)
    again = await desk.message_deleted(ASKED.place, "m1")
    assert [await bench.outbox.posts_of(owed.replaces) for owed in again] in ([], [[]])


async def test_urgent_help_goes_with_its_message(desk: FrontDesk, bench: Bench) -> None:
    """The alert that moderators got stays with them."""
    response = await desk.respond(replace(SAID, text=EMERGENCY))
    reply, alert = response.owed
    assert (reply.place, alert.place.channel) == (ASKED.place, "alerts")
    (removal,) = await desk.message_deleted(ASKED.place, "m1")
    assert (removal.place, removal.replaces) == (ASKED.place, reply.id)


async def test_a_deletion_that_cannot_be_written_is_survived(desk: FrontDesk, bench: Bench) -> None:
    """Nothing is owed then."""
    await ask(desk, bench)
    with held(bench.folder):
        assert list(await desk.message_deleted(ASKED.place, "m1")) == []


async def test_a_press_is_counted_and_carried_out(desk: FrontDesk, bench: Bench) -> None:
    """A vote is kept, and counted by its kind."""
    await ask(desk, bench)
    before = counted("signpost_presses", platform="discord", kind="up")
    pressed = await desk.press(Press(ASKED.place, "p1", "al", Button(ButtonKind.HELPFUL)))
    assert pressed == Pressed(word=wording.VOTE_HELPFUL)
    assert counted("signpost_presses", platform="discord", kind="up") == before + 1


@pytest.mark.parametrize("kind", [kind for kind in ButtonKind if not kind.is_for_staff])
async def test_no_press_raises(desk: FrontDesk, bench: Bench, kind: ButtonKind) -> None:
    """Where a press can't be noted, or something unforeseen happens, the person is told so in private."""
    await ask(desk, bench)
    press = Press(ASKED.place, "p1", "jo", Button(kind, answer="dro"))
    if kind is not ButtonKind.ME_TOO:  # The asker is counted already, with nothing to write.
        with held(bench.folder):
            assert await desk.press(press) == Pressed(word=wording.CANNOT_NOTE)
    bench.database.close()
    assert await desk.press(press) == Pressed(word=wording.CANNOT_NOTE)


async def test_a_closed_database_is_survived(desk: FrontDesk, bench: Bench) -> None:
    """While the bot stops, what still comes in costs no traceback and loses no outcome."""
    await ask(desk, bench)
    bench.database.close()
    assert list(await desk.message_deleted(ASKED.place, "m1")) == []
    assert (await desk.respond(replace(PRIVATE, text=QUESTION))).outcome in Outcome


async def test_no_text_is_logged(desk: FrontDesk, bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever fails, the logs hold nothing that people wrote."""
    caplog.set_level("DEBUG")
    await ask(desk, bench)
    with held(bench.folder):
        await desk.respond(replace(SAID, message_id="m2", text=f"{QUESTION} zanzibar"))
        await desk.message_deleted(ASKED.place, "m1")
    bench.database.close()
    await desk.press(Press(ASKED.place, "p1", "jo", Button(ButtonKind.REMOVE)))
    await desk.respond(replace(SAID, message_id="m3", text=f"{QUESTION} zanzibar"))
    assert QUESTION not in caplog.text and "zanzibar" not in caplog.text


async def test_what_staff_press_goes_to_the_digest(bench: Bench) -> None:
    """And nothing else does; without a digest, it is too old."""
    pressed: list[Press] = []

    async def take(press: Press) -> Pressed:
        pressed.append(press)
        return Pressed("Yours.")

    place = Place("discord", "parents", "staff")
    mine, vote = (Press(place, "d1", "mod", Button(kind)) for kind in (ButtonKind.ASSIGN, ButtonKind.HELPFUL))
    desk = FrontDesk(bench.responder, bench.log, press_of_staff=take)
    assert (await desk.press(mine)).word == "Yours."
    assert (await desk.press(vote)).word == wording.TOO_OLD and pressed == [mine]
    assert (await FrontDesk(bench.responder, bench.log).press(mine)).word == wording.TOO_OLD
