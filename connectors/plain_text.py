"""A reply as plain text: for a script, and as the measure of how long a reply is on any platform."""

from __future__ import annotations

from bot.messages import Reply
from connectors.signature import AUTOMATED


def as_text(reply: Reply) -> str:
    """The whole reply as it is posted where there are no buttons and no markup."""
    parts = [
        reply.notice,
        reply.title,
        reply.body.replace("**", ""),
        _sources(reply),
        _signature(reply),
        _choices(reply),
    ]
    return "\n\n".join(part for part in parts if part)


def _sources(reply: Reply) -> str:
    return "\n".join(f"{source.title}: {source.url}" for source in reply.sources)


def _signature(reply: Reply) -> str:
    if not reply.department:
        return AUTOMATED
    return f"{AUTOMATED} · {reply.department} · reviewed {reply.reviewed}"


def _choices(reply: Reply) -> str:
    return "\n".join(f"{number}. {choice.label}" for number, choice in enumerate(reply.choices, 1))
