"""The path of a message: whatever comes in, exactly one outcome comes out, and one row is kept of it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot import wording
from bot.answers import AnswerBase, load_answer_base
from bot.classifier import Classifier, Prediction
from bot.decision import Thresholds
from bot.errors import ClassifierError
from bot.etiquette import Etiquette
from bot.messages import Choice, Given, Message, Outcome, Response
from bot.question_log import LOG_FILE, QuestionLog, owed_reply
from bot.responder import MAX_CANDIDATES, Responder, Served
from bot.settings import EtiquetteSettings
from tests.factories import answer_file, prediction, rates_file
from tests.fakes import Clock, KeywordClassifier

pytestmark = pytest.mark.asyncio

DAY = date(2026, 11, 22)
THRESHOLDS = Thresholds(addressed=0.6, overheard=0.9, offer=0.3, urgent=0.5)
SETTINGS = EtiquetteSettings(
    person_cooldown_seconds=20, channel_cooldown_seconds=5, duplicate_seconds=300, muted_channels=("quiet",)
)
PREDICTIONS = {
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
    "many": prediction(*[(f"answer_{number}", 0.01) for number in range(50)]),
    "unknown slug": prediction(("gone", 0.99)),
    "debt relief orders": prediction(("dro", 0.9), ("breathing_space", 0.05)),
}
ASKED = Message("", "discord", "parents", "general", author="jo")
OVERHEARD = replace(ASKED, addressed=False)
EMERGENCY = "there is nothing left for me zanzibar"


class FaultyClassifier:
    """A classifier with a fault that nobody foresaw."""

    async def parse(self, text: str) -> Prediction:
        """Fail."""
        raise RuntimeError("unforeseen")

    async def close(self) -> None:
        """Hold nothing."""


class FailingLater:
    """A classifier that fails once it has been asked."""

    def __init__(self, classifier: Classifier) -> None:
        """Pass the first text on."""
        self._classifier = classifier
        self._was_asked = False

    async def parse(self, text: str) -> Prediction:
        """The first prediction only."""
        if self._was_asked:
            raise ClassifierError("The model's process has ended.")
        self._was_asked = True
        return await self._classifier.parse(text)

    async def close(self) -> None:
        """Hold nothing."""


@dataclass
class Bench:
    """A Responder with everything it stands on, all real but the model and the clock."""

    folder: Path
    answers: AnswerBase
    log: QuestionLog
    classifier: Any = field(default_factory=lambda: KeywordClassifier(PREDICTIONS))
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        """Join the parts."""
        self.responder = self.serving(self.classifier, self.log)

    def serving(self, classifier: Classifier, log: QuestionLog | None) -> Responder:
        """A Responder with another classifier or log."""
        served = Served("0007", self.answers, THRESHOLDS, classifier)
        return Responder(served, Etiquette(SETTINGS, self.clock), log, today=lambda: DAY)

    async def say(self, text: str, message: Message = ASKED) -> Response:
        """The response to a text."""
        return await self.responder.respond(replace(message, text=text))

    def rows(self, sql: str) -> list[Any]:
        """What a second connection reads in the log."""
        with closing(sqlite3.connect(self.folder / LOG_FILE)) as db:
            return db.execute(sql).fetchall()

    def stored_bytes(self) -> bytes:
        """Every byte that the log has put on disk, its write-ahead log included."""
        return b"".join(path.read_bytes() for path in self.folder.glob(f"{LOG_FILE}*"))


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> AnswerBase:
    """Three answers, one with a text for Scotland, and two urgent-help messages."""
    folder = tmp_path_factory.mktemp("answers")
    rates_file(folder)
    answer_file(folder, "pay")
    answer_file(folder, "dro", service="debt", title="Debt relief orders", body="A DRO lasts 12 months.")
    answer_file(
        folder, "breathing_space", service="debt", title="Breathing space", nations="[england, wales]",
        body="It lasts 60 days.\n\n## Scotland\n\nIt is called a moratorium.",
    )  # fmt: skip
    for slug, alert in (("suicide", "true"), ("no_food", "false")):
        (folder / "urgent").mkdir(exist_ok=True)
        (folder / "urgent" / f"{slug}.md").write_text(
            f"---\ntitle: Help now with {slug}\nsources:\n  - title: NHS\n    url: https://111.nhs.uk\n"
            f"checked: 2026-11-22\ncheck_by: 2027-02-22\nalert_moderators: {alert}\n---\n\nCall **999**.\n"
        )
    return load_answer_base(folder)


@pytest.fixture
def bench(tmp_path: Path, answers: AnswerBase) -> Iterator[Bench]:
    """A Responder that has not spoken yet."""
    with closing(QuestionLog(tmp_path, busy_seconds=0.02)) as log:
        yield Bench(tmp_path, answers, log)


@dataclass(frozen=True)
class Case:
    """How an outcome comes about: the last message gets it."""

    text: str
    message: Message = ASKED
    before: tuple[str, ...] = ()
    faulty: bool = False
    locked: bool = False


CASES = {
    Outcome.ANSWERED: Case("what is a dro"),
    Outcome.CLARIFY: Case("either of those"),
    Outcome.SMALL_TALK: Case("hello"),
    Outcome.UNANSWERED_LOW_CONFIDENCE: Case("a faint idea"),
    Outcome.UNANSWERED_AMBIGUOUS: Case("a vague idea"),
    Outcome.UNANSWERED_OUT_OF_SCOPE: Case("how is the weather"),
    Outcome.URGENT_HELP: Case(EMERGENCY, OVERHEARD),
    Outcome.WITHHELD_PERSONAL_DATA: Case("my number is 07700 900123"),
    Outcome.IGNORED_EMPTY: Case(" ?! \u200b "),
    Outcome.IGNORED_NOT_A_QUESTION: Case("lovely weather", OVERHEARD),
    Outcome.IGNORED_NOT_CONFIDENT: Case("fairly sure", OVERHEARD),
    Outcome.IGNORED_COOLDOWN: Case("what about breathing space", OVERHEARD, before=("what is a dro",)),
    Outcome.IGNORED_MUTED: Case("what is a dro", replace(ASKED, channel="quiet")),
    Outcome.IGNORED_DUPLICATE: Case("what is a dro", before=("What is a DRO",)),
    Outcome.IGNORED_BOT: Case("what is a dro", replace(ASKED, author_is_bot=True)),
    Outcome.ERROR_CLASSIFIER: Case("crash"),
    Outcome.ERROR_TIMEOUT: Case("hang"),
    Outcome.ERROR_QUESTION_LOG: Case("what is a dro", locked=True),
    Outcome.ERROR_INTERNAL: Case("what is a dro", faulty=True),
}


def held(folder: Path, hold: bool = True) -> Any:
    """Hold the log's write lock, as another process would."""
    if not hold:
        return nullcontext()
    other = sqlite3.connect(folder / LOG_FILE, isolation_level=None)
    other.execute("begin immediate")
    return closing(other)


