"""Payloads written after the Bot API's documentation: the client reads them, and what the server makes is like them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters

from connectors.fakes.telegram_server import Chat, FakeTelegram, Message, Topic, User

PAYLOADS = Path(__file__).parent.parent / "payloads" / "telegram"
NAMES = sorted(path.stem for path in PAYLOADS.glob("*.json"))
KNOWN_TO_TELEGRAM_ALONE = {
    "forward_date",
    "forward_from",
    "forward_from_chat",
    "forward_from_message_id",
    "forward_sender_name",
    "left_chat_participant",
    "new_chat_member",
    "new_chat_participant",
}
"""What the API still sends beside what replaced it, undocumented by now."""


class Scene:
    """The people and chats that the payloads are about."""

    def __init__(self, telegram: FakeTelegram) -> None:
        self.telegram = telegram
        self.ann = telegram.user("Ann", username="ann_of_leith")
        self.ben = telegram.user("Ben", last_name="Okoro")
        self.mod = telegram.user("Mairi", username="mairi_mods")
        self.other_bot = telegram.user("Weather", username="weather_example_bot", is_bot=True)
        self.private = telegram.private_chat(self.ann)
        self.group = telegram.group("School gate", creator=self.mod)
        self.supergroup = telegram.supergroup("Carers", creator=self.mod)
        self.public = telegram.supergroup("Leith Carers", creator=self.mod, username="leith_carers")
        self.forum = telegram.forum("Neighbours", creator=self.mod)
        self.topic = telegram.topic(self.forum, "Benefits", by=self.mod)
        self.channel = telegram.channel("Council news", username="council_news_example", with_bot=True)

    def __getattr__(self, name: str) -> Any:
        """What the server's control can do."""
        return getattr(self.telegram, name)


def payload(name: str) -> dict[str, Any]:
    """A payload by its name."""
    content: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return content


