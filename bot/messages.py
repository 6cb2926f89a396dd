"""What comes in and what goes out, the same for every platform."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from enum import Enum
from typing import TYPE_CHECKING

from bot.places import Place

if TYPE_CHECKING:
    from bot.deliveries import Owed


class Outcome(str, Enum):
    """What became of a message. Every message gets exactly one."""

    ANSWERED = "answered"
    CLARIFY = "clarify"
    SMALL_TALK = "small_talk"
    UNANSWERED_LOW_CONFIDENCE = "unanswered_low_confidence"
    UNANSWERED_AMBIGUOUS = "unanswered_ambiguous"
    UNANSWERED_OUT_OF_SCOPE = "unanswered_out_of_scope"
    URGENT_HELP = "urgent_help"
    WITHHELD_PERSONAL_DATA = "withheld_personal_data"
    WITHHELD_SERVICE_OFF = "withheld_service_off"
    WITHHELD_PAUSED = "withheld_paused"
    WITHHELD_ANSWER_PAUSED = "withheld_answer_paused"
    IGNORED_EMPTY = "ignored_empty"
    IGNORED_NOT_A_QUESTION = "ignored_not_a_question"
    IGNORED_NOT_CONFIDENT = "ignored_not_confident"
    IGNORED_COOLDOWN = "ignored_cooldown"
    IGNORED_MUTED = "ignored_muted"
    IGNORED_PAUSED = "ignored_paused"
    IGNORED_NOT_ADDRESSED = "ignored_not_addressed"
    IGNORED_STAFF_TALKING = "ignored_staff_talking"
    IGNORED_PART_OF_BURST = "ignored_part_of_burst"
    IGNORED_TOO_LATE = "ignored_too_late"
    IGNORED_DUPLICATE = "ignored_duplicate"
    IGNORED_BOT = "ignored_bot"
    ERROR_CLASSIFIER = "error_classifier"
    ERROR_TIMEOUT = "error_timeout"  # Given no more: logs have rows of it.
    ERROR_QUESTION_LOG = "error_question_log"
    ERROR_INTERNAL = "error_internal"

    @property
    def is_unanswered(self) -> bool:
        """Whether an official should see the question, because nobody has answered it."""
        return self.value.startswith("unanswered_") or self is Outcome.CLARIFY

    @property
    def is_silent(self) -> bool:
        """Whether nothing is posted."""
        return self.value.startswith("ignored_")

    @property
    def keeps_words(self) -> bool:
        """Whether the words are kept for officials: those of emergencies and of idle talk are nobody's to keep."""
        return self is Outcome.IGNORED_NOT_CONFIDENT or not (self.is_silent or self is Outcome.URGENT_HELP)

    @property
    def stands_unrecorded(self) -> bool:
        """Whether it is carried out even where it can't be written down."""
        return self is Outcome.URGENT_HELP or self.is_silent


@dataclass(frozen=True)
class Given:
    """An answer as it was shown: its slug, and the nation whose text it was ("" for the general one)."""

    answer: str
    nation: str = ""


@dataclass(frozen=True)
class Message:
    """One message from a person, as a connector hands it over.

    `author` is the platform's own identifier; it is made a pseudonym before it is stored.
    `addressed` is true when the bot was spoken to (mention, reply to it, command, direct message) and false when
    the message was overheard.
    `after` is the answer that it replies to; the Responder looks it up by `reply_to_message_id` where it isn't given.
    `author_roles` are the platform's ids of the author's roles (Discord), or "administrator" (Telegram). `is_edit` says
    that a message seen before has a new text. `link` leads a moderator to the message, where the platform has links.
    """

    text: str
    platform: str = "terminal"
    community: str = ""
    channel: str = ""
    thread: str = ""
    author: str = ""
    author_is_bot: bool = False
    author_roles: tuple[str, ...] = ()
    message_id: str = ""
    reply_to_message_id: str = ""
    addressed: bool = True
    is_edit: bool = False
    link: str = ""
    sent_at: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    after: Given | None = None

    @property
    def place(self) -> Place:
        """Where it was written."""
        return Place(self.platform, self.community, self.channel, self.thread)


@dataclass(frozen=True)
class Source:
    """Where an answer's facts can be checked."""

    title: str
    url: str


@dataclass(frozen=True)
class Candidate:
    """An answer that a text may be asking for, and how sure the model is (0 to 1)."""

    answer: str
    confidence: float


@dataclass(frozen=True)
class Choice:
    """Something the asker can pick: another answer, or the same answer for another nation."""

    label: str
    answer: str
    nation: str = ""


@dataclass(frozen=True)
class StaffAction:
    """A button for staff, about one theme of a digest; the verb of a link, which has a `url`, is ""."""

    label: str
    verb: str = ""
    theme: int = 0
    digest: int = 0
    url: str = ""


@dataclass(frozen=True)
class Reply:
    """What is to be posted, with nothing of any platform in it. `body` is Markdown; `given` is the answer it shows.

    `allows_me_too` offers others to say that they have the same question, which officials are to answer. `actions` are
    for staff, and stand in the place of all other buttons.
    """

    body: str
    title: str = ""
    notice: str = ""
    sources: tuple[Source, ...] = ()
    department: str = ""
    reviewed: str = ""
    choices: tuple[Choice, ...] = ()
    allows_feedback: bool = False
    allows_me_too: bool = False
    given: Given | None = None
    actions: tuple[StaffAction, ...] = ()


@dataclass(frozen=True)
class Meant:
    """What a text means to the model that read it, so that it need not be read again to be grouped.

    See bot.themes.meaning.Understood; `encoder` names what made the vector.
    """

    vector: bytes
    scores: dict[str, float]
    encoder: str


@dataclass(frozen=True)
class Response:
    """The Responder's whole result for one message. `reply` is None where silence is right.

    `owed` is what is to be done on the platform, in order; it is empty where nothing is recorded. `trouble` is what the
    model's process did over this very message, so that it was set aside. `meant` is what the message's own words mean.
    """

    outcome: Outcome
    reply: Reply | None = None
    answer: str | None = None
    confidence: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    release: str = ""
    question_id: int | None = None
    alert_moderators: bool = False
    owed: tuple[Owed, ...] = ()
    trouble: str = ""
    meant: Meant | None = None
