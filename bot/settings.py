"""The `signpost:` section of config.yml, checked once and then trusted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from ruamel.yaml.error import YAMLError

from bot.errors import ConfigurationError
from bot.places import Mode
from bot.plain_yaml import load_plain

AUDIT_DAYS = 730
"""For how long the audit log is kept at the least."""

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]


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
    duplicate_seconds: Seconds = 30.0
    burst_seconds: Seconds = 4.0
    edit_seconds: Seconds = 300.0
    staff_quiet_seconds: Seconds = 180.0
    new_community_mode: Mode = Mode.MENTION_ONLY
    quiet_while_staff: bool = True
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


class WebhookSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where Telegram sends updates, if not asked for them. An empty `url` asks for them (long polling)."""

    url: str = ""
    host: str = "127.0.0.1"
    port: Port = 8443


class TelegramSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How Telegram is spoken to."""

    api_base: str = "https://api.telegram.org"
    link_previews: Literal["off", "platform"] = "off"
    poll_seconds: Positive = 30
    group_per_minute: Positive = 20
    chat_per_second: Positive = 1
    overall_per_second: Positive = 30
    webhook: WebhookSettings = WebhookSettings()


class DiscordSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How Discord is spoken to."""

    api_base: str = "https://discord.com/api/v10"
    look_back_minutes: Seconds = 10.0


class ConnectorSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the platforms are spoken to."""

    max_reply_age_minutes: Seconds = 10.0
    telegram: TelegramSettings = TelegramSettings()
    discord: DiscordSettings = DiscordSettings()


class HealthSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where health and metrics are served while the bot runs. Port 0 takes any that is free."""

    host: str = "127.0.0.1"
    port: Port = 9464


class OidcSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A department's own sign-in (OpenID Connect). An empty `issuer` leaves it out."""

    issuer: str = ""
    client_id: str = ""
    name: str = "your department"


class ConsoleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where officials and editors work. `public_url` is how they reach it, where that is through a proxy."""

    host: str = "127.0.0.1"
    port: Port = 9465
    public_url: str = ""
    session_hours: Positive = 8
    second_factor: Literal["required", "off"] = "required"
    oidc: OidcSettings = OidcSettings()


class TellingSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whom officials' answers reach afterwards, and how often staff are told of what has none."""

    max_age_days: Positive = 60
    correct_days: Positive = 30
    digest_minutes: Positive = 60


class RetentionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """For how many whole days (UTC) what is stored of people is kept: see bot.storage.retention.

    The audit log can't be shortened below two years: its own trigger forbids it.
    """

    words_days: Positive = 90
    reply_ids_days: Positive = 30
    moderators_days: Positive = 365
    records_days: Annotated[int, msgspec.Meta(ge=AUDIT_DAYS)] = AUDIT_DAYS


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All settings of the bot."""

    classifier: ClassifierSettings = ClassifierSettings()
    thresholds: ThresholdSettings = ThresholdSettings()
    etiquette: EtiquetteSettings = EtiquetteSettings()
    answers: AnswerSettings = AnswerSettings()
    question_log: QuestionLogSettings = QuestionLogSettings()
    connectors: ConnectorSettings = ConnectorSettings()
    health: HealthSettings = HealthSettings()
    console: ConsoleSettings = ConsoleSettings()
    telling: TellingSettings = TellingSettings()
    retention: RetentionSettings = RetentionSettings()

    def __post_init__(self) -> None:
        """Refuse settings that contradict each other."""
        for kept, needed, name, other in (
            (self.retention.words_days, self.telling.max_age_days, "words_days", "max_age_days"),
            (self.retention.reply_ids_days, self.telling.correct_days, "reply_ids_days", "correct_days"),
        ):
            if kept < needed:
                raise ValueError(f"retention.{name} ({kept}) must not be below telling.{other} ({needed})")


def load_settings(path: Path, overrides: Sequence[str] = ()) -> Settings:
    """Read and check the settings; an override is KEY=VALUE, such as connectors.telegram.link_previews=platform.

    Raises ConfigurationError, naming the offending key.
    """
    section = read_config(path).get("signpost", {})
    for override in overrides if isinstance(section, dict) else ():
        _override(section, override)
    try:
        return msgspec.convert(section, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{path}: in the signpost section, {_plain(error)}") from error


def _override(section: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals or not key.strip():
        raise ConfigurationError(f"--set {override}: write KEY=VALUE, such as etiquette.burst_seconds=2.")
    *folders, name = key.strip().removeprefix("signpost.").split(".")
    for folder in folders:
        section = section.setdefault(folder, {})
        if not isinstance(section, dict):
            raise ConfigurationError(f"--set {override}: {folder} is no section of config.yml.")
    try:
        section[name] = load_plain(text)
    except (YAMLError, ValueError) as error:
        raise ConfigurationError(f"--set {override}: the value is not valid YAML.") from error


def read_config(path: Path) -> dict[str, Any]:
    """All of config.yml, Rasa's keys too. Raises ConfigurationError where it can't be read."""
    try:
        content = load_plain(path.read_text(encoding="utf-8"))
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
