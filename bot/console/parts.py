"""What the console's pages work with, handed in by the wiring module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markupsafe import Markup

from bot.accounts import Accounts
from bot.messages import Reply
from bot.pauses import Pauses
from bot.publishing.drafts import Drafts
from bot.publishing.publishing import Publishing
from bot.reporting.reports import Reports
from bot.settings import ConsoleSettings
from bot.storage.audit_log import AuditLog
from bot.storage.database import Database
from bot.themes.themes import Themes
from bot.themes.understanding import Understanding

if TYPE_CHECKING:
    from bot.releases import ReleaseStore

Previews = Callable[[Reply], Mapping[str, Markup]]
"""How a reply looks, by the name of the platform."""


@dataclass(frozen=True)
class Parts:
    """All that a page may ask for. `key` signs sessions, and `meaning` finds questions by what they mean."""

    settings: ConsoleSettings
    database: Database
    accounts: Accounts
    audit: AuditLog
    key: bytes = field(repr=False)
    releases: ReleaseStore
    themes: Themes
    drafts: Drafts
    publishing: Publishing
    reports: Reports
    pauses: Pauses
    meaning: Understanding
    previews: Previews
    oidc_secret: str = field(default="", repr=False)
