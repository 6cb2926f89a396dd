"""From a server's members to the model and back: the real desk behind the real connector."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from bot.app import Project
from bot.releases import Release
from connectors.discord_connector import DiscordConnector
from connectors.fakes.discord_server import MODERATOR, FakeDiscord
from tests.connectors.desk_bench import at_work, noted

QUESTION = "how much is statutory maternity pay"
OTHER_QUESTION = "what are keeping in touch days"


def running(project: Project, release: Release, discord: FakeDiscord) -> AbstractAsyncContextManager[None]:
    """The bot, as `signpost run` joins it."""
    return at_work(project, release, DiscordConnector(discord.token, discord.api_base))


async def test_a_day_in_a_server(project: Project, release: Release) -> None:
    """Asked, voted on, edited, overheard, settled, muted, removed; each once."""
    async with FakeDiscord() as discord, running(project, release, discord):
        guild = discord.guild("Carers")
        general = guild.channel("general")
        assert "/signpost setup" in (await discord.post(lambda post: post.channel is general)).text
        ann = discord.user("ann", guild)
        mod = discord.user("mod", guild, [discord.role(guild, "mods", MODERATOR)])

        question = discord.say(ann, general, QUESTION, mention_bot=True)
        answer = await discord.reply_to(question)
        assert "Statutory Maternity Pay" in answer.text and "Automated reply" in answer.text
        await noted(project, answer.id)
        assert "Thank you" in (await discord.press(mod, answer, "👍")).text

        discord.edit(question, f"{discord.bot.mention} {OTHER_QUESTION}")
        await discord.edited(answer)
        assert "eeping in touch" in answer.text

        overheard = discord.say(mod, general, QUESTION)
        panel = (await discord.command(mod, general, "signpost setup")).message
        assert panel is not None
        await discord.choose(mod, panel, "panel:channel:mode", "off")
        muted = await discord.command(mod, general, "ask", question=QUESTION)
        assert "switched off" in muted.text and muted.is_ephemeral
        assert not discord.replies_to(overheard)

        assert (await discord.press(discord.user("cat", guild), answer, "✕")).is_ephemeral
        await discord.press(ann, answer, "✕")
        await discord.deleted(answer)


async def test_a_question_that_is_deleted_and_one_by_command(project: Project, release: Release) -> None:
    """In private, everything may be asked; what is held is shown and erased."""
    async with FakeDiscord() as discord, running(project, release, discord):
        guild = discord.guild("Carers")
        ann = discord.user("ann", guild)
        question = discord.say(ann, discord.direct(ann), QUESTION)
        answer = await discord.reply_to(question)
        discord.delete(question)
        await discord.deleted(answer)

        asked = await discord.command(ann, guild.first_channel, "ask", question="Debt relief orders (DROs)")
        assert "DRO" in asked.text and asked.message is not None
        await noted(project, asked.message.id)
        assert "Thank you" in (await discord.press(ann, asked.message, "👎")).text
        assert (await discord.command(ann, guild.first_channel, "topics")).is_ephemeral
        assert (await discord.command(ann, guild.first_channel, "mydata")).text
        forget = (await discord.command(ann, guild.first_channel, "forgetme")).message
        assert forget is not None
        await discord.press(ann, forget, "Erase it")
        assert forget.earlier and not forget.labels


async def test_after_a_restart_everything_goes_on(project: Project, release: Release) -> None:
    """Old buttons work, replies are understood, and what was asked meanwhile is answered once."""
    async with FakeDiscord() as discord:
        guild = discord.guild("Carers")
        general = guild.channel("general")
        ann = discord.user("ann", guild)
        async with running(project, release, discord):
            question = discord.say(ann, general, QUESTION, mention_bot=True)
            answer = await discord.reply_to(question)
        missed = discord.say(ann, general, OTHER_QUESTION, mention_bot=True)
        async with running(project, release, discord):
            await discord.reply_to(missed)
            assert "Thank you" in (await discord.press(ann, answer, "👍")).text
        assert len(discord.replies_to(question)) == len(discord.replies_to(missed)) == 1
