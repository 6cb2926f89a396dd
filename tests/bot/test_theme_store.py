"""What officials change of themes, on disk."""

from __future__ import annotations

import pytest

from bot.errors import ThemeError
from bot.storage.grouping_store import GroupingStore, Move
from bot.storage.theme_lists import OPEN, Sought, Theme
from bot.themes.themes import StaleThemeError, Themes
from tests.bot.theme_bench import ask
from tests.disk import Disk
from tests.votes import vote


@pytest.fixture
def themes(disk: Disk) -> Themes:
    """Themes over a new database."""
    return Themes(disk.database)


async def _theme(disk: Disk, *authors: str, days_ago: float = 0) -> int:
    store = GroupingStore(disk.database)
    ids = [await ask(disk.database, f"question of {author}", author, days_ago=days_ago) for author in authors]
    (theme,) = await store.begin_themes([f"question of {authors[0]}"])
    await store.move([Move(question, 0, theme) for question in ids])
    await store.count([theme])
    return theme


async def _get(themes: Themes, theme: int) -> Theme:
    found = await themes.get(theme)
    assert found
    return found


async def test_states_go_on_and_back(disk: Disk, themes: Themes) -> None:
    """A closed theme has a time; an open one none."""
    theme = await _theme(disk, "jo")
    await themes.take_in_hand(await _get(themes, theme))
    await themes.change_state(await _get(themes, theme), "out_of_scope", "in_hand", "councils")
    found = await _get(themes, theme)
    assert (found.state, found.reason, found.is_closed, bool(found.closed_at)) == (
        "out_of_scope",
        "councils",
        True,
        True,
    )
    await themes.take_in_hand(found)
    assert (await _get(themes, theme)).state == "out_of_scope"
    await themes.change_state(found, "new", "out_of_scope")
    assert (await _get(themes, theme)).closed_at is None
    assert await themes.answered(theme, "pay")
    assert ((await _get(themes, theme)).state, (await _get(themes, theme)).answer) == ("answered", "pay")
    assert not await themes.answered(4711, "pay")


async def test_two_at_once(disk: Disk, themes: Themes) -> None:
    """The second is told how it stands now."""
    theme = await _theme(disk, "jo")
    seen = await _get(themes, theme)
    await themes.change_state(seen, "in_hand", "new")
    with pytest.raises(StaleThemeError) as error:
        await themes.change_state(seen, "wont_answer", "new", "no")
    assert error.value.newest.state == "in_hand"
    await themes.assign(seen, "Treasury", None, ("", None))
    with pytest.raises(StaleThemeError):
        await themes.assign(seen, "Home Office", None, ("", None))


async def test_merging_brings_everything_together(disk: Disk, themes: Themes) -> None:
    """People are counted once; notes and drafts come along; what was merged before leads on to the last."""
    one, two, three = [await _theme(disk, *authors) for authors in (("jo", "al"), ("jo", "kim"), ("jo",))]
    await themes.note(await _get(themes, two), "Ann", "see the other")
    row = {"kind": "answer", "answer": "x", "author": "a", "state": "draft", "version": 1}
    row |= {"created_at": "", "changed_at": "", "edited_by": "a", "theme_id": two}
    disk.database.run_now(lambda: disk.database.insert("drafts", row))
    assert await themes.merge(await _get(themes, two), [three, three]) == 1
    assert await themes.merge(await _get(themes, one), [two]) == 3
    found = await _get(themes, one)
    assert (found.questions, found.people) == (5, 3)
    assert [note.text for note in await themes.lists.notes(one)] == ["see the other"]
    assert [draft[0] for draft in await themes.lists.drafts(one)] == [1]
    assert {(await _get(themes, other)).merged_into for other in (two, three)} == {one}
    assert [other.id for other in await themes.lists.find(Sought(""), "people", 10)] == [one]
    for others in ([], [one], [two], [4711]):
        with pytest.raises(ThemeError):
            await themes.merge(found, others)
    assert {row[0] for row in disk.rows("select by_hand from theme_questions where theme_id = 1 order by 1")} == {0, 1}


async def test_splitting(disk: Disk, themes: Themes) -> None:
    """Only questions of the theme; the counts of both follow, and the new one is beside the old."""
    theme, other = await _theme(disk, "jo", "al", "kim"), await _theme(disk, "zoe")
    questions = [question.id for question in await themes.lists.questions(theme, 10)]
    strange = [question.id for question in await themes.lists.questions(other, 10)]
    new = await themes.split(await _get(themes, theme), [questions[0], *strange])
    assert (await _get(themes, new)).questions == 1 and (await _get(themes, theme)).people == 2
    assert (await _get(themes, other)).questions == 1
    assert [one.id for one in await themes.lists.alike(await _get(themes, theme))] == [new]
    for chosen in ([], strange):
        with pytest.raises(ThemeError):
            await themes.split(await _get(themes, theme), chosen)


