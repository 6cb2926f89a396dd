"""Questions that want an answer are kept in themes, with a real model in a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import portalocker
import pytest

from bot.app import Project
from bot.messages import Given, Outcome
from bot.releases import Release
from bot.storage.database import Database
from bot.storage.grouping_store import GroupingStore
from bot.storage.meaning_store import MeaningStore
from bot.storage.personal_records import PersonalRecords
from bot.storage.question_log import QuestionLog
from bot.themes.keeper import LOCK_FILE, ThemeKeeper
from bot.themes.understanding import Understanding
from nlu.meaning_process import MeaningProcess
from tests.bot.theme_bench import ask, ask_all
from tests.disk import Disk
from tests.fakes import Clock
from tests.votes import vote
from tests.waiting import end, until

PASSPORT = ["how do i renew my passport", "How do I renew my pasport??", "how do I renew my passport 🙏"]
DOGS = ["do i need a licence for my dog", "is a dog licence needed", "must i have a licence to keep a dog"]
BINS = ["when is my bin collected", "what day do they collect the bins", "which day is bin collection"]


class Kept:
    """A log whose themes are kept when told to."""

    def __init__(self, disk: Disk, keeper: ThemeKeeper, understanding: Understanding, clock: Clock) -> None:
        self.disk, self.keeper, self.understanding, self.clock = disk, keeper, understanding, clock
        self.database: Database = disk.database

    async def settle(self) -> None:
        """Look until nothing is left to do."""
        while await self.keeper.look():
            pass
        await self.keeper.finish_regrouping()
        while await self.keeper.look():
            pass

    async def regroup(self) -> None:
        """Wait until a regrouping is due, and let it be done."""
        self.clock.advance(3600)
        await self.settle()

    def theme_of(self, question: int) -> int | None:
        """Where a question is."""
        rows = self.disk.rows(f"select theme_id from theme_questions where question_id = {question}")
        return rows[0][0] if rows else None

    def themes(self) -> dict[int, set[int]]:
        """The questions of every theme."""
        found: dict[int, set[int]] = {}
        for theme, question in self.disk.rows("select theme_id, question_id from theme_questions"):
            found.setdefault(theme, set()).add(question)
        return found

    def value(self, theme: int | None, column: str) -> object:
        """What a theme has in a column."""
        return self.disk.rows(f"select {column} from themes where id = {theme}")[0][0]

    def set(self, theme: int | None, **values: object) -> None:
        """Change a theme behind the keeper's back, as the console does."""
        for column, value in values.items():
            sql = f"update themes set {column} = ? where id = ?"
            self.database.run_now(lambda sql=sql, value=value: self.database.execute(sql, value, theme))


@pytest.fixture
async def kept(disk: Disk, small_project: Project, release: Release) -> AsyncIterator[Kept]:
    """An empty log with a keeper of its themes."""
    clock = Clock()
    understanding = Understanding(MeaningProcess(), MeaningStore(disk.database), small_project.releases, clock)
    yield Kept(disk, ThemeKeeper(GroupingStore(disk.database), understanding, disk.folder, clock), understanding, clock)
    await understanding.close()


async def test_questions_in_the_log_are_grouped(kept: Kept) -> None:
    """Those that mean the same are together; a theme is called by one of its questions."""
    asked = await ask_all(kept.database, [*PASSPORT, *DOGS])
    await kept.settle()
    assert len({kept.theme_of(question) for question in asked[:3]}) == 1
    assert kept.theme_of(asked[0]) != kept.theme_of(asked[3])
    assert kept.value(kept.theme_of(asked[0]), "title") in PASSPORT
    assert kept.value(kept.theme_of(asked[0]), "people") == 3


async def test_a_new_question_finds_its_theme_or_begins_one(kept: Kept) -> None:
    """Without a regrouping."""
    first = await ask_all(kept.database, PASSPORT[:2])
    await kept.settle()
    theme = kept.theme_of(first[0])
    same, other = await ask_all(kept.database, [PASSPORT[2], BINS[0]])
    await kept.keeper.look()
    assert kept.theme_of(same) == theme and kept.value(theme, "questions") == 3
    assert kept.theme_of(other) not in (None, theme) and kept.value(kept.theme_of(other), "title") == BINS[0]


async def test_two_alike_that_come_at_once_begin_a_theme_of_the_first_ones_subject(kept: Kept) -> None:
    """The second is nearest to the first, which is in no subject yet: what the first is near to decides."""
    known = await ask_all(kept.database, [*PASSPORT, *DOGS, *BINS])
    await kept.settle()
    first, second = await ask_all(
        kept.database, ["what happens to rubbish on bank holidays", "What happens to rubbish on bank holidays?"]
    )
    await kept.keeper.look()
    theme, subject = kept.theme_of(first), kept.value(kept.theme_of(known[-1]), "subject")
    assert kept.theme_of(second) == theme != kept.theme_of(known[-1])
    assert kept.value(theme, "subject") == subject


