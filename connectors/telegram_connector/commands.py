"""What the bot's commands do, all but /ask with a question and /settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import telegram
from cachetools import TTLCache
from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, User

from bot.errors import PermanentSendError
from bot.messages import Reply
from bot.places import Mode, Place
from connectors.base import Desk
from connectors.telegram_connector import wording
from connectors.telegram_connector.messages import Command, is_anonymous_administrator, place_of
from connectors.telegram_connector.posting import Posts
from connectors.telegram_connector.rendering import html_of_markdown, html_parts
from connectors.telegram_connector.topics_menu import TopicsMenu

FORGET_PREFIX = "f"
QUIET_SECONDS = 30.0
"""How long the same command gets no second public word in a group."""

Work = Callable[[telegram.Message, Command], Awaitable[None]]


class Commands:
    """Carries commands out. A group sees as little of it as can be."""

    def __init__(self, posts: Posts, desk: Desk, topics: TopicsMenu, me: User) -> None:
        """Answer by `posts`."""
        self._posts = posts
        self._desk = desk
        self._topics = topics
        self._me = me
        self._spoken: TTLCache[tuple[str, str], bool] = TTLCache(10_000, QUIET_SECONDS)
        self._known: dict[str, Work] = {
            "start": self._start,
            "help": self._help,
            "ask": self._hint,
            "topics": self._browse,
            "mydata": self._my_data,
            "forgetme": self._forget_me,
        }

    async def run(self, message: telegram.Message, command: Command) -> None:
        """Carry a command out. One that is not known gets help in private, and silence in a group."""
        work = self._known.get(command.name)
        if work is None and not place_of(message).community:
            work = self._help
        if work is not None:
            await work(message, command)

    async def press(self, query: CallbackQuery) -> None:
        """Erase what is held about who pressed, or leave it."""
        assert query.message is not None
        await self._posts.answer(query.id)
        place, post = place_of(query.message), str(query.message.message_id)
        if query.data == f"{FORGET_PREFIX}:yes":
            erased = await self._desk.records.forget("telegram", str(query.from_user.id))
            await self._posts.show(place, post, html_parts(erased)[0])
        else:
            await self._posts.show(place, post, wording.FORGET_KEPT)

    async def _start(self, message: telegram.Message, command: Command) -> None:
        """A link from a group leads here with what the person wanted."""
        wanted = self._known.get(command.argument) if not place_of(message).community else None
        await (wanted or self._help)(message, Command(command.argument))

    async def _help(self, message: telegram.Message, command: Command) -> None:
        if place_of(message).community:
            await self._say_in_group(message, "help", wording.GROUP_HELP)
        else:
            await self._posts.say(place_of(message), wording.START.format(commands=wording.PRIVATE_COMMANDS))

    async def _hint(self, message: telegram.Message, command: Command) -> None:
        if place_of(message).community:
            await self._say_in_group(message, "ask", wording.ASK_HINT)
        else:
            await self._posts.say(place_of(message), wording.ASK_HINT)

    async def _browse(self, message: telegram.Message, command: Command) -> None:
        place = place_of(message)
        if not place.community:
            await self._topics.open(place)
        elif self._me.username:
            await self._say_in_group(message, "topics", wording.TOPICS_PRIVATE, self._link("topics"))
        elif self._may_speak(place, "topics"):
            await self._topics.open(place, str(message.id))

    async def _my_data(self, message: telegram.Message, command: Command) -> None:
        if (person := _person(message)) is not None:
            held = await self._desk.records.held_about("telegram", str(person))
            await self._say_in_private(message, person, "mydata", held)

    async def _forget_me(self, message: telegram.Message, command: Command) -> None:
        if (person := _person(message)) is not None:
            yes, no = (
                InlineKeyboardButton(label, callback_data=f"{FORGET_PREFIX}:{choice}")
                for label, choice in ((wording.FORGET_YES, "yes"), (wording.FORGET_NO, "no"))
            )
            await self._say_in_private(message, person, "forgetme", wording.FORGET, InlineKeyboardMarkup([[yes], [no]]))

    async def _say_in_private(
        self,
        message: telegram.Message,
        person: int,
        command: str,
        said: Reply | str,
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> None:
        """Say something to one person alone, or in the group only how they can have it."""
        parts = [html_of_markdown(said)] if isinstance(said, str) else html_parts(said)
        try:
            for part in parts:
                await self._posts.say(Place("telegram", channel=str(person)), part, keyboard)
        except PermanentSendError:
            # Bots can't write to who has never written to them.
            if place_of(message).community:
                await self._say_in_group(message, command, wording.OPEN_PRIVATE_CHAT, self._link(command))

    async def _say_in_group(
        self, message: telegram.Message, about: str, text: str, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        place = place_of(message)
        if self._may_speak(place, about):
            await self._posts.say(place, text, keyboard, str(message.id))

    def _may_speak(self, place: Place, about: str) -> bool:
        """Whether the group wants the bot to speak, and has not just had the same word."""
        said = (place.channel + place.thread, about)
        if said in self._spoken or self._desk.communities.settings(place).mode is Mode.OFF:
            return False
        self._spoken[said] = True
        return True

    def _link(self, wanted: str) -> InlineKeyboardMarkup | None:
        if not self._me.username:
            return None
        url = f"https://t.me/{self._me.username}?start={wanted}"
        return InlineKeyboardMarkup([[InlineKeyboardButton(wording.OPEN, url=url)]])


def _person(message: telegram.Message) -> int | None:
    """Who sent a command, where it is a person that can be known."""
    author = message.from_user
    return None if author is None or author.is_bot or is_anonymous_administrator(message) else author.id
