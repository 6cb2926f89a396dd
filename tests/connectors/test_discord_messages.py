"""What people write in Discord's servers reaches the bot as they meant it, and is answered where it belongs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.messages import Message as Heard
from bot.messages import Response
from bot.places import Place
from connectors.discord_connector import DiscordConnector
from connectors.fakes.discord_server import BOT, Channel, FakeDiscord, Guild, MessageType, Permission, User
from tests.connectors.discord_bench import ANSWER, Bench, connected, until


@pytest.fixture
def bench() -> Bench:
    """A scripted bot."""
    return Bench()


@pytest.fixture
async def bot(discord: FakeDiscord, bench: Bench, guild: Guild) -> AsyncIterator[DiscordConnector]:
    """The connector, at work."""
    async with connected(discord, bench) as running:
        yield running[0]


async def _heard(bench: Bench, count: int = 1) -> Heard:
    await until(lambda: len(bench.handler.heard) >= count)
    return bench.handler.heard[count - 1]


async def test_a_mention_is_answered_with_a_reply_that_notifies_the_asker_alone(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """The handler is told all there is to know; the post is noted under its id."""
    question = discord.say(ana, general, "how much is ssp?", mention_bot=True)
    post = await discord.reply_to(question)
    assert "Statutory Sick Pay" in post.text and "Automated reply" in post.text
    assert post.labels == ["Northern Ireland", "👍", "👎", "✕"]
    assert post.notified == {ana.id}
    heard = bench.handler.heard[0]
    assert heard.text == "how much is ssp?"
    assert heard.place == Place("discord", general.guild.id, general.id)
    assert (heard.author, heard.addressed, heard.author_is_bot) == (ana.id, True, False)
    assert (heard.message_id, heard.link) == (question.id, question.link)
    assert heard.sent_at.tzinfo is not None
    await until(lambda: bench.outbox.done)
    assert bench.outbox.done[0][1] == [post.id]


async def test_a_mention_is_taken_out_wherever_it_stands(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel, guild: Guild
) -> None:
    """Not only at the beginning."""
    discord.say(ana, general, f"hey {discord.bot.mention} how much is ssp?")
    assert (await _heard(bench)).text == "hey   how much is ssp?"


async def test_the_role_that_discord_made_for_the_bot_is_a_mention_too(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel, guild: Guild
) -> None:
    """People pick it from the list by mistake."""
    guild.bot_role.mentionable = True
    discord.say(ana, general, f"<@&{guild.bot_role.id}> how much is ssp?")
    heard = await _heard(bench)
    assert (heard.text, heard.addressed) == ("how much is ssp?", True)


async def test_another_role_is_none(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel, guild: Guild
) -> None:
    """A mention of helpers is not for the bot."""
    role = discord.role(guild, "helpers", mentionable=True)
    discord.say(ana, general, f"<@&{role.id}> how much is ssp?")
    assert not (await _heard(bench)).addressed


async def test_what_is_said_to_nobody_is_overheard_with_the_authors_roles(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, general: Channel, guild: Guild
) -> None:
    """The roles tell staff from citizens."""
    role = discord.role(guild, "staff")
    boss = discord.user("boss", guild, [role])
    discord.say(boss, general, "how much is ssp?")
    heard = await _heard(bench)
    assert not heard.addressed and role.id in heard.author_roles


async def test_a_reply_to_the_bot_addresses_it_even_without_a_ping(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """Discord lets people switch the mention off."""
    post = await discord.reply_to(discord.say(ana, general, "how much is ssp?", mention_bot=True))
    question = discord.say(ana, general, "and for how long?", reply_to=post, ping=False)
    await discord.reply_to(question)
    heard = await _heard(bench, 2)
    assert heard.addressed and heard.reply_to_message_id == post.id


async def test_a_reply_to_somebody_else_does_not(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel, guild: Guild
) -> None:
    """What it replies to is known all the same."""
    first = discord.say(discord.user("bob", guild), general, "hello")
    discord.say(ana, general, "and for how long?", reply_to=first)
    heard = await _heard(bench, 2)
    assert not heard.addressed and heard.reply_to_message_id == first.id


async def test_a_direct_message_addresses_the_bot(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User
) -> None:
    """It belongs to no community."""
    channel = discord.direct(ana)
    question = discord.say(ana, channel, "how much is ssp?")
    await discord.reply_to(question)
    assert bench.handler.heard[0].place == Place("discord", "", channel.id)


async def test_a_thread_is_a_place_within_its_channel(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """Its reply goes into the thread."""
    thread = discord.thread(ana, general, "Sick pay")
    question = discord.say(ana, thread, "how much is ssp?", mention_bot=True)
    post = await discord.reply_to(question)
    assert post.channel is thread
    assert bench.handler.heard[0].place == Place("discord", general.guild.id, general.id, thread.id)


async def test_a_thread_under_a_message_begins_with_nothing_to_answer(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """Discord's note that refers to the first message is no message of a person's."""
    starter = discord.say(ana, general, "how much is ssp?")
    thread = discord.thread(ana, general, "Sick pay", starter)
    discord.say(ana, thread, "anyone?")
    await _heard(bench, 3)
    texts = [(message.text, message.thread, message.author_is_bot) for message in bench.handler.heard]
    assert texts == [("how much is ssp?", "", False), ("", thread.id, True), ("anyone?", thread.id, False)]


async def test_a_forum_post_is_answered_in_its_thread_title_and_all(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, guild: Guild
) -> None:
    """The title counts for the first message alone."""
    forum = discord.forum(guild, "help")
    thread, first = discord.forum_post(ana, forum, "Sick pay", f"{discord.bot.mention} how much is it?")
    post = await discord.reply_to(first)
    assert post.channel is thread
    heard = bench.handler.heard[0]
    assert heard.text == "Sick pay\nhow much is it?"
    assert heard.place == Place("discord", guild.id, forum.id, thread.id)
    discord.say(ana, thread, "and for how long?", mention_bot=True)
    assert (await _heard(bench, 2)).text == "and for how long?"


async def test_an_archived_thread_that_discord_py_does_not_know_is_asked_for(
    discord: FakeDiscord, bench: Bench, ana: User, guild: Guild, general: Channel
) -> None:
    """Edits and deletions there happen in the right place."""
    thread = discord.thread(ana, general, "Sick pay")
    question = discord.say(ana, thread, "how much is ssp?", mention_bot=True)
    discord.archive(thread)
    async with connected(discord, bench):
        discord.edit(question, f"{discord.bot.mention} how much is smp?")
        assert (await _heard(bench)).place == Place("discord", guild.id, general.id, thread.id)
        discord.delete(question)
        await until(lambda: bench.handler.deleted)


async def test_bots_webhooks_and_discord_itself_are_no_people(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, guild: Guild, general: Channel
) -> None:
    """They are handed over as such."""
    discord.say(discord.user("helper", guild, is_bot=True), general, "how much is ssp?", mention_bot=True)
    discord.webhook_says(general, "how much is ssp?")
    discord.system_message(ana, general, MessageType.USER_JOIN)
    await _heard(bench, 3)
    assert all(message.author_is_bot for message in bench.handler.heard)


async def test_stickers_and_pictures_have_no_words(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """Their texts are empty."""
    discord.say(ana, general, stickers=["wave"])
    discord.say(ana, general, attachments=["cat.png"])
    await _heard(bench, 2)
    assert [message.text for message in bench.handler.heard] == ["", ""]


async def test_the_bot_does_not_hear_itself(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """Its own posts are not handed over."""
    await discord.reply_to(discord.say(ana, general, "how much is ssp?", mention_bot=True))
    discord.say(ana, general, "thanks")
    await _heard(bench, 2)
    assert [message.author for message in bench.handler.heard] == [ana.id, ana.id]


async def test_an_edit_updates_the_reply(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """There is no second one."""
    question = discord.say(ana, general, "how much is ssp?", mention_bot=True)
    post = await discord.reply_to(question)
    bench.handler.reply = replace(ANSWER, title="Statutory Maternity Pay")
    discord.edit(question, f"{discord.bot.mention} how much is smp?")
    await discord.edited(post)
    assert "Statutory Maternity Pay" in post.text
    assert bench.handler.heard[1].is_edit and bench.handler.heard[1].text == "how much is smp?"
    assert len(discord.replies_to(question)) == 1


async def test_a_link_preview_is_no_edit(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """Discord changes the message, its author did not."""
    message = discord.say(ana, general, "see https://www.gov.uk/")
    discord.resolve_embed(message)
    discord.say(ana, general, "thanks")
    await _heard(bench, 2)
    assert not any(message.is_edit for message in bench.handler.heard)


async def test_a_deleted_question_takes_its_reply_with_it(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """The handler is told where and which."""
    question = discord.say(ana, general, "how much is ssp?", mention_bot=True)
    post = await discord.reply_to(question)
    discord.delete(question)
    await discord.deleted(post)
    assert bench.handler.deleted == [(Place("discord", general.guild.id, general.id), question.id)]


async def test_so_does_one_deleted_with_many(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """Those that were not deleted keep theirs."""
    questions = [discord.say(ana, general, f"how much is it, {n}?", mention_bot=True) for n in range(3)]
    posts = [await discord.reply_to(question) for question in questions]
    discord.bulk_delete(general, questions[:2])
    await discord.deleted(posts[0])
    await discord.deleted(posts[1])
    assert not posts[2].deleted


async def test_a_question_deleted_while_it_is_answered_leaves_nothing(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """The deletion waits for its turn in the channel."""
    bench.handler.delay = 0.1
    question = discord.say(ana, general, "how much is ssp?", mention_bot=True)
    discord.delete(question)
    post = await discord.post(lambda one: "Statutory" in one.text)
    await discord.deleted(post)


async def test_a_channel_is_answered_in_order_and_others_meanwhile(
    discord: FakeDiscord,
    bench: Bench,
    bot: DiscordConnector,
    ana: User,
    general: Channel,
    guild: Guild,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A busy channel holds no other one up."""
    free, respond = asyncio.Event(), bench.handler.respond

    async def respond_late(message: Heard) -> Response:
        if message.channel == general.id:
            await free.wait()
        return await respond(message)

    monkeypatch.setattr(bench.handler, "respond", respond_late)
    bench.handler.delay = 0.02
    questions = [discord.say(ana, general, f"question {n}?", mention_bot=True) for n in range(10)]
    await discord.reply_to(discord.say(ana, guild.channel("money"), "and here?", mention_bot=True))
    assert not any(discord.replies_to(question) for question in questions)
    free.set()
    await discord.reply_to(questions[-1])
    replied = [post.reply_to for post in discord.posts if post.channel is general and post.reply_to]
    assert replied == [question.id for question in questions]


