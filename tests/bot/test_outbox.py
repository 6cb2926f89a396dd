"""What is owed is kept until it is delivered or given up, whatever happens to the process."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.deliveries import Action, Owed
from bot.errors import QuestionLogError
from bot.messages import Choice, Given, Reply, Source
from bot.places import Place
from bot.storage.outbox import Outbox
from tests.disk import ASKED, REPLY, Disk, edit, locked, post, removal

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
REPLIES = st.builds(
    Reply,
    WORDS, WORDS, WORDS,
    st.lists(st.builds(Source, WORDS, WORDS), max_size=2).map(tuple),
    WORDS, WORDS,
    st.lists(st.builds(Choice, WORDS, WORDS, WORDS), max_size=2).map(tuple),
    st.booleans(), st.booleans(),
    st.none() | st.builds(Given, WORDS, WORDS),
)  # fmt: skip
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(timezone.utc))  # noqa: DTZ001
OWED = st.builds(
    Owed,
    st.just(0),
    st.builds(Place, st.just("discord"), WORDS, WORDS, WORDS),
    st.sampled_from(Action),
    st.none() | REPLIES,
    WORDS,
    st.integers(0, 2**60),
    MOMENTS.map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)),
    st.booleans(),
    st.booleans(),
)


def reopened(disk: Disk) -> Disk:
    """The same database, as the next process finds it."""
    disk.close()
    return Disk(disk.folder)


async def test_what_is_owed_outlives_the_process(disk: Disk) -> None:
    """Everything is still owed after a restart, oldest first, on its own platform alone."""
    written = [await disk.owe(post(channel)) for channel in ("general", "random", "general")]
    elsewhere = await disk.owe(post(place=Place("telegram", "-1", "-1")))
    after = reopened(disk)
    found = await after.outbox.owed("discord")
    assert [owed.id for owed in found] == [owed.id for owed in written]
    assert [owed.id for owed in await after.outbox.owed("telegram")] == [elsewhere.id]
    after.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(OWED)
async def test_every_field_comes_back(disk: Disk, owed: Owed) -> None:
    """Whatever is owed is read as it was written, to the millisecond."""
    written = await disk.owe(owed)
    assert written == replace(owed, id=written.id)
    assert (await disk.outbox.owed("discord"))[-1] == written


async def test_a_time_is_kept_whatever_its_zone(disk: Disk) -> None:
    """A time of another zone is the same moment when it is read."""
    moment = datetime(2026, 11, 22, 10, 30, tzinfo=timezone(timedelta(hours=2)))
    await disk.owe(post(created_at=moment))
    assert [owed.created_at for owed in await disk.outbox.owed("discord")] == [moment]


async def test_several_things_owed_for_a_question_keep_their_order(disk: Disk) -> None:
    """A reply and an alert are written together, in order, with ids of their own."""
    recorded = await disk.record([post(), post("alerts", is_urgent=True)])
    assert list(await disk.outbox.owed("discord")) == list(recorded.owed)
    assert [owed.place.channel for owed in recorded.owed] == ["general", "alerts"]


async def test_what_is_delivered_is_owed_no_more(disk: Disk) -> None:
    """A delivered reply stands under the platform's ids, in order, and the answer is found by each."""
    owed, other = await disk.owe(post()), await disk.owe(post())
    await disk.outbox.delivered(owed, ["20", "10"])
    assert list(await disk.outbox.owed("discord")) == [other]
    assert (await disk.outbox.posts_of(owed.id), await disk.outbox.posts_of(other.id)) == (["20", "10"], [])
    assert await disk.log.answer_posted_as("discord", "general", "10") == REPLY.given
    after = reopened(disk)
    assert await after.outbox.posts_of(owed.id) == ["20", "10"]
    after.close()


async def test_delivered_twice_is_delivered_once(disk: Disk) -> None:
    """Noting a delivery again changes nothing, and neither does giving it up afterwards."""
    owed = await disk.owe(post())
    await disk.outbox.delivered(owed, ["1"])
    before = disk.rows("select delivered_at, dropped_at from outbox")
    await disk.outbox.delivered(owed, ["1"])
    await disk.outbox.dropped(owed, "gone")
    assert disk.rows("select delivered_at, dropped_at from outbox") == before
    assert await disk.outbox.posts_of(owed.id) == ["1"]


async def test_an_edit_takes_over_the_posts(disk: Disk) -> None:
    """After an edit the posts are those of the edit, and show its answer."""
    first = await disk.owe(post())
    await disk.outbox.delivered(first, ["1", "2"])
    second = await disk.owe(edit(first, reply=replace(REPLY, given=Given("dro"))))
    await disk.outbox.delivered(second, ["1"])
    assert (await disk.outbox.posts_of(first.id), await disk.outbox.posts_of(second.id)) == ([], ["1"])
    assert await disk.log.answer_posted_as("discord", "general", "1") == Given("dro")
    assert await disk.log.find_by_post(first.place, "2") is None


