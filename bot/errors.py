"""What can go wrong, as sentences a person can act on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


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


class ReadingError(ClassifierError):
    """The model's process ended, or took too long, while it read a text."""


class QuestionLogError(SignpostError):
    """The question log can't be read or written."""


class BackupError(SignpostError):
    """A backup can't be made, or isn't fit to be restored."""


class TrainingError(SignpostError):
    """A model can't be trained from the files as they are."""


class SettingsError(SignpostError):
    """Moderators chose something for a channel that can't be had."""


class AccountError(SignpostError):
    """Somebody can't sign in, or an account can't be what was asked for."""


class TooManyTriesError(AccountError):
    """Somebody has to wait before they try to sign in again."""


class PauseError(SignpostError):
    """A pause can't be set as asked."""


class DraftError(SignpostError):
    """A change to the answers can't be made as it was asked for."""


class ThemeError(SignpostError):
    """A theme can't be changed as it was asked for."""


class ConnectorError(SignpostError):
    """A platform won't have the bot, such as for a wrong token."""


class TemporarySendError(SignpostError):
    """Something owed couldn't be done now, and is worth another try in `retry_after` seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PermanentSendError(SignpostError):
    """Something owed can never be done; `reason` says why in one word ("forbidden", "gone", "refused")."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


@contextmanager
def tried_again(logger: logging.Logger, trouble: str) -> Iterator[None]:
    """Log what goes wrong within, and go on: for work that comes round again. `trouble` is for what nobody expected."""
    try:
        yield
    except SignpostError as error:
        logger.error("%s", error)
    except Exception:
        logger.exception(trouble)
