"""Builds a release: cross-validation, thresholds, model, evaluation, checksums."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import msgspec

from bot.answers import AnswerBase, load_answer_base
from bot.classifier import Judged, Kind, Prediction
from bot.errors import TrainingError
from bot.evaluation.record import ReleaseEvaluation, encode_evaluation
from bot.evaluation.scoring import evaluate, services_of
from bot.evaluation.verdicts import judge
from bot.publishing.trial import Trial
from bot.releases import (
    ANSWERS_FOLDER,
    EVALUATION_FILE,
    MODEL_FILE,
    TRIED_FILE,
    VERDICTS_FILE,
    Manifest,
    Release,
    ReleaseStore,
)
from bot.settings import ThresholdSettings
from bot.thresholds import choose_thresholds

OnProgress = Callable[[str, float], None]
"""Told the name of the step under way, and how much of the whole is done, from 0 to 1."""


class TrainedRelease(Protocol):
    """A model that has just been trained."""

    @property
    def calibration(self) -> dict[str, list[float]]: ...
    def cross_validated(self) -> list[Judged]: ...
    def predict_all(self, texts: Sequence[str]) -> list[Prediction]: ...


class Trainer(Protocol):
    """What trains the model."""

    @property
    def kinds(self) -> dict[str, Kind]: ...
    @property
    def count(self) -> int: ...
    def train(self, archive: Path, on_progress: Callable[[int], None]) -> AbstractContextManager[TrainedRelease]: ...


class LabelledText(msgspec.Struct, frozen=True):
    """One line of a labelled file: `answer` is the right slug, or null where nothing should be answered.

    `group` names the kind of text for reports.
    """

    text: str
    answer: str | None = None
    addressed: bool = True
    group: str = ""


def build_release(
    store: ReleaseStore,
    trainer: Trainer,
    answers: Path,
    held_out: Path,
    allowed: ThresholdSettings,
    on_progress: OnProgress,
    pipeline: Sequence[Mapping[str, Any]] = (),
    trial: Trial | None = None,
) -> Release:
    """Build a release; it is not made current.

    `pipeline` holds the settings that the trainer follows, to be kept beside the figures. `trial` is what the model is
    tried on besides.
    """
    base = load_answer_base(answers)
    labelled = read_labelled(held_out) if held_out.is_file() else []
    with store.building() as folder:
        on_progress("Preparing the sentence encoder", 0.0)
        with trainer.train(folder / MODEL_FILE, lambda done: _encoding(on_progress, done, trainer.count)) as trained:
            thresholds = choose_thresholds(judged := trained.cross_validated(), allowed)
            on_progress("Asking it questions it has never seen", 0.8)
            predictions = trained.predict_all([line.text for line in labelled])
            unseen = [as_judged(line, prediction, base) for line, prediction in zip(labelled, predictions)]
            calibration = trained.calibration
            if trial:
                on_progress("Trying it on questions from the log", 0.88)
                tried = trial.run(trained.predict_all, thresholds)
                (folder / TRIED_FILE).write_bytes(msgspec.json.encode(tried))
        services, groups = services_of(base), [line.group for line in labelled]
        evaluation = ReleaseEvaluation(
            [dict(component) for component in pipeline],
            cross_validated=evaluate(judged, thresholds, services),
            held_out=evaluate(unseen, thresholds, services, groups),
        )
        on_progress("Packing the release", 0.95)
        shutil.copytree(answers, folder / ANSWERS_FOLDER)
        (folder / EVALUATION_FILE).write_bytes(encode_evaluation(evaluation))
        verdicts = [judge(case, thresholds, line.addressed, line.group) for case, line in zip(unseen, labelled)]
        (folder / VERDICTS_FILE).write_bytes(msgspec.json.encode(verdicts))
        release = store.add(
            folder,
            Manifest(
                created_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
                thresholds=thresholds,
                calibration=calibration,
                kinds=trainer.kinds,
                figures={
                    "cross_validated": evaluation.cross_validated.figures,
                    "held_out": evaluation.held_out.figures,
                },
                answers=len(base.answers),
                questions=trainer.count,
                rasa_version=version("rasa"),
            ),
        )
    on_progress("Done", 1.0)
    return release


def read_labelled(path: Path) -> list[LabelledText]:
    """Read a file of one JSON object a line. Raises TrainingError naming the file and the line."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise TrainingError(f"{path} can't be read: {error.strerror}.") from error
    labelled = []
    for number, line in enumerate(lines, 1):
        try:
            labelled.append(msgspec.json.decode(line, type=LabelledText))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise TrainingError(f"{path}:{number}: The line is no labelled text ({error}).") from error
    return labelled


def check_labelled(path: Path, labelled: Sequence[LabelledText], base: AnswerBase) -> None:
    """Raises TrainingError naming the file, and the line that has no text or names an answer that there isn't."""
    if not labelled:
        raise TrainingError(f"{path} holds no labelled texts.")
    for number, line in enumerate(labelled, 1):
        if not line.text.strip():
            raise TrainingError(f"{path}:{number}: The line has no text.")
        if line.answer is not None and line.answer not in {**base.answers, **base.urgent}:
            raise TrainingError(f"{path}:{number}: The release has no answer {line.answer!r}.")


def as_judged(line: LabelledText, prediction: Prediction, base: AnswerBase) -> Judged:
    """A prediction beside what the line says is right."""
    kind = Kind.URGENT if line.answer in base.urgent else Kind.ANSWER
    return Judged(line.text, kind if line.answer else Kind.OUT_OF_SCOPE, line.answer or "", prediction, line.addressed)


def _encoding(on_progress: OnProgress, done: int, count: int) -> None:
    """Reading the questions is the longest step that can be counted."""
    step = "Reading the known questions" if done < count else "Learning from them"
    on_progress(step, 0.1 + 0.3 * done / count)
