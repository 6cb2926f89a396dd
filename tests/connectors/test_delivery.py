"""What is owed is delivered: in order in each channel, once, and through everything a platform can do."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.deliveries import Action
from bot.errors import PermanentSendError, TemporarySendError
from bot.messages import Reply
from connectors import delivery as module
from connectors.delivery import TOO_OLD, Delivery
from tests.connectors.delivery_bench import BUSY, MAX_AGE, NEVER, Platform, metric, says, still_owed
from tests.disk import Disk, edit, locked, removal
from tests.waiting import until

OLD = timedelta(seconds=MAX_AGE + 1)


async def test_a_reply_is_posted_and_noted(delivery: Delivery, platform: Platform, disk: Disk) -> None:
    """What was owed stands on the platform, and is known to stand there."""
    owed = await disk.owe(says("yes", reply_to="m1"))
    delivery.add([owed], time.monotonic())
    await delivery.finish()
    assert platform.texts() == ["yes"] and platform.tries[0][1] == owed
    assert await still_owed(disk) == [] and await disk.outbox.posts_of(owed.id) == ["general/1"]


async def test_channels_are_in_order_through_429s(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """With patience asked for on a third of all tries everything arrives, once, in order in each channel."""
    chance = random.Random(4)
    platform.troubles = lambda owed: BUSY if chance.random() < 1 / 3 else None
    channels = [f"c{number}" for number in range(8)]
    for number in range(15):
        for channel in channels:
            delivery.add([await disk.owe(says(str(number), channel))])
    await delivery.finish()
    assert all(platform.texts(channel) == list(map(str, range(15))) for channel in channels)
    assert len(platform.tries) > 140 and await still_owed(disk) == []


async def test_edits_and_removals_are_in_order_through_429s(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """What stands in the end is what was owed last, whichever try of what failed."""
    chance = random.Random(5)
    platform.troubles = lambda owed: BUSY if chance.random() < 1 / 2 else None
    for number in range(10):
        first = await disk.owe(says("first", f"c{number}", is_urgent=number % 2 == 0))
        second = await disk.owe(edit(first, reply=Reply("second"), is_urgent=False))
        last = await disk.owe(edit(second, reply=Reply("last")) if number % 3 else removal(second))
        delivery.add([first, second, last])
    await delivery.finish()
    assert [platform.texts(f"c{number}") for number in range(10)] == [["last"] if n % 3 else [] for n in range(10)]


async def test_a_channel_that_waits_holds_up_no_other(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """Nor does a thread its channel."""
    platform.troubles = lambda owed: TemporarySendError("Wait.", NEVER) if owed.reply == Reply("slow") else None
    for owed in (says("slow"), says("behind"), says("quick", "random"), says("thread", thread="t1")):
        delivery.add([await disk.owe(owed)])
    await until(lambda: len(platform.posts) == 2)
    assert sorted(platform.posts.values()) == ["quick", "thread"]


async def test_patience_is_had_for_as_long_as_asked(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """Nothing is tried before the time that the platform named, neither this nor what is behind it."""
    errors = [TemporarySendError("Wait.", 0.3)]
    platform.troubles = lambda owed: errors.pop() if errors else None
    delivery.add([await disk.owe(says("first")), await disk.owe(says("second"))])
    await delivery.finish()
    (first, *_), (again, *_), _ = platform.tries
    assert again - first >= 0.29 and platform.texts() == ["first", "second"]


async def test_urgent_help_overtakes(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """What waits in the same channel does not hold it up."""
    platform.troubles = lambda owed: None if owed.is_urgent else TemporarySendError("Wait.", NEVER)
    for owed in (says("one"), says("two"), says("call 999", is_urgent=True, keeps=True)):
        delivery.add([await disk.owe(owed)])
    await until(lambda: platform.posts)
    assert platform.texts() == ["call 999"]


@pytest.mark.parametrize("changes", [{}, {"action": Action.EDIT, "replaces": 99}])
async def test_what_is_too_old_is_dropped(
    platform: Platform, delivery: Delivery, disk: Disk, changes: dict[str, object]
) -> None:
    """A reply that nobody needs any more is given up and counted, and what is young enough is posted."""
    before = metric("dropped_total", reason=TOO_OLD)
    old = says("old", **changes)
    old, young = await disk.owe(replace(old, created_at=old.created_at - OLD)), await disk.owe(says("young"))
    delivery.add([old, young])
    await delivery.finish()
    assert platform.texts() == ["young"] and len(platform.tries) == 1
    assert metric("dropped_total", reason=TOO_OLD) == before + 1 and await still_owed(disk) == []


async def test_what_keeps_is_never_too_old(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """Urgent help, what officials owe, and removals are done however late."""
    first = await disk.owe(says("first"))
    delivery.add([first])
    await delivery.finish()
    kept = says("kept", keeps=True)
    late = replace(kept, created_at=kept.created_at - OLD), replace(removal(first), created_at=kept.created_at - OLD)
    for owed in late:
        delivery.add([await disk.owe(owed)])
    await delivery.finish()
    assert platform.texts() == ["kept"]


async def test_what_grows_too_old_while_it_waits_is_dropped(platform: Platform, disk: Disk) -> None:
    """However long the platform asks to wait, it is given up as soon as it is of no use, without another try."""
    platform.troubles = lambda owed: TemporarySendError("Wait.", NEVER)
    delivery = Delivery("discord", platform.do, disk.outbox, 0.5)
    owed = says("first")
    # However long it takes to record it, it is young when it is first tried: it ages from when it is taken up.
    delivery.add([await disk.owe(replace(owed, created_at=owed.created_at + timedelta(hours=1)))])
    await delivery.finish()
    assert len(platform.tries) == 1 and disk.rows("select drop_reason from outbox") == [(TOO_OLD,)]


@pytest.mark.parametrize("reason", ["forbidden", "gone", "refused"])
async def test_what_can_never_be_done_is_dropped(
    platform: Platform, delivery: Delivery, disk: Disk, reason: str
) -> None:
    """It is counted by its reason and tried no more, and what is behind it goes on."""
    before = metric("dropped_total", reason=reason)
    never = PermanentSendError("The platform refuses it.", reason)
    platform.troubles = lambda owed: never if owed.reply == Reply("never") else None
    delivery.add([await disk.owe(says("never")), await disk.owe(says("next"))])
    await delivery.finish()
    assert platform.texts() == ["next"] and len(platform.tries) == 2
    assert disk.rows("select drop_reason from outbox order by id") == [(reason,), (None,)]
    assert metric("dropped_total", reason=reason) == before + 1


async def test_an_edit_edits(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """The reply gets its new text in its place."""
    first = await disk.owe(says("first"))
    delivery.add([first, await disk.owe(edit(first, reply=Reply("second")))])
    await delivery.finish()
    assert platform.posts == {"general/1": "second"}


async def test_an_edit_of_what_never_stood_is_a_post(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """Where the first reply was refused, the second is posted under the message."""
    platform.troubles = lambda owed: PermanentSendError("No.", "refused") if owed.reply == Reply("first") else None
    first = await disk.owe(says("first"))
    second = await disk.owe(edit(first, reply=Reply("second"), reply_to="m1"))
    delivery.add([first, second])
    await delivery.finish()
    _, done, replaced = platform.tries[-1]
    assert (done.action, done.reply_to, list(replaced)) == (Action.POST, "m1", [])
    assert await disk.outbox.posts_of(second.id) == ["general/1"]


async def test_a_removal_of_what_never_stood_is_nothing(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """The platform isn't asked, and nothing is owed any more."""
    never = await disk.owe(says("never"))
    await disk.outbox.dropped(never, "refused")
    delivery.add([await disk.owe(removal(never))])
    await delivery.finish()
    assert platform.tries == [] and await still_owed(disk) == []


