"""Whether Discord would take a body, by its public documentation."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from connectors.fakes.discord_server import errors
from connectors.fakes.discord_server.errors import NotModelledError, invalid_form
from connectors.fakes.discord_server.shapes import ActionRow, Button, MessageBody, Select, StringSelect
from connectors.fakes.discord_server.world import Payload

MAX_EMBED_CHARACTERS = 6000
SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_NOTIFICATIONS = 1 << 12
_KNOWN_FLAGS = SUPPRESS_EMBEDS | EPHEMERAL | SUPPRESS_NOTIFICATIONS

T = TypeVar("T")


async def read_body(request: web.Request) -> tuple[Any, tuple[str, ...]]:
    """The JSON of a request, and the names of the files that came with it."""
    if request.content_type == "application/json":
        try:
            return msgspec.json.decode(await request.read()), ()
        except msgspec.DecodeError as error:
            raise errors.ApiError(400, 50109, "The request body contains invalid JSON.") from error
    if request.content_type == "multipart/form-data":
        return await _read_multipart(request)
    raise NotModelledError(f"a body of the type {request.content_type}")


async def _read_multipart(request: web.Request) -> tuple[Any, tuple[str, ...]]:
    form = await request.post()
    files = []
    for name, value in form.items():
        if isinstance(value, web.FileField) and re.fullmatch(r"files\[\d+\]", name):
            files.append(value.filename)
        elif name != "payload_json":
            raise NotModelledError(f"the part {name} of a multipart body")
    return msgspec.json.decode(str(form["payload_json"])), tuple(files)


def shaped(payload: Any, shape: type[T]) -> T:
    """A body as its shape. Raises ApiError for what Discord refuses, NotModelledError for a field nobody knows."""
    try:
        return msgspec.convert(payload, shape)
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at `$")
        if "unknown field" in reason or "Invalid value" in reason:
            raise NotModelledError(f"{reason} in {shape.__name__}{where.rstrip('`')}") from error
        raise invalid_form(re.findall(r"\w+", where), "BASE_TYPE_INVALID", reason) from error


def message_body(payload: Any, more_flags: int = 0) -> MessageBody:
    """A message as it may be sent, all but the question of whether it is empty."""
    body = shaped(payload, MessageBody)
    if body.flags and body.flags & ~(_KNOWN_FLAGS | more_flags):
        raise NotModelledError(f"the message flags {body.flags}")
    if sum(embed.length() for embed in body.embeds or ()) > MAX_EMBED_CHARACTERS:
        raise invalid_form(["embeds"], "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
    _check_components(body.components or [])
    _check_mentions(body)
    return body


def check_not_empty(payload: Payload) -> None:
    """Raise ApiError where there is nothing in a message that could be shown."""
    embeds = [embed for embed in payload["embeds"] if set(embed) - {"type", "flags", "fields"} or embed.get("fields")]
    if not (payload["content"].strip() or embeds or payload["components"] or payload["attachments"]):
        raise errors.empty_message()


def _check_components(rows: list[ActionRow]) -> None:
    ids: Counter[str] = Counter()
    for number, row in enumerate(rows):
        selects = [part for part in row.components if isinstance(part, Select)]
        if selects and len(row.components) > 1:
            raise invalid_form(["components", number], "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The row is too wide")
        for place, part in enumerate(row.components):
            path = ["components", str(number), "components", str(place)]
            _check_button(part, path) if isinstance(part, Button) else _check_select(part, path)
            ids.update([part.custom_id] if part.custom_id else [])
            if part.custom_id and ids[part.custom_id] > 1:
                message = "Component custom id cannot be duplicated"
                raise invalid_form([*path, "custom_id"], "COMPONENT_CUSTOM_ID_DUPLICATED", message)


def _check_button(button: Button, path: list[str]) -> None:
    is_link = button.style == 5
    if bool(button.url) != is_link or bool(button.custom_id) == is_link:
        raise invalid_form(path, "BUTTON_COMPONENT_CUSTOM_ID_OR_URL", "A link has a URL, other buttons a custom id")
    if not button.label and not button.emoji:
        raise invalid_form(path, "BUTTON_COMPONENT_EMPTY", "A button needs a label or an emoji")


def _check_select(select: Any, path: list[str]) -> None:
    if select.min_values > select.max_values:
        raise invalid_form([*path, "min_values"], "SELECT_COMPONENT_MIN_OVER_MAX", "Minimum is over maximum")
    if not isinstance(select, StringSelect):
        return
    values = [option.value for option in select.options]
    if len(set(values)) < len(values):
        raise invalid_form([*path, "options"], "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The value is already used")
    if select.max_values > len(values):
        raise invalid_form([*path, "options"], "BASE_TYPE_BAD_LENGTH", "Fewer options than may be chosen")


def _check_mentions(body: MessageBody) -> None:
    allowed = body.allowed_mentions
    for kind in ("users", "roles"):
        if allowed and kind in allowed.parse and getattr(allowed, kind):
            path = ["allowed_mentions"]
            raise invalid_form(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", f"parse and {kind} exclude each other")
