"""How places and targets of pauses are called in the console."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from bot.answers import AnswerBase
from bot.console.page import parts, templates
from bot.front_desk import service_title
from bot.storage.community_reports import Key, KnownCommunity
from bot.storage.pause_store import Pause, Scope
from bot.wording import LABELS

DROPS = {
    "too_old": "A reply was dropped: it could not be sent in time",
    "forbidden": "A reply was dropped: the bot may not post there",
    "gone": "A reply was dropped: its channel is gone",
}
PLATFORMS = {"discord": "Discord", "telegram": "Telegram", "terminal": "Terminal"}


def platform_name(platform: str) -> str:
    """A platform as people write it."""
    return PLATFORMS.get(platform, platform)


def named(key: Key, known: Mapping[Key, KnownCommunity]) -> str:
    """A community by its name, or by its platform and id where none is known."""
    platform, community = key
    if not community:
        return f"Direct messages on {platform_name(platform)}"
    found = known.get(key)
    return found.name if found and found.name else f"{community} on {platform_name(platform)}"


def target_named(scope: Scope, target: str, known: Mapping[Key, KnownCommunity], base: AnswerBase | None) -> str:
    """What a pause holds back, in words."""
    if scope is Scope.EVERYTHING:
        return "everything"
    if scope is Scope.COMMUNITY:
        platform, _, community = target.partition(":")
        return f"the community {named((platform, community), known)}"
    if scope is Scope.SERVICE:
        return f"all answers about {service_title(target).lower()}"
    answer = base.answers.get(target) if base else None
    return f"the answer “{answer.title if answer else target}”"


def trouble_named(what: str) -> str:
    """What went wrong, an outcome's name or the reason why a reply was dropped, in words."""
    labels = {outcome.value: label for outcome, label in LABELS.items()}
    return labels.get(what) or DROPS.get(what) or f"A reply was dropped: {what.replace('_', ' ')}"


def _banner_name(pause: Pause, request: Request) -> str:
    """What a pause holds back, as far as it is known without a wait."""
    reports = parts(request).reports
    known = reports.communities.last_read if reports else {}
    return target_named(pause.scope, pause.target, known, reports.last_answers if reports else None)


templates.filters.update(platform=platform_name, paused_target=_banner_name)
