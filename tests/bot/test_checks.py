"""`signpost check` finds every kind of fault, all at once, and says in which file and line each stands."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.checks import check_answers, check_questions
from bot.errors import AnswerError
from bot.faults import Fault, fault_of
from bot.settings import AnswerSettings
from connectors.plain_text import as_text
from nlu.questions import Example, load_examples
from tests.factories import RATE_ROW, answer_file, rates_file, urgent_file

DAY = date(2026, 11, 25)
ALL_NATIONS = "[england, scotland, wales, northern-ireland]"
BODY_LINE = 12
HARD = (
    "Notwithstanding previous determinations, individuals experiencing considerable financial difficulties may "
    "subsequently be entitled to discretionary assistance administered by the responsible authority."
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An answers folder without faults."""
    rates_file(tmp_path)
    answer_file(tmp_path)
    urgent_file(tmp_path, alert="false", body="Call **999**.")
    return tmp_path


def questions_file(folder: Path, content: str, name: str = "maternity.yml") -> Path:
    """Write known questions, `intent: one | two` on each line; `intent/kind: …` gives a kind."""
    lines = ['version: "3.1"', "nlu:"]
    for entry in content.splitlines():
        intent, _, questions = entry.partition(": ")
        slug, _, kind = intent.partition("/")
        lines += [f"- intent: {slug}", *([f"  metadata: {{kind: {kind}}}"] if kind else []), "  examples: |"]
        lines += [f"    - {question}" for question in questions.split(" | ")]
    path = folder / "nlu" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


def check(folder: Path, limits: AnswerSettings | None = None, day: date = DAY) -> list[Fault]:
    """The faults of the answers."""
    return check_answers(folder, limits or AnswerSettings(), day, as_text)


def check_known(folder: Path) -> list[Fault]:
    """The faults of the known questions against the answers."""
    return check_questions(load_examples(folder / "nlu"), folder)


def test_folder_without_faults_has_none(folder: Path) -> None:
    """Answers, rates and urgent help that are in order raise nothing."""
    assert check(folder) == []


@pytest.mark.parametrize(
    ("overrides", "line", "says"),
    [
        ({"title": "[broken"}, 3, "not valid YAML"),
        ({"owner": None}, 1, "missing required field `owner`"),
        ({"reveiwed": "2026-11-22"}, 10, "unknown field `reveiwed`"),
        ({"reviewed": "22/11/2026"}, 8, "date"),
        ({"review_by": "2027-02-30"}, 9, "date"),
        ({"review_by": "2026-11-24"}, 9, "review was due on 2026-11-24"),
        ({"nations": "[england, wales, scotland]"}, 3, "Nothing is said for Northern Ireland"),
        ({"nations": "[england, wales, scotland, northern-ireland, cornwall]"}, 3, "'cornwall' is no nation"),
        ({"sources": "\n  - {title: Pay, url: 'https://www.gov.uk/p', nation: wales}"}, 6, "'wales' has no section"),
        ({"body": "You get {{ rates.monthly }} a month."}, 12, "no rate 'monthly'"),
        ({"body": "It is {{ rates.weekly }}.\n\nOr {{ rates.week }}."}, 14, "no rate 'week'"),
        ({"body": "Or {{ figures.weekly }}."}, 12, "Only {{ rates.name }} may stand"),
        ({"body": "So:\n\n{% include 'x' %}"}, 14, "Only {{ rates.name }} may stand"),
        ({"body": "You can ask.\n\nIt is {{ 1 / 0 }} a week."}, 14, "Only {{ rates.name }} may stand"),
        ({"body": "It is {{ rates.weekly }}.\n\nOr {{ rates.weekly a week."}, 14, "Braces must open and close"),
        ({"body": "You can ask.\n\n{# not seen #}"}, 14, "Braces must open and close"),
        ({"body": "You get £194.32 a week."}, 12, "The figure £194.32 is typed"),
        ({"body": "You get it.\n\nIt is 90% of it."}, 14, "The figure 90% is typed"),
        ({"body": "You get £ 5.", "title": "How to get £ 5"}, 12, "The figure £ 5. is typed"),
        ({"body": HARD}, 12, "The reading age is"),
        ({"body": "Ask now.\n\n## Cornwall\n\nAsk."}, 14, "must name a nation"),
        ({"body": "Ask now.\n\n## Wales\n"}, 14, "no text for Wales"),
    ],
)
def test_each_fault_of_an_answer_is_found_in_its_place(
    folder: Path, overrides: dict[str, Any], line: int, says: str
) -> None:
    """One thing wrong with an answer is one fault, in its file and line."""
    path = answer_file(folder, **overrides)

    [fault] = check(folder)
    assert (fault.path, fault.line) == (path, line)
    assert says in fault.text


