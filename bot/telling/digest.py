"""New themes, shown to staff in the channel that moderators named, with what can be decided from there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from bot import wording
from bot.deliveries import ButtonKind, Press, Pressed
from bot.errors import tried_again
from bot.messages import Reply, StaffAction
from bot.storage.audit_log import AuditLog
from bot.storage.digest_store import DigestStore, NewTheme
from bot.storage.theme_store import ThemeStore
from bot.text import in_markdown

logger = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
SHOWN = 5
"""How many themes a digest shows: each has a row of buttons, and Discord allows five."""
MAX_WORDS = 200
"""How many characters of a question are shown."""

_STATES = {
    "in_hand": wording.DIGEST_IN_HAND,
    "answered": wording.DIGEST_ANSWERED,
    "out_of_scope": wording.DIGEST_CLOSED,
    "wont_answer": wording.DIGEST_CLOSED,
}


class Digest:
    """Shows staff of a community what people there ask that has no answer, now and then, and takes what they decide."""

    def __init__(
        self,
        store: DigestStore,
        themes: ThemeStore,
        audit: AuditLog,
        console_url: str = "",
        every_seconds: float = 3600,
    ) -> None:
        """Themes are opened at `console_url`, where there is one. A community gets a digest every so often at most."""
        self._store = store
        self._themes = themes
        self._audit = audit
        self._console_url = console_url.rstrip("/")
        self._every = timedelta(seconds=every_seconds)

    async def keep_sending(self) -> None:
        """Owe digests as they become due, until cancelled."""
        while True:
            with tried_again(logger, "A digest could not be made."):
                await self.send()
            await asyncio.sleep(LOOK_SECONDS)

    async def send(self) -> int:
        """Owe a digest wherever one is due and there is something new; how many. Raises QuestionLogError."""
        before = datetime.now(timezone.utc) - self._every
        sent = 0
        for place in await self._store.due(before):
            found = await self._store.new_themes(place, SHOWN + 1)
            themes, has_more = found[:SHOWN], len(found) > SHOWN
            if themes:
                sent += await self._store.owe(
                    place,
                    themes,
                    before,
                    lambda number: self._reply(number, themes, has_more),  # noqa: B023 -- at once
                )
        return sent

    async def press(self, press: Press) -> Pressed:
        """Decide what a moderator has pressed, and show it in the digest. Raises QuestionLogError."""
        button = press.button
        themes = {theme.id: theme for theme in await self._store.themes_of(button.digest)}
        theme = themes.get(button.theme)
        if theme is None or await self._store.channel_of(button.digest) != (press.place.platform, press.place.channel):
            return Pressed(word=wording.DIGEST_GONE)
        if not press.author_is_moderator:
            return Pressed(word=wording.DIGEST_MODERATORS)
        word = await self._decide(press, theme)
        return Pressed(word=word, reply=self._reply(button.digest, await self._store.themes_of(button.digest)))

    async def _decide(self, press: Press, theme: NewTheme) -> str:
        """Decide about a theme that nobody has decided about yet; returns the word for who pressed."""
        if press.button.kind is ButtonKind.ASSIGN:
            state, reason, note, word = "in_hand", "", wording.DIGEST_NOTE_MINE, wording.DIGEST_YOURS
        elif theme.is_shared:
            return wording.DIGEST_SHARED
        else:
            state, reason = "out_of_scope", wording.DIGEST_REASON
            note, word = wording.DIGEST_NOTE_CLOSED, wording.DIGEST_NOT_OURS
        # The note can be erased for who pressed; the audit log can't, so it doesn't name them.
        detail = {"from chat, by": f"a moderator on {press.place.platform}"}
        with self._audit.noting("Signpost", f"theme {state}", f"theme {theme.id}", detail):
            if not await self._themes.set_state(theme.id, state, "new", reason):
                return wording.DIGEST_DECIDED
        by = self._store.named(press.place.platform, press.author)
        await self._themes.add_note(theme.id, by, note)
        return word

    def _reply(self, number: int, themes: Sequence[NewTheme], has_more: bool = False) -> Reply:
        lines = [_line(place, theme) for place, theme in enumerate(themes, 1)]
        more = [wording.DIGEST_MORE] if has_more else []
        actions = [action for place, theme in enumerate(themes, 1) for action in self._actions(number, place, theme)]
        return Reply("\n\n".join([*lines, *more]), wording.DIGEST_TITLE, actions=tuple(actions))

    def _actions(self, number: int, place: int, theme: NewTheme) -> list[StaffAction]:
        """The buttons of one theme, with its number before each; of one that is decided, only the link."""
        link = [
            StaffAction(f"{place} {wording.DIGEST_OPEN}", theme=theme.id, url=f"{self._console_url}/themes/{theme.id}")
        ]
        verbs = {ButtonKind.ASSIGN: wording.DIGEST_ASSIGN, ButtonKind.NOT_FOR_US: wording.DIGEST_NOT_FOR_US}
        buttons = [StaffAction(f"{place} {label}", kind.value, theme.id, number) for kind, label in verbs.items()]
        return (link if self._console_url else []) + (buttons if theme.state == "new" else [])


def _line(place: int, theme: NewTheme) -> str:
    words = theme.words if len(theme.words) <= MAX_WORDS else f"{theme.words[:MAX_WORDS]}…"
    counts = wording.DIGEST_ASKED.format(people=theme.people)
    joined = wording.DIGEST_JOINED.format(count=theme.joined) if theme.joined else ""
    state = _STATES.get(theme.state, "")
    return f"**{place}.** “{in_markdown(words)}”\n" + " ".join(filter(None, (counts, joined, state)))
