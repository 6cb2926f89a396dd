"""Commands: help, topics, and what is held about a person, with as little noise in a group as can be."""

from __future__ import annotations

from bot.places import ChannelSettings, Mode
from connectors.fakes.telegram_server import FakeTelegram, Post
from tests.connectors.telegram_bench import Bench, bench, until


async def answer_to(b: Bench, command: str, in_group: bool = False) -> Post:
    """What a command of Ann's gets."""
    chat = b.group if in_group else b.telegram.private_chat(b.ann)
    count = len(b.telegram.posts)
    b.telegram.say(b.ann, chat, command)
    await b.telegram.until(lambda: len(b.telegram.posts) > count)
    return b.telegram.posts[count]


async def test_the_menus() -> None:
    """One for private chats, one for groups, one with the settings for their administrators."""
    async with bench() as b:
        assert b.telegram.commands(type="all_private_chats") == ["topics", "mydata", "forgetme", "help"]
        assert b.telegram.commands(type="all_group_chats") == ["ask", "topics", "mydata", "forgetme", "help"]
        assert "settings" in b.telegram.commands(type="all_chat_administrators")


async def test_start_and_help() -> None:
    """In private, what the bot is and does; in a group, in short, and not twice in a row."""
    async with bench() as b:
        assert "/mydata" in (await answer_to(b, "/start")).text
        assert "/mydata" in (await answer_to(b, "/help")).text
        assert "/mydata" in (await answer_to(b, "/nonsense")).text
        assert "/ask" in (await answer_to(b, "/help", in_group=True)).text
        b.telegram.say(b.ann, b.group, "/help")
        b.telegram.say(b.ann, b.group, "/start")
        await answer_to(b, "/help")
        assert len(b.telegram.posts_in(b.group)) == 1


async def test_a_group_that_switched_the_bot_off_hears_nothing() -> None:
    """Not even help; what is held about a person can still be asked for."""
    async with bench() as b:
        b.communities.chosen[str(b.group.id)] = ChannelSettings(mode=Mode.OFF)
        private = b.telegram.private_chat(b.ann)
        for command in ("/help", "/topics", "/ask", "/mydata"):
            b.telegram.say(b.ann, b.group, command)
        await b.telegram.posted(lambda post: post.chat is private)
        assert not b.telegram.posts_in(b.group)


async def test_topics_in_private() -> None:
    """Services, their answers, one answer with its nations, and back; always the same message."""
    async with bench() as b:
        menu = await answer_to(b, "/topics")
        assert list(menu.buttons) == ["Maternity", "Debt"]
        await b.telegram.press(b.ann, menu, "Maternity")
        await b.telegram.until(lambda: list(menu.buttons) == ["How much maternity pay is", "‹ Back"])
        await b.telegram.press(b.ann, menu, "How much maternity pay is")
        await b.telegram.until(lambda: list(menu.buttons) == ["Scotland", "‹ Back"])
        assert menu.text.startswith("How much Statutory Maternity Pay is")
        await b.telegram.press(b.ann, menu, "Scotland")
        await b.telegram.until(lambda: "scotland" in menu.text)
        await b.telegram.press(b.ann, menu, "‹ Back")
        await b.telegram.until(lambda: list(menu.buttons) == ["How much maternity pay is", "‹ Back"])
        await b.telegram.press(b.ann, menu, "‹ Back")
        await b.telegram.until(lambda: list(menu.buttons) == ["Maternity", "Debt"])
        assert b.telegram.posts == [menu]


async def test_an_answer_that_was_withdrawn() -> None:
    """The menu says so, and leads back."""
    async with bench() as b:
        menu = await answer_to(b, "/topics")
        await b.telegram.press(b.ann, menu, "t:a:ccj", is_stale=True)
        await b.telegram.until(lambda: "withdrawn" in menu.text)
        assert list(menu.buttons) == ["‹ Back"]


