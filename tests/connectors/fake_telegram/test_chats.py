"""Who is told what in which kind of chat, and where the bot may write."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from connectors.fakes.telegram_server import Chat, FakeTelegram, Message, Post, User
from tests.connectors.fake_telegram.conftest import Send

Says = Callable[[FakeTelegram, User, Chat, Post], Message]


async def test_a_group_that_becomes_a_supergroup(telegram: FakeTelegram, bot: Bot, send: Send) -> None:
    """The bot is told twice where it is now, and whoever still writes to the old one is told too."""
    group = telegram.group("School gate")
    supergroup = telegram.migrate(group)
    with pytest.raises(ChatMigrated) as raised:
        await send(chat=group)
    assert raised.value.new_chat_id == supergroup.id
    to, member, origin = await bot.get_updates()
    assert (to.message.chat.id, to.message.migrate_to_chat_id) == (group.id, supergroup.id)
    assert member.my_chat_member.new_chat_member.status == "member"
    assert (origin.message.chat.id, origin.message.migrate_from_chat_id) == (supergroup.id, group.id)
    assert await send(chat=supergroup)


async def test_a_message_of_a_topic_is_answered_in_its_topic(telegram: FakeTelegram, bot: Bot, send: Send) -> None:
    """A message in a topic seems to reply to the one that began it; a reply is in its topic without saying so."""
    forum = telegram.forum("Neighbours")
    topic = telegram.topic(forum, "Benefits")
    question = telegram.say(telegram.user("Ann"), forum, "what is smp", mention_bot=True, thread=topic)
    update = (await bot.get_updates())[-1]
    assert update.message.is_topic_message and update.message.message_thread_id == topic.id
    assert update.message.reply_to_message.forum_topic_created.name == "Benefits"
    assert (await send(chat=forum, reply_parameters=ReplyParameters(question.id))).thread == topic.id
    assert (await send(chat=forum, message_thread_id=topic.id)).thread == topic.id
    with pytest.raises(BadRequest, match="thread not found"):
        await send(chat=forum, message_thread_id=999)
    telegram.close_topic(topic)
    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        await send(chat=forum, message_thread_id=topic.id)


async def test_whom_the_bot_may_not_write_to(telegram: FakeTelegram, bot: Bot, send: Send) -> None:
    """Somebody must have begun the chat, and not have blocked the bot since."""
    ann = telegram.user("Ann")
    private = telegram.private_chat(ann, started=False)
    for chat_id, error in [(private.id, "can't initiate"), (999, "not found")]:
        with pytest.raises(TelegramError, match=error):
            await bot.send_message(chat_id, "hello")
    telegram.start(ann)
    await send(chat=private)
    telegram.block(ann)
    with pytest.raises(Forbidden, match="blocked by the user"):
        await send(chat=private)
    telegram.unblock(ann)
    await send(chat=private)


async def test_where_the_bot_may_not_write(telegram: FakeTelegram, send: Send) -> None:
    """Slow mode, a restriction, and having been thrown out."""
    group = telegram.supergroup("Carers", slow_mode=30)
    await send(chat=group)
    with pytest.raises(RetryAfter):
        await send(chat=group)
    telegram.restrict(telegram.bot, group)
    with pytest.raises(BadRequest, match=r"[Nn]ot enough rights to send"):
        await send(chat=group)
    telegram.remove_bot(group, by=telegram.user("Mairi"))
    with pytest.raises(Forbidden, match="was kicked from the supergroup"):
        await send(chat=group)


async def test_a_group_where_nobody_may_write(telegram: FakeTelegram, send: Send) -> None:
    """An administrator still may."""
    group = telegram.supergroup("Carers")
    telegram.set_permissions(group, can_send_messages=False)
    with pytest.raises(BadRequest, match=r"[Nn]ot enough rights to send"):
        await send(chat=group)
    telegram.promote(telegram.bot, group)
    assert await send(chat=group)


async def test_being_invited_promoted_restricted_and_removed(telegram: FakeTelegram, bot: Bot) -> None:
    """The bot is told of each change of its own standing."""
    mod = telegram.user("Mairi")
    group = telegram.supergroup("Carers", creator=mod, with_bot=False)
    telegram.add_bot(group, by=mod)
    telegram.promote(telegram.bot, group)
    telegram.restrict(telegram.bot, group, can_send_messages=False)
    telegram.remove_bot(group, by=mod)
    changes = [update.my_chat_member for update in await bot.get_updates() if update.my_chat_member]
    statuses = ["left", "member", "administrator", "restricted", "kicked"]
    assert [change.old_chat_member.status for change in changes] == statuses[:-1]
    assert [change.new_chat_member.status for change in changes] == statuses[1:]
    assert changes[2].new_chat_member.can_send_messages is False


async def test_looking_at_a_chat_and_its_members(telegram: FakeTelegram, bot: Bot) -> None:
    """Other bots are not among the administrators that a bot is shown."""
    mod, ann = telegram.user("Mairi"), telegram.user("Ann", username="ann_of_leith")
    group = telegram.supergroup("Carers", creator=mod, username="carers")
    telegram.promote(ann, group, can_delete_messages=False)
    telegram.promote(telegram.user("Other", is_bot=True), group)
    chat = await bot.get_chat("@carers")
    assert chat.id == group.id and chat.permissions and chat.permissions.can_send_messages
    administrators = await bot.get_chat_administrators(group.id)
    assert [(one.user.id, one.status) for one in administrators] == [(mod.id, "creator"), (ann.id, "administrator")]
    assert not administrators[1].can_delete_messages and administrators[1].can_manage_chat
    assert (await bot.get_chat_member(group.id, telegram.bot.id)).status == "member"
    assert (await bot.get_chat(telegram.private_chat(ann).id)).username == "ann_of_leith"


async def test_leaving(telegram: FakeTelegram, bot: Bot) -> None:
    """Nothing can be seen of a group that the bot has left."""
    group = telegram.supergroup("Carers")
    assert await bot.send_chat_action(group.id, "typing")
    assert await bot.leave_chat(group.id)
    with pytest.raises(Forbidden):
        await bot.get_chat(group.id)


async def test_menus_of_commands(telegram: FakeTelegram, bot: Bot) -> None:
    """Each scope has its own."""
    scope = BotCommandScopeAllGroupChats()
    await bot.set_my_commands([BotCommand("ask", "Ask something")], scope=scope)
    assert (await bot.get_my_commands(scope=scope))[0].command == "ask"
    assert telegram.commands(type="all_group_chats") == ["ask"] and telegram.commands() == []
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([BotCommand("Ask", "Ask something")])
    await bot.delete_my_commands(scope=scope)
    assert telegram.commands(type="all_group_chats") == []


@pytest.mark.parametrize(
    ("says", "is_told"),
    [
        (lambda t, ann, group, post: t.say(ann, group, "hello all"), False),
        (lambda t, ann, group, post: t.show(ann, group, "sticker"), False),
        (lambda t, ann, group, post: t.say(ann, group, "hello", mention_bot=True), True),
        (lambda t, ann, group, post: t.show(ann, group, "photo", caption="what is it", mention_bot=True), True),
        (lambda t, ann, group, post: t.say(ann, group, "/help"), True),
        (lambda t, ann, group, post: t.say(ann, group, "/help@other_bot"), False),
        (lambda t, ann, group, post: t.say(ann, group, "and then?", reply_to=post), True),
        (lambda t, ann, group, post: t.say(ann, group, "no", reply_to=t.say(ann, group, "is it?")), False),
        (lambda t, ann, group, post: t.join(t.user("Ben"), group), True),
    ],
)
async def test_privacy_mode(telegram: FakeTelegram, bot: Bot, send: Send, says: Says, is_told: bool) -> None:
    """In a group the bot is told of what concerns it; an administrator is told of everything."""
    post = await send()
    ann = telegram.user("Ann")
    assert bool(says(telegram, ann, post.chat, post).update) is is_told
    telegram.promote(telegram.bot, post.chat)
    assert says(telegram, ann, post.chat, post).update
    assert not (await bot.get_me()).can_read_all_group_messages


async def test_who_speaks(telegram: FakeTelegram, bot: Bot) -> None:
    """Chats that speak as themselves have one of Telegram's stand-ins for a sender, and posts of channels have none."""
    telegram.world.reads_all = True
    ann, news, group = telegram.user("Ann"), telegram.channel("News", with_bot=True), telegram.supergroup("Carers")
    telegram.say(group, group, "keep to the topic")
    telegram.say(news, group, "hello")
    telegram.forward_to_discussion(telegram.say(news, news, "the library closes"), group)
    telegram.say(telegram.user("Weather", is_bot=True), group, "rain")
    telegram.edit(telegram.say(ann, group, "typo"), "no typo")
    anonymous, as_channel, posted, forwarded, bots, _, edited = await bot.get_updates()
    assert anonymous.message.sender_chat == anonymous.message.chat
    assert anonymous.message.from_user.username == "GroupAnonymousBot"
    assert as_channel.message.sender_chat.type == "channel"
    assert posted.channel_post.text == "the library closes" and not posted.channel_post.from_user
    assert forwarded.message.is_automatic_forward and bots.message.from_user.is_bot
    assert edited.edited_message.text == "no typo" and edited.edited_message.edit_date
