"""What the steps are entered in."""

from __future__ import annotations

from sqlite_utils.migrations import Migrations

migrations = Migrations("signpost")
