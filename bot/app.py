"""The only place where the parts are built and joined."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bot.answers import load_answer_base
from bot.bursts import Bursts
from bot.communities import Communities
from bot.errors import ConfigurationError, TrainingError
from bot.etiquette import Etiquette
from bot.faults import Fault, fault_of
from bot.front_desk import FrontDesk
from bot.health import health_app
from bot.personal_answers import PersonalAnswers
from bot.places import ChannelSettings
from bot.release_builder import OnProgress, build_release
from bot.releases import Release, ReleaseStore
from bot.responder import Memory, Responder, Served
from bot.settings import ConnectorSettings, EtiquetteSettings, HealthSettings, Settings, load_settings, read_config
from bot.storage.community_store import CommunityStore
from bot.storage.database import Database
from bot.storage.outbox import Outbox
from bot.storage.personal_records import PersonalRecords
from bot.storage.question_log import QuestionLog
from bot.web_server import serving_http

if TYPE_CHECKING:
    from bot.classifier import Prediction
    from bot.messages import Reply
    from connectors.base import Connector, Desk
    from connectors.fakes.scene import Happening, Stage
    from connectors.terminal_connector import TerminalConnector
    from nlu.questions import Example
    from nlu.rasa_classifier import RasaClassifier

logger = logging.getLogger(__name__)

CONFIG_FILE = "config.yml"
ANSWERS_FOLDER = "answers"
QUESTIONS_FOLDER = Path("nlu", "questions")
DISCORD_TOKEN = "SIGNPOST_DISCORD_TOKEN"  # noqa: S105 -- the variables' names
TELEGRAM_TOKEN = "SIGNPOST_TELEGRAM_TOKEN"  # noqa: S105
WEBHOOK_SECRET = "SIGNPOST_TELEGRAM_WEBHOOK_SECRET"  # noqa: S105
READY_LOOK_SECONDS = 0.05
SCENE_PAUSE_SECONDS = 3.0
HELD_OUT_FILE = Path("nlu", "held_out", "questions.jsonl")
RELEASES_FOLDER = "releases"


@dataclass(frozen=True)
class Project:
    """A checkout, and the folder where its data lives."""

    root: Path
    data: Path
    settings: Settings

    @property
    def releases(self) -> ReleaseStore:
        """The releases that have been built."""
        return ReleaseStore(self.data / RELEASES_FOLDER)


def open_project(data: Path, root: Path | None = None, overrides: Sequence[str] = ()) -> Project:
    """The project in a folder: by default the current one where it holds config.yml, else this checkout.

    An override is KEY=VALUE and stands before what config.yml says.
    """
    here, checkout = Path.cwd(), Path(__file__).resolve().parent.parent
    root = root or (here if (here / CONFIG_FILE).is_file() else checkout)
    return Project(root, data, load_settings(root / CONFIG_FILE, overrides))


@dataclass(frozen=True)
class Service:
    """What answers from a release: a Responder and, where questions are recorded, all that a connector needs."""

    responder: Responder
    desk: Desk | None = None
    communities: Communities | None = None


@asynccontextmanager
async def serving(project: Project, release: Release, record: bool) -> AsyncIterator[Service]:
    """Answer from a release, with the model's processes started."""
    classifier = _classifier(project, release)
    starting = asyncio.ensure_future(classifier.start())
    try:
        with _database(project) if record else nullcontext() as database:
            served = Served(release.name, load_answer_base(release.answers), release.manifest.thresholds, classifier)
            await starting
            yield _service(project, served, database)
    finally:
        starting.cancel()
        await classifier.close()


def _service(project: Project, served: Served, database: Database | None) -> Service:
    from connectors.base import Desk

    settings = project.settings.etiquette
    memory = Memory(Etiquette(settings), Bursts(settings.burst_seconds), None, settings.edit_seconds)
    if database is None:
        return Service(Responder(served, memory))
    log = QuestionLog(database)
    services = {answer.service for answer in served.answers.answers.values()}
    communities = Communities(CommunityStore(database), _channel_defaults(settings), services)
    responder = Responder(served, replace(memory, log=log), communities.settings)
    records = PersonalAnswers(PersonalRecords(database))
    desk = Desk(FrontDesk(responder, log), Outbox(database), communities, records)
    return Service(responder, desk, communities)


