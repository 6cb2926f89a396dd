"""Buttons, menus and slash commands on Discord."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.deliveries import Button, ButtonKind, Pressed
from bot.errors import QuestionLogError
from bot.messages import Message as Heard
from bot.messages import Outcome, Reply, Response
from bot.places import Place
from connectors.discord_connector import DiscordConnector
from connectors.fakes.discord_server import MODERATOR, Channel, FakeDiscord, Guild, Message, ResponseType, User
from tests.connectors.discord_bench import ANSWER, Bench, connected, until


@pytest.fixture
def bench() -> Bench:
    """A scripted bot."""
    return Bench()


@pytest.fixture
async def bot(discord: FakeDiscord, bench: Bench, guild: Guild) -> AsyncIterator[DiscordConnector]:
    """The connector, at work."""
    async with connected(discord, bench) as running:
        await discord.record.until(lambda: discord.commands.names(), 60, "commands")
        yield running[0]


@pytest.fixture
async def post(discord: FakeDiscord, bot: DiscordConnector, ana: User, general: Channel) -> Message:
    """A reply to a question."""
    return await discord.reply_to(discord.say(ana, general, "how much is ssp?", mention_bot=True))


async def test_a_vote_is_thanked_for_in_private(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel, post: Message
) -> None:
    """The handler is told who pressed what, and where; the reply stays as it is."""
    bench.handler.pressed = Pressed(word="Thank you.")
    pressed = await discord.press(ana, post, "👍")
    assert pressed.is_ephemeral and pressed.text == "Thank you."
    (press,) = bench.handler.presses
    assert press.button == Button(ButtonKind.HELPFUL)
    assert (press.place, press.post, press.author) == (
        Place("discord", general.guild.id, general.id),
        post.id,
        ana.id,
    )
    assert not press.author_is_moderator
    assert not post.earlier


async def test_a_pick_changes_the_reply_in_place(discord: FakeDiscord, bench: Bench, ana: User, post: Message) -> None:
    """In answer to the press itself."""
    bench.handler.pressed = Pressed(reply=replace(ANSWER, title="Sick pay in Northern Ireland"))
    pressed = await discord.press(ana, post, "Northern Ireland")
    assert pressed.response_type is ResponseType.UPDATE
    assert "Sick pay in Northern Ireland" in post.text
    assert bench.handler.presses[0].button == Button(
        ButtonKind.PICK, answer="statutory_sick_pay", nation="northern-ireland"
    )


async def test_a_pick_can_come_with_a_private_word(
    discord: FakeDiscord, bench: Bench, ana: User, post: Message
) -> None:
    """Both arrive."""
    bench.handler.pressed = Pressed(word="Passed on.", reply=Reply("Passed on to officials."))
    pressed = await discord.press(ana, post, "Northern Ireland")
    word = await pressed.answered()
    assert word.ephemeral_to is ana and word.text == "Passed on."
    assert "Passed on to officials." in post.text


async def test_a_cross_removes_the_reply_for_all(
    discord: FakeDiscord, bench: Bench, guild: Guild, post: Message
) -> None:
    """Whether who pressed is a moderator goes by their permissions in the channel."""
    bench.handler.pressed = Pressed(removes=True)
    moderator = discord.user("mod", guild, [discord.role(guild, "mods", MODERATOR)])
    await discord.press(moderator, post, "✕")
    await discord.deleted(post)
    assert bench.handler.presses[0].author_is_moderator


async def test_a_press_that_calls_for_nothing_is_acknowledged(discord: FakeDiscord, ana: User, post: Message) -> None:
    """Otherwise Discord shows that the interaction failed."""
    assert (await discord.press(ana, post, "👎")).response_type is ResponseType.DEFERRED_UPDATE


@pytest.mark.parametrize(
    "pressed", [Pressed(word="Thank you."), Pressed(reply=Reply("Another.")), Pressed(removes=True)]
)
async def test_what_takes_long_is_acknowledged_first(
    discord: FakeDiscord, bench: Bench, ana: User, post: Message, pressed: Pressed
) -> None:
    """Within Discord's three seconds, and done afterwards."""
    bench.handler.pressed, bench.handler.delay = pressed, 1.8
    interaction = await discord.press(ana, post, "👍")
    assert interaction.response_type is ResponseType.DEFERRED_UPDATE
    if pressed.word:
        assert (await interaction.answered()).text == "Thank you."
    elif pressed.removes:
        await discord.deleted(post)
    else:
        await discord.edited(post)


