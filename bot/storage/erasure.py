"""The end of erased words in the file itself."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime, timezone

from bot.errors import tried_again
from bot.storage.database import Database

logger = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
"""How long the words of deleted and joined messages may be left in the file, if nobody asks to be forgotten sooner."""
REST_FACTOR = 100
"""Or so many times as long as it takes: messages wait behind it, a quarter of a second with 45,000 questions."""
NIGHT = range(2, 5)
"""The hours (UTC) in which the file may be written anew: messages wait behind it, two seconds with 45,000 questions."""


class Erasure:
    """Erased rows are overwritten at once, but words live on in the search index and the write-ahead log.

    FTS5 only notes that a word is gone, until it merges its segments; and pages in the write-ahead log stay as they
    were, until it is emptied. Now and then SQLite leaves a copy of a row in the free space of a page from which it
    moved it, and erases only the row: so after a day with erasures, the file is written anew at night. What is left to
    do is noted in the database, so that no crash makes it forgotten.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc)) -> None:
        """See to a database."""
        self._database, self._clock = database, clock

    async def keep_finishing(self) -> None:
        """Finish what has been erased, now and then, until cancelled. Trouble is logged and tried again."""
        while True:
            began = time.monotonic()
            with tried_again(logger, "What has been erased could not be taken out of the file."):
                await (self.rewrite() if self._clock().hour in NIGHT else self.finish())
            await asyncio.sleep(max(EVERY_SECONDS, REST_FACTOR * (time.monotonic() - began)))

    async def finish(self) -> bool:
        """Take what has been erased out of the search index and the write-ahead log; whether it is out of both.

        It isn't where the file is being read just now. Raises QuestionLogError.
        """
        return await self._is("done") or await self._database.run(self._finish)

    async def rewrite(self) -> bool:
        """Finish, and write the file anew if words have been erased since it was; whether none can be left.

        Raises QuestionLogError.
        """
        return await self._is("rewritten") or await self._database.run(self._rewrite)

    async def _is(self, what: str) -> bool:
        ((is_so,),) = await self._database.read(f"select asked = {what} from erasures")
        return bool(is_so)

    def _finish(self) -> bool:
        asked = self._merge()
        return self._empty_log() and self._note("done", asked)

    def _rewrite(self) -> bool:
        asked = self._merge()
        self._database.fetch("vacuum")
        return self._empty_log() and self._note("done", asked) and self._note("rewritten", asked)

    def _merge(self) -> int:
        """Merge the search index; returns how often words had been erased by then."""
        with self._database.transaction():
            # FTS5 can also merge in steps ('merge', -n), but damages the index where words are added between them.
            self._database.execute("insert into questions_fts (questions_fts) values ('optimize')")
            ((asked,),) = self._database.fetch("select asked from erasures")
        return int(asked)

    def _empty_log(self) -> bool:
        """Empty the write-ahead log, without waiting for those who read it; whether it is empty."""
        ((patience,),) = self._database.fetch("pragma busy_timeout")
        self._database.fetch("pragma busy_timeout = 0")
        try:
            ((is_busy, *_),) = self._database.fetch("pragma wal_checkpoint(truncate)")
        finally:
            self._database.fetch(f"pragma busy_timeout = {patience}")
        return not is_busy

    def _note(self, what: str, asked: int) -> bool:
        self._database.execute(f"update erasures set {what} = max({what}, ?)", asked)
        return True
