"""The real Telegram connector between the fake platform and a desk that follows a script."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.deliveries import Action, Owed, Press, Pressed
from bot.errors import SettingsError
from bot.messages import Choice, Message, Outcome, Reply, Response, Source
from bot.places import ChannelSettings, Notice, Place, Topic, TopicAnswer
from connectors.base import Desk
from connectors.fakes.telegram_server import Chat, FakeTelegram, User
from connectors.telegram_connector import Limits, TelegramConnector

ANSWER = Reply(
    body="You get **£194.32** a week.\n\n- Ask your boss.\n- Ask [Acas](https://www.acas.org.uk).",
    title="How much Statutory Maternity Pay is",
    sources=(Source("Maternity pay", "https://www.gov.uk/maternity-pay"),),
    department="Department for Work and Pensions",
    reviewed="2026-11-22",
    allows_feedback=True,
)
OFFER = Reply(
    body="Which of these?",
    choices=(Choice("Maternity pay", "smp_amount"), Choice("Scotland", "smp_amount", "scotland"), Choice("None", "")),
)
TOPICS = (
    Topic("maternity", "Maternity", (TopicAnswer("smp_amount", "How much maternity pay is"),)),
    Topic("debt", "Debt", (TopicAnswer("ccj", "County court judgments"),)),
)
UNLIMITED = Limits(10_000, 1_000, 10_000)


class ScriptedHandler:
    """Replies with `replies[text]`, or not at all. What it was handed is in `messages` and `presses`.

    It responds only while `recording` is set. The next response owes `also_owed` besides.
    """

    def __init__(self, outbox: MemoryOutbox, replies: Mapping[str, Reply]) -> None:
        self.replies = dict(replies)
        self.pressed: dict[str, Pressed] = {}
        self.messages: list[Message] = []
        self.presses: list[Press] = []
        self.also_owed: list[Owed] = []
        self.recording = asyncio.Event()
        self.recording.set()
        self._outbox = outbox
        self._owed: dict[tuple[Place, str], int] = {}

    async def respond(self, message: Message) -> Response:
        """Take it down, and owe what the script says."""
        self.messages.append(message)
        await self.recording.wait()
        also, self.also_owed = tuple(self.also_owed), []
        reply = self.replies.get(message.text)
        earlier = self._owed.get((message.place, message.message_id), 0)
        if reply is None:
            return Response(Outcome.IGNORED_NOT_A_QUESTION, owed=also)
        owed = Owed(
            0,
            message.place,
            Action.EDIT if earlier else Action.POST,
            reply,
            message.message_id,
            earlier,
            is_urgent="!" in message.text,
        )
        owed = self._outbox.add(owed)
        self._owed.setdefault((message.place, message.message_id), owed.id)
        return Response(Outcome.ANSWERED, reply, owed=(owed,))

    async def press(self, press: Press) -> Pressed:
        """Take it down, and say what the script says of that kind of button."""
        self.presses.append(press)
        return self.pressed.get(press.button.kind.value, Pressed("Noted."))

    async def message_deleted(self, place: Place, message_id: str) -> Sequence[Owed]:
        """Telegram tells of none."""
        raise AssertionError("Telegram tells no bot of deleted messages.")

    def topics(self) -> Sequence[Topic]:
        """Two services."""
        return TOPICS

    def answer(self, place: Place, slug: str, nation: str = "") -> Reply | None:
        """One answer, in two nations."""
        if slug != "smp_amount":
            return None
        choices = () if nation else (Choice("Scotland", slug, "scotland"),)
        return replace(ANSWER, body=f"{ANSWER.body}\n\n{nation}".strip(), choices=choices)


class MemoryOutbox:
    """What is owed, in memory."""

    def __init__(self) -> None:
        self.waiting: dict[int, Owed] = {}
        self.posts: dict[int, Sequence[str]] = {}
        self.drops: list[tuple[Owed, str]] = []
        self._ids = itertools.count(1)

    def add(self, owed: Owed) -> Owed:
        """Owe something; returns it with its id."""
        owed = replace(owed, id=next(self._ids))
        self.waiting[owed.id] = owed
        return owed

    async def owed(self, platform: str) -> Sequence[Owed]:
        """What waits."""
        return list(self.waiting.values())

    async def due(self, platform: str, in_hand: Collection[int]) -> Sequence[Owed]:
        """Officials owe nothing."""
        return []

    async def posts_of(self, owed_id: int) -> Sequence[str]:
        """What was posted."""
        return self.posts.get(owed_id, ())

    async def delivered(self, owed: Owed, posts: Sequence[str] = ()) -> None:
        """It is done; an edit's posts are those of what it replaces too."""
        self.waiting.pop(owed.id)
        self.posts[owed.id] = tuple(posts)
        if owed.replaces:
            self.posts[owed.replaces] = tuple(posts)

    async def dropped(self, owed: Owed, reason: str) -> None:
        """It never will be."""
        self.waiting.pop(owed.id)
        self.drops.append((owed, reason))


