"""What has been done on a platform is known, and is noted once that can be, whatever happens to the database."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import PermanentSendError
from bot.messages import Given, Reply
from connectors import patient_outbox
from connectors.delivery import Delivery
from tests.connectors.delivery_bench import Platform, metric, says, still_owed
from tests.disk import Disk, edit, locked
from tests.waiting import until


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again soon."""
    monkeypatch.setattr(patient_outbox, "AGAIN_SECONDS", 0.1)


async def test_nothing_is_sent_again(
    platform: Platform, delivery: Delivery, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    """A delivery that can't be noted is logged, what is behind it goes on, and both are noted later."""
    owed = [await disk.owe(says(text)) for text in ("one zanzibar", "two")]
    with locked(disk.folder):
        delivery.add(owed)
        await delivery.finish()
        assert platform.texts() == ["one zanzibar", "two"]
    await _until_noted(disk)
    assert [list(await disk.outbox.posts_of(one.id)) for one in owed] == [["general/1"], ["general/2"]]
    assert len(platform.tries) == 2
    assert "could not be noted" in caplog.text and "zanzibar" not in caplog.text


async def test_an_edit_finds_what_is_not_noted_yet(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """It edits the reply, rather than make a second one, and the end is what is noted."""
    first = await disk.owe(says("first"))
    second = await disk.owe(edit(first, reply=Reply("second", given=Given("dro"))))
    with locked(disk.folder):
        delivery.add([first, second])
        await delivery.finish()
        assert platform.posts == {"general/1": "second"}
    await _until_noted(disk)
    assert await disk.outbox.posts_of(second.id) == ["general/1"]
    assert await disk.log.answer_posted_as("discord", "general", "general/1") == Given("dro")


async def test_a_drop_is_noted_later(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """What was given up stays given up, and is counted once."""
    before = metric("dropped_total", reason="gone")
    platform.troubles = lambda owed: PermanentSendError("Gone.", "gone")
    owed = await disk.owe(says("first"))
    with locked(disk.folder):
        delivery.add([owed])
        await delivery.finish()
    await _until_noted(disk)
    assert disk.rows("select drop_reason from outbox") == [("gone",)] and len(platform.tries) == 1
    assert metric("dropped_total", reason="gone") == before + 1


async def test_closing_tries_once_more(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """What can be noted at the last moment is; the next process then sends nothing again."""
    owed = await disk.owe(says("first"))
    with locked(disk.folder):
        delivery.add([owed])
        await delivery.finish()
    await delivery.close()
    assert await still_owed(disk) == []


async def test_closing_gives_up_in_the_end(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """A disk that stays full stops nobody from stopping."""
    owed = await disk.owe(says("first"))
    with locked(disk.folder):
        delivery.add([owed])
        await delivery.finish()
        await asyncio.wait_for(delivery.close(), 60)
    assert await still_owed(disk) == [owed.id]


async def test_one_note_that_can_never_be_written_holds_up_no_other(
    platform: Platform, delivery: Delivery, disk: Disk
) -> None:
    """It is tried again and again, behind the others."""
    bad, good = await disk.owe(says("bad")), await disk.owe(says("good"))
    disk.database.run_now(
        lambda: disk.database.execute(
            f"create trigger refuse before update on outbox when old.id = {bad.id} "
            "begin select raise(abort, 'refused'); end"
        )
    )
    with locked(disk.folder):
        delivery.add([bad, good])
        await delivery.finish()
    await until(lambda: disk.rows("select id from outbox where delivered_at is not null") == [(good.id,)])
    assert await still_owed(disk) == [bad.id] and len(platform.tries) == 2


async def test_what_cannot_be_looked_up_is_done_later(platform: Platform, delivery: Delivery, disk: Disk) -> None:
    """An edit waits until it is known what it edits."""
    first = await disk.owe(says("first"))
    delivery.add([first])
    await delivery.finish()
    run = disk.database.run_now
    run(lambda: disk.database.execute("alter table posts rename to hidden"))
    delivery.add([await disk.owe(edit(first, reply=Reply("second")))])
    await asyncio.sleep(0.05)
    run(lambda: disk.database.execute("alter table hidden rename to posts"))
    await delivery.finish()
    assert platform.posts == {"general/1": "second"}


async def _until_noted(disk: Disk) -> None:
    await until(lambda: not disk.rows("select 1 from outbox where delivered_at is null and dropped_at is null"))
