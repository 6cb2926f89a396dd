"""Themes in the console: finding them, working on them, and drafts that begin from them."""

from __future__ import annotations

import pytest

from bot.accounts import Role
from bot.console.parts import Parts
from bot.messages import Outcome
from bot.storage.database import Database
from bot.storage.grouping_store import GroupingStore, Move
from bot.storage.question_log import QuestionLog
from bot.themes.themes import Themes
from tests.bot.theme_bench import ask
from tests.console.visitor import Visitor

NASTY = '<script>alert(1)</script> how do i renew my passport & "co"'


class ThemesAtWork:
    """A log with themes, put together by hand."""

    def __init__(self, database: Database) -> None:
        self.database, self.store, self.themes = database, GroupingStore(database), Themes(database)

    async def theme(self, *texts: str, days_ago: float = 0, community: str = "parents", addressed: bool = True) -> int:
        """A theme of these questions, each by somebody else; returns its number."""
        outcome = Outcome.UNANSWERED_LOW_CONFIDENCE if addressed else Outcome.IGNORED_NOT_CONFIDENT
        ids = [
            await ask(self.database, text, outcome=outcome, days_ago=days_ago, community=community, addressed=addressed)
            for text in texts
        ]
        (theme,) = await self.store.begin_themes([texts[0]])
        await self.store.move([Move(question, 0, theme) for question in ids])
        await self.store.count([theme])
        return theme

    async def state(self, theme: int) -> tuple[str, int]:
        """A theme's state, and how many questions are in it."""
        found = await self.themes.get(theme)
        assert found
        return found.state, found.questions

    async def questions(self, theme: int) -> list[int]:
        """The questions of a theme, newest first."""
        return [question.id for question in await self.themes.lists.questions(theme, 100)]


@pytest.fixture
def at_work(database: Database) -> ThemesAtWork:
    """The log."""
    return ThemesAtWork(database)


async def test_themes_are_listed_by_people(official: Visitor, at_work: ThemesAtWork) -> None:
    """What somebody typed is shown as it was, and none of it is HTML."""
    small = await at_work.theme("when is my bin collected")
    await at_work.theme(NASTY, "renew passport how", community="leeds")
    await official.get("/themes")
    assert official.page.status_code == 200 and "<script>alert" not in official.page.text
    assert official.text.index("how do i renew") < official.text.index("when is my bin")
    await official.get(f"/themes/{small}")
    assert "1 person" in official.text and "smp amount" in official.text.lower()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"bin", "passport", "cat"}),
        ("words=collected", {"bin"}),
        ("words=%22%2A%3Anear%28", set()),
        ("words=%21%3F", set()),
        ("state=out_of_scope", {"dog"}),
        ("state=all", {"bin", "passport", "cat", "dog"}),
        ("state=nonsense&sort=nonsense&page=-3", {"bin", "passport", "cat"}),
        ("community=discord:leeds", {"passport"}),
        ("heard=overheard", {"cat"}),
        ("heard=asked", {"bin", "passport"}),
        ("department=Home+Office", {"passport"}),
        ("mine=yes", {"bin"}),
        ("page=2", set()),
    ],
)
async def test_filters(official: Visitor, at_work: ThemesAtWork, query: str, shown: set[str]) -> None:
    """By words, state, place, department and person; nonsense finds what there is, or nothing."""
    bins = await at_work.theme("when is my bin collected")
    passport = await at_work.theme("how do i renew my passport", community="leeds")
    await at_work.theme("do i need to chip my cat", addressed=False)
    dog = await at_work.theme("dog licence")
    for theme, account, department in ((bins, 1, ""), (passport, None, "Home Office")):
        found = await at_work.themes.get(theme)
        assert found
        await at_work.themes.assign(found, department, account, ("", None))
    found = await at_work.themes.get(dog)
    assert found
    await at_work.themes.change_state(found, "out_of_scope", "new", "councils do that")
    await official.get(f"/themes?{query}")
    rows = official.page.text.split("<tbody")[1]
    assert {word for word in ("bin", "passport", "cat", "dog") if f" {word}" in rows or f"{word} l" in rows} == shown


async def test_a_theme_tells_all_about_it(official: Visitor, at_work: ThemesAtWork) -> None:
    """People, votes, trend, places, nearest answers, and what was done with it."""
    theme = await at_work.theme("how do i renew my passport", "passport renewal?", days_ago=8)
    await QuestionLog(at_work.database).record_me_too((await at_work.questions(theme))[0], "discord", "zoe")
    await at_work.store.count([theme])
    await official.get(f"/themes/{theme}")
    for words in ("3 people", "2 questions, 2 asked of the bot", "1 would like to know too", "31%", "<svg", "parents"):
        assert words in official.text or words in official.page.text


