"""What officials owe, written by a process of their own, reaches people through the connectors that run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.answers import load_answer_base
from bot.app import Project
from bot.deliveries import Owed
from bot.errors import TemporarySendError
from bot.messages import Reply
from bot.places import ChannelSettings
from bot.releases import Release
from bot.storage.database import Database
from bot.storage.outbox import Outbox, Pace
from bot.storage.telling_store import TellingStore
from bot.telling.telling import Teller, Told
from connectors import delivery as module
from connectors import patient_outbox
from connectors.delivery import Delivery
from connectors.discord_connector import DiscordConnector
from connectors.fakes.discord_server import FakeDiscord
from connectors.fakes.telegram_server import FakeTelegram
from connectors.telegram_connector import TelegramConnector
from tests.connectors.delivery_bench import MAX_AGE, NEVER, Platform, says
from tests.connectors.desk_bench import at_work, noted
from tests.connectors.telegram_bench import UNLIMITED
from tests.disk import Disk, edit, locked, removal
from tests.waiting import until

NOW = datetime.now(timezone.utc)
SOON = 0.02
QUESTION = "is the library open on sundays"


@pytest.fixture(autouse=True)
def _look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", SOON)


@pytest.fixture
def console(disk: Disk) -> Iterator[Disk]:
    """The database, as another process has opened it."""
    with closing(Disk(disk.folder, busy_seconds=60)) as other:
        yield other


def delivery_to(platform: Platform, disk: Disk, pace: Pace = Pace(0, 0, 5)) -> Delivery:
    """The way to a platform, which has not resumed yet."""
    return Delivery("discord", platform.do, Outbox(disk.database, pace), MAX_AGE)


def official(body: str, channel: str = "general", **changes: object) -> Owed:
    """A reply that officials owe."""
    return says(body, channel, **{"keeps": True, "not_before": NOW, **changes})


async def looked_again() -> None:
    """Wait until it has been looked a few times for what is owed."""
    await asyncio.sleep(10 * SOON)


async def test_what_another_process_owes_is_delivered_once(platform: Platform, disk: Disk, console: Disk) -> None:
    """In order in each channel, however long it takes; replies to messages are never taken up this way."""
    delivery = delivery_to(platform, disk)
    await delivery.resume()
    platform.gate.clear()
    await console.owe(says("somebody else's reply"))
    for text in ("one", "two", "three"):
        await console.owe(official(text))
    await console.owe(official("elsewhere", "random"))
    await until(lambda: len(platform.tries) == 2)
    await looked_again()
    assert len(platform.tries) == 2
    platform.gate.set()
    await until(lambda: len(platform.posts) == 4)
    await looked_again()
    assert platform.texts() == ["one", "two", "three"] and len(platform.tries) == 4
    await delivery.close()


async def test_not_before_its_time(platform: Platform, disk: Disk, console: Disk) -> None:
    """What is to be said later waits, and holds up nothing."""
    delivery = delivery_to(platform, disk)
    await console.owe(official("later", not_before=datetime.now(timezone.utc) + timedelta(minutes=5)))
    await console.owe(official("now"))
    await delivery.resume()
    await until(lambda: platform.posts)
    await looked_again()
    assert platform.texts() == ["now"]
    await delivery.close()


async def test_old_as_it_is_it_is_delivered_after_a_restart_once(platform: Platform, disk: Disk, console: Disk) -> None:
    """What is in hand when the process ends goes on with the next, and what was delivered does not."""
    delivery = delivery_to(platform, disk)
    for channel in ("done", "left"):
        await console.owe(official(channel, channel, created_at=NOW - timedelta(days=2)))
    platform.troubles = lambda owed: TemporarySendError("Wait.", NEVER) if owed.place.channel == "left" else None
    await delivery.resume()
    await until(lambda: len(platform.tries) == 2)
    await delivery.close()
    platform.troubles = lambda owed: None
    again = delivery_to(platform, console)
    await again.resume()
    await until(lambda: len(platform.posts) == 2)
    await looked_again()
    assert platform.texts("done") == ["done"] and platform.texts("left") == ["left"]
    await again.close()


async def test_what_could_not_be_noted_is_not_delivered_again(
    platform: Platform, disk: Disk, console: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands on the platform, whatever the disk says meanwhile."""
    monkeypatch.setattr(patient_outbox, "AGAIN_SECONDS", SOON)
    delivery = delivery_to(platform, disk)
    await console.owe(official("once"))
    with locked(disk.folder):
        await delivery.resume()
        await until(lambda: platform.posts)
        await looked_again()
    await until(lambda: disk.rows("select 1 from outbox where delivered_at is not null"))
    await looked_again()
    assert len(platform.tries) == 1
    await delivery.close()


