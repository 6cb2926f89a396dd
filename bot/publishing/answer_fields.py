"""An answer's file as the fields of a form, and back again, in the style in which the files are written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.error import YAMLError

from bot.answers import FRONT_MATTER, NATIONS, read_yaml
from bot.plain_yaml import load_plain

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_HEADING = re.compile(r"^## +(" + "|".join(NATIONS.values()) + r") *$", re.MULTILINE)
_LINE_END = re.compile(r"\r\n?")


@dataclass(frozen=True)
class SourceFields:
    """One row of the sources, as it was typed."""

    title: str = ""
    url: str = ""
    nation: str = ""


@dataclass(frozen=True)
class AnswerFields:
    """Everything that an answer's file says, as it was typed: it may have faults. `variants` is by nation."""

    title: str = ""
    nations: tuple[str, ...] = tuple(NATIONS)
    owner: str = ""
    sources: tuple[SourceFields, ...] = ()
    reviewed: str = ""
    review_by: str = ""
    body: str = ""
    variants: Mapping[str, str] = field(default_factory=dict)

    def content(self, before: str = "") -> str:
        """The file. What stays as it was in the file before keeps its place and its style."""
        old, parts = fields_of(before), FRONT_MATTER.match(before)
        head = parts[1] if parts and old._head() == self._head() else self._head()
        sections = [_text(self.body)]
        variants = ((nation, _text(self.variants.get(nation, ""))) for nation in {**old.variants, **NATIONS})
        sections += [f"## {NATIONS[nation]}\n\n{text}" for nation, text in variants if text]
        return f"---\n{head}---\n\n" + "\n\n".join(sections) + "\n"

    def _head(self) -> str:
        sources = [source for source in self.sources if source.title.strip() or source.url.strip()]
        lines = [
            f"title: {_scalar(self.title)}",
            f"nations: [{', '.join(nation for nation in NATIONS if nation in self.nations)}]",
            f"owner: {_scalar(self.owner)}",
            "sources:" + ("" if sources else " []"),
            *(line for source in sources for line in _source_lines(source)),
            f"reviewed: {_scalar(self.reviewed)}",
            f"review_by: {_scalar(self.review_by)}",
        ]
        return "".join(f"{line}\n" for line in lines)


def fields_of(content: str) -> AnswerFields:
    """What a file says, as far as it can be read."""
    parts = FRONT_MATTER.match(content)
    if parts is None:
        return AnswerFields(body=content.strip())
    matter, pieces = _matter(parts[1]), _HEADING.split(parts[2])
    sources = matter.get("sources")
    nations = matter.get("nations")
    named = {name: nation for nation, name in NATIONS.items()}
    return AnswerFields(
        title=_plain(matter.get("title")),
        nations=tuple(map(str, nations)) if isinstance(nations, list) else (),
        owner=_plain(matter.get("owner")),
        sources=tuple(_source(row) for row in sources if isinstance(row, dict)) if isinstance(sources, list) else (),
        reviewed=_plain(matter.get("reviewed")),
        review_by=_plain(matter.get("review_by")),
        body=pieces[0].strip(),
        variants={named[name]: text.strip() for name, text in zip(pieces[1::2], pieces[2::2])},
    )


def _matter(head: str) -> dict[str, Any]:
    try:
        matter = read_yaml(head)
    except (YAMLError, ValueError):
        return {}
    return matter if isinstance(matter, dict) else {}


def _source(row: Mapping[str, Any]) -> SourceFields:
    return SourceFields(*(_plain(row.get(name)) for name in ("title", "url", "nation")))


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _source_lines(source: SourceFields) -> list[str]:
    lines = [f"  - title: {_scalar(source.title)}", f"    url: {_scalar(source.url)}"]
    return [*lines, f"    nation: {_scalar(source.nation)}"] if source.nation else lines


def _scalar(value: str) -> str:
    """One line of text as YAML: as it is where that reads back the same, else between quotation marks."""
    value = " ".join(_CONTROL.sub("", value).split())
    try:
        is_plain = load_plain(f"key: {value}") == {"key": value} or re.fullmatch(r"\d{4}-\d\d-\d\d", value)
    except (YAMLError, ValueError):
        is_plain = None
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def _text(value: str) -> str:
    """Text of several lines with plain line ends, and no spaces at the ends of lines."""
    lines = _CONTROL.sub("", _LINE_END.sub("\n", value)).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()
