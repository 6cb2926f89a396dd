"""Messages on the fake Discord, between people and the real discord.py."""

from __future__ import annotations

import asyncio

import discord as dpy
import pytest

from connectors.fakes.discord_server import FakeDiscord, Guild, MessageType, Permission, User
from tests.connectors.fake_discord.clients import Bot, button, running, view_of


async def test_a_message_reaches_the_bot_with_its_author_as_a_member(fake: FakeDiscord, guild: Guild, bot: Bot) -> None:
    """Mentions, roles and the channel's last message are where discord.py looks for them."""
    staff = fake.role(guild, "Staff", Permission.MANAGE_MESSAGES)
    mod = fake.user("mod", guild, [staff])
    sent = fake.say(mod, guild.channel("general"), "how much is smp", mention_bot=True)
    message: dpy.Message = await bot.see("message")
    assert isinstance(message.author, dpy.Member)
    assert [role.id for role in message.author.roles if not role.is_default()] == [int(staff.id)]
    assert bot.user in message.mentions and message.clean_content.endswith("how much is smp")
    assert str(message.id) == sent.id and message.channel.last_message_id == message.id


async def test_a_reply_is_recorded_and_edited_and_deleted(fake: FakeDiscord, guild: Guild, ana: User, bot: Bot) -> None:
    """A post can be read in all its states, and who was notified by it."""
    question = fake.say(ana, guild.channel("general"), "how much is smp")
    message: dpy.Message = await bot.see("message")
    embed = dpy.Embed(title="SMP", description="You get").set_footer(text="DWP")
    reply = await message.reply(embed=embed, view=view_of(button()), mention_author=True)
    post = await fake.reply_to(question)
    assert post.text == "SMP\nYou get\nDWP" and post.labels == ["Yes"]
    assert post.notified == {ana.id} and fake.replies_to(question) == [post]
    await reply.edit(content="Better", embed=None)
    assert (await fake.edited(post)).text == "Better" and post.earlier[0]["embeds"]
    await reply.delete()
    await fake.deleted(post)
    assert list(fake.posts) == [post] and post.deleted


async def test_nobody_is_notified_whom_the_bot_does_not_allow(
    fake: FakeDiscord, guild: Guild, ana: User, bot: Bot
) -> None:
    """Notifications are worked out from the text and the allowed mentions."""
    fake.set_permissions(guild, guild.bot_role, guild.bot_role.permissions | Permission.MENTION_EVERYONE)
    channel = bot.get_partial_messageable(int(guild.channel("general").id))
    await channel.send(f"@everyone {ana.mention}")
    await channel.send(f"@everyone {ana.mention}", allowed_mentions=dpy.AllowedMentions(users=True))
    await channel.send("@everyone", allowed_mentions=dpy.AllowedMentions(everyone=True))
    notified = [post.notified for post in fake.posts]
    assert notified == [frozenset(), {ana.id}, frozenset(guild.members)]


async def test_what_a_message_replies_to_comes_with_it(fake: FakeDiscord, guild: Guild, ana: User, bot: Bot) -> None:
    """A reply carries the message it replies to, and mentions its author unless told not to."""
    await bot.get_partial_messageable(int(guild.channel("general").id)).send("Hello")
    fake.say(ana, guild.channel("general"), "thanks", reply_to=fake.posts[0])
    fake.say(ana, guild.channel("general"), "thanks", reply_to=fake.posts[0], ping=False)
    pinged = await bot.see("message", lambda message: message.author != bot.user)
    quiet = await bot.see("message")
    assert pinged.reference.resolved.content == "Hello" and pinged.reference.resolved.author == bot.user
    assert bot.user in pinged.mentions and bot.user not in quiet.mentions


