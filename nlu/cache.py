"""Where what takes long to work out is kept from one training to the next."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Signpost's folder in the user's own cache folder, which need not be there yet."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "signpost")
