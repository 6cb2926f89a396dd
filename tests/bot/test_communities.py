"""What moderators settle holds where they settled it, is kept with its history, and is explained in sentences."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest

from bot import communities as module
from bot.answers import NATIONS
from bot.communities import Communities
from bot.errors import SettingsError
from bot.places import ChannelSettings, Mode, Notice, Place
from tests.disk import ANSWERED, ASKED, Disk, locked, post
from tests.waiting import end, until

DEFAULTS = ChannelSettings(person_cooldown_seconds=30.0, quiet_while_staff=True)
ON_TELEGRAM = replace(DEFAULTS, staff_roles=("administrator",))
SERVICES = ("debt", "maternity", "voting")
SERVER = Place("discord", "parents")
ROOM = Place("discord", "parents", "general")
OTHER_ROOM = Place("discord", "parents", "random")
GROUP = Place("telegram", "-100", "-100")


@pytest.fixture
def communities(disk: Disk) -> Communities:
    """Communities in which nothing has been settled."""
    return Communities(disk.store, DEFAULTS, SERVICES)


def reopened(disk: Disk) -> Communities:
    """The same communities, as the next process finds them."""
    return Communities(disk.store, DEFAULTS, SERVICES)


def assert_one_sentence(error: BaseException) -> None:
    """A message that a moderator can read at once."""
    assert re.fullmatch(r"[A-Z][^\n]+[^.]\.", str(error)) and "$" not in str(error), str(error)


def test_a_new_community_has_the_defaults(communities: Communities) -> None:
    """Until something is settled, a channel is as the configuration says: the bot speaks when it is mentioned."""
    assert communities.settings(ROOM) == communities.settings(SERVER) == DEFAULTS
    assert communities.settings(ROOM).mode is Mode.MENTION_ONLY


async def test_a_channel_stands_before_its_community(communities: Communities, disk: Disk) -> None:
    """A channel's own settings hold, then the community's, then the defaults; elsewhere nothing changes."""
    await communities.change(SERVER, {"mode": "questions", "nation": "wales"}, "mod")
    changed = await communities.change(ROOM, {"mode": "off"}, "mod")
    assert changed == replace(DEFAULTS, mode=Mode.OFF, nation="wales")
    for seen in (communities, reopened(disk)):
        assert seen.settings(ROOM) == changed
        assert seen.settings(replace(ROOM, thread="t1")) == changed
        assert seen.settings(OTHER_ROOM) == replace(DEFAULTS, mode=Mode.QUESTIONS, nation="wales")
        assert seen.settings(replace(ROOM, platform="telegram")) == ON_TELEGRAM
        assert seen.settings(replace(ROOM, community="gamers")) == DEFAULTS


async def test_none_goes_back(communities: Communities, disk: Disk) -> None:
    """Nothing chosen is what would hold otherwise: the community's choice, then the default."""
    await communities.change(SERVER, {"mode": "questions"}, "mod")
    await communities.change(ROOM, {"mode": "off"}, "mod")
    assert (await communities.change(ROOM, {"mode": None}, "mod")).mode is Mode.QUESTIONS
    await communities.change(SERVER, {"mode": None}, "mod")
    assert communities.settings(ROOM) == reopened(disk).settings(ROOM) == DEFAULTS


async def test_every_setting_can_be_changed(communities: Communities, disk: Disk) -> None:
    """Each setting comes back as it was chosen, in this process and the next."""
    chosen = ChannelSettings(Mode.QUESTIONS, 60.0, 0.0, ("debt", "voting"), "scotland", "en", False, ("r1", "r2"), "c9")
    changes = {name: getattr(chosen, name) for name in ChannelSettings.__dataclass_fields__}
    assert await communities.change(ROOM, changes, "mod") == chosen
    assert reopened(disk).settings(ROOM) == chosen


