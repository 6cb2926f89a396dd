"""/settings: a panel of buttons, edited in place, for a group's administrators."""

from __future__ import annotations

import telegram
from telegram import CallbackQuery

from bot.errors import PermanentSendError, SettingsError
from bot.places import Mode, Notice, Place
from connectors.base import Desk
from connectors.telegram_connector import wording
from connectors.telegram_connector.administrators import Administrators
from connectors.telegram_connector.api import Client
from connectors.telegram_connector.messages import Command, is_anonymous_administrator, place_of
from connectors.telegram_connector.posting import Posts
from connectors.telegram_connector.rendering import html_of_markdown
from connectors.telegram_connector.settings_pages import Shown, changes_of, page_of


class SettingsPanel:
    """Opens the panel, and carries out its buttons. Settings are those of the whole group."""

    def __init__(self, client: Client, posts: Posts, desk: Desk, administrators: Administrators) -> None:
        """Change what the desk's communities have settled."""
        self._client = client
        self._posts = posts
        self._desk = desk
        self._administrators = administrators

    async def run(self, message: telegram.Message, command: Command) -> None:
        """Open the panel or, for "/settings alerts GROUP", have that group's alerts sent here (or its "digest")."""
        place, word = place_of(message), command.argument.split()
        if len(word) > 1 and word[0] in _NAMED:
            await self._name_chat(message, word[1], *_NAMED[word[0]])
        elif not place.community:
            await self._posts.say(place, wording.SETTINGS_ONLY_IN_GROUPS)
        elif await self._may_change(message):
            text, keyboard = page_of("main", await self._shown(message.chat.id))
            await self._posts.say(place, text, keyboard, str(message.id))
        else:
            await self._refuse(message)

    async def press(self, query: CallbackQuery) -> None:
        """Change what a button stands for, and show the page it leads to; nobody but administrators may."""
        assert query.message is not None
        place, post = place_of(query.message), str(query.message.message_id)
        _, page, value, *_ = *(query.data or "").split(":"), "", ""
        if query.from_user.id not in await self._administrators.asked_now(query.message.chat.id):
            await self._posts.answer(query.id, wording.ONLY_ADMINISTRATORS)
        elif page == "done":
            await self._posts.answer(query.id, wording.SAVED)
            await self._posts.remove(place, post)
        else:
            notice = await self._change(query, page, value)
            await self._posts.show(place, post, *page_of(page, await self._shown(query.message.chat.id, page, notice)))

    async def _change(self, query: CallbackQuery, page: str, value: str) -> str:
        """Carry out what a button changes, and acknowledge it; returns what is to be explained."""
        assert query.message is not None
        chat = query.message.chat.id
        changes = changes_of(page, value, chat, self._desk.communities.settings(_group(chat)))
        try:
            if changes:
                await self._desk.communities.change(_group(chat), changes, by=str(query.from_user.id))
        except SettingsError as error:
            await self._posts.answer(query.id, str(error))
            return ""
        await self._posts.answer(query.id, wording.SAVED if changes else "")
        return await self._privacy_notice(chat) if changes.get("mode") == Mode.QUESTIONS.value else ""

    async def _privacy_notice(self, chat: int) -> str:
        """Why the bot may not see questions: Telegram's privacy mode, which an administrator is free of."""
        if self._client.can_read_all_group_messages or self._client.id in await self._administrators.of(chat):
            return ""
        text = await self._desk.communities.to_explain(_group(chat), Notice.PRIVACY_MODE)
        return html_of_markdown(text) if text else ""

    async def _shown(self, chat: int, page: str = "", notice: str = "") -> Shown:
        communities = self._desk.communities
        history = await communities.history(_group(chat)) if page == "history" else ()
        return Shown(chat, communities.settings(_group(chat)), self._desk.handler.topics(), history, notice)

    async def _may_change(self, message: telegram.Message) -> bool:
        author = message.from_user
        if is_anonymous_administrator(message):
            return True
        return author is not None and author.id in await self._administrators.asked_now(message.chat.id)

    async def _administers(self, person: int, *chats: int) -> bool:
        """Whether somebody is an administrator of all these groups; a private chat is its person's own."""
        return all([chat == person or person in await self._administrators.asked_now(chat) for chat in chats])

    async def _refuse(self, message: telegram.Message) -> None:
        """Say so in private where that is possible, and nowhere else."""
        if message.from_user and not message.from_user.is_bot:
            try:
                await self._posts.post(
                    Place("telegram", channel=str(message.from_user.id)), wording.ONLY_ADMINISTRATORS
                )
            except PermanentSendError:
                return

    async def _name_chat(self, message: telegram.Message, group: str, name: str, word: str) -> None:
        """Have a group's alerts, or new themes, sent to this chat, for an administrator of both.

        Alerts may go to a private chat, for its person; what is decided about themes is for a group to see.
        """
        place, author = place_of(message), message.from_user
        is_group = group.startswith("-") and group[1:].isdecimal()
        is_known = author is not None and not is_anonymous_administrator(message)
        is_group = is_group and (bool(place.community) or name == "alerts_channel")
        if author is None or not (
            is_group and is_known and await self._administers(author.id, int(group), message.chat.id)
        ):
            await self._posts.say(place, wording.ALERTS_REFUSED, None, str(message.id))
            return
        await self._desk.communities.change(_group(int(group)), {name: place.channel}, by=str(author.id))
        await self._posts.say(place, word, None, str(message.id))


_NAMED = {
    "alerts": ("alerts_channel", wording.ALERTS_NAMED),
    "digest": ("digest_channel", wording.DIGEST_NAMED),
}
"""What may be sent to another chat than the group it is about: the setting, and the word when it is."""


def _group(chat: int) -> Place:
    return Place("telegram", str(chat))
