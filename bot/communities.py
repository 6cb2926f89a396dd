"""What moderators have settled for their communities and channels."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace

import msgspec

from bot import wording
from bot.answers import NATIONS
from bot.errors import QuestionLogError, SettingsError, tried_again
from bot.places import ChannelSettings, Mode, Notice, Place
from bot.storage.community_store import Change, CommunityStore

logger = logging.getLogger(__name__)

LANGUAGES = ("en",)
"""The answers are in English; a language is added with its answers."""
MAX_COOLDOWN_SECONDS = 86_400
REFRESH_SECONDS = 2.0
STAFF_ROLES = {"telegram": ("administrator",)}
"""Who staff are where nobody has said so: Discord's roles mean nothing without their server."""


class Communities:
    """Settings are held in memory, and read again when another process has changed them."""

    def __init__(self, store: CommunityStore, defaults: ChannelSettings, services: Collection[str]) -> None:
        """`defaults` hold in a new community; `services` are those that can be switched off."""
        self._store = store
        self._defaults = defaults
        self._services = frozenset(services)
        self._chosen = store.settings_now()
        self._last_change = 0

    def offer(self, services: Collection[str]) -> None:
        """Let other services be those that can be switched off, as another release has them."""
        self._services = frozenset(services)

    def settings(self, place: Place) -> ChannelSettings:
        """What holds in a channel. Nobody moderates a direct message: there, all may be asked."""
        if not place.community:
            return replace(self._defaults, mode=Mode.QUESTIONS, quiet_while_staff=False)
        community = self._chosen.get((place.platform, place.community, ""), {})
        channel = self._chosen.get((place.platform, place.community, place.channel), {})
        settings = _settings({**self._defaults_on(place.platform), **community, **channel})
        # A service that was switched off may be gone since, with its answers.
        return replace(settings, services_off=tuple(filter(self._services.__contains__, settings.services_off)))

    async def change(self, place: Place, changes: Mapping[str, object], by: str) -> ChannelSettings:
        """Change settings by name; see connectors.base. Raises SettingsError."""
        if unknown := set(changes) - set(ChannelSettings.__dataclass_fields__):
            raise SettingsError(f"There is no setting named {', '.join(sorted(unknown))}.")
        chosen = {name: value for name, value in changes.items() if value is not None}
        settings = _settings({**asdict(self._defaults), **chosen})
        self._check(settings)
        try:
            await self._store.write_changes(place, {**changes, **{name: asdict(settings)[name] for name in chosen}}, by)
            self._chosen = await self._store.settings()
        except QuestionLogError as error:
            logger.error("%s", error)
            raise SettingsError(wording.CANNOT_NOTE) from error
        return self.settings(place)

    async def keep_fresh(self) -> None:
        """Read what other processes change, until cancelled."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            with tried_again(logger, "The communities' settings could not be read."):
                if (last := await self._store.last_change_id()) != self._last_change:
                    self._last_change, self._chosen = last, await self._store.settings()

    async def history(self, place: Place, limit: int = 10) -> Sequence[str]:
        """What was changed in a community, when and by whom, newest first, a line each."""
        return [_as_line(change) for change in await self._store.changes(place, limit)]

    async def joined(self, platform: str, community: str, name: str) -> bool:
        """Note that the bot is in a community; whether it has only now been invited."""
        return await self._store.joined(platform, community, name)

    async def left(self, platform: str, community: str) -> None:
        """Note that the bot has been removed."""
        await self._store.left(platform, community)

    async def moved(self, platform: str, old: str, new: str) -> None:
        """Let a community go on under a new id."""
        await self._store.moved(platform, old, new)
        self._chosen = await self._store.settings()

    async def to_explain(self, place: Place, notice: Notice) -> str | None:
        """What to tell somebody who can mend a problem, or None where it has been told already."""
        if not await self._store.tell_once(place, notice):
            return None
        return wording.NOTICES[notice].format(settings_command=wording.SETTINGS_COMMANDS.get(place.platform, ""))

    def _defaults_on(self, platform: str) -> dict[str, object]:
        return {**asdict(self._defaults), "staff_roles": STAFF_ROLES.get(platform, self._defaults.staff_roles)}

    def _check(self, settings: ChannelSettings) -> None:
        if unknown := set(settings.services_off) - self._services:
            raise SettingsError(f"There is no service named {', '.join(sorted(unknown))}.")
        if settings.nation and settings.nation not in NATIONS:
            raise SettingsError(f"The nation must be one of {', '.join(NATIONS)}.")
        if settings.language not in LANGUAGES:
            raise SettingsError("The answers are in English only.")
        for seconds in (settings.person_cooldown_seconds, settings.channel_cooldown_seconds):
            if not 0 <= seconds <= MAX_COOLDOWN_SECONDS:
                raise SettingsError("A cool-down must be between nothing and a day.")


def _settings(values: Mapping[str, object]) -> ChannelSettings:
    try:
        return msgspec.convert(values, ChannelSettings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"That can't be chosen: {_plain(error)}.") from error


def _plain(error: msgspec.ValidationError) -> str:
    """Turn "Expected `int`, got `str` - at `$.a_b[0]`" into "for a b, expected `int`, got `str`"."""
    problem, _, place = str(error).partition(" - at `$.")
    name = place.rstrip("`").partition("[")[0].replace("_", " ")
    if name == "mode":
        return f"the mode must be one of {', '.join(mode.value for mode in Mode)}"
    return f"for {name}, {problem[:1].lower()}{problem[1:]}"


def _as_line(change: Change) -> str:
    value = "as in the community" if change.value is None else _as_words(change.value)
    where = f" in channel {change.channel}" if change.channel else ""
    by = f" by {change.changed_by}" if change.changed_by else ""
    name = change.name.replace("_", " ")
    return f"{change.changed_at[:16].replace('T', ' ')}: {name}{where} set to {value}{by}"


def _as_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).replace("_", " ") or "none"
