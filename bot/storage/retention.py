"""Takes away what has been kept for long enough, in small steps. What is counted stays the same."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone

from bot.errors import tried_again
from bot.settings import RetentionSettings
from bot.storage.database import Database, as_stored
from bot.storage.key_rotation import drop_unused_keys, forget_dropped
from bot.storage.retention_rules import RULES, Rule

logger = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0
FIRST_SECONDS = 60.0
"""How long after the start it is first looked: what was asked while the bot was away comes first."""
ROWS = 50
"""Rows that are written at a time: messages wait behind them."""
FOUND = 5000
"""Rows that are looked for at a time, beside the writing."""
REST_FACTOR = 4
"""How many times as long as a step takes the writing is left to others."""
MAX_JUMP = timedelta(hours=1)
"""By how much the clock may have been put forward since the start, for what it says to be believed."""


class Retention:
    """Enforces RULES. A clock that is wrong would take away what is not old: where it jumps ahead, nothing is done."""

    def __init__(
        self,
        database: Database,
        settings: RetentionSettings,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        rest_factor: float = REST_FACTOR,
    ) -> None:
        """Enforce them in a database."""
        self._database = database
        self._settings = settings
        self._clock = clock
        self._rest_factor = rest_factor
        self._began, self._began_at = clock(), _ticks()

    async def keep_enforcing(self) -> None:
        """Run every hour, until cancelled. Trouble is logged and tried again."""
        await asyncio.sleep(FIRST_SECONDS)
        while True:
            with tried_again(logger, "What has been kept for long enough could not be taken away."):
                await self._run_and_tell()
            await asyncio.sleep(EVERY_SECONDS)

    async def run(self) -> Mapping[str, int]:
        """Take away what is old; how many rows that were, by rule. Raises QuestionLogError."""
        done = {rule.name: await self._enforce(rule) for rule in RULES}
        await forget_dropped(self._database)
        await drop_unused_keys(self._database)
        return done

    async def due(self) -> Mapping[str, int]:
        """How many rows are old now, by rule. What goes with others, such as vectors, is not counted."""
        counts = {}
        for rule in RULES:
            sql = f"select count(*) from {rule.table} as it where {rule.old}"
            ((counts[rule.name],),) = await self._database.read(sql, self._cutoff(rule))
        return counts

    async def _run_and_tell(self) -> None:
        elapsed = timedelta(seconds=_ticks() - self._began_at)
        if self._clock() - self._began - elapsed > MAX_JUMP:
            logger.error("The clock has jumped ahead, so nothing is taken away for its age: set it, and restart.")
            return
        done = await self.run()
        if any(done.values()):
            told = ", ".join(f"{name}: {count}" for name, count in done.items() if count)
            logger.info("What had been kept for long enough was taken away (%s).", told)

    def _cutoff(self, rule: Rule) -> str:
        """The time before which things are old: the beginning of a day."""
        today = self._clock().astimezone(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
        return as_stored(today - timedelta(days=days_of(rule, self._settings)))

    async def _enforce(self, rule: Rule) -> int:
        cutoff, count = self._cutoff(rule), 0
        find = f"select it.rowid from {rule.table} as it where {rule.old} limit {FOUND}"
        while found := [row for (row,) in await self._database.read(find, cutoff)]:
            done = 0
            for start in range(0, len(found), ROWS):
                done += await self._step(rule, cutoff, found[start : start + ROWS])
            count += done
            if not done:
                break
        return count

    async def _step(self, rule: Rule, cutoff: str, rows: Sequence[int]) -> int:
        took = 0.0

        def write() -> int:
            nonlocal took
            began = time.monotonic()
            with self._database.transaction():
                done, *_ = [self._database.execute(sql, cutoff, json.dumps(rows)).rowcount for sql in rule.steps]
            took = time.monotonic() - began
            return done

        done = await self._database.run(write)
        await asyncio.sleep(took * self._rest_factor)
        return done


def days_of(rule: Rule, settings: RetentionSettings) -> int:
    """For how many days what a rule is about is kept."""
    return rule.setting if isinstance(rule.setting, int) else int(getattr(settings, rule.setting))


def _ticks() -> float:
    """Seconds that no setting of the clock changes, and that go on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
