"""Work is done in order within a lane and side by side across lanes, whatever some of it does."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.lanes import Lanes, Work


@pytest.fixture
async def lanes() -> AsyncIterator[Lanes]:
    """Lanes with nothing in them."""
    made = Lanes()
    yield made
    await made.close()


class Diary:
    """Notes when work begins and ends."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.lines: list[str] = []

    def work(self, name: str, waits_for: asyncio.Event | None = None, pauses: int = 1) -> Work:
        """Work that lets others run in between, and may wait for something."""

        async def run() -> None:
            self.lines.append(f"begin {name}")
            for _ in range(pauses):
                await asyncio.sleep(0)
            if waits_for:
                await waits_for.wait()
            self.lines.append(f"end {name}")

        return run


async def fail() -> None:
    """Fail."""
    raise RuntimeError("unforeseen")


async def be_cancelled() -> None:
    """End as work does that waits for something which is then cancelled by somebody else."""
    inner = asyncio.get_running_loop().create_future()
    inner.cancel()
    await inner


async def test_a_lane_is_in_order(lanes: Lanes) -> None:
    """Each thing ends before the next begins, however long it takes."""
    diary = Diary()
    for number in range(5):
        lanes.run("a", diary.work(str(number), pauses=5 - number))
    await lanes.finish()
    assert diary.lines == [line for number in range(5) for line in (f"begin {number}", f"end {number}")]


async def test_lanes_go_side_by_side(lanes: Lanes) -> None:
    """A lane that waits holds up no other."""
    diary, gate = Diary(), asyncio.Event()
    lanes.run("a", diary.work("slow", gate))
    await lanes.run("b", diary.work("quick"))
    assert diary.lines == ["begin slow", "begin quick", "end quick"]
    gate.set()
    await lanes.finish()
    assert diary.lines[-1] == "end slow"


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from(["ok", "fail", "cancel"]))))
async def test_order_holds_whatever_happens(lanes: Lanes, works: list[tuple[int, int, str]]) -> None:
    """Anything may take long or fail: all is begun once, in each lane in order, and every future is done."""
    begun: list[tuple[int, int]] = []

    def work(lane: int, number: int, pauses: int, end: str) -> Work:
        async def run() -> None:
            begun.append((lane, number))
            for _ in range(pauses):
                await asyncio.sleep(0)
            if end == "fail":
                await fail()
            if end == "cancel":
                await be_cancelled()

        return run

    logging.disable(logging.ERROR)
    futures = [lanes.run(lane, work(lane, number, *rest)) for number, (lane, *rest) in enumerate(works)]
    await lanes.finish()
    logging.disable(logging.NOTSET)
    for lane in range(4):
        assert [n for where, n in begun if where == lane] == [n for n, (where, *_) in enumerate(works) if where == lane]
    assert all(future.done() and not future.cancelled() for future in futures)
    assert not lanes._lanes


async def test_the_future_is_done_with_the_work(lanes: Lanes) -> None:
    """Who waits for it waits for this work, and for nothing behind it."""
    diary, gate = Diary(), asyncio.Event()
    first = lanes.run("a", diary.work("first"))
    lanes.run("a", diary.work("second", gate))
    await first
    assert "end first" in diary.lines and "end second" not in diary.lines
    gate.set()


async def test_failing_work_holds_nothing_up(lanes: Lanes, caplog: pytest.LogCaptureFixture) -> None:
    """An error is logged, the next thing is done, and who waits goes on."""
    diary = Diary()
    failed = lanes.run("a", fail)
    lanes.run("a", diary.work("next"))
    await failed
    await lanes.finish()
    assert diary.lines == ["begin next", "end next"] and "unforeseen" in caplog.text


async def test_work_that_is_cancelled_from_within_holds_nothing_up(lanes: Lanes) -> None:
    """Neither the lane nor what waits in it is lost, and later work is taken up as well."""
    diary = Diary()
    cancelled = lanes.run("a", be_cancelled)
    lanes.run("a", diary.work("next"))
    await cancelled
    await lanes.finish()
    await lanes.run("a", diary.work("later"))
    assert diary.lines == ["begin next", "end next", "begin later", "end later"]


async def test_who_stops_waiting_stops_no_work(lanes: Lanes) -> None:
    """A future that is cancelled by who waits for it leaves the work alone."""
    diary, gate = Diary(), asyncio.Event()
    future = lanes.run("a", diary.work("a", gate))
    await asyncio.sleep(0)
    future.cancel()
    gate.set()
    await lanes.finish()
    assert diary.lines == ["begin a", "end a"]


async def test_finish_waits_for_what_work_adds(lanes: Lanes) -> None:
    """Work may add work, in its own lane and others."""
    diary = Diary()

    async def add() -> None:
        lanes.run("a", diary.work("same"))
        lanes.run("b", diary.work("other"))

    lanes.run("a", add)
    await lanes.finish()
    assert {"end same", "end other"} <= set(diary.lines)


async def test_finish_of_nothing_is_at_once(lanes: Lanes) -> None:
    """There is nothing to wait for."""
    await asyncio.wait_for(lanes.finish(), 60)


async def test_closing_leaves_undone_what_waits(lanes: Lanes) -> None:
    """What is in hand is cut off, what waits is never begun, and whoever waits for either is told so."""
    diary, gate = Diary(), asyncio.Event()
    futures = [lanes.run("a", diary.work(name, gate)) for name in ("first", "second")]
    await asyncio.sleep(0)
    await lanes.close()
    assert diary.lines == ["begin first"]
    assert all(future.cancelled() for future in futures)
    late = lanes.run("a", diary.work("late"))
    await asyncio.sleep(0)
    assert late.cancelled() and diary.lines == ["begin first"]


async def test_closing_before_anything_has_begun(lanes: Lanes) -> None:
    """What was only just added is left undone too."""
    diary = Diary()
    future = lanes.run("a", diary.work("a"))
    await lanes.close()
    assert future.cancelled() and diary.lines == []


async def test_what_waits_is_counted(lanes: Lanes) -> None:
    """Those being done are not."""
    diary, gate = Diary(), asyncio.Event()
    for name in "abc":
        lanes.run("a", diary.work(name, gate))
    lanes.run("b", diary.work("d", gate))
    await asyncio.sleep(0)
    assert len(lanes) == 2
    gate.set()
    await lanes.finish()
    assert len(lanes) == 0


async def test_a_lane_outlives_a_collection(lanes: Lanes) -> None:
    """What is being done is held, though nobody waits for it."""
    diary, gate = Diary(), asyncio.Event()
    lanes.run("a", diary.work("a", gate))
    await asyncio.sleep(0)
    gc.collect()
    gate.set()
    await lanes.finish()
    assert diary.lines[-1] == "end a"


async def test_empty_lanes_cost_nothing(lanes: Lanes) -> None:
    """Thousands of channels leave nothing behind."""
    diary = Diary()
    for number in range(2000):
        lanes.run(number, diary.work(""))
    await lanes.finish()
    assert not lanes._lanes
