"""What people write on Telegram reaches the bot as they meant it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import telegram

from bot.messages import Message
from bot.places import Place
from connectors.fakes.telegram_server import FakeTelegram
from connectors.telegram_connector.messages import (
    Command,
    author_of,
    command_in,
    is_from_a_person,
    message_of,
    place_of,
)
from tests.connectors.telegram_bench import bench

PAYLOADS = Path(__file__).parent / "payloads" / "telegram"
ME = telegram.User(110201543, "Signpost", is_bot=True, username="signpost_bot")
ANN = "5120443871"


def payload(name: str) -> dict[str, Any]:
    """An update as Telegram sends it."""
    update: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return update


def read(name: str) -> telegram.Message:
    """The message of a payload."""
    update = telegram.Update.de_json(payload(name), None)
    message = update.message or update.edited_message
    assert message is not None
    return message


def taken(name: str) -> Message:
    """A payload as the bot gets it."""
    message = read(name)
    return message_of(message, ME, (), is_edit=message.edit_date is not None)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("private_text", "how much is statutory maternity pay"),
        ("group_mention", "how much is smp"),
        ("group_mention_after_emoji", "👋🏽 hello what is smp"),
        ("group_command", "how much is smp"),
        ("group_command_addressed", "how much is smp"),
        ("supergroup_reply_to_bot", "and after six weeks?"),
        ("photo_with_caption", "what does this letter mean"),
        ("document_with_caption", "can you read this"),
        ("forwarded_from_person", "when is child benefit paid"),
        ("edited_message_gains_mention", "when is it paid"),
    ],
)
def test_who_speaks_to_the_bot_is_heard_without_its_name(name: str, text: str) -> None:
    """A mention, a command, a reply to the bot, a private chat: the words are what is left."""
    message = taken(name)
    assert (message.text, message.addressed, message.author) == (text, True, ANN)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("group_overheard", "does anyone know when the half term payment comes"),
        ("group_text_mention", "Ben you asked about this"),
        ("supergroup_reply_to_person", "39 weeks I think"),
        ("forum_topic_message", "is pip taxed"),
        ("forum_general_message", "good morning"),
        ("edited_caption", "my letter, the second page"),
        ("sticker", ""),
        ("poll", ""),
        ("photo_of_album_without_caption", ""),
    ],
)
def test_what_others_say_is_overheard(name: str, text: str) -> None:
    """Nothing there is meant for the bot; in a topic, not even what its beginning seems to say."""
    message = taken(name)
    assert (message.text, message.addressed) == (text, False)


@pytest.mark.parametrize(
    ("name", "is_bot", "roles"),
    [
        ("bots_message", True, ()),
        ("channel_in_group", True, ()),
        ("channel_post_forwarded_to_discussion", True, ()),
        ("anonymous_administrator", False, ("administrator",)),
        ("group_overheard", False, ()),
    ],
)
def test_people_are_told_from_bots(name: str, is_bot: bool, roles: tuple[str, ...]) -> None:
    """Channels speak like bots; an administrator who writes in the group's name is a person."""
    message = taken(name)
    assert (message.author_is_bot, message.author_roles) == (is_bot, roles)


def test_administrators_have_their_role() -> None:
    """By their id, among those whom Telegram names."""
    assert message_of(read("group_overheard"), ME, [int(ANN)]).author_roles == ("administrator",)


def test_places() -> None:
    """A group is a community and its own channel; a topic is a thread; a private chat is no community."""
    assert taken("group_mention").place == Place("telegram", "-4187220931", "-4187220931")
    assert taken("forum_topic_message").place == Place("telegram", "-1002143658709", "-1002143658709", "14")
    assert taken("forum_general_message").place == Place("telegram", "-1002143658709", "-1002143658709")
    assert taken("private_text").place == Place("telegram", "", ANN)


def test_replies() -> None:
    """A reply names what it replies to; the beginning of a topic is not replied to by all that is said in it."""
    assert taken("supergroup_reply_to_person").reply_to_message_id == "80"
    assert taken("forum_topic_reply").reply_to_message_id == "215"
    assert taken("forum_topic_message").reply_to_message_id == ""


def test_links() -> None:
    """A supergroup's messages have addresses; those of basic groups and private chats have none."""
    assert taken("supergroup_reply_to_bot").link == "https://t.me/c/1987654321/91"
    assert taken("forum_topic_reply").link == "https://t.me/c/2143658709/14/216"
    assert taken("group_mention").link == taken("private_text").link == ""


@pytest.mark.parametrize("name", ["joined", "left", "pinned", "renamed", "group_created", "forum_topic_created"])
def test_the_platforms_own_messages_are_nobodys(name: str) -> None:
    """Service messages are not handed over."""
    assert not is_from_a_person(read(name))


@pytest.mark.parametrize(
    "name", ["sticker", "voice", "empty_text", "blank_text", "dice", "contact", "location", "story"]
)
def test_what_has_no_words_is_a_persons_all_the_same(name: str) -> None:
    """It gets an outcome like every message."""
    assert is_from_a_person(read(name))


