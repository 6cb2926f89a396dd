"""The `signpost:` section of config.yml, checked once and then trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.errors import ConfigurationError

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]


class ClassifierSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the model is run."""

    workers: Positive = 1
    timeout_seconds: Seconds = 5.0


class ThresholdSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The shares of mistakes for which the thresholds are chosen, measured by cross-validation."""

    wrong_answers_addressed: Share = 0.03
    out_of_scope_answered: Share = 0.12
    wrong_answers_overheard: Share = 0.005
    urgent_false_alarms: Share = 0.005
    offers_out_of_scope: Share = 0.3


class EtiquetteSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When the bot holds its tongue."""

    person_cooldown_seconds: Seconds = 20.0
    channel_cooldown_seconds: Seconds = 5.0
    duplicate_seconds: Seconds = 300.0
    muted_channels: tuple[str, ...] = ()


class AnswerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an answer file may not exceed."""

    max_words: Positive = 120
    max_words_variant: Positive = 90
    max_reading_age: Annotated[float, msgspec.Meta(ge=5)] = 11.0
    max_characters: Positive = 1800


class QuestionLogSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the question log is written."""

    busy_seconds: Seconds = 5.0


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All settings of the bot."""

    classifier: ClassifierSettings = ClassifierSettings()
    thresholds: ThresholdSettings = ThresholdSettings()
    etiquette: EtiquetteSettings = EtiquetteSettings()
    answers: AnswerSettings = AnswerSettings()
    question_log: QuestionLogSettings = QuestionLogSettings()


def load_settings(path: Path) -> Settings:
    """Read and check the settings.

    Raises ConfigurationError, naming the offending key.
    """
    section = read_config(path).get("signpost", {})
    try:
        return msgspec.convert(section, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{path}: in the signpost section, {_plain(error)}") from error


def read_config(path: Path) -> dict[str, Any]:
    """All of config.yml, Rasa's keys too. Raises ConfigurationError where it can't be read."""
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} can't be read: {error}") from error
    except (YAMLError, ValueError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        raise ConfigurationError(f"{path}{line} is not valid YAML.") from error
    if not isinstance(content, dict):
        raise ConfigurationError(f"{path} must hold keys and values, such as `recipe: default.v1`.")
    return content


def _plain(error: msgspec.ValidationError) -> str:
    """Turn "Expected `int` - at `$.a.b`" into "a.b: expected `int`"."""
    problem, _, place = str(error).partition(" - at `$.")
    key = place.rstrip("`") or "signpost"
    return f"{key}: {problem[:1].lower()}{problem[1:]}."
