"""Answering from a release, and from whichever is current later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.answers import load_answer_base
from bot.app.project import Project, opened_database
from bot.bursts import Bursts
from bot.communities import Communities
from bot.etiquette import Etiquette
from bot.front_desk import FrontDesk
from bot.judge import Served
from bot.pauses import Pauses
from bot.personal_answers import PersonalAnswers
from bot.places import ChannelSettings
from bot.reading import Memory
from bot.release_watch import ReleaseWatch
from bot.releases import Release
from bot.responder import Responder
from bot.settings import EtiquetteSettings
from bot.storage.audit_log import AuditLog
from bot.storage.community_store import CommunityStore
from bot.storage.database import Database
from bot.storage.digest_store import DigestStore
from bot.storage.erasure import Erasure
from bot.storage.outbox import Outbox, Pace
from bot.storage.pause_store import PauseStore
from bot.storage.personal_records import PersonalRecords
from bot.storage.question_log import QuestionLog
from bot.storage.retention import Retention
from bot.storage.theme_store import ThemeStore
from bot.telling.digest import Digest
from bot.telling.telling import MayTell, Welcome

if TYPE_CHECKING:
    from bot.classifier import Prediction
    from connectors.base import Desk
    from nlu.rasa_classifier import RasaClassifier


@dataclass(frozen=True)
class Service:
    """What answers from a release: a Responder and, where questions are recorded, all that a connector needs.

    A connector's desk goes on to other releases while `keep_fresh` runs; `responder` stays with the first.
    """

    responder: Responder
    desk: Desk | None = None
    communities: Communities | None = None
    pauses: Pauses | None = None
    watch: ReleaseWatch | None = None
    erasure: Erasure | None = None
    log: QuestionLog | None = None
    database: Database | None = None
    retention: Retention | None = None

    async def keep_fresh(self) -> None:
        """Follow the releases, settings and pauses that others choose, and erase what is to go, until cancelled."""
        works = [part.keep_fresh() for part in (self.communities, self.pauses, self.watch) if part]
        if self.erasure:
            works.append(self.erasure.keep_finishing())
        if self.log:
            works.append(self.log.keep_writing())
        if self.retention:
            works.append(self.retention.keep_enforcing())
        if self.database:
            works.append(self.database.keep_on_disk())
        await asyncio.gather(*works)


@asynccontextmanager
async def serving(project: Project, release: Release, record: bool) -> AsyncIterator[Service]:
    """Answer from a release, with the model's processes started."""
    # First, since it fails at once where it does.
    with opened_database(project) if record else nullcontext() as database:
        served = await _load(project, release)
        try:
            service = _service(project, served, database)
            try:
                yield service
            finally:
                if service.watch:
                    await service.watch.close()
        finally:
            await served.classifier.close()


async def _load(project: Project, release: Release) -> Served:
    """A release with its model's processes started. Raises SignpostError."""
    classifier = _classifier(project, release)
    starting = asyncio.create_task(classifier.start())
    try:
        # Beside the event loop, which has messages to handle while another release is loaded.
        answers = await asyncio.to_thread(load_answer_base, release.answers)
        await starting
    except BaseException:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await classifier.close()
        raise
    return Served(release.name, answers, release.manifest.thresholds, classifier)


def _service(project: Project, served: Served, database: Database | None) -> Service:
    from connectors.base import Desk

    settings = project.settings.etiquette
    memory = Memory(Etiquette(settings), Bursts(settings.burst_seconds), None, settings.edit_seconds)
    if database is None:
        return Service(Responder(served, memory))
    log, pauses = QuestionLog(database), Pauses(PauseStore(database))
    communities = communities_in(project, database, _services_of(served))

    def responder_for(served: Served) -> Responder:
        return Responder(served, replace(memory, log=log), communities.settings, paused_now=pauses.now)

    def serve(served: Served) -> asyncio.Event:
        communities.offer(_services_of(served))
        return front_desk.serve(responder_for(served))

    responder = responder_for(served)
    front_desk = FrontDesk(responder, log, pauses.now, digest_in(project, database).press)
    welcome = Welcome(communities.settings, settings.muted_channels)
    outbox = Outbox(database, Pace(), MayTell(lambda: front_desk.answers, welcome, pauses.now))
    desk = Desk(front_desk, outbox, communities, PersonalAnswers(PersonalRecords(database)))
    retention = Retention(database, project.settings.retention)
    watch = ReleaseWatch(project.releases, served, lambda release: _load(project, release), serve)
    return Service(responder, desk, communities, pauses, watch, Erasure(database), log, database, retention)


def communities_in(project: Project, database: Database, services: Collection[str]) -> Communities:
    """The communities' settings, over a database that is open; `services` are those that can be switched off."""
    return Communities(CommunityStore(database), _channel_defaults(project.settings.etiquette), services)


def digest_in(project: Project, database: Database) -> Digest:
    """What tells staff of new themes, over a database that is open."""
    settings = project.settings
    themes, audit, every = ThemeStore(database), AuditLog(database), settings.telling.digest_minutes * 60
    return Digest(DigestStore(database), themes, audit, settings.console.public_url, every)


def _services_of(served: Served) -> set[str]:
    return {answer.service for answer in served.answers.answers.values()}


def _channel_defaults(settings: EtiquetteSettings) -> ChannelSettings:
    return ChannelSettings(
        mode=settings.new_community_mode,
        person_cooldown_seconds=settings.person_cooldown_seconds,
        channel_cooldown_seconds=settings.channel_cooldown_seconds,
        quiet_while_staff=settings.quiet_while_staff,
    )


async def predict_all(project: Project, release: Release, texts: Sequence[str]) -> list[Prediction]:
    """What a release's model makes of texts, each read as it stands. Raises ClassifierError."""
    classifier = _classifier(project, release)
    try:
        return await asyncio.gather(*map(classifier.parse, texts))
    finally:
        await classifier.close()


def _classifier(project: Project, release: Release) -> RasaClassifier:
    # Imported here, so that commands that need no model don't load NumPy.
    from nlu.confidence import Calibration
    from nlu.rasa_classifier import RasaClassifier

    settings, manifest = project.settings.classifier, release.manifest
    calibration = Calibration.from_dict(manifest.calibration)
    return RasaClassifier(release.model, manifest.kinds, calibration, settings.workers, settings.timeout_seconds)
