"""Buttons, menus and slash commands of the fake Discord, answered by the real discord.py."""

from __future__ import annotations

import asyncio

import discord as dpy
import pytest

from connectors.fakes.discord_server import ApiError, FakeDiscord, Guild, Permission, ResponseType, User, interactions
from tests.connectors.fake_discord.clients import Bot, button, running, view_of


async def test_buttons_are_answered_in_private(fake: FakeDiscord, guild: Guild, ana: User, bot: Bot) -> None:
    """An ephemeral answer is no post; it can be edited and followed up, but not given twice."""
    await bot.get_partial_messageable(int(guild.channel("general").id)).send("Was it?", view=view_of(button()))
    pressing = asyncio.create_task(fake.press(ana, fake.posts[0], "Yes"))
    interaction: dpy.Interaction = await bot.see("interaction")
    assert interaction.data == {"component_type": 2, "custom_id": "sp:up", "id": 2}
    assert interaction.message is not None and str(interaction.message.id) == fake.posts[0].id
    await interaction.response.send_message("Thank you", ephemeral=True)
    pressed = await pressing
    assert pressed.is_ephemeral and pressed.text == "Thank you" and pressed.response_type is ResponseType.MESSAGE
    assert len(fake.posts) == 1 and pressed.message is not None
    await interaction.edit_original_response(content="Thanks")
    await interaction.followup.send("More", ephemeral=True)
    assert pressed.text == "Thanks\nMore"
    with pytest.raises(dpy.HTTPException) as twice:
        await interaction.client.http.request(
            dpy.http.Route("POST", f"/interactions/{interaction.id}/{interaction.token}/callback"), json={"type": 6}
        )
    assert twice.value.code == 40060


async def test_a_post_is_changed_by_its_button(fake: FakeDiscord, guild: Guild, ana: User, bot: Bot) -> None:
    """The post itself is updated, or deleted, as the response."""
    channel = bot.get_partial_messageable(int(guild.channel("general").id))
    await channel.send("Which?", view=view_of(button("sp:pick"), button("sp:x", "✕")))
    post = fake.posts[0]
    pressing = asyncio.create_task(fake.press(ana, post, "sp:pick"))
    await (await bot.see("interaction")).response.edit_message(content="This", view=view_of(button("sp:x", "✕")))
    assert (await pressing).response_type is ResponseType.UPDATE and post.text == "This" and post.labels == ["✕"]
    pressing = asyncio.create_task(fake.press(ana, post, "✕"))
    interaction = await bot.see("interaction")
    await interaction.response.defer()
    await interaction.delete_original_response()
    await pressing
    assert post.deleted
    with pytest.raises(AssertionError, match="deleted"):
        await fake.press(ana, post, "✕")


async def test_a_deferred_answer_comes_later(fake: FakeDiscord, guild: Guild, ana: User, bot: Bot) -> None:
    """The first follow-up takes the place of "thinking"."""
    await bot.get_partial_messageable(int(guild.channel("general").id)).send("Was it?", view=view_of(button()))
    pressing = asyncio.create_task(fake.press(ana, fake.posts[0], "Yes"))
    interaction = await bot.see("interaction")
    await interaction.response.defer(ephemeral=True, thinking=True)
    pressed = await pressing
    assert pressed.is_loading and pressed.answers == []
    await interaction.followup.send("Here", ephemeral=True)
    assert (await pressed.answered()).text == "Here" and not pressed.followups


