"""What `signpost check` holds answers, rates and questions to. Every fault is reported, not the first alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar

from bot.answers import (
    NATIONS,
    RATES_FILE,
    URGENT_FOLDER,
    Answer,
    AnswerBase,
    UrgentHelp,
    answer_paths,
    load_answer,
    load_urgent_help,
    rate_names,
    render,
    split_file,
    urgent_paths,
)
from bot.classifier import Kind
from bot.compose import answer_reply
from bot.errors import AnswerError
from bot.faults import Fault, fault_of
from bot.messages import Reply
from bot.rates import RateTable, read_rates
from bot.reading_age import reading_age
from bot.settings import AnswerSettings
from bot.wording import SMALL_TALK

Loaded = TypeVar("Loaded")

TYPED_FIGURE = re.compile(r"£ ?\d[\d,.]*|\d[\d,.]* ?%")
_STRAY_BRACES = re.compile(r"(?:\{[{%#]|[}%#]\}).*")
_EXPRESSION = re.compile(r"\{\{(.*?)\}\}|\{%.*?%\}", re.DOTALL)


class KnownQuestion(Protocol):
    """What is needed of a known question."""

    @property
    def text(self) -> str: ...
    @property
    def intent(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def path(self) -> Path: ...
    @property
    def line(self) -> int: ...


class PlainText(Protocol):
    """Renders a reply as the plainest platform posts it."""

    def __call__(self, reply: Reply) -> str: ...


def check_answers(folder: Path, limits: AnswerSettings, day: date, as_text: PlainText) -> list[Fault]:
    """The faults of everything under `answers/`."""
    rows, broken = read_rates(folder / RATES_FILE)
    faults = [Fault(folder / RATES_FILE, line, text) for line, text in broken]
    rates = RateTable(rows)
    base = AnswerBase(
        _load_all(answer_paths(folder), load_answer, faults),
        _load_all(urgent_paths(folder), load_urgent_help, faults),
        rates,
    )
    faults += _duplicates(answer_paths(folder))
    if not base.urgent:
        faults.append(Fault(folder / URGENT_FOLDER, 1, "There are no urgent-help messages."))
    for answer in base.answers.values():
        faults += check_answer(answer, base, limits, day, as_text)
    for message in base.urgent.values():
        faults += _check_urgent(message, limits, day)
    return faults


def check_questions(questions: Iterable[KnownQuestion], folder: Path) -> list[Fault]:
    """The faults of known questions against the answers and urgent-help messages of a folder."""
    known = list(questions)
    slugs = {Kind.ANSWER: {path.stem: path for path in answer_paths(folder)}}
    slugs[Kind.URGENT] = {path.stem: path for path in urgent_paths(folder)}
    asked = {question.intent for question in known}
    faults = [
        Fault(path, 1, f"{slug} has no example questions in nlu/questions/.")
        for named in slugs.values()
        for slug, path in named.items()
        if slug not in asked
    ]
    return [*faults, *_without_answer(known, slugs), *_claimed_twice(known)]


def check_answer(
    answer: Answer, base: AnswerBase, limits: AnswerSettings, day: date, as_text: PlainText
) -> Iterator[Fault]:
    """The faults of one answer, which its base holds."""
    if answer.matter.review_by < day:
        yield _due(_at(answer.path, "review_by:", f"The review was due on {answer.matter.review_by}."))
    nations = {*answer.matter.nations, *answer.variants}
    for nation in sorted(nations - set(NATIONS)):
        yield _at(answer.path, "nations:", f"{nation!r} is no nation: use {', '.join(NATIONS)}.")
    for nation in sorted(set(NATIONS) - nations):
        yield _at(
            answer.path, "nations:", f"Nothing is said for {NATIONS[nation]}: list it, or add `## {NATIONS[nation]}`."
        )
    for source in answer.matter.sources:
        if source.nation and source.nation not in answer.variants:
            yield _at(answer.path, source.url, f"The source's nation {source.nation!r} has no section.")
    for nation, text in answer.sections.items():
        yield from _check_typing(text, answer.path)
        yield from (of_rates := list(_check_rates(text, answer.path, base.rates, day)))
        most = limits.max_words_variant if nation else limits.max_words
        sizes = [
            *_check_size(text, answer.path, base.rates, most, limits.max_reading_age, day),
            *_check_length(answer, nation, base, limits, day, as_text),
        ]
        # What stands for a figure that has come to its end makes a text longer: that is a matter of dates too.
        yield from map(_due, sizes) if any(fault.is_due for fault in of_rates) else sizes


def _check_rates(text: str, path: Path, rates: RateTable, day: date) -> Iterator[Fault]:
    for name in sorted(rate_names(text)):
        place = f"rates.{name}"
        if not rates.rows(name):
            yield _in_body(path, place, f"There is no rate {name!r} in {RATES_FILE}.")
        elif rates.on(name, day) is None:
            problem = f"The rate {name!r} has no figure for {day}: add a row to {RATES_FILE}."
            yield _due(_in_body(path, place, problem))


def _check_size(text: str, path: Path, rates: RateTable, max_words: int, max_age: float, day: date) -> Iterator[Fault]:
    first = text.splitlines()[0]
    try:
        shown = render(text, rates, day)
    except AnswerError:
        return
    if (words := len(shown.split())) > max_words:
        yield _in_body(path, first, f"The text has {words} words; {max_words} are the most.")
    if (age := reading_age(shown)) > max_age:
        problem = f"The reading age is {age:.1f}; {max_age:g} is the most. Use shorter sentences and words."
        yield _in_body(path, first, problem)


def _check_typing(text: str, path: Path) -> Iterator[Fault]:
    """The faults of what is typed between braces, and of figures that are typed outside them."""
    for expression in _EXPRESSION.finditer(text):
        if not re.fullmatch(r"\s*rates\.\w+\s*", expression[1] or ""):
            yield _in_body(path, expression[0].splitlines()[0], "Only {{ rates.name }} may stand between braces.")
    if stray := _STRAY_BRACES.search(_EXPRESSION.sub("", text)):
        yield _in_body(path, stray[0], "Braces must open and close, as in {{ rates.name }}.")
    for figure in dict.fromkeys(TYPED_FIGURE.findall(_EXPRESSION.sub("", text))):
        problem = f"The figure {figure} is typed into the text: name a rate instead, such as {{{{ rates.name }}}}."
        yield _in_body(path, figure, problem)


def _check_length(
    answer: Answer, nation: str, base: AnswerBase, limits: AnswerSettings, day: date, as_text: PlainText
) -> Iterator[Fault]:
    try:
        length = len(as_text(answer_reply(base, answer.slug, day, nation)))
    except AnswerError:
        return
    if length > limits.max_characters:
        yield Fault(answer.path, 1, f"The reply has {length} characters; {limits.max_characters} fit every platform.")


def _check_urgent(message: UrgentHelp, limits: AnswerSettings, day: date) -> Iterator[Fault]:
    if message.matter.check_by < day:
        problem = f"The numbers were due to be checked by {message.matter.check_by}."
        yield _due(_at(message.path, "check_by:", problem))
    if (words := len(message.body.split())) > limits.max_words:
        yield Fault(message.path, 1, f"The message has {words} words; {limits.max_words} are the most.")
    if (age := reading_age(message.body)) > limits.max_reading_age:
        yield Fault(message.path, 1, f"The reading age is {age:.1f}; {limits.max_reading_age:g} is the most.")


def _load_all(paths: Iterable[Path], load: Callable[[Path], Loaded], faults: list[Fault]) -> list[Loaded]:
    """All files that can be read; the others become faults."""
    loaded = []
    for path in paths:
        try:
            loaded.append(load(path))
        except AnswerError as error:
            faults.append(fault_of(error, path))
    return loaded


def _duplicates(paths: Iterable[Path]) -> Iterator[Fault]:
    seen: dict[str, Path] = {}
    for path in paths:
        if path.stem in seen:
            yield Fault(path, 1, f"The slug {path.stem} is taken by {seen[path.stem]}.")
        seen.setdefault(path.stem, path)


def _without_answer(known: list[KnownQuestion], slugs: dict[Kind, dict[str, Path]]) -> Iterator[Fault]:
    """One fault for each intent that nothing answers, at its first question."""
    first = {question.intent: question for question in reversed(known)}
    for intent, question in first.items():
        place = question.path, question.line
        if question.kind is Kind.ANSWER and intent not in slugs[Kind.ANSWER]:
            yield Fault(*place, f"There is no answer {intent}: add answers/<service>/{intent}.md.")
        if question.kind is Kind.URGENT and intent not in slugs[Kind.URGENT]:
            yield Fault(*place, f"There is no urgent-help message {intent}: add answers/{URGENT_FOLDER}/{intent}.md.")
        if question.kind is Kind.SMALL_TALK and intent not in SMALL_TALK:
            yield Fault(*place, f"There is no reply to {intent}: add one to SMALL_TALK in bot/wording.py.")


def _claimed_twice(known: list[KnownQuestion]) -> Iterator[Fault]:
    """A fault for each question that stands twice, under one intent or two."""
    seen: dict[str, KnownQuestion] = {}
    for question in known:
        key = " ".join(re.findall(r"\w+", question.text.lower())) or question.text
        if other := seen.get(key):
            place = f"{other.path.name}:{other.line}"
            claim = f"is claimed by {other.intent} too" if other.intent != question.intent else "stands there already"
            yield Fault(question.path, question.line, f"{question.text!r} {claim} ({place}).")
        seen.setdefault(key, question)


def _due(fault: Fault) -> Fault:
    """A fault that a date has brought about."""
    return replace(fault, is_due=True)


def _at(path: Path, sign: str, text: str, after: int = 0) -> Fault:
    """A fault at the first line that holds a sign as whole words."""
    whole = re.compile(re.escape(sign) + (r"\b" if sign[-1].isalnum() else ""))
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    return Fault(path, next((number for number, line in lines if number > after and whole.search(line)), 1), text)


def _in_body(path: Path, sign: str, text: str) -> Fault:
    """A fault at the first line beneath the front matter that holds a sign."""
    head, _ = split_file(path)
    return _at(path, sign, text, after=head.count("\n") + 2)
