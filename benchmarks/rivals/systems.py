"""The systems that are compared: how each is trained, started and understood."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ruamel.yaml import YAML

from bot.app.project import QUESTIONS_FOLDER
from bot.classifier import Kind
from rivals.environment import default_pipeline, quiet_environment

SIGNPOST_SERVER = Path(__file__).with_name("signpost_server.py")
FALLBACK = "nlu_fallback"
DIET, REGRESSION = RASAS = "rasa_diet", "rasa_regression"


@dataclass(frozen=True)
class Reading:
    """What a system made of a text: the slug that it gives ("" for none), and those that it offers instead.

    `ranking` has Rasa's intents and their confidences, best first, without the fallback.
    """

    given: str
    offered: tuple[str, ...] = ()
    ranking: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Command:
    """A process to be started, and the folder that it works in."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path


class System(Protocol):
    """One of those that are compared. `model` is a folder of its own, where training leaves what serving needs."""

    name: str
    title: str

    def training(self, staged: Path, model: Path) -> Command: ...
    def serving(self, staged: Path, model: Path, port: int) -> Command: ...
    def read(self, answer: Mapping[str, Any]) -> Reading: ...


class Signpost:
    """`signpost train`, and the Responder as `signpost run` asks it, behind HTTP (signpost_server.py)."""

    name, title = "signpost", "Signpost"

    def __init__(self, warm: bool = False) -> None:
        """Train as for the first time or, where it is `warm`, with what the user's earlier trainings have cached."""
        self._warm = warm

    def training(self, staged: Path, model: Path) -> Command:
        """What users run."""
        arguments = [sys.executable, "-m", "bot", "train", "--data", str(model)]
        cache = {} if self._warm else {"XDG_CACHE_HOME": str(model / "cache")}
        return Command(arguments, {**os.environ, **cache}, staged)

    def serving(self, staged: Path, model: Path, port: int) -> Command:
        """A server that answers from the release."""
        arguments = [sys.executable, str(SIGNPOST_SERVER), str(model), str(staged), str(port)]
        return Command(arguments, dict(os.environ), model)

    def read(self, answer: Mapping[str, Any]) -> Reading:
        """An answer or urgent help that is given, or what is offered."""
        return Reading(answer["answer"] or "", tuple(answer["offered"]))


class Rasa:
    """`rasa train nlu` and `rasa run --enable-api`. An intent that is an answer or urgent help counts as given."""

    def __init__(
        self, name: str, title: str, rasa: Path, pipeline: list[dict[str, object]], kinds: Mapping[str, Kind]
    ) -> None:
        """Know a pipeline, and what each intent stands for."""
        self.name, self.title, self.pipeline = name, title, pipeline
        self._rasa = rasa
        self._given = {intent for intent, kind in kinds.items() if kind in (Kind.ANSWER, Kind.URGENT)}

    def training(self, staged: Path, model: Path) -> Command:
        """Writes the pipeline beside the model."""
        config = model / "config.yml"
        with config.open("w", encoding="utf-8") as file:
            YAML(typ="safe").dump(self.config(), file)
        where = ["--nlu", str(staged / QUESTIONS_FOLDER), "--config", str(config), "--out", str(model)]
        arguments = [str(self._rasa), "train", "nlu", *where, "--fixed-model-name", "model"]
        return Command(arguments, quiet_environment(), model)

    def serving(self, staged: Path, model: Path, port: int) -> Command:
        """Rasa's own server."""
        where = ["--model", str(model / "model.tar.gz"), "--interface", "127.0.0.1", "--port", str(port)]
        return Command([str(self._rasa), "run", "--enable-api", *where], quiet_environment(), model)

    def read(self, answer: Mapping[str, Any]) -> Reading:
        """The best intent, unless Rasa's fallback stands before it."""
        ranking = [(one["name"], one["confidence"]) for one in answer["intent_ranking"] if one["name"] != FALLBACK]
        best = answer["intent"]["name"] or ""
        return Reading(self.given(best), (), tuple(ranking))

    def given(self, intent: str) -> str:
        """The slug that an intent gives: "" for small talk, what is out of scope, and the fallback."""
        return intent if intent in self._given else ""

    def config(self) -> dict[str, object]:
        """What Rasa is configured with."""
        return {"recipe": "default.v1", "assistant_id": "rival", "language": "en", "pipeline": self.pipeline}

    def described(self) -> str:
        """The configuration as text, for a digest."""
        return json.dumps(self.config(), sort_keys=True)


def rasas(rasa: Path, kinds: Mapping[str, Kind], epochs: int) -> list[Rasa]:
    """Rasa with its default pipeline (DIET), and with logistic regression on the same features.

    `epochs` stands before the default's 100 where it isn't 0.
    """
    shipped = default_pipeline(rasa)
    diet = [{**part, "epochs": epochs} if epochs and "epochs" in part else part for part in shipped]
    features = [part for part in shipped if str(part["name"]).endswith(("Tokenizer", "Featurizer"))]
    fallback = [part for part in shipped if part["name"] == "FallbackClassifier"]
    regression = [*features, {"name": "LogisticRegressionClassifier"}, *fallback]
    return [
        Rasa(DIET, "Rasa, DIET", rasa, diet, kinds),
        Rasa(REGRESSION, "Rasa, logistic regression", rasa, regression, kinds),
    ]
