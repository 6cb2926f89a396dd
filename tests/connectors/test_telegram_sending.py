"""What is owed is done on Telegram, whatever goes wrong on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from bot.deliveries import Action, Owed
from bot.messages import Reply
from bot.places import Notice, Place
from connectors.fakes.telegram_server import FakeTelegram, Fault, Faults, Message, Post
from tests.connectors.telegram_bench import ANSWER, Bench, bench, until

LONG = replace(ANSWER, body="\n\n".join(f"Paragraph {number}: {'word ' * 60}" for number in range(40)))


async def answered(b: Bench, text: str = "how much") -> tuple[Message, Post]:
    """A question of Ann's, and the reply to it."""
    question = b.telegram.say(b.ann, b.group, text)
    return question, await b.telegram.reply_to(question)


async def delivered(b: Bench) -> None:
    """Wait until nothing is owed."""
    await until(lambda: not b.outbox.waiting)


async def test_a_reply_looks_right() -> None:
    """Formatted, without a preview, under the question, with its buttons; nobody else is notified."""
    async with bench() as b:
        question, post = await answered(b)
        assert post.text.startswith(
            "How much Statutory Maternity Pay is\n\nYou get £194.32 a week.\n\n• Ask your boss."
        )
        assert post.text.endswith("Automated reply · Department for Work and Pensions · reviewed 22 November 2026")
        assert {"type": "bold", "offset": 0, "length": 35} in post.entities
        assert [[button["text"] for button in row] for row in post.keyboard] == [["👍", "👎", "✕"]]
        assert post.link_preview == {"is_disabled": True}
        assert post.reply_to == question.id and "message_thread_id" not in post.given
        assert not [entity for entity in post.entities if "mention" in entity["type"]]


async def test_previews_can_be_left_to_the_platform() -> None:
    """No parameter is sent then: some servers know none."""
    async with bench(link_previews="platform") as b:
        _, post = await answered(b)
        assert "link_preview_options" not in post.given


async def test_in_a_topic_the_reply_is_in_the_topic() -> None:
    """And nowhere else."""
    async with bench() as b:
        forum = b.telegram.forum("Neighbours", creator=b.ann)
        topic = b.telegram.topic(forum, "Money")
        question = b.telegram.say(b.ann, forum, "how much", thread=topic)
        post = await b.telegram.reply_to(question)
        assert post.thread == topic.id and b.handler.messages[-1].thread == str(topic.id)


async def test_choices_have_a_row_each() -> None:
    """The buttons are those of the reply."""
    async with bench() as b:
        _, post = await answered(b, "which")
        assert list(post.buttons) == ["Maternity pay", "Scotland", "None", "✕"]


async def test_a_question_that_is_gone_is_answered_all_the_same() -> None:
    """The reply stands alone then."""
    async with bench() as b:
        b.handler.recording.clear()
        question = b.telegram.say(b.ann, b.group, "how much")
        await until(lambda: bool(b.handler.messages))
        b.telegram.delete(question)
        b.handler.recording.set()
        await delivered(b)
        assert len(b.telegram.posts_in(b.group)) == 1


async def test_an_edited_question_has_its_reply_edited() -> None:
    """One reply, with the new text."""
    async with bench(replies={"how much in wales": replace(ANSWER, title="In Wales")}) as b:
        question, post = await answered(b)
        b.telegram.edit(question, "how much in wales")
        await b.telegram.until(lambda: post.text.startswith("In Wales"))
        b.telegram.edit(question, "how much in wales ")
        assert len(b.telegram.posts) == 1


async def test_an_edit_that_changes_nothing_is_done() -> None:
    """Telegram calls it an error; it is none."""
    async with bench() as b:
        question, _ = await answered(b)
        b.telegram.edit(question, "how much", mention_bot=True)
        await b.telegram.until(lambda: b.telegram.counts["editMessageText"] == 1)
        await delivered(b)
        assert not b.outbox.drops


