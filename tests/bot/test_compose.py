"""A decision becomes a reply that holds its source, its owner, its date and the choices that go with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot import wording
from bot.answers import AnswerBase, UrgentHelp, UrgentMatter, load_answer, load_answer_base
from bot.compose import answer_reply, compose, nation_in, urgent_reply, warn_of_personal_data
from bot.decision import Decision
from bot.messages import Candidate, Choice, Given, Outcome, Reply, Source
from bot.personal_data import Kind
from connectors.plain_text import as_text
from tests.factories import answer_file, rates_file

DAY, AFTER_UPRATING = date(2026, 11, 25), date(2027, 4, 6)
ALL = "England and Wales"
SCOTLAND, NORTHERN_IRELAND = (
    Choice("Scotland", "debt", "scotland"),
    Choice("Northern Ireland", "debt", "northern-ireland"),
)
VARIANTS = "You get {{ rates.weekly }}.\n\n## Scotland\n\nAsk in Scotland.\n\n## Northern Ireland\n\nAsk nidirect."


@pytest.fixture
def base(tmp_path: Path) -> AnswerBase:
    """Two answers: `pay`, the same everywhere, and `debt`, with two nations' texts of their own."""
    rates_file(tmp_path)
    answer_file(tmp_path)
    answer_file(tmp_path, slug="debt", title="Help with debt", nations="[england, wales]", body=VARIANTS)
    return load_answer_base(tmp_path)


@pytest.mark.parametrize(
    ("text", "nation"),
    [
        ("breathing space in scotland?", "scotland"),
        ("im in GLASGOW", "scotland"),
        ("in dundee tho", "scotland"),
        ("does my Scottish trust deed count", "scotland"),
        ("we live in cardiff", "wales"),
        ("welsh council tax", "wales"),
        ("northern ireland rules", "northern-ireland"),
        ("n. ireland", "northern-ireland"),
        ("belfast", "northern-ireland"),
        ("english rules", "england"),
        ("how much is it", ""),
        ("is it the same in england and wales", ""),
        ("moved from scotland to england", ""),
        ("a walesman, scotched", ""),
        ("", ""),
    ],
)
def test_nation_is_read_where_one_is_named(text: str, nation: str) -> None:
    """One nation named, by its own name or a city's, is the asker's; none or several are not."""
    assert nation_in(text) == nation


def test_answer_shows_where_it_comes_from(base: AnswerBase) -> None:
    """An answer carries its title, figures, source, department and review date, and can be rated."""
    assert answer_reply(base, "pay", DAY) == Reply(
        title="How much the pay is",
        body="You get £194.32 a week.\n\nAsk your boss for it.",
        sources=(Source("Pay", "https://www.gov.uk/pay"),),
        department="Department for Work and Pensions",
        reviewed="2026-11-22",
        allows_feedback=True,
        given=Given("pay"),
    )


@pytest.mark.parametrize(
    ("nation", "title", "body", "choices"),
    [
        ("", "Help with debt", "You get £194.32.", (SCOTLAND, NORTHERN_IRELAND)),
        ("wales", "Help with debt", "You get £194.32.", (SCOTLAND, NORTHERN_IRELAND)),
        ("scotland", "Help with debt (Scotland)", "Ask in Scotland.", (NORTHERN_IRELAND, Choice(ALL, "debt"))),
        ("northern-ireland", "Help with debt (Northern Ireland)", "Ask nidirect.", (SCOTLAND, Choice(ALL, "debt"))),
    ],
)
def test_other_nations_are_a_choice_away(
    base: AnswerBase, nation: str, title: str, body: str, choices: tuple[Choice, ...]
) -> None:
    """A nation's own text is shown under its name, with every other text as a choice."""
    reply = answer_reply(base, "debt", DAY, nation)
    assert (reply.title, reply.body, reply.choices) == (title, body, choices)
    assert reply.given == Given("debt", nation if nation in ("scotland", "northern-ireland") else "")


@pytest.mark.parametrize(
    ("day", "nation", "notice"),
    [(DAY, "", ""), (AFTER_UPRATING, "", wording.OUTDATED_FIGURES), (AFTER_UPRATING, "scotland", "")],
)
def test_outdated_figures_are_owned_up_to(base: AnswerBase, day: date, nation: str, notice: str) -> None:
    """Once a figure that is shown has run out, the reply says that it is left out."""
    assert answer_reply(base, "debt", day, nation).notice == notice


def test_answered_question_gets_the_text_of_its_nation(base: AnswerBase) -> None:
    """The nation that a question names decides which text is shown."""
    decision = Decision(Outcome.ANSWERED, (Candidate("debt", 0.9),))

    assert compose(decision, base, "debt help in scotland", DAY) == answer_reply(base, "debt", DAY, "scotland")
    assert compose(decision, base, "debt help", DAY) == answer_reply(base, "debt", DAY)


