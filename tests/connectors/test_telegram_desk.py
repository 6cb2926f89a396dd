"""From a group of people to the model and back: the real desk behind the real connector."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from bot.app import Project
from bot.releases import Release
from connectors.fakes.telegram_server import FakeTelegram, Post
from connectors.telegram_connector import TelegramConnector
from tests.connectors.desk_bench import at_work, noted
from tests.connectors.telegram_bench import UNLIMITED

QUESTION = "how much is statutory maternity pay"


def running(project: Project, release: Release, telegram: FakeTelegram) -> AbstractAsyncContextManager[None]:
    """The bot, as `signpost run` joins it."""
    return at_work(
        project, release, TelegramConnector(telegram.token, telegram.api_base, poll_seconds=5, limits=UNLIMITED)
    )


async def settle(telegram: FakeTelegram, panel: Post, label: str) -> None:
    """Press a button of the settings panel."""
    count = len(panel.edits)
    await telegram.press(panel.chat.members[min(panel.chat.members)].user, panel, label)
    await telegram.until(lambda: len(panel.edits) > count)


async def test_a_day_in_a_group(project: Project, release: Release) -> None:
    """Asked, voted on, edited, asked again in context, settled, overheard, removed; each once."""
    async with FakeTelegram(reads_all=True) as telegram, running(project, release, telegram):
        ann, ben = telegram.user("Ann"), telegram.user("Ben")
        group = telegram.supergroup("Carers", creator=ann, with_bot=False)
        telegram.add_bot(group, ann)
        assert "/settings" in (await telegram.posted(lambda post: post.chat is group)).text

        question = telegram.say(ben, group, QUESTION, mention_bot=True)
        answer = await telegram.reply_to(question)
        assert "Statutory Maternity Pay" in answer.text and "Automated reply" in answer.text
        await noted(project, answer.id)
        assert "Thank you" in (await telegram.press(ann, answer, "👍")).text

        telegram.edit(question, "what are keeping in touch days", mention_bot=True)
        await telegram.until(lambda: "eeping in touch" in answer.text)
        assert len(telegram.replies_to(question)) == 1

        overheard = telegram.say(ben, group, "how do i get rid of a county court judgment")
        panel = await telegram.reply_to(telegram.say(ann, group, "/settings"))
        assert not telegram.replies_to(overheard)
        await settle(telegram, panel, "Off")
        muted = telegram.say(ben, group, QUESTION, mention_bot=True)
        await telegram.caught_up()
        assert not telegram.replies_to(muted)

        assert (await telegram.press(telegram.user("Cat"), answer, "✕")).text
        await telegram.press(ben, answer, "✕")
        await telegram.until(lambda: answer.is_deleted)


async def test_in_private(project: Project, release: Release) -> None:
    """What was asked is shown to who asked it, and erased; the answers of the release can be browsed."""
    async with FakeTelegram() as telegram, running(project, release, telegram):
        ann = telegram.user("Ann")
        private = telegram.private_chat(ann)
        await telegram.reply_to(telegram.say(ann, private, QUESTION))
        telegram.say(ann, private, "/mydata")
        held = await telegram.next_post()
        assert QUESTION in held.text
        telegram.say(ann, private, "/forgetme")
        asked = await telegram.next_post()
        await telegram.press(ann, asked, "Yes, erase it")
        await telegram.until(lambda: bool(asked.edits))
        telegram.say(ann, private, "/mydata")
        assert QUESTION not in (await telegram.next_post()).text

        telegram.start(ann, "topics")
        menu = await telegram.next_post()
        await telegram.press(ann, menu, "Maternity")
        await telegram.until(lambda: bool(menu.edits))
        await telegram.press(ann, menu, next(label for label in menu.buttons if "eeping in touch" in label))
        await telegram.until(lambda: "Automated reply" in menu.text)


async def test_a_group_is_settled_and_becomes_a_supergroup(project: Project, release: Release) -> None:
    """What its administrator chose holds there too, and the bot says hello once."""
    async with FakeTelegram(reads_all=True) as telegram, running(project, release, telegram):
        ann, ben = telegram.user("Ann"), telegram.user("Ben")
        group = telegram.group("School gate", creator=ann, with_bot=False)
        telegram.add_bot(group, ann)
        panel = await telegram.reply_to(telegram.say(ann, group, "/settings"))
        for label in ("Questions too", "Nation", "Scotland", "‹ Back", "Services", "✓ Debt", "‹ Back"):
            await settle(telegram, panel, label)
        for label in ("Cool-downs", "Quick: 5 s, 0 s", "‹ Back", "Quiet while administrators talk: turn off"):
            await settle(telegram, panel, label)
        await settle(telegram, panel, "Alerts")
        await settle(telegram, panel, "In this group")
        new = telegram.migrate(group)
        assert "Statutory Maternity Pay" in (await telegram.reply_to(telegram.say(ben, new, QUESTION))).text
        panel = await telegram.reply_to(telegram.say(ann, new, "/settings"))
        for line in (
            "questions too",
            "Nation: Scotland",
            "left out: Debt",
            "5 s for one",
            "talk: no",
            "in this group",
        ):
            assert line in panel.text
        await settle(telegram, panel, "History")
        assert "services off" in panel.text
        assert len([post for post in telegram.posts if "Hello" in post.text]) == 1


async def test_what_was_owed_is_delivered_after_a_restart(project: Project, release: Release) -> None:
    """A bot that could not post, and was ended, posts at the next start; nothing comes twice."""
    async with FakeTelegram() as telegram:
        ann = telegram.user("Ann")
        private = telegram.private_chat(ann)
        telegram.faults.methods, telegram.faults.error = frozenset({"sendMessage"}), 1.0
        async with running(project, release, telegram):
            question = telegram.say(ann, private, QUESTION)
            await telegram.until(lambda: bool(telegram.faults.met))
        telegram.faults.error = 0.0
        assert not telegram.posts
        async with running(project, release, telegram):
            await telegram.reply_to(question)
        assert len(telegram.replies_to(question)) == 1
