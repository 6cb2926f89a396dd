"""The menus of commands that Telegram shows: one for private chats, one for groups, one for their administrators."""

from __future__ import annotations

import logging

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)

from connectors.telegram_connector import wording
from connectors.telegram_connector.api import FAILURES, Client, described

logger = logging.getLogger(__name__)

IN_PRIVATE = ("topics", "mydata", "forgetme", "help")
IN_GROUPS = ("ask", "topics", "mydata", "forgetme", "help")
MENUS: tuple[tuple[BotCommandScope, tuple[str, ...]], ...] = (
    (BotCommandScopeAllPrivateChats(), IN_PRIVATE),
    (BotCommandScopeAllGroupChats(), IN_GROUPS),
    (BotCommandScopeAllChatAdministrators(), (*IN_GROUPS, "settings")),
)


async def show_menus(client: Client) -> None:
    """Set the menus. The bot works as well without them, so that a failure is only logged."""
    for scope, names in MENUS:
        try:
            await client.set_my_commands([BotCommand(name, wording.COMMANDS[name]) for name in names], scope)
        except FAILURES as error:
            logger.warning("The menu of commands for %s could not be set: %s.", scope.type, described(error))