async def test_plain_values_are_understood(communities: Communities, disk: Disk) -> None:
    """What a menu or a form hands over is text and lists."""
    changes = {"person_cooldown_seconds": "90", "services_off": ["debt"], "quiet_while_staff": "false"}
    settings = await communities.change(ROOM, changes, "mod")
    assert (settings.person_cooldown_seconds, settings.services_off) == (90.0, ("debt",))
    assert settings.quiet_while_staff is False
    assert (await communities.change(ROOM, {"services_off": {"voting"}}, "mod")).services_off == ("voting",)
    assert reopened(disk).settings(ROOM) == communities.settings(ROOM)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"loudness": 3}, "no setting named loudness"),
        ({"services_off": ["debt", "astrology"]}, "no service named astrology"),
        ({"services_off": "debt"}, "services off"),
        ({"nation": "france"}, "must be one of england, scotland, wales, northern-ireland"),
        ({"language": "fr"}, "English only"),
        ({"mode": "loud"}, "must be one of off, mention_only, questions"),
        ({"person_cooldown_seconds": -1}, "between nothing and a day"),
        ({"channel_cooldown_seconds": 86_401}, "between nothing and a day"),
        ({"channel_cooldown_seconds": "nan"}, "cool-down"),
        ({"channel_cooldown_seconds": "soon"}, "channel cooldown seconds"),
        ({"quiet_while_staff": "perhaps"}, "quiet while staff"),
        ({"mode": "off", "nation": "france"}, "nation"),
    ],
)
async def test_what_cannot_be_chosen_is_explained(
    communities: Communities, disk: Disk, changes: dict[str, object], says: str
) -> None:
    """A wrong choice is refused in a sentence, and nothing of it is kept."""
    with pytest.raises(SettingsError, match=says) as caught:
        await communities.change(ROOM, changes, "mod")
    assert_one_sentence(caught.value)
    assert communities.settings(ROOM) == DEFAULTS
    assert disk.rows("select * from settings_changes") == []


async def test_a_choice_that_cannot_be_written_is_explained(communities: Communities, disk: Disk) -> None:
    """While another process holds the database nothing is changed, and the moderator is told."""
    with locked(disk.folder), pytest.raises(SettingsError, match="try again"):
        await communities.change(ROOM, {"mode": "off"}, "mod")
    assert communities.settings(ROOM) == reopened(disk).settings(ROOM) == DEFAULTS


async def test_every_nation_of_the_answers_can_be_chosen(communities: Communities) -> None:
    """The nations are those of the answers, and "" is the common text."""
    for nation in ("", *NATIONS):
        assert (await communities.change(ROOM, {"nation": nation}, "mod")).nation == nation


async def test_a_service_that_is_gone_stands_in_nobodys_way(communities: Communities, disk: Disk) -> None:
    """A service that was switched off and then left the answers is forgotten, and others can be chosen."""
    await communities.change(ROOM, {"services_off": ["voting", "debt"]}, "mod")
    later = Communities(disk.store, DEFAULTS, ["debt", "maternity"])
    assert later.settings(ROOM).services_off == ("debt",)
    both = (*later.settings(ROOM).services_off, "maternity")
    assert (await later.change(ROOM, {"services_off": both}, "mod")).services_off == both


async def test_the_history_says_what_when_and_who(communities: Communities, disk: Disk) -> None:
    """Newest first, a line each, those of the community and its channels alone."""
    await communities.change(SERVER, {"mode": Mode.QUESTIONS}, "ann")
    await communities.change(ROOM, {"services_off": ["debt", "voting"], "person_cooldown_seconds": 90}, "ben")
    await communities.change(ROOM, {"quiet_while_staff": False}, "ann")
    await communities.change(ROOM, {"services_off": ()}, "ann")
    await communities.change(SERVER, {"mode": None, "nation": ""}, "ben")
    await communities.change(replace(ROOM, community="gamers"), {"mode": "off"}, "eve")
    lines = await reopened(disk).history(ROOM)
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d: ", line) for line in lines)
    assert [line.partition(": ")[2] for line in lines] == [
        "nation set to none by ben",
        "mode set to as in the community by ben",
        "services off in channel general set to none by ann",
        "quiet while staff in channel general set to no by ann",
        "person cooldown seconds in channel general set to 90 by ben",
        "services off in channel general set to debt, voting by ben",
        "mode set to questions by ann",
    ]
    assert list(await communities.history(SERVER, limit=2)) == list(lines[:2])


async def test_a_community_joins_once(communities: Communities, disk: Disk) -> None:
    """A community is new when the bot is invited, not at each start, and again after it was removed."""
    assert await communities.joined("discord", "parents", "Parents")
    assert not await communities.joined("discord", "parents", "Parents")
    assert not await reopened(disk).joined("discord", "parents", "Parents")
    assert await communities.joined("telegram", "parents", "Parents")
    await communities.left("discord", "parents")
    assert await communities.joined("discord", "parents", "Parents")
    assert disk.rows("select platform, left_at from communities order by 1") == [("discord", None), ("telegram", None)]


