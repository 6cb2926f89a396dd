"""How an answer will look on each platform."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from starlette.requests import Request

from bot.answers import Answer, AnswerBase
from bot.compose import answer_reply
from bot.console.page import parts
from bot.errors import AnswerError
from bot.messages import Reply

PLAIN = "Plain text"


def previews_of(request: Request, base: AnswerBase, answer: Answer) -> dict[str, Mapping[str, str]]:
    """What each platform shows of an answer today, by nation and platform."""
    shown: dict[str, Mapping[str, str]] = {}
    for nation in answer.sections:
        try:
            shown[nation] = shown_on_platforms(request, answer_reply(base, answer.slug, date.today(), nation))
        except AnswerError:
            continue
    return shown


def shown_on_platforms(request: Request, reply: Reply) -> Mapping[str, str]:
    """What each platform shows of a reply. Where no renderers were handed in, as the plainest platform does."""
    made_of = parts(request)
    if made_of.previews:
        previews: Mapping[str, str] = made_of.previews(reply)
        return previews
    return {PLAIN: made_of.drafts.reviewer.as_text(reply)}