async def test_every_outcome_has_a_case() -> None:
    """The table that follows leaves no outcome out."""
    assert set(CASES) == set(Outcome)


@pytest.mark.parametrize("outcome", CASES, ids=lambda outcome: outcome.value)
async def test_every_outcome_comes_about(bench: Bench, outcome: Outcome) -> None:
    """Each outcome is given where it should be, with a reply or with silence, and one row says so."""
    case = CASES[outcome]
    responder = bench.serving(FaultyClassifier(), bench.log) if case.faulty else bench.responder
    for text in case.before:
        await responder.respond(replace(case.message, text=text))
    with held(bench.folder, case.locked):
        response = await responder.respond(replace(case.message, text=case.text))
    assert response.outcome is outcome
    assert (response.reply is None) == outcome.is_silent
    assert response.release == "0007"
    if not case.locked:
        stored = bench.rows("select id, outcome, release from questions order by id desc limit 1")
        assert stored == [(response.question_id, outcome.value, "0007")]
        assert len(bench.rows("select 1 from questions")) == len(case.before) + 1


# Step 1: etiquette


async def test_silence_holds_back_an_answer_but_not_help(bench: Bench) -> None:
    """Muted, cooling down or repeated: whoever needs help now gets it all the same."""
    muted = replace(OVERHEARD, channel="quiet")
    assert (await bench.say("what is a dro", muted)).reply is None
    assert (await bench.say(EMERGENCY, muted)).outcome is Outcome.URGENT_HELP
    assert (await bench.say(EMERGENCY, muted)).outcome is Outcome.URGENT_HELP
    assert (await bench.say("what is a dro", OVERHEARD)).outcome is Outcome.ANSWERED
    assert (await bench.say(EMERGENCY, OVERHEARD)).outcome is Outcome.URGENT_HELP


