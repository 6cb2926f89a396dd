"""What the tests of the Responder share: one with everything it stands on, all real but the model and the clock."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from bot.answers import AnswerBase
from bot.bursts import Bursts
from bot.classifier import Classifier, Prediction
from bot.decision import Thresholds
from bot.deliveries import Action, Owed
from bot.errors import ClassifierError
from bot.etiquette import Etiquette
from bot.judge import Served
from bot.messages import Message, Response
from bot.pauses import Paused
from bot.places import ChannelSettings, Mode, Place
from bot.reading import Memory
from bot.responder import Responder
from bot.settings import EtiquetteSettings
from bot.storage.database import DATABASE_FILE, Database
from bot.storage.outbox import Outbox
from bot.storage.pause_store import Scope
from bot.storage.question_log import QuestionLog
from tests.factories import prediction
from tests.fakes import Clock, KeywordClassifier

DAY = date(2026, 11, 22)
THRESHOLDS = Thresholds(addressed=0.6, overheard=0.9, offer=0.3, urgent=0.5)
SETTINGS = EtiquetteSettings(duplicate_seconds=300, staff_quiet_seconds=180, muted_channels=("quiet",))
HERE = ChannelSettings(
    mode=Mode.QUESTIONS,
    person_cooldown_seconds=20,
    channel_cooldown_seconds=5,
    staff_roles=("staff",),
    alerts_channel="alerts",
)
BURST_SECONDS = 4.0
EDIT_SECONDS = 300.0
PREDICTIONS = {
    "ive decided. tonight": prediction(("dro", 0.1), urgency=0.8, urgent=(("suicide", 0.9),)),
    "a faint idea. for twins": prediction(("pay", 0.95)),
    "hello. a faint": prediction(None, small_talk="greeting"),
    "nothing left": prediction(("dro", 0.1), urgency=0.8, urgent=(("suicide", 0.7), ("no_food", 0.1))),
    "food bank": prediction(("dro", 0.1), urgency=0.8, urgent=(("no_food", 0.9),)),
    "lost message": prediction(("dro", 0.1), urgency=0.8, urgent=(("not_written_yet", 0.9),)),
    "breathing space": prediction(("breathing_space", 0.95), ("dro", 0.05)),
    "dro": prediction(("dro", 0.95), ("breathing_space", 0.05)),
    "fairly": prediction(("dro", 0.7), ("breathing_space", 0.1)),
    "either": prediction(("dro", 0.4), ("breathing_space", 0.35), ("pay", 0.1), ("gone", 0.05)),
    "vague": prediction(("dro", 0.2), ("pay", 0.15)),
    "faint": prediction(("dro", 0.2), ("pay", 0.05)),
    "weather": prediction(("dro", 0.1), out_of_scope=0.9),
    "hello": prediction(None, small_talk="greeting"),
    "thanks": prediction(None, small_talk="thanks"),
    "many": prediction(*[(f"answer_{number}", 0.01) for number in range(50)]),
    "unknown slug": prediction(("gone", 0.99)),
    "debt relief orders": prediction(("dro", 0.9), ("breathing_space", 0.05)),
}
ASKED = Message("", "discord", "parents", "general", author="jo")
OVERHEARD = replace(ASKED, addressed=False)
PRIVATE = replace(ASKED, community="", channel="with jo")
EMERGENCY = "there is nothing left for me zanzibar"


class FaultyClassifier:
    """A classifier with a fault that nobody foresaw."""

    async def parse(self, text: str) -> Prediction:
        """Fail."""
        raise RuntimeError("unforeseen")

    async def close(self) -> None:
        """Hold nothing."""


class FailingLater:
    """A classifier that fails once it has been asked for the last time."""

    def __init__(self, classifier: Classifier, times: int = 1) -> None:
        """Pass the first texts on."""
        self._classifier = classifier
        self._times = times

    async def parse(self, text: str) -> Prediction:
        """The first predictions only."""
        if not self._times:
            raise ClassifierError("The model's process has ended.")
        self._times -= 1
        return await self._classifier.parse(text)

    async def close(self) -> None:
        """Hold nothing."""


@dataclass
class Bench:
    """A Responder, its disk, and what a test may change: the channels' settings (`here`, `rooms`) and the pauses."""

    folder: Path
    answers: AnswerBase
    database: Database
    classifier: Any = field(default_factory=lambda: KeywordClassifier(PREDICTIONS))
    clock: Clock = field(default_factory=Clock)
    here: ChannelSettings = HERE
    rooms: dict[str, ChannelSettings] = field(default_factory=dict)
    paused: Paused = field(default_factory=Paused)

    def __post_init__(self) -> None:
        """Join the parts."""
        self.began, self._began_at = datetime.now(timezone.utc), self.clock()
        self.log = QuestionLog(self.database)
        self.outbox = Outbox(self.database)
        self.responder = self.serving(self.classifier, self.log)

    def serving(self, classifier: Classifier, log: QuestionLog | None) -> Responder:
        """A Responder with another classifier or log, that remembers nothing yet."""
        memory = Memory(Etiquette(SETTINGS, self.clock), Bursts(BURST_SECONDS, self.clock), log, EDIT_SECONDS)
        served = Served("0007", self.answers, THRESHOLDS, classifier)
        return Responder(served, memory, self.settings, lambda: DAY, lambda: self.paused)

    def settings(self, place: Place) -> ChannelSettings:
        """What moderators have settled for a channel."""
        return self.rooms.get(place.channel, self.here)

    def settle(self, **changes: Any) -> None:
        """Settle something else for every channel."""
        self.here = replace(self.here, **changes)

    def pause(self, scope: Scope, target: str = "") -> None:
        """Let one thing be paused, and nothing else."""
        self.paused = Paused(frozenset({(scope, target)}))

    async def say(self, text: str, message: Message = ASKED, **changes: Any) -> Response:
        """The response to a text, written now, by the bench's own clock, unless the message says when."""
        if message.sent_at == ASKED.sent_at:
            message = replace(message, sent_at=self.began + timedelta(seconds=self.clock() - self._began_at))
        return await self.responder.respond(replace(message, text=text, **changes))

    async def edit(self, text: str, message: Message = ASKED, **changes: Any) -> Response:
        """The response to a message whose text has become another one."""
        return await self.say(text, message, is_edit=True, **changes)

    async def deliver(self, response: Response, post: str) -> None:
        """Let what is owed stand on the platform, under an id."""
        for owed in response.owed:
            await self.outbox.delivered(owed, [post])

    def rows(self, sql: str) -> list[Any]:
        """What a second connection reads in the log."""
        with closing(sqlite3.connect(self.folder / DATABASE_FILE)) as db:
            return db.execute(sql).fetchall()

    def outcomes(self) -> list[str]:
        """The outcome of each row, in the order of writing."""
        return [outcome for (outcome,) in self.rows("select outcome from questions order by id")]

    def texts(self) -> list[str | None]:
        """The words kept in each row, in the order of writing."""
        return [text for (text,) in self.rows("select text from questions order by id")]

    def stored_bytes(self) -> bytes:
        """Every byte that has been put on disk, the write-ahead log included."""
        return b"".join(path.read_bytes() for path in self.folder.glob(f"{DATABASE_FILE}*"))


@contextmanager
def opened(folder: Path, answers: AnswerBase, busy_seconds: float = 5.0) -> Iterator[Bench]:
    """A bench that is cleared away in the end."""
    with closing(Database(folder, busy_seconds)) as database:
        yield Bench(folder, answers, database)


def held(folder: Path, hold: bool = True) -> Any:
    """Hold the database's write lock, as another process would."""
    if not hold:
        return nullcontext()
    other = sqlite3.connect(folder / DATABASE_FILE, isolation_level=None)
    other.execute("begin immediate")
    return closing(other)


def only(response: Response) -> Owed:
    """The one thing that is owed for a response."""
    (owed,) = response.owed
    return owed


def acts(response: Response) -> list[tuple[Action, int]]:
    """What is owed for a response: each action, and what it takes the place of."""
    return [(owed.action, owed.replaces) for owed in response.owed]
