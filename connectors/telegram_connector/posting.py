"""Posts, edits and removes messages, within the platform's limits."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from telegram import InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated

from bot.errors import PermanentSendError, TemporarySendError
from bot.places import Place
from connectors.telegram_connector.api import FAILURES, GONE, NO_WAIT_GIVEN, Client, described, errors_in_our_words
from connectors.telegram_connector.limits import FloodControl
from connectors.telegram_connector.migrations import Migrations

logger = logging.getLogger(__name__)

MAX_WORD = 200
"""The most characters that the answer to a press may have (Bot API, answerCallbackQuery)."""
ALERT_FROM = 80
"""Longer words stay on the screen until they are dismissed."""
FIRST_WAIT, MAX_WAIT = 0.25, 30.0
REMOVED = "<i>Removed.</i>"

T = TypeVar("T")


class Posts:
    """What the bot does in chats. Everything raises TemporarySendError and PermanentSendError only."""

    def __init__(
        self, client: Client, flood: FloodControl, migrations: Migrations, previews: bool, patience: float
    ) -> None:
        """Show previews of links only where told to. What is tried again is so for `patience` seconds."""
        self._client = client
        self._flood = flood
        self._migrations = migrations
        self._no_previews = None if previews else LinkPreviewOptions(is_disabled=True)
        self._patience = patience

    async def post(
        self,
        place: Place,
        html: str,
        keyboard: InlineKeyboardMarkup | None = None,
        reply_to: str = "",
        is_urgent: bool = False,
    ) -> str:
        """Post a message, under another one where `reply_to` is given and still there; returns its id."""
        written_to = int(place.channel)
        chat = self._migrations.current(written_to)
        under = _under(reply_to) if chat == written_to else None  # In a supergroup, messages are numbered afresh.
        async with self._sending(chat, is_urgent):
            sent = await self._client.send_message(
                chat,
                html,
                parse_mode=ParseMode.HTML,
                message_thread_id=int(place.thread) if place.thread else None,
                reply_parameters=under,
                link_preview_options=self._no_previews,
                reply_markup=keyboard,
            )
        return str(sent.message_id)

    async def edit(
        self,
        place: Place,
        post: str,
        html: str,
        keyboard: InlineKeyboardMarkup | None = None,
        is_urgent: bool = False,
    ) -> None:
        """Give a message another text and other buttons."""
        chat = self._chat_of_post(place)
        async with self._sending(chat, is_urgent):
            try:
                await self._client.edit_message_text(
                    html,
                    chat,
                    int(post),
                    parse_mode=ParseMode.HTML,
                    link_preview_options=self._no_previews,
                    reply_markup=keyboard,
                )
            except BadRequest as error:
                if "is not modified" not in error.message.lower():
                    raise

    async def remove(self, place: Place, post: str) -> None:
        """Remove a message. One that is too old to be deleted loses its text and buttons instead."""
        try:
            chat = self._chat_of_post(place)
            async with self._flood.calling(), self._in_our_words(chat):
                await self._client.delete_message(chat, int(post))
        except PermanentSendError as error:
            if "can't be deleted" in str(error):
                await self.edit(place, post, REMOVED)
            elif error.reason != GONE:
                raise

    async def say(
        self, place: Place, html: str, keyboard: InlineKeyboardMarkup | None = None, reply_to: str = ""
    ) -> str:
        """Post a message that is in no outbox, trying again where the platform asks for patience."""
        return await self.persistently(partial(self.post, place, html, keyboard, reply_to))

    async def show(self, place: Place, post: str, html: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
        """Edit a message, trying again where the platform asks for patience."""
        await self.persistently(partial(self.edit, place, post, html, keyboard))

    async def answer(self, press_id: str, word: str = "") -> None:
        """Acknowledge a press of a button, with a word that only who pressed can see. A late one is no error."""
        shown = word if len(word) <= MAX_WORD else word[: MAX_WORD - 1] + "…"
        try:
            await self._client.answer_callback_query(press_id, shown or None, show_alert=len(shown) > ALERT_FROM)
        except FAILURES as error:
            logger.info("A press could not be acknowledged: %s.", described(error))

    async def persistently(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do something on the platform, again and again while it is only for now that it can't be done."""
        give_up_at = time.monotonic() + self._patience
        failures = 0
        while True:
            try:
                return await work()
            except TemporarySendError as error:
                if time.monotonic() > give_up_at:
                    raise
                await asyncio.sleep(wait_after(error, failures))
                failures += 1

    def _chat_of_post(self, place: Place) -> int:
        chat = int(place.channel)
        if self._migrations.current(chat) != chat:
            raise PermanentSendError("A group has become a supergroup, and its old posts can't be changed.", GONE)
        return chat

    @asynccontextmanager
    async def _sending(self, chat: int, is_urgent: bool) -> AsyncIterator[None]:
        async with self._flood.sending(chat, is_urgent), self._in_our_words(chat):
            yield

    @asynccontextmanager
    async def _in_our_words(self, chat: int) -> AsyncIterator[None]:
        try:
            with errors_in_our_words():
                yield
        except ChatMigrated as error:
            await self._migrations.note(chat, error.new_chat_id)
            raise TemporarySendError("A group has become a supergroup.", NO_WAIT_GIVEN) from None
        except TemporarySendError as error:
            if error.retry_after > 0:
                self._flood.pause(chat, error.retry_after)
            raise


def wait_after(error: TemporarySendError, failures: int) -> float:
    """How long to wait before another try: as asked for or, where nothing was, longer after each failure."""
    return error.retry_after if error.retry_after > 0 else min(FIRST_WAIT * 2.0 ** min(failures, 10), MAX_WAIT)


def _under(message: str) -> ReplyParameters | None:
    return ReplyParameters(int(message), allow_sending_without_reply=True) if message else None
