"""What can go wrong, as sentences a person can act on."""

from __future__ import annotations


class SignpostError(Exception):
    """Base class: its text is one sentence that says what is wrong and what to do."""


class ConfigurationError(SignpostError):
    """A setting is missing or wrong; the text names its key."""


class AnswerError(SignpostError):
    """An answer file or the rates table can't be read."""


class ReleaseError(SignpostError):
    """A release is missing, incomplete or has been changed since it was built."""


class ClassifierError(SignpostError):
    """The model gave no prediction for a text."""


class ClassifierTimeoutError(ClassifierError):
    """The model took longer over a text than it is allowed."""


class QuestionLogError(SignpostError):
    """The question log can't be read or written."""


class TrainingError(SignpostError):
    """A model can't be trained from the files as they are."""
