"""Telegram's limits are obeyed before they are hit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import pytest

from connectors.fakes.telegram_server import FakeTelegram, FloodLimits
from connectors.telegram_connector.limits import KEPT_FOR_URGENT_HELP, FloodControl, Limits, Window
from tests.connectors.telegram_bench import ANSWER, bench, until
from tests.waiting import end

GROUP, PERSON = -100, 100


async def pass_through(window: Window, passed: list[str], name: str, is_urgent: bool = False) -> None:
    """Enter and leave at once."""
    await window.enter(is_urgent)
    passed.append(name)
    window.leave()


async def send(flood: FloodControl, chat: int, sent: list[int], is_urgent: bool = False) -> None:
    """Send nothing."""
    async with flood.sending(chat, is_urgent):
        sent.append(chat)


def spans(times: Sequence[float], size: int) -> list[float]:
    """How long each stretch of one more than `size` took."""
    return [later - earlier for earlier, later in zip(times, times[size:])]


async def test_a_window_lets_no_more_pass_than_it_holds() -> None:
    """In no stretch of its length, however the calls fall."""
    window, times = Window(3, 0.1, "test"), []

    async def call() -> None:
        await window.enter()
        times.append(time.monotonic())
        await asyncio.sleep(0.01)
        window.leave()

    await asyncio.gather(*[call() for _ in range(10)])
    assert min(spans(times, 3)) >= 0.1


async def test_who_waits_is_let_in_by_turn_after_what_is_urgent() -> None:
    """Order is kept; urgent help goes first."""
    window, passed = Window(1, 0.02, "test"), []
    waiting = [pass_through(window, passed, name, name == "urgent") for name in ("first", "second", "third", "urgent")]
    await asyncio.gather(*waiting)
    assert passed == ["first", "urgent", "second", "third"]


async def test_places_are_kept_for_what_is_urgent() -> None:
    """The last ones are not for anybody else."""
    window, passed = Window(3, 60, "test", kept=1), []
    usual = [asyncio.create_task(pass_through(window, passed, "usual")) for _ in range(5)]
    await asyncio.sleep(0)
    await asyncio.wait_for(pass_through(window, passed, "urgent", is_urgent=True), 60)
    assert passed == ["usual", "usual", "urgent"]
    for task in usual[2:]:
        await end(task)


async def test_who_gives_up_waiting_takes_no_place() -> None:
    """A cancelled send leaves its place to the next."""
    window, passed = Window(1, 0.05, "test"), []
    await pass_through(window, passed, "first")
    late = asyncio.create_task(pass_through(window, passed, "cancelled"))
    await asyncio.sleep(0)
    await end(late)
    await asyncio.wait_for(pass_through(window, passed, "last"), 60)
    assert passed == ["first", "last"]
    await until(lambda: window.is_idle)


async def test_a_pause_holds_everything_back() -> None:
    """As long as the platform asks for, beside what is counted anyway."""
    window, passed = Window(2, 0.01, "test"), []
    started = time.monotonic()
    window.pause(0.2)
    await pass_through(window, passed, "late")
    assert time.monotonic() - started >= 0.2
    await until(lambda: window.is_idle)


async def test_a_group_has_its_own_limit_and_people_theirs() -> None:
    """A busy group holds nobody else up, and has something left for urgent help."""
    flood, sent = FloodControl(Limits(group_per_minute=5, chat_per_second=1_000, overall_per_second=1_000)), []
    waiting = [asyncio.create_task(send(flood, GROUP, sent)) for _ in range(10)]
    await asyncio.gather(*[send(flood, PERSON, sent) for _ in range(10)], send(flood, GROUP - 1, sent))
    await asyncio.wait_for(send(flood, GROUP, sent, is_urgent=True), 60)
    assert sent.count(GROUP) == 5 - KEPT_FOR_URGENT_HELP + 1 and sent.count(PERSON) == 10
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_the_limit_of_all() -> None:
    """Many chats together are held back too."""
    flood, sent = FloodControl(Limits(overall_per_second=5)), []
    waiting = [asyncio.create_task(send(flood, chat, sent)) for chat in range(1, 11)]
    await until(lambda: len(sent) == 5)
    await asyncio.sleep(0.1)
    assert len(sent) == 5
    await asyncio.gather(*waiting)


@pytest.mark.parametrize("enforce", [True, False])
async def test_the_platform_counts_no_breach(enforce: bool) -> None:
    """Posts to many chats at once: none comes too early."""
    limits = FloodLimits(enforce=enforce, slack=0.0)
    async with bench(FakeTelegram(reads_all=True, limits=limits), limits=Limits()) as b:
        people = [b.telegram.user(f"Person {number}") for number in range(20)]
        for person in people * 2:
            b.telegram.say(person, b.telegram.private_chat(person), "how much")
        await b.telegram.until(lambda: len(b.telegram.posts) == 40, seconds=60)
        assert not b.telegram.violations and not b.telegram.duplicates()


async def test_urgent_help_overtakes_in_a_full_group() -> None:
    """Ordinary replies wait for the minute to pass; urgent help doesn't."""
    limits = Limits(group_per_minute=4, chat_per_second=100, overall_per_second=100)
    async with bench(replies={"help!": ANSWER}, limits=limits) as b:
        for _ in range(5):
            b.telegram.say(b.ann, b.group, "how much")
        await b.telegram.until(lambda: len(b.telegram.posts) == 2)
        await b.telegram.reply_to(b.telegram.say(b.ann, b.group, "help!"))
        await until(lambda: len(b.outbox.waiting) == 3)
        assert len(b.telegram.posts) == 3