async def test_topics_in_a_group_lead_to_the_private_chat() -> None:
    """Where the menu opens at once."""
    async with bench() as b:
        post = await answer_to(b, "/topics", in_group=True)
        assert post.keyboard[0][0]["url"] == "https://t.me/signpost_bot?start=topics"
        assert list((await answer_to(b, "/start topics")).buttons) == ["Maternity", "Debt"]


async def test_topics_in_a_group_without_a_username() -> None:
    """The menu is the group's then, but only who opened it turns its pages."""
    async with bench(FakeTelegram(username="", reads_all=True)) as b:
        menu = await answer_to(b, "/topics", in_group=True)
        refused = await b.telegram.press(b.telegram.user("Ben"), menu, "Debt")
        assert "belongs to somebody else" in refused.text
        await b.telegram.press(b.ann, menu, "Debt")
        await b.telegram.until(lambda: "County court judgments" in menu.buttons)


async def test_my_data_in_private() -> None:
    """To the person alone."""
    async with bench() as b:
        assert f"Held about {b.ann.id}." in (await answer_to(b, "/mydata")).text


async def test_my_data_asked_for_in_a_group_is_shown_in_private() -> None:
    """Where there is no private chat yet, the group learns only how to open one."""
    async with bench() as b:
        post = await answer_to(b, "/mydata", in_group=True)
        assert post.chat is b.group and "Held about" not in post.text
        assert post.keyboard[0][0]["url"] == "https://t.me/signpost_bot?start=mydata"
        assert "Held about" in (await answer_to(b, "/start mydata")).text
        again = await answer_to(b, "/mydata", in_group=True)
        assert again.chat is b.telegram.private_chat(b.ann) and "Held about" in again.text


async def test_an_anonymous_administrator_is_told_nothing() -> None:
    """Nobody knows who that is."""
    async with bench() as b:
        b.telegram.say(b.group, b.group, "/mydata")
        await b.telegram.caught_up()
        await answer_to(b, "/help")
        assert not b.telegram.posts_in(b.group)


async def test_forget_me_is_asked_twice() -> None:
    """No keeps everything, yes erases it; in the same message."""
    async with bench() as b:
        asked = await answer_to(b, "/forgetme")
        await b.telegram.press(b.ann, asked, "No")
        await b.telegram.until(lambda: "Nothing was erased" in asked.text)
        assert not asked.buttons and not b.records.forgotten
        asked = await answer_to(b, "/forgetme")
        await b.telegram.press(b.ann, asked, "Yes, erase it")
        await b.telegram.until(lambda: "Erased." in asked.text)
        assert b.records.forgotten == [str(b.ann.id)]


async def test_forget_me_asked_for_in_a_group() -> None:
    """Is confirmed in private."""
    async with bench() as b:
        private = b.telegram.private_chat(b.ann)
        assert (await answer_to(b, "/forgetme", in_group=True)).chat is private
        await until(lambda: not b.telegram.posts_in(b.group))


async def test_an_edited_command_is_not_carried_out_again() -> None:
    """Only /ask follows an edit."""
    async with bench() as b:
        command = b.telegram.say(b.ann, b.telegram.private_chat(b.ann), "/help")
        await b.telegram.until(lambda: len(b.telegram.posts) == 1)
        b.telegram.edit(command, "/topics")
        b.telegram.edit(command, "/ask how much")
        await b.telegram.until(lambda: len(b.telegram.posts) == 2)
        assert [message.text for message in b.handler.messages] == ["how much"] and b.handler.messages[0].is_edit


async def test_menus_that_cant_be_set_are_survived() -> None:
    """The bot works as well without."""
    async with bench(is_ready=False) as b:
        b.telegram.faults.methods = frozenset({"setMyCommands"})
        b.telegram.faults.error = 1.0
        assert await b.telegram.reply_to(b.telegram.say(b.ann, b.group, "how much"))
