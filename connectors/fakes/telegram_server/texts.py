"""The text that a call carries, as Telegram reads it."""

from __future__ import annotations

from connectors.fakes.telegram_server.entities import units, with_found
from connectors.fakes.telegram_server.errors import UnknownError, bad_request
from connectors.fakes.telegram_server.html_markup import parsed_html
from connectors.fakes.telegram_server.parameters import Parameters
from connectors.fakes.telegram_server.people import Json

LONGEST = 4096
"""The longest text of a message, in UTF-16 code units, after its markup has been read."""


def formatted(parameters: Parameters) -> Json:
    """The `text` and `entities` of a message to be sent; raises ApiError where Telegram would refuse it."""
    text, entities = _parsed(parameters)
    stripped = text.lstrip()
    lead, text = units(text) - units(stripped), stripped.rstrip()
    if not text:
        raise bad_request("message text is empty")
    if units(text) > LONGEST:
        raise bad_request("message is too long")
    entities = with_found(text, [moved for entity in entities if (moved := _moved(entity, lead, units(text)))])
    return {"text": text} | ({"entities": entities} if entities else {})


def _parsed(parameters: Parameters) -> tuple[str, list[Json]]:
    text, mode = parameters.text("text"), parameters.text("parse_mode").lower()
    if mode == "html":
        return parsed_html(text)
    if mode in {"markdown", "markdownv2"}:
        raise UnknownError(400, f"parse_mode {mode} is not modelled")
    if mode:
        raise bad_request("unsupported parse_mode")
    return text, parameters.json("entities") or []


def _moved(entity: Json, lead: int, length: int) -> Json:
    """An entity after the text has lost its leading and trailing blanks; empty where nothing is left of it."""
    start = max(0, entity["offset"] - lead)
    end = min(length, entity["offset"] + entity["length"] - lead)
    return entity | {"offset": start, "length": end - start} if end > start else {}