async def test_weeks_and_near_answers(disk: Disk, themes: Themes) -> None:
    """A line for each week, and how sure the model was."""
    theme = await _theme(disk, "jo", "al", days_ago=15)
    weeks = await themes.lists.weeks(theme, 4)
    assert len(weeks) == 4 and sum(count for _, count in weeks) == 2 and weeks[-1][1] == 0
    (best, second) = await themes.lists.near_answers(theme, 5)
    assert (best.answer, best.questions, round(best.best, 2)) == ("smp_amount", 2, 0.31)
    assert second.answer == "kit_days"


async def test_asked_again_since(disk: Disk, themes: Themes) -> None:
    """An answered theme wants doing again once somebody has asked since."""
    theme = await _theme(disk, "jo", days_ago=1)
    await themes.answered(theme, "pay")
    assert await themes.lists.count(Sought(OPEN)) == 0
    sql = "update themes set last_asked_at = '2999-01-01' where id = ?"
    disk.database.run_now(lambda: disk.database.execute(sql, theme))
    (found,) = await themes.lists.find(Sought(OPEN), "newest", 5)
    assert found.is_asked_again


async def test_changes_are_told_once(disk: Disk) -> None:
    """Whatever changes about a question is told, newest first, and then no more."""
    store = GroupingStore(disk.database)
    ids = [await ask(disk.database, f"question {number}") for number in range(3)]
    assert await store.take_changes(2) == [(ids[2], 0), (ids[1], 0)]
    assert await store.take_changes(9) == [(ids[0], 0)]
    assert await store.take_changes(9) == []
    await disk.log.record_me_too(ids[0], "discord", "jo")
    await vote(disk.log, ids[1], "discord", "jo", False)
    await vote(disk.log, ids[1], "discord", "jo", True)
    await disk.log.withdraw(ids[2])
    assert {question for question, _ in await store.take_changes(9)} == set(ids)


async def test_a_question_without_words_gets_no_theme(disk: Disk) -> None:
    """Nor does one that an official has put elsewhere follow the grouping."""
    store = GroupingStore(disk.database)
    first, second = [await ask(disk.database, text) for text in (None, "words")]
    here, there = await store.begin_themes(["a", "b"])
    await store.move([Move(first, 0, here), Move(second, 0, here)])
    assert disk.rows("select question_id, theme_id from theme_questions") == [(second, here)]
    disk.database.run_now(lambda: disk.database.execute("update theme_questions set by_hand = 1"))
    await store.move([Move(second, here, there), Move(second, there, here)])
    assert disk.rows("select question_id, theme_id from theme_questions") == [(second, here)]


async def test_emptied_themes_lead_on(disk: Disk, themes: Themes) -> None:
    """But not those that somebody has seen to."""
    store = GroupingStore(disk.database)
    kept, left, noted = await store.begin_themes(["a", "b", "c"])
    await themes.note(await _get(themes, noted), "Ann", "mine")
    question = await ask(disk.database, "words")
    await store.move([Move(question, 0, kept)])
    await store.end_empty({left: kept})
    states = [
        ((await _get(themes, theme)).state, (await _get(themes, theme)).merged_into) for theme in (kept, left, noted)
    ]
    assert states == [("new", None), ("merged", kept), ("new", None)]


def test_a_vector_goes_with_its_words(disk: Disk) -> None:
    """The database sees to it, whoever erases them; a title that held them goes too."""
    execute = disk.database.execute

    def write() -> None:
        row = {
            "asked_at": "x",
            "platform": "p",
            "asker": "a",
            "addressed": 1,
            "outcome": "clarify",
            "text": "secret words",
        }
        disk.database.insert("questions", row)
        disk.database.insert("themes", {"title": "secret words", "state": "new", "created_at": "x"})
        execute("insert into theme_questions (question_id, theme_id) values (1, 1)")
        execute("insert into question_vectors (question_id, vector) values (1, x'00')")
        execute("update questions set text = null where id = 1")

    disk.database.run_now(write)
    assert not any("secret" in str(value) for where, value in disk.values() if where.startswith("theme"))
    assert disk.rows("select * from question_vectors") == [] == disk.rows("select * from theme_questions")
    assert disk.rows("select theme_id from theme_changes order by 1") == [(0,), (1,)]
