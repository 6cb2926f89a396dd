"""The console, and all that officials do with it."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bot.accounts import Accounts
from bot.answers import load_answer_base
from bot.app.previews import previews
from bot.app.project import Project, as_text, opened_database
from bot.app.serving import communities_in, digest_in
from bot.communities import Communities
from bot.console.app import create_app
from bot.console.parts import Parts
from bot.console.security import console_key
from bot.errors import ConfigurationError
from bot.pauses import Pauses
from bot.publishing.answer_files import AnswerFiles
from bot.publishing.candidates import CandidateBuilder
from bot.publishing.drafts import Drafts
from bot.publishing.publishing import OnPublished, Publishing
from bot.publishing.warnings import Reviewer
from bot.releases import Release
from bot.reporting.reports import Reports
from bot.running import running
from bot.secret_files import secret_given
from bot.storage.account_store import AccountStore
from bot.storage.audit_log import AuditLog
from bot.storage.build_store import BuildStore
from bot.storage.database import Database
from bot.storage.draft_store import Draft, DraftStore
from bot.storage.grouping_store import GroupingStore
from bot.storage.meaning_store import MeaningStore
from bot.storage.pause_store import PauseStore
from bot.storage.telling_store import TellingStore
from bot.telling.digest import Digest
from bot.telling.telling import Teller, Told
from bot.themes.keeper import ThemeKeeper
from bot.themes.themes import Themes
from bot.themes.understanding import Understanding
from bot.web_server import serving_http

logger = logging.getLogger(__name__)

Done = TypeVar("Done")
OIDC_SECRET = "SIGNPOST_OIDC_SECRET"  # noqa: S105 -- the variable's name


@dataclass(frozen=True)
class Office:
    """The console's parts, and what goes on behind its pages."""

    parts: Parts
    keeper: ThemeKeeper
    communities: Communities
    digest: Digest

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Keep themes, publish what is due and follow what others change, until the context is left."""
        parts = self.parts
        works = (
            self.keeper.keep_grouped(),
            parts.meaning.end_when_idle(),
            parts.publishing.run(),
            parts.pauses.keep_fresh(),
            self.communities.keep_fresh(),
            self.digest.keep_sending(),
        )
        try:
            async with running(*works):
                yield
        finally:
            await parts.meaning.close()


def office(project: Project, database: Database, accounts: Accounts | None = None) -> Office:
    """The console's parts over a database that is open. Raises ConfigurationError."""
    from nlu.meaning_process import MeaningProcess

    settings, files = project.settings, AnswerFiles(project.root)
    meaning = Understanding(MeaningProcess(), MeaningStore(database), project.releases)
    reviewer = Reviewer(files, settings.answers, as_text)
    drafts = Drafts(DraftStore(database), files, reviewer, project.releases, project.candidates)
    communities = communities_in(project, database, files.services())
    themes = Themes(database)
    builder = CandidateBuilder(files, project.data, project.candidates)
    afterwards = _afterwards(project, database, communities, themes)
    parts = Parts(
        settings=settings.console,
        database=database,
        accounts=accounts or Accounts(AccountStore(database)),
        audit=AuditLog(database),
        key=console_key(project.data),
        releases=project.releases,
        themes=themes,
        drafts=drafts,
        publishing=Publishing(drafts, BuildStore(database), builder, project.data, [afterwards]),
        reports=Reports(database, project.releases, project.root, settings.etiquette.new_community_mode),
        pauses=Pauses(PauseStore(database)),
        meaning=meaning,
        previews=previews,
        oidc_secret=secret_given(OIDC_SECRET, os.environ),
    )
    digest = digest_in(project, database)
    return Office(parts, ThemeKeeper(GroupingStore(database), meaning, project.data), communities, digest)


def _afterwards(project: Project, database: Database, communities: Communities, themes: Themes) -> OnPublished:
    """What follows once a draft is live: its theme is answered, askers are told, and old replies corrected."""
    settings = project.settings.telling
    muted = project.settings.etiquette.muted_channels
    audit = AuditLog(database)
    teller = Teller(TellingStore(database), communities.settings, muted, settings.max_age_days)

    async def follow_up(draft: Draft, release: Release) -> None:
        # What holds now, which may be a later release, or an earlier one that somebody has gone back to.
        live = project.releases.get(project.releases.current_number() or release.number)
        base = await asyncio.to_thread(load_answer_base, live.answers)
        told, corrected = Told(), 0
        if draft.theme_id and draft.answer in base.answers:
            await themes.answered(draft.theme_id, draft.answer)
            told = await teller.tell(base, draft.id, draft.theme_id, draft.answer)
        if draft.is_correction:
            corrected = await teller.correct(base, draft.answer, settings.correct_days)
        detail = {"answer": draft.answer, "release": release.name, "people_told": told.people, "corrected": corrected}
        await audit.record("Signpost", "published a draft", f"draft {draft.id}", detail)

    return follow_up


async def with_accounts(data: Path, work: Callable[[Accounts], Awaitable[Done]]) -> Done:
    """Do something with the console's accounts. Raises AccountError and QuestionLogError."""
    database = Database(data)
    try:
        return await work(Accounts(AccountStore(database)))
    finally:
        database.close()


@asynccontextmanager
async def serving_console(project: Project) -> AsyncIterator[str]:
    """Serve the console, and yield its address; without an address to be had, the bot answers all the same."""
    settings = project.settings.console
    async with AsyncExitStack() as stack:
        made = office(project, stack.enter_context(opened_database(project)))
        await stack.enter_async_context(made.at_work())
        try:
            app = create_app(made.parts)
            port = await stack.enter_async_context(serving_http(app, settings.host, settings.port))
        except ConfigurationError as error:
            logger.error("The console can't be served: %s", error)
            yield "nowhere"
        else:
            yield settings.public_url or f"http://{settings.host}:{port}"
