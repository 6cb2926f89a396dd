"""How the panel of `/signpost setup` looks. All that it needs is in its components' data: it works after a restart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.places import ChannelSettings, Mode, Place, Topic
from connectors.discord_connector.rendering import BLUE, Post, shorten, view_of

PREFIX = "panel:"
CHANNEL, SERVER = "channel", "server"
MAX_OPTIONS = 25
MAX_OPTION_LABEL = 100
MAX_STAFF_ROLES = 25

MODES = {
    Mode.OFF: ("Off", "never, but for urgent help"),
    Mode.MENTION_ONLY: ("Mention only", "when mentioned, replied to or asked by command"),
    Mode.QUESTIONS: ("Questions too", "also questions that I overhear and am sure of"),
}
NATIONS = {
    "": "The text common to most",
    "england": "England",
    "scotland": "Scotland",
    "wales": "Wales",
    "northern-ireland": "Northern Ireland",
}
COOLDOWNS = {(0.0, 0.0): "No pause", (20.0, 5.0): "Short", (60.0, 20.0): "Longer", (300.0, 60.0): "Long"}
"""Seconds between answers to one person and in one channel, when nobody addressed the bot."""

_ID = re.compile(r"(in channel |by )(\d{15,20})\b")


@dataclass(frozen=True)
class View:
    """What the panel shows: the settings of a channel, or of its server where the scope is SERVER."""

    here: Place
    scope: str
    settings: ChannelSettings
    problem: str = ""

    def data(self, action: str) -> str:
        """The data of a component."""
        return f"{PREFIX}{self.scope}:{action}"


def settings_place(here: Place, scope: str) -> Place:
    """Whose settings are meant: a channel's (a thread has its channel's), or its server's."""
    return Place(here.platform, here.community, here.channel if scope == CHANNEL else "")


def main_page(view: View, topics: Sequence[Topic]) -> Post:
    """When the bot speaks, and about what."""
    settings = view.settings
    in_channel = view.scope == CHANNEL
    buttons = [
        _button(view, "quiet", f"Quiet while staff talk: {'yes' if settings.quiet_while_staff else 'no'}"),
        _button(view, "scope", "Whole server" if in_channel else "This channel only"),
        _button(view, "staff", "Staff, alerts, new themes"),
        _button(view, "history", "What was changed"),
        *([_button(view, "reset", "As in the server")] if in_channel else []),
    ]
    selects = [_modes(view), _services(view, topics), _nations(view), _cooldowns(view)]
    return _post(view, _summary(settings, topics), [*[[select] for select in selects], buttons])


def staff_page(view: View) -> Post:
    """Who staff are, and where alerts and new themes go: the same for a whole server."""
    settings = view.settings
    alerts = _channels(view, "alerts", "Where alerts of emergencies go (none: nowhere)", settings.alerts_channel)
    digest = _channels(view, "digest", "Where staff see new questions (none: nowhere)", settings.digest_channel)
    roles: discord.ui.RoleSelect[Any] = discord.ui.RoleSelect(
        custom_id=view.data("roles"),
        placeholder="Roles of staff, while whose bearers talk I am quiet",
        min_values=0,
        max_values=MAX_STAFF_ROLES,
        default_values=_defaults(settings.staff_roles, discord.SelectDefaultValueType.role),
    )
    text = (
        f"**Alerts of emergencies** go to {_channel(settings.alerts_channel)}: a link, never the words.\n"
        f"**New questions without an answer** are shown to staff in: {_channel(settings.digest_channel)}\n"
        f"**Staff**: {_roles(settings.staff_roles)}\n\nAll of it holds for the whole server."
    )
    buttons = [_button(view, "main", "Back"), _button(view, "history", "What was changed")]
    return _post(view, text, [[alerts], [digest], [roles], buttons])


def history_page(view: View, lines: Iterable[str]) -> Post:
    """What was changed, when and by whom."""
    shown = "\n".join(_ID.sub(_mention, line) for line in lines)
    text = f"**What was changed, newest first**\n{shown or 'Nothing so far.'}"
    return _post(view, shorten(text, 4000), [[_button(view, "main", "Back")]])


def _post(view: View, text: str, rows: Sequence[Sequence[discord.ui.Item[Any]]]) -> Post:
    title = "Signpost in this channel" if view.scope == CHANNEL else "Signpost in the whole server"
    text = f"> {view.problem}\n\n{text}" if view.problem else text
    embed = discord.Embed(title=title, description=text, colour=BLUE)
    embed.set_footer(text="In an emergency I give urgent help, whatever is chosen here.")
    return Post(embeds=[embed], view=view_of(rows))