@pytest.mark.parametrize(
    ("outcome", "is_wanting"),
    [
        (Outcome.UNANSWERED_OUT_OF_SCOPE, True),
        (Outcome.UNANSWERED_AMBIGUOUS, True),
        (Outcome.CLARIFY, True),
        (Outcome.IGNORED_NOT_CONFIDENT, True),
        (Outcome.ANSWERED, False),
        (Outcome.SMALL_TALK, False),
        (Outcome.WITHHELD_PERSONAL_DATA, False),
    ],
)
async def test_which_questions_want_an_answer(kept: Kept, outcome: Outcome, is_wanting: bool) -> None:
    """What nobody answered, be it overheard."""
    question = await ask(kept.database, PASSPORT[0], outcome=outcome)
    await kept.settle()
    assert (kept.theme_of(question) is not None) == is_wanting


async def test_votes_and_picks_decide(kept: Kept) -> None:
    """An answer that more found unhelpful than helpful wants a better one; a pick of an answer wants none."""
    log = QuestionLog(kept.database)
    bad, mixed = [await ask(kept.database, text, outcome=Outcome.ANSWERED) for text in (PASSPORT[0], BINS[0])]
    picked, none = [await ask(kept.database, text, outcome=Outcome.CLARIFY) for text in (DOGS[0], DOGS[1])]
    await kept.settle()
    await vote(log, bad, "discord", "a", False)
    await vote(log, mixed, "discord", "a", False)
    await vote(log, mixed, "discord", "b", True)
    await log.record_choice(picked, "discord", "a", Given("smp_amount"), "p")
    await log.record_choice(none, "discord", "a", Given(""), "p")
    await kept.settle()
    placed = [kept.theme_of(question) is not None for question in (bad, mixed, picked, none)]
    assert placed == [True, False, False, True]
    await vote(log, bad, "discord", "a", True)
    await kept.settle()
    assert kept.theme_of(bad) is None


async def test_people_are_counted_once(kept: Kept) -> None:
    """Who asked twice, and who pressed "me too" twice; who asked and pressed is one too."""
    log = QuestionLog(kept.database)
    ids = [await ask(kept.database, text, author) for text, author in zip(PASSPORT, ("jo", "jo", "al"))]
    for question, author in ((ids[0], "al"), (ids[0], "kim"), (ids[2], "kim")):
        await log.record_me_too(question, "discord", author)
    await ask(kept.database, PASSPORT[0], "old", days_ago=9)
    await kept.settle()
    theme = kept.theme_of(ids[0])
    counts = [kept.value(theme, name) for name in ("questions", "people", "me_too", "this_week", "last_week")]
    assert counts == [4, 4, 3, 3, 1]


async def test_forgotten_words_leave_the_theme(kept: Kept) -> None:
    """With their vector, their part in the counts, and the title if it was theirs."""
    ids = [await ask(kept.database, text, author) for text, author in zip(PASSPORT, ("jo", "al", "kim"))]
    await kept.settle()
    theme = kept.theme_of(ids[0])
    named = PASSPORT.index(str(kept.value(theme, "title")))
    await PersonalRecords(kept.database).forget("discord", ("jo", "al", "kim")[named])
    assert kept.value(theme, "title") in {*PASSPORT} - {PASSPORT[named]}
    await kept.settle()
    assert kept.value(theme, "questions") == 2 and kept.value(theme, "title") in PASSPORT
    assert kept.value(theme, "title") != PASSPORT[named]
    assert not kept.disk.rows(f"select 1 from question_vectors where question_id = {ids[named]}")


async def test_an_edited_question_moves(kept: Kept) -> None:
    """It is grouped by its new words."""
    ids = await ask_all(kept.database, [PASSPORT[0], PASSPORT[1], BINS[0]])
    await kept.settle()
    sql = "update questions set text = ? where id = ?"
    kept.database.run_now(lambda: kept.database.execute(sql, PASSPORT[2], ids[2]))
    await kept.settle()
    assert kept.theme_of(ids[2]) == kept.theme_of(ids[0])


async def test_an_ignored_theme_stays_ignored(kept: Kept) -> None:
    """When the same question comes again, one at a time or with a regrouping, and after a restart."""
    ids = await ask_all(kept.database, PASSPORT[:2])
    await kept.settle()
    theme = kept.theme_of(ids[0])
    kept.set(theme, state="out_of_scope")
    ids.append(await ask(kept.database, PASSPORT[2]))
    await kept.settle()
    await kept.regroup()
    await kept.understanding.close()
    ids.append(await ask(kept.database, PASSPORT[0].upper()))
    await kept.settle()
    assert {kept.theme_of(question) for question in ids} == {theme}
    assert kept.value(theme, "state") == "out_of_scope" and kept.value(theme, "questions") == 4


