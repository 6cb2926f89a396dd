"""The way back to the citizen: who asked is told of the answer, and replies that gave a wrong one are corrected."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from functools import cache, partial

from bot import wording
from bot.answers import AnswerBase
from bot.compose import answer_reply, nation_in
from bot.deliveries import Action, Owed
from bot.messages import Given, Reply
from bot.pauses import Paused
from bot.places import Mode, Place, SettingsOf
from bot.storage.telling_store import Standing, Telling, TellingStore, Waiting

LOADING = timedelta(minutes=10)
"""How long after an answer was published it may not have been loaded yet by the process that gives it."""

Shown = Callable[[str], Reply]
"""The answer that is told of, as a nation is shown it."""


@dataclass(frozen=True)
class Welcome:
    """Where the bot may speak without having been asked just now. It may not in `muted_channels`, by their ids."""

    settings_of: SettingsOf
    muted_channels: Collection[str] = ()

    def __call__(self, place: Place, service: str) -> bool:
        """Whether an answer of a service may be given in a place."""
        here = self.settings_of(place)
        is_off = here.mode is Mode.OFF or place.channel in self.muted_channels
        return not is_off and service not in here.services_off


@dataclass(frozen=True)
class MayTell:
    """Whether an answer may be given in a place now without having been asked: what the outbox looks at."""

    answers: Callable[[], AnswerBase]
    is_welcome: Welcome
    paused_now: Callable[[], Paused]

    def __call__(self, owed: Owed) -> bool:
        """Whether it may. Of an answer that is only now being published, what holds for the place is all there is.

        Later than that, an answer that is not live has been withdrawn.
        """
        given = owed.reply.given if owed.reply else None
        answer, paused = self.answers().answers.get(given.answer if given else ""), self.paused_now()
        if answer is None:
            is_new = _now() - owed.created_at < LOADING
            return is_new and not paused.is_quiet_in(owed.place) and self.is_welcome(owed.place, "")
        return not paused.refusal(owed.place, answer) and self.is_welcome(owed.place, answer.service)


@dataclass(frozen=True)
class Told:
    """How many posts are owed, and how many people they are for."""

    posts: int = 0
    people: int = 0


class Teller:
    """Writes what officials owe to citizens. Connectors deliver it, spread out (see bot.storage.outbox.Pace)."""

    def __init__(
        self,
        store: TellingStore,
        settings_of: SettingsOf,
        muted_channels: Collection[str] = (),
        max_age_days: float = 60.0,
        today: Callable[[], date] = date.today,
    ) -> None:
        """Nobody is told who asked more than `max_age_days` ago."""
        self._store = store
        self._settings_of = settings_of
        self._is_welcome = Welcome(settings_of, muted_channels)
        self._max_age = timedelta(days=max_age_days)
        self._today = today

    async def tell(self, base: AnswerBase, draft_id: int, theme_id: int, slug: str) -> Told:
        """Tell everyone who asked a theme's questions, or joined in, that an answer of `base` is live.

        Done again for the same draft, it tells nobody twice. Raises QuestionLogError.
        """
        answer = base.answers.get(slug)
        if answer is None:
            return Told()
        texts = {base.body(answer, self._today(), nation) for nation in ("", *answer.variants)}
        shown = cache(partial(answer_reply, base, slug, self._today()))
        counts: list[int] = []

        def plan(waiting: Sequence[Waiting], told: Collection[str]) -> Sequence[Telling]:
            welcome = [one for one in waiting if self._is_welcome(one.place, answer.service)]
            groups = _by_place(welcome, told)
            counts.extend(group.count for group in groups if group.count)
            return [self._telling(shown, group) for group in groups]

        since = datetime.now(timezone.utc) - self._max_age
        await self._store.tell(draft_id, theme_id, slug, texts, since, plan)
        return Told(len(counts), sum(counts))

    async def correct(self, base: AnswerBase, slug: str, days: float, live_since: datetime | None = None) -> int:
        """Edit the replies of the last `days` that gave an answer's old text; returns how many.

        `live_since` is when the new text went live: what was picked after that shows it already. Done again, it edits
        nothing twice. Raises QuestionLogError.
        """
        if slug not in base.answers:
            return 0
        moment = datetime.now(timezone.utc)

        shown = cache(partial(answer_reply, base, slug, self._today()))

        def renewed(reply: Reply) -> Reply:
            return replace(_renewed(shown, reply), notice=reply.notice)

        await self._store.renew(slug, renewed)
        return await self._store.correct(
            slug, moment - timedelta(days=days), live_since or moment, lambda post: self._correction(shown, post)
        )

    def _telling(self, shown: Shown, group: _Group) -> Telling:
        first = group.under
        if not group.count:
            return Telling(first.question_id, group.covers, None)
        nation = nation_in(first.text) or self._settings_of(first.place).nation
        reply = _with_notice(shown(nation), self._notice(group))
        owed = Owed(0, first.place, Action.POST, reply, first.message_id, keeps=True, not_before=_now())
        return Telling(first.question_id, group.covers, owed)

    def _notice(self, group: _Group) -> str:
        if group.count > 1:
            return wording.TOLD_SEVERAL.format(count=group.count)
        if group.is_for_asker:
            return wording.TOLD_ASKER.format(day=in_words(group.under.asked_at.date(), self._today()))
        return wording.TOLD_ONE

    def _correction(self, shown: Shown, post: Standing) -> Owed | None:
        """The edit of a post, or None where it gives the new text already."""
        reply = shown(post.shown.nation)
        if post.reply.given == post.shown:
            if (reply.title, reply.body) == (post.reply.title, post.reply.body):
                return None
            reply = _renewed(shown, post.reply)
        day = self._today()
        reply = _with_notice(reply, wording.CORRECTED.format(day=f"{day.day} {day:%B %Y}"))
        return Owed(0, post.place, Action.EDIT, reply, post.reply_to, post.owed_id, keeps=True, not_before=_now())


@dataclass
class _Group:
    """Those who wait in one place, newest question first, and which of them are told there."""

    questions: list[Waiting]
    told: list[Waiting]
    people: set[str]

    @property
    def count(self) -> int:
        return len(self.people)

    @property
    def under(self) -> Waiting:
        """The newest question of somebody who is told here."""
        return (self.told or self.questions)[0]

    @property
    def is_for_asker(self) -> bool:
        return self.people == {self.under.asker}

    @property
    def covers(self) -> tuple[int, ...]:
        return tuple(one.question_id for one in self.questions)


def in_words(day: date, today: date) -> str:
    """A day as one says it: with its year where that is another one."""
    return f"{day.day} {day:%B}" if day.year == today.year else f"{day.day} {day:%B %Y}"


def _by_place(waiting: Sequence[Waiting], told: Collection[str]) -> list[_Group]:
    """Those who wait, by place. Whoever asked in several places is told in the last."""
    seen, groups = set(told), dict[Place, _Group]()
    for one in waiting:
        group = groups.setdefault(one.place, _Group([], [], set()))
        group.questions.append(one)
        if new := one.people - seen:
            group.told.append(one)
            group.people |= new
            seen |= new
    return list(groups.values())


def _renewed(shown: Shown, old: Reply) -> Reply:
    """The answer in its new text, for the same nation, with the other answers that the old reply offered."""
    given = old.given or Given("")
    others = tuple(choice for choice in old.choices if choice.answer not in ("", given.answer))
    reply = shown(given.nation)
    return replace(reply, choices=(*others, *reply.choices))


def _with_notice(reply: Reply, notice: str) -> Reply:
    return replace(reply, notice=f"{notice} {reply.notice}".strip())


def _now() -> datetime:
    return datetime.now(timezone.utc)