async def test_a_long_reply_is_posted_in_parts_edited_and_removed_as_one(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """Parts that are too many go, and the last has the buttons."""
    bench.handler.reply = replace(ANSWER, body="word " * 2000)
    question = discord.say(ana, general, "how much is ssp?", mention_bot=True)
    await until(lambda: bench.outbox.done)
    first, second, third = [post for post in discord.posts if "word" in post.text]
    assert first.reply_to == question.id and not second.reply_to
    assert not first.labels and third.labels
    bench.handler.reply = replace(ANSWER, body="word " * 1000)
    discord.edit(question, f"{discord.bot.mention} shorter?")
    await discord.deleted(third)
    await discord.edited(second)
    assert second.labels
    await until(lambda: len(bench.outbox.done) == 2)
    discord.delete(question)
    await discord.deleted(first)
    await discord.deleted(second)


async def test_a_reply_that_grows_gets_more_posts(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """They are noted with the one that was there."""
    question = discord.say(ana, general, "how much is ssp?", mention_bot=True)
    post = await discord.reply_to(question)
    bench.handler.reply = replace(ANSWER, body="word " * 1000)
    discord.edit(question, f"{discord.bot.mention} longer?")
    more = await discord.post(lambda one: one is not post and "word" in one.text)
    await until(lambda: len(bench.outbox.done) == 2)
    assert bench.outbox.done[1][1] == [post.id, more.id]


async def test_without_embeds_the_reply_is_plain_and_shows_no_previews(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """A server may deny embeds alone."""
    discord.forbid_bot(general, Permission.EMBED_LINKS)
    question = discord.say(ana, general, "how much is ssp?", mention_bot=True)
    post = await discord.reply_to(question)
    assert not post.embeds and post.flags == 4
    assert post.content.startswith("**Statutory Sick Pay**") and "Automated reply" in post.content
    assert not bench.communities.told[1:]


@pytest.mark.parametrize("forbidden", [Permission.SEND_MESSAGES, Permission.READ_MESSAGE_HISTORY])
async def test_a_lost_permission_is_explained_once_to_the_owner(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel, forbidden: Permission
) -> None:
    """What was owed is dropped, and all is well once it is mended."""
    discord.forbid_bot(general, forbidden)
    for _ in range(2):
        discord.say(ana, general, "how much is ssp?", mention_bot=True)
    post = await discord.post(lambda one: one.channel.recipient is general.guild.owner)
    assert "cannot_post" in post.text and general.mention in post.text
    await until(lambda: len(bench.outbox.gone) == 2)
    assert [reason for _, reason in bench.outbox.gone] == ["forbidden", "forbidden"]
    discord.forbid_bot(general, 0)
    question = discord.say(ana, general, "how much is ssp?", mention_bot=True)
    await discord.reply_to(question)
    assert len([post for post in discord.posts if "cannot_post" in post.text]) == 1


async def test_an_owner_who_takes_no_direct_messages_is_told_in_a_channel(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel, guild: Guild
) -> None:
    """The first in which the bot may write."""
    guild.owner.accepts_dms = False
    discord.forbid_bot(general, Permission.SEND_MESSAGES)
    discord.say(ana, general, "how much is ssp?", mention_bot=True)
    post = await discord.post(lambda one: "cannot_post" in one.text)
    assert post.channel is guild.channel("money")


async def test_a_deleted_channel_drops_what_is_owed_there(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, guild: Guild
) -> None:
    """Nothing is tried again."""
    money = guild.channel("money")
    bench.handler.delay = 0.1
    discord.say(ana, money, "how much is ssp?", mention_bot=True)
    discord.delete_channel(money)
    await until(lambda: bench.outbox.gone)
    assert bench.outbox.gone[0][1] == "gone"


async def test_slow_mode_does_not_hold_the_bot_up(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """Discord spares bots."""
    discord.set_slow_mode(general, 60)
    for number in range(2):
        await discord.reply_to(discord.say(ana, general, f"question {number}?", mention_bot=True))


async def test_a_locked_thread_is_given_up(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """Only moderators may go on there."""
    thread = discord.thread(ana, general, "Sick pay")
    bench.handler.delay = 0.1
    discord.say(ana, thread, "how much is ssp?", mention_bot=True)
    discord.archive(thread, locked=True)
    await until(lambda: bench.outbox.gone)


async def test_a_new_server_is_welcomed_once_where_the_bot_may_write(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector
) -> None:
    """An outage is no new invitation; a removal is noted."""
    guild = discord.guild("New", channels=["rules", "general"], has_bot=False)
    discord.overwrite(guild.channel("rules"), guild.roles[guild.id], deny=Permission.SEND_MESSAGES)
    discord.overwrite(guild.channel("rules"), guild.bot_role, deny=Permission.SEND_MESSAGES)
    discord.invite(guild)
    post = await discord.post(lambda one: one.channel.guild is guild)
    assert "welcome" in post.text and post.channel.name == "general"
    discord.outage(guild)
    discord.restore(guild)
    discord.remove_bot(guild)
    await until(lambda: bench.communities.lost == [guild.id])
    assert len([post for post in discord.posts if post.channel.guild is guild]) == 1


async def test_a_new_server_where_the_bot_may_write_nowhere_is_survived(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """The other servers don't notice."""
    discord.guild("Closed", bot_permissions=BOT & ~Permission.SEND_MESSAGES, everyone=Permission.VIEW_CHANNEL)
    await discord.reply_to(discord.say(ana, general, "how much is ssp?", mention_bot=True))
