"""What every column is for, whether it is personal, how long it is kept and who sees it: beside the schema.

A column without an annotation fails the tests. The data protection impact page is made of these (see page.py).
"""

from bot.storage.annotations.citizens import CITIZENS
from bot.storage.annotations.communities import COMMUNITIES
from bot.storage.annotations.officials import OFFICIAL_TABLES
from bot.storage.annotations.terms import Column, Personal, Table
from bot.storage.annotations.upkeep import UPKEEP

GROUPS = {
    "People who ask": CITIZENS,
    "Communities and their moderators": COMMUNITIES,
    "Officials": OFFICIAL_TABLES,
    "What the database needs for itself": UPKEEP,
}
"""Tables by name, in the groups in which they are shown."""
TABLES = {name: table for group in GROUPS.values() for name, table in group.items()}

__all__ = ["GROUPS", "TABLES", "Column", "Personal", "Table"]