async def test_a_long_reply_is_several_messages() -> None:
    """Each under the question, the buttons under the last; an edit takes their places and removes the rest."""
    async with bench(replies={"long": LONG, "longer": replace(LONG, body=LONG.body * 2), "short": ANSWER}) as b:
        question, first = await answered(b, "long")
        await delivered(b)
        posts = b.telegram.posts_in(b.group)
        assert len(posts) > 2 and posts[0] is first and all(post.reply_to == question.id for post in posts)
        assert [bool(post.keyboard) for post in posts] == [False] * (len(posts) - 1) + [True]
        b.telegram.edit(question, "longer")
        await until(lambda: b.handler.messages[-1].text == "longer" and not b.outbox.waiting)
        more = b.telegram.posts_in(b.group)
        assert len(more) > len(posts) and [bool(post.keyboard) for post in more][-1]
        b.telegram.edit(question, "short")
        await until(lambda: b.handler.messages[-1].text == "short" and not b.outbox.waiting)
        assert b.telegram.posts_in(b.group) == [first]
        assert first.keyboard and first.text.startswith("How much")


async def test_what_was_posted_of_a_long_reply_is_not_posted_again() -> None:
    """When a later part fails, only that one is tried again."""
    async with bench(replies={"long": LONG}) as b:
        question = b.telegram.say(b.ann, b.group, "long")
        await b.telegram.reply_to(question)
        b.telegram.faults.plan("sendMessage", Fault.DROPPED, Fault.ERROR)
        await delivered(b)
        assert not b.telegram.duplicates() and len(b.telegram.faults.met) >= 1


async def test_what_an_earlier_run_owes_is_delivered_first() -> None:
    """After a restart; even a removal of a post that is not there any more."""
    async with bench(is_ready=False, owed=()) as b:
        place = Place("telegram", str(b.group.id), str(b.group.id))
        owed = b.outbox.add(Owed(0, place, Action.POST, ANSWER))
        b.outbox.posts[99] = ("12345",)
        b.outbox.add(Owed(0, place, Action.REMOVE, replaces=99))
        await delivered(b)
        assert len(b.telegram.posts) == 1 and b.outbox.posts[owed.id] == (str(b.telegram.posts[0].id),)


async def test_removal() -> None:
    """A reply is deleted; one that is too old for that loses its text and buttons."""
    async with bench() as b:
        _, new = await answered(b)
        _, old = await answered(b)
        b.telegram.age(old, hours=49)
        for post in (new, old):
            b.outbox.posts[100 + post.id] = (str(post.id),)
            place = Place("telegram", str(b.group.id), str(b.group.id))
            await b.owe(Owed(0, place, Action.REMOVE, replaces=100 + post.id))
        assert new.is_deleted and not old.is_deleted and old.text == "Removed." and not old.keyboard


@pytest.mark.parametrize("fault", [Fault.FLOOD, Fault.ERROR, Fault.DROPPED, Fault.MALFORMED])
async def test_what_fails_for_now_is_tried_again(fault: Fault) -> None:
    """Until it works, and once only."""
    async with bench(FakeTelegram(reads_all=True, faults=Faults(retry_after=0.2))) as b:
        b.telegram.faults.plan("sendMessage", fault, fault)
        question = b.telegram.say(b.ann, b.group, "how much")
        await b.telegram.reply_to(question)
        await delivered(b)
        assert len(b.telegram.replies_to(question)) == 1 and not b.outbox.drops


async def test_a_reply_too_old_is_dropped() -> None:
    """What is of no use any more is not posted."""
    async with bench(is_ready=False) as b:
        place = Place("telegram", str(b.group.id), str(b.group.id))
        old = datetime.now(timezone.utc) - timedelta(hours=1)
        b.outbox.add(Owed(0, place, Action.POST, ANSWER, created_at=old))
        await delivered(b)
        assert [reason for _, reason in b.outbox.drops] == ["too_old"] and not b.telegram.posts


async def test_order_in_a_chat_survives_faults() -> None:
    """A third of all calls refused: every reply comes, in order."""
    numbered = {str(number): Reply(f"Reply {number}") for number in range(12)}
    faults = Faults(flood=0.2, error=0.1, retry_after=0.05, methods=frozenset({"sendMessage", "getUpdates"}))
    async with bench(FakeTelegram(reads_all=True, faults=faults), replies=numbered) as b:
        for text in numbered:
            b.telegram.say(b.ann, b.group, text)
        await until(lambda: len(b.telegram.posts) == len(numbered), seconds=60)
        assert [post.text.split("\n")[0] for post in b.telegram.posts] == [reply.body for reply in numbered.values()]


