"""The bot's coming and going in groups."""

from __future__ import annotations

from telegram import ChatMember, ChatMemberRestricted, ChatMemberUpdated

from bot.errors import PermanentSendError
from bot.places import Notice, Place
from connectors.base import Communities
from connectors.telegram_connector.administrators import Administrators
from connectors.telegram_connector.messages import GROUPS
from connectors.telegram_connector.migrations import Migrations
from connectors.telegram_connector.notices import Notices
from connectors.telegram_connector.posting import Posts
from connectors.telegram_connector.rendering import html_of_markdown


class Membership:
    """Notes where the bot is a guest, introduces it once, and says when it can't speak."""

    def __init__(
        self,
        posts: Posts,
        notices: Notices,
        communities: Communities,
        administrators: Administrators,
        migrations: Migrations,
    ) -> None:
        """Write by `posts`."""
        self._posts = posts
        self._notices = notices
        self._communities = communities
        self._administrators = administrators
        self._migrations = migrations

    async def note(self, update: ChatMemberUpdated) -> bool:
        """Note a change of what the bot is in a group; whether it is to be introduced there."""
        chat = update.chat
        if chat.type not in GROUPS or self._migrations.current(chat.id) != chat.id:
            return False
        self._administrators.forget(chat.id)
        was, now = update.old_chat_member, update.new_chat_member
        if _is_in(was) and not _is_in(now):
            await self._communities.left("telegram", str(chat.id))
        elif _may_write(was) and not _may_write(now):
            self._notices.explain(chat.id, Notice.CANNOT_POST, update.from_user.id)
        return not _is_in(was) and _is_in(now) and await self._joined(update)

    async def introduce(self, update: ChatMemberUpdated) -> None:
        """Say hello in a group, or tell who invited the bot why it can't."""
        chat = update.chat.id
        text = await self._communities.to_explain(Place("telegram", str(chat)), Notice.WELCOME)
        try:
            if text:
                await self._posts.say(Place("telegram", str(chat), str(chat)), html_of_markdown(text))
        except PermanentSendError:
            self._notices.explain(chat, Notice.CANNOT_POST, update.from_user.id)

    async def _joined(self, update: ChatMemberUpdated) -> bool:
        return await self._communities.joined("telegram", str(update.chat.id), update.chat.title or "")


def _is_in(member: ChatMember) -> bool:
    if isinstance(member, ChatMemberRestricted):
        return member.is_member
    return member.status in (ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER)


def _may_write(member: ChatMember) -> bool:
    return _is_in(member) and not (isinstance(member, ChatMemberRestricted) and not member.can_send_messages)