def test_every_fault_is_reported_at_once(folder: Path) -> None:
    """Faults of several files and several faults of one file are all reported, not the first alone."""
    rates = rates_file(
        folder, RATE_ROW, "broken,Broken,lots,GBP,,,https://www.gov.uk,x", "expired,Old,1,GBP,,2026-04-05,u,x"
    )
    yaml = answer_file(folder, slug="broken_yaml", title="[broken")
    missing = answer_file(folder, slug="missing_key", owner=None)
    unreadable = answer_file(folder, slug="unreadable")
    unreadable.write_bytes(b"---\ntitle: \xff\xfe\n---\ntext\n")
    several = answer_file(
        folder,
        slug="several",
        nations="[england]",
        review_by="2026-01-01",
        body=f"It was {{{{ rates.expired }}}} or {{{{ rates.gone }}}}.\n\nIt is £5 or 6%.\n\n## Wales\n\n{HARD}",
    )
    urgent = urgent_file(folder, check_by="2026-11-24")

    found = {(fault.path, fault.line) for fault in check(folder)}
    assert found == {
        (rates, 3),
        (yaml, 3),
        (missing, 1),
        (unreadable, 1),
        (several, 3),
        (several, 9),
        (several, BODY_LINE),
        (several, 14),
        (several, 18),
        (urgent, 7),
    }
    texts = " ".join(fault.text for fault in check(folder) if fault.path == several)
    for told in ("Scotland", "Northern Ireland", "due on", "'expired' has no figure", "'gone'", "£5", "6%", "age is"):
        assert told in texts


@pytest.mark.parametrize(
    ("day", "faults"),
    [(date(2026, 4, 5), 1), (date(2026, 4, 6), 0), (date(2027, 4, 5), 0), (date(2027, 4, 6), 1)],
)
def test_rate_expires_after_its_last_day(folder: Path, day: date, faults: int) -> None:
    """A rate that an answer uses is a fault before its first day and after its last, where the answer names it."""
    path = answer_file(folder, body="Ask your boss.\n\nIt is {{ rates.weekly }}.")
    urgent_file(folder, check_by="2028-01-01")

    found = check(folder, day=day)
    assert [(fault.path, fault.line) for fault in found] == [(path, 14)] * faults
    assert all(f"'weekly' has no figure for {day}" in fault.text for fault in found)


def test_a_text_is_not_to_blame_for_the_length_of_what_stands_for_an_ended_figure(folder: Path) -> None:
    """A release can be built all the same: its words are counted anew once there is a figure."""
    answer_file(folder, body="It is {{ rates.weekly }}. Ask your boss.")
    limits = AnswerSettings(max_words=6)
    assert not check(folder, limits, day=date(2027, 2, 1))

    found = check(folder, limits, day=date(2027, 4, 6))
    assert all(fault.is_due for fault in found) and any("6 are the most" in fault.text for fault in found)


@pytest.mark.parametrize(("late", "faults"), [(0, 0), (1, 2)])
def test_review_is_due_on_its_day_and_late_after_it(folder: Path, late: int, faults: int) -> None:
    """Answers and urgent help are in order on the day of their review, and a fault from the next."""
    answer = answer_file(folder, review_by="2027-02-22")
    urgent = urgent_file(folder, check_by="2027-02-22")

    found = check(folder, day=date(2027, 2, 22) + timedelta(days=late))
    assert [(fault.path, fault.line) for fault in found] == [(answer, 9), (urgent, 7)][:faults]


