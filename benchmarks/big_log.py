"""A question log as large as a busy service's after three months, made in seconds."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np

from bot.storage.database import DATABASE_FILE, Database, as_stored

DAYS = 90
COMMUNITIES = 200
PEOPLE = 12_000
THEMES = 800
VECTOR_LENGTH = 384
MAX_CANDIDATES = 10
ASK_AGAIN = 0.1
"""The share of questions that the same person asks right after another."""
DRAFTS = 60
OUTCOMES = {
    "answered": 52,
    "clarify": 9,
    "unanswered_low_confidence": 14,
    "unanswered_out_of_scope": 6,
    "unanswered_ambiguous": 3,
    "ignored_not_confident": 8,
    "small_talk": 3,
    "ignored_cooldown": 2,
    "urgent_help": 1,
    "withheld_personal_data": 1,
    "error_timeout": 1,
}
WORDLESS = ("urgent_help", "ignored_cooldown")
SHOWN = ("answered", "clarify")
WANTED = ("clarify", "unanswered_low_confidence", "unanswered_ambiguous", "unanswered_out_of_scope")
BODY = "You can get £194.32 a week for up to 39 weeks. Ask your employer for it at least 28 days before. " * 5


def fill_log(folder: Path, texts: Sequence[str], answers: Mapping[str, str], questions: int, votes: int) -> None:
    """Fill a new log. `texts` are what people ask, and `answers` the files of the answers by slug."""
    Database(folder).close()
    maker = _Maker(texts, answers, questions)
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as db:
        db.execute("pragma synchronous = off")
        _insert(db, "communities", maker.communities())
        _insert(db, "questions", maker.questions())
        _insert(db, "outbox", maker.outbox())
        _insert(db, "themes", maker.themes())
        for table, rows in maker.of_unanswered().items():
            _insert(db, table, rows)
        _insert(db, "feedback", maker.feedback(votes), "or ignore")
        _insert(db, "choices", maker.choices())
        _insert(db, "drafts", maker.drafts())
        _insert(db, "answer_versions", maker.answer_versions())
        _insert(db, "settings_changes", maker.settings_changes())
        _insert(db, "audit", maker.audit())
        db.commit()


class _Maker:
    """Makes the rows of every table; with one seed, so that two runs measure the same log."""

    def __init__(self, texts: Sequence[str], answers: Mapping[str, str], questions: int) -> None:
        self._random = random.Random(5)  # noqa: S311 -- no secret
        self._texts, self._answers, self._slugs = texts, answers, list(answers)
        self._until = datetime.now(timezone.utc)
        self._outcomes = self._random.choices(list(OUTCOMES), list(OUTCOMES.values()), k=questions)
        self._times = sorted(
            self._until - timedelta(days=DAYS * self._random.random() ** 1.2) for _ in range(questions)
        )
        self._weights = [1 / rank for rank in range(1, len(answers) + 1)]
        self._communities = [(("discord", "telegram")[n % 2], str(1000 + n)) for n in range(COMMUNITIES)]
        self._popular = [1 / rank for rank in range(1, COMMUNITIES + 1)]

    def communities(self) -> Iterator[dict[str, Any]]:
        for number, (platform, community) in enumerate(self._communities):
            left = self._stored(self._until) if number % 40 == 39 else None
            yield {
                "platform": platform, "community": community, "name": f"Parents of town {number}",
                "joined_at": self._stored(self._times[0]), "left_at": left,
            }  # fmt: skip

    def questions(self) -> Iterator[dict[str, Any]]:
        places = self._random.choices(self._communities, self._popular, k=len(self._outcomes))
        who: dict[str, str] = {}
        for number, (outcome, asked, place) in enumerate(zip(self._outcomes, self._times, places), 1):
            if not who or self._random.random() > ASK_AGAIN:
                channel, asker = f"{place[1]}-{self._random.randrange(3)}", f"{self._random.randrange(PEOPLE):032x}"
                who = {"platform": place[0], "community": place[1], "channel": channel, "asker": asker}
            slugs = self._random.choices(self._slugs, self._weights, k=MAX_CANDIDATES)
            scores = sorted((self._random.random() for _ in slugs), reverse=True)
            candidates = [{"answer": slug, "confidence": score} for slug, score in zip(slugs, scores)]
            yield {
                "id": number, "asked_at": self._stored(asked), **who, "thread": "", "message_id": str(number),
                "addressed": self._random.randrange(2), "text": None if outcome in WORDLESS else self._text(),
                "personal_data": "[]", "outcome": outcome, "answer": slugs[0] if outcome == "answered" else None,
                "confidence": scores[0], "candidates": json.dumps(candidates), "release": "0001",
            }  # fmt: skip

    def outbox(self) -> Iterator[dict[str, Any]]:
        reply = json.dumps({"body": BODY, "sources": [], "choices": []})
        for number, (outcome, asked) in enumerate(zip(self._outcomes, self._times), 1):
            if outcome.startswith("ignored"):
                continue
            platform, community = self._communities[number % COMMUNITIES]
            is_dropped = number % 100 == 0
            at = self._stored(asked)
            yield {
                "question_id": number, "reply": reply, "created_at": at, "delivered_at": None if is_dropped else at,
                "dropped_at": at if is_dropped else None, "drop_reason": "too_old" if is_dropped else None,
                "platform": platform, "community": community, "channel": f"{community}-0", "thread": "",
                "reply_to": str(number), "action": "post",
            }  # fmt: skip

    def feedback(self, votes: int) -> Iterator[dict[str, Any]]:
        shown = [number for number, outcome in enumerate(self._outcomes, 1) if outcome in SHOWN]
        # A few more than asked for: some are of the same person on the same reply.
        for _ in range(int(votes * 1.01)):
            number = self._random.choice(shown)
            yield {
                "question_id": number, "asker": f"{self._random.randrange(PEOPLE):032x}",
                "helpful": int(self._random.random() < 0.7), "given_at": self._stored(self._times[number - 1]),
            }  # fmt: skip

    def themes(self) -> Iterator[dict[str, Any]]:
        states = self._random.choices(["new", "in_hand", "answered", "out_of_scope"], [60, 15, 20, 5], k=THEMES)
        for number, state in enumerate(states, 1):
            people = int(300 / number) + 1
            is_closed = state not in ("new", "in_hand")
            yield {
                "id": number, "title": self._text(), "state": state, "subject": number // 4, "questions": people * 2,
                "people": people, "me_too": people // 2, "this_week": self._random.randrange(people + 1),
                "last_week": self._random.randrange(people + 1), "first_asked_at": self._stored(self._times[number]),
                "last_asked_at": self._stored(self._times[-number]), "created_at": self._stored(self._times[number]),
                "closed_at": self._stored(self._times[-number]) if is_closed else None,
            }  # fmt: skip

    def of_unanswered(self) -> dict[str, list[dict[str, Any]]]:
        """The rows that belong to questions in need of an answer, by table."""
        wanted = [number for number, outcome in enumerate(self._outcomes, 1) if outcome in WANTED]
        sizes = [1 / rank for rank in range(1, THEMES + 1)]
        themes = self._random.choices(range(1, THEMES + 1), sizes, k=len(wanted))
        vectors = np.random.default_rng(5).standard_normal((len(wanted), VECTOR_LENGTH)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        at = self._stored(self._until)
        return {
            "theme_questions": [{"question_id": number, "theme_id": theme} for number, theme in zip(wanted, themes)],
            "question_vectors": [
                {"question_id": n, "vector": vector.astype(np.float16).tobytes(), "scores": "{}", "release": "0001"}
                for n, vector in zip(wanted, vectors)
            ],
            "me_too": [{"question_id": n, "asker": f"{n % PEOPLE:032x}", "asked_at": at} for n in wanted],
        }

    def choices(self) -> Iterator[dict[str, Any]]:
        for number, outcome in enumerate(self._outcomes, 1):
            if outcome == "clarify" and number % 2:
                at = self._stored(self._times[number - 1])
                yield {"question_id": number, "asker": "a", "answer": self._random.choice(self._slugs), "chosen_at": at}

    def drafts(self) -> Iterator[dict[str, Any]]:
        at = self._stored(self._until)
        for number, (slug, content) in enumerate(list(self._answers.items())[:DRAFTS]):
            yield {
                "kind": "answer", "service": "debt", "answer": slug, "content": content, "base_content": content,
                "questions": "", "author": "Ann", "edited_by": "Ann", "version": 1, "created_at": at, "changed_at": at,
                "state": ("draft", "submitted", "published")[number % 3], "submitted_at": at,
            }  # fmt: skip

    def answer_versions(self) -> Iterator[dict[str, Any]]:
        at = self._stored(self._times[0])
        for slug, content in self._answers.items():
            yield {"answer": slug, "content": content, "questions": "", "author": "Ann", "published_at": at}

    def settings_changes(self) -> Iterator[dict[str, Any]]:
        for platform, community in self._communities:
            yield {
                "platform": platform, "community": community, "channel": "", "name": "mode", "value": '"questions"',
                "changed_at": self._stored(self._times[0]), "changed_by": "1",
            }  # fmt: skip

    def audit(self) -> Iterator[dict[str, Any]]:
        for number in range(5000):
            at = self._stored(self._times[number % len(self._times)])
            yield {
                "at": at,
                "by": "ann@example.org",
                "action": "theme.assigned",
                "subject": f"theme {number}",
                "detail": "{}",
            }

    def _text(self) -> str:
        """Two sentences at random, so that hardly any text comes twice."""
        return " ".join(self._random.sample(self._texts, 2))[:200]

    def _stored(self, moment: datetime) -> str:
        return as_stored(moment)


def _insert(
    db: sqlite3.Connection, table: str, rows: Iterator[dict[str, Any]] | list[dict[str, Any]], how: str = ""
) -> None:
    """Insert rows of one table that all have the same columns."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    sql = f"insert {how} into {table} ({','.join(first)}) values ({','.join('?' * len(first))})"  # noqa: S608 -- our own names
    db.execute(sql, tuple(first.values()))
    db.executemany(sql, (tuple(row.values()) for row in rows))
