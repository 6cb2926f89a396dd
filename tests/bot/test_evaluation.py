"""The figures of a release: each is a share, and each says of what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.classifier import Judged, Kind
from bot.decision import Thresholds
from bot.evaluation.headline_figures import SECTIONS, rows_of
from bot.evaluation.scoring import Confusion, Tally, evaluate
from bot.evaluation.verdicts import Fate, judge
from bot.messages import Outcome
from tests.factories import judged, prediction

BARS = Thresholds(addressed=0.6, overheard=0.8, offer=0.3, urgent=0.5)


def question(slug: str, confidence: float, addressed: bool | None = True) -> Judged:
    """A question about `pay` that the model takes for one about this slug."""
    return judged(prediction((slug, confidence), ("pay", 0.01)), addressed=addressed)


def talk(confidence: float, addressed: bool, out_of_scope: float = 0.0) -> Judged:
    """A text that no answer fits."""
    made = prediction(("pay", confidence), out_of_scope=out_of_scope)
    return judged(made, expected="", kind=Kind.OUT_OF_SCOPE, addressed=addressed)


def emergency(urgency: float, given: str = "suicide", text: str = "i cant go on") -> Judged:
    """A message of somebody who needs the `suicide` message."""
    return judged(prediction(urgency=urgency, urgent=((given, urgency),)), "suicide", Kind.URGENT, text)


@pytest.mark.parametrize(
    ("case", "addressed", "outcome", "given", "is_right", "is_wrong"),
    [
        (question("pay", 0.6), True, Outcome.ANSWERED, "pay", True, False),
        (question("leave", 0.6), True, Outcome.ANSWERED, "leave", False, True),
        (question("leave", 0.5), True, Outcome.CLARIFY, "", False, False),
        (question("pay", 0.7), False, Outcome.IGNORED_NOT_CONFIDENT, "", False, False),
        (question("pay", 0.8), False, Outcome.ANSWERED, "pay", True, False),
        (talk(0.7, True), True, Outcome.ANSWERED, "pay", False, True),
        (talk(0.1, True), True, Outcome.UNANSWERED_LOW_CONFIDENCE, "", False, False),
        (emergency(0.5), True, Outcome.URGENT_HELP, "suicide", True, False),
        (emergency(0.5, given="no_food"), False, Outcome.URGENT_HELP, "no_food", False, False),
        (emergency(0.49), True, Outcome.ANSWERED, "pay", False, True),
        (emergency(0.20, text="i want to die"), True, Outcome.URGENT_HELP, "suicide", True, False),
        (emergency(0.19, text="i want to die"), True, Outcome.ANSWERED, "pay", False, True),
    ],
)
def test_verdict_is_what_the_bot_would_do(
    case: Judged, addressed: bool, outcome: Outcome, given: str, is_right: bool, is_wrong: bool
) -> None:
    """A verdict holds the outcome and answer that a person would have had, on either side of each bar."""
    verdict = judge(case, BARS, addressed)

    assert (verdict.outcome, verdict.given) == (outcome.value, given)
    assert (verdict.is_right, verdict.is_wrong) == (is_right, is_wrong)


def test_refusing_what_has_no_answer_is_not_right_but_not_wrong() -> None:
    """Where no answer is right, giving none counts neither as right nor as wrong."""
    verdict = judge(talk(0.1, True), BARS, addressed=True)
    assert not verdict.is_right
    assert not verdict.is_wrong


def test_figures_of_questions() -> None:
    """Right, wrong and offered are shares of the questions that have an answer; a refusal is none of them."""
    cases = [
        question("pay", 0.9),
        question("pay", 0.9),
        question("leave", 0.9),
        judged(prediction(("leave", 0.5), ("pay", 0.4))),
        judged(prediction(("leave", 0.1))),
    ]
    figures = evaluate(cases, BARS).figures

    assert figures["questions"] == figures["overheard_questions"] == 5
    assert (figures["right"], figures["wrong"], figures["right_or_offered"]) == (0.4, 0.2, 0.6)
    assert (figures["overheard_right"], figures["overheard_wrong"]) == (0.4, 0.2)


def test_offer_without_the_right_answer_is_no_help() -> None:
    """An offer counts only where the right answer is among those offered."""
    figures = evaluate([judged(prediction(("leave", 0.5), ("claim", 0.4)))], BARS).figures
    assert figures["right_or_offered"] == 0.0


def test_figures_of_what_has_no_answer() -> None:
    """Texts out of scope are judged as they were met: wrong answers and offers when addressed, silence when not."""
    cases = [
        talk(0.9, addressed=True),
        talk(0.5, addressed=True),
        talk(0.1, addressed=True),
        talk(0.1, addressed=True),
        talk(0.9, addressed=False),
        talk(0.9, addressed=False, out_of_scope=0.6),
    ]
    figures = evaluate(cases, BARS).figures

    assert (figures["out_of_scope_answered"], figures["out_of_scope_offered"]) == (0.25, 0.25)
    assert figures["talk_silent"] == 0.5


def test_figures_of_emergencies() -> None:
    """Emergencies count met either way; a false alarm is a calm text that got urgent help."""
    alarmed = judged(prediction(urgency=0.9, urgent=(("suicide", 0.9),)))
    cases = [
        emergency(0.9),
        emergency(0.9, given="no_food"),
        emergency(0.1),
        emergency(0.1),
        alarmed,
        question("pay", 0.9),
    ]
    figures = evaluate(cases, BARS).figures

    assert (figures["urgent_given"], figures["urgent_right"]) == (0.5, 0.25)
    assert (figures["urgent_false_alarms"], figures["urgent_false_alarms_questions"]) == (0.5, 0.5)


def test_what_went_wrong_is_listed() -> None:
    """Wrong answers, missed emergencies and false alarms are listed by text; pairs confused most often come first."""
    cases = [
        judged(prediction(("leave", 0.9)), text="one"),
        judged(prediction(("leave", 0.9)), text="two"),
        judged(prediction(("claim", 0.9)), text="three"),
        judged(prediction(("claim", 0.1)), text="refused"),
        judged(text="right"),
        emergency(0.1, text="missed"),
        judged(prediction(urgency=0.9, urgent=(("suicide", 0.9),)), text="alarmed"),
    ]
    report = evaluate(cases, BARS)

    assert report.confused == [
        Confusion("pay", "leave", 2),
        Confusion("pay", "claim", 1),
        Confusion("suicide", "pay", 1),
    ]
    assert [verdict.text for verdict in report.misclassified] == ["one", "two", "three", "missed", "alarmed"]


def test_nothing_to_judge_gives_noughts() -> None:
    """Without cases every figure is nought, rather than an error."""
    report = evaluate([], BARS)

    assert set(report.figures.values()) == {0}
    assert report.misclassified == report.confused == report.addressed.services == report.overheard.curve == []


SERVICES = {"pay": "maternity", "leave": "maternity", "dro": "debt", "suicide": "urgent"}


def of_each_fate() -> list[Judged]:
    """Addressed questions about `pay`: three right, and one of every other fate."""
    return [
        question("pay", 0.9),
        question("pay", 0.8),
        question("pay", 0.7),
        question("leave", 0.9),
        judged(prediction(("leave", 0.5), ("pay", 0.4))),
        judged(prediction(("leave", 0.5), ("dro", 0.4))),
        judged(prediction(("pay", 0.1))),
        judged(prediction(small_talk="hello")),
        judged(prediction(urgency=0.9, urgent=(("suicide", 0.9),))),
    ]


def test_each_fate_is_counted_once() -> None:
    """The tally of a service holds every text under one fate; small talk in place of an answer is a refusal."""
    met = evaluate(of_each_fate(), BARS, SERVICES)

    assert met.addressed.services == [
        Tally("maternity", 9, right=3, wrong=1, offered=1, offered_other=1, refused=2, urgent=1)
    ]
    # Overheard, only confidences from 0.8 are answered.
    assert met.overheard.services == [Tally("maternity", 9, right=2, wrong=1, silent=5, urgent=1)]
    assert met.addressed.services[0].share(Fate.RIGHT) == 3 / 9


def test_headline_figures_of_each_fate() -> None:
    """The same as shares: of all questions, and of the answers given."""
    figures = evaluate(of_each_fate(), BARS).figures

    assert [figures[name] for name in ("right", "wrong", "offered", "offered_other", "refused", "urgent")] == [
        0.3333,
        0.1111,
        0.1111,
        0.1111,
        0.2222,
        0.1111,
    ]
    assert (figures["coverage"], figures["precision"]) == (0.4444, 0.75)
    assert (figures["overheard_coverage"], figures["overheard_precision"]) == (0.3333, 0.6667)
    assert (figures["overheard_answers"], figures["overheard_silent"]) == (3, 0.5556)


def test_precision_of_all_that_is_overheard_counts_answers_to_talk() -> None:
    """An answer to talk is wrong, but is none to a question."""
    figures = evaluate([question("pay", 0.9), talk(0.9, addressed=False)], BARS).figures

    assert (figures["overheard_answers"], figures["overheard_precision"]) == (1, 1.0)
    assert (figures["overheard_answers_all"], figures["overheard_precision_all"]) == (2, 0.5)


def test_texts_are_tallied_by_service_slug_and_group() -> None:
    """Names are sorted; what no answer is right for comes last, under no name."""
    cases = [
        judged(prediction(("dro", 0.9)), "dro"),
        judged(prediction(("pay", 0.9)), "leave"),
        talk(0.1, addressed=True),
        emergency(0.9),
    ]
    met = evaluate(cases, BARS, SERVICES, groups=["ours", "theirs", "", "ours"]).addressed

    assert met.services == [
        Tally("debt", 1, right=1),
        Tally("maternity", 1, wrong=1),
        Tally("urgent", 1, right=1),
        Tally("", 1, refused=1),
    ]
    assert [tally.name for tally in met.slugs] == ["dro", "leave", "suicide", ""]
    assert met.groups == [Tally("ours", 2, right=2), Tally("theirs", 1, wrong=1), Tally("", 1, refused=1)]


@pytest.mark.parametrize(("as_met", "addressed", "overheard"), [(False, 2, 2), (True, 1, 1)])
def test_lines_of_a_file_are_judged_only_as_they_were_met(as_met: bool, addressed: int, overheard: int) -> None:
    """Held-out questions are judged both ways, the lines of a file one way."""
    cases = [question("pay", 0.9, addressed=True), question("pay", 0.9, addressed=False)]
    figures = evaluate(cases, BARS, as_met=as_met).figures

    assert (figures["questions"], figures["overheard_questions"]) == (addressed, overheard)


def test_talk_that_is_answered_is_listed() -> None:
    """A broken silence stands among what went wrong, and among the confused pairs."""
    report = evaluate([talk(0.9, addressed=False), talk(0.1, addressed=False)], BARS)

    assert [(verdict.given, verdict.addressed) for verdict in report.misclassified] == [("pay", False)]
    assert report.confused == [Confusion("", "pay", 1)]


def test_figures_are_read_as_numbers_and_percentages() -> None:
    """Columns stand side by side; a share of nothing is a dash, and what no column has is left out."""
    asked = evaluate([question("pay", 0.9, addressed=True), question("leave", 0.1)], BARS, as_met=True).figures
    heard = evaluate([talk(0.9, addressed=False)] * 1200, BARS, as_met=True).figures
    rows = {row[0]: row[1:] for row in rows_of([asked, heard])}

    assert rows["addressed questions that an answer fits"] == ["2", "0"]
    assert rows["… precision: right"] == ["100.0%", "–"]
    assert rows["answers given to anything overheard"] == ["0", "1,200"]
    assert "emergencies, addressed or overheard" not in rows


def test_every_figure_is_shown() -> None:
    """The sections name each figure there is, but for one that stands there under another name."""
    shown = {name for labels in SECTIONS.values() for name in labels if name} | set(SECTIONS)
    assert set(evaluate([], BARS).figures) == {*shown, "urgent_false_alarms_questions"}


SHARES = st.floats(0, 1)
PREDICTIONS = st.builds(
    prediction,
    st.none() | st.tuples(st.sampled_from(["pay", "leave", "dro"]), SHARES),
    st.tuples(st.sampled_from(["pay", "claim"]), SHARES),
    out_of_scope=SHARES,
    urgency=SHARES,
    urgent=st.just(()) | st.just((("suicide", 0.5),)),
    small_talk=st.sampled_from(["", "hello"]),
)
CASES = st.builds(
    judged,
    PREDICTIONS,
    st.sampled_from(["pay", "leave", "dro"]),
    addressed=st.sampled_from([True, False, None]),
)


@given(st.lists(CASES, min_size=1), st.booleans())
def test_fates_add_up(cases: list[Judged], as_met: bool) -> None:
    """Right, wrong, offered, refused or silent, and urgent are all there is; for each service, too."""
    report = evaluate(cases, BARS, SERVICES, as_met=as_met)

    for way, prefix, fates in (
        (report.addressed, "", ("right", "wrong", "offered", "offered_other", "refused", "urgent")),
        (report.overheard, "overheard_", ("right", "wrong", "silent", "urgent")),
    ):
        count = report.figures[f"{prefix}questions"]
        assert sum(report.figures[prefix + fate] for fate in fates) == pytest.approx(1 if count else 0, abs=5e-4)
        assert sum(tally.texts for tally in way.services) == sum(tally.texts for tally in way.slugs) == count
        for tally in way.services:
            assert sum(tally.share(fate) for fate in Fate) == pytest.approx(1)


@given(st.lists(CASES, min_size=1))
def test_shares_of_answers_agree(cases: list[Judged]) -> None:
    """Coverage is what is right or wrong, and precision the right of them."""
    figures = evaluate(cases, BARS).figures

    for prefix in ("", "overheard_"):
        coverage = figures[f"{prefix}right"] + figures[f"{prefix}wrong"]
        assert figures[f"{prefix}coverage"] == pytest.approx(coverage, abs=2e-4)
        right = figures[f"{prefix}coverage"] * figures[f"{prefix}precision"]
        assert figures[f"{prefix}right"] == pytest.approx(right, abs=2e-4)