async def test_what_was_put_by_hand_stays(kept: Kept) -> None:
    """Where it was merged into, or split off from, over a regrouping; and what is like it follows."""
    ids = await ask_all(kept.database, [*PASSPORT[:2], *BINS])
    await kept.settle()
    theme = kept.theme_of(ids[0])
    sql = "update theme_questions set theme_id = ?, by_hand = 1 where question_id >= ?"
    kept.database.run_now(lambda: kept.database.execute(sql, theme, ids[2]))
    await ask_all(kept.database, DOGS)
    await kept.regroup()
    assert {kept.theme_of(question) for question in ids} == {theme}
    again = await ask(kept.database, BINS[0] + "?")
    await kept.settle()
    assert kept.theme_of(again) == theme


async def test_a_burst_is_in_themes_at_once(kept: Kept) -> None:
    """Hundreds of new questions wait for no regrouping, and those of them that are alike to the letter are together."""
    await ask_all(kept.database, PASSPORT)
    await kept.settle()
    burst = [f"{text} in area {number}" for number in range(60) for text in (DOGS[0], BINS[0])]
    ids = await ask_all(kept.database, [*burst, BINS[1], f"{BINS[1].upper()}!!"])
    await kept.keeper.look()
    assert all(kept.theme_of(question) for question in ids)
    assert kept.theme_of(ids[-1]) == kept.theme_of(ids[-2])
    assert all(kept.value(kept.theme_of(question), "title") for question in ids)
    await kept.settle()
    assert all(kept.theme_of(question) for question in ids)


async def test_a_process_that_dies_is_replaced(kept: Kept) -> None:
    """Nothing is lost, and nothing is put into a wrong theme."""
    ids = await ask_all(kept.database, PASSPORT[:2])
    await kept.settle()
    await kept.understanding.close()
    ids.append(await ask(kept.database, PASSPORT[2]))
    await kept.settle()
    assert len({kept.theme_of(question) for question in ids}) == 1


async def test_questions_are_found_by_meaning(kept: Kept) -> None:
    """Any question with words, whatever became of it."""
    known = await ask(kept.database, "what day is the rubbish picked up", outcome=Outcome.ANSWERED)
    await ask_all(kept.database, [*PASSPORT, *DOGS])
    await kept.settle()
    found = await kept.understanding.nearest("when do they empty the bins", 3)
    assert found[0].id == known and found[0].likeness > found[1].likeness and len(found) == 3


async def test_memory_is_given_back(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is only searched with ends when idle, and comes back when it is needed."""
    await ask(kept.database, PASSPORT[0])
    await kept.settle()
    await kept.understanding.nearest("passport", 1)
    kept.clock.advance(10_000)
    monkeypatch.setattr("bot.themes.understanding.IDLE_SECONDS", 0.01)
    idle = asyncio.create_task(kept.understanding.end_when_idle())
    await until(lambda: not kept.understanding.meaning.is_loaded)
    await end(idle)
    monkeypatch.undo()
    assert len(await kept.understanding.nearest("passport", 1)) == 1


async def test_one_process_at_a_time(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next takes over when the first has ended."""
    monkeypatch.setattr("bot.themes.keeper.TRY_AGAIN_SECONDS", 0.01)
    monkeypatch.setattr("bot.themes.keeper.LOOK_SECONDS", 0.01)
    question = await ask(kept.database, PASSPORT[0])
    with portalocker.Lock(kept.disk.folder / LOCK_FILE, mode="a", flags=portalocker.LOCK_EX | portalocker.LOCK_NB):
        keeping = asyncio.create_task(kept.keeper.keep_grouped())
        await asyncio.sleep(0.1)
        assert not kept.understanding.meaning.is_loaded
    await until(lambda: kept.theme_of(question) is not None)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_trouble_is_tried_again(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process is killed at work; the themes go on being kept."""
    monkeypatch.setattr("bot.themes.keeper.TRY_AGAIN_SECONDS", 0.01)
    monkeypatch.setattr("bot.themes.keeper.LOOK_SECONDS", 0.01)
    first = await ask(kept.database, PASSPORT[0])
    keeping = asyncio.create_task(kept.keeper.keep_grouped())
    await until(lambda: kept.theme_of(first) is not None)
    await kept.understanding.close()
    second = await ask(kept.database, PASSPORT[1])
    await until(lambda: kept.theme_of(second) is not None)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert kept.theme_of(first) == kept.theme_of(second)


async def test_another_release_scores_anew(kept: Kept, release: Release) -> None:
    """What is held stays; the scores are the new release's."""
    ids = await ask_all(kept.database, [*PASSPORT, "how much is statutory maternity pay"])
    await kept.settle()
    sql = "update question_vectors set release = '0000', scores = '{}'"
    kept.database.run_now(lambda: kept.database.execute(sql))
    kept.keeper._of = (kept.understanding.age, "0000")
    await kept.settle()
    await kept.regroup()
    rows = kept.disk.rows(f"select release, scores from question_vectors where question_id = {ids[-1]}")
    assert rows[0][0] == release.name and "smp_amount" in rows[0][1]
    assert len({kept.theme_of(question) for question in ids}) == 2