async def test_a_forbidden_group_is_explained_once_in_private() -> None:
    """To an administrator who has a private chat with the bot."""
    async with bench() as b:
        mine = b.telegram.private_chat(b.ann)
        b.telegram.set_permissions(b.group, can_send_messages=False)
        for _ in range(2):
            await b.ask("how much")
        told = await b.telegram.posted(lambda post: post.chat is mine)
        assert told.text == "About cannot_post."
        await until(lambda: len(b.outbox.drops) == 2)
        assert {reason for _, reason in b.outbox.drops} == {"forbidden"} and len(b.telegram.posts) == 1


async def test_a_forbidden_group_without_anybody_to_tell_is_survived() -> None:
    """Nobody has a private chat with the bot."""
    async with bench() as b:
        b.telegram.set_permissions(b.group, can_send_messages=False)
        await b.ask("how much")
        await until(lambda: (Place("telegram", str(b.group.id)), Notice.CANNOT_POST) in b.communities.explained)
        ben = b.telegram.user("Ben")
        question = b.telegram.say(ben, b.telegram.private_chat(ben), "how much")
        assert await b.telegram.reply_to(question)


async def test_alerts_that_cant_be_posted_are_explained() -> None:
    """To the administrators of the group that they are about."""
    async with bench() as b:
        mine = b.telegram.private_chat(b.ann)
        closed = b.telegram.supergroup("Staff", with_bot=False)
        await b.owe(Owed(0, Place("telegram", str(b.group.id), str(closed.id)), Action.POST, Reply("Look.")))
        told = await b.telegram.posted(lambda post: post.chat is mine)
        assert told.text == "About cannot_post_alerts."


async def test_slow_mode_is_waited_out_and_explained() -> None:
    """Slow mode holds the bot up like everybody who is no administrator."""
    async with bench() as b:
        mine = b.telegram.private_chat(b.ann)
        b.group.slow_mode = 1
        for _ in range(2):
            b.telegram.say(b.ann, b.group, "how much")
        await until(lambda: len(b.telegram.posts_in(b.group)) == 2)
        told = await b.telegram.posted(lambda post: post.chat is mine)
        assert told.text == "About slow_mode."


async def test_a_group_that_becomes_a_supergroup_gets_its_replies_there() -> None:
    """Once, though not under a message: those are numbered afresh. What stood in the group can't be changed."""
    async with bench() as b:
        school = b.telegram.group("School gate", creator=b.ann)
        b.handler.recording.clear()
        b.telegram.say(b.ann, school, "how much")
        await until(lambda: bool(b.handler.messages))
        new = b.telegram.migrate(school)
        b.handler.recording.set()
        await delivered(b)
        posts = [post for post in b.telegram.posts_in(new) if "How much" in post.text]
        assert len(posts) == 1 and posts[0].reply_to == 0
        moves = [event for event in b.communities.events if event[0] == "moved"]
        assert moves == [("moved", str(school.id), str(new.id))]


@pytest.mark.parametrize("is_edit", [True, False])
async def test_what_cant_be_done_is_dropped(is_edit: bool) -> None:
    """A chat or a post that is gone, or text that Telegram refuses."""
    async with bench() as b:
        place = Place("telegram", str(b.group.id), str(b.group.id if is_edit else -5))
        b.outbox.posts[99] = ("12345",)
        owed = Owed(0, place, Action.EDIT if is_edit else Action.POST, ANSWER, replaces=99 if is_edit else 0)
        await b.owe(owed)
        assert [reason for _, reason in b.outbox.drops] == ["gone"]


async def test_one_chat_that_fails_holds_up_no_other() -> None:
    """While it is waited for."""
    async with bench(FakeTelegram(reads_all=True, faults=Faults(retry_after=30))) as b:
        b.telegram.faults.plan("sendMessage", Fault.FLOOD)
        await b.ask("how much")
        await b.telegram.until(lambda: bool(b.telegram.faults.met))
        mine = b.telegram.private_chat(b.ann)
        assert await b.telegram.reply_to(b.telegram.say(b.ann, mine, "how much"))
        assert not b.telegram.posts_in(b.group)
