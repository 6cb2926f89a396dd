"""Dense featurizer: the MiniLM sentence encoder, kept inside the model archive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.encoder import Encoder, Vectors
from nlu.encoder_file import install_encoder
from nlu.kept_vectors import encode_known

on_progress: Callable[[int], None] | None = None
"""Told how many known questions have been encoded: Rasa's trainer has no other way to hand it to a component."""


class SentenceEncoder(GraphComponent):
    """Adds a sentence vector of length 1 to every message that has a text."""

    def __init__(self, model_storage: ModelStorage, resource: Resource, encoder: Encoder | None = None) -> None:
        """Use `create` or `load`."""
        self._model_storage = model_storage
        self._resource = resource
        self._encoder = encoder

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        """Make a component whose encoder is yet to be installed by `train`."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceEncoder:
        """Load the encoder from the model."""
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, Encoder(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Put the encoder into the model: nothing is learnt, but the archive must hold all that it needs."""
        with self._model_storage.write_to(self._resource) as folder:
            install_encoder(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add vectors to the known questions."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        vectors = encode_known(self._loaded(), [example.get(TEXT) for example in examples], on_progress)
        for example, vector in zip(examples, vectors):
            example.add_features(_feature(vector))
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Add vectors to messages. The annotations are as Rasa requires them."""
        asked = [message for message in messages if message.get(TEXT)]
        for message, vector in zip(asked, self._loaded().encode_all([message.get(TEXT) for message in asked])):
            message.add_features(_feature(vector))
        return messages

    def _loaded(self) -> Encoder:
        assert self._encoder is not None, "the graph loads a component before it runs it"
        return self._encoder


def sentence_vector(message: Message) -> Vectors:
    """The vector that the encoder has added to a message. Rasa's own way to it makes copies."""
    vector: Vectors = next(one.features[0] for one in message.features if one.origin == SentenceEncoder.__name__)
    return vector


def _feature(vector: Any) -> Features:
    return Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, SentenceEncoder.__name__)
