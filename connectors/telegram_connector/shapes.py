"""The shapes of Telegram's updates, as far as the bot relies on them: python-telegram-bot takes much as it is."""

from __future__ import annotations

from typing import Any

import msgspec


class _Chat(msgspec.Struct):
    id: int
    type: str
    title: str | None = None
    username: str | None = None


class _User(msgspec.Struct):
    id: int
    first_name: str
    is_bot: bool
    username: str | None = None


class _Entity(msgspec.Struct):
    type: str
    offset: int
    length: int
    user: _User | None = None


class _Message(msgspec.Struct):
    message_id: int
    date: int
    chat: _Chat
    from_: _User | None = msgspec.field(default=None, name="from")
    sender_chat: _Chat | None = None
    text: str | None = None
    caption: str | None = None
    entities: list[_Entity] = []
    caption_entities: list[_Entity] = []
    reply_to_message: _Message | None = None
    message_thread_id: int | None = None
    is_topic_message: bool = False
    is_automatic_forward: bool = False
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None


class _Press(msgspec.Struct):
    id: str
    from_: _User = msgspec.field(name="from")
    message: _Message | None = None
    data: str | None = None


class _Member(msgspec.Struct):
    status: str
    user: _User
    is_member: bool = True
    can_send_messages: bool = True


class _Membership(msgspec.Struct):
    chat: _Chat
    from_: _User = msgspec.field(name="from")
    old_chat_member: _Member
    new_chat_member: _Member


class _Update(msgspec.Struct):
    update_id: int
    message: _Message | None = None
    edited_message: _Message | None = None
    callback_query: _Press | None = None
    my_chat_member: _Membership | None = None


def refuse_misshapen(update: Any) -> None:
    """Raises ValidationError for an update that python-telegram-bot would let pass, and the bot fail over later."""
    msgspec.convert(update, _Update)
