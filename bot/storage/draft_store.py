"""Drafts on their way to a release, and every text that an answer has had."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from bot.errors import DraftError
from bot.storage.database import Database, now

ANSWER, QUESTIONS, OUT_OF_SCOPE = "answer", "questions", "out_of_scope"
"""What a draft may be: see Draft."""
OPEN = ("draft", "submitted", "approved")
"""The states of what may still be published. The others are published, rejected and withdrawn."""


@dataclass(frozen=True)
class Draft:
    """A change to the answers. Times are as they are stored.

    `kind` is "answer" (a text, with questions to add), "questions" (questions to add to an answer) or "out_of_scope"
    (questions that no answer should get). `answer` is the slug, or the intent that out-of-scope questions go under.
    `writers` are all who have changed it, one a line. `content` is the whole file; `base_content` what it held when the
    draft began. `questions` are one a line.
    `candidate` is a built release, made from files of the digest `candidate_of`; where it couldn't be built, `problem`
    says why. `worse_reason` was given for `worse_what`: what was worse when it was approved, one a line, as
    bot.publishing.release_quality has it.
    """

    id: int
    kind: str
    service: str
    answer: str
    content: str
    questions: str
    base_content: str
    theme_id: int | None
    author: str
    edited_by: str
    writers: str
    state: str
    reason: str
    version: int
    submitted_at: str | None
    approved_by: str | None
    approved_at: str | None
    publish_at: str | None
    worse_reason: str
    worse_what: str
    candidate: int | None
    candidate_of: str | None
    problem: str
    is_correction: int
    created_at: str
    changed_at: str
    published_at: str | None
    release: str | None
    announced_at: str | None

    @property
    def is_open(self) -> bool:
        """Whether it may still be published."""
        return self.state in OPEN

    @property
    def asked(self) -> list[str]:
        """The questions that it adds."""
        return self.questions.splitlines()


@dataclass(frozen=True)
class Version:
    """A text that an answer had from a time on."""

    id: int
    answer: str
    content: str
    questions: str
    author: str
    approved_by: str
    reason: str
    release: str
    draft_id: int | None
    published_at: str


_COLUMNS = ", ".join(f"coalesce({field.name}, '')" if field.type == "str" else field.name for field in fields(Draft))
_VERSION = ", ".join(f"coalesce({field.name}, '')" if field.type == "str" else field.name for field in fields(Version))


class DraftStore:
    """A draft is changed only by who has seen its newest version, or only from the state it was seen in."""

    def __init__(self, database: Database) -> None:
        """Keep them in a database."""
        self._database = database

    async def get(self, draft_id: int) -> Draft | None:
        """A draft by its number."""
        drafts = await self._drafts("where id = ?", draft_id)
        return drafts[0] if drafts else None

    async def in_states(self, states: Collection[str], limit: int = 100, offset: int = 0) -> Sequence[Draft]:
        """The drafts in some states, changed last first."""
        where = "where state in (select value from json_each(?)) order by changed_at desc, id desc limit ? offset ?"
        return await self._drafts(where, json.dumps(list(states)), limit, offset)

    async def counts(self) -> dict[str, int]:
        """How many drafts are in each state."""
        return dict(await self._database.read("select state, count(*) from drafts group by state"))

    async def of_answer(self, answer: str, states: Collection[str] = OPEN) -> Sequence[Draft]:
        """The drafts of an answer in some states, oldest first."""
        where = "where answer = ? and state in (select value from json_each(?)) order by id"
        return await self._drafts(where, answer, json.dumps(list(states)))

    async def unannounced(self) -> Sequence[Draft]:
        """What is published, of which those who asked have yet to be told."""
        return await self._drafts("where state = 'published' and announced_at is null order by published_at")

    async def add(self, row: Mapping[str, Any]) -> Draft:
        """Add a draft."""
        full = {**row, "edited_by": row["author"], "writers": row["author"], "state": "draft", "version": 1}
        full |= {"created_at": now(), "changed_at": now()}
        draft_id = await self._database.run(lambda: self._database.insert("drafts", full))
        draft = await self.get(draft_id)
        assert draft
        return draft

    async def change(self, draft: Draft, changes: Mapping[str, Any]) -> int:
        """Change a draft, and return its new version; 0 where somebody else has changed it since it was read."""
        newest = draft.version + 1
        row = {**changes, "changed_at": now(), "version": newest}
        sets = ", ".join(f"{name} = ?" for name in row)
        sql = f"update drafts set {sets} where id = ? and version = ? and state = ?"
        parameters = (*row.values(), draft.id, draft.version, draft.state)
        return await self._database.run(lambda: newest if self._database.execute(sql, *parameters).rowcount else 0)

    async def note_candidate(self, drafts: Sequence[Draft], number: int | None, digest: str, problem: str = "") -> None:
        """Note what was built of drafts as they were read; a draft that has been changed since is left alone."""
        sql = "update drafts set candidate = ?, candidate_of = ?, problem = ? where id = ? and version = ?"

        def write() -> None:
            with self._database.transaction():
                for draft in drafts:
                    self._database.execute(sql, number, digest, problem, draft.id, draft.version)

        await self._database.run(write)

    async def note_problem(self, draft: Draft, problem: str) -> None:
        """Note why a draft could not be published; it is tried again. One that has been changed since is left alone."""
        sql = "update drafts set problem = ? where id = ? and version = ?"
        await self._database.run(lambda: self._database.execute(sql, problem, draft.id, draft.version))

    async def publish(self, drafts: Sequence[Draft], release: str, live: Mapping[str, str]) -> None:
        """Note that drafts are live with a release, all or none; `live` holds the texts of answers by slug.

        Raises DraftError where one of them has been changed since it was read, such as taken back.
        """
        at = now()

        def write() -> None:
            with self._database.transaction():
                for draft in drafts:
                    if draft.kind != OUT_OF_SCOPE:
                        text = draft.content if draft.kind == ANSWER else live[draft.answer]
                        self._keep_text_until_now(draft, at)
                        self._database.insert("answer_versions", _version_row(draft, text, release, at))
                    if not self._database.execute(_PUBLISHED, at, release, draft.id, draft.version).rowcount:
                        raise DraftError(
                            f"The draft of {draft.answer} was changed while it was being published: nothing went live."
                        )

        await self._database.run(write)

    async def announced(self, draft: Draft) -> None:
        """Note that those who asked are being told."""
        sql = "update drafts set announced_at = ? where id = ?"
        await self._database.run(lambda: self._database.execute(sql, now(), draft.id))

    async def versions(self, answer: str) -> Sequence[Version]:
        """The texts that an answer has had, newest first."""
        sql = f"select {_VERSION} from answer_versions where answer = ? order by id desc limit 100"
        return [Version(*row) for row in await self._database.read(sql, answer)]

    async def candidates_in_use(self) -> set[int]:
        """The numbers of the candidates that drafts still open refer to."""
        sql = "select candidate from drafts where candidate is not null and state in (select value from json_each(?))"
        return {number for (number,) in await self._database.read(sql, json.dumps(OPEN))}

    def _keep_text_until_now(self, draft: Draft, at: str) -> None:
        """A text that stands in no version was there before the console, or was changed by hand in the files."""
        last = self._database.fetch(
            "select content from answer_versions where answer = ? order by id desc limit 1", draft.answer
        )
        if not draft.base_content or (last and last[0][0] == draft.base_content):
            return
        reason = "Changed by hand in the files." if last else "As it was before its first change in the console."
        row = {"answer": draft.answer, "content": draft.base_content, "questions": "", "author": "", "reason": reason}
        self._database.insert("answer_versions", {**row, "published_at": at})

    async def _drafts(self, where: str, *parameters: Any) -> list[Draft]:
        return [Draft(*row) for row in await self._database.read(f"select {_COLUMNS} from drafts {where}", *parameters)]


_PUBLISHED = (
    "update drafts set state = 'published', published_at = ?, release = ?, version = version + 1 "
    "where id = ? and version = ? and state = 'approved'"
)


def _version_row(draft: Draft, text: str, release: str, at: str) -> dict[str, Any]:
    return {
        "answer": draft.answer,
        "content": text,
        "questions": draft.questions,
        "author": draft.edited_by,
        "approved_by": draft.approved_by,
        "reason": draft.reason,
        "release": release,
        "draft_id": draft.id,
        "published_at": at,
    }