@pytest.mark.parametrize(
    ("limits", "faults"),
    [
        ({"max_words": 5, "max_words_variant": 3}, []),
        ({"max_words": 4, "max_words_variant": 3}, [(12, "The text has 5 words; 4 are")]),
        ({"max_words": 5, "max_words_variant": 2}, [(16, "The text has 3 words; 2 are")]),
    ],
)
def test_words_are_counted_by_section(folder: Path, limits: dict[str, int], faults: list[tuple[int, str]]) -> None:
    """The common text and a nation's text each have a limit of their own, and may reach it."""
    answer_file(
        folder,
        nations="[england, wales, northern-ireland]",
        body="It is yours. Ask now.\n\n## Scotland\n\nAsk your council.",
    )

    found = check(folder, AnswerSettings(**limits))
    assert [(fault.line, fault.text[: len(says)]) for fault, (_, says) in zip(found, faults, strict=True)] == faults


@pytest.mark.parametrize(("most", "faults"), [(0, 0), (-1, 1)])
def test_reply_must_fit_every_platform(folder: Path, most: int, faults: int) -> None:
    """The whole reply with its title and source may be as long as the limit, and not a character longer."""
    path = folder / "maternity" / "pay.md"
    [fault] = check(folder, AnswerSettings(max_characters=1))
    length = int(fault.text.split()[3])

    found = check(folder, AnswerSettings(max_characters=length + most))
    assert [(fault.path, fault.line) for fault in found] == [(path, 1)] * faults


def test_long_reply_is_told_at_the_shipped_limit(folder: Path) -> None:
    """An answer of few but long words is a fault where the shortest platform can't hold it."""
    path = answer_file(folder, body="\n\n".join(["https://www.gov.uk/" + "x" * 60] * 30))
    assert (path, 1) in {(f.path, f.line) for f in check(folder) if "fit every platform" in f.text}


@pytest.mark.parametrize(("body", "says"), [("Go there now. " * 40 + "Go.", "has 121 words"), (HARD, "reading age")])
def test_urgent_help_is_short_and_plain_too(folder: Path, body: str, says: str) -> None:
    """An urgent-help message that is too long or too hard to read is a fault."""
    path = urgent_file(folder, body=body)

    [fault] = check(folder)
    assert fault.path == path
    assert says in fault.text


def test_urgent_help_may_be_as_long_as_an_answer(folder: Path) -> None:
    """An urgent-help message of the most words allowed is in order."""
    urgent_file(folder, body="Go there now. " * 40)
    assert check(folder) == []


def test_folder_without_urgent_help_is_a_fault(folder: Path) -> None:
    """A bot may not be released without a single urgent-help message."""
    (folder / "urgent" / "no_food.md").unlink()

    [fault] = check(folder)
    assert "no urgent-help messages" in fault.text


def test_slug_of_two_services_is_a_fault(folder: Path) -> None:
    """A slug names one answer, so a second file of the same name is a fault there."""
    second = answer_file(folder, service="money")

    [fault] = check(folder)
    assert (fault.path, fault.line) == (second, 1)
    assert "The slug pay is taken by" in fault.text


@pytest.mark.parametrize("name", ["maternity/pay.md", "urgent/no_food.md", "rates.csv"])
@pytest.mark.parametrize("content", [b"\xff\xfe", b"\x00\x00", b""])
def test_unreadable_bytes_are_a_fault_of_their_file(folder: Path, name: str, content: bytes) -> None:
    """Bytes that are no text are reported at the file's first line, and nothing else stops."""
    (folder / name).write_bytes(content)
    assert (folder / name, 1) in {(fault.path, fault.line) for fault in check(folder)}


def test_missing_rates_are_a_fault(folder: Path) -> None:
    """Without a rates table, both the table and the answers that use it are reported."""
    (folder / "rates.csv").unlink()
    assert [fault.path.name for fault in check(folder)] == ["rates.csv", "pay.md"]


