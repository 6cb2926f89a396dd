"""Which of a group's messages a bot is told about.

With privacy mode on (Telegram's default) a bot that is no administrator gets commands, mentions of it, replies to it
and service messages. Telegram hands `/command` without a name to such a bot only if it was the last bot to speak; here
it always gets it, and never one that names another bot.
"""

from __future__ import annotations

from connectors.fakes.telegram_server.chats import Chat
from connectors.fakes.telegram_server.entities import slice_of
from connectors.fakes.telegram_server.people import Json, User

_CONTENT = ("text", "sticker", "photo", "voice", "document")


def is_told(bot: User, chat: Chat, message: Json, *, reads_all: bool) -> bool:
    """Whether the bot is told about a message in a chat that it is in."""
    if not chat.is_group or reads_all or chat.member(bot).is_administrator or not _has_content(message):
        return True
    return _is_reply_to(bot, message) or any(_concerns(bot, *marked) for marked in _marked(message))


def _has_content(message: Json) -> bool:
    return any(kind in message for kind in _CONTENT)


def _is_reply_to(bot: User, message: Json) -> bool:
    replied: Json = message.get("reply_to_message", {})
    return bool(replied.get("from", {}).get("id") == bot.id and "forum_topic_created" not in replied)


def _marked(message: Json) -> list[tuple[Json, str]]:
    text = message.get("text") or message.get("caption") or ""
    entities = [*message.get("entities", ()), *message.get("caption_entities", ())]
    return [(entity, slice_of(text, entity)) for entity in entities]


def _concerns(bot: User, entity: Json, text: str) -> bool:
    if entity["type"] == "bot_command":
        _, _, name = text.partition("@")
        return not name or name.lower() == bot.username.lower()
    if entity["type"] == "mention":
        return text[1:].lower() == bot.username.lower()
    return bool(entity["type"] == "text_mention" and entity["user"]["id"] == bot.id)
