"""/settings: administrators settle in a panel of buttons when and where the bot may speak."""

from __future__ import annotations

import pytest

from bot.places import ChannelSettings, Mode, Place
from connectors.fakes.telegram_server import Chat, FakeTelegram, Post, User
from tests.connectors.telegram_bench import Bench, bench


async def opened(b: Bench, sender: User | Chat | None = None) -> Post:
    """The panel, opened by Ann or somebody else."""
    return await b.telegram.reply_to(b.telegram.say(sender or b.ann, b.group, "/settings"))


async def pressed(b: Bench, panel: Post, label: str) -> str:
    """Press a button of the panel, and wait until the panel shows it; returns the word."""
    count = len(panel.edits)
    answer = await b.telegram.press(b.ann, panel, label)
    await b.telegram.until(lambda: len(panel.edits) > count)
    return str(answer.text)


def settled(b: Bench) -> ChannelSettings:
    """What holds in the group."""
    return b.communities.settings(Place("telegram", str(b.group.id)))


async def test_the_panel_shows_what_holds() -> None:
    """A new group's settings, with buttons to change them."""
    async with bench() as b:
        panel = await opened(b)
        assert "I speak: when mentioned" in panel.text and "Quiet while administrators talk: no" in panel.text
        assert "✓ When mentioned" in panel.buttons and {"Nation", "Services", "Alerts", "Done"} < set(panel.buttons)


async def test_the_mode() -> None:
    """Is changed at once, by whom is noted, and the panel shows it."""
    async with bench() as b:
        panel = await opened(b)
        assert await pressed(b, panel, "Questions too") == "Saved."
        assert "✓ Questions too" in panel.buttons
        place = Place("telegram", str(b.group.id))
        assert b.communities.changes == [(place, {"mode": "questions"}, str(b.ann.id))]


async def test_nation_services_pace_staff() -> None:
    """Each on a page of its own, and back."""
    async with bench() as b:
        panel = await opened(b)
        for label in ("Nation", "Scotland", "‹ Back", "Services", "✓ Debt", "‹ Back", "Cool-downs", "Calm: 60 s, 30 s"):
            await pressed(b, panel, label)
        await pressed(b, panel, "‹ Back")
        await pressed(b, panel, "Quiet while administrators talk: turn on")
        here = settled(b)
        assert (here.nation, here.services_off) == ("scotland", ["debt"])
        assert (here.person_cooldown_seconds, here.channel_cooldown_seconds) == (60, 30)
        assert here.quiet_while_staff and here.staff_roles == ["administrator"]
        assert "Nation: Scotland" in panel.text and "Services left out: Debt" in panel.text
        await pressed(b, panel, "Services")
        await pressed(b, panel, "✕ Debt")
        await pressed(b, panel, "‹ Back")
        await pressed(b, panel, "Quiet while administrators talk: turn off")
        await pressed(b, panel, "Nation")
        await pressed(b, panel, "The whole UK")
        assert (settled(b).services_off, settled(b).quiet_while_staff, settled(b).nation) == ([], False, "")


async def test_what_cant_be_chosen_is_said() -> None:
    """In the words of the bot, to who chose it."""
    async with bench() as b:
        panel = await opened(b)
        await pressed(b, panel, "Cool-downs")
        answer = await b.telegram.press(b.ann, panel, "Rare: 300 s, 120 s")
        assert answer.text == "That is too long a cool-down." and not b.communities.changes


async def test_history() -> None:
    """What was changed, and by whom."""
    async with bench() as b:
        panel = await opened(b)
        await pressed(b, panel, "Off")
        await pressed(b, panel, "History")
        assert panel.text == f"mode by {b.ann.id}"


async def test_done_takes_the_panel_away() -> None:
    """The group is left as it was."""
    async with bench() as b:
        panel = await opened(b)
        await b.telegram.press(b.ann, panel, "Done")
        await b.telegram.until(lambda: panel.is_deleted)


async def test_only_administrators() -> None:
    """Others get no panel, and their presses change nothing; the group sees nothing of it."""
    async with bench() as b:
        ben = b.telegram.user("Ben")
        private = b.telegram.private_chat(ben)
        b.telegram.say(ben, b.group, "/settings")
        refused = await b.telegram.posted(lambda post: post.chat is private)
        assert "Only administrators" in refused.text
        panel = await opened(b)
        assert "Only administrators" in (await b.telegram.press(ben, panel, "Off")).text
        assert not b.communities.changes and b.telegram.posts_in(b.group) == [panel]


