"""Whether the bot may do a thing where it wants to; each check raises ApiError with Telegram's words."""

from __future__ import annotations

import math
import time

from connectors.fakes.telegram_server.chats import Chat, Kind
from connectors.fakes.telegram_server.errors import bad_request, forbidden, too_many_requests
from connectors.fakes.telegram_server.messages import Message, Post
from connectors.fakes.telegram_server.people import User
from connectors.fakes.telegram_server.rights import Status
from connectors.fakes.telegram_server.world import World

DELETABLE_SECONDS = 48 * 3600


def check_reach(world: World, chat: Chat) -> None:
    """The bot is in the chat, or the person lets it write to them."""
    if chat.user:
        _check_person(chat.user)
        return
    if chat.migrated_to:
        error = bad_request("group chat was upgraded to a supergroup chat")
        error.parameters["migrate_to_chat_id"] = chat.migrated_to.id
        raise error
    if chat.is_deleted:
        raise forbidden("the group chat was deleted") if chat.kind is Kind.GROUP else bad_request("chat not found")
    status = chat.member(world.bot).status
    if status is Status.KICKED:
        raise forbidden(f"bot was kicked from the {chat.kind.value} chat")
    if status is Status.LEFT:
        raise forbidden(f"bot is not a member of the {chat.kind.value} chat")


def check_may_post(world: World, chat: Chat) -> None:
    """The bot may write there at this moment."""
    member = chat.member(world.bot)
    if chat.user or member.is_administrator:
        return
    held = member.may & chat.permissions if member.status is Status.RESTRICTED else chat.permissions
    if chat.kind is Kind.CHANNEL:
        raise bad_request("need administrator rights in the channel chat")
    if "can_send_messages" not in held:
        raise bad_request("not enough rights to send text messages to the chat")
    if chat.slow_mode:
        _check_slow_mode(world, chat)


def check_thread(world: World, chat: Chat, thread: int) -> None:
    """The topic exists and is open. The docs allow topics in forums only, and the general one goes without an id."""
    topic = chat.topics.get(thread)
    if thread and (not topic or topic.is_deleted):
        raise bad_request("message thread not found")
    if topic and topic.is_closed and not chat.member(world.bot).has_right("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")


def own_post(world: World, chat: Chat, message_id: int) -> Post:
    """A post of the bot's that is to be changed."""
    message = chat.messages.get(message_id)
    if not message or message.is_deleted:
        raise bad_request("message to edit not found")
    if not isinstance(message, Post):
        raise bad_request("message can't be edited")
    return message


def deletable(world: World, chat: Chat, message_id: int) -> Message:
    """A message that the bot may delete."""
    message = chat.messages.get(message_id)
    if not message or message.is_deleted:
        raise bad_request("message to delete not found")
    is_own = isinstance(message, Post) or chat.kind is Kind.PRIVATE
    if not (is_own or chat.member(world.bot).has_right("can_delete_messages")):
        raise bad_request("message can't be deleted")
    if time.monotonic() - message.at > DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    return message


def _check_person(user: User) -> None:
    if user.is_bot:
        raise forbidden("bot can't send messages to bots")
    if user.has_blocked:
        raise forbidden("bot was blocked by the user")
    if not user.has_started:
        raise forbidden("bot can't initiate conversation with a user")


def _check_slow_mode(world: World, chat: Chat) -> None:
    last = max((post.at for post in chat.messages.values() if isinstance(post, Post)), default=-math.inf)
    if (wait := last + chat.slow_mode - time.monotonic()) > 0:
        raise too_many_requests(math.ceil(wait))
