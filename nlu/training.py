"""Trains a model with Rasa's own recipe and trainer, without TensorFlow in the process.

The archive is the one that `rasa train nlu` would write. Rasa's recipe imports every component that Rasa ships, and
TensorFlow with them; `_without_tensorflow` puts stand-ins in their place for the time of the import.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rasa.shared.importers.importer import TrainingDataImporter

Question = tuple[str, str]
"""A text and its intent."""

_UNUSED = (
    "rasa.core.channels",
    "rasa.core.channels.channel",
    "rasa.core.featurizers.precomputation",
    "rasa.core.policies.ensemble",
    "rasa.engine.recipes.default_components",
    "rasa.graph_components.validators.default_recipe_validator",
    "rasa.graph_components.validators.finetuning_validator",
    "rasa.nlu.classifiers.mitie_intent_classifier",
    "rasa.nlu.classifiers.regex_message_handler",
    "rasa.nlu.classifiers.sklearn_intent_classifier",
    "rasa.nlu.extractors.mitie_entity_extractor",
)


def train_model(config: Path, questions: Iterable[Question], archive: Path) -> None:
    """Train the pipeline of config.yml on texts and their intents, and write the model archive."""
    with _without_tensorflow():
        _train(config, questions, archive)


def _train(config: Path, questions: Iterable[Question], archive: Path) -> None:
    from rasa.engine.constants import PLACEHOLDER_IMPORTER
    from rasa.engine.graph import ExecutionContext
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.shared.data import TrainingType

    importer = _importer(config, questions)
    graph = DefaultV1Recipe().graph_config_for_recipe(importer.get_config(), {}, TrainingType.NLU)
    with tempfile.TemporaryDirectory() as folder:
        storage = LocalModelStorage.create(Path(folder))
        # As rasa.engine.training.GraphTrainer does it, but without its cache: a release is always built whole.
        runner = DaskGraphRunner.create(graph.train_schema, storage, ExecutionContext(graph.train_schema))
        runner.run(inputs={PLACEHOLDER_IMPORTER: importer})
        storage.create_model_package(archive, graph, importer.get_domain())


def _importer(config: Path, questions: Iterable[Question]) -> TrainingDataImporter:
    """What Rasa's graph takes its data from: the questions as they are, which Rasa's own reader takes 10 s to merge."""
    from rasa.shared.importers.rasa import RasaFileImporter
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    class KnownQuestions(RasaFileImporter):
        def get_nlu_data(self, language: str | None = "en") -> TrainingData:
            return TrainingData([Message.build(text, intent) for text, intent in questions])

    return KnownQuestions(str(config))


@contextmanager
def _without_tensorflow() -> Iterator[None]:
    """Stand-ins for the modules that the recipe imports but an NLU pipeline of our own components never runs."""
    held = {name: sys.modules.get(name) for name in _UNUSED}
    sys.modules.update({name: _StandIn(name) for name in _UNUSED})
    try:
        yield
    finally:
        for name, module in held.items():
            del sys.modules[name]
            if module is not None:
                sys.modules[name] = module


class _StandIn(ModuleType):
    """A module that has a class under every name."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (_pass_through(),), {"__module__": self.__name__})


def _pass_through() -> type:
    """A component that hands on the importer: what Rasa's validators do when nothing is wrong."""
    from rasa.engine.graph import ExecutionContext, GraphComponent
    from rasa.engine.storage.resource import Resource
    from rasa.engine.storage.storage import ModelStorage

    class PassThrough(GraphComponent):
        @classmethod
        def create(
            cls,
            config: dict[str, Any],
            model_storage: ModelStorage,
            resource: Resource,
            execution_context: ExecutionContext,
        ) -> PassThrough:
            return cls()

        def validate(self, importer: TrainingDataImporter) -> TrainingDataImporter:
            return importer

    return PassThrough
