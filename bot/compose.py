"""Turns a decision into a Reply: words, sources and choices, with nothing of any platform in it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from bot import wording
from bot.answers import NATIONS, Answer, AnswerBase, UrgentHelp
from bot.decision import Decision
from bot.messages import Candidate, Choice, Given, Outcome, Reply, Source
from bot.personal_data import Kind

_NATION_WORDS = {
    "scotland": re.compile(r"\b(?:scot(?:land|tish)|glasgow|edinburgh|dundee|aberdeen|inverness)\b", re.IGNORECASE),
    "wales": re.compile(r"\b(?:wales|welsh|cardiff|swansea|wrexham)\b", re.IGNORECASE),
    "northern-ireland": re.compile(r"\b(?:northern|n\.?) ?ireland\b|\bbelfast\b|\bderry\b", re.IGNORECASE),
    "england": re.compile(r"\bengland\b|\benglish\b", re.IGNORECASE),
}


def nation_in(text: str) -> str:
    """The nation that a text names, or "" where it names none or several."""
    named = [nation for nation, words in _NATION_WORDS.items() if words.search(text)]
    return named[0] if len(named) == 1 else ""


def compose(decision: Decision, base: AnswerBase, text: str, day: date) -> Reply | None:
    """The reply that a decision calls for, or None where it calls for silence."""
    outcome, nation = decision.outcome, nation_in(text) or decision.nation
    if outcome is Outcome.ANSWERED:
        reply = answer_reply(base, decision.candidates[0].answer, day, nation)
        also = _choices(base, [decision.also], nation, wording.ALSO_ASKED)
        return replace(reply, choices=(*also, *reply.choices))
    if outcome is Outcome.CLARIFY:
        return _offer(base, decision.candidates, nation)
    return Reply(body=wording.UNANSWERED[outcome]) if outcome in wording.UNANSWERED else None


def answer_reply(base: AnswerBase, slug: str, day: date, nation: str = "") -> Reply:
    """One curated answer, with the other nations' texts as choices."""
    answer = base.answers[slug]
    shown = nation if nation in answer.variants else ""
    return Reply(
        title=answer.title + (f" ({NATIONS[shown]})" if shown else ""),
        body=base.body(answer, day, shown),
        notice=wording.OUTDATED_FIGURES if base.outdated_rates(answer, day, shown) else "",
        sources=answer.sources(shown),
        department=answer.matter.owner,
        reviewed=answer.matter.reviewed.isoformat(),
        choices=_other_nations(answer, shown),
        allows_feedback=True,
        given=Given(slug, shown),
    )


def urgent_reply(message: UrgentHelp | None) -> Reply:
    """A message for somebody who needs help now."""
    if message is None:
        return Reply(body=wording.URGENT_FALLBACK)
    sources = tuple(Source(source.title, source.url) for source in message.matter.sources)
    return Reply(title=message.matter.title, body=message.body, sources=sources)


def warn_of_personal_data(reply: Reply | None, kinds: tuple[Kind, ...]) -> Reply | None:
    """Put a kind word on not posting such details before a reply."""
    if reply is None or not kinds:
        return reply
    warning = wording.PERSONAL_DATA.format(kinds=_and([kind.value for kind in kinds]))
    return replace(reply, notice=f"{warning} {reply.notice}".strip())


def _offer(base: AnswerBase, candidates: tuple[Candidate, ...], nation: str) -> Reply:
    titles = _choices(base, [candidate.answer for candidate in candidates], nation)
    return Reply(body=wording.CLARIFY, choices=(*titles, Choice(wording.NONE_OF_THESE, "")))


def _choices(base: AnswerBase, slugs: list[str], nation: str, label: str = "{title}") -> list[Choice]:
    """A choice for each answer that there is, in the text of the asker's nation."""
    answers = [base.answers[slug] for slug in slugs if slug in base.answers]
    return [
        Choice(label.format(title=answer.title), answer.slug, nation if nation in answer.variants else "")
        for answer in answers
    ]


def _other_nations(answer: Answer, shown: str) -> tuple[Choice, ...]:
    """A choice for every text of the answer but the one shown."""
    others = [Choice(NATIONS[nation], answer.slug, nation) for nation in answer.variants if nation != shown]
    if shown:
        others.append(Choice(_and([NATIONS[nation] for nation in answer.matter.nations]), answer.slug))
    return tuple(others)


def _and(words: list[str]) -> str:
    """Join words as one says them: "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
