"""Intent classifier: ranks intents by how near a text is to their known questions."""

from __future__ import annotations

from typing import Any, Dict, List, Text

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers import LABEL_RANKING_LENGTH
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.sentence_encoder import sentence_vector
from nlu.cross_validation import folds_of, ranked, save_cross_validation
from nlu.predictions import RANKING_KEY, RankedIntent
from nlu.question_model import QuestionModel
from nlu.question_space import Hyperparameters

NEARNESS_KEY = "nearness"
SCORE_KEY = "score"
"""Beside Rasa's `name` and `confidence`; see nlu.question_model.Scores."""


class QuestionClassifier(GraphComponent):
    """Sets `intent` and the best of the `intent_ranking`, as Rasa's own classifiers do; and all of it as a Ranking."""

    @staticmethod
    def required_packages() -> List[Text]:
        """What must be installed to run this component."""
        return ["numpy", "scipy"]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """The kernel's settings: see nlu.question_space.Hyperparameters."""
        return dict(vars(Hyperparameters()))

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: QuestionModel | None = None,
    ) -> None:
        """Use `create` or `load`."""
        self._hyperparameters = Hyperparameters(**{key: float(config[key]) for key in self.get_default_config()})
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuestionClassifier:
        """Make a classifier that is yet to be trained."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> QuestionClassifier:
        """Load a trained classifier from the model."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, QuestionModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from every example that has an intent, and keep how each would be judged unseen."""
        examples = sorted(
            (example for example in training_data.intent_examples if example.get(TEXT)),
            key=lambda example: str(example.get(INTENT)),
        )
        texts = [example.get(TEXT) for example in examples]
        intents = [example.get(INTENT) for example in examples]
        model, unseen = QuestionModel.fit(_vectors(examples), texts, intents, self._hyperparameters, folds_of(intents))
        with self._model_storage.write_to(self._resource) as folder:
            model.save(folder)
            save_cross_validation(folder, texts, intents, model.intents, unseen)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Rank the intents of each message that has a text. The annotations are as Rasa requires them."""
        assert self._model is not None, "the graph loads a component before it runs it"
        if asked := [message for message in messages if message.get(TEXT)]:
            scores = self._model.predict(_vectors(asked), [message.get(TEXT) for message in asked])
            for message, ranking in zip(asked, ranked(self._model.intents, scores)):
                rows = [_as_rasa(intent) for intent in ranking[:LABEL_RANKING_LENGTH]]
                message.set(INTENT, rows[0], add_to_output=True)
                message.set(INTENT_RANKING_KEY, rows, add_to_output=True)
                message.set(RANKING_KEY, ranking)
        return messages


def _as_rasa(intent: RankedIntent) -> Dict[Text, Any]:
    return {
        INTENT_NAME_KEY: intent.name,
        PREDICTED_CONFIDENCE_KEY: intent.share,
        NEARNESS_KEY: intent.nearness,
        SCORE_KEY: intent.score,
    }


def _vectors(messages: List[Message]) -> Any:
    """The sentence vectors that the encoder has added, one row a message."""
    return np.stack([sentence_vector(message) for message in messages])
