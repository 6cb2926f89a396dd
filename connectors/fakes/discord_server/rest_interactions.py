"""The routes by which the bot answers interactions: acknowledgement, the original response, follow-ups."""

from __future__ import annotations

import time
from typing import Any

from aiohttp import web

from connectors.fakes.discord_server import errors
from connectors.fakes.discord_server.answers import answer
from connectors.fakes.discord_server.errors import NotModelledError, invalid_form
from connectors.fakes.discord_server.interactions import Interaction, Interactions, InteractionType, ResponseType
from connectors.fakes.discord_server.payloads import reference_payload, user_payload
from connectors.fakes.discord_server.posting import Posting
from connectors.fakes.discord_server.record import Record
from connectors.fakes.discord_server.rest import PREFIX, check_query
from connectors.fakes.discord_server.shapes import Autocompletion, Callback, MessageBody, Modal
from connectors.fakes.discord_server.validation import EPHEMERAL, LOADING, message_body, read_body, shaped
from connectors.fakes.discord_server.world import Message, MessageType, Payload, World

_WEBHOOK = PREFIX + "/webhooks/{application}/{token}"
_COMPONENT = (InteractionType.COMPONENT, InteractionType.MODAL)
_ALLOWED = {
    ResponseType.MESSAGE: (InteractionType.COMMAND, *_COMPONENT),
    ResponseType.DEFERRED_MESSAGE: (InteractionType.COMMAND, *_COMPONENT),
    ResponseType.DEFERRED_UPDATE: _COMPONENT,
    ResponseType.UPDATE: _COMPONENT,
    ResponseType.CHOICES: (InteractionType.AUTOCOMPLETE,),
    ResponseType.MODAL: (InteractionType.COMMAND, InteractionType.COMPONENT),
}


class InteractionRoutes:
    """Answers to interactions."""

    def __init__(self, world: World, posting: Posting, interactions: Interactions, record: Record) -> None:
        self._world = world
        self._posting = posting
        self._interactions = interactions
        self._record = record

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.post(PREFIX + "/interactions/{interaction}/{token}/callback", self._acknowledge),
            web.post(_WEBHOOK, self._follow_up),
            web.get(_WEBHOOK + "/messages/{message}", self._get, allow_head=False),
            web.patch(_WEBHOOK + "/messages/{message}", self._edit),
            web.delete(_WEBHOOK + "/messages/{message}", self._delete),
        ]

    async def _acknowledge(self, request: web.Request) -> web.Response:
        check_query(request, "with_response")
        raw, files = await read_body(request)
        where = request.match_info
        interaction = self._interactions.to_acknowledge(where["interaction"], where["token"])
        callback = shaped(raw, Callback)
        kind = _kind(callback, interaction)
        self._respond(interaction, kind, callback.data or {}, files)
        interaction.response_type = kind
        interaction.seconds = time.monotonic() - interaction.created
        self._record.changed()
        if request.query.get("with_response") not in ("1", "true"):
            return web.Response(status=204)
        return answer(_callback_payload(interaction))

    def _respond(self, interaction: Interaction, kind: ResponseType, data: Payload, files: tuple[str, ...]) -> None:
        if kind is ResponseType.CHOICES:
            shaped(data, Autocompletion)
            interaction.choices = data["choices"]
        elif kind is ResponseType.MODAL:
            shaped(data, Modal)
            interaction.modal = data
        elif kind is ResponseType.MESSAGE:
            interaction.message = self._made(interaction, data, files)
        elif kind is ResponseType.DEFERRED_MESSAGE:
            if set(data) - {"flags"}:
                raise NotModelledError(f"{sorted(data)} in a deferred response")
            interaction.message = self._made(interaction, {"flags": data.get("flags", 0) | LOADING}, ())
        else:
            interaction.message = interaction.source
            if kind is ResponseType.UPDATE and interaction.source is not None:
                self._posting.edit(interaction.source, data, _no_reference(message_body(data), data), files)

    async def _follow_up(self, request: web.Request) -> web.Response:
        check_query(request, "wait", "thread_id", "with_components")
        raw, files = await read_body(request)
        interaction = self._continued(request)
        if interaction.is_loading:
            assert interaction.message is not None
            kept = {key: value for key, value in raw.items() if key != "flags"}
            self._posting.edit(interaction.message, kept, _no_reference(message_body(kept), kept), files)
            return answer(interaction.message.payload)
        message = self._made(interaction, raw, files)
        interaction.followups.append(message)
        self._record.changed()
        return answer(message.payload)

    async def _get(self, request: web.Request) -> web.Response:
        check_query(request, "thread_id")
        return answer(self._message(request).payload)

    async def _edit(self, request: web.Request) -> web.Response:
        check_query(request, "thread_id", "with_components")
        raw, files = await read_body(request)
        message = self._message(request)
        self._posting.edit(message, raw, _no_reference(message_body(raw), raw), files)
        return answer(message.payload)

    async def _delete(self, request: web.Request) -> web.Response:
        check_query(request, "thread_id")
        self._posting.delete(self._message(request))
        return web.Response(status=204)

    def _continued(self, request: web.Request) -> Interaction:
        if request.match_info["application"] != self._world.application_id:
            raise errors.unknown_webhook()
        return self._interactions.to_continue(request.match_info["token"])

    def _message(self, request: web.Request) -> Message:
        """The message that is named by its id or as the original response."""
        interaction = self._continued(request)
        wanted = request.match_info["message"]
        own = [one for one in (interaction.message, *interaction.followups) if one is not None]
        found = interaction.message if wanted == "@original" else next((one for one in own if one.id == wanted), None)
        if found is None or found.deleted:
            raise errors.unknown_message()
        return found

    def _made(self, interaction: Interaction, data: Payload, files: tuple[str, ...]) -> Message:
        body = message_body(data, LOADING)
        to = interaction.user if (body.flags or 0) & EPHEMERAL else None
        source = interaction.source if interaction.source and interaction.source.ephemeral_to is None else None
        is_command = interaction.type is InteractionType.COMMAND
        other = MessageType.REPLY if source else MessageType.DEFAULT
        message = self._posting.make(
            interaction.channel,
            _no_reference(body, data),
            data,
            files,
            None,
            to,
            MessageType.CHAT_INPUT_COMMAND if is_command else other,
            webhook_id=self._world.application_id,
            application_id=self._world.application_id,
            interaction_metadata=_metadata(interaction),
            **(reference_payload(source) if source else {}),
        )
        self._posting.publish(message)
        return message


