"""Finding questions in the log, and taking them away."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.accounts import Role
from bot.console.app import create_app
from bot.console.parts import Parts
from bot.errors import ClassifierError
from bot.reporting.exports import as_csv, safe_cell
from bot.themes.meaning import Near
from tests.console.visitor import Visitor
from tests.logged import Logged

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")


class Alike:
    """Knows what is nearest in meaning, as it was told."""

    def __init__(self, *ids: int, problem: str = "") -> None:
        self._ids, self._problem = ids, problem

    async def nearest(self, text: str, count: int) -> list[Near]:
        """The same questions for every text."""
        if self._problem:
            raise ClassifierError(self._problem)
        return [Near(one, 0.9) for one in self._ids][:count]


async def test_words_are_found_in_any_form(official: Visitor, logged: Logged) -> None:
    """All words must be there, in whatever ending, case and order; words that are not kept are not found."""
    logged.question("When are payments made?")
    logged.question("what is a payment")
    logged.question(None)
    await official.get("/search?q=PAYMENT+when")
    assert "1 question " in official.text and "When are payments made?" in official.text
    await official.get("/search?q=payment")
    assert "2 questions" in official.text
    assert official.text.index("what is a payment") < official.text.index("When are payments")
    await official.get("/search?q=pension")
    assert "Nothing was found." in official.text
    await official.get("/search")
    assert "2 questions" in official.text


async def test_filters_narrow_it_down(official: Visitor, logged: Logged) -> None:
    """By day, outcome, place and answer; both days belong to the span."""
    today = date.today()
    logged.question("old one", minutes_ago=60 * 24 * 40)
    logged.question("unanswered one", outcome="unanswered_ambiguous")
    logged.question("telegram one", platform="telegram", community="")
    logged.question("debt one", answer="dro")
    for query, found in {
        f"since={today - timedelta(days=1)}&until={today + timedelta(days=1)}": 3,
        f"until={today - timedelta(days=30)}": 1,
        f"since={today - timedelta(days=50)}&q=one": 4,
        "outcome=unanswered_ambiguous": 1,
        "community=discord:10&answer=dro": 1,
        "community=telegram:": 1,
        "community=discord:&q=one": 3,
        "answer=dro&outcome=unanswered_ambiguous": 0,
        "since=0001-01-01&until=9999-12-31": 4,
    }.items():
        await official.get(f"/search?{query}")
        assert f"{found} question{'' if found == 1 else 's'}" in official.text, query


async def test_results_are_paged(official: Visitor, logged: Logged) -> None:
    """Twenty-five a page, and the filters go along."""
    for number in range(30):
        logged.question(f"question number {number}")
    page = await official.get("/search?q=number&outcome=answered")
    assert "30 questions" in official.text and "number 29" in page.text and "number 4<" not in page.text
    assert "q=number&amp;outcome=answered&amp;page=2" in page.text
    page = await official.get("/search?q=number&outcome=answered&page=2")
    assert "number 4<" in page.text and "number 5<" not in page.text
    page = await official.get("/search?q=number&page=99999999999999999999")
    assert page.status_code == 200


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "31/12/2026", "9" * 100])
async def test_a_day_that_is_none_is_explained(official: Visitor, logged: Logged, day: str) -> None:
    """What was typed is kept."""
    page = await official.get(f"/search?since={day}&q=pay")
    assert page.status_code == 422 and "Enter the first day as year, month and day" in official.text
    assert f'value="{day}"' in page.text and 'value="pay"' in page.text
    assert (await official.get(f"/search/questions.csv?since={day}")).status_code == 422


async def test_meaning_finds_other_words(made_of: Parts, logged: Logged) -> None:
    """What means the same comes nearest first, as far as it is as wanted."""
    first = logged.question("cash for the bairns")
    other = logged.question("parking fines", outcome="unanswered_ambiguous")
    nearest = logged.question("child benefit amount")
    made_of = replace(made_of, meaning=Alike(nearest, other, first, 999))
    async with Visitor(create_app(made_of), made_of.accounts) as visitor:
        await visitor.signed_in(Role.OFFICIAL)
        await visitor.get("/search?by=meaning&q=money+for+children&outcome=answered")
        assert "2 questions, the nearest in meaning first" in visitor.text
        assert visitor.text.index("child benefit amount") < visitor.text.index("cash for the bairns")
        assert "parking" not in visitor.text
        exported = await visitor.get("/search/questions.json?by=meaning&q=money")
        assert [row["id"] for row in exported.json()] == [nearest, other, first]
        await visitor.get("/search?by=meaning")
        assert "3 questions" in visitor.text


@pytest.mark.parametrize("meaning", [None, Alike(problem="The model is away: search by words.")])
async def test_meaning_that_cannot_be_had_is_explained(made_of: Parts, logged: Logged, meaning: Alike | None) -> None:
    """Where there is none, and where it fails."""
    made_of = replace(made_of, meaning=meaning)
    async with Visitor(create_app(made_of), made_of.accounts) as visitor:
        await visitor.signed_in(Role.VIEWER)
        page = await visitor.get("/search?by=meaning&q=pay")
        assert page.status_code == 422 and "earch by words" in visitor.text and 'value="pay"' in page.text


async def test_an_export_holds_all_that_was_found(official: Visitor, made_of: Parts, logged: Logged) -> None:
    """More than a page and more than a batch, as filtered; spreadsheets see UTF-8; the audit log knows."""
    for number in range(620):
        logged.question(f"Größe {number}", up=1 if number == 0 else 0)
    logged.question("another", answer="dro")
    page = await official.get("/search/questions.csv?answer=pay")
    assert page.headers["content-type"] == "text/csv; charset=utf-8"
    assert page.content.startswith(b"\xef\xbb\xbf") and "questions.csv" in page.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(page.content.decode("utf-8-sig"), newline="")))
    assert [row["text"] for row in rows] == [f"Größe {number}" for number in reversed(range(620))]
    assert rows[-1]["helpful"] == "1" and rows[0]["community_name"] == "Parents of Leeds"
    page = await official.get("/search/questions.json?q=another")
    assert [(row["text"], row["answer"]) for row in page.json()] == [("another", "dro")]
    actions = [entry.action for entry in await made_of.audit.entries(subject="question log")]
    assert actions == ["exported questions as json", "exported questions as csv"]


async def test_an_empty_export_is_whole(official: Visitor, logged: Logged) -> None:
    """Headings alone, and an empty list."""
    page = await official.get("/search/questions.csv?q=nothing")
    assert page.content.decode("utf-8-sig").startswith("id,asked_at,")
    assert (await official.get("/search/questions.json?q=nothing")).json() == []


async def test_nobody_can_be_told_by_an_export(official: Visitor, logged: Logged) -> None:
    """Neither pseudonyms nor the platform's ids of messages, channels and threads."""
    names = {"asker": "their-pseudonym", "channel": "their-channel", "message_id": "message-id", "thread": "thread-id"}
    logged.question("hello", **names)
    for path in ("/search?q=hello", "/search/questions.csv", "/search/questions.json"):
        page = await official.get(path)
        assert "hello" in page.text, path
        assert not [name for name in names.values() if name in page.text], path