def test_commands() -> None:
    """A command may name its bot, in any case; another's is not ours, and without a username of ours none can be."""
    theirs = command_in(read("group_command_for_another_bot"))
    assert theirs is not None and not theirs.is_for(ME)
    assert command_in(read("group_command")) == Command("ask", "how much is smp")
    assert Command("ask", bot="SIGNPOST_BOT").is_for(ME)
    assert not Command("ask", bot="signpost_bot").is_for(telegram.User(1, "Signpost", is_bot=True))


@pytest.mark.parametrize("text", ["/", "no /ask", "/etc/passwd", "/ask, please", "https://t.me/ask"])
def test_what_only_looks_like_a_command(text: str) -> None:
    """A command stands alone at the beginning."""
    assert command_in(said(text)) is None


def test_an_anonymous_administrator_is_the_group() -> None:
    """Nobody else has that name, and it leads to no person."""
    assert author_of(read("anonymous_administrator")) == "-1001987654321"


def test_an_inaccessible_message_has_a_place() -> None:
    """Buttons under posts that are too old to be shown to a bot still work."""
    query = telegram.Update.de_json(payload("callback_query_on_inaccessible_message"), None).callback_query
    assert query is not None and query.message is not None
    assert place_of(query.message) == Place("telegram", "-1001987654321", "-1001987654321")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("@signpost_bot, how much is it?", "how much is it?"),
        ("how much is it @Signpost_Bot", "how much is it"),
        ("hello @signpost_bot how much", "hello how much"),
        ("@signpost_bot @signpost_bot", ""),
    ],
)
async def test_the_bots_name_is_taken_out(text: str, rest: str) -> None:
    """Wherever it stands."""
    async with bench() as b:
        message = await b.ask(text)
        assert message.text == rest and message.addressed


async def test_a_bare_ask_is_about_what_it_replies_to() -> None:
    """The question is the other person's words; who asked is who sent the command. A bare mention does the same."""
    async with bench() as b:
        ben = b.telegram.user("Ben")
        question = b.telegram.say(ben, b.group, "how much")
        for text in ("/ask", "/ask@signpost_bot", "@signpost_bot"):
            message = await b.ask(text, reply_to=question)
            assert (message.text, message.addressed, message.author) == ("how much", True, str(b.ann.id))
        assert message.reply_to_message_id == str(question.id)


async def test_a_bare_ask_gets_a_hint() -> None:
    """Nothing is asked, and nothing handed over; in a group the hint is not repeated at once."""
    async with bench() as b:
        hint = await b.telegram.reply_to(b.telegram.say(b.ann, b.group, "/ask"))
        assert "/ask how much" in hint.text
        b.telegram.say(b.ann, b.group, "/ask")
        await b.telegram.reply_to(b.telegram.say(b.ann, b.group, "/ask how much"))
        assert [message.text for message in b.handler.messages] == ["how much"] and len(b.telegram.posts) == 2


async def test_other_bots_commands_are_left_to_them() -> None:
    """Neither answered nor handed over; nor are commands that nobody knows."""
    async with bench() as b:
        for text in ("/ask@weather_bot will it rain", "/forecast", "/help@weather_bot"):
            b.telegram.say(b.ann, b.group, text)
        await b.telegram.caught_up()
        assert not b.handler.messages and not b.telegram.posts


async def test_an_edit_is_known_as_one() -> None:
    """It has the same id and place, and the new words."""
    async with bench() as b:
        said_first = b.telegram.say(b.ann, b.group, "how mcuh")
        b.telegram.edit(said_first, "how much", mention_bot=True)
        await b.telegram.caught_up()
        first, second = b.handler.messages
        assert (first.is_edit, second.is_edit) == (False, True)
        assert second == replace(first, text="how much", addressed=True, is_edit=True)


async def test_messages_of_a_chat_are_handed_over_in_order() -> None:
    """While other chats' messages go beside them."""
    async with bench() as b:
        for number in range(30):
            b.telegram.say(b.ann, b.group, str(number))
            b.telegram.say(b.ann, b.telegram.private_chat(b.ann), f"private {number}")
        await b.telegram.caught_up()
        in_group = [message.text for message in b.handler.messages if message.community]
        assert in_group == [str(number) for number in range(30)] and len(b.handler.messages) == 60


async def test_administrators_are_asked_for_once_a_group() -> None:
    """What Telegram says is kept for a while; where it doesn't say, nobody is an administrator."""
    async with bench() as b:
        ben = b.telegram.user("Ben")
        for _ in range(3):
            assert (await b.ask("hello")).author_roles == ("administrator",)
            b.telegram.say(ben, b.group, "hello")
        await b.telegram.caught_up()
        assert b.handler.messages[-1].author_roles == ()
        assert b.telegram.counts["getChatAdministrators"] == 1


async def test_without_a_username() -> None:
    """Some Bot API servers give none: private chats, replies and bare commands work all the same."""
    async with bench(FakeTelegram(username="", reads_all=True)) as b:
        assert (await b.ask("/ask how much")).addressed
        post = await b.telegram.posted(lambda post: post.chat is b.group)
        assert (await b.ask("and in Wales", reply_to=post)).addressed


def said(text: str) -> telegram.Message:
    """A private message."""
    update = payload("private_text")
    update["message"]["text"] = text
    message = telegram.Update.de_json(update, None).message
    assert message is not None
    return message
