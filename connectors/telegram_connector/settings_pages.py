"""The pages of the settings panel, and what their buttons change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.places import ChannelSettings, Mode, Topic
from connectors.telegram_connector.messages import ADMINISTRATOR

PREFIX = "s"
COMMON = "common"
"""Stands for no nation in a button's data."""

MODES = {Mode.OFF: "Off", Mode.MENTION_ONLY: "When mentioned", Mode.QUESTIONS: "Questions too"}
NATIONS = {
    "": "The whole UK",
    "england": "England",
    "scotland": "Scotland",
    "wales": "Wales",
    "northern-ireland": "Northern Ireland",
}
PACES = {"quick": (5.0, 0.0), "usual": (20.0, 5.0), "calm": (60.0, 30.0), "rare": (300.0, 120.0)}
"""Seconds between unasked answers to one person, and between any two."""

Page = tuple[str, InlineKeyboardMarkup]
Buttons = list[list[InlineKeyboardButton]]


@dataclass(frozen=True)
class Shown:
    """What the panel shows: a group's settings and its history, and the services that there are."""

    chat: int
    settings: ChannelSettings
    topics: Sequence[Topic] = ()
    history: Sequence[str] = ()
    notice: str = ""


def page_of(name: str, shown: Shown) -> Page:
    """A page by its name, or the first one."""
    text, buttons = PAGES.get(name, _main)(shown)
    back = [] if name not in PAGES else [[_button("‹ Back", "main")]]
    return text, InlineKeyboardMarkup([*buttons, *back])


def changes_of(page: str, value: str, chat: int, settings: ChannelSettings) -> Mapping[str, object]:
    """What a button changes, as names of ChannelSettings with plain values; nothing where it only turns a page."""
    if not value:
        return {}
    if page == "services":
        off = set(settings.services_off) ^ {value}
        return {"services_off": sorted(off)}
    if page == "pace" and value in PACES:
        person, group = PACES[value]
        return {"person_cooldown_seconds": person, "channel_cooldown_seconds": group}
    if page == "staff":
        return {"quiet_while_staff": value == "on", "staff_roles": [ADMINISTRATOR]}
    single = {
        "mode": ("mode", value),
        "nation": ("nation", "" if value == COMMON else value),
        "alerts": ("alerts_channel", str(chat) if value == "here" else ""),
        "digest": ("digest_channel", str(chat) if value == "here" else ""),
    }
    return dict([single[page]]) if page in single else {}


def _main(shown: Shown) -> tuple[str, Buttons]:
    settings = shown.settings
    lines = [
        "<b>Signpost in this group</b>",
        f"I speak: <b>{MODES[settings.mode].lower()}</b>",
        f"Nation: {escape(NATIONS.get(settings.nation, settings.nation))}",
        f"Services left out: {escape(', '.join(_title(shown, off) for off in settings.services_off)) or 'none'}",
        f"Cool-downs: {_seconds(settings)}",
        f"Quiet while administrators talk: {'yes' if _is_quiet(settings) else 'no'}",
        f"Alerts of emergencies: {_chat(shown, settings.alerts_channel)}",
        f"New questions, for staff: {_chat(shown, settings.digest_channel)}",
    ]
    text = "\n".join(lines) + (f"\n\n{shown.notice}" if shown.notice else "")
    quiet = "off" if _is_quiet(settings) else "on"
    return text, [
        [_button(_ticked(label, mode is settings.mode), "mode", mode.value) for mode, label in MODES.items()],
        [_button("Nation", "nation"), _button("Services", "services"), _button("Cool-downs", "pace")],
        [_button(f"Quiet while administrators talk: turn {quiet}", "staff", quiet)],
        [_button("Alerts", "alerts"), _button("New questions", "digest")],
        [_button("History", "history"), _button("Done", "done")],
    ]


def _nation(shown: Shown) -> tuple[str, Buttons]:
    return "Whose rules do I show where an answer differs and nobody names a nation?", [
        [_button(_ticked(label, nation == shown.settings.nation), "nation", nation or COMMON)]
        for nation, label in NATIONS.items()
    ]


def _services(shown: Shown) -> tuple[str, Buttons]:
    off = shown.settings.services_off
    return "What may I answer about? Emergencies get help in any case.", [
        [_button(_ticked(topic.title, topic.service not in off, "✕ "), "services", topic.service)]
        for topic in shown.topics
    ]


def _pace(shown: Shown) -> tuple[str, Buttons]:
    now = (shown.settings.person_cooldown_seconds, shown.settings.channel_cooldown_seconds)
    text = "How long do I wait between answers that nobody asked me for: to one person, and to anybody?"
    return text, [
        [_button(_ticked(f"{name.capitalize()}: {person:g} s, {group:g} s", (person, group) == now), "pace", name)]
        for name, (person, group) in PACES.items()
    ]


def _alerts_page(shown: Shown) -> tuple[str, Buttons]:
    text = (
        "Where do I say, with a link and no text, that somebody here may need help?\n\n"
        "To have it said in another chat, such as your administrators' own group, add me there, and write there, as an "
        f"administrator of both:\n<code>/settings alerts {shown.chat}</code>"
    )
    return text, _here_or_nowhere(shown, "alerts", shown.settings.alerts_channel)


def _digest_page(shown: Shown) -> tuple[str, Buttons]:
    text = (
        "Where do I show staff what people here ask that has no answer yet, at most once an hour?\n\n"
        "To have it shown in your administrators' own group, add me there, and write there, as an administrator of "
        f"both:\n<code>/settings digest {shown.chat}</code>"
    )
    return text, _here_or_nowhere(shown, "digest", shown.settings.digest_channel)


def _here_or_nowhere(shown: Shown, page: str, channel: str) -> Buttons:
    return [
        [_button(_ticked("In this group", channel == str(shown.chat)), page, "here")],
        [_button(_ticked("Nowhere", not channel), page, "off")],
    ]


def _history(shown: Shown) -> tuple[str, Buttons]:
    return escape("\n".join(shown.history) or "Nothing has been changed yet.", quote=False), []


PAGES: Mapping[str, Callable[[Shown], tuple[str, Buttons]]] = {
    "nation": _nation,
    "services": _services,
    "pace": _pace,
    "alerts": _alerts_page,
    "digest": _digest_page,
    "history": _history,
}


def _button(label: str, page: str, value: str = "") -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=":".join((PREFIX, page, value)).rstrip(":"))


def _ticked(label: str, is_chosen: bool, otherwise: str = "") -> str:
    return f"✓ {label}" if is_chosen else f"{otherwise}{label}"


def _title(shown: Shown, service: str) -> str:
    return next((topic.title for topic in shown.topics if topic.service == service), service)


def _seconds(settings: ChannelSettings) -> str:
    person, group = settings.person_cooldown_seconds, settings.channel_cooldown_seconds
    return f"{person:g} s for one person, {group:g} s for all"


def _is_quiet(settings: ChannelSettings) -> bool:
    return settings.quiet_while_staff and ADMINISTRATOR in settings.staff_roles


def _chat(shown: Shown, channel: str) -> str:
    if not channel:
        return "nowhere"
    return "in this group" if channel == str(shown.chat) else "in another chat"
