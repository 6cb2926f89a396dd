"""The last line of a reply: that a bot speaks, who stands for the answer, and when it was last reviewed."""

from __future__ import annotations

from datetime import date

from bot.messages import Reply

AUTOMATED = "Automated reply"


def signature_of(reply: Reply) -> str:
    """The line as the platforms show it."""
    reviewed = f"reviewed {_as_day(reply.reviewed)}" if reply.reviewed else ""
    return " · ".join(part for part in (AUTOMATED, reply.department, reviewed) if part)


def _as_day(day: str) -> str:
    """2026-11-22 as 22 November 2026."""
    try:
        return f"{date.fromisoformat(day):%-d %B %Y}"
    except ValueError:
        return day
