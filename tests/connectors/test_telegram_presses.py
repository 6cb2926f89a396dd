"""Presses of buttons reach the bot, and what they call for is done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.deliveries import Button, ButtonKind, Press, Pressed
from bot.places import Place
from connectors.fakes.telegram_server import Fault, Post
from tests.connectors.telegram_bench import ANSWER, OFFER, Bench, bench, until

LONG = replace(OFFER, body="\n\n".join(f"Paragraph {number}: {'word ' * 60}" for number in range(40)))


async def answered(b: Bench, text: str = "how much") -> Post:
    """The reply to a question of Ann's, noted as delivered."""
    post = await b.telegram.reply_to(b.telegram.say(b.ann, b.group, text))
    await until(lambda: not b.outbox.waiting)
    return b.telegram.posts[-1] if text == "long" else post


async def test_a_press_is_handed_over_and_answered() -> None:
    """With who pressed what where; the word is for them alone, and the reply stays as it is."""
    async with bench() as b:
        ben = b.telegram.user("Ben")
        post = await answered(b)
        answer = await b.telegram.press(ben, post, "👍")
        place = Place("telegram", str(b.group.id), str(b.group.id))
        assert b.handler.presses == [Press(place, str(post.id), str(ben.id), Button(ButtonKind.HELPFUL))]
        assert answer.text == "Noted." and not answer.show_alert and not post.edits[1:]


async def test_moderators_are_known() -> None:
    """A group's administrators, and nobody in a private chat."""
    async with bench() as b:
        post = await answered(b)
        await b.telegram.press(b.ann, post, "✕")
        private = await b.telegram.reply_to(b.telegram.say(b.ann, b.telegram.private_chat(b.ann), "how much"))
        await b.telegram.press(b.ann, private, "✕")
        assert [press.author_is_moderator for press in b.handler.presses] == [True, False]
        assert b.handler.presses[1].place == Place("telegram", "", str(b.ann.id))


async def test_a_pick_takes_the_place_of_the_offer() -> None:
    """In the same message, with the answer's own buttons."""
    async with bench() as b:
        post = await answered(b, "which")
        b.handler.pressed["pick"] = Pressed(reply=ANSWER)
        answer = await b.telegram.press(b.ann, post, "Scotland")
        await b.telegram.until(lambda: post.text.startswith("How much"))
        assert b.handler.presses[0].button == Button(ButtonKind.PICK, "", "smp_amount", "scotland")
        assert answer.text == "" and list(post.buttons) == ["👍", "👎", "✕"] and len(b.telegram.posts) == 1


async def test_removal() -> None:
    """The reply is deleted, all of its messages; pressing twice is no error."""
    async with bench(replies={"long": LONG}) as b:
        last = await answered(b, "long")
        assert len(b.telegram.posts_in(b.group)) > 1
        b.handler.pressed["x"] = Pressed(removes=True)
        await b.telegram.press(b.ann, last, "✕")
        await b.telegram.until(lambda: not b.telegram.posts_in(b.group))
        await b.telegram.press(b.ann, last, "✕", is_stale=True)


async def test_an_edit_that_a_press_calls_for_is_tried_again() -> None:
    """When Telegram can't do it at once."""
    async with bench() as b:
        post = await answered(b, "which")
        b.handler.pressed["pick"] = Pressed(reply=ANSWER)
        b.telegram.faults.plan("editMessageText", Fault.ERROR, Fault.DROPPED)
        await b.telegram.press(b.ann, post, "Scotland")
        await b.telegram.until(lambda: post.text.startswith("How much"))


async def test_buttons_under_very_old_posts_work() -> None:
    """Telegram doesn't show such a post to the bot any more."""
    async with bench() as b:
        post = await answered(b, "which")
        b.handler.pressed["pick"] = Pressed(reply=ANSWER)
        await b.telegram.press(b.ann, post, "Scotland", is_gone=True)
        await b.telegram.until(lambda: post.text.startswith("How much"))


async def test_in_a_topic() -> None:
    """The place has the topic."""
    async with bench() as b:
        forum = b.telegram.forum("Neighbours", creator=b.ann)
        topic = b.telegram.topic(forum, "Money")
        post = await b.telegram.reply_to(b.telegram.say(b.ann, forum, "how much", thread=topic))
        await b.telegram.press(b.ann, post, "👎")
        assert b.handler.presses[0].place.thread == str(topic.id)


async def test_long_words_are_cut_and_stay_on_the_screen() -> None:
    """Telegram shows 200 characters at most."""
    async with bench() as b:
        post = await answered(b)
        b.handler.pressed["up"] = Pressed("word " * 60)
        answer = await b.telegram.press(b.ann, post, "👍")
        assert len(answer.text) == 200 and answer.text.endswith("…") and answer.show_alert


async def test_an_acknowledgement_that_comes_too_late_is_survived() -> None:
    """The next press is answered as ever."""
    async with bench() as b:
        post = await answered(b)
        b.telegram.faults.plan("answerCallbackQuery", Fault.ERROR)
        with pytest.raises(TimeoutError):
            await b.telegram.press(b.ann, post, "👍", seconds=0.5)
        await b.telegram.until(lambda: bool(b.telegram.faults.met))
        assert (await b.telegram.press(b.ann, post, "👍")).text == "Noted."


async def test_data_that_is_not_ours_is_acknowledged_and_left() -> None:
    """Such as that of an earlier bot with the same token."""
    async with bench() as b:
        post = await answered(b)
        answer = await b.telegram.press(b.ann, post, "something:else", is_stale=True)
        assert answer.text == "" and not b.handler.presses
