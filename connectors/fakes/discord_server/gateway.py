"""Discord's gateway: HELLO, IDENTIFY, heartbeats, RESUME, and events to those who want them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from enum import IntFlag
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from connectors.fakes.discord_server.connection import Connection
from connectors.fakes.discord_server.errors import NotModelledError
from connectors.fakes.discord_server.payloads import guild_create_payload, member_with_user, user_payload
from connectors.fakes.discord_server.record import Record
from connectors.fakes.discord_server.sessions import Session, shard_of
from connectors.fakes.discord_server.world import Guild, Payload, World

MAX_SENT_PER_MINUTE = 120


class Intent(IntFlag):
    """Which events a session is sent."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15


ALL_INTENTS = (1 << 26) - 1
_IDENTIFY = {"token", "properties", "compress", "large_threshold", "shard", "presence", "intents"}
_PRESENCE = {"status", "game", "activities", "since", "afk"}
_REQUEST_MEMBERS = {"guild_id", "query", "limit", "presences", "user_ids", "nonce"}


class Gateway:
    """Every connection and session.

    `privileged` are the privileged intents that the bot has been granted. While it `is_silent`, connections are taken
    and nothing is said on them.
    """

    def __init__(self, world: World, record: Record, token: str, heartbeat_interval: float) -> None:
        self.url = ""
        self.token = token
        self.heartbeat_interval = heartbeat_interval
        self.privileged = Intent.MESSAGE_CONTENT
        self.is_silent = False
        self.sessions: dict[str, Session] = {}
        self.connections: list[Connection] = []
        self._world = world
        self._record = record
        self._operations: dict[int, Callable[[Connection, Any], None]] = {
            1: self._heartbeat,
            2: self._identify,
            3: self._presence,
            6: self._resume,
            8: self._request_members,
        }

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one client until its connection ends."""
        query = dict(request.query)
        known = {"v": ("10",), "encoding": ("json",), "compress": ("zlib-stream", "")}
        if unknown := {key: value for key, value in query.items() if value not in known.get(key, ())}:
            self._record.problem(f"the gateway was asked for {unknown}")
            return web.Response(status=501)
        socket = web.WebSocketResponse(timeout=1.0, max_msg_size=4096, compress=False)
        await socket.prepare(request)
        connection = Connection(socket, request, self._record.heartbeats)
        self.connections.append(connection)
        self._record.counts["connected"] += 1
        try:
            await self._serve(connection, socket)
        finally:
            self.connections.remove(connection)
            await connection.end()
            self._record.counts["disconnected"] += 1
            self._record.changed()
        return socket

    def dispatch(
        self, event: str, data: Payload, intents: int = 0, guild_id: str | None = None, stripped: Payload | None = None
    ) -> None:
        """Send an event to every session that wants it; `stripped` to those without the Message Content intent."""
        encoded: dict[bool, str] = {}
        for session in self.sessions.values():
            if session.wants(intents, guild_id):
                whole = stripped is None or bool(session.intents & Intent.MESSAGE_CONTENT)
                if whole not in encoded:
                    encoded[whole] = _json(data if whole else stripped)
                session.push(event, encoded[whole])

    def drop(self, *, abrupt: bool, code: int = 1001) -> None:
        """End every connection: with a close code, or by cutting the TCP connection."""
        for connection in list(self.connections):
            connection.abort() if abrupt else connection.close(code)

    def ask_reconnect(self) -> None:
        """Tell every client to reconnect and resume (op 7)."""
        for connection in self.connections:
            connection.send_op(7)

    def invalidate(self, *, resumable: bool) -> None:
        """Tell every client that its session is invalid (op 9), and forget it unless it is resumable."""
        for connection in self.connections:
            connection.send_op(9, resumable)
            if connection.session is not None and not resumable:
                self.sessions.pop(connection.session.id, None)

    def send_raw(self, text: str) -> None:
        """Send every client a frame as it is given, whatever that is."""
        for connection in self.connections:
            connection.send(text)

    async def _serve(self, connection: Connection, socket: web.WebSocketResponse) -> None:
        if self.is_silent:
            await socket.receive()
            return
        connection.send_op(10, {"heartbeat_interval": int(self.heartbeat_interval * 1000)})
        connection.expect_heartbeats(self.heartbeat_interval)
        sent: Counter[int] = Counter()
        async for message in socket:
            sent[int(time.monotonic() / 60)] += 1
            if message.type is not WSMsgType.TEXT:
                self._refuse(connection, 4002, f"a frame of the type {message.type.name}")
            elif max(sent.values()) > MAX_SENT_PER_MINUTE:
                self._refuse(connection, 4008, f"more than {MAX_SENT_PER_MINUTE} payloads a minute")
            else:
                self._receive(connection, message.data)

    def _receive(self, connection: Connection, text: str) -> None:
        try:
            payload = msgspec.json.decode(text)
            op, data = payload["op"], payload["d"]
            operation = self._operations[op]
        except (msgspec.DecodeError, KeyError, TypeError):
            self._refuse(connection, 4001, f"a payload that can't be read or has an unknown opcode: {text[:40]}")
            return
        if connection.session is None and op not in (1, 2, 6):
            connection.close(4003)
            return
        try:
            operation(connection, data)
        except NotModelledError as error:
            self._refuse(connection, 4002, str(error))

    def _refuse(self, connection: Connection, code: int, problem: str) -> None:
        self._record.problem(f"the gateway was sent {problem}")
        connection.close(code)

    def _heartbeat(self, connection: Connection, data: Any) -> None:
        if not (data is None or isinstance(data, int)):
            raise NotModelledError("a heartbeat that isn't a sequence number")
        connection.beat()
        connection.send_op(11)

    def _presence(self, connection: Connection, data: Payload) -> None:
        _check_keys(data, _PRESENCE, "a presence")

    def _identify(self, connection: Connection, data: Payload) -> None:
        _check_keys(data, _IDENTIFY, "an IDENTIFY")
        _check_keys(data.get("presence") or {}, _PRESENCE, "a presence")
        shard, shards = data.get("shard") or (0, 1)
        if code := self._why_not(connection, data, shard, shards):
            self._record.counts[f"closed {code}"] += 1
            connection.close(code)
            return
        self._forget_old(shard, shards)
        session = connection.session = Session(data["intents"], shard, shards, connection)
        self.sessions[session.id] = session
        self._record.counts["identified"] += 1
        self._welcome(session)
        self._record.changed()

    def _why_not(self, connection: Connection, data: Payload, shard: int, shards: int) -> int:
        """The code with which an IDENTIFY is turned away; 0 for none."""
        if data["token"] != self.token:
            return 4004
        if connection.session is not None:
            return 4005
        if not 0 <= shard < shards:
            return 4010
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~ALL_INTENTS:
            return 4013
        privileged = Intent.MESSAGE_CONTENT | Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES
        return 4014 if intents & privileged & ~self.privileged else 0

    def _forget_old(self, shard: int, shards: int) -> None:
        """Forget sessions that have been gone for long, and all but the newest few that have gone from this shard."""
        gone = [one for one in self.sessions.values() if one.line is None]
        same = [one for one in gone if (one.shard, one.shards) == (shard, shards)]
        for session in gone:
            if session.has_expired or session in same[:-2]:
                del self.sessions[session.id]

    def _welcome(self, session: Session) -> None:
        guilds = [one for one in self._world.guilds.values() if self._is_for(session, one)]
        session.push("READY", _json(self._ready(session, guilds)))
        if session.intents & Intent.GUILDS:
            for guild in guilds:
                if not guild.is_unavailable:
                    data = {**guild_create_payload(guild, self._world), "unavailable": False}
                    session.push("GUILD_CREATE", _json(data))

    def _is_for(self, session: Session, guild: Guild) -> bool:
        return self._world.is_bot_in(guild) and shard_of(guild.id, session.shards) == session.shard

    def _ready(self, session: Session, guilds: list[Guild]) -> Payload:
        return {
            "v": 10,
            "user": {**user_payload(self._world.bot), "verified": True, "mfa_enabled": True, "email": None, "flags": 0},
            "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "shard": [session.shard, session.shards],
            "application": {"id": self._world.application_id, "flags": self.application_flags},
            "private_channels": [],
            "relationships": [],
            "presences": [],
            "user_settings": {},
            "geo_ordered_rtc_regions": [],
            "_trace": [],
        }

    @property
    def application_flags(self) -> int:
        """The application's flags: which privileged intents are switched on in the developer portal."""
        switched = ((Intent.GUILD_PRESENCES, 13), (Intent.GUILD_MEMBERS, 15), (Intent.MESSAGE_CONTENT, 19))
        return sum(1 << bit for intent, bit in switched if self.privileged & intent)

    def _resume(self, connection: Connection, data: Payload) -> None:
        _check_keys(data, {"token", "session_id", "seq"}, "a RESUME")
        if data["token"] != self.token:
            connection.close(4004)
            return
        session = self.sessions.get(data["session_id"])
        missed = session.missed_since(data["seq"]) if session and not session.has_expired else None
        if session is None or missed is None or data["seq"] > session.sequence:
            self._record.counts["resume refused"] += 1
            connection.send_op(9, False)
            return
        if isinstance(session.line, Connection):
            session.line.close(4000)
        connection.session = session
        session.line = connection
        for text in missed:
            connection.send(text)
        session.push("RESUMED", _json({"_trace": []}))
        self._record.counts["resumed"] += 1
        self._record.changed()

    def _request_members(self, connection: Connection, data: Payload) -> None:
        _check_keys(data, _REQUEST_MEMBERS, "a request for members")
        guild = self._world.guilds[str(data["guild_id"])]
        session = connection.session
        assert session is not None
        wanted = data.get("user_ids")
        if wanted is None and not session.intents & Intent.GUILD_MEMBERS:
            raise NotModelledError("a request for all members without the intent")
        ids = {str(one) for one in (wanted if isinstance(wanted, list) else [wanted])}
        members = [one for one in guild.members.values() if wanted is None or one.user.id in ids]
        chunk: Payload = {"guild_id": guild.id, "members": [member_with_user(one) for one in members]}
        chunk |= {"chunk_index": 0, "chunk_count": 1, "not_found": sorted(ids - set(guild.members) - {"None"})}
        session.push("GUILD_MEMBERS_CHUNK", _json({**chunk, "nonce": data.get("nonce")}))


def _json(data: Any) -> str:
    return msgspec.json.encode(data).decode()


def _check_keys(data: Payload, known: set[str], what: str) -> None:
    if unknown := set(data) - known:
        raise NotModelledError(f"{what} with {', '.join(sorted(unknown))}")