def test_a_conversation_about_a_nation_goes_on(base: AnswerBase) -> None:
    """Where a text names no nation, the one that was spoken of holds, for answers and choices alike."""
    candidates = (Candidate("debt", 0.9), Candidate("pay", 0.5))
    answered = Decision(Outcome.ANSWERED, candidates[:1], nation="scotland")
    assert compose(answered, base, "debt help", DAY) == answer_reply(base, "debt", DAY, "scotland")
    assert compose(answered, base, "debt help in wales", DAY) == answer_reply(base, "debt", DAY)
    offer = compose(Decision(Outcome.CLARIFY, candidates, nation="scotland"), base, "help", DAY)
    assert offer and [choice.nation for choice in offer.choices] == ["scotland", "", ""]


@pytest.mark.parametrize(
    ("also", "choices"), [("debt", (Choice("You also asked about: Help with debt", "debt"),)), ("gone", ()), ("", ())]
)
def test_a_second_answer_is_a_choice_away(base: AnswerBase, also: str, choices: tuple[Choice, ...]) -> None:
    """The other answer that was asked for is offered beside the one given, unless it is gone."""
    reply = compose(Decision(Outcome.ANSWERED, (Candidate("pay", 0.9),), also), base, "pay and debt", DAY)
    assert reply == replace(answer_reply(base, "pay", DAY), choices=choices)


def test_offer_lists_titles_and_a_way_out(base: AnswerBase) -> None:
    """An offer names its answers by title, best first, then none of these; one that is gone is left out."""
    candidates = (Candidate("debt", 0.5), Candidate("gone", 0.4), Candidate("pay", 0.3))

    reply = compose(Decision(Outcome.CLARIFY, candidates), base, "help", DAY)
    assert reply == Reply(
        body=wording.CLARIFY,
        choices=(
            Choice("Help with debt", "debt"),
            Choice("How much the pay is", "pay"),
            Choice(wording.NONE_OF_THESE, ""),
        ),
    )


@pytest.mark.parametrize("outcome", list(wording.UNANSWERED))
def test_refusal_is_worded(base: AnswerBase, outcome: Outcome) -> None:
    """Each refusal has its own words, and no source or choice that could be taken for an answer."""
    assert compose(Decision(outcome), base, "text", DAY) == Reply(body=wording.UNANSWERED[outcome])


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome.is_silent])
def test_silence_has_no_reply(base: AnswerBase, outcome: Outcome) -> None:
    """Where silence is right there is nothing to post."""
    assert compose(Decision(outcome), base, "text", DAY) is None


def test_urgent_help_is_given_as_it_stands(tmp_path: Path) -> None:
    """An urgent-help message keeps its text and sources, and asks for no feedback."""
    source = load_answer(answer_file(tmp_path)).matter.sources
    matter = UrgentMatter("Help today", source, DAY, DAY, alert_moderators=True)

    reply = urgent_reply(UrgentHelp("no_food", matter, "Call **999**.", tmp_path))
    assert reply == Reply(title="Help today", body="Call **999**.", sources=(Source("Pay", "https://www.gov.uk/pay"),))


def test_emergency_without_a_message_still_gets_help() -> None:
    """Where the message can't be had, the emergency number is given all the same."""
    assert "**999**" in urgent_reply(None).body


@pytest.mark.parametrize(
    ("kinds", "named"),
    [
        ((Kind.EMAIL,), Kind.EMAIL.value),
        ((Kind.EMAIL, Kind.PHONE), f"{Kind.EMAIL.value} and {Kind.PHONE.value}"),
        ((Kind.EMAIL, Kind.PHONE, Kind.NAME), f"{Kind.EMAIL.value}, {Kind.PHONE.value} and {Kind.NAME.value}"),
    ],
)
def test_warning_names_the_kinds_of_details(kinds: tuple[Kind, ...], named: str) -> None:
    """The warning stands before any other notice and names what was posted; the rest of the reply stays."""
    warned = warn_of_personal_data(Reply(body="Answer.", notice="Figures."), kinds)

    assert warned is not None
    assert f"your {named} here" in warned.notice
    assert warned.notice.endswith(" Figures.")
    assert warned.body == "Answer."


def test_no_warning_without_details_or_reply() -> None:
    """Nothing found changes no reply, and silence stays silent."""
    reply = Reply(body="Answer.")

    assert warn_of_personal_data(reply, ()) is reply
    assert warn_of_personal_data(None, (Kind.EMAIL,)) is None


def test_plain_text_holds_everything(base: AnswerBase) -> None:
    """As plain text a reply is notice, title, body, sources, signature and numbered choices, in that order."""
    assert as_text(answer_reply(base, "debt", AFTER_UPRATING)) == (
        f"{wording.OUTDATED_FIGURES}\n\nHelp with debt\n\nYou get the current figure (see the link).\n\n"
        "Pay: https://www.gov.uk/pay\n\n"
        "Automated reply · Department for Work and Pensions · reviewed 2026-11-22\n\n"
        "1. Scotland\n2. Northern Ireland"
    )


def test_plain_text_says_that_a_bot_speaks() -> None:
    """The shortest reply still says that it is automated, and bold marks are dropped."""
    assert as_text(Reply(body="Call **999**.")) == "Call 999.\n\nAutomated reply"
