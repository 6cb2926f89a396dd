"""Figures with their bars beside them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from platforms.counting import LISTED, Account, percentile
from platforms.crowd import Said

COMPLETE = (
    "without_outcome",
    "with_several_outcomes",
    "without_reply",
    "still_owed_or_dropped",
    "replied_again_discord",
)
"""The figures of `completeness` that must hold, whatever is measured."""


def barred(value: float, bar: float) -> dict[str, float]:
    """A figure beside the most that it may be."""
    return {"is": value, "bar": bar}


def speed(account: Account) -> dict[str, Any]:
    """How long the crowd waited for replies, with the bars of one busy community, and whether it spoke in time."""
    times, late = account.latencies(), sorted(one.late * 1000 for one in account.said)
    return {
        "replies_timed": len(times),
        "p50_ms": percentile(times, 0.5),
        "p99_ms": percentile(times, 0.99),
        "longest_ms": percentile(times, 1),
        "crowd_late_p99_ms": percentile(late, 0.99),
    }


def completeness(account: Account) -> dict[str, Any]:
    """What was said and became of it, with the faults that a bar of nothing holds for."""
    return {
        "messages": len(account.said),
        "questions": sum(one.is_question for one in account.said),
        "outcomes": account.counts(),
        "without_outcome": barred(len(account.without_outcome()), 0),
        "with_several_outcomes": barred(len(account.with_several_outcomes()), 0),
        "without_reply": barred(len(account.without_reply()), 0),
        "still_owed_or_dropped": barred(len(account.owed), 0),
        "replied_again_discord": barred(account.replied_again("discord"), 0),
    }


def faults(account: Account, **more: list[Said]) -> dict[str, list[dict[str, Any]]]:
    """The messages behind the faults, to debug them; nothing where there are none."""
    found = {
        "without_outcome": account.without_outcome(),
        "with_several_outcomes": account.with_several_outcomes(),
        "without_reply": account.without_reply(),
        "replied_again": [one for one in account.said if len(account.replies.get(one.key, ())) > 1],
        **more,
    }
    listed = {name: account.listed(messages) for name, messages in found.items() if messages}
    return {**listed, **({"owed": account.owed[:LISTED]} if account.owed else {})}


def report(
    figures: dict[str, Any], must_hold: Sequence[str], details: dict[str, list[dict[str, Any]]], tail: str
) -> int:
    """Print the figures; where one that must hold does not, what is behind it too. Returns the exit code."""
    rows = [f"  {json.dumps(name)}: {json.dumps(figure)}" for name, figure in figures.items()]
    print("{\n" + ",\n".join(rows) + "\n}")
    failed = [name for name in must_hold if figures[name]["is"] > figures[name]["bar"]]
    if failed:
        for name, faulty in details.items():
            print(f"{name}:", *(json.dumps(one) for one in faulty), sep="\n  ", file=sys.stderr)
        print(f"The bot's last words:\n{tail}\n\nNot as it must be: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0
