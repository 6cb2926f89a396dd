"""What changed between two releases, question by question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from bot.evaluation.headline_figures import Figures
from bot.evaluation.verdicts import Fate, Verdict
from bot.releases import VERDICTS_FILE, Release


class Change(msgspec.Struct, frozen=True):
    """One text whose fate was another before. Outcomes are those of bot.messages; what was given may be ""."""

    text: str
    addressed: bool
    expected: str
    was: Fate
    became: Fate
    old_outcome: str
    old_given: str
    new_outcome: str
    new_given: str


class Comparison(msgspec.Struct, frozen=True):
    """An older release beside the current one, over the same texts.

    `became` counts the changes by what they came to, and `unchanged` the texts with the same fate.
    """

    old: str
    new: str
    old_figures: Figures
    new_figures: Figures
    unchanged: int
    became: dict[str, int]
    changes: list[Change]


def compare_kept(old: Release, new: Release) -> Comparison | None:
    """What became of the held-out texts that both releases were judged on, or None where one has kept no verdicts."""
    before, after = _kept(old), _kept(new)
    shared = [key for key in after if key in before]
    if not shared:
        return None
    changes = changes_between([before[key] for key in shared], [after[key] for key in shared])
    return Comparison(
        old=old.name,
        new=new.name,
        old_figures=old.manifest.figures.get("held_out", {}),
        new_figures=new.manifest.figures.get("held_out", {}),
        unchanged=len(shared) - len(changes),
        became=counts_of(changes),
        changes=changes,
    )


def _kept(release: Release) -> dict[tuple[str, bool, str], Verdict]:
    """The verdicts that a release has kept; older ones have none."""
    try:
        verdicts = msgspec.json.decode((release.folder / VERDICTS_FILE).read_bytes(), type=list[Verdict])
    except (OSError, msgspec.MsgspecError):
        return {}
    return {(verdict.text, verdict.addressed, verdict.expected): verdict for verdict in verdicts}


def changes_between(old: Sequence[Verdict], new: Sequence[Verdict]) -> list[Change]:
    """The texts whose fate changed, in the order of Fate. Both sequences hold the same texts in the same order."""
    changed = [_change(before, after) for before, after in zip(old, new) if before.fate is not after.fate]
    return sorted(changed, key=lambda change: list(Fate).index(change.became))


def counts_of(changes: Sequence[Change]) -> dict[str, int]:
    """How many texts came to each fate."""
    counts = Counter(change.became for change in changes)
    return {fate.value: counts[fate] for fate in Fate}


def _change(old: Verdict, new: Verdict) -> Change:
    return Change(
        text=new.text,
        addressed=new.addressed,
        expected=new.expected,
        was=old.fate,
        became=new.fate,
        old_outcome=old.outcome,
        old_given=old.given,
        new_outcome=new.outcome,
        new_given=new.given,
    )
