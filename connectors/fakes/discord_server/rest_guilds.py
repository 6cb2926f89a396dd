"""The routes of the application itself, of guilds and their members, and the gateway's address."""

from __future__ import annotations

from aiohttp import web

from connectors.fakes.discord_server import errors
from connectors.fakes.discord_server.answers import answer
from connectors.fakes.discord_server.events import Events
from connectors.fakes.discord_server.gateway import Gateway
from connectors.fakes.discord_server.payloads import (
    channel_payload,
    guild_payload,
    member_with_user,
    role_payload,
    thread_payload,
    user_payload,
)
from connectors.fakes.discord_server.record import Record
from connectors.fakes.discord_server.rest import PREFIX, check_query
from connectors.fakes.discord_server.world import Guild, Payload, World

_GUILD = PREFIX + "/guilds/{guild}"


class GuildRoutes:
    """What the bot can look up about itself and where it is."""

    def __init__(self, world: World, events: Events, gateway: Gateway, record: Record, shards: int) -> None:
        self._world = world
        self._record = record
        self._events = events
        self._gateway = gateway
        self._shards = shards

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.get(PREFIX + "/gateway", self._gateway_url),
            web.get(PREFIX + "/gateway/bot", self._gateway_bot),
            web.get(PREFIX + "/users/@me", self._me),
            web.get(PREFIX + "/users/{user}", self._user),
            web.get(PREFIX + "/oauth2/applications/@me", self._application),
            web.get(PREFIX + "/applications/@me", self._application),
            web.get(PREFIX + "/users/@me/guilds", self._guilds),
            web.delete(PREFIX + "/users/@me/guilds/{guild}", self._leave),
            web.get(_GUILD, self._guild),
            web.get(_GUILD + "/channels", self._channels),
            web.get(_GUILD + "/roles", self._roles),
            web.get(_GUILD + "/threads/active", self._threads),
            web.get(_GUILD + "/members/{user}", self._member),
        ]

    async def _gateway_url(self, request: web.Request) -> web.Response:
        return answer({"url": self._gateway.url})

    async def _gateway_bot(self, request: web.Request) -> web.Response:
        left = max(0, 1000 - self._record.counts["identified"])
        limit = {"total": 1000, "remaining": left, "reset_after": 14_400_000, "max_concurrency": 1}
        return answer({"url": self._gateway.url, "shards": self._shards, "session_start_limit": limit})

    async def _me(self, request: web.Request) -> web.Response:
        return answer({**user_payload(self._world.bot), "verified": True, "mfa_enabled": True})

    async def _user(self, request: web.Request) -> web.Response:
        user = self._world.users.get(request.match_info["user"])
        if user is None:
            raise errors.unknown_user()
        return answer(user_payload(user))

    async def _application(self, request: web.Request) -> web.Response:
        return answer(
            {
                "id": self._world.application_id,
                "name": self._world.bot.name,
                "icon": None,
                "description": "",
                "summary": "",
                "bot_public": True,
                "bot_require_code_grant": False,
                "verify_key": "0" * 64,
                "owner": user_payload(self._world.bot),
                "team": None,
                "flags": self._gateway.application_flags,
                "approximate_guild_count": len(self._world.guilds),
            }
        )

    async def _guilds(self, request: web.Request) -> web.Response:
        check_query(request, "limit", "with_counts", "before", "after")
        guilds = [guild for guild in self._world.guilds.values() if self._world.is_bot_in(guild)]
        after = int(request.query.get("after", 0))
        page = sorted((one for one in guilds if int(one.id) > after), key=lambda one: int(one.id))
        keys = ("id", "name", "icon", "banner", "features")
        rows = [{key: guild_payload(one)[key] for key in keys} for one in page[: int(request.query.get("limit", 200))]]
        return answer([{**row, "owner": False, "permissions": "0"} for row in rows])

    async def _leave(self, request: web.Request) -> web.Response:
        guild = self._own(request)
        self._events.guild_gone(guild, is_outage=False)
        del guild.members[self._world.bot.id]
        return web.Response(status=204)

    async def _guild(self, request: web.Request) -> web.Response:
        check_query(request, "with_counts")
        guild = self._own(request)
        counts = {"approximate_member_count": len(guild.members), "approximate_presence_count": 1}
        return answer({**guild_payload(guild), **counts})

    async def _channels(self, request: web.Request) -> web.Response:
        return answer([channel_payload(one) for one in self._own(request).channels.values()])

    async def _roles(self, request: web.Request) -> web.Response:
        return answer([role_payload(one) for one in self._own(request).roles.values()])

    async def _threads(self, request: web.Request) -> web.Response:
        threads = [thread_payload(one) for one in self._own(request).threads.values() if not one.is_archived]
        body: Payload = {"threads": threads, "members": []}
        return answer(body)

    async def _member(self, request: web.Request) -> web.Response:
        member = self._own(request).members.get(request.match_info["user"])
        if member is None:
            raise errors.unknown_member()
        return answer(member_with_user(member))

    def _own(self, request: web.Request) -> Guild:
        guild = self._world.guilds.get(request.match_info["guild"])
        if guild is None:
            raise errors.unknown_guild()
        if not self._world.is_bot_in(guild):
            raise errors.missing_access()
        return guild
