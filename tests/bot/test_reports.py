"""What is counted, from a real log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.answers import load_answer_base
from bot.messages import Outcome
from bot.places import Mode, Place
from bot.reporting.reports import due_for_review, ending_rates, first_day, use_by_service
from bot.reporting.word_use import missing_words
from bot.storage.bot_health import HealthStore
from bot.storage.community_reports import CommunityReports
from bot.storage.database import Database, as_stored
from bot.storage.reports import Counts, ReportStore, Use, total
from tests.disk import Disk
from tests.factories import answer_file, rates_file
from tests.logged import Logged, ago
from tests.votes import vote

DAY = 24 * 60
TODAY = date(2026, 11, 22)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A new database."""
    with closing(Database(tmp_path)) as made:
        yield made


@pytest.fixture
def logged(database: Database) -> Logged:
    """What is written in it."""
    return Logged(database)


@pytest.fixture
def counts(database: Database) -> ReportStore:
    """What is read from it."""
    return ReportStore(database)


async def test_every_outcome_is_counted_once_or_not_at_all(logged: Logged, counts: ReportStore) -> None:
    """Questions are; idle talk and what was met with silence are not."""
    moment = ago(minutes=1)
    for outcome in Outcome:
        logged.question(outcome=outcome.value, asked_at=moment)
    (one,) = (await counts.by_day(first_day(7))).values()
    silent = [outcome for outcome in Outcome if outcome.is_silent or outcome is Outcome.SMALL_TALK]
    assert one.asked == len(Outcome) - len(silent)
    assert (one.answered, one.offered, one.unanswered, one.urgent, one.failed) == (1, 1, 3, 1, 4)


async def test_days_are_those_of_utc(logged: Logged, counts: ReportStore) -> None:
    """The first day of a span belongs to it from midnight on."""
    first = first_day(7)
    for moment in (f"{first}T00:00:00.000+00:00", f"{first - timedelta(days=1)}T23:59:59.999+00:00"):
        logged.question(asked_at=moment)
    logged.question()
    by_day = await counts.by_day(first)
    assert {day: one.asked for day, one in by_day.items()} == {first: 1, max(by_day): 1}
    assert total(by_day.values()).asked == 2


async def test_places_are_counted_apart(logged: Logged, counts: ReportStore) -> None:
    """The same id on two platforms is two communities."""
    logged.question(up=1)
    logged.question(platform="telegram")
    logged.question(platform="telegram", community="")
    by_community = await counts.by_community(first_day(7))
    assert by_community["discord", "10"] == Counts(answered=1, helpful=1)
    assert set(by_community) == {("discord", "10"), ("telegram", "10"), ("telegram", "")}
    assert sum(one.asked for one in (await counts.by_day(first_day(7), ("telegram", "10"))).values()) == 1


async def test_votes_are_counted_as_they_stand(logged: Logged, counts: ReportStore, database: Database) -> None:
    """Whoever votes again replaces their vote, and whoever is forgotten takes it along."""
    question = logged.question()
    logged.vote(question, "jo", 1)
    logged.vote(question, "jo", 0)
    logged.vote(question, "sam", 1)
    assert await counts.by_answer(first_day(7)) == {"pay": Use(1, 1, 1)}
    database.run_now(lambda: database.execute("delete from feedback where asker = 'sam'"))
    assert await counts.by_answer(first_day(7)) == {"pay": Use(1, 0, 1)}


async def test_forgetting_a_person_counts_their_votes_no_more(disk: Disk) -> None:
    """Through the bot's own ways."""
    recorded = await disk.record()
    await vote(disk.log, recorded.question_id, "discord", "sam", True)
    await vote(disk.log, recorded.question_id, "discord", "kim", False)
    reports = ReportStore(disk.database)
    assert (await reports.by_answer(date.min))["pay"] == Use(1, 1, 1)
    await disk.records.forget("discord", "sam")
    assert (await reports.by_answer(date.min))["pay"] == Use(1, 0, 1)


async def test_an_answer_that_is_picked_is_used(logged: Logged, counts: ReportStore) -> None:
    """Once for each question, as it was picked last; none of those offered is no answer."""
    first, second = logged.question(outcome="clarify", up=1), logged.question(outcome="clarify")
    for question, answer in ((first, "pay"), (first, "dro"), (second, "dro"), (second, "")):
        logged.choose(question, answer)
    given = logged.question()
    logged.choose(given, "pay")
    assert await counts.by_answer(first_day(7)) == {"pay": Use(1), "dro": Use(1, 1)}