def _channel_defaults(settings: EtiquetteSettings) -> ChannelSettings:
    return ChannelSettings(
        mode=settings.new_community_mode,
        person_cooldown_seconds=settings.person_cooldown_seconds,
        channel_cooldown_seconds=settings.channel_cooldown_seconds,
        quiet_while_staff=settings.quiet_while_staff,
    )


@contextmanager
def _database(project: Project) -> Iterator[Database]:
    database = Database(project.data, project.settings.question_log.busy_seconds)
    try:
        yield database
    finally:
        database.close()


async def predict_all(project: Project, release: Release, texts: Sequence[str]) -> list[Prediction]:
    """What a release's model makes of texts, each read as it stands. Raises ClassifierError."""
    classifier = _classifier(project, release)
    try:
        return await asyncio.gather(*map(classifier.parse, texts))
    finally:
        await classifier.close()


def train_release(project: Project, on_progress: OnProgress) -> Release:
    """Build a release from the files and make it current. Raises TrainingError where they have faults."""
    from nlu.encoder import prepare_encoder
    from nlu.trainer import RasaTrainer

    # Begun first, since it takes as long as the checks and needs only the other core.
    prepare_encoder()
    faults, examples = _faults_and_examples(project, date.today())
    if faults:
        raise TrainingError(f"The files have {len(faults)} faults, such as {faults[0]} Run `signpost check` for all.")
    trainer = RasaTrainer(project.root / CONFIG_FILE, examples)
    return build_release(
        project.releases,
        trainer,
        project.root / ANSWERS_FOLDER,
        project.root / HELD_OUT_FILE,
        project.settings.thresholds,
        on_progress,
        _pipeline(project),
    )


def benchmark_pipeline(training: Path, test: Path, out_of_scope: str) -> dict[str, Any]:
    """Train the pipeline of this checkout on a labelled file and score another; see nlu.benchmark."""
    from nlu.benchmark import run_benchmark

    return run_benchmark(open_project(Path()).root / CONFIG_FILE, training, test, out_of_scope)


def check_project(project: Project, day: date) -> list[Fault]:
    """Every fault of the answers, rates, questions and configuration, sorted by place."""
    return _faults_and_examples(project, day)[0]


def _faults_and_examples(project: Project, day: date) -> tuple[list[Fault], list[Example]]:
    from bot.checks import check_answers, check_questions
    from nlu.questions import question_paths, read_examples

    faults = check_answers(project.root / ANSWERS_FOLDER, project.settings.answers, day, as_text)
    examples: list[Example] = []
    for path in question_paths(project.root / QUESTIONS_FOLDER):
        try:
            examples += list(read_examples(path))
        except TrainingError as error:
            faults.append(fault_of(error, path))
    return sorted([*faults, *check_questions(examples, project.root / ANSWERS_FOLDER)]), examples


def connectors_in(settings: ConnectorSettings, environment: Mapping[str, str] = os.environ) -> list[Connector]:
    """A connector for each platform whose token is set; the terminal where none is and somebody sits at it."""
    connectors: list[Connector] = []
    if token := environment.get(DISCORD_TOKEN):
        connectors.append(_discord(token, settings))
    if token := environment.get(TELEGRAM_TOKEN):
        connectors.append(_telegram(token, settings, environment.get(WEBHOOK_SECRET, "")))
    return connectors or [terminal()]


def _discord(token: str, settings: ConnectorSettings) -> Connector:
    from connectors.discord_connector import DiscordConnector

    return DiscordConnector(
        token,
        settings.discord.api_base,
        max_age_seconds=settings.max_reply_age_minutes * 60,
        look_back_seconds=settings.discord.look_back_minutes * 60,
    )


def _telegram(token: str, settings: ConnectorSettings, secret: str) -> Connector:
    from connectors.telegram_connector import Limits, TelegramConnector, Webhook

    telegram = settings.telegram
    hook = telegram.webhook
    return TelegramConnector(
        token,
        telegram.api_base,
        link_previews=telegram.link_previews,
        webhook=Webhook(hook.url, hook.host, hook.port, secret) if hook.url else None,
        max_age_seconds=settings.max_reply_age_minutes * 60,
        poll_seconds=telegram.poll_seconds,
        limits=Limits(telegram.group_per_minute, telegram.chat_per_second, telegram.overall_per_second),
    )


