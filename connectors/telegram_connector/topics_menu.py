"""The menu of /topics: services, their answers, an answer; one message that is edited in place."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot.places import Place, Topic
from connectors.base import Communities, Handler
from connectors.buttons import MAX_BYTES
from connectors.telegram_connector import wording
from connectors.telegram_connector.messages import place_of
from connectors.telegram_connector.posting import Posts
from connectors.telegram_connector.rendering import html_parts

PREFIX = "t"
MAX_ROWS = 99
"""Telegram takes a hundred buttons a message; the last one leads back."""
ANSWER = "a"

Page = tuple[str, InlineKeyboardMarkup]


class TopicsMenu:
    """Opens the menu, and turns its pages."""

    def __init__(self, posts: Posts, handler: Handler, communities: Communities) -> None:
        """Show what the handler can answer, for the nation that a community has settled."""
        self._posts = posts
        self._handler = handler
        self._communities = communities

    async def open(self, place: Place, reply_to: str = "") -> None:
        """Post the first page."""
        await self._posts.say(place, *_services(self._handler.topics()), reply_to)

    async def press(self, query: CallbackQuery) -> None:
        """Turn to the page that a button names, for the person whose menu it is."""
        assert query.message is not None
        if not _belongs_to_presser(query):
            await self._posts.answer(query.id, wording.NOT_YOUR_MENU)
            return
        await self._posts.answer(query.id)
        place = place_of(query.message)
        await self._posts.show(place, str(query.message.message_id), *self._page(place, query.data or ""))

    def _page(self, place: Place, data: str) -> Page:
        _, first, slug, nation, *_ = *data.split(":"), "", "", ""
        topics = self._handler.topics()
        if first == ANSWER and slug:
            return self._answer(place, slug, nation or self._communities.settings(place).nation)
        topic = next((topic for topic in topics if topic.service == first), None)
        return _answers(topic) if topic else _services(topics)

    def _answer(self, place: Place, slug: str, nation: str) -> Page:
        reply = self._handler.answer(place, slug, nation)
        if reply is None:
            return wording.NO_SUCH_ANSWER, _keyboard([_back()])
        services = (topic.service for topic in self._handler.topics() if any(a.slug == slug for a in topic.answers))
        picks = [_button(pick.label, ANSWER, pick.answer, pick.nation) for pick in reply.choices if pick.answer]
        return html_parts(reply)[0], _keyboard([*picks, _back(next(services, ""))])


def _services(topics: Sequence[Topic]) -> Page:
    return wording.TOPICS, _keyboard([_button(topic.title, topic.service) for topic in topics])


def _answers(topic: Topic) -> Page:
    answers = [_button(answer.title, ANSWER, answer.slug) for answer in topic.answers]
    return wording.SERVICE.format(title=escape(topic.title)), _keyboard([*answers, _back()])


def _button(label: str, *data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=":".join((PREFIX, *data)).rstrip(":"))


def _back(service: str = "") -> InlineKeyboardButton:
    return _button(wording.BACK, service)


def _keyboard(buttons: Sequence[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    fitting = [button for button in buttons if len(str(button.callback_data).encode()) <= MAX_BYTES]
    return InlineKeyboardMarkup([[button] for button in (*fitting[:-1][:MAX_ROWS], *fitting[-1:])])


def _belongs_to_presser(query: CallbackQuery) -> bool:
    """Whether the menu replies to a command of who pressed; a private chat's always does."""
    command = query.message.reply_to_message if isinstance(query.message, Message) else None
    return command is None or command.from_user is None or command.from_user.id == query.from_user.id
