"""Which theme each question is of after a regrouping: names are kept, and what officials have settled stays so."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Member:
    """A question with the group that a regrouping gave it.

    `theme` is the one that it was in (0 for none). Where it `is_fixed`, it stays in it whatever the regrouping says.
    """

    question: int
    group: int
    theme: int = 0
    is_fixed: bool = False


def homes(members: Sequence[Member], closed: Collection[int]) -> dict[int, int]:
    """The theme of each question that isn't fixed; -1 for a new theme of the first group, -2 of the second and so on.

    What was in an open theme goes on in it, or in a new one: nothing that officials could see to disappears into a
    closed theme. What was in none joins whatever most of its group are in, be it closed: an ignored question stays
    ignored when it is asked again.
    """
    loose = [member for member in members if not member.is_fixed]
    placed = [member for member in loose if member.theme]
    kept = match({m.question: m.theme for m in placed}, {m.question: m.group for m in placed})
    joins = _joins(members, kept)
    found = {}
    for member in loose:
        home = joins.get(member.group, -1 - member.group)
        if member.theme and home in closed:
            home = kept.get(member.group, -1 - member.group)
        found[member.question] = kept.get(member.group, home) if member.theme else home
    return found


def _joins(members: Sequence[Member], kept: Mapping[int, int]) -> dict[int, int]:
    """The theme that a question of each group joins if it was in none: of which more of the group are."""
    votes: dict[int, Counter[int]] = defaultdict(Counter)
    for member in members:
        if theme := member.theme if member.is_fixed else member.theme and kept.get(member.group, 0):
            votes[member.group][theme] += 1
    return {group: max(counts, key=lambda theme: (counts[theme], -theme)) for group, counts in votes.items()}


def match(old: Mapping[int, int], new: Mapping[int, int]) -> dict[int, int]:
    """Which old theme each new group goes on from, given the theme and the group of each question.

    A group goes on from the theme with which it shares most questions, if these are at least half of what either held
    of the questions in both. No two go on from the same theme; groups that are not in the result begin a new one.
    """
    both = [question for question in new if question in old]
    shared = Counter((old[question], new[question]) for question in both)
    of_old, of_new = Counter(old[question] for question in both), Counter(new[question] for question in both)
    kept: dict[int, int] = {}
    taken: set[int] = set()
    for (theme, group), count in sorted(shared.items(), key=lambda item: (-item[1], item[0][1], item[0][0])):
        if group not in kept and theme not in taken and 2 * count >= min(of_old[theme], of_new[group]):
            kept[group] = theme
            taken.add(theme)
    return kept


def common(pairs: Sequence[tuple[int, int]]) -> dict[int, int]:
    """For each first of the pairs, the second that comes with it most often."""
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    for first, second in pairs:
        counts[first][second] += 1
    return {first: max(seconds, key=lambda second: (seconds[second], -second)) for first, seconds in counts.items()}
