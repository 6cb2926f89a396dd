"""The database's schema, step by step. A step that has been released is never changed: a new one is added."""

from bot.storage.migrations.registry import migrations

# In the order in which the steps are taken.
from bot.storage.migrations import messages, officials, privacy  # isort: skip

__all__ = ["messages", "migrations", "officials", "privacy"]
