"""Whatever people write, and in whatever order: one outcome and one row each, and nothing owed twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.answers import AnswerBase
from bot.deliveries import Action
from bot.messages import Message, Outcome, Response
from bot.places import ChannelSettings, Mode
from tests.bot.responder_bench import ASKED, EMERGENCY, HERE, Bench, opened

pytestmark = pytest.mark.asyncio

PIECES = [
    "\ud800", "\x00", "<script>alert(1)</script>", "[b]", "**", "\u202eshtnom", "\u200f", "👩\u200d👧", "e\u0301",
    "\ufdfa", "\U000e0041",
    "/", "/restart", "@everyone ", "<@123>", "crash", "hang", "dro", "hello", "unknown slug", EMERGENCY,
    "kill myself", "07700 900123", "jo@example.com", "{{ rates.weekly }}", "'; drop table questions; --", "\n", " ",
]  # fmt: skip
ANYTHING = st.lists(st.one_of(st.sampled_from(PIECES), st.text(st.characters(exclude_categories=())))).map("".join)


@pytest.fixture(scope="module")
def lasting_bench(tmp_path_factory: pytest.TempPathFactory, served_answers: AnswerBase) -> Iterator[Bench]:
    """A bench for a whole run of examples: opening a log for each would be slow."""
    with opened(tmp_path_factory.mktemp("log"), served_answers) as made:
        yield made


@settings(max_examples=800, deadline=None)
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
    stored = lasting_bench.rows(f"select outcome from questions order by id limit -1 offset {before}")
    assert stored == [(response.outcome.value,)]
    if response.outcome.is_silent:
        assert response.reply is None
    elif addressed:
        assert response.reply is not None


# In whatever order

TEXTS = (
    "hello", "thanks", "?!", "@signpost", "a faint idea", "for twins", "either of those", "fairly sure",
    "lovely weather", "what is a dro", "what is breathing space", "im in scotland", "ring 07700 900123", "crash",
    EMERGENCY, "ive decided", "tonight",
)  # fmt: skip
ROOMS = {
    "general": HERE,
    "mentions": replace(HERE, mode=Mode.MENTION_ONLY),
    "off": replace(HERE, mode=Mode.OFF),
    "no debt": replace(HERE, services_off=("debt",), nation="scotland"),
    "jo alone": ChannelSettings(mode=Mode.QUESTIONS),
}


@dataclass(frozen=True)
class Event:
    """A message some seconds after the one before, or an edit or repetition of an earlier one (`of`, from the last)."""

    text: str
    author: str
    channel: str
    addressed: bool
    is_staff: bool
    seconds: float
    of: int | None
    is_edit: bool


EVENTS = st.builds(
    Event,
    text=st.sampled_from(TEXTS),
    author=st.sampled_from(["jo", "jo", "al"]),
    channel=st.sampled_from(["general", "general", *ROOMS]),
    addressed=st.booleans(),
    is_staff=st.sampled_from([False, False, False, True]),
    seconds=st.sampled_from([0, 0, 1, 3, 5, 30]),
    of=st.one_of(st.none(), st.none(), st.integers(0, 3)),
    is_edit=st.sampled_from([True, True, False]),
)


def _messages(events: list[Event]) -> list[tuple[float, Message]]:
    """What comes in, each with the seconds before it. Every example writes in communities of its own."""
    said: list[Message] = []
    coming = []
    asked = replace(ASKED, sent_at=datetime.now(timezone.utc))
    for event in events:
        if event.of is not None and event.of < len(said):
            earlier = said[-1 - event.of]
            again = replace(earlier, text=event.text, is_edit=True) if event.is_edit else earlier
            coming.append((event.seconds, again))
            continue
        community = "" if event.channel == "jo alone" else "parents"
        said.append(
            replace(
                asked, text=event.text, community=community, channel=event.channel, author=event.author,
                addressed=event.addressed or not community, message_id=f"m{len(said)}",
                author_roles=("staff",) if event.is_staff else (),
            )
        )  # fmt: skip
        coming.append((event.seconds, said[-1]))
    return coming


@settings(max_examples=80, deadline=None)
@given(events=st.lists(EVENTS, min_size=1, max_size=10))
async def test_any_conversation_is_recorded_once_and_answered_once(lasting_bench: Bench, events: list[Event]) -> None:
    """Each message has one row with its last outcome, and never two replies; only one that got help may have both."""
    bench = lasting_bench
    bench.rooms.update(ROOMS)
    bench.database.run_now(lambda: _clear(bench))
    bench.responder = bench.serving(bench.classifier, bench.log)
    given: list[tuple[Message, Response]] = []
    for seconds, message in _messages(events):
        bench.clock.advance(seconds)
        given.append((message, await bench.responder.respond(message)))
    _assert_one_row_each(bench, given)
    _assert_nothing_twice(given)


def _clear(bench: Bench) -> None:
    with bench.database.transaction():
        bench.database.execute("delete from outbox")
        bench.database.execute("delete from questions")


def _assert_one_row_each(bench: Bench, given: list[tuple[Message, Response]]) -> None:
    rows = bench.rows("select message_id, outcome, text from questions order by message_id")
    assert [message_id for message_id, _, _ in rows] == sorted({message.message_id for message, _ in given})
    last = {
        message.message_id: response.outcome.value
        for message, response in given
        if response.outcome not in (Outcome.IGNORED_DUPLICATE, Outcome.IGNORED_TOO_LATE)
    }
    for message_id, outcome, text in rows:
        assert outcome in (last.get(message_id, "ignored_duplicate"), "ignored_part_of_burst")
        assert text is None or Outcome(outcome).keeps_words
        assert text is None or "zanzibar" not in text


def _assert_nothing_twice(given: list[tuple[Message, Response]]) -> None:
    """Carry out what is owed: an edit of what doesn't stand is a post, and a removal of it nothing."""
    standing: dict[int, str] = {}
    helped: set[str] = set()
    seen: set[int] = {0}
    for message, response in given:
        for owed in response.owed:
            assert owed.id not in seen and owed.replaces in seen
            seen.add(owed.id)
            standing.pop(owed.replaces, None)
            if owed.is_urgent:
                helped.add(message.message_id)
            elif owed.action is not Action.REMOVE:
                standing[owed.id] = message.message_id
        replied = [message_id for message_id in standing.values() if message_id not in helped]
        assert len(set(replied)) == len(replied)