async def test_a_viewer_takes_nothing_away(stranger: Visitor, logged: Logged) -> None:
    """They may look."""
    logged.question("hello")
    viewer = await stranger.signed_in(Role.VIEWER)
    page = await viewer.get("/search")
    assert "hello" in page.text and "questions.csv" not in page.text
    assert (await viewer.get("/search/questions.csv")).status_code == 403


async def test_questions_cannot_write_the_page(official: Visitor, logged: Logged) -> None:
    """Neither what was asked nor what is searched for."""
    logged.question("<script>alert(1)</script>")
    page = await official.get('/search?q=<script>"&outcome="><script>&community="><script>:x&since=<script>')
    assert "<script>alert" not in page.text and '"><script>' not in page.text
    page = await official.get("/search")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.text(max_size=40)
    | st.sampled_from(['"', "a AND", "NOT", "a*", "text:x", "NEAR(a b)", "^a", "a" * 3000, "(", "\0"])
)
async def test_any_words_can_be_searched_for(official: Visitor, words: str) -> None:
    """Whatever is typed, a page comes."""
    page = await official.client.get("/search", params={"q": words})
    assert page.status_code == 200


@given(st.text(max_size=40) | st.builds(str.__add__, st.sampled_from([*FORMULA_SIGNS, " =", "\0=", "＝"]), st.text()))
def test_no_cell_is_a_formula(text: str) -> None:
    """Whatever stands at its start; and no text is lost."""
    cell, kept = safe_cell(text), text.replace("\0", "")
    assert not cell.lstrip(" ").startswith(FORMULA_SIGNS) and cell in (kept, f"'{kept}")


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"])), min_size=1, max_size=5))
async def test_any_text_comes_back_from_the_file(texts: list[str]) -> None:
    """Commas, quotation marks and line ends are quoted, and rows stay apart."""

    async def rows():  # type: ignore[no-untyped-def]  # noqa: ANN202
        yield [{"text": text} for text in texts]

    written = "".join([piece async for piece in as_csv(["text"], rows())]).removeprefix("\ufeff")
    read = list(csv.reader(io.StringIO(written, newline="")))
    assert [row[0] if row else "" for row in read] == ["text", *(safe_cell(text) for text in texts)]


async def test_json_is_json(official: Visitor, logged: Logged) -> None:
    """Whatever stands in a question."""
    logged.question('quote " and \\ and \u2028 and £')
    page = await official.get("/search/questions.json")
    assert json.loads(page.content)[0]["text"] == 'quote " and \\ and \u2028 and £'