class MemoryCommunities:
    """What moderators settle, in memory. Cool-downs of 300 seconds are refused."""

    def __init__(self) -> None:
        self.chosen: dict[str, ChannelSettings] = {}
        self.changes: list[tuple[Place, Mapping[str, object], str]] = []
        self.events: list[tuple[str, ...]] = []
        self.explained: set[tuple[Place, Notice]] = set()

    def settings(self, place: Place) -> ChannelSettings:
        """A community's."""
        return self.chosen.get(place.community, ChannelSettings())

    async def change(self, place: Place, changes: Mapping[str, object], by: str) -> ChannelSettings:
        """Change them."""
        if changes.get("person_cooldown_seconds") == 300:
            raise SettingsError("That is too long a cool-down.")
        self.changes.append((place, dict(changes), by))
        values: dict[str, Any] = {**asdict(self.settings(place)), **changes}
        values["mode"] = type(self.settings(place).mode)(values["mode"])
        self.chosen[place.community] = ChannelSettings(**values)
        return self.chosen[place.community]

    async def history(self, place: Place, limit: int = 10) -> Sequence[str]:
        """A line for each change."""
        return [f"{', '.join(changes)} by {by}" for changed, changes, by in self.changes if changed == place]

    async def joined(self, platform: str, community: str, name: str) -> bool:
        """Always for the first time."""
        self.events.append(("joined", community, name))
        return True

    async def left(self, platform: str, community: str) -> None:
        """Removed."""
        self.events.append(("left", community))

    async def moved(self, platform: str, old: str, new: str) -> None:
        """A supergroup now, once it is written down."""
        await asyncio.sleep(0.05)
        self.events.append(("moved", old, new))

    async def to_explain(self, place: Place, notice: Notice) -> str | None:
        """Once."""
        if (place, notice) in self.explained:
            return None
        self.explained.add((place, notice))
        return f"About **{notice.value}**."


class MemoryRecords:
    """What is held about people: a line each."""

    def __init__(self) -> None:
        self.forgotten: list[str] = []

    async def held_about(self, platform: str, author: str) -> Reply:
        """That person's."""
        return Reply(f"Held about {author}.")

    async def forget(self, platform: str, author: str) -> Reply:
        """Erased."""
        self.forgotten.append(author)
        return Reply("Erased.")

    async def last_heard(self, platform: str) -> Mapping[tuple[str, str], datetime]:
        """Telegram hands over what was missed."""
        return {}

    async def known(self, place: Place, message_ids: Sequence[str]) -> set[str]:
        """Nothing is looked back at."""
        return set()


@dataclass
class Bench:
    """The fake platform, the connector that talks with it, and the parts of its desk."""

    telegram: FakeTelegram
    connector: TelegramConnector
    handler: ScriptedHandler
    outbox: MemoryOutbox
    communities: MemoryCommunities
    records: MemoryRecords
    ann: User
    group: Chat
    listening: asyncio.Task[None] = field(repr=False)

    @property
    def desk(self) -> Desk:
        """What the connector is given, for another one."""
        return Desk(self.handler, self.outbox, self.communities, self.records)

    async def ask(self, text: str, **said: Any) -> Message:
        """Let Ann say something in the group; returns it as the handler got it."""
        question = self.telegram.say(self.ann, self.group, text, **said)
        await self.telegram.caught_up()
        return next(message for message in self.handler.messages[::-1] if message.message_id == str(question.id))

    async def polls(self) -> None:
        """Wait until the bot's request for updates has come, and waits for one."""
        await until(lambda: self.telegram.world.updates.is_polled)

    async def owe(self, owed: Owed) -> Owed:
        """Let the bot owe something, and wait until it is delivered or dropped."""
        recorded = self.outbox.add(owed)
        self.handler.also_owed.append(recorded)
        await self.ask("never mind")
        await until(lambda: recorded.id not in self.outbox.waiting)
        return recorded


async def until(is_true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something that no call of the bot tells of; raises TimeoutError."""

    async def look() -> None:
        while not is_true():  # noqa: ASYNC110 -- nothing tells of it
            await asyncio.sleep(0.01)

    await asyncio.wait_for(look(), seconds)


@asynccontextmanager
async def bench(
    telegram: FakeTelegram | None = None,
    replies: Mapping[str, Reply] | None = None,
    limits: Limits = UNLIMITED,
    is_ready: bool = True,
    owed: Sequence[Owed] = (),
    by: Callable[[str], str] = str,
    **options: Any,
) -> AsyncIterator[Bench]:
    """A supergroup created by Ann, where the bot is asked "how much" and answers.

    The bot reaches the platform `by` another address than its own.
    """
    async with telegram or FakeTelegram(reads_all=True) as telegram:
        outbox = MemoryOutbox()
        for one in owed:
            outbox.add(one)
        handler = ScriptedHandler(outbox, {"how much": ANSWER, "which": OFFER, **(replies or {})})
        communities, records = MemoryCommunities(), MemoryRecords()
        connector = TelegramConnector(
            telegram.token, by(telegram.api_base), limits=limits, **{"poll_seconds": 5, **options}
        )
        ann = telegram.user("Ann", username="ann")
        group = telegram.supergroup("Carers", creator=ann)
        listening = asyncio.create_task(connector.listen(Desk(handler, outbox, communities, records)))
        made = Bench(telegram, connector, handler, outbox, communities, records, ann, group, listening)
        try:
            if is_ready:
                await until(lambda: telegram.counts["setMyCommands"] >= 3 and connector.is_ready)
            yield made
        finally:
            if outbox.waiting:
                listening.cancel()  # What can't be delivered is not waited for.
            await connector.stop()
            await asyncio.wait({listening}, timeout=60)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
