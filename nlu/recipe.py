"""Registers the components with Rasa's recipe, under the names that config.yml uses."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe

from nlu.components.question_classifier import QuestionClassifier
from nlu.components.sentence_encoder import SentenceEncoder

_Kind = DefaultV1Recipe.ComponentType

DefaultV1Recipe.register(_Kind.MESSAGE_FEATURIZER, is_trainable=True)(SentenceEncoder)
DefaultV1Recipe.register(_Kind.INTENT_CLASSIFIER, is_trainable=True)(QuestionClassifier)

__all__ = ["QuestionClassifier", "SentenceEncoder"]
