"""The bot's slash commands as it has registered them, everywhere or for one guild."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from connectors.fakes.discord_server import errors
from connectors.fakes.discord_server.answers import answer
from connectors.fakes.discord_server.errors import NotModelledError, invalid_form
from connectors.fakes.discord_server.rest import PREFIX, check_query
from connectors.fakes.discord_server.shapes import Command, Option
from connectors.fakes.discord_server.validation import read_body, shaped
from connectors.fakes.discord_server.world import Guild, Payload, World

_GLOBAL = PREFIX + "/applications/{application}/commands"
_GUILD = PREFIX + "/applications/{application}/guilds/{guild}/commands"
MAX_COMMANDS = 100
SUBCOMMAND, SUBCOMMAND_GROUP = 1, 2


class Commands:
    """Commands by name, those of everywhere under the guild ""."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._commands: dict[str, dict[str, Payload]] = {}

    def find(self, name: str, guild: Guild | None) -> Payload | None:
        """A slash command that a person is offered in a guild, or in a direct message."""
        own = self._commands.get(guild.id, {}) if guild else {}
        command = own.get(name) or self._commands.get("", {}).get(name)
        return command if command and self._is_offered(command, guild) else None

    def names(self) -> list[str]:
        """The names of all commands, sorted."""
        return sorted({name for commands in self._commands.values() for name in commands})

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            one
            for path in (_GLOBAL, _GUILD)
            for one in (
                web.get(path, self._list, allow_head=False),
                web.put(path, self._replace),
                web.post(path, self._add),
                web.delete(path + "/{command}", self._remove),
            )
        ]

    async def _list(self, request: web.Request) -> web.Response:
        check_query(request, "with_localizations")
        return answer(list(self._of(request).values()))

    async def _replace(self, request: web.Request) -> web.Response:
        raw, _ = await read_body(request)
        if len(raw) > MAX_COMMANDS:
            raise errors.ApiError(400, 30032, "Maximum number of application commands reached (100)")
        old = self._of(request)
        made = [self._made(one, old, request) for one in raw]
        if len({one["name"] for one in made}) < len(made):
            message = "Application command names must be unique"
            raise invalid_form([], "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        old.clear()
        old.update({one["name"]: one for one in made})
        return answer(made)

    async def _add(self, request: web.Request) -> web.Response:
        raw, _ = await read_body(request)
        commands = self._of(request)
        command = commands[raw["name"]] = self._made(raw, commands, request)
        return answer(command, status=201)

    async def _remove(self, request: web.Request) -> web.Response:
        commands = self._of(request)
        name = next((key for key, one in commands.items() if one["id"] == request.match_info["command"]), None)
        if name is None:
            raise errors.unknown_command()
        del commands[name]
        return web.Response(status=204)

    def _of(self, request: web.Request) -> dict[str, Payload]:
        if request.match_info["application"] != self._world.application_id:
            raise errors.ApiError(404, 10002, "Unknown Application")
        guild_id = request.match_info.get("guild", "")
        if guild_id and not (guild_id in self._world.guilds and self._world.is_bot_in(self._world.guilds[guild_id])):
            raise errors.missing_access()
        return self._commands.setdefault(guild_id, {})

    def _made(self, raw: Any, old: dict[str, Payload], request: web.Request) -> Payload:
        command = shaped(raw, Command)
        _check(command)
        guild_id = request.match_info.get("guild")
        permissions = command.default_member_permissions
        known = old.get(command.name)
        return {
            "id": known["id"] if known else self._world.ids.fresh(),
            "application_id": self._world.application_id,
            "version": self._world.ids.fresh(),
            "default_member_permissions": None if permissions is None else str(permissions),
            "type": command.type,
            "name": command.name,
            "description": command.description,
            "dm_permission": command.dm_permission is not False,
            "contexts": command.contexts,
            "integration_types": command.integration_types or [0],
            "nsfw": command.nsfw,
            "options": raw.get("options") or [],
            "name_localizations": command.name_localizations,
            "description_localizations": command.description_localizations,
            **({"guild_id": guild_id} if guild_id else {}),
        }

    def _is_offered(self, command: Payload, guild: Guild | None) -> bool:
        if command["contexts"] is not None:
            return (0 if guild else 1) in command["contexts"]
        return guild is not None or (command["dm_permission"] and "guild_id" not in command)


def _check(command: Command) -> None:
    if command.type != 1:
        raise NotModelledError("a command of a context menu")
    if command.name != command.name.lower():
        raise invalid_form(["name"], "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    if not command.description:
        raise invalid_form(["description"], "BASE_TYPE_REQUIRED", "This field is required")
    _check_options(command.options, depth=0)


def _check_options(options: list[Option], depth: int) -> None:
    groups = [one for one in options if one.type in (SUBCOMMAND, SUBCOMMAND_GROUP)]
    if groups and (len(groups) < len(options) or depth > 1):
        raise invalid_form(["options"], "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Subcommands stand by themselves")
    if len({one.name for one in options}) < len(options):
        raise invalid_form(["options"], "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique")
    required = [one.required for one in options]
    if required != sorted(required, reverse=True):
        message = "Required options must be placed before non-required options"
        raise invalid_form(["options"], "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
    for option in options:
        if option.autocomplete and (option.choices or option.type not in (3, 4, 10)):
            message = "Autocomplete goes with texts and numbers that have no choices"
            raise invalid_form(["options"], "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message)
        _check_options(option.options, depth + 1)
