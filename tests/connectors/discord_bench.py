"""A bot that does as it is told, for tests of the Discord connector alone."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.deliveries import Action, Owed, Press, Pressed
from bot.errors import SettingsError
from bot.messages import Choice, Given, Message, Outcome, Reply, Response, Source
from bot.places import ChannelSettings, Mode, Notice, Place, Topic, TopicAnswer
from connectors.base import Desk
from connectors.discord_connector import DiscordConnector, client
from connectors.fakes.discord_server import FakeDiscord

client.GUILD_READY_SECONDS = 0.1
"""The fake lists all servers at once, so nothing is gained by waiting for more."""

ANSWER = Reply(
    title="Statutory Sick Pay",
    body="You may get **Statutory Sick Pay** for up to 28 weeks.",
    sources=(Source("Statutory Sick Pay (SSP)", "https://www.gov.uk/statutory-sick-pay"),),
    department="Department for Work and Pensions",
    reviewed="2026-11-22",
    choices=(Choice("Northern Ireland", "statutory_sick_pay", "northern-ireland"),),
    allows_feedback=True,
    given=Given("statutory_sick_pay"),
)
NOTHING = Pressed()
TOPICS = (
    Topic("health", "Health", (TopicAnswer("statutory_sick_pay", "Statutory Sick Pay"),)),
    Topic("debt", "Debt", tuple(TopicAnswer(f"debt_{number}", f"Debt {number}") for number in range(30))),
)


@dataclass
class ScriptedHandler:
    """Answers what is addressed to the bot and ends with a question mark. `pressed` is what every press calls for."""

    reply: Reply = ANSWER
    delay: float = 0.0
    pressed: Pressed = NOTHING
    respond_with: Callable[[Message], Response] | None = None
    heard: list[Message] = field(default_factory=list)
    presses: list[Press] = field(default_factory=list)
    deleted: list[tuple[Place, str]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    by_message: dict[str, Owed] = field(default_factory=dict)
    ids: Any = field(default_factory=lambda: itertools.count(1))

    async def respond(self, message: Message) -> Response:
        await asyncio.sleep(self.delay)
        if message.message_id in self.seen and not message.is_edit:
            return Response(Outcome.IGNORED_DUPLICATE)
        self.seen.add(message.message_id)
        self.heard.append(message)
        if self.respond_with:
            return self.respond_with(message)
        if message.author_is_bot or not message.addressed or not message.text.endswith("?"):
            return Response(Outcome.IGNORED_NOT_A_QUESTION)
        owed = self.owe(message)
        return Response(Outcome.ANSWERED, owed.reply, owed=(owed,))

    def owe(self, message: Message, **changes: Any) -> Owed:
        """A reply to a message; to one that has been edited, an edit."""
        earlier = self.by_message.get(message.message_id)
        owed = Owed(next(self.ids), message.place, Action.POST, self.reply, reply_to=message.message_id)
        if earlier:
            owed = replace(owed, action=Action.EDIT, replaces=earlier.id)
        self.by_message[message.message_id] = owed = replace(owed, **changes)
        return owed

    async def press(self, press: Press) -> Pressed:
        await asyncio.sleep(self.delay)
        self.presses.append(press)
        return self.pressed

    async def message_deleted(self, place: Place, message_id: str) -> Sequence[Owed]:
        self.deleted.append((place, message_id))
        if owed := self.by_message.get(message_id):
            return [Owed(next(self.ids), place, Action.REMOVE, replaces=owed.id)]
        return []

    def topics(self) -> Sequence[Topic]:
        return TOPICS

    def answer(self, place: Place, slug: str, nation: str = "") -> Reply | None:
        return replace(self.reply, title=f"{slug} {nation}".strip()) if slug != "gone" else None


@dataclass
class ScriptedOutbox:
    """What is owed, in memory."""

    waiting: list[Owed] = field(default_factory=list)
    posts: dict[int, Sequence[str]] = field(default_factory=dict)
    done: list[tuple[Owed, Sequence[str]]] = field(default_factory=list)
    gone: list[tuple[Owed, str]] = field(default_factory=list)

    async def owed(self, platform: str) -> Sequence[Owed]:
        return self.waiting

    async def due(self, platform: str, in_hand: Collection[int]) -> Sequence[Owed]:
        return []

    async def posts_of(self, owed_id: int) -> Sequence[str]:
        return self.posts.get(owed_id, ())

    async def delivered(self, owed: Owed, posts: Sequence[str] = ()) -> None:
        self.posts[owed.id] = posts
        self.done.append((owed, posts))

    async def dropped(self, owed: Owed, reason: str) -> None:
        self.gone.append((owed, reason))


@dataclass
class ScriptedCommunities:
    """Settings in memory. What is explained is the notice's name."""

    chosen: dict[Place, dict[str, Any]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    told: list[tuple[Place, Notice]] = field(default_factory=list)

    def settings(self, place: Place) -> ChannelSettings:
        community = self.chosen.get(Place(place.platform, place.community), {})
        channel = self.chosen.get(Place(place.platform, place.community, place.channel), {})
        return ChannelSettings(**{**community, **channel})

    async def change(self, place: Place, changes: Mapping[str, object], by: str) -> ChannelSettings:
        if changes.get("nation") == "england":
            raise SettingsError("England can't be had today.")
        here = self.chosen.setdefault(place, {})
        for name, value in changes.items():
            here.pop(name, None)
            if value is not None:
                here[name] = Mode(value) if name == "mode" else tuple(value) if isinstance(value, list) else value
            self.lines.insert(0, f"2026-11-22 10:00: {name} in channel {place.channel} set to {value} by {by}")
        return self.settings(place)

    async def history(self, place: Place, limit: int = 10) -> Sequence[str]:
        return self.lines[:limit]

    async def joined(self, platform: str, community: str, name: str) -> bool:
        is_new = community not in self.known
        self.known.add(community)
        return is_new

    async def left(self, platform: str, community: str) -> None:
        self.lost.append(community)

    async def moved(self, platform: str, old: str, new: str) -> None:
        raise AssertionError("A Discord server keeps its id.")

    async def to_explain(self, place: Place, notice: Notice) -> str | None:
        if (place, notice) in self.told:
            return None
        self.told.append((place, notice))
        return f"Explained: {notice.value}"


@dataclass
class ScriptedRecords:
    """What is held about people: their ids."""

    heard: dict[tuple[str, str], datetime] = field(default_factory=dict)
    known_ids: set[str] = field(default_factory=set)
    forgotten: list[str] = field(default_factory=list)

    async def held_about(self, platform: str, author: str) -> Reply:
        return Reply(f"Held about {author}: " + "nothing to speak of. " * 300)

    async def forget(self, platform: str, author: str) -> Reply:
        self.forgotten.append(author)
        return Reply("Erased.")

    async def last_heard(self, platform: str) -> Mapping[tuple[str, str], datetime]:
        return dict(self.heard)

    async def known(self, place: Place, message_ids: Sequence[str]) -> set[str]:
        return self.known_ids & set(message_ids)


@dataclass
class Bench:
    """The parts of a scripted bot."""

    handler: ScriptedHandler = field(default_factory=ScriptedHandler)
    outbox: ScriptedOutbox = field(default_factory=ScriptedOutbox)
    communities: ScriptedCommunities = field(default_factory=ScriptedCommunities)
    records: ScriptedRecords = field(default_factory=ScriptedRecords)

    @property
    def desk(self) -> Desk:
        """What the connector is given."""
        return Desk(self.handler, self.outbox, self.communities, self.records)


@asynccontextmanager
async def connected(
    discord: FakeDiscord,
    bench: Bench,
    token: str = "",
    is_ready: bool = True,
    by: Callable[[str], str] = str,
    **options: Any,
) -> AsyncIterator[tuple[DiscordConnector, asyncio.Task[None]]]:
    """Let a connector listen until the end of the block, ready at its beginning if told.

    It reaches Discord `by` another address than its own.
    """
    connector = DiscordConnector(token or discord.token, by(discord.api_base), **options)
    listening = asyncio.create_task(connector.listen(bench.desk))
    try:
        await until(lambda: connector.is_ready or listening.done() or not is_ready)
        yield connector, listening
    finally:
        await connector.stop()
        await asyncio.wait({listening}, timeout=60)
        assert listening.done()


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until something holds."""
    async with _limit(seconds):
        while not condition():  # noqa: ASYNC110 -- there is nothing to wait for but that it comes to hold
            await asyncio.sleep(0.01)


@asynccontextmanager
async def _limit(seconds: float) -> AsyncIterator[None]:
    task = asyncio.current_task()
    assert task is not None
    timer = asyncio.get_running_loop().call_later(seconds, task.cancel)
    try:
        yield
    except asyncio.CancelledError:
        raise AssertionError(f"It did not come to hold within {seconds} s.") from None
    finally:
        timer.cancel()