async def test_asking_again_is_soon_after_by_the_same_person(logged: Logged, counts: ReportStore) -> None:
    """Ten minutes count and eleven don't; who was forgotten is nobody."""
    an_hour_ago = datetime.now(timezone.utc) - timedelta(hours=1)
    after: list[tuple[float, dict[str, Any]]]
    after = [(0, {}), (10, {}), (21, {"answer": "dro"}), (22, {"outcome": "ignored_cooldown"})]
    for minutes, values in after:
        logged.question(asker="jo", asked_at=as_stored(an_hour_ago + timedelta(minutes=minutes)), **values)
    for minutes in (20, 19):
        logged.question(asker="", minutes_ago=minutes)
    assert await counts.asked_again(first_day(7)) == {"pay": 1}
    (example,) = await counts.asked_again_examples(first_day(7), "pay", 10)
    assert (example.first, example.then) == ("how much is it", "how much is it")


async def test_health_is_told_by_platform(logged: Logged, database: Database) -> None:
    """What may only be sent later is not waiting yet."""
    question = logged.question(platform="telegram", minutes_ago=5)
    logged.question(minutes_ago=3 * DAY, outcome="error_timeout")
    logged.owed(question, platform="telegram")
    logged.owed(question, platform="telegram", not_before="9999-01-01")
    logged.owed(question, platform="telegram", delivered_at=ago())
    discord, telegram = await HealthStore(database).bots()
    assert (discord.platform, discord.waiting, discord.dropped, discord.failed) == ("discord", 0, 0, 0)
    assert (telegram.platform, telegram.waiting, telegram.failed) == ("telegram", 1, 0)
    month = datetime.now(timezone.utc) - timedelta(days=30)
    assert {key: one.what for key, one in (await HealthStore(database).troubles(month)).items()} == {
        ("discord", "10"): "error_timeout"
    }


async def test_modes_are_those_settled_last(disk: Disk) -> None:
    """For the community as a whole; where none is chosen any more, that of new ones."""
    for community in ("1", "2", "3"):
        await disk.store.joined("discord", community, f"Group {community}")
    changes = [("1", "", "off"), ("1", "7", "questions"), ("2", "", "off"), ("2", "", None)]
    for community, channel, mode in changes:
        await disk.store.write_changes(Place("discord", community, channel), {"mode": mode}, "mod")
    modes = await CommunityReports(disk.database, Mode.MENTION_ONLY).modes()
    assert [mode.value for mode in modes.values()] == ["off", "mention_only", "mention_only"]


def test_answers_fall_due(tmp_path: Path) -> None:
    """A month before their day, the overdue ones first."""
    rates_file(tmp_path)
    for slug, review_by in (("late", "2026-11-21"), ("soon", "2026-12-22"), ("later", "2026-12-23")):
        answer_file(tmp_path, slug, review_by=review_by, reviewed="2025-11-22")
    assert [answer.slug for answer in due_for_review(load_answer_base(tmp_path), TODAY)] == ["late", "soon"]


def test_rates_run_out(tmp_path: Path) -> None:
    """Where no row follows without a gap; a rate that no answer uses is nobody's trouble."""
    rest = "https://www.gov.uk/rates,2026-11-22"
    rates_file(
        tmp_path,
        f"ends,Ends,1,GBP,,2026-12-31,{rest}",
        f"follows,Follows,1,GBP,,2026-12-31,{rest}",
        f"follows,Follows,2,GBP,2027-01-01,2027-12-31,{rest}",
        f"gap,Gap,1,GBP,,2026-12-31,{rest}",
        f"gap,Gap,2,GBP,2027-01-02,,{rest}",
        f"over,Over,1,GBP,,2026-01-01,{rest}",
        f"stays,Stays,1,GBP,,,{rest}",
        f"unused,Unused,1,GBP,,2026-12-01,{rest}",
    )
    names = ("ends", "follows", "gap", "over", "stays")
    body = " ".join(f"{{{{ rates.{name} }}}}" for name in names)
    answer_file(tmp_path, "one", body=body)
    answer_file(tmp_path, "two", body="None.\n\n## Wales\n\n{{ rates.ends }}")
    found = ending_rates(load_answer_base(tmp_path), TODAY)
    assert [(rate.name, rate.last_day, [answer.slug for answer in rate.answers]) for rate in found] == [
        ("over", None, ["one"]),
        ("ends", date(2026, 12, 31), ["one", "two"]),
        ("gap", date(2026, 12, 31), ["one"]),
    ]


def test_services_add_up_their_answers(tmp_path: Path) -> None:
    """What is there no more is counted apart."""
    rates_file(tmp_path)
    for slug in ("a", "b"):
        answer_file(tmp_path, slug, service="debt")
    uses = {"a": Use(2, 1, 0), "b": Use(3, 0, 1), "gone": Use(9)}
    assert use_by_service(load_answer_base(tmp_path), uses) == {"": Use(9), "debt": Use(5, 1, 1)}


def test_words_are_counted_by_question() -> None:
    """Marks of personal data, addresses and figures are no words."""
    texts = ["the bairn's [phone number]", "bairns, bairns www.gov.uk", "one Bairn 2024", "ask jo@example.org"]
    (word,) = missing_words(list(enumerate(texts)), {"the", "one", "ask"}, 9)
    assert (word.questions, [number for number, _ in word.examples]) == (3, [0, 1])