@pytest.mark.parametrize(
    ("author", "seconds", "outcome"),
    [
        ("al", 4.9, Outcome.IGNORED_COOLDOWN),
        ("al", 5.1, Outcome.ANSWERED),
        ("jo", 19.9, Outcome.IGNORED_COOLDOWN),
        ("jo", 20.1, Outcome.ANSWERED),
    ],
)
async def test_an_answer_starts_the_cooldowns(bench: Bench, author: str, seconds: float, outcome: Outcome) -> None:
    """After an answer the channel waits 5 seconds and the person 20; then both may be answered again."""
    await bench.say("what is a dro", OVERHEARD)
    bench.clock.advance(seconds)
    assert (await bench.say("what is breathing space", replace(OVERHEARD, author=author))).outcome is outcome


async def test_silence_starts_no_cooldown(bench: Bench) -> None:
    """What was met with silence holds nobody back."""
    await bench.say("fairly sure", OVERHEARD)
    assert (await bench.say("what is a dro", OVERHEARD)).outcome is Outcome.ANSWERED


async def test_a_duplicate_is_answered_again_later(bench: Bench) -> None:
    """After five minutes the same question is a question again."""
    await bench.say("what is a dro")
    bench.clock.advance(299)
    assert (await bench.say("what is a dro")).outcome is Outcome.IGNORED_DUPLICATE
    bench.clock.advance(2)
    assert (await bench.say("what is a dro")).outcome is Outcome.ANSWERED


async def test_who_is_told_to_try_again_can(bench: Bench) -> None:
    """An error asks to try again, so the same words again are no duplicate."""
    assert (await bench.say("crash")).outcome is Outcome.ERROR_CLASSIFIER
    assert (await bench.say("crash")).outcome is Outcome.ERROR_CLASSIFIER
    with held(bench.folder):
        assert (await bench.say("what is a dro")).outcome is Outcome.ERROR_QUESTION_LOG
    assert (await bench.say("what is a dro")).outcome is Outcome.ANSWERED


async def test_errors_are_kept_from_a_muted_channel(bench: Bench) -> None:
    """A muted bot doesn't even say that it is broken."""
    response = await bench.say("crash", replace(ASKED, channel="quiet"))
    assert (response.outcome, response.reply) == (Outcome.IGNORED_MUTED, None)


@pytest.mark.parametrize("text", ["crash", "hang"])
async def test_errors_are_told_to_who_asked_only(bench: Bench, text: str) -> None:
    """A channel in which nobody asked the bot doesn't hear of its errors."""
    assert (await bench.say(text, OVERHEARD)).reply is None
    told = await bench.say(text)
    assert told.reply and told.reply.body == wording.ERRORS[told.outcome]


# Step 2: safety


@pytest.mark.parametrize(("text", "slug", "alert"), [(EMERGENCY, "suicide", True), ("food bank", "no_food", False)])
async def test_urgent_help_says_whom_to_call(bench: Bench, text: str, slug: str, alert: bool) -> None:
    """Urgent help carries its own message, and moderators are alerted where the message says so."""
    response = await bench.say(text)
    assert response.reply and response.reply.title == f"Help now with {slug}"
    assert (response.answer, response.confidence, response.alert_moderators) == (slug, 0.8, alert)
    assert not response.reply.choices and not response.reply.allows_feedback


