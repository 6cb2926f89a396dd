"""Moderators settle how the bot behaves, from within Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.places import Mode, Notice, Place
from connectors.discord_connector import DiscordConnector
from connectors.fakes.discord_server import MODERATOR, Channel, FakeDiscord, Guild, Message, User
from tests.connectors.discord_bench import Bench, connected, until


@pytest.fixture
def bench() -> Bench:
    """A scripted bot."""
    return Bench()


@pytest.fixture
def mod(discord: FakeDiscord, guild: Guild) -> User:
    """A moderator."""
    return discord.user("mod", guild, [discord.role(guild, "mods", MODERATOR)])


@pytest.fixture
async def bot(discord: FakeDiscord, bench: Bench, guild: Guild) -> AsyncIterator[DiscordConnector]:
    """The connector, at work."""
    async with connected(discord, bench) as running:
        await discord.record.until(lambda: discord.commands.names(), 60, "commands")
        yield running[0]


@pytest.fixture
async def panel(discord: FakeDiscord, bot: DiscordConnector, mod: User, general: Channel) -> Message:
    """The panel, opened."""
    shown = await discord.command(mod, general, "signpost setup")
    assert shown.is_ephemeral
    return shown.message


def _here(general: Channel) -> Place:
    return Place("discord", general.guild.id, general.id)


async def test_the_panel_shows_what_holds(panel: Message) -> None:
    """In words, and as what is chosen in the menus."""
    assert "Signpost in this channel" in panel.text
    assert "**I answer**: Mention only" in panel.text
    assert "20 s for one person, 5 s in the channel" in panel.text
    (modes, services, nations, cooldowns) = [part for part in panel.components if part["type"] == 3]
    assert [option["value"] for option in modes["options"] if option.get("default")] == ["mention_only"]
    assert [option["value"] for option in services["options"] if option.get("default")] == []
    assert [option["value"] for option in nations["options"] if option.get("default")] == ["common"]
    assert [option["value"] for option in cooldowns["options"] if option.get("default")] == ["20:5"]


async def test_the_mode_is_changed_and_shown(
    discord: FakeDiscord, bench: Bench, panel: Message, mod: User, general: Channel
) -> None:
    """In the name of the moderator."""
    await discord.choose(mod, panel, "panel:channel:mode", "questions")
    assert bench.communities.settings(_here(general)).mode is Mode.QUESTIONS
    assert "Questions too" in panel.text
    assert f"by {mod.id}" in bench.communities.lines[0]


async def test_services_are_left_out_and_put_back(
    discord: FakeDiscord, bench: Bench, panel: Message, mod: User, general: Channel
) -> None:
    """Choosing none puts all back."""
    await discord.choose(mod, panel, "panel:channel:services", "debt", "health")
    assert bench.communities.settings(_here(general)).services_off == ("debt", "health")
    assert "**Services left out**: Debt, Health" in panel.text
    await discord.choose(mod, panel, "panel:channel:services")
    assert bench.communities.settings(_here(general)).services_off == ()


async def test_a_nation_is_chosen(
    discord: FakeDiscord, bench: Bench, panel: Message, mod: User, general: Channel
) -> None:
    """And the common text again."""
    await discord.choose(mod, panel, "panel:channel:nation", "northern-ireland")
    assert "Northern Ireland" in panel.text
    await discord.choose(mod, panel, "panel:channel:nation", "common")
    assert bench.communities.settings(_here(general)).nation == ""


async def test_cooldowns_are_chosen_from_presets(
    discord: FakeDiscord, bench: Bench, panel: Message, mod: User, general: Channel
) -> None:
    """Both at once."""
    await discord.choose(mod, panel, "panel:channel:cooldowns", "300:60")
    settings = bench.communities.settings(_here(general))
    assert (settings.person_cooldown_seconds, settings.channel_cooldown_seconds) == (300.0, 60.0)


async def test_cooldowns_that_are_no_preset_are_kept(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, mod: User, general: Channel
) -> None:
    """They are offered as they are now."""
    bench.communities.chosen[_here(general)] = {"person_cooldown_seconds": 42.0}
    panel = (await discord.command(mod, general, "signpost setup")).message
    await discord.choose(mod, panel, "panel:channel:cooldowns", "42:5")


async def test_quiet_is_switched(
    discord: FakeDiscord, bench: Bench, panel: Message, mod: User, general: Channel
) -> None:
    """On and off by one button."""
    await discord.press(mod, panel, "Quiet while staff talk: yes")
    assert not bench.communities.settings(_here(general)).quiet_while_staff
    await discord.press(mod, panel, "Quiet while staff talk: no")
    assert bench.communities.settings(_here(general)).quiet_while_staff


async def test_the_whole_server_is_another_scope(
    discord: FakeDiscord, bench: Bench, panel: Message, mod: User, general: Channel, guild: Guild
) -> None:
    """A channel's own settings stand before it, until they are given up."""
    await discord.press(mod, panel, "Whole server")
    assert "Signpost in the whole server" in panel.text
    await discord.choose(mod, panel, "panel:server:mode", "off")
    assert bench.communities.settings(Place("discord", guild.id)).mode is Mode.OFF
    assert bench.communities.settings(_here(general)).mode is Mode.OFF
    await discord.press(mod, panel, "This channel only")
    await discord.choose(mod, panel, "panel:channel:mode", "questions")
    assert bench.communities.settings(_here(general)).mode is Mode.QUESTIONS
    await discord.press(mod, panel, "As in the server")
    assert bench.communities.settings(_here(general)).mode is Mode.OFF


