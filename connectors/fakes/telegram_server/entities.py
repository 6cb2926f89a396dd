"""Entities in texts: Telegram counts in UTF-16 code units, and finds mentions, commands and links by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from connectors.fakes.telegram_server.people import Json

_FOUND = (
    ("bot_command", re.compile(r"(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])")),
    ("url", re.compile(r"(?<![\w@])(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?')\]]")),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("mention", re.compile(r"(?<![\w/@])@[A-Za-z][A-Za-z0-9_]{2,31}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#])#\w*[^\W\d_]\w*")),
)


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def slice_of(text: str, entity: Json) -> str:
    """The part of a text that an entity covers."""
    encoded = text.encode("utf-16-le")
    return encoded[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")


def found_in(text: str) -> list[Json]:
    """The entities that Telegram marks by itself, in order; of two that overlap the one listed first is kept."""
    taken: list[tuple[int, int]] = []
    entities: list[Json] = []
    for kind, start, end in _candidates(text):
        if all(end <= other_start or start >= other_end for other_start, other_end in taken):
            taken.append((start, end))
            entities.append({"offset": units(text[:start]), "length": units(text[start:end]), "type": kind})
    return sorted(entities, key=lambda entity: entity["offset"])


def with_found(text: str, entities: list[Json]) -> list[Json]:
    """Formatting with what Telegram finds by itself, save inside code and links."""
    fixed = [entity for entity in entities if entity["type"] in {"code", "pre", "text_link", "text_mention"}]
    added = [entity for entity in found_in(text) if not any(_overlap(entity, other) for other in fixed)]
    return sorted([*entities, *added], key=lambda entity: (entity["offset"], -entity["length"]))


def _candidates(text: str) -> Iterator[tuple[str, int, int]]:
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            yield kind, match.start(), match.end()


def _overlap(one: Json, other: Json) -> bool:
    return bool(one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"])
