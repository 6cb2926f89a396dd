"""Building what a message says, as the Bot API writes it."""

from __future__ import annotations

from connectors.fakes.telegram_server.chats import Chat, Kind
from connectors.fakes.telegram_server.entities import found_in, units
from connectors.fakes.telegram_server.messages import Message
from connectors.fakes.telegram_server.people import ANONYMOUS_ADMINISTRATOR, CHANNEL, Json, User
from connectors.fakes.telegram_server.world import now


def senders(sender: User | Chat, chat: Chat) -> Json:
    """Who a message is from: a person, or a chat that speaks as itself."""
    if isinstance(sender, User):
        return {"from": sender.json}
    if chat.kind is Kind.CHANNEL:
        return {"sender_chat": sender.json}
    stand_in = ANONYMOUS_ADMINISTRATOR if sender is chat else CHANNEL
    return {"from": stand_in.json, "sender_chat": sender.json}


def written(text: str, *, is_caption: bool = False, first: User | None = None) -> Json:
    """A text or caption with its entities; `first` is a person who is mentioned at its beginning."""
    lead = ""
    if first:
        lead = f"@{first.username} " if first.username else f"{first.first_name} "
    text = lead + text
    entities = found_in(text)
    if first and not first.username:
        mention = {"offset": 0, "length": units(first.first_name), "type": "text_mention", "user": first.json}
        entities.insert(0, mention)
    if not text and is_caption:
        return {}
    names = ("caption", "caption_entities") if is_caption else ("text", "entities")
    return {names[0]: text} | ({names[1]: entities} if entities else {})


def forwarded(origin: User | Chat | str) -> Json:
    """Where a message was forwarded from: a person, a channel or group, or the name of somebody who hides."""
    date = now() - 86_400
    if isinstance(origin, str):
        source: Json = {"type": "hidden_user", "sender_user_name": origin, "date": date}
        return {"forward_origin": source, "forward_sender_name": origin, "forward_date": date}
    if isinstance(origin, User):
        source = {"type": "user", "sender_user": origin.json, "date": date}
        return {"forward_origin": source, "forward_from": origin.json, "forward_date": date}
    if origin.kind is Kind.CHANNEL:
        source = {"type": "channel", "chat": origin.json, "message_id": 7, "date": date}
        legacy = {"forward_from_chat": origin.json, "forward_from_message_id": 7}
        return {"forward_origin": source, **legacy, "forward_date": date}
    source = {"type": "chat", "sender_chat": origin.json, "date": date}
    return {"forward_origin": source, "forward_from_chat": origin.json, "forward_date": date}


def thread_of(chat: Chat, thread: int, replied: Message | None) -> Json:
    """The thread that a message is in: a forum's topic, or in another supergroup the replies to a first message."""
    if chat.is_forum:
        thread = thread or (replied.thread if replied else 0)
        return {"message_thread_id": thread, "is_topic_message": True} if thread else {}
    if chat.kind is Kind.SUPERGROUP and replied:
        return {"message_thread_id": replied.json.get("message_thread_id", replied.id)}
    return {}


def implied_reply(chat: Chat, thread: int, replied: Message | None) -> Message | None:
    """What a message shows as replied to: in a topic, where it replies to nothing, the message that began the topic."""
    return replied or (chat.messages.get(thread) if chat.is_forum and thread else None)
