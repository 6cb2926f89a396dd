"""Drafts: changes to the answers, from an author to a second person's approval."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone

from bot.answers import SLUG
from bot.errors import DraftError, ReleaseError
from bot.publishing.answer_fields import AnswerFields, fields_of
from bot.publishing.answer_files import AnswerFiles, Texts
from bot.publishing.question_files import clean_questions, question_key
from bot.publishing.release_quality import what_is_worse
from bot.publishing.warnings import Reviewer
from bot.releases import Release, ReleaseStore
from bot.storage.database import as_stored
from bot.storage.draft_store import ANSWER, OPEN, OUT_OF_SCOPE, QUESTIONS, Draft, DraftStore

KINDS = {ANSWER: "Answer", QUESTIONS: "More example questions", OUT_OF_SCOPE: "Not for us"}
OUT_OF_SCOPE_INTENTS = ("near_miss", "community_talk")
"""What may be said of questions that no answer is for: a question near to our subjects, or talk among people."""
CHANGEABLE = ("draft", "submitted", "rejected")
"""The states of what may be written on. An approval must be taken back first."""
REVIEW_DAYS = 182
MAX_QUESTIONS = 200
MAX_REASON = 500


class StaleDraftError(DraftError):
    """A draft has changed since the form was shown; `newest` is how it stands now."""

    def __init__(self, newest: Draft) -> None:
        super().__init__("This draft has changed since you opened it: nothing of yours was saved.")
        self.newest = newest


class ConflictError(DraftError):
    """A file has been changed beneath a draft."""


class Drafts:
    """Everything that may become of a draft before it is published."""

    def __init__(
        self,
        store: DraftStore,
        files: AnswerFiles,
        reviewer: Reviewer,
        releases: ReleaseStore,
        candidates: ReleaseStore,
    ) -> None:
        """Keep drafts in a store, beside a checkout's files and the releases built from them."""
        self.store = store
        self.files = files
        self.reviewer = reviewer
        self.releases = releases
        self.candidates = candidates

    async def get(self, draft_id: int) -> Draft | None:
        """A draft by its number."""
        return await self.store.get(draft_id)

    async def create(
        self,
        kind: str,
        service: str,
        answer: str,
        content: str | None = None,
        questions: str | Iterable[str] = (),
        theme_id: int | None = None,
        author: str = "",
        is_correction: bool = False,
    ) -> Draft:
        """Begin a draft.

        `content` is a whole file; without one, the draft begins with the answer as it is live. Raises DraftError.
        """
        if kind not in KINDS:
            raise DraftError(f"A draft is one of {', '.join(KINDS)}.")
        if kind == OUT_OF_SCOPE and answer not in OUT_OF_SCOPE_INTENTS:
            raise DraftError(f"What no answer is for is one of {', '.join(OUT_OF_SCOPE_INTENTS)}.")
        live = "" if kind == OUT_OF_SCOPE else await asyncio.to_thread(self._live, service, answer)
        if kind == QUESTIONS and not live:
            raise DraftError(f"There is no answer {answer} to add questions to.")
        return await self.store.add(
            {
                "kind": kind,
                "service": OUT_OF_SCOPE if kind == OUT_OF_SCOPE else service,
                "answer": answer,
                "content": (content if kind == ANSWER else live) or live or new_answer().content(),
                "questions": "\n".join(_cleaned(questions)),
                "base_content": live,
                "theme_id": theme_id,
                "author": author,
                "is_correction": int(is_correction),
            }
        )

    async def edit(
        self, draft: Draft, version: int, content: str, questions: str, by: str, is_correction: bool = False
    ) -> Draft:
        """Save what somebody made of a draft's version; it is to be submitted (again) then. Raises DraftError.

        Raises StaleDraftError where it is no longer the newest.
        """
        if draft.version != version:
            raise StaleDraftError(draft)
        _check_may_change(draft)
        changes = {
            "content": content if draft.kind == ANSWER else draft.content,
            "questions": "\n".join(_cleaned(questions)),
            "is_correction": int(is_correction),
            **_written_by(draft, by),
            **_BEGUN_ANEW,
        }
        return await self._change(draft, changes)

    async def rename(self, draft: Draft, service: str, answer: str) -> Draft:
        """Choose the service and the short name of an answer that is not live yet. Raises DraftError."""
        if draft.base_content or draft.kind != ANSWER or draft.state != "draft":
            raise DraftError("An answer keeps its service and its short name once it is live.")
        if await asyncio.to_thread(self._live, service, answer):
            raise DraftError(f"The short name {answer} is taken by an answer of {service}: choose another.")
        return await self._change(draft, {"service": service, "answer": answer})

    async def rebase(self, draft: Draft, version: int, by: str) -> Draft:
        """Say that a draft takes the place of the file as it is live now. Raises DraftError."""
        if draft.version != version:
            raise StaleDraftError(draft)
        _check_may_change(draft)
        live = await asyncio.to_thread(self._live, draft.service, draft.answer)
        return await self._change(draft, {"base_content": live, **_written_by(draft, by), **_BEGUN_ANEW})

    async def submit(self, draft: Draft, version: int, by: str, reason: str = "") -> Draft:
        """Ask for approval; a candidate is then built. Raises DraftError, also where the draft has faults.

        The reason for the change stands in the answer's history.
        """
        if draft.version != version:
            raise StaleDraftError(draft)
        if draft.state != "draft":
            raise DraftError(f"This draft is {draft.state}: it can't be sent for approval.")
        await asyncio.to_thread(self.check_conflict, draft)
        if faults := (await asyncio.to_thread(self.reviewer.review, draft, date.today())).faults:
            raise DraftError(f"This draft can't be sent for approval yet: {faults[0].text}")
        changes = {"state": "submitted", "submitted_at": _now(), "problem": "", "reason": reason.strip()[:MAX_REASON]}
        return await self._change(draft, changes)

    async def withdraw(self, draft: Draft, reason: str = "") -> Draft:
        """Give a draft up."""
        if not draft.is_open:
            raise DraftError(f"This draft is {draft.state}: it can't be withdrawn.")
        return await self._change(draft, {"state": "withdrawn", "reason": reason[:MAX_REASON]})

    async def reject(self, draft: Draft, by: str, reason: str) -> Draft:
        """Send a draft back with a reason."""
        if draft.state not in ("submitted", "approved"):
            raise DraftError(f"This draft is {draft.state}: it can't be rejected.")
        if not reason.strip():
            raise DraftError("Enter a reason, so that the author knows what to change.")
        return await self._change(draft, {**_NOT_APPROVED, "state": "rejected", "reason": reason.strip()[:MAX_REASON]})

    async def approve(
        self, draft: Draft, version: int, by: str, publish_at: datetime | None = None, worse_reason: str = ""
    ) -> Draft:
        """Approve a draft, to be published now or at a time. Raises DraftError, also for whoever wrote any of it."""
        if draft.version != version:
            raise StaleDraftError(draft)
        if draft.state != "submitted":
            raise DraftError(f"This draft is {draft.state}: it can't be approved.")
        if not may_approve(draft, by):
            raise DraftError("Somebody else must approve this draft: you wrote or changed it.")
        if publish_at and publish_at < datetime.now(timezone.utc) - timedelta(minutes=1):
            raise DraftError("Choose a time to publish that is still to come.")
        candidate = await asyncio.to_thread(self.candidate, draft)
        if candidate is None:
            raise DraftError("Wait until the release with this draft is built: you can then see how good it is.")
        worse = await asyncio.to_thread(lambda: what_is_worse(self.current(), candidate))
        if worse and not worse_reason.strip():
            raise DraftError("The release with this draft is worse: enter a reason to publish it all the same.")
        changes = {
            "state": "approved",
            "approved_by": by,
            "approved_at": _now(),
            "publish_at": as_stored(publish_at) if publish_at else None,
            "worse_reason": worse_reason.strip()[:MAX_REASON],
            "worse_what": "\n".join(worse),
            "problem": "",
        }
        return await self._change(draft, changes)

    async def take_back(self, draft: Draft) -> Draft:
        """Undo an approval before it is published."""
        if draft.state != "approved":
            raise DraftError(f"This draft is {draft.state}: there is no approval to take back.")
        return await self._change(draft, _NOT_APPROVED)

    async def send_back(self, draft: Draft, state: str, problem: str) -> None:
        """Undo an approval because the draft can't be published as it is, and say why."""
        await self.store.change(draft, {**_NOT_APPROVED, "state": state, "problem": problem})

    async def others_of(self, draft: Draft) -> Sequence[Draft]:
        """The other drafts of the same answer that may still be published."""
        return [other for other in await self.store.of_answer(draft.answer, OPEN) if other.id != draft.id]

    def candidate(self, draft: Draft) -> Release | None:
        """The candidate that was built of a draft, or None where there is none."""
        try:
            return self.candidates.get(draft.candidate) if draft.candidate else None
        except ReleaseError:
            return None

    def current(self) -> Release | None:
        """The release in use, or None where there is none that can be read."""
        try:
            number = self.releases.current_number()
            return self.releases.get(number) if number else None
        except ReleaseError:
            return None

    def live(self, draft: Draft) -> str:
        """The file of a draft's answer as it is now, or "" where there is none."""
        return self._live_or_nothing(draft)

    def check_conflict(self, draft: Draft) -> None:
        """Raises ConflictError where the file has been changed beneath a draft, other than to what the draft says."""
        if draft.kind == ANSWER and self._live_or_nothing(draft) not in (draft.base_content, draft.content):
            raise ConflictError(
                f"The answer {draft.answer} has been changed since this draft began: look at both, then decide."
            )

    def changes(self, drafts: Sequence[Draft]) -> Texts:
        """The files with drafts' changes made. Raises DraftError."""
        texts: Texts = {}
        for draft in drafts:
            if draft.kind == ANSWER:
                self.check_conflict(draft)
                path = self.files.answer_path(draft.service, draft.answer)
                if texts.get(path, draft.content) != draft.content:
                    raise ConflictError(
                        f"Two drafts give the answer {draft.answer} different texts: publish one first."
                    )
                texts = {**texts, path: draft.content}
            if draft.asked:
                texts = self.files.with_questions(texts, draft.service, draft.answer, draft.asked)
        return {path: text for path, text in texts.items() if self.files.text(path) != text}

    def _live(self, service: str, answer: str) -> str:
        return self.files.text(self.files.answer_path(service, answer))

    def _live_or_nothing(self, draft: Draft) -> str:
        try:
            return "" if draft.kind == OUT_OF_SCOPE else self._live(draft.service, draft.answer)
        except DraftError:
            return ""

    async def _change(self, draft: Draft, changes: Mapping[str, object]) -> Draft:
        version = await self.store.change(draft, changes)
        newest = await self.store.get(draft.id)
        assert newest
        if not version:
            raise StaleDraftError(newest)
        return newest


