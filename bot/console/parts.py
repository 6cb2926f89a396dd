"""What the console's pages work with, handed in by the wiring module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.accounts import Accounts
from bot.settings import ConsoleSettings
from bot.storage.audit_log import AuditLog
from bot.storage.database import Database

if TYPE_CHECKING:
    from pathlib import Path

    from bot.releases import ReleaseStore


@dataclass(frozen=True)
class Parts:
    """All that a page may ask for. `key` signs sessions."""

    settings: ConsoleSettings
    database: Database
    accounts: Accounts
    audit: AuditLog
    key: bytes
    root: Path
    releases: ReleaseStore
    themes: Any = None
    drafts: Any = None
    publishing: Any = None
    reports: Any = None
    pauses: Any = None
    communities: Any = None
    meaning: Any = None
    previews: Any = None
    oidc_secret: str = ""