def shape(value: Any) -> Any:
    """The keys and types of a JSON value; of a list, those of its first item."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in sorted(value.items())}
    return [shape(item) for item in value[:1]] if isinstance(value, list) else type(value).__name__


SAID: dict[str, Callable[[Scene], Any]] = {
    "private_text": lambda s: s.say(s.ann, s.private, "what is smp"),
    "private_start": lambda s: s.start(s.ann),
    "group_mention": lambda s: s.say(s.ann, s.group, "what is smp", mention_bot=True),
    "group_mention_after_emoji": lambda s: s.say(s.ann, s.group, "👋🏽 hello @signpost_bot what is smp"),
    "group_command": lambda s: s.say(s.ann, s.group, "/ask what is smp"),
    "group_command_addressed": lambda s: s.say(s.ann, s.group, "/ask@signpost_bot what is smp"),
    "group_command_for_another_bot": lambda s: s.say(s.ann, s.group, "/ask@weather_example_bot will it rain"),
    "group_text_mention": lambda s: s.say(s.ann, s.group, "you asked", mention=s.ben),
    "group_overheard": lambda s: s.say(s.ann, s.group, "hello"),
    "group_link": lambda s: s.say(s.ann, s.supergroup, "see https://www.gov.uk/x and #benefits"),
    "supergroup_reply_to_person": lambda s: s.say(
        s.ann, s.supergroup, "39 weeks", reply_to=s.say(s.ben, s.supergroup, "how long")
    ),
    "forum_topic_created": lambda s: s.forum.messages[s.topic.id],
    "forum_topic_message": lambda s: s.say(s.ann, s.forum, "is pip taxed", thread=s.topic),
    "forum_topic_reply": lambda s: s.say(s.ann, s.forum, "no", reply_to=_in_topic(s)),
    "forum_general_message": lambda s: s.say(s.ann, s.forum, "good morning"),
    "forum_topic_closed": lambda s: s.close_topic(s.topic),
    "edited_message": lambda s: s.edit(s.say(s.ann, s.private, "what is"), "what is smp"),
    "edited_message_gains_mention": lambda s: s.edit(s.say(s.ann, s.supergroup, "when"), "when", mention_bot=True),
    "edited_caption": lambda s: s.edit(s.show(s.ann, s.group, "photo", caption="my letter"), "my second letter"),
    "sticker": lambda s: s.show(s.ann, s.group, "sticker"),
    "photo_without_caption": lambda s: s.show(s.ann, s.group, "photo"),
    "photo_with_caption": lambda s: s.show(s.ann, s.group, "photo", caption="what is it", mention_bot=True),
    "photo_of_album": lambda s: s.show(s.ann, s.group, "photo", caption="both sides", album="1"),
    "photo_of_album_without_caption": lambda s: s.show(s.ann, s.group, "photo", album="1"),
    "voice": lambda s: s.show(s.ann, s.private, "voice"),
    "document_with_caption": lambda s: s.show(s.ann, s.private, "document", caption="can you read this"),
    "blank_text": lambda s: s.say(s.ann, s.private, "\u3164"),
    "empty_text": lambda s: s.say(s.ann, s.private, ""),
    "forwarded_from_person": lambda s: s.say(s.ann, s.private, "when", forwarded_from=s.ben),
    "forwarded_from_hidden_person": lambda s: s.say(s.ann, s.private, "when", forwarded_from="Somebody"),
    "forwarded_from_channel": lambda s: s.say(s.ann, s.group, "when", forwarded_from=s.channel),
    "forwarded_from_group": lambda s: s.say(s.ann, s.private, "when", forwarded_from=s.public),
    "via_inline_bot": lambda s: s.say(s.ann, s.supergroup, "a cat", via_bot=s.other_bot),
    "bots_message": lambda s: s.say(s.other_bot, s.supergroup, "rain"),
    "anonymous_administrator": lambda s: s.say(s.supergroup, s.supergroup, "keep to the topic"),
    "anonymous_administrator_command": lambda s: s.say(s.supergroup, s.supergroup, "/settings@signpost_bot"),
    "channel_in_group": lambda s: s.say(s.channel, s.supergroup, "hello"),
    "channel_post": lambda s: s.say(s.channel, s.channel, "the library closes"),
    "edited_channel_post": lambda s: s.edit(s.say(s.channel, s.channel, "the library"), "it closes"),
    "channel_post_forwarded_to_discussion": lambda s: s.forward_to_discussion(
        s.say(s.channel, s.channel, "the library closes"), s.supergroup
    ),
    "joined": lambda s: s.join(s.ann, s.group),
    "left": lambda s: s.leave(s.ann, s.group),
    "bot_left": lambda s: s.remove_bot(s.group, s.mod),
    "bot_joined": lambda s: s.add_bot(_group_without_bot(s), s.mod),
    "pinned": lambda s: s.pin(s.say(s.ann, s.supergroup, "meeting at six"), s.mod),
    "renamed": lambda s: s.rename(s.group, "Playground", s.mod),
    "migrated_to_supergroup": lambda s: s.migrate(s.group),
    "migrated_from_group": lambda s: s.migrate(s.group),
    "bot_added_to_group": lambda s: s.add_bot(_group_without_bot(s), s.mod),
    "bot_removed": lambda s: s.remove_bot(s.supergroup, s.mod),
    "bot_restricted": lambda s: s.restrict(s.bot, s.supergroup, s.mod),
    "bot_promoted": lambda s: s.promote(s.bot, s.supergroup, s.mod),
    "bot_demoted": lambda s: (s.promote(s.bot, s.supergroup, s.mod), s.demote(s.bot, s.supergroup, s.mod)),
    "bot_blocked": lambda s: s.block(s.ann),
    "bot_unblocked": lambda s: (s.block(s.ann), s.unblock(s.ann)),
}


async def test_the_client_reads_each_payload(telegram: FakeTelegram, bot: Bot) -> None:
    """Each comes as it was put in, whatever kinds the bot asked for, and none holds what the client does not know."""
    for name in NAMES:
        telegram.inject(payload(name))
    kinds = [update.kind for update in telegram.world.updates.pending]
    updates = await bot.get_updates()
    for name, kind, update in zip(NAMES, kinds, updates):
        body = getattr(update, kind)
        assert body and not update.api_kwargs and set(body.api_kwargs) <= KNOWN_TO_TELEGRAM_ALONE, name
        assert update.effective_chat and update.effective_chat.id in telegram.world.chats, name
    assert len(updates) == len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("name", ["group_mention", "supergroup_reply_to_bot", "forum_topic_reply", "edited_message"])
async def test_the_bot_can_reply_to_a_payload(telegram: FakeTelegram, bot: Bot, name: str) -> None:
    """What a payload is about is there, and so is what it replies to."""
    message = telegram.inject(payload(name))
    assert message and message.update
    await bot.send_message(message.chat.id, "hello", reply_parameters=ReplyParameters(message.id))
    (post,) = telegram.replies_to(message)
    assert post.thread == message.thread and post.id > message.id


async def test_a_post_of_a_payload_can_be_changed(telegram: FakeTelegram, bot: Bot) -> None:
    """The bot's own posts are known for its own."""
    post = telegram.inject(payload("callback_query"))
    assert post and await bot.edit_message_text("Thank you", post.chat.id, post.id)
    assert post.text == "Thank you"