async def test_after_a_refused_edit_the_reply_can_still_be_removed(
    platform: Platform, delivery: Delivery, disk: Disk
) -> None:
    """What stands is what an edit left standing."""
    platform.troubles = lambda owed: PermanentSendError("No.", "refused") if owed.action is Action.EDIT else None
    first = await disk.owe(says("first"))
    second = await disk.owe(edit(first, reply=Reply("second")))
    delivery.add([first, second, await disk.owe(removal(second))])
    await delivery.finish()
    assert platform.posts == {}


async def test_a_removal_waits_for_the_urgent_help_that_it_removes(
    platform: Platform, delivery: Delivery, disk: Disk
) -> None:
    """Otherwise it would find nothing, and the help would be posted after it."""
    errors = [BUSY, BUSY]
    platform.troubles = lambda owed: errors.pop() if errors else None
    urgent = await disk.owe(says("call 999", is_urgent=True, keeps=True))
    delivery.add([urgent])
    delivery.add([await disk.owe(replace(removal(urgent), place=replace(urgent.place, thread="t1")))])
    await delivery.finish()
    assert platform.posts == {} and len(platform.tries) == 4


async def test_a_restart_takes_up_what_is_left(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """What the process before could not deliver is delivered, in order; what it could is not delivered again."""
    done = await disk.owe(says("done"))
    delivery.add([done])
    await delivery.finish()
    platform.troubles = lambda owed: TemporarySendError("Wait.", NEVER)
    for text in ("one", "two"):
        delivery.add([await disk.owe(says(text))])
    delivery.add([await disk.owe(edit(done, reply=Reply("edited")))])
    await until(lambda: len(platform.tries) == 2)
    await delivery.close()
    disk.close()
    platform.troubles = lambda owed: None
    after = Disk(disk.folder)
    again = Delivery("discord", platform.do, after.outbox, MAX_AGE)
    await again.resume()
    await again.finish()
    assert platform.texts() == ["edited", "one", "two"] and await still_owed(after) == []
    await again.close()
    after.close()


async def test_nothing_is_taken_up_twice(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """Taking up what is owed finds what is being delivered already."""
    platform.gate.clear()
    delivery.add([await disk.owe(says("one")), await disk.owe(says("two"))])
    await until(lambda: platform.tries)
    await delivery.resume()
    platform.gate.set()
    await delivery.finish()
    assert platform.texts() == ["one", "two"]


async def test_closing_waits_for_what_is_being_sent(
    platform: Platform, delivery: Delivery, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off, it might have arrived with nobody knowing; what waits stays owed, and nothing is taken up any more."""
    monkeypatch.setattr(module, "IN_HAND_SECONDS", 60.0)
    platform.gate.clear()
    in_hand, waiting = await disk.owe(says("in hand")), await disk.owe(says("waiting"))
    delivery.add([in_hand, waiting])
    await until(lambda: platform.tries)
    closing = asyncio.create_task(delivery.close())
    await asyncio.sleep(0.01)
    platform.gate.set()
    await closing
    delivery.add([await disk.owe(says("too late"))])
    await asyncio.sleep(0.01)
    assert platform.texts() == ["in hand"]
    assert (await still_owed(disk))[0] == waiting.id and len(await still_owed(disk)) == 2


async def test_closing_cuts_off_what_does_not_come_to_its_end(
    platform: Platform, delivery: Delivery, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A platform that doesn't answer holds nobody up; what it was asked stays owed."""
    monkeypatch.setattr(module, "IN_HAND_SECONDS", 0.05)
    platform.gate.clear()
    owed = await disk.owe(says("in hand"))
    delivery.add([owed])
    await until(lambda: platform.tries)
    await asyncio.wait_for(delivery.close(), 60)
    assert await still_owed(disk) == [owed.id]


async def test_closing_waits_out_no_patience(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """What is to be tried again later is left for the next start."""
    platform.troubles = lambda owed: TemporarySendError("Wait.", NEVER)
    delivery.add([await disk.owe(says("one", keeps=True))])
    await until(lambda: platform.tries)
    await asyncio.wait_for(delivery.close(), 60)
    assert len(await still_owed(disk)) == 1


async def test_what_nobody_foresaw_holds_nothing_up(
    platform: Platform, delivery: Delivery, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged and stays owed, for the next start to try."""
    platform.troubles = lambda owed: KeyError("unforeseen") if owed.reply == Reply("odd zanzibar") else None
    odd = await disk.owe(says("odd zanzibar"))
    delivery.add([odd, await disk.owe(says("next"))])
    await delivery.finish()
    assert platform.texts() == ["next"] and await still_owed(disk) == [odd.id]
    assert "unforeseen" in caplog.text and "zanzibar" not in caplog.text


async def test_what_was_never_recorded_is_delivered(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """Urgent help is given though nothing could be written down: all of it, each by itself."""
    delivery.add([says("one", is_urgent=True), says("two", is_urgent=True)])
    with locked(disk.folder):
        await delivery.finish()
    assert platform.texts() == ["one", "two"] and disk.rows("select * from posts") == []


async def test_what_the_connector_posts_itself_is_noted(delivery: Delivery, platform: Platform, disk: Disk) -> None:
    """The answer to a slash command is no less delivered."""
    before = metric("delivered_total", action="post"), metric("reply_seconds_count")
    owed = await disk.owe(says("yes"))
    await delivery.posted(owed, ["general/7"], time.monotonic())
    assert await still_owed(disk) == [] and await disk.outbox.posts_of(owed.id) == ["general/7"]
    assert (metric("delivered_total", action="post"), metric("reply_seconds_count")) == (before[0] + 1, before[1] + 1)


async def test_everything_is_counted(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """Depth while it waits, waits, deliveries by what they are, and the time they took."""
    names = ("delivered_total", "rate_limit_waits_total", "reply_seconds_count", "outbox_depth")
    labels = ({"action": "edit"}, {"why": "retry"}, {}, {})

    def now() -> list[float]:
        return [metric(name, **label) for name, label in zip(names, labels)]

    before = now()
    errors = [BUSY]
    platform.troubles = lambda owed: errors.pop() if errors else None
    first = await disk.owe(says("first"))
    delivery.add([first, await disk.owe(edit(first, reply=Reply("second")))], time.monotonic())
    assert now()[3] == before[3] + 2
    await delivery.finish()
    assert [after - earlier for after, earlier in zip(now(), before)] == [1, 1, 2, 0]


async def test_depth_is_let_go_at_the_end(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """What is left is not counted on for ever by a process that has stopped delivering."""
    before = metric("outbox_depth")
    platform.gate.clear()
    delivery.add([await disk.owe(says(text)) for text in "abc"])
    await until(lambda: platform.tries)
    platform.gate.set()
    await delivery.close()
    await delivery.close()
    assert metric("outbox_depth") == before


async def test_nothing_is_remembered_of_what_is_done(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """However much is delivered, nothing of it is kept in memory."""
    for number in range(50):
        delivery.add([await disk.owe(says(str(number), f"c{number}"))])
    await delivery.finish()
    assert not delivery._lane_of and not delivery._outbox._unnoted and not delivery._lanes._lanes
