"""Answering a press of an inline button."""

from __future__ import annotations

import time

from connectors.fakes.telegram_server.errors import bad_request
from connectors.fakes.telegram_server.methods.registry import method
from connectors.fakes.telegram_server.parameters import Parameters
from connectors.fakes.telegram_server.world import Answer, World

LONGEST_ANSWER = 200
_TOO_LATE = "query is too old and response timeout expired or query ID is invalid"


@method("answerCallbackQuery", "callback_query_id text show_alert url cache_time")
async def answer_callback_query(world: World, parameters: Parameters) -> bool:
    """Tell who pressed that it has been seen, with a word for them alone."""
    query = world.queries.get(parameters.text("callback_query_id"))
    if len(parameters.text("text")) > LONGEST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    seconds = time.monotonic() - query.asked_at if query else 0.0
    if not query or seconds > world.query_seconds:
        raise bad_request(_TOO_LATE)
    answer = Answer(parameters.text("text"), parameters.flag("show_alert"), seconds, parameters.text("url"))
    if not query.answer.done():
        query.answer.set_result(answer)
    return True
