"""The curated answers: one Markdown file each, with front matter, and the urgent-help messages beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot.errors import AnswerError
from bot.messages import Source
from bot.plain_yaml import PlainConstructor, load_plain
from bot.rates import OUTDATED, RateTable, load_rates

NATIONS = {
    "england": "England",
    "scotland": "Scotland",
    "wales": "Wales",
    "northern-ireland": "Northern Ireland",
}
URGENT_FOLDER = "urgent"
RATES_FILE = "rates.csv"
SLUG = re.compile(r"[a-z][a-z0-9_]{0,38}\Z")
"""At most 39 characters: with a nation, it has to fit into a button's data (connectors/buttons.py)."""

_HEADING = re.compile(r"^## +(.+?) *$", re.MULTILINE)
FRONT_MATTER = re.compile(r"\A---\n(.*?)^---\n(.*)\Z", re.MULTILINE | re.DOTALL)
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_NAMED = re.compile(r"\{\{\s*rates\.(\w+)\s*\}\}")
_MARKUP = re.compile(r"\{[{%#]")
"""An expression could keep the console busy for good: 9**9**9."""
_jinja = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)


class _DatesAsText(PlainConstructor):
    """Leaves dates to msgspec, whose error names the key of one that is wrong."""


_DatesAsText.add_constructor(_TIMESTAMP, SafeConstructor.construct_yaml_str)


class SourceMatter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One source in the front matter; with a nation, it belongs to that nation's section."""

    title: Annotated[str, msgspec.Meta(min_length=3)]
    url: Annotated[str, msgspec.Meta(pattern=r"^https://")]
    nation: str = ""


Sources = Annotated[list[SourceMatter], msgspec.Meta(min_length=1)]
Title = Annotated[str, msgspec.Meta(min_length=4, max_length=70)]


class AnswerMatter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The front matter of an answer."""

    title: Title
    nations: Annotated[list[str], msgspec.Meta(min_length=1)]
    owner: Annotated[str, msgspec.Meta(min_length=4)]
    sources: Sources
    reviewed: date
    review_by: date


class UrgentMatter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The front matter of an urgent-help message."""

    title: Title
    sources: Sources
    checked: date
    check_by: date
    alert_moderators: bool


@dataclass(frozen=True)
class Answer:
    """One curated answer. `sections` holds its texts by nation; the common text is under ""."""

    slug: str
    service: str
    matter: AnswerMatter
    sections: dict[str, str]
    path: Path

    @property
    def title(self) -> str:
        """The title as citizens see it."""
        return self.matter.title

    @property
    def variants(self) -> tuple[str, ...]:
        """The nations that have a text of their own."""
        return tuple(nation for nation in self.sections if nation)

    def text(self, nation: str = "") -> str:
        """One nation's text, or the common one where it has none of its own; figures are still to be put in."""
        return self.sections.get(nation) or self.sections[""]

    def sources(self, nation: str = "") -> tuple[Source, ...]:
        """The sources of one nation's text, or the common ones where it has none of its own."""
        own = [source for source in self.matter.sources if source.nation == nation]
        common = [source for source in self.matter.sources if not source.nation]
        return tuple(Source(source.title, source.url) for source in own or common)


@dataclass(frozen=True)
class UrgentHelp:
    """A message for somebody who needs help now."""

    slug: str
    matter: UrgentMatter
    body: str
    path: Path


class AnswerBase:
    """Every answer, urgent-help message and rate of one release."""

    def __init__(self, answers: Iterable[Answer], urgent: Iterable[UrgentHelp], rates: RateTable) -> None:
        """Keep them by slug."""
        self.answers = {answer.slug: answer for answer in answers}
        self.urgent = {message.slug: message for message in urgent}
        self.rates = rates
        # Rendered once a day: it takes longer than all else that the Responder does besides asking the model.
        self._day: date | None = None
        self._bodies: dict[tuple[str, str], str] = {}

    def body(self, answer: Answer, day: date, nation: str = "") -> str:
        """The text of an answer with its figures as they stand on a day; an outdated figure is left out."""
        if day != self._day:
            self._day, self._bodies = day, {}
        key = answer.slug, nation
        if key not in self._bodies:
            self._bodies[key] = render(answer.text(nation), self.rates, day)
        return self._bodies[key]

    def outdated_rates(self, answer: Answer, day: date, nation: str = "") -> tuple[str, ...]:
        """The names of the rates in an answer that have no figure for a day."""
        return tuple(name for name in sorted(rate_names(answer.text(nation))) if self.rates.on(name, day) is None)