async def test_settings_and_history_outlast_a_removal(communities: Communities) -> None:
    """Who invites the bot again finds it as they left it."""
    await communities.joined("discord", "parents", "Parents")
    await communities.change(ROOM, {"mode": "off"}, "mod")
    await communities.left("discord", "parents")
    await communities.joined("discord", "parents", "Parents")
    assert communities.settings(ROOM).mode is Mode.OFF
    assert len(await communities.history(SERVER)) == 1


async def test_leaving_an_unknown_community_is_nothing(communities: Communities) -> None:
    """A platform may tell of a removal twice."""
    await communities.left("discord", "nowhere")
    assert await communities.joined("discord", "nowhere", "")


@pytest.mark.parametrize("notice", Notice)
async def test_each_problem_is_explained_once(communities: Communities, disk: Disk, notice: Notice) -> None:
    """What is wrong is told once in a place, in words, and not again after a restart."""
    text = await communities.to_explain(SERVER, notice)
    assert text and "{" not in text
    assert await communities.to_explain(SERVER, notice) is None
    assert await reopened(disk).to_explain(SERVER, notice) is None
    assert await communities.to_explain(replace(SERVER, community="gamers"), notice)
    assert await communities.to_explain(replace(SERVER, platform="telegram"), notice)


async def test_two_explain_at_once_and_one_is_heard(communities: Communities) -> None:
    """Two channels with the same problem at the same moment bring one explanation."""
    told = await asyncio.gather(*[communities.to_explain(SERVER, Notice.CANNOT_POST) for _ in range(5)])
    assert sum(text is not None for text in told) == 1


async def test_the_welcome_names_the_platforms_own_command(communities: Communities) -> None:
    """Moderators are told what to type."""
    assert "/signpost setup" in (await communities.to_explain(SERVER, Notice.WELCOME) or "")
    assert "/settings" in (await communities.to_explain(GROUP, Notice.WELCOME) or "")


async def test_who_invites_the_bot_again_is_told_again(communities: Communities) -> None:
    """After a removal everything is explained anew."""
    for place in (SERVER, ROOM):
        assert await communities.to_explain(place, Notice.CANNOT_POST)
    await communities.left("discord", "parents")
    await communities.joined("discord", "parents", "Parents")
    for place in (SERVER, ROOM):
        assert await communities.to_explain(place, Notice.CANNOT_POST)


async def test_a_direct_message_takes_every_question(communities: Communities) -> None:
    """Nobody moderates a direct message: all questions are welcome, whatever was settled elsewhere."""
    private = Place("telegram", "", "42")
    await communities.change(private, {"mode": "off"}, "mod")
    settings = communities.settings(private)
    assert (settings.mode, settings.quiet_while_staff) == (Mode.QUESTIONS, False)
    strict = Communities(communities._store, replace(DEFAULTS, mode=Mode.OFF), SERVICES)
    assert strict.settings(private).mode is Mode.QUESTIONS


async def test_a_supergroup_goes_on_under_its_new_id(communities: Communities, disk: Disk) -> None:
    """Settings, notices, questions and what is owed are those of the new id; the group is no new one."""
    await communities.joined("telegram", "-100", "Parents")
    await communities.change(replace(GROUP, channel=""), {"mode": "questions", "alerts_channel": "-100"}, "mod")
    await communities.change(GROUP, {"nation": "wales"}, "mod")
    await communities.to_explain(replace(GROUP, channel=""), Notice.WELCOME)
    owed = await disk.owe(post(place=replace(GROUP, thread="7")))
    await communities.moved("telegram", "-100", "-200")
    new = Place("telegram", "-200", "-200")
    for seen in (communities, reopened(disk)):
        settings = seen.settings(new)
        assert (settings.mode, settings.nation, settings.alerts_channel) == (Mode.QUESTIONS, "wales", "-200")
        assert seen.settings(GROUP) == ON_TELEGRAM
    assert len(await communities.history(new)) == 3
    assert await communities.to_explain(replace(new, channel=""), Notice.WELCOME) is None
    assert not await communities.joined("telegram", "-200", "Parents")
    assert [waiting.place for waiting in await disk.outbox.owed("telegram")] == [replace(new, thread="7")]
    assert [waiting.id for waiting in await disk.outbox.owed("telegram")] == [owed.id]
    assert disk.rows("select community, channel from questions") == [("-200", "-200")]
    assert not [where for where, value in disk.values() if value == "-100"]


