"""What is wrong with a draft, and what its author should think about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.answers import Answer, AnswerBase, load_answer
from bot.checks import PlainText, check_answer
from bot.compose import answer_reply
from bot.errors import AnswerError, DraftError
from bot.messages import Reply
from bot.personal_data import scrub
from bot.publishing.answer_fields import AnswerFields, fields_of
from bot.publishing.answer_files import AnswerFiles
from bot.publishing.link_spoofing import hosts_of, links_of, suspects
from bot.publishing.question_files import question_key
from bot.reading_age import reading_age
from bot.settings import AnswerSettings
from bot.storage.draft_store import ANSWER, OUT_OF_SCOPE, Draft

FEW_QUESTIONS = 5
LONGEST_REVIEW_DAYS = 400

ADVICE = (
    "you should", "we recommend", "we advise", "we suggest", "our advice", "best to", "it is worth", "you ought",
    "you'd better", "if i were you", "don't bother", "i think", "in my opinion", "in our view", "a good idea",
    "make sure you", "you might want to", "you may want to", "the best option", "your best bet",
)  # fmt: skip
"""Wording that gives advice or an opinion, where an answer says what the rules are and what can be done."""
POLITICAL = (
    "labour", "tory", "tories", "conservatives", "conservative party", "lib dem", "lib dems", "liberal democrats",
    "green party", "reform uk", "snp", "plaid cymru", "dup", "sinn fein", "prime minister", "chancellor",
    "this government", "the government's record", "previous government", "last government", "opposition", "manifesto",
    "election", "vote for", "austerity", "hard-working families", "fair deal", "broken system", "scrounger",
    "scroungers", "benefit cheat", "benefit cheats", "handout", "handouts", "loony", "woke",
)  # fmt: skip
"""Wording that takes sides among parties, or that only people who do would use."""
ALLOWED = re.compile(
    r"\b(?:fit for work|labour market|in labour|go(?:es|ing)? into labour|labour ward)\b", re.IGNORECASE
)
_WARNED = (
    (ADVICE, "“{word}” sounds like advice or an opinion: say what the rule is, or what people can do."),
    (POLITICAL, "“{word}” may take a political side: an official answer must not."),
)
_RAW_HTML = re.compile(r"</?[a-zA-Z][^>]*>")


@dataclass(frozen=True)
class Finding:
    """One thing about a draft; `field` is what it is about in the form, and `is_fault` that it must be put right."""

    field: str
    text: str
    is_fault: bool = False


@dataclass(frozen=True)
class Measures:
    """How long one text is, and how old a reader must be to read it with ease."""

    nation: str
    words: int
    reading_age: float


@dataclass(frozen=True)
class Review:
    """Everything that is known of a draft without a model. `replies` holds what would be posted, by nation."""

    findings: Sequence[Finding]
    measures: Sequence[Measures]
    replies: Mapping[str, Reply]

    @property
    def faults(self) -> list[Finding]:
        """What keeps it from being sent for approval."""
        return [finding for finding in self.findings if finding.is_fault]

    @property
    def warnings(self) -> list[Finding]:
        """What its author should think about."""
        return [finding for finding in self.findings if not finding.is_fault]


class Reviewer:
    """Reviews drafts against the files as they are."""

    def __init__(self, files: AnswerFiles, limits: AnswerSettings, as_text: PlainText) -> None:
        """`as_text` renders a reply as the plainest platform posts it."""
        self._files = files
        self._limits = limits
        self.as_text = as_text

    def review(self, draft: Draft, day: date) -> Review:
        """What is to be said of a draft. Takes some tenths of a second."""
        found = [*self._questions(draft)]
        if draft.kind != ANSWER:
            return Review(found, (), {})
        found += _form(fields_of(draft.content), day)
        try:
            with TemporaryDirectory() as folder:
                answer, base, faults = self._read(Path(folder, draft.service, f"{draft.answer}.md"), draft, day)
        except (AnswerError, OSError) as error:
            if not any(finding.is_fault for finding in found):
                found.append(Finding("body", _without_place(str(error)), is_fault=True))
            return Review(found, (), {})
        found += [*faults, *_wording(" ".join([answer.title, *answer.sections.values()]))]
        found += [Finding("body", one.text, one.is_fault) for one in suspects(links_of(answer), self._known_hosts())]
        return Review(found, self._measures(answer, base, day), _replies(answer, base, day))

    def _known_hosts(self) -> set[str]:
        return hosts_of(self._files.base().answers.values())

    def _read(self, path: Path, draft: Draft, day: date) -> tuple[Answer, AnswerBase, list[Finding]]:
        """A draft as the answer that it would be, among the others, and what `signpost check` would say of it."""
        path.parent.mkdir()
        path.write_text(draft.content, encoding="utf-8")
        answer, live = load_answer(path), self._files.base()
        base = AnswerBase([*live.answers.values(), answer], live.urgent.values(), live.rates)
        faults = check_answer(answer, base, self._limits, day, self.as_text)
        return answer, base, [Finding("body", fault.text, is_fault=not fault.is_due) for fault in faults]

    def _measures(self, answer: Answer, base: AnswerBase, day: date) -> list[Measures]:
        measures = []
        for nation in answer.sections:
            try:
                shown = base.body(answer, day, nation)
            except AnswerError:
                continue
            measures.append(Measures(nation, len(shown.split()), round(reading_age(shown), 1)))
        return measures

    def _questions(self, draft: Draft) -> Iterator[Finding]:
        try:
            known, claimed = self._files.questions(), self._files.claimed()
        except DraftError as error:
            yield Finding("questions", str(error), is_fault=True)
            return
        own = {question_key(question) for question in known.get(draft.answer, ())}
        new = [question for question in draft.asked if question_key(question) not in own]
        for question in new:
            if intent := claimed.get(question_key(question)):
                problem = f"“{question}” stands under {intent} already: take it out here."
                yield Finding("questions", problem, is_fault=True)
            if kinds := scrub(question).kinds:
                problem = f"“{question}” seems to hold somebody’s {kinds[0].value}: take it out."
                yield Finding("questions", problem)
        if not own and not new:
            yield Finding("questions", "Add at least one example question.", is_fault=True)
        elif draft.kind == ANSWER and len(own) + len(new) < FEW_QUESTIONS:
            yield Finding("questions", f"Fewer than {FEW_QUESTIONS} example questions: more make it easier to find.")
        if not new and (draft.kind != ANSWER or draft.content == draft.base_content):
            what = "questions" if draft.kind == OUT_OF_SCOPE else "answer"
            yield Finding("questions", f"Nothing is new here: the {what} would stay as it is.", is_fault=True)


def _form(fields: AnswerFields, day: date) -> Iterator[Finding]:
    """What is wrong with the single fields, in plain words."""
    if not 4 <= len(fields.title) <= 70:
        yield Finding("title", "Enter a title of 4 to 70 characters.", is_fault=True)
    if len(fields.owner) < 4:
        yield Finding("owner", "Enter the department that owns the answer.", is_fault=True)
    if not fields.nations:
        yield Finding("nations", "Choose at least one nation for the main text.", is_fault=True)
    if not fields.body:
        yield Finding("body", "Enter the text of the answer.", is_fault=True)
    yield from _sources(fields)
    yield from _dates(fields, day)


def _sources(fields: AnswerFields) -> Iterator[Finding]:
    if not fields.sources:
        yield Finding("source-1-url", "Add a source: where can people check this?", is_fault=True)
    for number, source in enumerate(fields.sources, 1):
        if len(source.title) < 3:
            yield Finding(f"source-{number}-title", "Enter a name for the source.", is_fault=True)
        if not source.url.startswith("https://"):
            yield Finding(f"source-{number}-url", "A source's address must begin with https://.", is_fault=True)
    if fields.sources and all(source.nation for source in fields.sources):
        yield Finding("source-1-url", "Add a source for the main text: each one here is for one nation.", is_fault=True)


def _dates(fields: AnswerFields, day: date) -> Iterator[Finding]:
    reviewed, review_by = _date(fields.reviewed), _date(fields.review_by)
    for name, value in (("reviewed", reviewed), ("review_by", review_by)):
        if value is None:
            yield Finding(name, "Enter a date as year-month-day, such as 2027-04-06.", is_fault=True)
    if reviewed and review_by:
        if review_by <= reviewed:
            yield Finding("review_by", "The next review must come after the last one.", is_fault=True)
        elif (review_by - reviewed).days > LONGEST_REVIEW_DAYS:
            yield Finding("review_by", "The next review is more than a year away.")
        if reviewed > day:
            yield Finding("reviewed", "The date of the review has not come yet.")


def _wording(text: str) -> Iterator[Finding]:
    plain = ALLOWED.sub(" ", text.replace("’", "'"))
    for words, problem in _WARNED:
        for word in words:
            if re.search(rf"\b{re.escape(word)}\b", plain, re.IGNORECASE):
                yield Finding("body", problem.format(word=word))
    if _RAW_HTML.search(text):
        yield Finding("body", "HTML tags are shown as they are typed: write **bold** for bold text.")


def _replies(answer: Answer, base: AnswerBase, day: date) -> dict[str, Reply]:
    replies = {}
    for nation in answer.sections:
        try:
            replies[nation] = answer_reply(base, answer.slug, day, nation)
        except (AnswerError, KeyError):
            continue
    return replies


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _without_place(problem: str) -> str:
    return re.sub(r"^\S+:\d+: ", "", problem)
