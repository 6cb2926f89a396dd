"""Sending, editing and deleting messages."""

from __future__ import annotations

import time
from typing import Any

from connectors.fakes.telegram_server.access import check_may_post, check_reach, check_thread, deletable, own_post
from connectors.fakes.telegram_server.chats import Chat
from connectors.fakes.telegram_server.drafting import implied_reply, thread_of
from connectors.fakes.telegram_server.errors import UnknownError, bad_request
from connectors.fakes.telegram_server.keyboards import checked_keyboard
from connectors.fakes.telegram_server.messages import Edit, Message, Post
from connectors.fakes.telegram_server.methods.registry import method
from connectors.fakes.telegram_server.parameters import Parameters
from connectors.fakes.telegram_server.people import Json
from connectors.fakes.telegram_server.texts import formatted
from connectors.fakes.telegram_server.world import World, now

MOST_DELETED = 100
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
_PREVIEW_OPTIONS = {"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"}
_REPLY_PARAMETERS = {"message_id", "chat_id", "allow_sending_without_reply"}


@method(
    "sendMessage",
    "chat_id message_thread_id text parse_mode entities link_preview_options disable_notification protect_content "
    "reply_parameters reply_markup",
)
async def send_message(world: World, parameters: Parameters) -> Json:
    """Post a text."""
    content = formatted(parameters) | _preview(parameters) | _markup(parameters)
    chat = world.chat(parameters.text("chat_id"))
    thread = parameters.integer("message_thread_id")
    check_reach(world, chat)
    check_thread(world, chat, thread)
    check_may_post(world, chat)
    replied = _replied(chat, parameters)
    violations = world.limits.post(chat)
    world.record.violations.extend(violations)
    world.limits.refuse(violations)
    return _posted(world, chat, parameters, content, thread, replied).json


@method(
    "editMessageText",
    "chat_id message_id text parse_mode entities link_preview_options reply_markup",
)
async def edit_message_text(world: World, parameters: Parameters) -> Json:
    """Change a post's text and keyboard; a keyboard that is not given again is taken away."""
    content = formatted(parameters) | _preview(parameters) | _markup(parameters)
    return _edited(world, parameters, lambda post: content)


@method("editMessageReplyMarkup", "chat_id message_id reply_markup")
async def edit_message_reply_markup(world: World, parameters: Parameters) -> Json:
    """Change a post's keyboard."""
    kept = ("text", "entities", "link_preview_options")
    markup = _markup(parameters)
    return _edited(world, parameters, lambda post: {key: post.json[key] for key in kept if key in post.json} | markup)


@method("deleteMessage", "chat_id message_id")
async def delete_message(world: World, parameters: Parameters) -> bool:
    """Delete a message."""
    chat = world.chat(parameters.text("chat_id"))
    check_reach(world, chat)
    deletable(world, chat, parameters.integer("message_id")).is_deleted = True
    return True


@method("deleteMessages", "chat_id message_ids")
async def delete_messages(world: World, parameters: Parameters) -> bool:
    """Delete messages; those that are not there are skipped."""
    chat, ids = world.chat(parameters.text("chat_id")), parameters.json("message_ids") or []
    check_reach(world, chat)
    if not 1 <= len(ids) <= MOST_DELETED:
        raise bad_request("too many message identifiers specified" if ids else "message identifiers are not specified")
    found = [one for one in ids if one in chat.messages and not chat.messages[one].is_deleted]
    for message in [deletable(world, chat, one) for one in found]:
        message.is_deleted = True
    return True


def _posted(
    world: World, chat: Chat, parameters: Parameters, content: Json, thread: int, replied: Message | None
) -> Post:
    json: Json = {"message_id": world.next_id(chat), "from": world.bot.json, "chat": chat.json, "date": now()}
    json |= thread_of(chat, thread, replied)
    if shown := implied_reply(chat, thread, replied):
        json["reply_to_message"] = shown.json_as_reply
    thread = json.get("message_thread_id", 0) if chat.is_forum else 0
    given, reply_to = parameters.given, replied.id if replied else 0
    post = Post(chat, json["message_id"], world.bot, json | content, thread, given=given, reply_to=reply_to)
    chat.messages[post.id] = post
    world.record.post(post)
    return post


def _edited(world: World, parameters: Parameters, content_of: Any) -> Json:
    chat = world.chat(parameters.text("chat_id"))
    check_reach(world, chat)
    post = own_post(world, chat, parameters.integer("message_id"))
    changed = ("text", "entities", "link_preview_options", "reply_markup", "edit_date")
    json = {key: value for key, value in post.json.items() if key not in changed} | content_of(post)
    if all(json.get(key) == post.json.get(key) for key in changed[:-1]):
        raise bad_request(_NOT_MODIFIED)
    post.json = json | {"edit_date": now()}
    post.edits.append(Edit(post.text, post.keyboard, time.monotonic()))
    return post.json


def _replied(chat: Chat, parameters: Parameters) -> Message | None:
    reply: Json = parameters.json("reply_parameters") or {}
    if unknown := set(reply) - _REPLY_PARAMETERS:
        raise UnknownError(400, f"reply_parameters with {sorted(unknown)} are not modelled")
    if "chat_id" in reply and str(reply["chat_id"]) != str(chat.id):
        raise UnknownError(400, "replies in another chat are not modelled")
    message = chat.messages.get(int(reply.get("message_id", 0)))
    if message and not message.is_deleted:
        return message
    if reply and not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return None


def _preview(parameters: Parameters) -> Json:
    options = parameters.json("link_preview_options")
    if options and (unknown := set(options) - _PREVIEW_OPTIONS):
        raise UnknownError(400, f"link_preview_options with {sorted(unknown)} are not modelled")
    return {"link_preview_options": options} if options else {}


def _markup(parameters: Parameters) -> Json:
    markup = parameters.json("reply_markup")
    rows = checked_keyboard(markup) if markup else []
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}