async def test_messages_of_a_supergroup_are_its_own(communities: Communities, disk: Disk) -> None:
    """A supergroup numbers its messages afresh: a new one with an old one's number is another message."""
    asked = replace(ASKED, platform="telegram", community="-100", channel="-100", message_id="17")
    first = await disk.log.record(asked, "first", (), ANSWERED, [post(place=asked.place)])
    await disk.outbox.delivered(first.owed[0], ["18"])
    await communities.moved("telegram", "-100", "-200")
    again = replace(asked, community="-200", channel="-200")
    assert (await disk.log.record(again, "second", (), ANSWERED)).is_new
    assert await disk.log.find_by_post(again.place, "18") is None
    assert await disk.log.answer_posted_as("telegram", "-200", "18") is None


async def test_what_was_owed_to_a_group_replies_to_nothing_in_its_supergroup(
    communities: Communities, disk: Disk
) -> None:
    """The message that it answers is not there, and another one may have its number."""
    owed = await disk.owe(post(place=GROUP, reply_to="17"))
    await communities.moved("telegram", "-100", "-200")
    assert [waiting.reply_to for waiting in await disk.outbox.owed("telegram")] == [""]
    await disk.outbox.delivered(owed, ["3"])
    assert await disk.log.find_by_post(Place("telegram", "-200", "-200"), "3")


async def test_a_move_that_is_told_late_loses_nothing(communities: Communities, disk: Disk) -> None:
    """The supergroup may have been heard already, and the bot have left the old group, when the move is told."""
    asked = replace(ASKED, platform="telegram", community="-100", channel="-100", message_id="17")
    await disk.log.record(asked, "old", (), ANSWERED, [post(place=asked.place)])
    await communities.joined("telegram", "-100", "Parents")
    await communities.joined("telegram", "-200", "Parents")
    there = replace(asked, community="-200", channel="-200")
    await disk.log.record(there, "new", (), ANSWERED, [post(place=there.place)])
    await communities.left("telegram", "-100")
    for _ in range(2):
        await communities.moved("telegram", "-100", "-200")
    assert disk.rows("select text, channel from questions order by id") == [("old", "-200"), ("new", "-200")]
    assert not await communities.joined("telegram", "-200", "Parents")
    assert disk.rows("select community, left_at from communities") == [("-200", None)]


async def test_alerts_of_others_follow_a_group_that_moves(communities: Communities) -> None:
    """Alerts that another group sends there go on being sent there."""
    await communities.change(Place("telegram", "-300"), {"alerts_channel": "-100"}, "mod")
    await communities.change(SERVER, {"alerts_channel": "-100"}, "mod")
    await communities.moved("telegram", "-100", "-200")
    assert communities.settings(Place("telegram", "-300", "-300")).alerts_channel == "-200"
    assert communities.settings(ROOM).alerts_channel == "-100"


async def test_a_change_by_another_process_is_seen(
    communities: Communities, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings are read again soon after another process has changed them, even if reading fails now and then."""
    monkeypatch.setattr(module, "REFRESH_SECONDS", 0.01)
    refreshing = asyncio.create_task(communities.keep_fresh())
    other = Disk(disk.folder, busy_seconds=5.0)
    for mode in (Mode.OFF, Mode.QUESTIONS):
        await Communities(other.store, DEFAULTS, SERVICES).change(ROOM, {"mode": mode}, "mod")
        await until(lambda: communities.settings(ROOM).mode is mode)  # noqa: B023 -- waited for at once
    await end(refreshing)
    other.close()


async def test_a_failing_read_ends_no_refreshing(
    communities: Communities, disk: Disk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What can't be read now is read later."""
    monkeypatch.setattr(module, "REFRESH_SECONDS", 0.01)
    other = Disk(disk.folder)
    disk.database.run_now(lambda: disk.database.execute("alter table settings_changes rename to hidden"))
    refreshing = asyncio.create_task(communities.keep_fresh())
    await until(lambda: caplog.records)
    disk.database.run_now(lambda: disk.database.execute("alter table hidden rename to settings_changes"))
    await Communities(other.store, DEFAULTS, SERVICES).change(ROOM, {"mode": "off"}, "mod")
    await until(lambda: communities.settings(ROOM).mode is Mode.OFF)
    await end(refreshing)
    other.close()