async def test_buttons_work_after_a_restart(
    discord: FakeDiscord, bench: Bench, ana: User, guild: Guild, general: Channel
) -> None:
    """Nothing about them is kept in memory."""
    async with connected(discord, bench):
        post = await discord.reply_to(discord.say(ana, general, "how much is ssp?", mention_bot=True))
    bench.handler.pressed = Pressed(word="Thank you.")
    async with connected(discord, bench):
        assert (await discord.press(ana, post, "👍")).text == "Thank you."


async def test_a_failing_press_is_owned_up_to(
    discord: FakeDiscord,
    bench: Bench,
    ana: User,
    bot: DiscordConnector,
    general: Channel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In private."""

    async def fail(*_: object) -> None:
        raise QuestionLogError("The question log can't be used.")

    monkeypatch.setattr(bench.records, "forget", fail)
    asked = await discord.command(ana, general, "forgetme")
    pressed = await discord.press(ana, asked.message, "Erase it")
    assert "went wrong" in pressed.text and pressed.is_ephemeral


async def test_an_interaction_that_has_expired_is_survived(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel, post: Message, caplog: pytest.LogCaptureFixture
) -> None:
    """It can't be answered any more, and is logged."""
    bench.handler.pressed = Pressed(word="Thank you.")
    interaction = await discord.press(ana, post, "👍", wait=False)
    interaction.is_late = True
    await until(lambda: "A press could not be answered" in caplog.text)
    assert caplog.records[-1].levelno == logging.WARNING


async def test_ask_is_answered_for_all_to_see(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """With buttons that work; the handler is told as of a message."""
    asked = await discord.command(ana, general, "ask", question="How much is SSP?")
    assert "Statutory Sick Pay" in asked.text and not asked.is_ephemeral
    assert asked.message.labels == ["Northern Ireland", "👍", "👎", "✕"]
    heard = bench.handler.heard[0]
    assert (heard.text, heard.addressed, heard.message_id) == ("How much is SSP?", True, asked.id)
    assert heard.place == Place("discord", general.guild.id, general.id) and heard.author == ana.id
    await until(lambda: bench.outbox.done)
    assert bench.outbox.done[0][1] == [asked.message.id]
    bench.handler.pressed = Pressed(word="Thank you.")
    assert (await discord.press(ana, asked.message, "👍")).text == "Thank you."


async def test_ask_works_in_a_direct_message(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User
) -> None:
    """Commands are global."""
    asked = await discord.command(ana, discord.direct(ana), "ask", question="How much is SSP?")
    assert "Statutory Sick Pay" in asked.text
    assert bench.handler.heard[0].place.community == ""


async def test_ask_takes_its_turn_in_its_channel(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """After the messages before it."""
    bench.handler.delay = 0.1
    discord.say(ana, general, "first?", mention_bot=True)
    await discord.command(ana, general, "ask", question="Second?")
    assert [message.text for message in bench.handler.heard] == ["first?", "Second?"]


async def test_a_slow_answer_to_ask_comes_after_an_acknowledgement(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """And is noted under the id that it then has."""
    bench.handler.delay = 1.8
    asked = await discord.command(ana, general, "ask", question="How much is SSP?")
    assert asked.response_type is ResponseType.DEFERRED_MESSAGE and not asked.is_ephemeral
    await asked.answered()
    assert "Statutory Sick Pay" in asked.text
    await until(lambda: bench.outbox.done)
    assert bench.outbox.done[0][1] == [asked.answers[0].id]


@pytest.mark.parametrize("delay", [0.0, 1.8])
async def test_silence_is_explained_to_who_asked_alone(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel, delay: float
) -> None:
    """Even where the command was acknowledged for all to see."""
    bench.handler.delay = delay
    bench.handler.respond_with = lambda _: Response(Outcome.IGNORED_MUTED)
    asked = await discord.command(ana, general, "ask", question="How much is SSP?")
    await discord.record.until(lambda: any(answer.ephemeral_to for answer in asked.answers), 60, "private word")
    (word,) = [answer for answer in asked.answers if answer.ephemeral_to]
    assert "switched off in this channel" in word.text
    if delay:
        await discord.deleted(asked.message)


async def test_an_answer_to_ask_that_comes_too_late_is_posted(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """As any other reply, and only then noted."""
    bench.handler.delay = 0.2
    asked = await discord.command(ana, general, "ask", question="How much is SSP?", wait=False)
    asked.is_late = True
    post = await discord.post(lambda one: "Statutory" in one.text)
    assert post.channel is general
    await until(lambda: bench.outbox.done)
    assert bench.outbox.done[0][1] == [post.id]


async def test_what_else_is_owed_for_ask_is_delivered_too(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel, guild: Guild
) -> None:
    """An alert goes its own way."""
    alerts = discord.text_channel(guild, "alerts")

    def respond(message: Heard) -> Response:
        owed = bench.handler.owe(message)
        place = Place("discord", guild.id, alerts.id)
        alert = replace(owed, id=99, place=place, reply=Reply("Somebody may need help."), reply_to="")
        return Response(Outcome.URGENT_HELP, owed.reply, owed=(owed, alert))

    bench.handler.respond_with = respond
    asked = await discord.command(ana, general, "ask", question="help")
    assert "Statutory" in asked.text
    assert (await discord.post(lambda one: one.channel is alerts)).text.startswith("Somebody may need help.")


async def test_ask_suggests_titles(discord: FakeDiscord, bot: DiscordConnector, ana: User, general: Channel) -> None:
    """Those with all words typed, the best first, and no more than Discord takes."""
    choices = await discord.autocomplete(ana, general, "ask", "question", "sick")
    assert choices == [{"name": "Statutory Sick Pay", "value": "Statutory Sick Pay"}]
    assert len(await discord.autocomplete(ana, general, "ask", "question", "")) == 25
    assert await discord.autocomplete(ana, general, "ask", "question", "xyz") == []
    beginning = await discord.autocomplete(ana, general, "ask", "question", "debt 7")
    assert beginning[0]["name"] == "Debt 7"


async def test_topics_are_browsed_in_private(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """Services, then answers in as many menus as it takes, then nations."""
    menu = (await discord.command(ana, general, "topics")).message
    assert menu.ephemeral_to is ana
    await discord.choose(ana, menu, "menu:service", "debt")
    assert [len(part["options"]) for part in menu.components] == [2, 25, 5]
    shown = await discord.choose(ana, menu, "menu:answer:1", "debt_29")
    assert shown.is_ephemeral and "debt_29" in shown.text and shown.message.labels == ["Northern Ireland"]
    other = await discord.press(ana, shown.message, "Northern Ireland")
    assert "statutory_sick_pay northern-ireland" in other.text and other.is_ephemeral


async def test_topics_work_after_a_restart_with_other_answers(
    discord: FakeDiscord, bench: Bench, ana: User, guild: Guild, general: Channel
) -> None:
    """What is gone since is said to be."""
    async with connected(discord, bench):
        await discord.record.until(lambda: discord.commands.names(), 60, "commands")
        menu = (await discord.command(ana, general, "topics")).message
    async with connected(discord, bench):
        menu.components[0]["options"].append({"label": "Gone", "value": "gone"})
        await discord.choose(ana, menu, "menu:service", "gone")
        assert len(menu.components) == 1
        await discord.choose(ana, menu, "menu:service", "health")
        menu.components[1]["options"].append({"label": "Gone", "value": "gone"})
        shown = await discord.choose(ana, menu, "menu:answer:0", "gone")
        assert "withdrawn" in shown.text


async def test_what_is_held_about_me_is_shown_to_me(
    discord: FakeDiscord, bot: DiscordConnector, ana: User, general: Channel
) -> None:
    """In as many parts as it takes, all of them private."""
    shown = await discord.command(ana, general, "mydata")
    await discord.record.until(lambda: len(shown.answers) == 2, 60, "second part")
    assert all(answer.ephemeral_to is ana for answer in shown.answers)
    assert f"Held about {ana.id}" in shown.text


@pytest.mark.parametrize(("button", "forgotten"), [("Erase it", 1), ("Keep it", 0)])
async def test_forgetting_asks_first(
    discord: FakeDiscord, bench: Bench, bot: DiscordConnector, ana: User, general: Channel, button: str, forgotten: int
) -> None:
    """The question goes once it is answered."""
    asked = await discord.command(ana, general, "forgetme")
    assert asked.is_ephemeral and not bench.records.forgotten
    await discord.press(ana, asked.message, button)
    assert bench.records.forgotten == [ana.id] * forgotten
    assert not asked.message.labels


async def test_help_says_how(discord: FakeDiscord, bot: DiscordConnector, ana: User, general: Channel) -> None:
    """In private."""
    shown = await discord.command(ana, general, "help")
    assert shown.is_ephemeral and "/topics" in shown.text and "✕" in shown.text


async def test_a_failing_command_is_owned_up_to(
    discord: FakeDiscord,
    bench: Bench,
    bot: DiscordConnector,
    ana: User,
    general: Channel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In private."""

    async def fail(*_: object) -> None:
        raise QuestionLogError("The question log can't be used.")

    monkeypatch.setattr(bench.records, "held_about", fail)
    shown = await discord.command(ana, general, "mydata")
    assert shown.is_ephemeral and "went wrong" in shown.text
