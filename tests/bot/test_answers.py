"""Answer files are read as an editor wrote them, and a file that can't be says where and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.answers import (
    answer_paths,
    load_answer,
    load_answer_base,
    load_urgent_help,
    rate_names,
    render,
    urgent_paths,
)
from bot.errors import AnswerError
from bot.messages import Source
from bot.rates import OUTDATED, load_rates
from tests.factories import answer_file, rates_file, urgent_file

IN_FORCE, OUT_OF_FORCE = date(2027, 4, 5), date(2027, 4, 6)
VARIANTS = (
    "In England you get {{ rates.weekly }}.\n\n## Scotland\n\nAsk your council.\n\n## Northern Ireland\n\nAsk nidirect."
)
SOURCES = (
    "\n  - title: Pay\n    url: https://www.gov.uk/pay"
    "\n  - title: Pay in Scotland\n    url: https://www.mygov.scot/pay\n    nation: scotland"
)


def test_answer_is_read(tmp_path: Path) -> None:
    """Slug and service come from the path, the rest from the front matter and the body."""
    answer = load_answer(answer_file(tmp_path, slug="smp_amount", service="maternity"))

    assert (answer.slug, answer.service, answer.title) == ("smp_amount", "maternity", "How much the pay is")
    assert answer.matter.reviewed == date(2026, 11, 22)
    assert answer.sections == {"": "You get {{ rates.weekly }} a week.\n\nAsk your boss for it."}
    assert answer.variants == ()


def test_file_with_windows_line_ends_is_the_same(tmp_path: Path) -> None:
    """An answer saved by a Windows editor reads as any other."""
    path = answer_file(tmp_path, body=VARIANTS, nations="[england, wales]")
    before = load_answer(path)

    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_answer(path) == before


def test_nations_have_sections_and_sources_of_their_own(tmp_path: Path) -> None:
    """A nation's text and sources are its own where it has some, and the common ones where it hasn't."""
    answer = load_answer(answer_file(tmp_path, body=VARIANTS, sources=SOURCES, nations="[england, wales]"))

    assert answer.variants == ("scotland", "northern-ireland")
    assert answer.sections["scotland"] == "Ask your council."
    assert answer.sources("scotland") == (Source("Pay in Scotland", "https://www.mygov.scot/pay"),)
    assert answer.sources("northern-ireland") == answer.sources() == (Source("Pay", "https://www.gov.uk/pay"),)


@pytest.mark.parametrize(
    ("day", "nation", "body", "outdated"),
    [
        (IN_FORCE, "", "In England you get £194.32.", ()),
        (OUT_OF_FORCE, "", f"In England you get {OUTDATED}.", ("weekly",)),
        (OUT_OF_FORCE, "scotland", "Ask your council.", ()),
        (IN_FORCE, "wales", "In England you get £194.32.", ()),
    ],
)
def test_body_holds_the_figures_of_the_day(
    tmp_path: Path, day: date, nation: str, body: str, outdated: tuple[str, ...]
) -> None:
    """A figure is shown to its last day and left out from the next, and only the shown text counts."""
    rates_file(tmp_path)
    answer_file(tmp_path, body=VARIANTS, nations="[england, wales]")
    base = load_answer_base(tmp_path)
    answer = base.answers["pay"]

    assert base.body(answer, day, nation) == body
    assert base.outdated_rates(answer, day, nation) == outdated


@pytest.mark.parametrize(
    ("overrides", "line", "says"),
    [
        ({"title": "[broken"}, 3, "not valid YAML"),
        ({"title": "How: much"}, 2, "not valid YAML"),
        ({"owner": None}, 1, "missing required field `owner`"),
        ({"review_by": None}, 1, "missing required field `review_by`"),
        ({"sources": None}, 1, "missing required field `sources`"),
        ({"reveiwed": "2026-11-22"}, 10, "unknown field `reveiwed`"),
        ({"title": "Pay"}, 2, "length >= 4"),
        ({"title": "x" * 71}, 2, "length <= 70"),
        ({"nations": "[]"}, 3, "length >= 1"),
        ({"nations": "england"}, 3, "Expected `array`"),
        ({"sources": "[]"}, 5, "length >= 1"),
        ({"sources": "[{title: Pay, url: 'http://www.gov.uk'}]"}, 5, "matching regex"),
        ({"sources": "[{title: Pay, link: 'https://www.gov.uk'}]"}, 5, "field `"),
        ({"reviewed": "22/11/2026"}, 8, "date"),
        ({"reviewed": "2026-02-30"}, 8, "date"),
        ({"review_by": "2027-13-01"}, 9, "date"),
        ({"review_by": "soon"}, 9, "date"),
        ({"body": ""}, 1, "no text"),
        ({"body": "## Scotland\n\nAsk."}, 1, "no text before its first heading"),
        ({"body": "Ask.\n\n## Cornwall\n\nAsk."}, 14, "must name a nation"),
        ({"body": "Ask.\n\n## Wales\n"}, 14, "no text for Wales"),
        ({"body": "Ask.\n\n## Wales\n\nOne.\n\n## Wales\n\nTwo."}, 14, "two sections for Wales"),
    ],
)
def test_fault_is_named_with_its_place(tmp_path: Path, overrides: dict[str, Any], line: int, says: str) -> None:
    """Whatever is wrong with a file, the error says what, and in which file and line."""
    path = answer_file(tmp_path, **overrides)

    with pytest.raises(AnswerError) as caught:
        load_answer(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert says in str(caught.value)


@pytest.mark.parametrize("length", [4, 70])
def test_title_at_its_bounds_is_taken(tmp_path: Path, length: int) -> None:
    """The shortest and the longest title allowed are taken."""
    assert load_answer(answer_file(tmp_path, title="x" * length)).title == "x" * length


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"No front matter.",
        b"---\ntitle: Never closed\n",
        b"\xff\xfe\x00",
        b"---\n- a list\n---\ntext\n",
        b"---\n\x07\n---\nx",
    ],
)
def test_what_is_no_answer_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file without front matter, of unreadable bytes or of another shape is refused by its name."""
    path = tmp_path / "pay.md"
    path.write_bytes(content)
    with pytest.raises(AnswerError, match=rf"^{path}:1: "):
        load_answer(path)


