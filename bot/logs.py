"""What the commands that serve write to standard error: one line for each trouble, not one for each message."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable

from cachetools import LRUCache

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
REPEAT_SECONDS = 60.0
MAX_REMEMBERED = 1000


class Once(logging.Filter):
    """Lets a warning or an error through once a minute; the next time, it says how often it came meanwhile."""

    def __init__(self, seconds: float = REPEAT_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        """Remember nothing yet."""
        super().__init__()
        self._seconds, self._clock = seconds, clock
        # When each text was last let through, and how often it has been held back since.
        self._last: LRUCache[str, tuple[float, int]] = LRUCache(MAX_REMEMBERED)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is written."""
        if record.levelno < logging.WARNING:
            return True
        text, moment = record.getMessage(), self._clock()
        at, held_back = self._last.get(text, (moment - self._seconds, 0))
        if moment - at < self._seconds:
            self._last[text] = at, held_back + 1
            return False
        self._last[text] = moment, 0
        if held_back:
            record.msg, record.args = f"{text} (And {held_back} times in between.)", ()
        return True


def log_to_stderr() -> None:
    """Write everything from information on to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Once())
    logging.basicConfig(level=logging.INFO, format=FORMAT, handlers=[handler])