def _summary(settings: ChannelSettings, topics: Sequence[Topic]) -> str:
    mode, when = MODES[settings.mode]
    titles = {topic.service: topic.title for topic in topics}
    left_out = ", ".join(titles.get(service, service) for service in settings.services_off)
    quiet = f"yes ({_roles(settings.staff_roles)})" if settings.quiet_while_staff else "no"
    return "\n".join(
        (
            f"**I answer**: {mode}, {when}",
            f"**Services left out**: {left_out or 'none'}",
            f"**Nation**: {NATIONS.get(settings.nation, settings.nation)}",
            f"**Pause between answers nobody addressed me for**: {_pause(_cooldown(settings))}",
            f"**Quiet while staff talk**: {quiet}",
            f"**Alerts of emergencies**: {_channel(settings.alerts_channel)}",
            f"**New questions, for staff**: {_channel(settings.digest_channel)}",
        )
    )


def _channels(view: View, action: str, placeholder: str, chosen: str) -> discord.ui.ChannelSelect[Any]:
    return discord.ui.ChannelSelect(
        custom_id=view.data(action),
        placeholder=placeholder,
        channel_types=[discord.ChannelType.text, discord.ChannelType.news],
        min_values=0,
        default_values=_defaults([chosen], discord.SelectDefaultValueType.channel),
    )


def _modes(view: View) -> discord.ui.Select[Any]:
    options = [
        discord.SelectOption(label=label, value=mode.value, description=when, default=mode is view.settings.mode)
        for mode, (label, when) in MODES.items()
    ]
    return discord.ui.Select(custom_id=view.data("mode"), placeholder="When I answer", options=options)


def _services(view: View, topics: Sequence[Topic]) -> discord.ui.Select[Any]:
    options = [
        discord.SelectOption(
            label=shorten(topic.title, MAX_OPTION_LABEL),
            value=topic.service,
            default=topic.service in view.settings.services_off,
        )
        for topic in topics[:MAX_OPTIONS]
    ]
    return discord.ui.Select(
        custom_id=view.data("services"),
        placeholder="Services to leave out",
        min_values=0,
        max_values=len(options),
        options=options,
    )


def _nations(view: View) -> discord.ui.Select[Any]:
    options = [
        # A value may not be empty.
        discord.SelectOption(label=label, value=nation or "common", default=nation == view.settings.nation)
        for nation, label in NATIONS.items()
    ]
    return discord.ui.Select(custom_id=view.data("nation"), placeholder="Whose rules are shown", options=options)


def _cooldowns(view: View) -> discord.ui.Select[Any]:
    now = _cooldown(view.settings)
    choices = COOLDOWNS if now in COOLDOWNS else {**COOLDOWNS, now: "As now"}
    options = [
        discord.SelectOption(
            label=label, value=f"{choice[0]:g}:{choice[1]:g}", description=_pause(choice), default=choice == now
        )
        for choice, label in choices.items()
    ]
    return discord.ui.Select(custom_id=view.data("cooldowns"), placeholder="Pause between answers", options=options)


def _cooldown(settings: ChannelSettings) -> tuple[float, float]:
    return settings.person_cooldown_seconds, settings.channel_cooldown_seconds


def _pause(cooldown: tuple[float, float]) -> str:
    person, channel = cooldown
    return f"{person:g} s for one person, {channel:g} s in the channel" if person or channel else "none"


def _button(view: View, action: str, label: str) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=label, custom_id=view.data(action), style=discord.ButtonStyle.secondary)


def _defaults(ids: Iterable[str], kind: discord.SelectDefaultValueType) -> list[discord.SelectDefaultValue]:
    return [discord.SelectDefaultValue(id=int(one), type=kind) for one in ids if one.isdecimal()]


def _channel(channel: str) -> str:
    return f"<#{channel}>" if channel else "nowhere"


def _roles(roles: Sequence[str]) -> str:
    return ", ".join(f"<@&{role}>" for role in roles) or "no roles chosen yet"


def _mention(found: re.Match[str]) -> str:
    """Ids of channels and people as Discord shows them by name."""
    return f"{found[1]}<{'#' if found[1].startswith('in') else '@'}{found[2]}>"
