"""Telegram's HTML parse mode, read as strictly as Telegram reads it: its own tags, properly nested, all closed.

Offsets in errors count bytes, as Telegram's do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.fakes.telegram_server.entities import units
from connectors.fakes.telegram_server.errors import ApiError, bad_request
from connectors.fakes.telegram_server.people import Json

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_CHARACTER = re.compile(r"&(?:(lt|gt|amp|quot)|#x([0-9a-fA-F]{1,6})|#([0-9]{1,7}));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_TAG = re.compile(r"""<(/?)([^\s>]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>""")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']+)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.-]*)(?=\s|$)))?""")


@dataclass
class _Open:
    name: str
    attributes: dict[str, str]
    offset: int
    start: int


class _Reader:
    """Reads one text. `plain` is what is left of it without tags."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._open: list[_Open] = []
        self._offset = 0
        self.plain = ""
        self.entities: list[Json] = []

    def read(self) -> None:
        """Read it all; raises ApiError where Telegram would."""
        position = 0
        while (start := self._source.find("<", position)) >= 0:
            self._add(self._source[position:start])
            match = _TAG.match(self._source, start)
            if not match:
                is_end = self._source.startswith("</", start)
                raise self._error(f"Unclosed {'end' if is_end else 'start'} tag", start)
            self._tag(match)
            position = match.end()
        self._add(self._source[position:])
        if self._open:
            raise _wrong(f'Can\'t find end tag corresponding to start tag "{self._open[-1].name}"')

    def _add(self, text: str) -> None:
        text = decoded(text)
        self.plain += text
        self._offset += units(text)

    def _tag(self, match: re.Match[str]) -> None:
        is_end, name, rest = bool(match[1]), match[2].lower(), match[3]
        if is_end:
            self._close(name, rest, match.start())
            return
        if name not in _TYPES:
            raise self._error(f'Unsupported start tag "{name}"', match.start())
        self._open.append(_Open(name, self._attributes(name, rest, match.start()), self._offset, len(self.plain)))

    def _attributes(self, name: str, rest: str, start: int) -> dict[str, str]:
        attributes = {}
        rest = rest.rstrip()
        position = 0
        while position < len(rest):
            match = _ATTRIBUTE.match(rest, position)
            if not match or match.end() == position:
                raise self._error(f'Empty attribute name in the tag "{name}"', start)
            attributes[match[1]] = decoded(match[2] or match[3] or match[4] or "")
            position = match.end()
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"', start)
        return attributes

    def _close(self, name: str, rest: str, start: int) -> None:
        if not self._open:
            raise self._error("Unexpected end tag", start)
        if rest.strip():
            raise self._error("Unclosed end tag", start)
        opened = self._open.pop()
        if name and name != opened.name:
            raise self._error("Unmatched end tag", start, f', expected "</{opened.name}>", found "</{name}>"')
        if length := self._offset - opened.offset:
            self._mark(opened, length)

    def _mark(self, opened: _Open, length: int) -> None:
        entity: Json = {"offset": opened.offset, "length": length, "type": _TYPES[opened.name]}
        if opened.name == "a":
            url = opened.attributes.get("href") or self.plain[opened.start :]
            if not (entity := _link(entity, url)):
                return
        if opened.name == "blockquote" and "expandable" in opened.attributes:
            entity["type"] = "expandable_blockquote"
        if opened.name == "tg-emoji":
            entity["custom_emoji_id"] = opened.attributes.get("emoji-id", "")
        language = opened.attributes.get("class", "")
        if opened.name == "code" and language.startswith("language-"):
            entity["language"] = language.removeprefix("language-")
        self.entities.append(entity)

    def _error(self, what: str, start: int, detail: str = "") -> ApiError:
        return _wrong(f"{what} at byte offset {len(self._source[:start].encode())}{detail}")


def parsed_html(source: str) -> tuple[str, list[Json]]:
    """A text without its tags, and its entities. Raises ApiError where Telegram can't parse it."""
    reader = _Reader(source)
    reader.read()
    return reader.plain, sorted(reader.entities, key=lambda entity: (entity["offset"], -entity["length"]))


def decoded(text: str) -> str:
    """A text with the character references that Telegram knows; others stay as they are."""
    return _CHARACTER.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    if match[1]:
        return _NAMED[match[1]]
    code = int(match[2], 16) if match[2] else int(match[3])
    return chr(code) if 0 < code < 0x10FFFF else match[0]


def _link(entity: Json, url: str) -> Json:
    if match := re.fullmatch(r"tg://user\?id=(\d+)", url):
        return entity | {"type": "text_mention", "user": {"id": int(match[1]), "is_bot": False, "first_name": ""}}
    if "." not in url and "://" not in url:
        return {}
    return entity | {"url": url if "://" in url else f"http://{url}/"}


def _wrong(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason}")
