"""Making known to the server what an update is about that was written by hand."""

from __future__ import annotations

from connectors.fakes.telegram_server.chats import Chat, Kind, Topic
from connectors.fakes.telegram_server.messages import Message, Post
from connectors.fakes.telegram_server.people import Json, User
from connectors.fakes.telegram_server.rights import Member
from connectors.fakes.telegram_server.world import World


def make_known(world: World, update: Json) -> Message | None:
    """Enter an update's chat, people, topic and messages; returns the message that it is about, if it is about one."""
    body: Json = next(value for key, value in update.items() if key != "update_id")
    if "from" in body:
        _known_user(world, body["from"])
    message: Json = body.get("message", body)
    if "chat" in message:
        _known_chat(world, message["chat"])
    return _known_message(world, message) if "message_id" in message else None


def _known_user(world: World, json: Json) -> User:
    names = (json["first_name"], json.get("last_name", ""), json.get("username", ""))
    user = User(json["id"], *names, is_bot=json["is_bot"])
    return world.users.setdefault(user.id, user)


def _known_chat(world: World, json: Json) -> Chat:
    if json["id"] in world.chats:
        return world.chats[json["id"]]
    kind, user = Kind(json["type"]), None
    if kind is Kind.PRIVATE:
        user = _known_user(world, {**json, "is_bot": False})
        user.has_started = True
    chat = Chat(json["id"], kind, json.get("title", ""), json.get("username", ""), json.get("is_forum", False), user)
    chat.members[world.bot.id] = Member(world.bot)
    world.chats[chat.id] = chat
    return chat


def _known_message(world: World, json: Json) -> Message:
    chat = _known_chat(world, json["chat"])
    if "reply_to_message" in json:
        _known_message(world, json["reply_to_message"])
    thread = json.get("message_thread_id", 0) if json.get("is_topic_message") else 0
    if thread and thread not in chat.topics:
        chat.topics[thread] = Topic(chat, thread, json.get("forum_topic_created", {}).get("name", "Topic"))
    if json["message_id"] not in chat.messages:
        chat.messages[json["message_id"]] = _message(world, chat, json, thread)
        world.skip_ids(chat, json["message_id"])
    known = chat.messages[json["message_id"]]
    known.json = json if json["date"] else known.json
    return known


def _message(world: World, chat: Chat, json: Json, thread: int) -> Message:
    sender = _known_user(world, json["from"]) if "from" in json else chat
    reply_to = json.get("reply_to_message", {}).get("message_id", 0)
    if sender is world.bot:
        return Post(chat, json["message_id"], sender, json, thread, reply_to=reply_to)
    return Message(chat, json["message_id"], sender, json, thread)
