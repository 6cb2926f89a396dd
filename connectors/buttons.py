"""The buttons of a reply, and the short data by which a platform hands a press back, after a restart too."""

from __future__ import annotations

from itertools import groupby

from bot.deliveries import Button, ButtonKind
from bot.messages import Reply, StaffAction

PREFIX = "sp"
MAX_BYTES = 64
"""Telegram's limit of a button's data, the tightest there is (Bot API, InlineKeyboardButton)."""
MAX_DIGITS = 18
"""More than any number that we count by, and fewer than a database can hold."""

_LABELS = {
    ButtonKind.HELPFUL: "👍",
    ButtonKind.NOT_HELPFUL: "👎",
    ButtonKind.ME_TOO: "I'd like to know too",
    ButtonKind.REMOVE: "✕",
}


def rows_of(reply: Reply) -> list[list[Button]]:
    """The buttons under a reply, row by row: each choice has a row, and votes and removal share the last.

    What staff can do has a row for each theme, and nothing beside it.
    """
    if reply.actions:
        return [[_action(one) for one in row] for _, row in groupby(reply.actions, lambda action: action.theme)]
    rows = [[_choice(choice.label, choice.answer, choice.nation)] for choice in reply.choices]
    last = [ButtonKind.HELPFUL, ButtonKind.NOT_HELPFUL] if reply.allows_feedback else []
    last += [ButtonKind.ME_TOO] if reply.allows_me_too else []
    return [*rows, [Button(kind, _LABELS[kind]) for kind in (*last, ButtonKind.REMOVE)]]


def data_of(button: Button) -> str:
    """A button as data of at most MAX_BYTES bytes."""
    about = (str(button.theme), str(button.digest)) if button.kind.is_for_staff else (button.answer, button.nation)
    fields = (PREFIX, button.kind.value, *about)
    data = ":".join(fields).rstrip(":")
    if len(data.encode()) > MAX_BYTES:
        raise ValueError(f"The slug {button.answer} is too long for a button.")
    return data


def button_of(data: str) -> Button | None:
    """The button whose data was handed back, or None where the data is not ours."""
    prefix, _, rest = data.partition(":")
    kind, _, picked = rest.partition(":")
    answer, _, nation = picked.partition(":")
    if prefix != PREFIX or kind not in {known.value for known in ButtonKind}:
        return None
    if ButtonKind(kind).is_for_staff:
        is_ours = all(number.isdecimal() and len(number) <= MAX_DIGITS for number in (answer, nation))
        return Button(ButtonKind(kind), theme=int(answer), digest=int(nation)) if is_ours else None
    return Button(ButtonKind(kind), answer=answer, nation=nation)


def _choice(label: str, answer: str, nation: str) -> Button:
    kind = ButtonKind.PICK if answer else ButtonKind.NONE_OF_THESE
    return Button(kind, label, answer, nation)


def _action(action: StaffAction) -> Button:
    kind = ButtonKind(action.verb or ButtonKind.OPEN.value)
    return Button(kind, action.label, theme=action.theme, digest=action.digest, url=action.url)
