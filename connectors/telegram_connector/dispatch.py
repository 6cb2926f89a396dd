"""Where each update goes: messages to the bot, presses and commands to what they belong to."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Awaitable, Callable, Hashable
from functools import partial
from pathlib import Path
from typing import Any

import telegram
from telegram import CallbackQuery, ChatMemberUpdated, Update, User

from bot.deliveries import Button, Press
from bot.errors import SignpostError
from connectors.base import Desk
from connectors.buttons import button_of
from connectors.delivery import Delivery
from connectors.lanes import Lanes
from connectors.telegram_connector import settings_pages, topics_menu
from connectors.telegram_connector.administrators import Administrators
from connectors.telegram_connector.api import Client
from connectors.telegram_connector.chores import Chores
from connectors.telegram_connector.commands import FORGET_PREFIX, Commands
from connectors.telegram_connector.limits import FloodControl, Limits
from connectors.telegram_connector.membership import Membership
from connectors.telegram_connector.messages import (
    GROUPS,
    command_in,
    is_from_a_person,
    message_of,
    place_of,
)
from connectors.telegram_connector.migrations import Migrations
from connectors.telegram_connector.notices import Notices
from connectors.telegram_connector.posting import Posts
from connectors.telegram_connector.sending import Sender
from connectors.telegram_connector.settings_panel import SettingsPanel
from connectors.telegram_connector.shapes import refuse_misshapen
from connectors.telegram_connector.topics_menu import TopicsMenu

logger = logging.getLogger(__name__)


class Dispatch:
    """Takes updates, in order within a chat and its topics."""

    def __init__(self, client: Client, desk: Desk, limits: Limits, previews: bool, max_age: float) -> None:
        """Join the parts; nothing is sent yet."""
        self._client = client
        self._desk = desk
        self._lanes = Lanes()
        self.chores = Chores()
        self._migrations = Migrations(desk.communities)
        self._administrators = Administrators(client)
        posts = Posts(client, FloodControl(limits), self._migrations, previews, max_age)
        notices = Notices(client, posts, desk.communities, self._administrators, self.chores)
        self._posts = posts
        self._sender = Sender(posts, notices)
        self._membership = Membership(posts, notices, desk.communities, self._administrators, self._migrations)
        topics = TopicsMenu(posts, desk.handler, desk.communities)
        self._commands = Commands(posts, desk, topics, self._me)
        self._settings = SettingsPanel(client, posts, desk, self._administrators)
        self._menus: dict[str, Callable[[CallbackQuery], Awaitable[None]]] = {
            topics_menu.PREFIX: topics.press,
            FORGET_PREFIX: self._commands.press,
            settings_pages.PREFIX: self._settings.press,
        }
        self.delivery = Delivery("telegram", self._sender.do, desk.outbox, max_age)

    def take(self, raw: Any) -> Awaitable[None]:
        """Take an update up as Telegram sent it; what is returned is done when it need not be handed over again."""
        received_at = time.monotonic()
        try:
            refuse_misshapen(raw)
            update = Update.de_json(raw, self._client)
            lane = _lane(update)
            hash(lane)
        except Exception as error:  # noqa: BLE001 -- one that can't be read must not hold up the others
            _skip(raw, error)
            return asyncio.sleep(0)
        return self._lanes.run(lane, partial(self._handle, raw, update, received_at))

    async def finish(self) -> None:
        """Finish what is in hand."""
        await self._lanes.finish()
        await asyncio.gather(self.delivery.finish(), self.chores.finish())

    async def close(self) -> None:
        """Stop at once: what is owed stays so."""
        await self._lanes.close()
        await self.delivery.close()
        await self.chores.close()

    @property
    def _me(self) -> User:
        return self._client.bot

    async def _handle(self, raw: Any, update: Update, received_at: float) -> None:
        try:
            await self._hand_on(update, received_at)
        except SignpostError as error:
            logger.error("%s", error)
        except Exception as error:  # noqa: BLE001 -- the library notices few of the fields that are of a wrong type
            _skip(raw, error)

    async def _hand_on(self, update: Update, received_at: float) -> None:
        if update.effective_chat:
            await self._migrations.arrived(update.effective_chat.id)
        if message := update.message or update.edited_message:
            await self._take_message(message, update.message is None, received_at)
        elif update.callback_query:
            await self._take_press(update.callback_query)
        elif update.my_chat_member:
            await self._take_membership(update.my_chat_member)

    async def _take_message(self, message: telegram.Message, is_edit: bool, received_at: float) -> None:
        if message.migrate_to_chat_id:
            await self._migrations.note(message.chat.id, message.migrate_to_chat_id)
        elif message.migrate_from_chat_id:
            await self._migrations.note(message.migrate_from_chat_id, message.chat.id)
        elif _is_to_be_heard(message) and not self._take_command(message, is_edit):
            await self._ask(message, is_edit, received_at)

    def _take_command(self, message: telegram.Message, is_edit: bool) -> bool:
        """Whether a message is a command, and no question; it is then carried out unless it is for another bot."""
        command = command_in(message)
        if command is None:
            return False
        is_ours = command.is_for(self._me)
        if is_ours and command.name == "ask" and message_of(message, self._me, ()).text:
            return False
        if is_ours and not is_edit:
            run = self._settings.run if command.name == "settings" else self._commands.run
            self.chores.add(("command", message.chat.id), partial(run, message, command))
        return True

    async def _ask(self, message: telegram.Message, is_edit: bool, received_at: float) -> None:
        administrators = await self._administrators.of(message.chat.id)
        response = await self._desk.handler.respond(message_of(message, self._me, administrators, is_edit))
        self.delivery.add(response.owed, received_at)

    async def _take_press(self, query: CallbackQuery) -> None:
        data = query.data or ""
        menu = self._menus.get(data.partition(":")[0])
        button = button_of(data)
        if query.message and menu:
            self.chores.add(_post(query), partial(menu, query))
        elif query.message and button:
            await self._take_press_of(button, query, query.message)
        else:
            self.chores.add(query.id, partial(self._posts.answer, query.id))

    async def _take_press_of(
        self, button: Button, query: CallbackQuery, message: telegram.MaybeInaccessibleMessage
    ) -> None:
        """Hand the press of a reply's button over, answer it, and change the reply as it calls for."""
        place, post = place_of(message), str(message.message_id)
        is_moderator = query.from_user.id in await self._administrators.of(message.chat.id)
        pressed = await self._desk.handler.press(Press(place, post, str(query.from_user.id), button, is_moderator))
        self.chores.add(query.id, partial(self._posts.answer, query.id, pressed.word))
        if pressed.reply or pressed.removes:
            reply = None if pressed.removes else pressed.reply
            self.chores.add(_post(query), partial(self._sender.replace, place, post, reply))

    async def _take_membership(self, update: ChatMemberUpdated) -> None:
        if await self._membership.note(update):
            self.chores.add(("command", update.chat.id), partial(self._membership.introduce, update))


def _skip(raw: object, error: Exception) -> None:
    """Say which update is left out, and where that was noticed, with no word of it."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    place = traceback.extract_tb(error.__traceback__)[-1]
    logger.warning(
        "An update of Telegram's that can't be read was skipped (number %s; %s in %s, line %s): report it to whoever "
        "maintains the bot.",
        number if isinstance(number, int) else "unknown",
        type(error).__name__,
        Path(place.filename).name,
        place.lineno,
    )


def _is_to_be_heard(message: telegram.Message) -> bool:
    return message.chat.type in (*GROUPS, telegram.Chat.PRIVATE) and is_from_a_person(message)


def _post(query: CallbackQuery) -> Hashable:
    """The message with the button, whose changes follow one another."""
    return (query.message.chat.id, query.message.message_id) if query.message else query.id


def _lane(update: Update) -> tuple[int, str]:
    chat = update.effective_chat
    message = update.effective_message
    return (chat.id if chat else 0), (place_of(message).thread if message else "")
