"""Changes of somebody's standing in a chat, and what the bot is told of them."""

from __future__ import annotations

from connectors.fakes.telegram_server.chats import Chat
from connectors.fakes.telegram_server.people import User
from connectors.fakes.telegram_server.rights import Member
from connectors.fakes.telegram_server.world import World, now


def change_standing(world: World, chat: Chat, member: Member, by: User) -> None:
    """Let a member's standing be this from now on. Of others' than its own only an administrator bot is told."""
    old = chat.member(member.user)
    chat.members[member.user.id] = member
    is_own = member.user is world.bot
    if not (is_own or chat.member(world.bot).is_administrator):
        return
    kind = chat.kind.value
    change = {"chat": chat.json, "from": by.json, "date": now()}
    change |= {"old_chat_member": old.json(kind), "new_chat_member": member.json(kind)}
    world.tell("my_chat_member" if is_own else "chat_member", change, chat)