@pytest.mark.parametrize("name", sorted(SAID))
async def test_what_the_server_makes_is_like_the_payload(name: str) -> None:
    """The same keys, and under each the same type."""
    async with FakeTelegram(reads_all=True) as telegram:
        SAID[name](Scene(telegram))
        made = [shape(update.json) for update in telegram.world.updates.pending]
        assert shape(payload(name)) in made, made[-1]


async def test_a_reply_to_the_bot_is_like_the_payload(telegram: FakeTelegram, bot: Bot) -> None:
    """What the bot posted is shown in it as it was posted."""
    scene = Scene(telegram)
    await bot.send_message(scene.supergroup.id, "90%\n<i>automated reply</i>", parse_mode="HTML")
    said = telegram.say(scene.ann, scene.supergroup, "and then?", reply_to=telegram.posts[0])
    assert said.update and shape(said.update.json) == shape(payload("supergroup_reply_to_bot"))


async def test_a_member_who_leaves_is_like_the_payload(telegram: FakeTelegram, bot: Bot) -> None:
    """An administrator bot that asks for it is told of others' standing."""
    scene = Scene(telegram)
    await bot.get_updates(allowed_updates=["chat_member"])
    telegram.promote(telegram.bot, scene.supergroup)
    telegram.join(scene.ann, scene.supergroup)
    telegram.leave(scene.ann, scene.supergroup)
    assert shape(telegram.world.updates.pending[-1].json) == shape(payload("member_left"))


@pytest.mark.parametrize("is_gone", [False, True])
async def test_a_press_is_like_the_payload(telegram: FakeTelegram, bot: Bot, is_gone: bool) -> None:
    """With the post as it stands, or with hardly anything of it."""
    scene = Scene(telegram)
    question = telegram.say(scene.ann, scene.supergroup, "what is smp")
    await bot.send_message(
        scene.supergroup.id,
        "<b>Statutory Maternity Pay</b>",
        parse_mode="HTML",
        reply_parameters=ReplyParameters(question.id),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("👍", callback_data="sp:up")]]),
    )
    press = asyncio.create_task(telegram.press(scene.ann, telegram.posts[0], "👍", is_gone=is_gone))
    (update,) = [update for update in await bot.get_updates(timeout=5) if update.callback_query]
    await update.callback_query.answer()
    await press
    name = "callback_query_on_inaccessible_message" if is_gone else "callback_query"
    assert shape(telegram.world.updates.pending[-1].json) == shape(payload(name))


def _in_topic(scene: Scene) -> Message:
    """A message that replies to nothing, as a reply shows it."""
    topic: Topic = scene.topic
    ben: User = scene.ben
    forum: Chat = scene.forum
    said: Message = scene.say(ben, forum, "is pip taxed", thread=topic)
    return said


def _group_without_bot(scene: Scene) -> Chat:
    group: Chat = scene.telegram.group("Playground", creator=scene.mod, with_bot=False)
    return group
