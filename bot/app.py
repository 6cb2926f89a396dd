"""The only place where the parts are built and joined."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.answers import load_answer_base
from bot.errors import TrainingError
from bot.etiquette import Etiquette
from bot.faults import Fault, fault_of
from bot.question_log import QuestionLog
from bot.release_builder import OnProgress, build_release
from bot.releases import Release, ReleaseStore
from bot.responder import Responder, Served
from bot.settings import Settings, load_settings, read_config

if TYPE_CHECKING:
    from bot.classifier import Prediction
    from bot.messages import Reply
    from connectors.terminal_connector import TerminalConnector
    from nlu.questions import Example
    from nlu.rasa_classifier import RasaClassifier

CONFIG_FILE = "config.yml"
ANSWERS_FOLDER = "answers"
QUESTIONS_FOLDER = Path("nlu", "questions")
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


def open_project(data: Path, root: Path | None = None) -> Project:
    """The project in a folder: by default the current one where it holds config.yml, else this checkout."""
    here, checkout = Path.cwd(), Path(__file__).resolve().parent.parent
    root = root or (here if (here / CONFIG_FILE).is_file() else checkout)
    return Project(root, data, load_settings(root / CONFIG_FILE))


@asynccontextmanager
async def serving(project: Project, release: Release, record: bool) -> AsyncIterator[Responder]:
    """A Responder that answers from a release, with the model's processes started."""
    classifier = _classifier(project, release)
    starting = asyncio.ensure_future(classifier.start())
    log = None
    try:
        log = _open_log(project) if record else None
        served = Served(release.name, load_answer_base(release.answers), release.manifest.thresholds, classifier)
        await starting
        yield Responder(served, Etiquette(project.settings.etiquette), log)
    finally:
        starting.cancel()
        await classifier.close()
        if log:
            log.close()


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


def terminal() -> TerminalConnector:
    """The terminal as a platform."""
    from connectors.terminal_connector import TerminalConnector

    return TerminalConnector()


def as_text(reply: Reply) -> str:
    """A reply as the plainest platform posts it."""
    from connectors import plain_text

    return plain_text.as_text(reply)


def _open_log(project: Project) -> QuestionLog:
    return QuestionLog(project.data, project.settings.question_log.busy_seconds)


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
