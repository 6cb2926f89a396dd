"""The bot's coming and going, and what it may do, are noticed and explained to who can mend them."""

from __future__ import annotations

from tests.connectors.telegram_bench import bench, until


async def test_an_invited_bot_says_hello_once() -> None:
    """In the group that it was added to."""
    async with bench() as b:
        ben = b.telegram.user("Ben")
        group = b.telegram.supergroup("Neighbours", creator=ben, with_bot=False)
        b.telegram.add_bot(group, ben)
        welcome = await b.telegram.posted(lambda post: post.chat is group)
        assert welcome.text == "About welcome." and welcome.entities[0]["type"] == "bold"
        assert ("joined", str(group.id), "Neighbours") in b.communities.events
        b.telegram.remove_bot(group, ben)
        b.telegram.add_bot(group, ben)
        await b.telegram.caught_up()
        await until(lambda: len(b.communities.events) == 3)
        assert [event[0] for event in b.communities.events] == ["joined", "left", "joined"]
        assert len(b.telegram.posts) == 1


async def test_who_invites_a_bot_that_may_not_write_is_told() -> None:
    """In private."""
    async with bench() as b:
        ben = b.telegram.user("Ben")
        private = b.telegram.private_chat(ben)
        group = b.telegram.supergroup("Neighbours", creator=ben, with_bot=False)
        b.telegram.set_permissions(group, can_send_messages=False)
        b.telegram.add_bot(group, ben)
        assert (await b.telegram.posted(lambda post: post.chat is private)).text == "About cannot_post."


async def test_who_takes_the_right_to_write_is_told() -> None:
    """First of all; once."""
    async with bench() as b:
        ben = b.telegram.user("Ben")
        b.telegram.promote(ben, b.group)
        private = b.telegram.private_chat(ben)
        b.telegram.restrict(b.telegram.bot, b.group, ben)
        assert (await b.telegram.posted(lambda post: post.chat is private)).text == "About cannot_post."
        b.telegram.demote(b.telegram.bot, b.group, ben)
        b.telegram.restrict(b.telegram.bot, b.group, ben)
        await b.telegram.caught_up()
        assert len(b.telegram.posts) == 1


async def test_a_removed_bot_has_left() -> None:
    """And says nothing about it."""
    async with bench() as b:
        b.telegram.remove_bot(b.group, b.ann)
        await b.telegram.caught_up()
        assert b.communities.events == [("left", str(b.group.id))] and not b.telegram.posts


async def test_a_group_becomes_a_supergroup() -> None:
    """It is moved once, before anything is said in the new one."""
    async with bench() as b:
        school = b.telegram.group("School gate", creator=b.ann)
        new = b.telegram.migrate(school)
        await b.telegram.reply_to(b.telegram.say(b.ann, new, "how much"))
        assert [event for event in b.communities.events if event[0] == "moved"] == [
            ("moved", str(school.id), str(new.id))
        ]
        assert b.communities.events[0][0] == "moved" and b.handler.messages[-1].community == str(new.id)


async def test_people_who_block_the_bot_are_no_community() -> None:
    """Blocked and unblocked, nothing is noted."""
    async with bench() as b:
        b.telegram.private_chat(b.ann)
        b.telegram.block(b.ann)
        b.telegram.unblock(b.ann)
        await b.telegram.caught_up()
        assert not b.communities.events and not b.telegram.posts
