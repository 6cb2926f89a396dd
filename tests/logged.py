"""A question log with what a test needs in it, and a release of answers that needs no model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

from bot.app import Project
from bot.decision import Thresholds
from bot.releases import ANSWERS_FOLDER, MODEL_FILE, Manifest
from bot.storage.database import Database, as_stored
from tests.factories import answer_file, rates_file

_numbers = count(1)
MODERATOR = "a-moderators-pseudonym"


class Logged:
    """Writes rows as the bots would."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def question(self, text: str | None = "how much is it", up: int = 0, down: int = 0, **values: Any) -> int:
        """Log a question, by default one answered a minute ago, with votes on it; returns its id."""
        minutes = values.pop("minutes_ago", 1)
        number = next(_numbers)
        row = {
            "asked_at": ago(minutes=minutes), "platform": "discord", "community": "10", "channel": "11",
            "message_id": f"m{number}", "asker": f"person{number}", "addressed": 1, "text": text,
            "outcome": "answered", "answer": "pay", "confidence": 0.9, "candidates": "[]", "release": "0001", **values,
        }  # fmt: skip
        if row["outcome"] != "answered":
            row["answer"] = None
        made = self._insert("questions", row)
        for helpful in (*[1] * up, *[0] * down):
            self.vote(made, f"voter{next(_numbers)}", helpful)
        return made

    def vote(self, question: int, asker: str, helpful: int) -> None:
        """A vote, in place of an earlier one of the same person."""
        row = {"question_id": question, "asker": asker, "helpful": helpful, "given_at": ago()}
        self._insert("feedback", row, "or replace")

    def choose(self, question: int, answer: str) -> None:
        """Somebody picks an answer that was offered."""
        self._insert("choices", {"question_id": question, "asker": "a", "answer": answer, "chosen_at": ago()})

    def community(self, community: str = "10", name: str = "Parents of Leeds", **values: Any) -> None:
        """A community that the bot is in."""
        row = {"platform": "discord", "community": community, "name": name, "joined_at": ago(days=50), **values}
        self._insert("communities", row)

    def change(self, name: str, value: str, channel: str = "") -> None:
        """A setting that a moderator changed; the value is JSON."""
        where = {"platform": "discord", "community": "10", "channel": channel}
        self._insert(
            "settings_changes", {**where, "name": name, "value": value, "changed_at": ago(), "changed_by": MODERATOR}
        )

    def owed(self, question: int, **values: Any) -> None:
        """A reply that is owed, unless it is said to be delivered or dropped."""
        row = {"question_id": question, "reply": "", "created_at": ago(), "platform": "discord", "community": "10"}
        self._insert("outbox", {**row, **values})

    def theme(self, title: str, **values: Any) -> int:
        """A theme."""
        row = {"title": title, "state": "new", "created_at": ago(days=1), "people": 1, **values}
        return self._insert("themes", row)

    def draft(self, answer: str, state: str = "submitted", **values: Any) -> int:
        """A draft."""
        times = {"submitted_at": ago(days=1), "created_at": ago(days=2), "changed_at": ago(days=1)}
        row = {
            "kind": "answer",
            "answer": answer,
            "author": "Ann",
            "edited_by": "Ann",
            "state": state,
            "version": 1,
            **times,
            **values,
        }
        return self._insert("drafts", row)

    def _insert(self, table: str, row: Mapping[str, Any], otherwise: str = "") -> int:
        return self._database.run_now(lambda: self._database.insert(table, row, otherwise))


def ago(**span: float) -> str:
    """A time that has passed, as it is stored."""
    return as_stored(datetime.now(timezone.utc) - timedelta(**span))


def release_of(project: Project, *, review_by: str = "2099-01-01", valid_to: str = "2099-04-05") -> None:
    """Make a release current whose model is no model: two answers with a rate."""
    manifest = Manifest("2026-11-22T10:00:00+00:00", Thresholds(0.6, 0.9, 0.3, 0.5), {}, {}, {}, 2, 10, "3.6.21")
    with project.releases.building() as folder:
        answers = folder / ANSWERS_FOLDER
        rates_file(answers, f"weekly,Weekly rate,194.32,GBP/week,2020-04-06,{valid_to},https://www.gov.uk/r,2026-11-22")
        answer_file(answers, "pay", review_by=review_by)
        lasting = {"title": "Debt relief orders", "body": "A DRO lasts 12 months.", "review_by": "2099-01-01"}
        answer_file(answers, "dro", service="debt", **lasting)
        (folder / MODEL_FILE).write_text("no model")
        project.releases.use(project.releases.add(folder, manifest).number)
