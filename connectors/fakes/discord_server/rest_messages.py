"""The routes of channels and their messages."""

from __future__ import annotations

from aiohttp import web

from connectors.fakes.discord_server import errors
from connectors.fakes.discord_server.answers import answer
from connectors.fakes.discord_server.errors import NotModelledError, invalid_form
from connectors.fakes.discord_server.gateway import Gateway, Intent
from connectors.fakes.discord_server.payloads import channel_payload, without_content
from connectors.fakes.discord_server.permissions import Permission
from connectors.fakes.discord_server.posting import Posting
from connectors.fakes.discord_server.record import Record
from connectors.fakes.discord_server.rest import PREFIX, check_query
from connectors.fakes.discord_server.validation import message_body, read_body
from connectors.fakes.discord_server.world import Channel, Message, Payload, World

_MESSAGES = PREFIX + "/channels/{channel}/messages"


class MessageRoutes:
    """Channels and messages."""

    def __init__(self, world: World, posting: Posting, gateway: Gateway, record: Record) -> None:
        self._world = world
        self._posting = posting
        self._gateway = gateway
        self._record = record

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.get(PREFIX + "/channels/{channel}", self._channel),
            web.get(_MESSAGES, self._history, allow_head=False),
            web.post(_MESSAGES, self._send),
            web.get(_MESSAGES + "/{message}", self._message, allow_head=False),
            web.patch(_MESSAGES + "/{message}", self._edit),
            web.delete(_MESSAGES + "/{message}", self._delete),
            web.post(PREFIX + "/channels/{channel}/typing", self._typing),
            web.put(PREFIX + "/channels/{channel}/thread-members/@me", self._join_thread),
            web.post(PREFIX + "/users/@me/channels", self._open_direct),
        ]

    async def _channel(self, request: web.Request) -> web.Response:
        check_query(request)
        return answer(channel_payload(self._visible(request)))

    async def _history(self, request: web.Request) -> web.Response:
        check_query(request, "limit", "before", "after", "around")
        channel = self._visible(request)
        limit = int(request.query.get("limit", 50))
        if not 1 <= limit <= 100:
            raise invalid_form(["limit"], "NUMBER_TYPE_MAX", "limit is from 1 to 100")
        can_read = channel.permissions_of(self._world.bot) & Permission.READ_MESSAGE_HISTORY
        messages = _page(channel, request, limit) if can_read else []
        return answer([self._shown(message) for message in messages])

    async def _message(self, request: web.Request) -> web.Response:
        check_query(request)
        channel = self._visible(request)
        if not channel.permissions_of(self._world.bot) & Permission.READ_MESSAGE_HISTORY:
            raise errors.missing_permissions()
        return answer(self._shown(self._posting.message(channel, request.match_info["message"])))

    async def _send(self, request: web.Request) -> web.Response:
        check_query(request)
        raw, files = await read_body(request)
        body = message_body(raw)
        message = self._posting.send(self._visible(request), body, raw, files)
        return answer(message.payload)

    async def _edit(self, request: web.Request) -> web.Response:
        check_query(request)
        raw, files = await read_body(request)
        body = message_body(raw)
        if extra := set(raw) & {"nonce", "enforce_nonce", "message_reference", "sticker_ids"}:
            raise NotModelledError(f"{', '.join(sorted(extra))} in an edit")
        message = self._posting.message(self._visible(request), request.match_info["message"])
        self._posting.edit(message, raw, body, files)
        return answer(message.payload)

    async def _delete(self, request: web.Request) -> web.Response:
        check_query(request)
        self._posting.delete_as_bot(self._posting.message(self._visible(request), request.match_info["message"]))
        return web.Response(status=204)

    async def _typing(self, request: web.Request) -> web.Response:
        channel = self._visible(request)
        if not channel.permissions_of(self._world.bot) & Permission.SEND_MESSAGES:
            raise errors.missing_permissions()
        self._record.counts["typing"] += 1
        return web.Response(status=204)

    async def _join_thread(self, request: web.Request) -> web.Response:
        if not self._visible(request).is_thread:
            raise errors.unknown_channel()
        return web.Response(status=204)

    async def _open_direct(self, request: web.Request) -> web.Response:
        raw, _ = await read_body(request)
        if set(raw) != {"recipient_id"}:
            raise NotModelledError(f"a direct message to {sorted(raw)}")
        user = self._world.users.get(str(raw["recipient_id"]))
        if user is None or user is self._world.bot:
            raise errors.ApiError(400, 50033, "Invalid Recipient(s)")
        return answer(channel_payload(self._world.direct_channel(user)))

    def _visible(self, request: web.Request) -> Channel:
        return self._posting.visible_channel(request.match_info["channel"])

    def _shown(self, message: Message) -> Payload:
        """A message as REST gives it to an app, which may lack the Message Content intent."""
        if message.channel.guild is None or self._gateway.privileged & Intent.MESSAGE_CONTENT:
            return message.payload
        return without_content(message.payload, self._world.bot.id)


def _page(channel: Channel, request: web.Request, limit: int) -> list[Message]:
    """Messages, newest first: the latest, or those just before, just after or around an id."""
    newest_first = sorted(channel.messages.values(), key=lambda message: int(message.id), reverse=True)
    query = request.query
    if "around" in query:
        newer = [message for message in newest_first if int(message.id) > int(query["around"])]
        return newest_first[max(0, len(newer) - limit // 2) :][:limit]
    if "after" in query:
        later = [message for message in newest_first if int(message.id) > int(query["after"])]
        return later[-limit:]
    before = int(query.get("before", 1 << 64))
    return [message for message in newest_first if int(message.id) < before][:limit]