def test_questions_that_match_the_answers_have_no_faults(folder: Path) -> None:
    """Each answer and urgent message with its questions, and what needs no file, raise nothing."""
    questions_file(folder, "pay: how much\nno_food/urgent: no food\nthanks/small_talk: ta\nchat/out_of_scope: lol")
    assert check_known(folder) == []


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        ("no_food/urgent: hungry", "maternity/pay.md", "pay has no example questions"),
        ("pay: how much", "urgent/no_food.md", "no_food has no example questions"),
    ],
)
def test_slug_without_questions_is_a_fault_of_its_file(folder: Path, content: str, name: str, says: str) -> None:
    """An answer or urgent-help message that no question leads to is reported at its file."""
    questions_file(folder, content)

    [fault] = check_known(folder)
    assert (fault.path, fault.line) == (folder / name, 1)
    assert says in fault.text


@pytest.mark.parametrize(
    ("intent", "line", "says"),
    [
        ("leave", 9, "There is no answer leave: add answers/<service>/leave.md"),
        ("pay_now/urgent", 10, "There is no urgent-help message pay_now: add answers/urgent/pay_now.md"),
        ("weather/small_talk", 10, "There is no reply to weather"),
    ],
)
def test_questions_without_an_answer_are_a_fault_at_the_first(folder: Path, intent: str, line: int, says: str) -> None:
    """An intent that nothing answers is reported once, at its first question."""
    (folder / "urgent" / "no_food.md").unlink()
    path = questions_file(folder, f"pay: how much | what rate\n{intent}: one | two")

    [fault] = check_known(folder)
    assert (fault.path, fault.line) == (path, line)
    assert says in fault.text


@pytest.mark.parametrize(
    ("second", "line", "says"),
    [
        ("leave: How MUCH?", 5, "'How MUCH?' is claimed by pay too (maternity.yml:5)"),
        ("pay: how  much!", 5, "'how  much!' stands there already (maternity.yml:5)"),
    ],
)
def test_question_claimed_twice_is_a_fault_at_the_second(folder: Path, second: str, line: int, says: str) -> None:
    """The same words under two slugs, or twice under one, are reported at the second with the place of the first."""
    answer_file(folder, slug="leave")
    questions_file(folder, "pay: how much\nleave: how long\nno_food/urgent: hungry")
    path = questions_file(folder, second, name="money.yml")

    [fault] = check_known(folder)
    assert (fault.path, fault.line) == (path, line)
    assert says in fault.text


def test_questions_of_signs_alone_are_not_the_same(folder: Path) -> None:
    """Two different emoji are two questions, though neither holds a word."""
    questions_file(folder, "pay: how much\nno_food/urgent: hungry\nchat/out_of_scope: 🎉 | 😭")
    assert check_known(folder) == []


def test_example_knows_what_is_right(folder: Path) -> None:
    """A question of an answer or of urgent help expects its slug; talk expects none."""
    questions_file(folder, "pay: one\nno_food/urgent: two\nthanks/small_talk: ta\nchat/out_of_scope: lol")

    examples: list[Example] = load_examples(folder / "nlu")
    assert [(example.expected, example.line) for example in examples] == [
        ("pay", 5),
        ("no_food", 9),
        ("", 13),
        ("", 17),
    ]


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ("answers/pay.md:12: Wrong: here.", Fault(Path("answers/pay.md"), 12, "Wrong: here.")),
        ("C:\\a\\pay.md:3: Broken\n   twice.", Fault(Path("C:\\a\\pay.md"), 3, "Broken twice.")),
        ("Something else.", Fault(Path("pay.md"), 1, "Something else.")),
    ],
)
def test_error_becomes_a_fault(message: str, fault: Fault) -> None:
    """The place that an error begins with becomes the fault's; without one it is the file's first line."""
    assert fault_of(AnswerError(message), Path("pay.md")) == fault


def test_faults_sort_and_read_by_place() -> None:
    """Faults come in the order of files and lines, and read as editors and CI read them."""
    faults = [Fault(Path("b.md"), 1, "B."), Fault(Path("a.md"), 10, "A."), Fault(Path("a.md"), 9, "Z.")]
    assert [str(fault) for fault in sorted(faults)] == ["a.md:9: Z.", "a.md:10: A.", "b.md:1: B."]