async def test_urgent_help_without_a_message_still_helps(bench: Bench) -> None:
    """Where the model names a message that isn't there, the fixed one is given and moderators are alerted."""
    response = await bench.say("lost message")
    assert response.reply and response.reply.body == wording.URGENT_FALLBACK
    assert response.alert_moderators


@pytest.mark.parametrize("fault", ["crash", "hang"])
async def test_plain_emergencies_are_helped_without_the_model(bench: Bench, fault: str) -> None:
    """While the model can't be asked, plain words are enough."""
    response = await bench.say(f"i want to kill myself {fault}", OVERHEARD)
    assert (response.outcome, response.answer) == (Outcome.URGENT_HELP, "suicide")


async def test_plain_emergencies_are_helped_whatever_the_fault(bench: Bench) -> None:
    """A fault that nobody foresaw doesn't stand between a person and help."""
    responder = bench.serving(FaultyClassifier(), bench.log)
    response = await responder.respond(replace(OVERHEARD, text="i want to kill myself"))
    assert (response.outcome, response.answer) == (Outcome.URGENT_HELP, "suicide")


@pytest.mark.parametrize("broken", [{}, {"community": "\ud800"}, {"author": "\ud800"}], ids=["locked", "row", "author"])
async def test_urgent_help_does_not_wait_for_the_log(bench: Bench, broken: dict[str, str]) -> None:
    """Help is given even where nothing can be written."""
    with held(bench.folder, not broken):
        response = await bench.say(EMERGENCY, replace(OVERHEARD, **broken))  # type: ignore[arg-type]
    assert response.outcome is Outcome.URGENT_HELP
    assert response.reply and response.reply.title == "Help now with suicide"


async def test_the_words_of_an_emergency_are_never_stored(bench: Bench) -> None:
    """No byte of the database or of its write-ahead log holds them, even after the log was locked or a model failed."""
    await bench.say(EMERGENCY)
    await bench.say("i want to kill myself zanzibar crash")
    with held(bench.folder):
        await bench.say(f"{EMERGENCY} again")
    await bench.say("what is a dro")
    assert b"what is a dro" in bench.stored_bytes()
    assert b"zanzibar" not in bench.stored_bytes()
    bench.log.close()
    assert b"what is a dro" in bench.stored_bytes()
    assert b"zanzibar" not in bench.stored_bytes()
    assert bench.rows("select text from questions where outcome = 'urgent_help'") == [(None,)] * 3


async def test_personal_data_is_gone_before_anything_sees_it(bench: Bench) -> None:
    """The classifier reads neither the data nor its placeholder; the log has the placeholder; a warning is given."""
    response = await bench.say("what is a dro, ring me on 07700 900123")
    assert bench.classifier.seen == ["what is a dro, ring me on"]
    assert b"900123" not in bench.stored_bytes()
    assert response.outcome is Outcome.ANSWERED
    assert response.reply and response.reply.notice == wording.PERSONAL_DATA.format(kinds="phone number")
    assert bench.rows("select text, personal_data from questions") == [
        ("what is a dro, ring me on [phone number]", '["phone"]')
    ]


async def test_nothing_but_personal_data_is_withheld(bench: Bench) -> None:
    """Where no question is left, one is asked for, and the warning names what was posted."""
    response = await bench.say("my email is jo@example.com and my number is 07700 900123")
    assert response.outcome is Outcome.WITHHELD_PERSONAL_DATA
    assert response.reply and response.reply.body == wording.UNANSWERED[Outcome.WITHHELD_PERSONAL_DATA]
    assert "email address and phone number" in response.reply.notice
    assert b"example.com" not in bench.stored_bytes()


