"""Looking at chats and their members, and leaving them."""

from __future__ import annotations

from connectors.fakes.telegram_server.access import check_reach, check_thread
from connectors.fakes.telegram_server.chats import Kind
from connectors.fakes.telegram_server.errors import bad_request
from connectors.fakes.telegram_server.methods.registry import method
from connectors.fakes.telegram_server.parameters import Parameters
from connectors.fakes.telegram_server.people import Json
from connectors.fakes.telegram_server.rights import Member, Status
from connectors.fakes.telegram_server.standing import change_standing
from connectors.fakes.telegram_server.world import World

_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


@method("getChat", "chat_id")
async def get_chat(world: World, parameters: Parameters) -> Json:
    """A chat, in full."""
    chat = world.chat(parameters.text("chat_id"))
    if not chat.user:
        check_reach(world, chat)
    return chat.full_json


@method("getChatMember", "chat_id user_id")
async def get_chat_member(world: World, parameters: Parameters) -> Json:
    """A user's standing in a chat."""
    chat = world.chat(parameters.text("chat_id"))
    check_reach(world, chat)
    user_id = parameters.integer("user_id")
    user = world.bot if user_id == world.bot.id else world.users.get(user_id)
    if not user:
        raise bad_request("user not found")
    member = Member(user) if chat.user in {user, world.bot} else chat.member(user)
    return member.json(chat.kind.value)


@method("getChatAdministrators", "chat_id")
async def get_chat_administrators(world: World, parameters: Parameters) -> list[Json]:
    """A chat's administrators, other bots left out."""
    chat = world.chat(parameters.text("chat_id"))
    check_reach(world, chat)
    if chat.kind is Kind.PRIVATE:
        raise bad_request("there are no administrators in the private chat")
    administrators = [member for member in chat.members.values() if member.is_administrator]
    told = [member for member in administrators if not member.user.is_bot or member.user is world.bot]
    return [member.json(chat.kind.value) for member in told]


@method("sendChatAction", "chat_id action message_thread_id")
async def send_chat_action(world: World, parameters: Parameters) -> bool:
    """Show what the bot is doing."""
    chat = world.chat(parameters.text("chat_id"))
    check_reach(world, chat)
    check_thread(world, chat, parameters.integer("message_thread_id"))
    if parameters.text("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


@method("leaveChat", "chat_id")
async def leave_chat(world: World, parameters: Parameters) -> bool:
    """Leave a group, supergroup or channel."""
    chat = world.chat(parameters.text("chat_id"))
    check_reach(world, chat)
    if chat.kind is Kind.PRIVATE:
        raise bad_request("chat member status can't be changed in private chats")
    change_standing(world, chat, Member(world.bot, Status.LEFT), by=world.bot)
    return True
