"""The whole bot, with its model's process and its database, behind a simulated platform, when things go wrong."""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path

import pytest

from bot.app import Project, open_project
from bot.releases import Release
from connectors.discord_connector import DiscordConnector
from connectors.fakes.discord_server import FakeDiscord
from connectors.fakes.telegram_server import FakeTelegram
from connectors.telegram_connector import TelegramConnector
from tests.connectors.desk_bench import at_work, logged_outcomes
from tests.connectors.telegram_bench import UNLIMITED
from tests.nlu.touchy_worker import DEADLY, ENDLESS
from tests.waiting import until

QUESTION = "how much is statutory maternity pay"
OTHERS = 6
pytestmark = pytest.mark.timeout(300)
AT_ONCE = 1000


@pytest.fixture
def touchy(small_project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose model dies of one word, and hangs over another."""
    monkeypatch.setattr("nlu.model_process.WORKER", "tests.nlu.touchy_worker")
    return open_project(tmp_path, small_project.root, ["classifier.timeout_seconds=4"])


def _set_aside(project: Project, caplog: pytest.LogCaptureFixture, text: str) -> None:
    """The text is set aside, can be found by what the log says, and all others have been answered."""
    outcomes = logged_outcomes(project.data)
    assert Counter(row.outcome for row in outcomes) == {"error_classifier": 1, "answered": len(outcomes) - 1}
    failed = next(row for row in outcomes if row.outcome == "error_classifier")
    (said,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert failed.text == text and f"Question {failed.id} was set aside" in said
    assert text not in caplog.text and "Traceback" not in caplog.text


async def test_on_discord_a_text_that_kills_the_model_harms_no_other(
    touchy: Project, release: Release, caplog: pytest.LogCaptureFixture
) -> None:
    """Among others, which are answered, it is set aside; and the next is served."""
    async with FakeDiscord() as discord, at_work(touchy, release, DiscordConnector(discord.token, discord.api_base)):
        guild = discord.guild("Parents", channels=[f"c{number}" for number in range(OTHERS)])
        ana, ben = discord.user("ana", guild), discord.user("ben", guild)
        channels = [guild.channel(f"c{number}") for number in range(OTHERS)]
        poison = discord.say(ana, channels[0], DEADLY, mention_bot=True)
        others = [discord.say(ben, channel, QUESTION, mention_bot=True) for channel in channels]
        assert "can't read questions" in (await discord.reply_to(poison, 60)).text
        for other in others:
            assert "Statutory Maternity Pay" in (await discord.reply_to(other, 60)).text
        after = discord.say(ana, channels[2], QUESTION, mention_bot=True)
        assert "Statutory Maternity Pay" in (await discord.reply_to(after, 60)).text
        assert [len(discord.replies_to(one)) for one in (poison, *others, after)] == [1] * (OTHERS + 2)
    _set_aside(touchy, caplog, DEADLY)


async def test_on_telegram_a_text_over_which_the_model_hangs_harms_no_other(
    touchy: Project, release: Release, caplog: pytest.LogCaptureFixture
) -> None:
    """The others wait until the process has been replaced, and are answered."""
    async with FakeTelegram(reads_all=True) as telegram:
        connector = TelegramConnector(telegram.token, telegram.api_base, poll_seconds=5, limits=UNLIMITED)
        async with at_work(touchy, release, connector):
            ann = telegram.user("Ann")
            groups = [telegram.supergroup(f"Group {number}", creator=ann) for number in range(OTHERS)]
            poison = telegram.say(ann, groups[0], ENDLESS, mention_bot=True)
            others = [telegram.say(ann, group, QUESTION, mention_bot=True) for group in groups[1:]]
            assert "can't read questions" in (await telegram.reply_to(poison, 60)).text
            for other in others:
                assert "Statutory Maternity Pay" in (await telegram.reply_to(other, 60)).text
            await telegram.caught_up(60)
    _set_aside(touchy, caplog, ENDLESS)


@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_a_thousand_messages_at_once(platform: str, project: Project, release: Release) -> None:
    """Every one has its one outcome, and every question its one reply; the queues hold no more than was said."""
    if platform == "discord":
        async with FakeDiscord(keep=AT_ONCE) as discord:
            guild = discord.guild("Parents", channels=[f"c{number}" for number in range(20)])
            people = [discord.user(f"person {number}", guild) for number in range(50)]
            async with at_work(project, release, DiscordConnector(discord.token, discord.api_base)):
                said = [
                    discord.say(people[n % 50], guild.channel(f"c{n % 20}"), _text(n), mention_bot=n % 5 == 0)
                    for n in range(AT_ONCE)
                ]
                await until(lambda: len(logged_outcomes(project.data)) == AT_ONCE)
                for message in said[::5]:
                    await discord.reply_to(message, 60)
            replies = [len(discord.replies_to(message)) for message in said]
    else:
        async with FakeTelegram(reads_all=True) as telegram:
            everyone = [telegram.user(f"Person {number}") for number in range(50)]
            groups = [telegram.supergroup(f"Group {number}", creator=everyone[0]) for number in range(20)]
            connector = TelegramConnector(telegram.token, telegram.api_base, poll_seconds=5, limits=UNLIMITED)
            async with at_work(project, release, connector):
                sent = [
                    telegram.say(everyone[n % 50], groups[n % 20], _text(n), mention_bot=n % 5 == 0)
                    for n in range(AT_ONCE)
                ]
                await telegram.caught_up(100)
                for one in sent[::5]:
                    await telegram.reply_to(one, 60)
            replies = [len(telegram.replies_to(one)) for one in sent]
    outcomes = logged_outcomes(project.data)
    assert len(outcomes) == len({row.message for row in outcomes}) == AT_ONCE
    assert replies[::5] == [1] * (AT_ONCE // 5) and sum(replies) == AT_ONCE // 5
    assert not {row.outcome for row in outcomes if row.outcome.startswith("error_")}


def _text(number: int) -> str:
    return f"{QUESTION} in week {number}" if number % 5 == 0 else f"see you at the park at {number % 12} then"
