"""The report: one page that needs no other file, with nothing in it that a text could have slipped in."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.classifier import Kind
from bot.decision import Thresholds
from bot.errors import SignpostError
from bot.evaluation.changes import Comparison, changes_between, counts_of
from bot.evaluation.record import Configuration
from bot.evaluation.report import Report, draw_curves, render_page, write_report
from bot.evaluation.scoring import Evaluation, evaluate
from bot.evaluation.verdicts import judge
from tests.factories import judged, prediction

BARS = Thresholds(addressed=0.6, overheard=0.8, offer=0.3, urgent=0.5)
CONFIGURATION = Configuration(
    release="0002",
    created_at="2026-11-22T10:00:00+00:00",
    thresholds=BARS,
    pipeline=[{"name": "nlu.recipe.SentenceEncoder"}, {"name": "nlu.recipe.QuestionClassifier", "width": 1.25}],
    answers=38,
    questions=11195,
    rasa_version="3.6.21",
)
PNG = b"\x89PNG\r\n\x1a\n"


class Page(HTMLParser):
    """What a browser would make of a page: its tags, in order, and its texts."""

    def __init__(self, html: str) -> None:
        """Read a page."""
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag; those that hold something stay open."""
        self.tags.append(tag)
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)


def evaluation(text: str = "how much is it", group: str = "") -> Evaluation:
    """A right and a wrong answer, and talk that was answered."""
    cases = [
        judged(prediction(("pay", 0.9))),
        judged(prediction(("leave", 0.9)), text=text),
        judged(prediction(("pay", 0.9)), "", Kind.OUT_OF_SCOPE, text, addressed=False),
    ]
    return evaluate(cases, BARS, {"pay": "maternity"}, groups=[group] * 3)


def comparison(text: str = "how much is it") -> Comparison:
    """One text that became wrong."""
    old, new = ([judge(judged(prediction((slug, 0.9)), text=text), BARS, addressed=True)] for slug in ("pay", "leave"))
    changes = changes_between(old, new)
    figures = evaluation().figures
    return Comparison("0001", "0002", figures, figures, 12, counts_of(changes), changes)


def test_page_holds_everything(tmp_path: Path) -> None:
    """The figures, services, pairs, texts, changes and the configuration stand on the page, which is whole."""
    report = Report(CONFIGURATION, {"held_out": evaluation("a wrong one", "ours")}, comparison("a new fault"))
    html = write_report(report, tmp_path / "reports" / "release-0002").read_text(encoding="utf-8")
    page = Page(html)

    assert page.open == []
    for shown in (
        *("Evaluation of release 0002", "Held-out questions", "50.0%", "maternity", "ours", "no answer fits"),
        *("leave", "a wrong one", "Became wrong (1)", "a new fault", "right: pay", "wrong: leave"),
        *("0.600", "1.25", "nlu.recipe.QuestionClassifier"),
    ):
        assert shown in page.texts, shown
    assert "12 unchanged; 1 became wrong." in html
    assert "38 answers, 11,195 known questions" in html


def test_page_needs_no_other_file(tmp_path: Path) -> None:
    """The picture is in the page, the same as beside it; the page fits a phone and loads nothing."""
    page = write_report(Report(CONFIGURATION, {"held_out": evaluation()}), tmp_path)
    html = page.read_text(encoding="utf-8")
    (embedded,) = re.findall(r'src="data:image/png;base64,([^"]+)"', html)

    assert base64.b64decode(embedded) == (tmp_path / "curve.png").read_bytes()
    assert "width=device-width" in html
    assert not re.search(r"href|url\(|<script|<link|src=\"(?!data:)", html)


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1) | st.just("<script>alert(1)</script>&'\""))
def test_texts_are_escaped(text: str) -> None:
    """Whatever a text is, the tags of the page stay the same, and the text is read as it was written."""

    def page(text: str) -> Page:
        return Page(render_page(Report(CONFIGURATION, {text: evaluation(text, text)}, comparison(text)), PNG))

    made = page(text)
    assert made.tags == page("plain").tags
    assert text in made.texts


def test_a_curve_is_drawn_even_of_nothing() -> None:
    """Texts without a single question give a picture without lines."""
    assert draw_curves({"held_out": evaluation(), "empty.jsonl": evaluate([], BARS)}).startswith(PNG)


def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    """A file where the reports should be is named in one sentence."""
    (tmp_path / "reports").write_text("")
    with pytest.raises(SignpostError, match=r"reports/x can't be written: Not a directory\.$"):
        write_report(Report(CONFIGURATION, {"held_out": evaluation()}), tmp_path / "reports" / "x")
