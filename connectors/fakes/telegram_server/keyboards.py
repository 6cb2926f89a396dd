"""Inline keyboards, checked as Telegram checks them."""

from __future__ import annotations

from typing import Any

from connectors.fakes.telegram_server.errors import UnknownError, bad_request
from connectors.fakes.telegram_server.people import Json

MOST_BUTTONS = 100
MOST_IN_ROW = 8
MOST_BYTES = 64


def checked_keyboard(markup: Any) -> list[list[Json]]:
    """The rows of a reply_markup; empty rows are left out. Raises ApiError where Telegram would refuse it."""
    if not isinstance(markup, dict):
        raise bad_request("can't parse reply keyboard markup JSON object")
    if set(markup) != {"inline_keyboard"}:
        raise UnknownError(400, f"reply_markup with {sorted(markup)} is not modelled")
    rows = [[_checked(button) for button in row] for row in markup["inline_keyboard"]]
    if sum(map(len, rows)) > MOST_BUTTONS or any(len(row) > MOST_IN_ROW for row in rows):
        raise bad_request("reply markup is too long")
    return [row for row in rows if row]


def _checked(button: Json) -> Json:
    if unknown := set(button) - {"text", "callback_data", "url"}:
        raise UnknownError(400, f"inline keyboard buttons with {sorted(unknown)} are not modelled")
    if not button.get("text", "").strip():
        raise bad_request("inline keyboard button text must be non-empty")
    if len(set(button) - {"text"}) != 1:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= MOST_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and not button["url"].startswith(("http://", "https://", "tg://")):
        raise bad_request("inline keyboard button URL is invalid")
    return button
