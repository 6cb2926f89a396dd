"""What must outlast a power cut."""

from __future__ import annotations

import os
from pathlib import Path


def put_on_disk(path: Path) -> None:
    """Wait until what was written to a file, or renamed in a folder, is on the disk itself. Raises OSError."""
    # Closing a file lets go of the process's locks on it: none that SQLite keeps on its files may be closed here but
    # the write-ahead log, on which it keeps none.
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
