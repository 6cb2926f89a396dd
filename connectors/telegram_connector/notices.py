"""Tells somebody who can mend a problem of it, once and in private."""

from __future__ import annotations

import logging
from functools import partial

from cachetools import TTLCache

from bot.errors import PermanentSendError
from bot.places import Notice, Place
from connectors.base import Communities
from connectors.telegram_connector.administrators import Administrators
from connectors.telegram_connector.api import FAILURES, Client
from connectors.telegram_connector.chores import Chores
from connectors.telegram_connector.posting import Posts
from connectors.telegram_connector.rendering import html_of_markdown

logger = logging.getLogger(__name__)

ASK_AGAIN_SECONDS = 3600.0


class Notices:
    """Explains what is wrong in a group to whoever brought it about, or else to an administrator."""

    def __init__(
        self, client: Client, posts: Posts, communities: Communities, administrators: Administrators, chores: Chores
    ) -> None:
        """Write by `posts`, in the background."""
        self._client = client
        self._posts = posts
        self._communities = communities
        self._administrators = administrators
        self._chores = chores
        self._asked: TTLCache[int, bool] = TTLCache(10_000, ASK_AGAIN_SECONDS)

    def cannot_post(self, place: Place) -> None:
        """A group has no room for the bot's messages, or the chat named for alerts or new themes has none."""
        here = self._communities.settings(Place(place.platform, place.community))
        notice = Notice.CANNOT_POST if place.channel == place.community else Notice.CANNOT_POST_ALERTS
        if notice is Notice.CANNOT_POST_ALERTS and place.channel == here.digest_channel != here.alerts_channel:
            notice = Notice.CANNOT_POST_DIGEST
        if place.community:
            self.explain(int(place.community), notice)

    def explain(self, chat: int, notice: Notice, first_to: int | None = None) -> None:
        """Explain it soon, first to one person where there is one to name."""
        self._chores.add(("notice", chat), partial(self._explain, chat, notice, first_to))

    def slowed(self, chat: int) -> None:
        """The platform asks for patience in a group: where that is because of slow mode, explain it."""
        if chat not in self._asked:
            self._asked[chat] = True
            self._chores.add(("notice", chat), partial(self._explain_slow_mode, chat))

    async def _explain(self, chat: int, notice: Notice, first_to: int | None) -> None:
        text = await self._communities.to_explain(Place("telegram", str(chat)), notice)
        if text is None:
            return
        people = [first_to, *await self._administrators.of(chat)]
        for person in dict.fromkeys(people):
            if person and person != self._client.id and await self._told(person, text):
                return
        logger.warning("Nobody in a group could be told of a problem there (%s): %s", notice.value, text)

    async def _told(self, person: int, text: str) -> bool:
        try:
            await self._posts.say(Place("telegram", channel=str(person)), html_of_markdown(text))
        except PermanentSendError:
            return False  # Bots can't write to who has never written to them.
        return True

    async def _explain_slow_mode(self, chat: int) -> None:
        try:
            delay = (await self._client.get_chat(chat)).slow_mode_delay
        except FAILURES:
            return
        if delay:
            await self._explain(chat, Notice.SLOW_MODE, None)
