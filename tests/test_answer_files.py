"""The rules that every real answer, rate, question and wording keeps."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from bot import wording
from bot.answers import NATIONS, Answer, UrgentHelp, load_answer_base, rate_names
from bot.classifier import Kind
from bot.compose import answer_reply, urgent_reply
from bot.messages import Outcome, Reply
from bot.personal_data import Kind as PersonalData
from bot.settings import load_settings
from connectors.plain_text import as_text
from nlu.questions import kinds_of, load_examples

ROOT = Path(__file__).parents[1]
SETTINGS = load_settings(ROOT / "config.yml").answers
BASE = load_answer_base(ROOT / "answers")
EXAMPLES = load_examples(ROOT / "nlu" / "questions")
KINDS = kinds_of(EXAMPLES)
ANSWERS = [pytest.param(answer, id=answer.slug) for answer in BASE.answers.values()]
URGENT = [pytest.param(message, id=message.slug) for message in BASE.urgent.values()]
DISCORD_LIMIT = 2000

# A telephone number (999, 116 123, 0808 2000 247), and not a count of hours, days or years.
NUMBER = re.compile(r"(?<![\d-])(?:0\d[\d ]{6,}\d|116 ?\d{3}|999|111|101|18\d{3}|85258|7726)(?!\d)")
REPLYING = [outcome for outcome in Outcome if not outcome.is_silent and outcome is not Outcome.ERROR_TIMEOUT]
FIXED = {**wording.UNANSWERED, **wording.ERRORS}
WORDED_BY_AN_ANSWER = {Outcome.ANSWERED, Outcome.CLARIFY, Outcome.SMALL_TALK, Outcome.URGENT_HELP}


@pytest.mark.parametrize("answer", ANSWERS)
def test_answer_covers_all_four_nations(answer: Answer) -> None:
    """Each nation is either listed as having the common rules or has a section of its own."""
    assert {*answer.matter.nations, *answer.variants} == set(NATIONS)
    assert set(answer.matter.nations).isdisjoint(answer.variants)


@pytest.mark.parametrize("answer", ANSWERS)
def test_answer_shows_a_secure_source_to_every_nation(answer: Answer) -> None:
    """Whichever nation's text is shown, a source over https is shown with it."""
    for nation in ("", *answer.variants):
        sources = answer.sources(nation)
        assert sources
        assert all(source.url.startswith("https://") for source in sources)


@pytest.mark.parametrize("answer", ANSWERS)
def test_sources_of_a_nation_have_its_section(answer: Answer) -> None:
    """A source for one nation belongs to a section that is there, or it would never be shown."""
    assert {source.nation for source in answer.matter.sources} <= {"", *answer.variants}


@pytest.mark.parametrize("answer", ANSWERS)
def test_answer_is_reviewed_before_it_is_due(answer: Answer) -> None:
    """The review dates are in order, and no review lasts longer than a year and a bit."""
    assert answer.matter.reviewed < answer.matter.review_by
    assert (answer.matter.review_by - answer.matter.reviewed).days <= 400


@pytest.mark.parametrize("answer", ANSWERS)
def test_answer_fits_the_shortest_platform(answer: Answer) -> None:
    """Every text of an answer, with its title, source and choices, fits the limit that leaves Discord some room."""
    for nation in ("", *answer.variants):
        reply = answer_reply(BASE, answer.slug, answer.matter.reviewed, nation)
        assert len(as_text(reply)) <= SETTINGS.max_characters < DISCORD_LIMIT


@pytest.mark.parametrize("answer", ANSWERS)
def test_answer_names_only_rates_that_held_when_it_was_reviewed(answer: Answer) -> None:
    """On the day of its review an answer has all its figures."""
    for nation in ("", *answer.variants):
        assert BASE.outdated_rates(answer, answer.matter.reviewed, nation) == ()


def test_every_rate_is_used() -> None:
    """A rate that no answer uses is a figure that nobody would notice going wrong."""
    used = {name for answer in BASE.answers.values() for text in answer.sections.values() for name in rate_names(text)}
    assert BASE.rates.names() == used


