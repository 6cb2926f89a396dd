"""A message of Telegram as one of ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import telegram
from telegram import User
from telegram.constants import ChatType, MessageEntityType

from bot.messages import Message
from bot.places import Place

ADMINISTRATOR = "administrator"
"""The one role there is on Telegram."""
GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)

_COMMAND = re.compile(r"/(?P<name>\w{1,32})(?:@(?P<bot>\w+))?(?:\s+(?P<argument>.*))?", re.DOTALL)


@dataclass(frozen=True)
class Command:
    """A command with what follows it. `bot` is the username that it is addressed to, where it names one."""

    name: str
    argument: str = ""
    bot: str = ""

    def is_for(self, me: User) -> bool:
        """Whether no other bot is meant."""
        return not self.bot or self.bot.lower() == (me.username or "").lower()


def command_in(message: telegram.Message) -> Command | None:
    """The command that a message is, or None."""
    found = _COMMAND.fullmatch(_raw_text(message))
    if not found:
        return None
    return Command(found["name"].lower(), (found["argument"] or "").strip(), found["bot"] or "")


def place_of(message: telegram.MaybeInaccessibleMessage) -> Place:
    """Where a message is. A thread is a topic of a forum, and no thread of replies."""
    chat = str(message.chat.id)
    in_topic = isinstance(message, telegram.Message) and message.is_topic_message
    thread = str(message.message_thread_id or "") if isinstance(message, telegram.Message) and in_topic else ""
    return Place("telegram", chat if message.chat.type in GROUPS else "", chat, thread)


def is_from_a_person(message: telegram.Message) -> bool:
    """Whether somebody wrote it, rather than the platform telling of something that has happened."""
    has_words = message.text is not None or message.caption is not None
    return has_words or message.effective_attachment is not None


def is_anonymous_administrator(message: telegram.Message) -> bool:
    """Whether an administrator writes in the name of the group itself."""
    return message.sender_chat is not None and message.sender_chat.id == message.chat.id


def author_of(message: telegram.Message) -> str:
    """Who wrote it: a person, a channel or, for an anonymous administrator, the group."""
    author = message.sender_chat or message.from_user
    return str(author.id) if author else ""


def replied_to(message: telegram.Message) -> telegram.Message | None:
    """What it replies to. In a forum, everything is a reply to the beginning of its topic, which doesn't count."""
    replied = message.reply_to_message
    is_beginning = replied is not None and bool(message.is_topic_message) and replied.id == message.message_thread_id
    return None if is_beginning else replied


def message_of(message: telegram.Message, me: User, administrators: Sequence[int], is_edit: bool = False) -> Message:
    """The message, as addressed as its platform shows it to be."""
    place = place_of(message)
    replied = replied_to(message)
    command = command_in(message)
    return Message(
        text=_text(message, me),
        platform=place.platform,
        community=place.community,
        channel=place.channel,
        thread=place.thread,
        author=author_of(message),
        author_is_bot=_is_by_a_bot(message),
        author_roles=(ADMINISTRATOR,) if _is_by(message, administrators) else (),
        message_id=str(message.id),
        reply_to_message_id=str(replied.id) if replied else "",
        addressed=bool(not place.community or command or _mentions(message, me) or _is_by_user(replied, me)),
        is_edit=is_edit,
        link=_link(message, place),
        sent_at=message.date,
    )


def _text(message: telegram.Message, me: User) -> str:
    """What is asked: without the command or the bot's name and, where nothing else is left, what it replies to."""
    command = command_in(message)
    mentions = _mentions(message, me)
    text = command.argument if command else _without(_raw_text(message), mentions)
    replied = replied_to(message)
    if text or not replied or _is_by_user(replied, me) or not (command or mentions):
        return text
    return _raw_text(replied)


def _raw_text(message: telegram.Message) -> str:
    return message.text or message.caption or ""


def _is_by_a_bot(message: telegram.Message) -> bool:
    if is_anonymous_administrator(message):
        return False
    author = message.from_user
    return bool(message.sender_chat or message.is_automatic_forward or author is None or author.is_bot)


def _is_by(message: telegram.Message, administrators: Sequence[int]) -> bool:
    author = message.from_user
    return is_anonymous_administrator(message) or (author is not None and author.id in administrators)


def _is_by_user(message: telegram.Message | None, user: User) -> bool:
    return message is not None and message.from_user is not None and message.from_user.id == user.id


def _mentions(message: telegram.Message, me: User) -> list[telegram.MessageEntity]:
    """The places in the text where the bot is named."""
    entities = message.entities or message.caption_entities
    return [entity for entity in entities if _names(entity, _raw_text(message), me)]


def _names(entity: telegram.MessageEntity, text: str, me: User) -> bool:
    if entity.type == MessageEntityType.TEXT_MENTION:
        return entity.user is not None and entity.user.id == me.id
    if entity.type != MessageEntityType.MENTION or not me.username:
        return False
    return _slice(text, entity.offset, entity.offset + entity.length).lower() == f"@{me.username}".lower()


def _without(text: str, mentions: Sequence[telegram.MessageEntity]) -> str:
    for mention in sorted(mentions, key=lambda entity: -entity.offset):
        before = _slice(text, 0, mention.offset).rstrip(" ")
        after = _slice(text, mention.offset + mention.length).lstrip(" ,:")
        text = f"{before} {after}".strip()
    return text


def _slice(text: str, start: int, end: int | None = None) -> str:
    """A piece of a text by Telegram's measure, which is UTF-16 code units."""
    return text.encode("utf-16-le")[2 * start : None if end is None else 2 * end].decode("utf-16-le", "ignore")


def _link(message: telegram.Message, place: Place) -> str:
    """The address of a message, where it has one: those of basic groups and private chats have none."""
    chat = message.chat
    if chat.type != ChatType.SUPERGROUP:
        return ""
    where = chat.username or f"c/{str(chat.id).removeprefix('-100')}"
    return "/".join(part for part in ("https://t.me", where, place.thread, str(message.id)) if part)
