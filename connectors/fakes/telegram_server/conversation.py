"""What people do in chats: they write, edit, delete, and press buttons."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime

from connectors.fakes.telegram_server import media
from connectors.fakes.telegram_server.chats import Chat, Kind, Topic
from connectors.fakes.telegram_server.drafting import forwarded, implied_reply, senders, thread_of, written
from connectors.fakes.telegram_server.injection import make_known
from connectors.fakes.telegram_server.messages import Message, Post
from connectors.fakes.telegram_server.people import SERVICE, Json, User
from connectors.fakes.telegram_server.rights import Member
from connectors.fakes.telegram_server.updates import Update
from connectors.fakes.telegram_server.world import Answer, Query, World, now

PRESS_SECONDS = 60.0


class Conversation:
    """The part of the control that speaks.

    A `sender` may be a chat: the group itself for an administrator who stays anonymous, a channel for one that speaks
    in a group, or the channel itself for a channel's post.
    """

    world: World

    def say(
        self,
        sender: User | Chat,
        chat: Chat,
        text: str,
        *,
        mention_bot: bool = False,
        mention: User | None = None,
        reply_to: Message | None = None,
        thread: Topic | int = 0,
        forwarded_from: User | Chat | str | None = None,
        via_bot: User | None = None,
    ) -> Message:
        """Write a message: its `update` says whether the bot was told of it.

        `mention` begins it with a mention of somebody, by name where they have no username.
        """
        content = written(text, first=self.world.bot if mention_bot else mention)
        content |= forwarded(forwarded_from) if forwarded_from else {}
        content |= {"via_bot": via_bot.json} if via_bot else {}
        return self._said(sender, chat, content, reply_to, thread)

    def remember(self, sender: User, chat: Chat, text: str, sent_at: datetime) -> Message:
        """Let a message have been written earlier, of which the bot was told then."""
        self._enter(sender, chat)
        json = {"message_id": self.world.next_id(chat), **senders(sender, chat), "chat": chat.json}
        message = Message(
            chat, json["message_id"], sender, json | {"date": int(sent_at.timestamp())} | written(text), 0
        )
        chat.messages[message.id] = message
        return message

    def show(
        self,
        sender: User | Chat,
        chat: Chat,
        what: str,
        *,
        caption: str = "",
        mention_bot: bool = False,
        reply_to: Message | None = None,
        thread: Topic | int = 0,
        album: str = "",
    ) -> Message:
        """Send a "sticker", "photo", "voice" or "document", with or without a caption; `album` joins several photos."""
        contents = {"sticker": media.sticker, "photo": media.photo, "voice": media.voice, "document": media.document}
        content = contents[what]() | written(caption, is_caption=True, first=self.world.bot if mention_bot else None)
        content |= {"media_group_id": album} if album else {}
        return self._said(sender, chat, content, reply_to, thread)

    def start(self, user: User, parameter: str = "") -> Message:
        """A person presses Start in the bot's private chat."""
        return self.say(user, self.world.private_chat(user), f"/start {parameter}".strip())

    def edit(self, message: Message, text: str, *, mention_bot: bool = False) -> Update | None:
        """A person changes their message; returns the update, or None where the bot is not told."""
        is_caption = "text" not in message.json
        dropped = {"text", "entities", "caption", "caption_entities"}
        kept = {key: value for key, value in message.json.items() if key not in dropped}
        first = self.world.bot if mention_bot else None
        message.json = kept | written(text, is_caption=is_caption, first=first) | {"edit_date": now()}
        is_channel = message.chat.kind is Kind.CHANNEL
        return self.world.tell_of(message, "edited_channel_post" if is_channel else "edited_message")

    def delete(self, message: Message) -> None:
        """A person deletes a message; Telegram tells no bot."""
        message.is_deleted = True

    def forward_to_discussion(self, post: Message, group: Chat) -> Message:
        """Put a channel's post into the group that discusses it, as Telegram does by itself."""
        content = {key: post.json[key] for key in ("text", "entities") if key in post.json} | forwarded(post.chat)
        content |= {"from": SERVICE.json, "sender_chat": post.chat.json, "is_automatic_forward": True}
        return self._said(post.chat, group, content, None, 0)

    async def press(
        self,
        user: User,
        post: Post,
        data: str,
        *,
        seconds: float = PRESS_SECONDS,
        is_gone: bool = False,
        is_stale: bool = False,
    ) -> Answer:
        """Press the button with this data, or label, and wait for the bot's answer; raises TimeoutError.

        `is_stale` presses one that the post has no longer, and `is_gone` hands the bot the post as inaccessible, as
        Telegram does with very old ones.
        """
        data = post.buttons.get(data, data)
        if not is_stale and data not in post.buttons.values():
            raise AssertionError(f"The post has no button {data!r}, only {post.buttons}.")
        query = self._asked(user, post, data, is_gone)
        try:
            return await asyncio.wait_for(asyncio.shield(query.answer), seconds)
        except asyncio.TimeoutError as error:
            raise TimeoutError(f"The press of {data!r} was not answered.") from error

    def inject(self, update: Json) -> Message | None:
        """Queue an update as it stands, under the next update_id; returns the message that it is about, if any.

        Its chat, people and messages are made known, so that the bot can reply.
        """
        message = make_known(self.world, update)
        queued = self.world.updates.inject(update)
        if message:
            message.update = queued
        return message

    def _said(
        self, sender: User | Chat, chat: Chat, content: Json, replied: Message | None, thread: Topic | int
    ) -> Message:
        self._enter(sender, chat)
        number = thread.id if isinstance(thread, Topic) else thread
        json = {"message_id": self.world.next_id(chat), **senders(sender, chat), "chat": chat.json, "date": now()}
        json |= thread_of(chat, number, replied)
        if shown := implied_reply(chat, number, replied):
            json["reply_to_message"] = shown.json_as_reply
        topic = json.get("message_thread_id", 0) if chat.is_forum else 0
        message = Message(chat, json["message_id"], sender, json | content, topic)
        chat.messages[message.id] = message
        message.update = self.world.tell_of(message, "channel_post" if chat.kind is Kind.CHANNEL else "message")
        return message

    def _enter(self, sender: User | Chat, chat: Chat) -> None:
        if chat.migrated_to or chat.is_deleted:
            raise AssertionError(f"Nobody can write in {chat.title}: it is no longer in use.")
        if isinstance(sender, Chat):
            return
        if chat.kind is Kind.PRIVATE:
            sender.has_started = True
        elif not chat.member(sender).is_in:
            chat.members[sender.id] = Member(sender)

    def _asked(self, user: User, post: Post, data: str, is_gone: bool) -> Query:
        number = str(4_382_740_000_000 + len(self.world.queries))
        query = Query(time.monotonic(), asyncio.get_running_loop().create_future())
        self.world.queries[number] = query
        inaccessible: Json = {"message_id": post.id, "chat": post.chat.json, "date": 0}
        body = {"id": number, "from": user.json, "message": inaccessible if is_gone else post.json}
        body |= {"chat_instance": str(-(10**17) - abs(post.chat.id)), "data": data}
        self.world.tell("callback_query", body, post.chat)
        return query