def load_answer_base(folder: Path) -> AnswerBase:
    """Load everything under `answers/`.

    Raises AnswerError for the first file that can't be read.
    """
    rates = load_rates(folder / RATES_FILE)
    answers = [load_answer(path) for path in answer_paths(folder)]
    urgent = [load_urgent_help(path) for path in urgent_paths(folder)]
    if not answers:
        raise AnswerError(f"{folder} holds no answers: add one as <service>/<slug>.md.")
    return AnswerBase(answers, urgent, rates)


def answer_paths(folder: Path) -> Iterator[Path]:
    """The answers' files, sorted by service and slug."""
    return (path for path in sorted(folder.glob("*/*.md")) if path.parent.name != URGENT_FOLDER)


def urgent_paths(folder: Path) -> Iterator[Path]:
    """The urgent-help messages' files, sorted by slug."""
    return iter(sorted((folder / URGENT_FOLDER).glob("*.md")))


def load_answer(path: Path) -> Answer:
    """Load one answer. Raises AnswerError naming the file, the line and the fault."""
    matter, body = _load(path, AnswerMatter)
    return Answer(path.stem, path.parent.name, matter, _sections(body, path), path)


def load_urgent_help(path: Path) -> UrgentHelp:
    """Load one urgent-help message. Raises AnswerError naming the file, the line and the fault."""
    matter, body = _load(path, UrgentMatter)
    return UrgentHelp(path.stem, matter, body.strip(), path)


def render(text: str, rates: RateTable, day: date) -> str:
    """Put the figures of a day into a text, which may name them and do nothing else. Raises AnswerError."""
    if _MARKUP.search(_NAMED.sub("", text)):
        raise AnswerError("The text names a rate wrongly: write it as {{ rates.name }}, and nothing else in braces.")
    figures = {name: str(rates.on(name, day) or OUTDATED) for name in rates.names()}
    try:
        return _jinja.from_string(text).render(rates=figures).strip()
    except TemplateError as error:
        raise AnswerError(f"The text names a rate wrongly: {error}.") from error


def rate_names(text: str) -> set[str]:
    """The names of all rates that a text uses."""
    return set(_NAMED.findall(text))


def split_file(path: Path) -> tuple[str, str]:
    """Divide a file into its front matter and its body.

    Raises AnswerError where there is no front matter.
    """
    try:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise AnswerError(f"{path}:1: The file can't be read: {error}.") from error
    parts = FRONT_MATTER.match(text)
    if parts is None:
        raise AnswerError(f"{path}:1: The file must begin with front matter between two lines of ---.")
    if not SLUG.match(path.stem):
        raise AnswerError(f"{path}:1: The file's name must be a slug of up to 39 small letters, digits and _.")
    return parts[1], parts[2]


def _load(path: Path, kind: type[Any]) -> tuple[Any, str]:
    head, body = split_file(path)
    if not body.strip():
        raise AnswerError(f"{path}:1: The answer has no text.")
    try:
        return msgspec.convert(read_yaml(head) or {}, kind), body
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise AnswerError(f"{path}:{line}: The front matter is not valid YAML ({error.problem}).") from error
    except (YAMLError, ValueError) as error:
        place = _line_of(str(error), head)
        raise AnswerError(f"{path}:{place}: In the front matter, {error}.") from error


def read_yaml(text: str) -> Any:
    """Front matter as plain values; dates stay text."""
    return load_plain(text, _DatesAsText)


def _line_of(problem: str, head: str) -> int:
    """The line of the key that a validation error names, or the first."""
    named = re.search(r"\$\.(\w+)", problem) or re.search(r"unknown field `(\w+)`", problem)
    lines = head.split("\n")
    return next((n for n, line in enumerate(lines, 2) if named and line.startswith(f"{named[1]}:")), 1)


def _sections(body: str, path: Path) -> dict[str, str]:
    """Divide a body at its nation headings."""
    parts = _HEADING.split(body)
    sections = {"": parts[0].strip()}
    for heading, text in zip(parts[1::2], parts[2::2]):
        nation = heading.lower().replace(" ", "-")
        place = f"{path}:{_line_of_heading(heading, path)}"
        if nation not in NATIONS:
            raise AnswerError(
                f"{place}: A heading must name a nation ({', '.join(NATIONS.values())}), not {heading!r}."
            )
        if nation in sections:
            raise AnswerError(f"{place}: There are two sections for {heading}: make them one.")
        if not text.strip():
            raise AnswerError(f"{place}: There is no text for {heading}.")
        sections[nation] = text.strip()
    if not sections[""]:
        raise AnswerError(f"{path}:1: The answer has no text before its first heading.")
    return sections


def _line_of_heading(heading: str, path: Path) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if line.startswith("## ") and heading in line), 1)
