"""The words in which the schema is annotated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

NOBODY = "nobody (the bot alone uses it)"
OFFICIALS = "officials with an account of the console"
ADMINISTRATORS = "administrators of the console"
MODERATORS = "moderators of the community"

PUBLIC_TASK = "public task"
RECORD = "public task: officials account for what they decide"
SECURITY = "legitimate interest: the security of the service"
NONE = "no personal data"

FOR_GOOD = "for as long as the log"
"""Where a row without anything personal is left, so that what was counted stays."""


class Personal(str, Enum):
    """What a column says of a person."""

    NO = "–"
    PSEUDONYM = "pseudonym"
    PLATFORM_ID = "id on the platform"
    WORDS = "their words"
    ACT = "what they did"
    OFFICIAL = "an official's name or work"
    CREDENTIAL = "an official's credential"


@dataclass(frozen=True)
class Column:
    """Why a column is there, and what it says of a person.

    `kept` names the rule that empties it (see retention_rules), or says until when it is kept; "" is as for its table.
    So is `seen_by`.
    """

    purpose: str
    personal: Personal = Personal.NO
    kept: str = ""
    seen_by: str = ""


@dataclass(frozen=True)
class Table:
    """What a table holds and for what, on what lawful basis; `kept` and `seen_by` hold where a column says no other.

    Several rules in `kept` are parted by semicolons.
    """

    title: str
    purpose: str
    basis: str
    kept: str
    seen_by: str
    columns: Mapping[str, Column]


def plain(**purposes: str) -> dict[str, Column]:
    """Columns that say nothing of a person."""
    return {name.rstrip("_"): Column(purpose) for name, purpose in purposes.items()}
