"""The menus of commands, for each scope and language."""

from __future__ import annotations

import re
from typing import Any

from connectors.fakes.telegram_server.errors import bad_request
from connectors.fakes.telegram_server.methods.registry import method
from connectors.fakes.telegram_server.parameters import Parameters
from connectors.fakes.telegram_server.people import Json
from connectors.fakes.telegram_server.world import World

MOST_COMMANDS = 100
LONGEST_DESCRIPTION = 256
_SIMPLE = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
_OF_A_CHAT = {"chat", "chat_administrators", "chat_member"}


@method("setMyCommands", "commands scope language_code")
async def set_my_commands(world: World, parameters: Parameters) -> bool:
    """Set a menu."""
    commands = [_checked(command) for command in parameters.json("commands") or []]
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    world.commands[_scope(world, parameters)] = commands
    return True


@method("getMyCommands", "scope language_code")
async def get_my_commands(world: World, parameters: Parameters) -> list[Json]:
    """A menu."""
    return world.commands.get(_scope(world, parameters), [])


@method("deleteMyCommands", "scope language_code")
async def delete_my_commands(world: World, parameters: Parameters) -> bool:
    """Delete a menu."""
    world.commands.pop(_scope(world, parameters), None)
    return True


def scope_name(scope: Json) -> str:
    """A scope as a key: its type, and the ids of its chat and user if it has any."""
    return ":".join(str(scope[key]) for key in ("type", "chat_id", "user_id") if key in scope)


def _scope(world: World, parameters: Parameters) -> tuple[str, str]:
    scope: Json = parameters.json("scope") or {"type": "default"}
    if scope.get("type") not in _SIMPLE | _OF_A_CHAT:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    if scope["type"] in _OF_A_CHAT:
        world.chat(str(scope.get("chat_id", "")))
    return scope_name(scope), parameters.text("language_code")


def _checked(command: Any) -> Json:
    if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"].removeprefix("/")):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(command["description"]) <= LONGEST_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command["command"].removeprefix("/"), "description": command["description"]}