async def test_assign_and_note(official: Visitor, at_work: ThemesAtWork) -> None:
    """Each is kept, and stands in the history."""
    theme = await at_work.theme("how do i renew my passport")
    await official.get(f"/themes/{theme}")
    await official.post(f"/themes/{theme}/assign", {"department": "Home Office", "assigned_to": "1"})
    await official.post(f"/themes/{theme}/note", {"note": "I will ask <b>Ann</b>.\nToday."})
    assert "With Official, Home Office." in official.text
    assert "I will ask <b>Ann</b>. Today." in official.text and "<b>Ann" not in official.page.text
    assert "assigned a theme department: Home Office; to: official@example.gov.uk" in official.text


async def test_states_need_reasons(official: Visitor, at_work: ThemesAtWork) -> None:
    """What was typed is kept where something is missing."""
    theme = await at_work.theme("how do i renew my passport")
    await official.get(f"/themes/{theme}")
    page = await official.post(f"/themes/{theme}/state", {"state": "wont_answer", "was": "new", "reason": " "})
    assert page.status_code == 422 and "Give a reason" in official.text and 'value="wont_answer" checked' in page.text
    page = await official.post(f"/themes/{theme}/state", {"state": "wont_answer", "was": "new", "reason": "x" * 501})
    assert page.status_code == 422 and "500 characters or fewer" in official.text
    await official.post(f"/themes/{theme}/state", {"state": "wont_answer", "was": "new", "reason": "a joke"})
    assert await at_work.state(theme) == ("wont_answer", 1) and "Reason: a joke" in official.text
    await official.post(f"/themes/{theme}/state", {"state": "new", "was": "wont_answer"})
    assert await at_work.state(theme) == ("new", 1)
    page = await official.post(f"/themes/{theme}/state", {"state": "answered", "was": "new"})
    assert page.status_code == 422 and await at_work.state(theme) == ("new", 1)


async def test_stale_forms_overwrite_nothing(official: Visitor, at_work: ThemesAtWork) -> None:
    """The form shows how it is now, and what was typed."""
    theme = await at_work.theme("how do i renew my passport")
    found = await at_work.themes.get(theme)
    assert found
    await at_work.themes.change_state(found, "in_hand", "new")
    await at_work.themes.assign(found, "Home Office", None, ("", None))
    await official.get(f"/themes/{theme}")
    page = await official.post(f"/themes/{theme}/state", {"state": "wont_answer", "was": "new", "reason": "mine"})
    assert page.status_code == 422 and "Somebody has changed this theme" in official.text and "mine" in official.text
    page = await official.post(f"/themes/{theme}/assign", {"department": "Treasury"})
    assert page.status_code == 422 and "With nobody, Home Office." in official.text and 'value="Treasury"' in page.text
    assert await at_work.state(theme) == ("in_hand", 1)


async def test_merge_and_split(official: Visitor, at_work: ThemesAtWork) -> None:
    """Questions, notes and drafts come together; an old address leads on; what is split off is a theme of its own."""
    first, second = await at_work.theme("renew my passport"), await at_work.theme("passport renewal", "new passport")
    await at_work.store.set_subjects({second: first})
    await official.get(f"/themes/{second}/alike")
    assert f"Merge theme {first}" in official.text
    await official.post(f"/themes/{first}/note", {"note": "hello there"})
    await official.post(f"/themes/{second}/merge", {"theme": str(first)})
    assert await at_work.state(second) == ("new", 3) and "hello there" in official.text
    await official.get(f"/themes/{first}")
    assert official.page.url.path == f"/themes/{second}" and "is now part of this one" in official.text
    questions = await at_work.questions(second)
    await official.post(f"/themes/{second}/split", {"question": [str(questions[0]), "x", "9" * 30]})
    new = int(official.page.url.path.rpartition("/")[2])
    assert await at_work.state(new) == ("new", 1) and await at_work.state(second) == ("new", 2)
    assert (await at_work.questions(new)) == questions[:1]


@pytest.mark.parametrize("fields", [{}, {"number": "abc"}, {"number": "4711"}, {"theme": "4711"}, {"number": "own"}])
async def test_what_cannot_be_merged(official: Visitor, at_work: ThemesAtWork, fields: dict[str, str]) -> None:
    """Nothing, a theme that there isn't, and the theme itself."""
    theme = await at_work.theme("renew my passport")
    await official.get(f"/themes/{theme}/alike")
    fields = {name: str(theme) if value == "own" else value for name, value in fields.items()}
    page = await official.post(f"/themes/{theme}/merge", fields)
    assert page.status_code == 422 and await at_work.state(theme) == ("new", 1)


async def test_nothing_chosen_is_not_split(official: Visitor, at_work: ThemesAtWork) -> None:
    """Nor are questions of other themes."""
    theme, other = await at_work.theme("renew my passport"), await at_work.theme("when is bin day")
    await official.get(f"/themes/{theme}")
    assert (await official.post(f"/themes/{theme}/split")).status_code == 422
    stray = (await at_work.questions(other))[0]
    assert (await official.post(f"/themes/{theme}/split", {"question": str(stray)})).status_code == 422
    assert await at_work.state(other) == ("new", 1)


