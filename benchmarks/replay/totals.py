"""What must add up: the platforms' own tallies, the log, the metrics and the exports."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
from platforms.results import barred
from prometheus_client.parser import text_string_to_metric_families

from bot.messages import Outcome
from bot.storage.database import DATABASE_FILE, read_only
from replay.crowd import Tally

Totals = dict[str, int]


class LogTotals:
    """The question log as it stands on disk."""

    def __init__(self, folder: Path) -> None:
        """Read a data folder's log."""
        self._db = read_only(folder / DATABASE_FILE)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return list(self._db.execute(sql))

    def outcomes(self, where: str = "true") -> Totals:
        """How many questions have each outcome."""
        return dict(self.rows(f"select outcome, count(*) from questions where {where} group by 1"))  # type: ignore[arg-type]  # noqa: S608

    def votes(self, where: str = "true") -> tuple[int, int]:
        """How many found their replies helpful, and how many did not, as counted beside the questions."""
        sql = f"select coalesce(sum(helpful), 0), coalesce(sum(unhelpful), 0) from questions where {where}"  # noqa: S608
        return self.rows(sql)[0]  # type: ignore[return-value]

    def themes(self) -> tuple[int, int]:
        """How many questions that want an answer by their outcome are in no theme, and how many questions are."""
        left = (
            "select count(*) from questions q where q.text is not null and q.outcome like 'unanswered%' "
            "and not exists (select 1 from theme_questions t where t.question_id = q.id)"
        )
        placed = "select count(*) from theme_questions"
        return self.rows(left)[0][0], self.rows(placed)[0][0]


def faults(folder: Path, tallies: Sequence[Tally]) -> dict[str, dict[str, float]]:
    """What each person was told and pressed, against the log: every fault has the bar 0."""
    log = LogTotals(folder)
    found = {(row[0], int(row[1])): row[2:] for row in log.rows(_QUESTIONS)}
    told = {(tally.platform, number): tally for tally in tallies for number in tally.numbers}
    votes = {(row[0], int(row[1])): row[2:] for row in log.rows(_VOTES)}
    wrong_votes = sum(
        votes.get((tally.platform, number), (0, 0)) != (tally.helpful[number], tally.unhelpful[number])
        for tally in tallies
        for number in tally.numbers
    )
    silent = {outcome.value for outcome in Outcome if outcome.is_silent}
    return {
        "without_outcome": barred(sum(key not in found for key in told), 0),
        "with_several_outcomes": barred(sum(row[1] > 1 for row in found.values()), 0),
        "outcome_not_as_told": barred(
            sum(key in found and found[key][0] != tally.outcomes[key[1]] for key, tally in told.items()), 0
        ),
        "not_one_reply": barred(
            sum(tally.posts[key[1]] != (tally.outcomes[key[1]] not in silent) for key, tally in told.items()), 0
        ),
        "still_owed_or_dropped": barred(log.rows(_OWED)[0][0], 0),
        "replies_with_wrong_votes": barred(wrong_votes, 0),
    }


async def disagreements(folder: Path, tallies: Sequence[Tally], metrics: str, console: httpx.AsyncClient) -> list[str]:
    """Where the crowd's own count, the log, the metrics and the exports differ, in words."""
    log = LogTotals(folder)
    crowd = Counter(outcome for tally in tallies for outcome in tally.outcomes)
    votes = (sum(sum(tally.helpful) for tally in tallies), sum(sum(tally.unhelpful) for tally in tallies))
    kept = "text is not null"
    counted = await _metrics(metrics)
    checks: list[tuple[str, object, object]] = [
        ("the log's outcomes", log.outcomes(), dict(crowd)),
        ("the log's votes", log.votes(), votes),
        ("the votes themselves", log.rows(_COUNTED)[0], votes),
        ("the metrics' outcomes", counted["signpost_outcomes"], dict(crowd)),
        ("the metrics' presses", sum(counted["signpost_presses"].values()), sum(t.presses for t in tallies)),
        ("the metrics' deliveries", sum(counted["signpost_delivered"].values()), sum(sum(t.posts) for t in tallies)),
    ]
    for name, rows in (("CSV", await _csv(console)), ("JSON", await _json(console))):
        outcomes = dict(Counter(row["outcome"] for row in rows))
        sums = tuple(sum(int(row[column]) for row in rows) for column in ("helpful", "unhelpful"))
        checks += [(f"the {name} export's outcomes", outcomes, log.outcomes(kept))]
        checks += [(f"the {name} export's votes", sums, log.votes(kept))]
    return [f"{what}: {found}, not {expected}" for what, found, expected in checks if found != expected]


async def _metrics(address: str) -> dict[str, Totals]:
    """The bot's counters, by their last label: what became of it, the button, or what was done."""
    labels = {"signpost_outcomes": "outcome", "signpost_presses": "kind", "signpost_delivered": "action"}
    async with httpx.AsyncClient(timeout=60) as client:
        text = (await client.get(address)).text
    counted: dict[str, Counter[str]] = {name: Counter() for name in labels}
    for family in text_string_to_metric_families(text):
        for sample in family.samples if family.name in labels else ():
            if sample.name == f"{family.name}_total":
                counted[family.name][sample.labels[labels[family.name]]] += int(sample.value)
    return {name: dict(counter) for name, counter in counted.items()}


async def _csv(console: httpx.AsyncClient) -> list[dict[str, Any]]:
    text = (await console.get("/search/questions.csv")).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def _json(console: httpx.AsyncClient) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((await console.get("/search/questions.json")).content)
    return rows


_QUESTIONS = "select platform, message_id, min(outcome), count(*) from questions group by 1, 2"
_VOTES = """
    select q.platform, q.message_id, sum(f.helpful), sum(1 - f.helpful)
    from feedback f join questions q on q.id = f.question_id group by f.question_id
"""
_COUNTED = "select coalesce(sum(helpful), 0), coalesce(sum(1 - helpful), 0) from feedback"
_OWED = "select count(*) from outbox where delivered_at is null"