def _kind(callback: Callback, interaction: Interaction) -> ResponseType:
    try:
        kind = ResponseType(callback.type)
    except ValueError:
        raise NotModelledError(f"the interaction response type {callback.type}") from None
    if interaction.type not in _ALLOWED[kind]:
        raise invalid_form(["type"], "BASE_TYPE_CHOICES", f"{kind.name} can't answer a {interaction.type.name}")
    return kind


def _no_reference(body: MessageBody, data: Payload) -> MessageBody:
    if extra := set(data) & {"nonce", "enforce_nonce", "message_reference", "sticker_ids"}:
        raise NotModelledError(f"{', '.join(sorted(extra))} in an answer to an interaction")
    return body


def _metadata(interaction: Interaction) -> Payload:
    metadata: dict[str, Any] = {
        "id": interaction.id,
        "type": int(interaction.type),
        "user": user_payload(interaction.user),
        "authorizing_integration_owners": owners_of(interaction),
    }
    if interaction.message is not None:
        metadata["original_response_message_id"] = interaction.message.id
    return {**metadata, "interacted_message_id": interaction.source.id} if interaction.source else metadata


def owners_of(interaction: Interaction) -> Payload:
    """By whom the application was installed where an interaction happened."""
    return {"0": interaction.channel.guild_id or "0"}


def _callback_payload(interaction: Interaction) -> Payload:
    assert interaction.response_type is not None
    about: Payload = {"id": interaction.id, "type": int(interaction.type)}
    resource: Payload = {"type": int(interaction.response_type)}
    message = interaction.message
    if message is not None:
        about |= {"response_message_id": message.id, "response_message_loading": interaction.is_loading}
        about["response_message_ephemeral"] = interaction.is_ephemeral
        if interaction.response_type in (ResponseType.MESSAGE, ResponseType.UPDATE):
            resource["message"] = message.payload
    return {"interaction": about, "resource": resource}