def test_rates_have_a_source_and_days_in_order() -> None:
    """Each rate has an https source, ends no earlier than it begins, and overlaps no other row of its name."""
    for name in BASE.rates.names():
        rows = BASE.rates.rows(name)
        assert all(row.source_url.startswith("https://") for row in rows), name
        days = sorted((row.valid_from or date.min, row.valid_to or date.max) for row in rows)
        assert all(first <= last for first, last in days), name
        assert all(last < first for (_, last), (first, _) in pairwise(days)), name


@pytest.mark.parametrize("message", URGENT)
def test_urgent_help_bolds_every_number(message: UrgentHelp) -> None:
    """A number to call or text can be found at a glance by somebody in distress."""
    plain = re.sub(r"\*\*[^*]+\*\*", "", message.body)
    assert NUMBER.findall(plain) == []


@pytest.mark.parametrize("message", URGENT)
def test_urgent_help_has_somebody_to_turn_to(message: UrgentHelp) -> None:
    """Each message bolds what to do or whom to call, shows its sources, and fits every platform."""
    assert "**" in message.body
    assert all(source.url.startswith("https://") for source in message.matter.sources)
    assert message.matter.checked < message.matter.check_by
    assert len(as_text(urgent_reply(message))) <= SETTINGS.max_characters


def test_every_answer_has_questions_and_the_other_way_round() -> None:
    """Intents of the kind answer are exactly the answers' slugs."""
    assert {intent for intent, kind in KINDS.items() if kind is Kind.ANSWER} == set(BASE.answers)


def test_every_urgent_message_has_questions_and_the_other_way_round() -> None:
    """Intents of the kind urgent are exactly the urgent-help messages' slugs."""
    assert {intent for intent, kind in KINDS.items() if kind is Kind.URGENT} == set(BASE.urgent)


def test_every_small_talk_has_a_reply_and_the_other_way_round() -> None:
    """Intents of the kind small talk are exactly those that have a reply."""
    assert {intent for intent, kind in KINDS.items() if kind is Kind.SMALL_TALK} == set(wording.SMALL_TALK)


def test_an_intent_is_of_one_kind() -> None:
    """No intent is given two kinds, in one file or in two."""
    assert len({(example.intent, example.kind) for example in EXAMPLES}) == len(KINDS)


def test_questions_stand_in_the_file_of_their_service() -> None:
    """The questions of an answer are found in the file that is named like the answer's folder."""
    services = {slug: answer.service for slug, answer in BASE.answers.items()}
    services |= dict.fromkeys(BASE.urgent, "urgent")
    misplaced = {e.intent for e in EXAMPLES if e.intent in services and e.path.stem != services[e.intent]}
    assert misplaced == set()


def test_every_outcome_has_a_label() -> None:
    """Reports name every outcome, each by a name of its own."""
    assert set(wording.LABELS) == set(Outcome)
    assert len(set(wording.LABELS.values())) == len(Outcome)


@pytest.mark.parametrize("outcome", REPLYING)
def test_every_outcome_that_replies_has_wording(outcome: Outcome) -> None:
    """Whatever is said aloud has fixed words, unless an answer's own words are said."""
    assert (outcome in FIXED) is not (outcome in WORDED_BY_AN_ANSWER)


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome.is_silent])
def test_silence_has_no_wording(outcome: Outcome) -> None:
    """An outcome that posts nothing has nothing to post."""
    assert outcome not in FIXED


@pytest.mark.parametrize(
    "text", [*FIXED.values(), *wording.SMALL_TALK.values(), wording.URGENT_FALLBACK, wording.CLARIFY]
)
def test_fixed_wording_is_a_sentence_that_fits(text: str) -> None:
    """Fixed wording is complete, mentions nobody and fits every platform."""
    assert text[-1] in ".:?"
    assert "@" not in text
    assert 0 < len(as_text(Reply(body=text))) <= SETTINGS.max_characters


def test_personal_data_warning_has_room_for_every_kind() -> None:
    """The warning can name all kinds of details at once and still leaves room for an answer."""
    warning = wording.PERSONAL_DATA.format(kinds=", ".join(kind.value for kind in PersonalData))
    assert "{" not in warning
    assert len(warning) < DISCORD_LIMIT - SETTINGS.max_characters + 200
