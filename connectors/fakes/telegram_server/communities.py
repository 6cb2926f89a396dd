"""Making people and chats, and changing who may do what there."""

from __future__ import annotations

from dataclasses import replace

from connectors.fakes.telegram_server.chats import Chat, Kind, Topic
from connectors.fakes.telegram_server.drafting import senders
from connectors.fakes.telegram_server.messages import Message
from connectors.fakes.telegram_server.people import ANONYMOUS_ADMINISTRATOR, Json, User
from connectors.fakes.telegram_server.rights import (
    ADMINISTRATOR_RIGHTS,
    DEFAULT_PERMISSIONS,
    PERMISSIONS,
    Member,
    Status,
    names_given,
    rights_of,
)
from connectors.fakes.telegram_server.standing import change_standing
from connectors.fakes.telegram_server.world import World, now

_USUAL_RIGHTS = frozenset(ADMINISTRATOR_RIGHTS) - {"can_promote_members"} | {"can_pin_messages", "can_manage_topics"}


class Communities:
    """The part of the control that makes people and chats. Who makes a chat is its creator; the bot is in it."""

    world: World

    @property
    def bot(self) -> User:
        """The bot under test."""
        return self.world.bot

    def user(self, first_name: str, *, username: str = "", last_name: str = "", is_bot: bool = False) -> User:
        """A new person, or another bot."""
        return self.world.add_user(first_name, username=username, last_name=last_name, is_bot=is_bot)

    def private_chat(self, user: User, *, started: bool = True) -> Chat:
        """A person's private chat with the bot; until it is started the bot may not write there."""
        user.has_started = user.has_started or started
        return self.world.private_chat(user)

    def group(self, title: str, *, creator: User | None = None, with_bot: bool = True) -> Chat:
        """A basic group, which can be migrated."""
        return self._founded(self.world.add_chat(Kind.GROUP, title), creator, with_bot)

    def supergroup(
        self,
        title: str,
        *,
        creator: User | None = None,
        with_bot: bool = True,
        username: str = "",
        slow_mode: int = 0,
    ) -> Chat:
        """A supergroup; `slow_mode` is in seconds."""
        chat = self.world.add_chat(Kind.SUPERGROUP, title, username=username, slow_mode=slow_mode)
        return self._founded(chat, creator, with_bot)

    def forum(self, title: str, *, creator: User | None = None, with_bot: bool = True) -> Chat:
        """A supergroup with topics."""
        return self._founded(self.world.add_chat(Kind.SUPERGROUP, title, is_forum=True), creator, with_bot)

    def channel(self, title: str, *, username: str = "", with_bot: bool = False) -> Chat:
        """A channel; with the bot as one of its administrators, or without it."""
        chat = self._founded(self.world.add_chat(Kind.CHANNEL, title, username=username), None, False)
        if with_bot:
            chat.members[self.bot.id] = Member(self.bot, Status.ADMINISTRATOR, frozenset(rights_of("channel")))
        return chat

    def topic(self, forum: Chat, name: str, *, by: User | None = None) -> Topic:
        """A new topic of a forum; the bot is told of the message that begins it."""
        message = self._service(forum, by or self._somebody(forum), {}, thread_of_itself=True)
        message.json["forum_topic_created"] = {"name": name, "icon_color": 7322096}
        self._tell(message)
        forum.topics[message.id] = Topic(forum, message.id, name)
        return forum.topics[message.id]

    def close_topic(self, topic: Topic) -> None:
        """Close a topic: only administrators who manage topics may write there."""
        topic.is_closed = True
        closed = {"message_thread_id": topic.id, "is_topic_message": True, "forum_topic_closed": {}}
        closed["reply_to_message"] = topic.chat.messages[topic.id].json_as_reply
        self._tell(self._service(topic.chat, self._somebody(topic.chat), closed))

    def delete_topic(self, topic: Topic) -> None:
        """Delete a topic with its messages; the bot is not told."""
        topic.is_deleted = True
        for message in topic.chat.messages.values():
            message.is_deleted = message.is_deleted or message.thread == topic.id

    def join(self, user: User, chat: Chat) -> Message:
        """A person joins; the bot is told by a service message."""
        change_standing(self.world, chat, Member(user), by=user)
        return self._tell(self._service(chat, user, _joined(user)))

    def leave(self, user: User, chat: Chat) -> Message:
        """A person leaves."""
        change_standing(self.world, chat, Member(user, Status.LEFT), by=user)
        left = {"left_chat_participant": user.json, "left_chat_member": user.json}
        return self._tell(self._service(chat, user, left))

    def promote(self, user: User, chat: Chat, by: User | None = None, **rights: bool) -> Member:
        """Make somebody, or the bot, an administrator with the usual rights, each changed as said."""
        known = rights_of(chat.kind.value)
        may = names_given(rights, known, _USUAL_RIGHTS & set(known))
        return self._change(chat, Member(user, Status.ADMINISTRATOR, may), by)

    def demote(self, user: User, chat: Chat, by: User | None = None) -> Member:
        """Make an administrator, or somebody restricted, a mere member."""
        return self._change(chat, Member(user), by)

    def restrict(self, user: User, chat: Chat, by: User | None = None, **permissions: bool) -> Member:
        """Restrict somebody, or the bot: `can_send_messages=False` unless permissions are given."""
        given = permissions or {"can_send_messages": False}
        may = names_given(given, PERMISSIONS, DEFAULT_PERMISSIONS)
        return self._change(chat, Member(user, Status.RESTRICTED, may), by)

    def set_permissions(self, chat: Chat, **permissions: bool) -> None:
        """Change what all members may do; the bot is not told."""
        chat.permissions = names_given(permissions, PERMISSIONS, chat.permissions)

    def add_bot(self, chat: Chat, by: User) -> None:
        """Invite the bot."""
        self._change(chat, Member(self.bot), by)
        self._tell(self._service(chat, by, _joined(self.bot)))

    def remove_bot(self, chat: Chat, by: User) -> None:
        """Throw the bot out."""
        removed = {"left_chat_participant": self.bot.json, "left_chat_member": self.bot.json}
        self._tell(self._service(chat, by, removed))
        self._change(chat, Member(self.bot, Status.KICKED), by)

    def block(self, user: User) -> None:
        """A person blocks the bot in their private chat."""
        self._set_blocked(user, True)

    def unblock(self, user: User) -> None:
        """A person takes the bot back."""
        self._set_blocked(user, False)

    def delete_chat(self, chat: Chat) -> None:
        """Delete a group, supergroup or channel; nothing can be done there any more."""
        change_standing(self.world, chat, Member(self.bot, Status.LEFT), by=self._somebody(chat))
        chat.is_deleted = True

    def migrate(self, group: Chat, by: User | None = None) -> Chat:
        """Let a group become a supergroup, with the same members, and return it; the group is then out of use."""
        new = self.world.add_chat(Kind.SUPERGROUP, group.title)
        new.members = {key: replace(member) for key, member in group.members.items() if member.user is not self.bot}
        by = by or self._somebody(group)
        self._tell(self._service(group, by, {"migrate_to_chat_id": new.id}))
        group.migrated_to = new
        self._change(new, replace(group.member(self.bot)), by)
        first = self._service(new, new, {"migrate_from_chat_id": group.id})
        first.json |= {"from": ANONYMOUS_ADMINISTRATOR.json, "sender_chat": new.json}
        self._tell(first)
        return new

    def pin(self, message: Message, by: User | None = None) -> Message:
        """Pin a message."""
        pinned = {"pinned_message": message.json_as_reply}
        return self._tell(self._service(message.chat, by or self._somebody(message.chat), pinned))

    def rename(self, chat: Chat, title: str, by: User | None = None) -> Message:
        """Give a chat another title."""
        chat.title = title
        return self._tell(self._service(chat, by or self._somebody(chat), {"new_chat_title": title}))

    def _founded(self, chat: Chat, creator: User | None, with_bot: bool) -> Chat:
        creator = creator or self.user("Robin")
        chat.members[creator.id] = Member(creator, Status.CREATOR)
        if with_bot:
            chat.members[self.bot.id] = Member(self.bot)
        return chat

    def _somebody(self, chat: Chat) -> User:
        return next(member.user for member in chat.members.values() if member.status is Status.CREATOR)

    def _change(self, chat: Chat, member: Member, by: User | None) -> Member:
        change_standing(self.world, chat, member, by or self._somebody(chat))
        return member

    def _set_blocked(self, user: User, is_blocked: bool) -> None:
        chat = self.world.private_chat(user)
        before, after = (Member(self.bot), Member(self.bot, Status.KICKED))
        chat.members[self.bot.id] = before if is_blocked else after
        user.has_blocked = is_blocked
        change_standing(self.world, chat, after if is_blocked else before, by=user)

    def _service(self, chat: Chat, sender: User | Chat, content: Json, thread_of_itself: bool = False) -> Message:
        number = self.world.next_id(chat)
        json = {"message_id": number, **senders(sender, chat), "chat": chat.json, "date": now(), **content}
        if thread_of_itself:
            json |= {"message_thread_id": number, "is_topic_message": True}
        message = Message(chat, number, sender, json, json.get("message_thread_id", 0))
        chat.messages[number] = message
        return message

    def _tell(self, message: Message) -> Message:
        message.update = self.world.tell_of(message, "message")
        return message


def _joined(user: User) -> Json:
    return {"new_chat_participant": user.json, "new_chat_member": user.json, "new_chat_members": [user.json]}