async def test_who_is_no_administrator_any_more_is_noticed() -> None:
    """At the next press."""
    async with bench() as b:
        ben = b.telegram.user("Ben")
        b.telegram.promote(ben, b.group)
        panel = await opened(b, ben)
        b.telegram.demote(ben, b.group)
        assert "Only administrators" in (await b.telegram.press(ben, panel, "Off")).text


async def test_an_anonymous_administrator_opens_the_panel() -> None:
    """And presses in their own name, as Telegram tells."""
    async with bench() as b:
        panel = await opened(b, b.group)
        await pressed(b, panel, "Off")
        assert b.communities.changes[0][2] == str(b.ann.id)


async def test_settings_in_private_lead_to_the_group() -> None:
    """There is nothing to settle in private."""
    async with bench() as b:
        b.telegram.say(b.ann, b.telegram.private_chat(b.ann), "/settings")
        assert "in the group" in (await b.telegram.posted(lambda post: True)).text


async def test_privacy_mode_is_explained_once() -> None:
    """Where Telegram would hide from the bot what it may now answer."""
    async with bench(FakeTelegram(reads_all=False)) as b:
        panel = await opened(b)
        await pressed(b, panel, "Questions too")
        assert panel.text.endswith("About privacy_mode.")
        await pressed(b, panel, "Off")
        await pressed(b, panel, "Questions too")
        assert "privacy_mode" not in panel.text


@pytest.mark.parametrize("reads_all", [True, False])
async def test_privacy_mode_is_no_matter_where_the_bot_sees_all(reads_all: bool) -> None:
    """It is switched off, or the bot is an administrator."""
    async with bench(FakeTelegram(reads_all=reads_all)) as b:
        if not reads_all:
            b.telegram.promote(b.telegram.bot, b.group)
        panel = await opened(b)
        await pressed(b, panel, "Questions too")
        assert "privacy_mode" not in panel.text


async def test_alerts_in_the_group_or_nowhere() -> None:
    """By two buttons."""
    async with bench() as b:
        panel = await opened(b)
        await pressed(b, panel, "Alerts")
        await pressed(b, panel, "In this group")
        assert settled(b).alerts_channel == str(b.group.id) and "✓ In this group" in panel.buttons
        await pressed(b, panel, "Nowhere")
        assert settled(b).alerts_channel == ""


async def test_new_questions_in_a_group_of_staff() -> None:
    """In this group or another one of its administrator's; never in private, where nobody sees who decides."""
    async with bench() as b:
        panel = await opened(b)
        await pressed(b, panel, "New questions")
        await pressed(b, panel, "In this group")
        assert settled(b).digest_channel == str(b.group.id) and settled(b).alerts_channel == ""
        command = f"/settings digest {b.group.id}"
        staff, private = b.telegram.supergroup("Staff", creator=b.ann), b.telegram.private_chat(b.ann)
        assert command in panel.text
        assert "Only somebody" in (await b.telegram.reply_to(b.telegram.say(b.ann, private, command))).text
        assert "will now come here" in (await b.telegram.reply_to(b.telegram.say(b.ann, staff, command))).text
        assert settled(b).digest_channel == str(staff.id)
        await pressed(b, panel, "‹ Back")
        assert "New questions, for staff: in another chat" in panel.text


async def test_alerts_in_another_chat() -> None:
    """The panel says what to send there; it takes an administrator of both, and a private chat is one's own."""
    async with bench() as b:
        panel = await opened(b)
        await pressed(b, panel, "Alerts")
        command = f"/settings alerts {b.group.id}"
        assert command in panel.text
        for chat in (b.telegram.supergroup("Staff", creator=b.ann), b.telegram.private_chat(b.ann)):
            assert "will now come here" in (await b.telegram.reply_to(b.telegram.say(b.ann, chat, command))).text
            assert settled(b).alerts_channel == str(chat.id)
        await pressed(b, panel, "‹ Back")
        assert "Alerts of emergencies: in another chat" in panel.text


async def test_alerts_are_not_sent_to_strangers() -> None:
    """Neither by who administers only one of the two chats, nor by somebody who can't be known."""
    async with bench() as b:
        ben = b.telegram.user("Ben")
        mine, theirs = b.telegram.supergroup("Mine", creator=b.ann), b.telegram.supergroup("Theirs", creator=ben)
        tries = [(ben, theirs, b.group.id), (b.ann, theirs, b.group.id), (mine, mine, b.group.id), (b.ann, mine, "-x")]
        for sender, chat, group in tries:
            answer = await b.telegram.reply_to(b.telegram.say(sender, chat, f"/settings alerts {group}"))
            assert "Only somebody who is an administrator" in answer.text
        assert settled(b).alerts_channel == "" and settled(b).mode is Mode.MENTION_ONLY