@asynccontextmanager
async def serving_health(settings: HealthSettings, connectors: Sequence[Connector]) -> AsyncIterator[str]:
    """Serve health and metrics, and yield their address; without an address to be had, the bot answers all the same."""
    app = health_app(lambda: {connector.name: connector.is_ready for connector in connectors})
    async with AsyncExitStack() as stack:
        try:
            port = await stack.enter_async_context(serving_http(app, settings.host, settings.port))
        except ConfigurationError as error:
            logger.error("Health and metrics can't be served: %s", error)
            yield "nowhere"
        else:
            yield f"http://{settings.host}:{port}/metrics"


async def play_scene(project: Project, release: Release, show: Callable[[Happening], None], speed: float) -> None:
    """Let the bot take part in a scripted scene on simulated platforms; nothing of it is kept."""
    from connectors.fakes.discord_server import FakeDiscord
    from connectors.fakes.scene import DiscordStage, TelegramStage, play, read_script
    from connectors.fakes.telegram_server import FakeTelegram

    script = read_script()
    with TemporaryDirectory() as folder:
        async with FakeDiscord() as discord, FakeTelegram() as telegram:
            overrides = [
                f"connectors.discord.api_base={discord.api_base}",
                f"connectors.telegram.api_base={telegram.api_base}",
                f"etiquette.channel_cooldown_seconds={SCENE_PAUSE_SECONDS / speed}",
            ]
            demo = open_project(Path(folder), project.root, overrides)
            tokens = {DISCORD_TOKEN: discord.token, TELEGRAM_TOKEN: telegram.token}
            stages: dict[str, Stage] = {
                "discord": DiscordStage(discord, script.moderators),
                "telegram": TelegramStage(telegram, script.moderators),
            }
            async with serving(demo, release, record=True) as service, _listening(demo, service, tokens):
                await play(script, stages, show, SCENE_PAUSE_SECONDS / speed)


@asynccontextmanager
async def _listening(project: Project, service: Service, tokens: Mapping[str, str]) -> AsyncIterator[None]:
    """Connectors that listen, from when they are ready until the context is left."""
    assert service.desk is not None
    connectors = connectors_in(project.settings.connectors, tokens)
    listening = [asyncio.create_task(connector.listen(service.desk)) for connector in connectors]
    try:
        while not _are_ready(connectors, listening):  # noqa: ASYNC110 -- two libraries get ready, each in its own way
            await asyncio.sleep(READY_LOOK_SECONDS)
        yield
        await asyncio.gather(*(connector.stop() for connector in connectors))
        await asyncio.gather(*listening)
    finally:
        for task in listening:
            task.cancel()


def _are_ready(connectors: Sequence[Connector], listening: Sequence[asyncio.Task[None]]) -> bool:
    """Whether all connectors are ready, or one has failed."""
    return all(connector.is_ready for connector in connectors) or any(task.done() for task in listening)


def terminal() -> TerminalConnector:
    """The terminal as a platform."""
    from connectors.terminal_connector import TerminalConnector

    return TerminalConnector()


def as_text(reply: Reply) -> str:
    """A reply as the plainest platform posts it."""
    from connectors import plain_text

    return plain_text.as_text(reply)


def _classifier(project: Project, release: Release) -> RasaClassifier:
    # Imported here, so that commands that need no model don't load NumPy.
    from nlu.confidence import Calibration
    from nlu.rasa_classifier import RasaClassifier

    settings, manifest = project.settings.classifier, release.manifest
    calibration = Calibration.from_dict(manifest.calibration)
    return RasaClassifier(release.model, manifest.kinds, calibration, settings.workers, settings.timeout_seconds)


def _pipeline(project: Project) -> list[dict[str, Any]]:
    """The settings of the pipeline's components."""
    return read_config(project.root / CONFIG_FILE).get("pipeline") or []
