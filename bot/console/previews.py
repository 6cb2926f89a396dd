"""How an answer will look on each platform."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from markupsafe import Markup
from starlette.requests import Request

from bot.answers import Answer, AnswerBase
from bot.compose import answer_reply
from bot.console.page import parts
from bot.errors import AnswerError
from bot.messages import Reply


def previews_of(request: Request, base: AnswerBase, answer: Answer) -> dict[str, Mapping[str, Markup]]:
    """What each platform shows of an answer today, by nation and platform."""
    shown: dict[str, Mapping[str, Markup]] = {}
    for nation in answer.sections:
        try:
            shown[nation] = shown_on_platforms(request, answer_reply(base, answer.slug, date.today(), nation))
        except AnswerError:
            continue
    return shown


def shown_on_platforms(request: Request, reply: Reply) -> Mapping[str, Markup]:
    """What each platform shows of a reply."""
    return parts(request).previews(reply)