_NOT_APPROVED = {
    "state": "submitted",
    "approved_by": None,
    "approved_at": None,
    "publish_at": None,
    "worse_reason": "",
    "worse_what": "",
}
_BEGUN_ANEW = {**_NOT_APPROVED, "state": "draft", "candidate": None, "candidate_of": None, "problem": ""}
"""What becomes of a draft that says something else now."""


def _check_may_change(draft: Draft) -> None:
    if draft.state not in CHANGEABLE:
        raise DraftError(f"This draft is {draft.state}: it can't be changed any more.")


def may_approve(draft: Draft, by: str) -> bool:
    """Whether somebody has had no part in writing a draft."""
    return by.casefold() not in {writer.casefold() for writer in (draft.author, *draft.writers.split("\n"))}


def _written_by(draft: Draft, by: str) -> dict[str, str]:
    """What is noted when somebody changes a draft."""
    writers = dict.fromkeys([*draft.writers.split("\n"), by])
    return {"edited_by": by, "writers": "\n".join(filter(None, writers))}


def new_answer(title: str = "", owner: str = "") -> AnswerFields:
    """The fields of an answer that is yet to be written."""
    today = date.today()
    due = today + timedelta(days=REVIEW_DAYS)
    return AnswerFields(title=title, owner=owner, reviewed=today.isoformat(), review_by=due.isoformat())


def title_of(draft: Draft) -> str:
    """What a draft is called in lists."""
    return (draft.kind == ANSWER and fields_of(draft.content).title) or draft.answer.replace("_", " ")


def slug_of(title: str) -> str:
    """A short name made of a title."""
    words = question_key(title).replace(" ", "_")
    slug = "".join(letter for letter in words if letter.isascii()).strip("_0123456789")[:39].rstrip("_")
    return slug if SLUG.match(slug) else ""


def _cleaned(questions: str | Iterable[str]) -> list[str]:
    cleaned = clean_questions(questions if isinstance(questions, str) else "\n".join(questions))
    if len(cleaned) > MAX_QUESTIONS:
        raise DraftError(f"Add at most {MAX_QUESTIONS} example questions at a time.")
    return cleaned


def _now() -> str:
    return as_stored(datetime.now(timezone.utc))
