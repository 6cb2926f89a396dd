"""What a release keeps of its evaluation: how good it is, and what made it so."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from bot.decision import Thresholds
from bot.errors import ReleaseError
from bot.evaluation.scoring import Evaluation
from bot.releases import EVALUATION_FILE, Release

Kept = TypeVar("Kept")


class ReleaseEvaluation(msgspec.Struct, frozen=True):
    """What evaluation.json holds; `pipeline` has the settings of config.yml that the model was trained with."""

    pipeline: list[dict[str, Any]]
    cross_validated: Evaluation
    held_out: Evaluation


class Configuration(msgspec.Struct, frozen=True):
    """What was measured: a release with its thresholds, its pipeline's settings, and how much it knows."""

    release: str
    created_at: str
    thresholds: Thresholds
    pipeline: list[dict[str, Any]]
    answers: int
    questions: int
    rasa_version: str


class _KeptPipeline(msgspec.Struct, frozen=True):
    """The part of evaluation.json that may be missing from older releases."""

    pipeline: list[dict[str, Any]] = []


def encode_evaluation(evaluation: ReleaseEvaluation) -> bytes:
    """The content of evaluation.json."""
    return msgspec.json.format(msgspec.json.encode(evaluation), indent=1)


def read_evaluation(release: Release) -> ReleaseEvaluation:
    """What a release has kept. Raises ReleaseError where it is too old or can't be read."""
    return _read(release, ReleaseEvaluation)


def configuration_of(release: Release) -> Configuration:
    """The configuration that a release was built with. Raises ReleaseError where it can't be read."""
    manifest = release.manifest
    return Configuration(
        release=release.name,
        created_at=manifest.created_at,
        thresholds=manifest.thresholds,
        pipeline=_read(release, _KeptPipeline).pipeline,
        answers=manifest.answers,
        questions=manifest.questions,
        rasa_version=manifest.rasa_version,
    )


def _read(release: Release, kind: type[Kept]) -> Kept:
    path = release.folder / EVALUATION_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise ReleaseError(f"{path} can't be read: {error.strerror}.") from error
    except msgspec.MsgspecError as error:
        raise ReleaseError(
            f"Release {release.name} has no full evaluation: build a new release with `signpost train`."
        ) from error