async def test_a_removal_leaves_no_posts(disk: Disk) -> None:
    """What has been removed stands nowhere."""
    first = await disk.owe(post())
    await disk.outbox.delivered(first, ["1"])
    gone = await disk.owe(removal(first))
    await disk.outbox.delivered(gone)
    assert (await disk.outbox.posts_of(first.id), await disk.outbox.posts_of(gone.id)) == ([], [])
    assert await disk.log.find_by_post(first.place, "1") is None


async def test_what_is_dropped_is_owed_no_more(disk: Disk) -> None:
    """A reply that is given up says why."""
    owed = await disk.owe(post())
    await disk.outbox.dropped(owed, "too_old")
    assert list(await disk.outbox.owed("discord")) == []
    assert disk.rows("select drop_reason, delivered_at from outbox") == [("too_old", None)]


async def test_a_dropped_edit_leaves_the_posts_where_the_next_finds_them(disk: Disk) -> None:
    """An edit that could not be made leaves the old text standing, for the next edit or the removal to find."""
    first = await disk.owe(post())
    await disk.outbox.delivered(first, ["1"])
    second = await disk.owe(edit(first, reply=replace(REPLY, given=Given("dro"))))
    await disk.outbox.dropped(second, "too_old")
    assert await disk.outbox.posts_of(second.id) == ["1"]
    assert await disk.log.answer_posted_as("discord", "general", "1") == REPLY.given


async def test_a_dropped_removal_leaves_the_posts_where_they_are(disk: Disk) -> None:
    """What could not be removed is still the reply, for the next edit to find."""
    first = await disk.owe(post())
    await disk.outbox.delivered(first, ["1"])
    await disk.outbox.dropped(await disk.owe(removal(first)), "forbidden")
    assert await disk.outbox.posts_of(first.id) == ["1"]


async def test_notes_may_come_in_any_order(disk: Disk) -> None:
    """Where an edit is noted before the post that it edits, the edit stands."""
    first = await disk.owe(post())
    second = await disk.owe(edit(first, reply=replace(REPLY, given=Given("dro"))))
    await disk.outbox.delivered(second, ["1"])
    await disk.outbox.delivered(first, ["1"])
    assert await disk.outbox.posts_of(second.id) == ["1"]
    assert await disk.log.answer_posted_as("discord", "general", "1") == Given("dro")


async def test_what_was_never_recorded_is_nothing_to_the_outbox(disk: Disk) -> None:
    """Urgent help that could not be written down has no id, and nothing is noted of it."""
    unrecorded = post()
    await disk.outbox.delivered(unrecorded, ["1"])
    await disk.outbox.dropped(unrecorded, "gone")
    assert await disk.outbox.posts_of(0) == []
    assert disk.rows("select * from outbox") == disk.rows("select * from posts") == []


async def test_a_community_that_was_left_is_owed_nothing(disk: Disk) -> None:
    """Where the bot was removed, it has nothing more to say; other communities get theirs."""
    await disk.owe(post())
    other = await disk.owe(post(place=Place("discord", "gamers", "lobby")))
    namesake = await disk.owe(post(place=Place("telegram", "parents", "general")))
    await disk.store.left("discord", "parents")
    assert list(await disk.outbox.owed("discord")) == [other]
    assert list(await disk.outbox.owed("telegram")) == [namesake]
    assert disk.rows("select drop_reason from outbox where dropped_at is not null") == [("left",)]


async def test_a_person_who_was_forgotten_is_owed_nothing(disk: Disk) -> None:
    """What was owed to them is given up; what is in hand all the same leaves no trace."""
    owed = await disk.owe(post())
    other = await disk.owe(post(), replace(ASKED, author="al"))
    await disk.records.forget("discord", "jo")
    assert list(await disk.outbox.owed("discord")) == [other]
    await disk.outbox.delivered(owed, ["1"])
    assert disk.rows("select * from posts") == []


async def test_an_answer_outlasts_the_pause_before_an_election(disk: Disk) -> None:
    """What is held back for six weeks is still owed."""
    may_speak = [False]
    outbox = Outbox(disk.database, may_speak=lambda owed: may_speak[0])
    weeks_ago = datetime.now(timezone.utc) - timedelta(weeks=7)
    owed = await disk.owe(post(created_at=weeks_ago, not_before=weeks_ago))
    assert await outbox.due("discord", ()) == []
    may_speak[0] = True
    later = "update outbox set not_before = created_at"
    disk.database.run_now(lambda: disk.database.execute(later))
    assert [found.id for found in await outbox.due("discord", ())] == [owed.id]


async def test_a_locked_outbox_says_so(disk: Disk) -> None:
    """A note that can't be written is an error, and can be written later."""
    owed = await disk.owe(post())
    with locked(disk.folder), pytest.raises(QuestionLogError, match="another process holds it"):
        await disk.outbox.delivered(owed, ["1"])
    await disk.outbox.delivered(owed, ["1"])
    assert await disk.outbox.posts_of(owed.id) == ["1"]
