"""Building releases from the files of a checkout, and checking the files."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.app.project import (
    ANSWERS_FOLDER,
    CANDIDATES_FOLDER,
    CONFIG_FILE,
    HELD_OUT_FILE,
    QUESTIONS_FOLDER,
    RELEASES_FOLDER,
    Project,
    as_text,
    open_project,
)
from bot.app.serving import predict_all
from bot.errors import ReleaseError, TrainingError
from bot.faults import Fault, fault_of
from bot.publishing.trial import Logged, Trial
from bot.release_builder import OnProgress, build_release
from bot.releases import Release, ReleaseStore
from bot.settings import read_config

if TYPE_CHECKING:
    from nlu.questions import Example

SCRATCH_FOLDER = ".scratch"
"""In the folder of a draft's files, where a build keeps what it needs for a moment."""


def train_release(project: Project, on_progress: OnProgress) -> Release:
    """Build a release from the files and make it current. Raises TrainingError where they have faults.

    What was current stays so until everything is done.
    """
    return project.releases.use(_build(project, project.releases, on_progress).number)


def train_candidate(project: Project, asked: Sequence[Logged], on_progress: OnProgress) -> Release:
    """Build a candidate from the files, beside the releases, and try it on logged questions. Raises TrainingError."""
    return _build(project, project.candidates, on_progress, _trial(project, asked) if asked else None)


def confine_build(project: Project) -> None:
    """Keep this process, which builds a candidate of somebody's draft, from the network and from other files.

    It reads the code and the releases, and writes in the folder of the draft's files, among the candidates and in the
    cache. To be called before anything else: a thread that runs already would be left out.
    """
    from nlu.cache import cache_folder
    from nlu.sandbox import confine

    scratch = project.root / SCRATCH_FOLDER
    writable = [project.root, project.data / CANDIDATES_FOLDER, cache_folder()]
    for folder in (scratch, *writable):
        folder.mkdir(parents=True, exist_ok=True)
    # The processes that it starts make their folders there too.
    os.environ["TMPDIR"] = tempfile.tempdir = str(scratch)
    confine([project.data / RELEASES_FOLDER], writable, starts_programs=True)


def _build(project: Project, store: ReleaseStore, on_progress: OnProgress, trial: Trial | None = None) -> Release:
    from nlu.encoder_file import prepare_encoder
    from nlu.trainer import RasaTrainer

    # Begun first, since it takes as long as the checks and needs only the other core.
    prepare_encoder()
    found, examples = _faults_and_examples(project, date.today())
    if faults := [fault for fault in found if not fault.is_due]:
        raise TrainingError(f"The files have {len(faults)} faults, such as {faults[0]} Run `signpost check` for all.")
    trainer = RasaTrainer(project.root / CONFIG_FILE, examples)
    return build_release(
        store,
        trainer,
        project.root / ANSWERS_FOLDER,
        project.root / HELD_OUT_FILE,
        project.settings.thresholds,
        on_progress,
        _pipeline(project),
        trial,
    )


def _trial(project: Project, asked: Sequence[Logged]) -> Trial:
    try:
        live = project.releases.current()
    except ReleaseError:
        return Trial(asked)
    predict = lambda texts: asyncio.run(predict_all(project, live, texts))  # noqa: E731
    return Trial(asked, live.name, predict, live.manifest.thresholds)


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


def _pipeline(project: Project) -> list[dict[str, Any]]:
    """The settings of the pipeline's components."""
    return read_config(project.root / CONFIG_FILE).get("pipeline") or []