@pytest.mark.parametrize("slug", ["Pay", "pay-rates", "1pay", "pay rates", "p" * 40])
def test_name_that_is_no_slug_is_refused(tmp_path: Path, slug: str) -> None:
    """A file's name becomes an intent, so capitals, hyphens and spaces are refused."""
    with pytest.raises(AnswerError, match="must be a slug"):
        load_answer(answer_file(tmp_path, slug=slug))


@pytest.mark.parametrize(("alert", "expected"), [("true", True), ("false", False)])
def test_urgent_help_is_read(tmp_path: Path, alert: str, expected: bool) -> None:
    """An urgent-help message holds its text, its dates and whether moderators are told."""
    message = load_urgent_help(urgent_file(tmp_path, alert=alert))

    assert (message.slug, message.body) == ("no_food", "Call **0808 208 2138** now.")
    assert (message.matter.check_by, message.matter.alert_moderators) == (date(2027, 2, 22), expected)


def test_urgent_help_with_a_fault_names_the_line(tmp_path: Path) -> None:
    """An urgent-help message whose alert is neither true nor false is refused at that line."""
    path = urgent_file(tmp_path, alert="maybe")
    with pytest.raises(AnswerError, match=rf"^{path}:8: "):
        load_urgent_help(path)


def test_answers_and_urgent_help_are_kept_apart(tmp_path: Path) -> None:
    """Files under urgent/ are no answers, and the folder is loaded as one base by slug."""
    rates_file(tmp_path)
    answer_file(tmp_path, slug="b_pay")
    answer_file(tmp_path, slug="a_pay")
    urgent_file(tmp_path)

    assert [path.stem for path in answer_paths(tmp_path)] == ["a_pay", "b_pay"]
    assert [path.stem for path in urgent_paths(tmp_path)] == ["no_food"]
    base = load_answer_base(tmp_path)
    assert (set(base.answers), set(base.urgent), base.rates.names()) == ({"a_pay", "b_pay"}, {"no_food"}, {"weekly"})


def test_folder_without_answers_is_refused(tmp_path: Path) -> None:
    """A folder with rates and urgent help alone can't be served."""
    rates_file(tmp_path)
    urgent_file(tmp_path)
    with pytest.raises(AnswerError, match="holds no answers"):
        load_answer_base(tmp_path)


@pytest.mark.parametrize(
    ("text", "names"),
    [("{{ rates.a }} and {{rates.b_2}}, {{ rates.a }}", {"a", "b_2"}), ("none", set()), ("{{ figures.a }}", set())],
)
def test_rate_names_are_found(text: str, names: set[str]) -> None:
    """Each rate that a text uses is found once, with or without spaces in its braces."""
    assert rate_names(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "{{ rates.gone }}",
        "{{ rates.weekly",
        "{{ figures.weekly }}",
        "{% if %}",
        "{{ rates.__class__.__mro__ }}",
        "{{ 1 / 0 }}",
        "{% include 'x' %}",
    ],
)
def test_text_that_names_a_rate_wrongly_is_refused(tmp_path: Path, text: str) -> None:
    """An unknown rate, open braces and a reach into Python all fail as a fault of the text."""
    rates = load_rates(rates_file(tmp_path))
    with pytest.raises(AnswerError, match="names a rate wrongly"):
        render(text, rates, IN_FORCE)