async def test_staff_and_alerts_hold_for_the_server(
    discord: FakeDiscord, bench: Bench, panel: Message, mod: User, general: Channel, guild: Guild
) -> None:
    """Whichever channel the panel was opened in."""
    await discord.press(mod, panel, "Staff, alerts, new themes")
    alerts, staff = guild.channel("alerts"), discord.role(guild, "staff")
    await discord.choose(mod, panel, "panel:channel:alerts", alerts)
    await discord.choose(mod, panel, "panel:channel:roles", staff)
    settings = bench.communities.settings(Place("discord", guild.id))
    assert (settings.alerts_channel, settings.staff_roles) == (alerts.id, (staff.id,))
    await discord.choose(mod, panel, "panel:channel:digest", general)
    assert bench.communities.settings(Place("discord", guild.id)).digest_channel == general.id
    assert f"in: {general.mention}" in panel.text
    assert alerts.mention in panel.text and f"<@&{staff.id}>" in panel.text
    await discord.choose(mod, panel, "panel:channel:alerts")
    assert bench.communities.settings(Place("discord", guild.id)).alerts_channel == ""
    await discord.press(mod, panel, "Back")
    assert "**I answer**" in panel.text


async def test_what_was_changed_is_shown(discord: FakeDiscord, panel: Message, mod: User, general: Channel) -> None:
    """With channels and people by name."""
    await discord.choose(mod, panel, "panel:channel:mode", "questions")
    await discord.press(mod, panel, "What was changed")
    assert f"mode in channel <#{general.id}> set to questions by <@{mod.id}>" in panel.text


async def test_what_cannot_be_had_is_said(discord: FakeDiscord, panel: Message, mod: User) -> None:
    """In the sentence that the bot has for it."""
    await discord.choose(mod, panel, "panel:channel:nation", "england")
    assert "England can't be had today." in panel.text


async def test_a_thread_has_its_channels_settings(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, mod: User, general: Channel
) -> None:
    """The panel may be opened in one."""
    thread = discord.thread(mod, general, "Sick pay")
    panel = (await discord.command(mod, thread, "signpost setup")).message
    await discord.choose(mod, panel, "panel:channel:mode", "off")
    assert bench.communities.settings(_here(general)).mode is Mode.OFF


async def test_who_may_no_longer_manage_the_server_is_refused(
    discord: FakeDiscord, bench: Bench, panel: Message, mod: User, guild: Guild, general: Channel
) -> None:
    """The panel may have been open for long."""
    discord.give_roles(mod, guild)
    refused = await discord.choose(mod, panel, "panel:channel:mode", "off")
    assert "Only those who may manage" in refused.text and refused.is_ephemeral
    assert bench.communities.settings(_here(general)).mode is Mode.MENTION_ONLY


async def test_the_panel_works_after_a_restart(
    discord: FakeDiscord, bench: Bench, guild: Guild, mod: User, general: Channel
) -> None:
    """Nothing about it is kept in memory."""
    async with connected(discord, bench):
        await discord.record.until(lambda: discord.commands.names(), 60, "commands")
        panel = (await discord.command(mod, general, "signpost setup")).message
    async with connected(discord, bench):
        await discord.choose(mod, panel, "panel:channel:mode", "off")
    assert bench.communities.settings(_here(general)).mode is Mode.OFF


async def test_questions_without_the_intent_are_explained_once(
    discord: FakeDiscord, bench: Bench, guild: Guild, mod: User, general: Channel
) -> None:
    """Overheard messages would have no text."""
    discord.allow_message_content = False
    async with connected(discord, bench):
        await discord.record.until(lambda: discord.commands.names(), 60, "commands")
        panel = (await discord.command(mod, general, "signpost setup")).message
        await discord.choose(mod, panel, "panel:channel:mode", "questions")
        assert "Explained: no_message_content" in panel.text
        assert (_here(general), Notice.NO_MESSAGE_CONTENT) in bench.communities.told
        await discord.choose(mod, panel, "panel:channel:mode", "questions")
        await until(lambda: "Explained" not in panel.text)