async def test_it_is_already_answered(official: Visitor, at_work: ThemesAtWork, made_of: Parts) -> None:
    """The wordings that were ticked, and those that were typed, are in the draft; the theme is in hand."""
    theme = await at_work.theme("how much is mat pay", "what is smp worth")
    await official.get(f"/themes/{theme}/already-answered")
    assert "Nearest: How much Statutory Maternity Pay" in official.text
    page = await official.post(f"/themes/{theme}/already-answered", {"answer": "smp_amount"})
    assert page.status_code == 422 and "Choose at least one wording" in official.text
    page = await official.post(f"/themes/{theme}/already-answered", {"wording": ["how much is mat pay"]})
    assert page.status_code == 422 and "Choose the answer" in official.text
    fields = {"answer": "smp_amount", "wording": ["how much is mat pay"], "more": "mat pay how much?"}
    await official.post(f"/themes/{theme}/already-answered", fields)
    draft = await made_of.drafts.get(1)
    assert (draft.kind, draft.answer, draft.theme_id) == ("questions", "smp_amount", theme)
    assert draft.questions == "how much is mat pay\nmat pay how much?"
    assert await at_work.state(theme) == ("in_hand", 2)


async def test_write_the_answer(official: Visitor, at_work: ThemesAtWork, made_of: Parts) -> None:
    """A draft begins with the service, a short name, a title and the example questions of the theme."""
    theme = await at_work.theme("how do i renew my passport", "passport renewal")
    await official.get(f"/themes/{theme}/write")
    assert 'value="how_do_i_renew_my_passport"' in official.page.text
    fields = {"title": "Renewing a passport", "service": "maternity", "answer": "", "wording": ["passport renewal"]}
    page = await official.post(f"/themes/{theme}/write", {**fields, "service": "none"})
    assert page.status_code == 422 and 'value="Renewing a passport"' in page.text
    page = await official.post(f"/themes/{theme}/write", {**fields, "answer": "kit_days"})
    assert page.status_code == 422 and "kit_days already" in official.text
    await official.post(f"/themes/{theme}/write", fields)
    draft = await made_of.drafts.get(1)
    assert (draft.kind, draft.service, draft.answer) == ("answer", "maternity", "renewing_a_passport")
    assert "title: Renewing a passport" in draft.content and draft.questions == "passport renewal"
    await official.get(f"/themes/{theme}")
    assert "Draft 1: renewing a passport" in official.text


async def test_not_for_us(official: Visitor, at_work: ThemesAtWork, made_of: Parts) -> None:
    """The theme is closed with a reason and who can help; its wordings are for the model to know."""
    theme = await at_work.theme("who won the match", "match result")
    await official.get(f"/themes/{theme}/not-for-us")
    fields = {"was": "new", "kind": "community_talk", "wording": ["who won the match"], "who": "The club"}
    await official.post(f"/themes/{theme}/not-for-us", {**fields, "kind": "", "reason": "sport"})
    assert "Choose which kind" in official.text and await at_work.state(theme) == ("new", 2)
    await official.post(f"/themes/{theme}/not-for-us", {**fields, "reason": "It is sport."})
    draft = await made_of.drafts.get(1)
    assert (draft.kind, draft.answer, draft.questions) == ("out_of_scope", "community_talk", "who won the match")
    await official.get(f"/themes/{theme}")
    assert "Reason: It is sport. Who can help: The club" in official.text
    assert await at_work.state(theme) == ("out_of_scope", 2)


async def test_an_answered_theme_that_is_asked_again(official: Visitor, at_work: ThemesAtWork) -> None:
    """It is shown among what needs somebody, and says so."""
    theme = await at_work.theme("how do i renew my passport")
    await at_work.themes.answered(theme, "passport")
    await official.get("/themes")
    assert "0 themes" in official.text
    again = await ask(at_work.database, "passport renewal again")
    await at_work.store.move([Move(again, 0, theme)])
    await at_work.store.count([theme])
    await official.get("/themes?state=again")
    assert "1 theme" in official.text and "Asked again since" in official.text


@pytest.mark.parametrize("path", ["/themes/4711", "/themes/99999999999999999999999", "/themes/4711/alike"])
async def test_themes_that_there_are_not(official: Visitor, path: str) -> None:
    """Any number."""
    assert (await official.get(path)).status_code == 404


async def test_viewers_see_no_forms(stranger: Visitor, at_work: ThemesAtWork) -> None:
    """They look on, and change nothing."""
    theme = await at_work.theme("how do i renew my passport")
    viewer = await stranger.signed_in(Role.VIEWER)
    await viewer.get(f"/themes/{theme}")
    assert viewer.page.status_code == 200 and f"/themes/{theme}/state" not in viewer.page.text
    for path in ("assign", "note", "state", "split", "merge", "write", "already-answered", "not-for-us"):
        assert (await viewer.post(f"/themes/{theme}/{path}", {"state": "in_hand", "was": "new"})).status_code == 403
    assert await at_work.state(theme) == ("new", 1)