async def test_a_correction_edits_what_stands_and_nothing_else(platform: Platform, disk: Disk, console: Disk) -> None:
    """What was removed meanwhile is not posted anew."""
    delivery = delivery_to(platform, disk)
    stands, removed = await disk.owe(says("old")), await disk.owe(says("old", "random"))
    delivery.add([stands, removed])
    await until(lambda: len(platform.posts) == 2)
    delivery.add([await disk.owe(removal(removed))])
    await until(lambda: len(platform.posts) == 1)
    for one in (stands, removed):
        await console.owe(edit(one, reply=Reply("new"), keeps=True, not_before=NOW))
    await delivery.resume()
    await until(lambda: not disk.rows("select 1 from outbox where delivered_at is null"))
    assert platform.texts() == ["new"] and platform.texts("random") == []
    await delivery.close()


async def test_a_pause_between_posts_holds_after_a_restart(platform: Platform, disk: Disk, console: Disk) -> None:
    """In the channel that had the last one; edits have a pause of their own."""
    delivery = delivery_to(platform, disk, Pace(3600, 0, 5))
    for text in ("one", "two"):
        await console.owe(official(text))
    await delivery.resume()
    await until(lambda: platform.posts)
    await delivery.close()
    again = delivery_to(platform, console, Pace(3600, 0, 5))
    await again.resume()
    await console.owe(official("elsewhere", "random"))
    await until(lambda: len(platform.posts) == 2)
    await looked_again()
    assert platform.texts() == ["one"]
    await again.close()


async def test_a_database_that_cannot_be_read_is_looked_at_again(
    platform: Platform, disk: Disk, console: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what it holds is delivered."""
    delivery = delivery_to(platform, disk)
    await console.owe(official("yes"))
    due, failures = Outbox.due, [RuntimeError("unforeseen"), RuntimeError("again")]

    async def fails_twice(outbox: Outbox, platform: str, in_hand: set[int]) -> object:
        if failures:
            raise failures.pop()
        return await due(outbox, platform, in_hand)

    monkeypatch.setattr(Outbox, "due", fails_twice)
    await delivery.resume()
    await until(lambda: platform.posts)
    await delivery.close()


async def tell(project: Project, release: Release) -> Told:
    """Tell everyone whose question is in the log that there is an answer, in a process of the officials' own."""
    database = Database(project.data)
    with closing(database):

        def prepare() -> None:
            for table in ("themes", "drafts"):
                columns = database.fetch(f"pragma table_info({table})")
                must = {name: "" for _, name, _, must, default, _ in columns if must and default is None}
                database.insert(table, {**must, "id": 1}, "or ignore")
            database.execute("insert or ignore into theme_questions select id, 1, 0 from questions")

        await database.run(prepare)
        base = load_answer_base(release.answers)
        teller = Teller(TellingStore(database), lambda place: ChannelSettings(), today=lambda: date(2026, 11, 22))
        return await teller.tell(base, 1, 1, "healthy_start")


async def test_through_discord(project: Project, release: Release) -> None:
    """Under the asker's own message, with votes, once; by the bot as it runs, and by the next one."""
    async with FakeDiscord() as discord:
        guild = discord.guild("Parents")
        ann, ben = discord.user("ann", guild), discord.user("ben", guild)
        async with at_work(project, release, DiscordConnector(discord.token, discord.api_base)):
            question = discord.say(ann, guild.first_channel, QUESTION, mention_bot=True)
            private = discord.say(ben, discord.direct(ben), QUESTION)
            for asked in (question, private):
                await discord.reply_to(asked)
            assert await tell(project, release) == Told(2, 2)
            await until(lambda: len(discord.replies_to(question)) == len(discord.replies_to(private)) == 2)
            told = discord.replies_to(question)[-1]
            assert "You asked this on" in told.text and "Healthy Start" in told.text
            await noted(project, told.id)
            assert "Thank you" in (await discord.press(ben, told, "👍")).text
        async with at_work(project, release, DiscordConnector(discord.token, discord.api_base)):
            assert await tell(project, release) == Told()
            await looked_again()
        assert len(discord.replies_to(question)) == 2


async def test_through_telegram_after_a_restart(project: Project, release: Release, tmp_path: Path) -> None:
    """Told while the bot is away, it is delivered when it is back, once; and in private where they asked there."""
    async with FakeTelegram(reads_all=True) as telegram:
        ann, ben = telegram.user("Ann"), telegram.user("Ben")
        group, private = telegram.supergroup("Carers", creator=ann), telegram.private_chat(ben)

        def running() -> TelegramConnector:
            return TelegramConnector(telegram.token, telegram.api_base, poll_seconds=5, limits=UNLIMITED)

        async with at_work(project, release, running()):
            question = telegram.say(ann, group, QUESTION, mention_bot=True)
            await telegram.reply_to(question)
            asked = telegram.say(ben, private, QUESTION)
            await telegram.reply_to(asked)
        assert await tell(project, release) == Told(2, 2)
        async with at_work(project, release, running()):
            await until(lambda: len(telegram.replies_to(question)) == len(telegram.replies_to(asked)) == 2)
            told = telegram.replies_to(question)[-1]
            assert "You asked this on" in told.text
            await noted(project, told.id)
            assert "Thank you" in (await telegram.press(ben, told, "👍")).text
            await looked_again()
        assert len(telegram.replies_to(question)) == 2