async def test_edits_previews_and_deletions_of_people(fake: FakeDiscord, guild: Guild, ana: User, bot: Bot) -> None:
    """A preview that Discord adds is an update but no edit."""
    channel = guild.channel("general")
    sent = fake.say(ana, channel, "https://www.gov.uk")
    fake.resolve_embed(sent)
    preview = await bot.see("raw_message_edit")
    assert preview.message.edited_at is None and preview.message.embeds
    fake.edit(sent, "how much is smp")
    edit = await bot.see("raw_message_edit")
    assert edit.message.edited_at is not None and edit.message.content == "how much is smp"
    fake.delete(sent)
    assert (await bot.see("raw_message_delete")).message_id == int(sent.id)
    more = [fake.say(ana, channel, text) for text in "ab"]
    fake.bulk_delete(channel, more)
    assert (await bot.see("raw_bulk_message_delete")).message_ids == {int(one.id) for one in more}


async def test_webhooks_bots_stickers_and_notes_of_discord_itself(
    fake: FakeDiscord, guild: Guild, ana: User, bot: Bot
) -> None:
    """What isn't a person's text comes in its own shape."""
    channel = guild.channel("general")
    fake.webhook_says(channel, "news")
    assert (await bot.see("message")).webhook_id
    fake.say(fake.user("mee6", guild, is_bot=True), channel, "level 5")
    assert (await bot.see("message")).author.bot
    fake.say(ana, channel, stickers=["Wave"], attachments=["payslip.png"])
    empty = await bot.see("message")
    assert not empty.content and empty.stickers[0].name == "Wave" and empty.attachments[0].filename == "payslip.png"
    fake.system_message(ana, channel, MessageType.USER_JOIN)
    assert (await bot.see("message")).type is dpy.MessageType.new_member


async def test_direct_messages(fake: FakeDiscord, ana: User, bot: Bot) -> None:
    """They have no guild, can be opened by the bot, and refused by the person."""
    opened = await (await bot.fetch_user(int(ana.id))).create_dm()
    await opened.send("hello")
    fake.say(ana, fake.direct(ana), "hi")
    message = await bot.see("message", lambda one: one.author != bot.user)
    assert message.guild is None
    await message.channel.send("again")
    assert [post.channel.recipient for post in fake.posts] == [ana, ana]
    ana.accepts_dms = False
    with pytest.raises(dpy.Forbidden) as refused:
        await opened.send("and again")
    assert refused.value.code == 50007


async def test_history_is_there_for_a_look_back_after_a_restart(
    fake: FakeDiscord, guild: Guild, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages and the last one's id outlive the bot."""
    channel = guild.channel("general")
    async with running(Bot(), fake, monkeypatch):
        before = fake.say(ana, channel, "before")
    missed = [fake.say(ana, channel, text) for text in "abc"]
    async with running(Bot(), fake, monkeypatch) as bot:
        seen = bot.get_channel(int(channel.id))
        assert isinstance(seen, dpy.TextChannel) and seen.last_message_id == int(missed[-1].id)
        found = [message async for message in seen.history(after=dpy.Object(int(before.id)), limit=2)]
        assert [message.content for message in found] == ["a", "b"]
        found = [message async for message in seen.history(before=dpy.Object(int(missed[1].id)))]
        assert [message.content for message in found] == ["a", "before"]
        assert (await seen.fetch_message(int(missed[0].id))).content == "a"
    assert fake.record.counts["identified"] == 2


async def test_an_enforced_nonce_makes_no_second_post(fake: FakeDiscord, guild: Guild, bot: Bot) -> None:
    """The first post is given back."""
    channel = bot.get_partial_messageable(int(guild.channel("general").id))
    first = await channel.send("one", nonce="owed-7")
    second = await channel.send("one", nonce="owed-7")
    assert first.id == second.id and len(fake.posts) == 1 and fake.posts[0].nonce == "owed-7"
    await channel.send("one", nonce="owed-8")
    assert len(fake.posts) == 2


async def test_waits_for_a_post_without_polling(fake: FakeDiscord, guild: Guild, bot: Bot) -> None:
    """Posts made before and after are found."""
    waiting = asyncio.create_task(fake.next_post(lambda post: post.content == "two"))
    channel = bot.get_partial_messageable(int(guild.channel("general").id))
    for text in ("one", "two", "three"):
        await channel.send(text)
    assert (await waiting).content == "two"
    assert (await fake.post(lambda post: post.content == "one")).content == "one"
    with pytest.raises(AssertionError, match="no post"):
        await fake.next_post(seconds=0.05)