async def test_an_acknowledgement_too_late_is_refused(
    fake: FakeDiscord, guild: Guild, ana: User, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person has seen "interaction failed" by then."""
    monkeypatch.setattr(interactions, "ACKNOWLEDGE_SECONDS", 0.05)
    await bot.get_partial_messageable(int(guild.channel("general").id)).send("Was it?", view=view_of(button()))
    with pytest.raises(AssertionError, match="acknowledgement"):
        await fake.press(ana, fake.posts[0], "Yes")
    assert [late.user for late in fake.record.late_interactions] == [ana]
    with pytest.raises(dpy.NotFound) as late:
        await (await bot.see("interaction")).response.send_message("Sorry")
    assert late.value.code == 10062


async def test_slash_commands_with_subcommands_and_autocomplete(
    fake: FakeDiscord, guild: Guild, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands are offered as the bot has registered them: where, to whom and with which options."""
    bot = Bot()
    group = dpy.app_commands.Group(
        name="signpost", description="Settings", guild_only=True, default_permissions=dpy.Permissions(manage_guild=True)
    )

    @bot.tree.command(description="Ask a question")
    async def ask(interaction: dpy.Interaction, question: str, where: dpy.TextChannel | None = None) -> None:
        await interaction.response.send_message(f"{question} in {where}")

    @ask.autocomplete("question")
    async def titles(interaction: dpy.Interaction, current: str) -> list[dpy.app_commands.Choice[str]]:
        return [dpy.app_commands.Choice(name=f"{current}!", value=current)]

    @group.command(description="Set up")
    async def setup(interaction: dpy.Interaction) -> None:
        await interaction.response.send_message("Settings", ephemeral=True)

    bot.tree.add_command(group)
    general = guild.channel("general")
    mod = fake.user("mod", guild, [fake.role(guild, "Mods", Permission.MANAGE_GUILD)])
    async with running(bot, fake, monkeypatch):
        assert {one.name for one in await bot.tree.sync()} == {"ask", "signpost"} == set(fake.commands.names())
        asked = await fake.command(ana, general, "ask", question="smp", where=general)
        assert asked.text == "smp in general" and fake.posts[0] is asked.message
        direct = await fake.command(ana, fake.direct(ana), "ask", question="smp")
        assert direct.text == "smp in None"
        offered = await fake.autocomplete(ana, general, "ask", "question", "sm")
        assert [one["value"] for one in offered] == ["sm"]
        assert (await fake.command(mod, general, "signpost setup")).is_ephemeral
        with pytest.raises(AssertionError, match="ana isn't offered /signpost"):
            await fake.command(ana, general, "signpost setup")
        with pytest.raises(AssertionError, match="isn't offered here"):
            await fake.command(mod, fake.direct(mod), "signpost setup")
        with pytest.raises(AssertionError, match="needs"):
            await fake.command(ana, general, "ask")


async def test_menus_of_channels_roles_and_texts(fake: FakeDiscord, guild: Guild, ana: User, bot: Bot) -> None:
    """What is chosen reaches the bot with the objects it names."""
    role = fake.role(guild, "Staff")
    texts: dpy.ui.Select[dpy.ui.View] = dpy.ui.Select(custom_id="mode", options=[dpy.SelectOption(label="Off")])
    channels: dpy.ui.ChannelSelect[dpy.ui.View] = dpy.ui.ChannelSelect(custom_id="where")
    roles: dpy.ui.RoleSelect[dpy.ui.View] = dpy.ui.RoleSelect(custom_id="staff", max_values=5)
    view = view_of(texts, channels, roles)
    await bot.get_partial_messageable(int(guild.channel("general").id)).send("Settings", view=view)
    for menu, value in (("mode", "Off"), ("where", guild.channel("general")), ("staff", role)):
        choosing = asyncio.create_task(fake.choose(ana, fake.posts[0], menu, value))
        interaction = await bot.see("interaction")
        await interaction.response.defer()
        await choosing
        assert interaction.data["values"] == [value if isinstance(value, str) else value.id]
    assert [one.name for one in roles.values] == ["Staff"] and channels.values[0].name == "general"
    with pytest.raises(AssertionError, match="offers"):
        await fake.choose(ana, fake.posts[0], "mode", "On")


async def test_a_command_sync_can_be_refused(fake: FakeDiscord, bot: Bot) -> None:
    """A route can be made to fail for certain."""
    route = ("PUT", "/applications/{application}/commands")
    fake.faults.refusals[route] = ApiError(403, 50001, "Missing Access")
    with pytest.raises(dpy.Forbidden):
        await bot.tree.sync()


async def test_a_form_is_filled_in(fake: FakeDiscord, guild: Guild, ana: User, bot: Bot) -> None:
    """A form is an answer too, and what is written in it comes back as an interaction."""
    await bot.get_partial_messageable(int(guild.channel("general").id)).send("Settings", view=view_of(button()))
    form: dpy.ui.Modal = dpy.ui.Modal(title="Cool-down", custom_id="cooldown")
    form.add_item(dpy.ui.TextInput(label="Seconds", custom_id="seconds"))
    pressing = asyncio.create_task(fake.press(ana, fake.posts[0], "Yes"))
    await (await bot.see("interaction")).response.send_modal(form)
    pressed = await pressing
    assert pressed.modal is not None and pressed.modal["title"] == "Cool-down"
    submitting = asyncio.create_task(fake.submit(ana, pressed, seconds="30"))
    interaction = await bot.see("interaction")
    assert interaction.data["components"][0]["components"][0]["value"] == "30"
    await interaction.response.send_message("Saved", ephemeral=True)
    assert (await submitting).text == "Saved"