async def test_no_text_reaches_the_programs_log(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """The log for developers says that something failed, never what was asked."""
    caplog.set_level(logging.DEBUG)
    for text in ("zanzibar crash", "zanzibar hang", "zanzibar unknown slug", f"{EMERGENCY}", "zanzibar dro"):
        await bench.say(text)
    with held(bench.folder):
        await bench.say("zanzibar weather")
    assert caplog.text and "zanzibar" not in caplog.text


# Step 3: classify


@pytest.mark.parametrize("text", ["/ask what is a dro", "@signpost what is a dro", "<@123> /what is a dro", "/dro"])
async def test_a_command_or_mention_is_not_classified(bench: Bench, text: str) -> None:
    """What the model is given never begins with a slash or a mention."""
    await bench.say(text)
    assert all(not seen.startswith(("/", "@", "<")) for seen in bench.classifier.seen)


async def test_bots_and_empty_texts_cost_no_prediction(bench: Bench) -> None:
    """What can't be a question isn't classified, and its text isn't kept."""
    await bench.say("what is a dro", replace(ASKED, author_is_bot=True))
    await bench.say("?!?")
    assert bench.classifier.seen == []
    assert bench.rows("select text from questions") == [(None,), (None,)]


async def test_a_closed_classifier_is_noticed(bench: Bench) -> None:
    """A classifier that was closed too early is a fault, not a refusal."""
    await bench.classifier.close()
    assert (await bench.say("what is a dro")).outcome is Outcome.ERROR_INTERNAL


# Steps 4 and 5: decide and compose


async def test_an_overheard_question_needs_more(bench: Bench) -> None:
    """The same confidence answers who asked the bot, and is met with silence where it was overheard."""
    assert (await bench.say("fairly sure")).outcome is Outcome.ANSWERED
    assert (await bench.say("fairly sure", replace(OVERHEARD, channel="b"))).outcome is Outcome.IGNORED_NOT_CONFIDENT


async def test_an_answer_is_official_and_sourced(bench: Bench) -> None:
    """An answer names its title, source, department and review date, and asks whether it helped."""
    response = await bench.say("what is a dro")
    reply = response.reply
    assert reply and (reply.title, reply.body) == ("Debt relief orders", "A DRO lasts 12 months.")
    assert reply.sources and reply.department and reply.reviewed == "2026-11-22" and reply.allows_feedback
    assert (response.answer, response.confidence) == ("dro", 0.95)


@pytest.mark.parametrize(
    ("text", "body", "other"),
    [
        ("what is breathing space", "It lasts 60 days.", Choice("Scotland", "breathing_space", "scotland")),
        (
            "what is breathing space in Scotland",
            "It is called a moratorium.",
            Choice("England and Wales", "breathing_space"),
        ),
        (
            "breathing space in scotland or wales",
            "It lasts 60 days.",
            Choice("Scotland", "breathing_space", "scotland"),
        ),
    ],
)
async def test_the_nation_in_the_text_picks_the_variant(bench: Bench, text: str, body: str, other: Choice) -> None:
    """Who names Scotland gets Scotland's text, with the others a choice away; naming two nations picks none."""
    reply = (await bench.say(text)).reply
    assert reply and (reply.body, reply.choices) == (body, (other,))


async def test_what_the_model_ranked_is_kept_for_officials(bench: Bench) -> None:
    """The ranking is stored, cut to what is of use."""
    response = await bench.say("many things")
    assert len(response.candidates) == MAX_CANDIDATES


async def test_unsure_means_a_choice(bench: Bench) -> None:
    """Up to three answers are offered by title, and "None of these"."""
    reply = (await bench.say("either of those")).reply
    assert reply and reply.body == wording.CLARIFY
    assert [choice.answer for choice in reply.choices] == ["dro", "breathing_space", "pay", ""]
    assert reply.choices[0].label == "Debt relief orders" and reply.choices[-1].label == wording.NONE_OF_THESE


async def test_a_pick_is_answered_and_kept(bench: Bench) -> None:
    """Picking gives the answer of that choice, in the nation picked, and the log learns of it."""
    response = await bench.say("either of those")
    picked = await bench.responder.choose(
        ASKED, response.question_id, Choice("Scotland", "breathing_space", "scotland")
    )
    assert picked.body == "It is called a moratorium."
    assert bench.rows("select question_id, answer, nation from choices") == [
        (response.question_id, "breathing_space", "scotland")
    ]


async def test_none_of_these_goes_to_officials(bench: Bench) -> None:
    """An empty pick is thanked for and kept as such."""
    response = await bench.say("either of those")
    assert response.reply
    reply = await bench.responder.choose(ASKED, response.question_id, response.reply.choices[-1])
    assert reply.body == wording.NONE_NOTED
    assert bench.rows("select answer from choices") == [("",)]


async def test_feedback_is_kept_by_pseudonym(bench: Bench) -> None:
    """A vote is thanked for; the last one of a person counts."""
    response = await bench.say("what is a dro")
    for helpful in (True, False):
        reply = await bench.responder.give_feedback(ASKED, response.question_id, helpful)
        assert reply.body == wording.FEEDBACK_THANKS
    assert bench.rows("select asker, helpful from feedback") == [(bench.log.pseudonym("discord", "jo"), 0)]


# Two questions in one


async def test_the_other_question_is_a_choice(bench: Bench) -> None:
    """The answer is the one that the whole text gets, and the other is a choice away."""
    response = await bench.say("is breathing space for me and what is a dro")
    assert (response.outcome, response.answer) == (Outcome.ANSWERED, "breathing_space")
    assert response.reply and response.reply.choices[0] == Choice("You also asked about: Debt relief orders", "dro")


async def test_two_questions_without_an_answer_are_both_offered(bench: Bench) -> None:
    """Where the whole is unsure, both are offered, and officials see both first."""
    sure = {"mercury and is mars": prediction(("pay", 0.4)), "mercury": PREDICTIONS["dro"],
            "mars": PREDICTIONS["breathing space"]}  # fmt: skip
    responder = bench.serving(KeywordClassifier(sure), bench.log)
    response = await responder.respond(replace(ASKED, text="what about mercury and is mars any good"))
    assert response.outcome is Outcome.CLARIFY
    assert {candidate.answer for candidate in response.candidates[:2]} == {"dro", "breathing_space"}


async def test_a_failing_part_takes_nothing_away(bench: Bench) -> None:
    """Where the model can't be asked again, the answer to the whole text stands."""
    response = await bench.serving(FailingLater(bench.classifier), None).respond(
        replace(ASKED, text="what is a dro and why is it called that")
    )
    assert (response.outcome, response.answer) == (Outcome.ANSWERED, "dro")


# Replies to an answer


async def replying(bench: Bench, text: str, message: Message = ASKED, first: str = "what is a dro") -> Response:
    """The response to a reply to the bot's answer, which was posted as "post 1"."""
    await bench.responder.note_delivered(await bench.say(first), "post 1")
    return await bench.say(text, replace(message, author="al", reply_to_message_id="post 1"))


async def test_a_reply_is_read_with_its_answer_in_mind(bench: Bench) -> None:
    """What a reply leaves out is found in the answer that it replies to, by the platform's id of its post."""
    response = await replying(bench, "and for twins?")
    assert bench.classifier.seen[-1] == "Debt relief orders: and for twins?"
    assert response.outcome is Outcome.CLARIFY
    assert response.reply and [choice.answer for choice in response.reply.choices] == ["dro", "breathing_space", ""]


async def test_a_reply_to_the_bot_is_addressed(bench: Bench) -> None:
    """Who replies to the bot has spoken to it, so that no cool-down and no higher bar holds."""
    response = await replying(bench, "and for twins?", OVERHEARD)
    assert response.outcome is Outcome.CLARIFY
    assert bench.rows("select addressed from questions order by id") == [(1,), (1,)]


async def test_a_nation_named_in_a_reply_gets_its_text(bench: Bench) -> None:
    """The same answer for another nation; and what is asked next stays with that nation."""
    response = await replying(bench, "what about scotland", first="what is breathing space")
    assert response.reply and response.reply.given == Given("breathing_space", "scotland")
    assert response.reply.body == "It is called a moratorium."
    await bench.responder.note_delivered(response, "post 2")
    later = await bench.say("breathing space it is", replace(ASKED, reply_to_message_id="post 2"))
    assert later.reply and later.reply.given == Given("breathing_space", "scotland")


async def test_a_picked_answer_can_be_replied_to(bench: Bench) -> None:
    """The post of a pick leads to the answer that was picked."""
    response = await bench.say("either of those")
    picked = await bench.responder.choose(ASKED, response.question_id, Choice("Breathing space", "breathing_space"))
    await bench.responder.note_delivered(replace(response, reply=picked), "post 1")
    follow_up = await bench.say("what about scotland", replace(ASKED, reply_to_message_id="post 1"))
    assert follow_up.reply and follow_up.reply.given == Given("breathing_space", "scotland")


async def test_a_reply_in_an_emergency_is_helped(bench: Bench) -> None:
    """Safety comes before the conversation."""
    assert (await replying(bench, EMERGENCY)).outcome is Outcome.URGENT_HELP


@pytest.mark.parametrize(
    "elsewhere",
    [{"reply_to_message_id": "post 2"}, {"channel": "other"}, {"platform": "telegram"}, {"after": Given("?")}],
)
async def test_a_reply_to_something_unknown_is_read_as_it_is(bench: Bench, elsewhere: dict[str, Any]) -> None:
    """Another post, channel or platform, or an answer that is gone, says nothing."""
    await bench.responder.note_delivered(await bench.say("what is a dro"), "post 1")
    reply = replace(ASKED, **{"reply_to_message_id": "post 1" if "after" not in elsewhere else "", **elsewhere})
    assert (await bench.say("a faint idea", reply)).outcome is Outcome.UNANSWERED_LOW_CONFIDENCE


async def test_only_answers_are_remembered_as_posts(bench: Bench) -> None:
    """A choice or a refusal answers nothing that could be asked on about."""
    await bench.responder.note_delivered(await bench.say("either of those"), "post 1")
    assert bench.rows("select * from posts") == []


async def test_a_reply_is_read_as_it_is_while_the_log_fails(bench: Bench) -> None:
    """A log that can't be read keeps nobody from help."""
    bench.log.close()
    reply = replace(ASKED, reply_to_message_id="post 1")
    assert (await bench.say(f"i want to kill myself, {EMERGENCY}", reply)).reply is not None


async def test_a_reply_is_read_as_it_is_while_the_model_fails(bench: Bench) -> None:
    """Where the model can't be asked in context, the text alone decides."""
    responder = bench.serving(FailingLater(bench.classifier), None)
    response = await responder.respond(replace(ASKED, text="a faint idea", after=Given("dro")))
    assert response.outcome is Outcome.UNANSWERED_LOW_CONFIDENCE


# Step 6: record


async def test_the_reply_is_owed_until_it_is_delivered(bench: Bench) -> None:
    """A reply is recorded before it is sent, as it will be sent, and marked once it was."""
    response = await bench.say("what is a dro")
    ((reply, delivered),) = bench.rows("select reply, delivered_at from outbox")
    assert (owed_reply(reply), delivered) == (response.reply, None)
    await bench.responder.note_delivered(response)
    assert bench.rows("select count(delivered_at) from outbox") == [(1,)]


async def test_a_question_that_was_not_written_is_written_later(bench: Bench) -> None:
    """Who asks while the log is locked is told so, and their question is not lost."""
    with held(bench.folder):
        response = await bench.say("what is a dro")
    assert response.reply and response.reply.body == wording.ERRORS[Outcome.ERROR_QUESTION_LOG]
    await bench.say("what is breathing space")
    assert bench.rows("select text from questions order by id") == [("what is a dro",), ("what is breathing space",)]


async def test_silence_stays_silence_while_the_log_is_locked(bench: Bench) -> None:
    """A log that can't be written makes the bot no louder."""
    with held(bench.folder):
        assert (await bench.say("fairly sure", OVERHEARD)).outcome is Outcome.IGNORED_NOT_CONFIDENT
        assert (await bench.say("what is a dro", OVERHEARD)).reply is None


async def test_picks_and_votes_are_answered_while_the_log_is_locked(bench: Bench) -> None:
    """A pick, a vote or a delivery that can't be noted stops nobody."""
    response = await bench.say("what is a dro")
    with held(bench.folder):
        picked = await bench.responder.choose(ASKED, response.question_id, Choice("", "dro"))
        thanks = await bench.responder.give_feedback(ASKED, response.question_id, True)
        await bench.responder.note_delivered(response)
    assert (picked.body, thanks.body) == ("A DRO lasts 12 months.", wording.FEEDBACK_THANKS)


async def test_without_a_log_everything_else_works(bench: Bench) -> None:
    """A bot that records nothing answers, takes picks and votes, and keeps no row."""
    responder = bench.serving(bench.classifier, None)
    response = await responder.respond(replace(ASKED, text="what is a dro"))
    assert (response.outcome, response.question_id) == (Outcome.ANSWERED, None)
    assert (await responder.choose(ASKED, None, Choice("", ""))).body == wording.NONE_NOTED
    assert (await responder.give_feedback(ASKED, None, True)).body == wording.FEEDBACK_THANKS
    await responder.note_delivered(response)
    assert bench.rows("select * from questions") == []


async def test_many_messages_at_once_get_one_row_each(bench: Bench) -> None:
    """Messages that arrive together are each answered and recorded once."""
    people = [replace(ASKED, author=f"person {number}") for number in range(50)]
    responses = await asyncio.gather(*(bench.say("what is a dro", person) for person in people))
    assert {response.outcome for response in responses} == {Outcome.ANSWERED}
    assert len({response.question_id for response in responses}) == 50
    assert bench.rows("select count(*), count(distinct asker) from questions") == [(50, 50)]


# Whatever comes in

PIECES = [
    "\ud800", "\x00", "<script>alert(1)</script>", "[b]", "**", "\u202eshtnom", "\u200f", "👩\u200d👧", "e\u0301",
    "\ufdfa", "\U000e0041",
    "/", "/restart", "@everyone ", "<@123>", "crash", "hang", "dro", "hello", "unknown slug", EMERGENCY,
    "kill myself", "07700 900123", "jo@example.com", "{{ rates.weekly }}", "'; drop table questions; --", "\n", " ",
]  # fmt: skip
ANYTHING = st.lists(st.one_of(st.sampled_from(PIECES), st.text(st.characters(exclude_categories=())))).map("".join)


@pytest.fixture(scope="module")
def lasting_bench(tmp_path_factory: pytest.TempPathFactory, answers: AnswerBase) -> Iterator[Bench]:
    """A bench for a whole run of examples: opening a log for each would be slow."""
    folder = tmp_path_factory.mktemp("log")
    with closing(QuestionLog(folder)) as log:
        yield Bench(folder, answers, log)


@settings(max_examples=150, deadline=None)
@given(text=ANYTHING, addressed=st.booleans(), is_bot=st.sampled_from([False, False, False, True]))
@example(text="x" * 100_000, addressed=True, is_bot=False)
@example(text="\ufdfa" * 100_000, addressed=True, is_bot=False)
@example(text="/" * 50_000 + "@" * 50_000, addressed=True, is_bot=False)
@example(text="07700 900123 " * 8_000, addressed=False, is_bot=False)
@example(text="\ud800" * 100_000, addressed=True, is_bot=False)
@example(text="", addressed=True, is_bot=False)
async def test_any_text_gets_one_outcome_and_one_row(
    lasting_bench: Bench, text: str, addressed: bool, is_bot: bool
) -> None:
    """Whatever a person writes, nothing is raised, one outcome is given, and exactly one row says so."""
    before = lasting_bench.rows("select count(*) from questions")[0][0]
    response = await lasting_bench.say(text, replace(ASKED, addressed=addressed, author_is_bot=is_bot))
    stored = lasting_bench.rows(f"select outcome from questions order by id limit -1 offset {before}")  # noqa: S608 - a number
    assert stored == [(response.outcome.value,)]
    if response.outcome.is_silent:
        assert response.reply is None
    elif addressed:
        assert response.reply is not None
