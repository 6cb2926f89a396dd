"""A small checkout with a database and releases, in which drafts are written, approved and published."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bot.classifier import Kind
from bot.decision import Thresholds
from bot.errors import TrainingError
from bot.publishing.answer_files import ANSWERS, AnswerFiles, Texts
from bot.publishing.candidates import BuildLine, OnLine
from bot.publishing.drafts import Drafts
from bot.publishing.publishing import Publishing
from bot.publishing.trial import Logged
from bot.publishing.warnings import Reviewer
from bot.releases import MODEL_FILE, TRIED_FILE, VERDICTS_FILE, Manifest, Release, ReleaseStore
from bot.settings import AnswerSettings
from bot.storage.build_store import Build, BuildStore
from bot.storage.draft_store import Draft, DraftStore
from connectors.plain_text import as_text
from tests.disk import Disk
from tests.factories import RATE_ROW, answer_file, rates_file, urgent_file

FIGURES = {
    "questions": 100.0,
    "right": 0.8,
    "right_or_offered": 0.9,
    "wrong": 0.02,
    "emergencies": 10.0,
    "urgent_right": 0.9,
}
QUESTIONS = 'version: "3.1"\n\nnlu:\n- intent: pay\n  examples: |\n    - how much do i get\n    - what is the pay\n'
AUTHOR, APPROVER = "ed@dwp.gov.uk", "ann@dwp.gov.uk"
BODY = "You get {{ rates.weekly }} a week.\n\nAsk your manager for it."


def make_checkout(root: Path) -> Path:
    """A checkout with one answer, its questions and what has no answer."""
    # What is written there is looked at as on the day of the test.
    rates_file(root / "answers", RATE_ROW.replace("2027-", "2099-"))
    answer_file(root / "answers", review_by="2099-11-22")
    urgent_file(root / "answers", check_by="2099-02-22")
    (root / "nlu" / "questions").mkdir(parents=True)
    (root / "nlu" / "questions" / "maternity.yml").write_text(QUESTIONS)
    other = QUESTIONS.replace("intent: pay", "intent: near_miss\n  metadata:\n    kind: out_of_scope")
    other = other.replace("how much do i get", "what is the time").replace("what is the pay", "who won")
    (root / "nlu" / "questions" / "out_of_scope.yml").write_text(other)
    (root / "config.yml").write_text("language: en\n")
    return root


class QuickBuilder:
    """Builds releases without a model, in no time, or when `gate` is opened."""

    def __init__(self, files: AnswerFiles, candidates: ReleaseStore) -> None:
        """Build from a checkout's files."""
        self.files = files
        self.candidates = candidates
        self.figures: dict[str, float] = FIGURES
        self.problem = ""
        self.gate = asyncio.Event()
        self.gate.set()
        self.built: list[Texts] = []
        self.asked: Sequence[Logged] = ()
        self.tried = b'{"live": "", "asked": 0, "moved": []}'

    async def build(self, texts: Texts, asked: Sequence[Logged], on_line: OnLine) -> int:
        """Build."""
        await on_line(BuildLine("Learning", 0.5))
        await self.gate.wait()
        if self.problem:
            raise TrainingError(self.problem)
        self.built.append(texts)
        self.asked = asked
        return self.release(self.candidates, texts).number

    def release(self, store: ReleaseStore, texts: Texts | None = None) -> Release:
        """A release of the files with changes made."""
        with store.building() as folder:
            self.files.stage(folder / "all", texts or {})
            shutil.move(folder / "all" / ANSWERS, folder / ANSWERS)
            shutil.rmtree(folder / "all")
            (folder / MODEL_FILE).write_text(self.files.digest(texts))
            (folder / VERDICTS_FILE).write_text("[]")
            (folder / TRIED_FILE).write_bytes(self.tried)
            manifest = Manifest(
                created_at="2026-11-22T10:00:00+00:00",
                thresholds=Thresholds(0.6, 0.9, 0.3, 0.5),
                calibration={},
                kinds={"pay": Kind.ANSWER},
                figures={"held_out": self.figures, "cross_validated": {}},
                answers=1,
                questions=4,
                rasa_version="3.6.21",
            )
            return store.add(folder, manifest)


class Newsroom:
    """All that a draft goes through."""

    def __init__(self, root: Path, disk: Disk) -> None:
        """Work in a checkout, with a release of it in use."""
        self.root = root
        self.disk = disk
        self.data = root / "var"
        self.files = AnswerFiles(root)
        self.releases = ReleaseStore(self.data / "releases")
        self.candidates = ReleaseStore(self.data / "candidates")
        self.store = DraftStore(disk.database)
        self.builds = BuildStore(disk.database)
        reviewer = Reviewer(self.files, AnswerSettings(), as_text)
        self.drafts = Drafts(self.store, self.files, reviewer, self.releases, self.candidates)
        self.builder = QuickBuilder(self.files, self.candidates)
        self.told: list[tuple[str, str]] = []
        self.publishing = self.another_process()
        self.releases.use(self.builder.release(self.releases).number)

    def another_process(self) -> Publishing:
        """What a second process would use beside the first."""
        return Publishing(self.drafts, self.builds, self.builder, self.data, [self._tell])

    async def _tell(self, draft: Draft, release: Release) -> None:
        self.told.append((draft.answer, release.name))

    def live(self, slug: str = "pay") -> str:
        """An answer's file."""
        return (self.root / "answers" / "maternity" / f"{slug}.md").read_text(encoding="utf-8")

    def served(self, slug: str = "pay") -> str:
        """What the bots serve."""
        return (self.releases.current().answers / "maternity" / f"{slug}.md").read_text(encoding="utf-8")

    def rewritten(self, body: str = BODY, slug: str = "pay") -> str:
        """The file of the answer with another text."""
        return self.live().replace(self.live().partition("---\n\n")[2], body + "\n")

    async def draft(self, body: str = BODY, slug: str = "pay", questions: str = "", **more: Any) -> Draft:
        """A draft that gives an answer another text."""
        content = self.rewritten(body)
        return await self.drafts.create("answer", "maternity", slug, content, questions, None, AUTHOR, **more)

    async def submitted(self, body: str = BODY, slug: str = "pay", questions: str = "") -> Draft:
        """A draft that waits for approval."""
        draft = await self.draft(body, slug, questions)
        return await self.drafts.submit(draft, draft.version, AUTHOR)

    async def ready(self, body: str = BODY, slug: str = "pay", questions: str = "") -> Draft:
        """A draft of which the candidate is built."""
        draft = await self.submitted(body, slug, questions)
        await self.publishing.build_next()
        return await self.again(draft)

    async def approved(self, body: str = BODY, slug: str = "pay", questions: str = "", **more: Any) -> Draft:
        """A draft that a second person has approved."""
        draft = await self.ready(body, slug, questions)
        return await self.drafts.approve(draft, draft.version, APPROVER, **more)

    async def building(self) -> Build:
        """The build that goes on, once it has said how far it is."""
        while not (running := await self.builds.running()) or running.done == 0:  # noqa: ASYNC110 -- it is on disk
            await asyncio.sleep(0.01)
        return running

    async def again(self, draft: Draft) -> Draft:
        """A draft as it is now."""
        newest = await self.store.get(draft.id)
        assert newest
        return newest


TODAY = date.today()
