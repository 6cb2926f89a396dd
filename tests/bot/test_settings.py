"""The settings are checked once, and a fault names its key."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from ruamel.yaml import YAML

from bot.errors import ConfigurationError
from bot.places import Mode
from bot.settings import Settings, load_settings

CONFIG = Path(__file__).parents[2] / "config.yml"


def config_file(folder: Path, content: str) -> Path:
    """Write a config.yml."""
    path = folder / "config.yml"
    path.write_text(content, encoding="utf-8")
    return path


def test_shipped_file_names_every_setting() -> None:
    """The project's own config.yml can be read, and shows each setting that there is."""
    section = YAML(typ="safe").load(CONFIG)["signpost"]

    load_settings(CONFIG)
    assert {name: set(values) for name, values in section.items()} == {
        name: set(values) for name, values in msgspec.to_builtins(Settings()).items()
    }


@pytest.mark.parametrize("content", ["recipe: default.v1\n", "signpost: {}\n"])
def test_what_is_left_out_has_its_default(tmp_path: Path, content: str) -> None:
    """A configuration without settings of the bot means the defaults."""
    assert load_settings(config_file(tmp_path, content)) == Settings()


def test_settings_are_read(tmp_path: Path) -> None:
    """A value in the file takes the default's place, and leaves the others."""
    path = config_file(tmp_path, 'signpost:\n  etiquette:\n    muted_channels: ["123"]\n    duplicate_seconds: 0\n')

    etiquette = load_settings(path).etiquette
    assert (etiquette.muted_channels, etiquette.duplicate_seconds) == (("123",), 0)
    assert etiquette.person_cooldown_seconds == Settings().etiquette.person_cooldown_seconds


@pytest.mark.parametrize(
    ("section", "key", "value", "is_allowed"),
    [
        ("classifier", "workers", "1", True),
        ("classifier", "workers", "0", False),
        ("classifier", "workers", "two", False),
        ("classifier", "timeout_seconds", "0", True),
        ("classifier", "timeout_seconds", "-0.1", False),
        ("thresholds", "wrong_answers_addressed", "0", True),
        ("thresholds", "wrong_answers_addressed", "1", True),
        ("thresholds", "wrong_answers_addressed", "1.01", False),
        ("thresholds", "urgent_false_alarms", "-0.01", False),
        ("answers", "max_reading_age", "5", True),
        ("answers", "max_reading_age", "4.9", False),
        ("answers", "max_words", "1", True),
        ("answers", "max_words", "0", False),
        ("etiquette", "muted_channels", "general", False),
        ("question_log", "busy_seconds", "", False),
    ],
)
def test_value_out_of_bounds_names_its_key(
    tmp_path: Path, section: str, key: str, value: str, is_allowed: bool
) -> None:
    """A value at its bound is taken; one beyond it, or of another kind, is refused by the name of its key."""
    path = config_file(tmp_path, f"signpost:\n  {section}:\n    {key}: {value}\n")
    if is_allowed:
        assert getattr(getattr(load_settings(path), section), key) == float(value)
        return
    with pytest.raises(ConfigurationError, match=rf"config\.yml.*{section}\.{key}: "):
        load_settings(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("signpost:\n  etiquete: {}\n", "signpost: object contains unknown field `etiquete`"),
        ("signpost:\n  etiquette:\n    cooldown: 3\n", "etiquette: object contains unknown field `cooldown`"),
        ("signpost:\n  classifier: fast\n", "classifier: expected `object`"),
        ("signpost:\n", "signpost: expected `object`"),
        ("signpost: [1]\n", "signpost: expected `object`"),
        ("signpost: {}\nsignpost: {}\n", "line 2 is not valid YAML"),
        ("recipe: x\n  language: en\n", "line 2 is not valid YAML"),
        ("- recipe\n", "must hold keys and values"),
        ("", "must hold keys and values"),
        ("since: 2026-02-30\n", "is not valid YAML"),
    ],
)
def test_fault_is_named(tmp_path: Path, content: str, says: str) -> None:
    """An unknown key, a wrong shape or broken YAML is refused with a sentence that names it."""
    with pytest.raises(ConfigurationError) as caught:
        load_settings(config_file(tmp_path, content))
    assert says in str(caught.value)


def test_unreadable_file_is_named(tmp_path: Path) -> None:
    """A file that is missing or holds unreadable bytes is refused by its name."""
    with pytest.raises(ConfigurationError, match=r"config\.yml can't be read"):
        load_settings(tmp_path / "config.yml")
    (tmp_path / "config.yml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ConfigurationError, match=r"config\.yml can't be read"):
        load_settings(tmp_path / "config.yml")


# Overrides


@pytest.mark.parametrize(
    ("override", "section", "key", "value"),
    [
        ("etiquette.burst_seconds=2", "etiquette", "burst_seconds", 2.0),
        ("etiquette.burst_seconds = 2.5", "etiquette", "burst_seconds", 2.5),
        ("signpost.etiquette.burst_seconds=2", "etiquette", "burst_seconds", 2.0),
        ("etiquette.quiet_while_staff=false", "etiquette", "quiet_while_staff", False),
        ("etiquette.new_community_mode=questions", "etiquette", "new_community_mode", Mode.QUESTIONS),
        ("etiquette.new_community_mode=off", "etiquette", "new_community_mode", Mode.OFF),
        ('etiquette.muted_channels=["1", "2"]', "etiquette", "muted_channels", ("1", "2")),
        ("classifier.workers=3", "classifier", "workers", 3),
        ("health.port=0", "health", "port", 0),
        ('health.host=""', "health", "host", ""),
        ("connectors.max_reply_age_minutes=0.5", "connectors", "max_reply_age_minutes", 0.5),
    ],
)
def test_an_override_stands_before_the_file(
    tmp_path: Path, override: str, section: str, key: str, value: object
) -> None:
    """A value given for one run takes the place of what config.yml or the default says, and leaves the rest."""
    file = "signpost:\n  etiquette:\n    burst_seconds: 9\n    duplicate_seconds: 7\n"
    settings = load_settings(config_file(tmp_path, file), [override])
    assert getattr(getattr(settings, section), key) == value
    assert settings.etiquette.duplicate_seconds == 7


@pytest.mark.parametrize("content", ["recipe: default.v1\n", "signpost: {}\n", "signpost:\n  health: {}\n"])
def test_an_override_needs_nothing_in_the_file(tmp_path: Path, content: str) -> None:
    """Sections that the file leaves out are made."""
    overrides = ["connectors.telegram.webhook.port=0", "connectors.telegram.link_previews=platform"]
    telegram = load_settings(config_file(tmp_path, content), overrides).connectors.telegram
    assert (telegram.webhook.port, telegram.link_previews) == (0, "platform")


@pytest.mark.parametrize("base", ["http://127.0.0.1:9102/bot", "https://discord.com/api/v10?a=b"])
def test_an_address_may_hold_anything(base: str) -> None:
    """Colons, slashes and further equals signs belong to the value."""
    assert load_settings(CONFIG, [f"connectors.telegram.api_base={base}"]).connectors.telegram.api_base == base


def test_the_last_override_holds(tmp_path: Path) -> None:
    """Who says a thing twice means the second."""
    overrides = ["etiquette.burst_seconds=2", "classifier.workers=2", "etiquette.burst_seconds=3"]
    settings = load_settings(config_file(tmp_path, "signpost: {}\n"), overrides)
    assert (settings.etiquette.burst_seconds, settings.classifier.workers) == (3, 2)


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("etiquette.burst=3", "etiquette: object contains unknown field `burst`"),
        ("etiquete.burst_seconds=3", "signpost: object contains unknown field `etiquete`"),
        ("connectors.telegram.base=x", "connectors.telegram: object contains unknown field `base`"),
        ("etiquette.burst_seconds=soon", "etiquette.burst_seconds: expected `float`"),
        ("etiquette.burst_seconds=-1", "etiquette.burst_seconds: expected `float` >= 0"),
        ("etiquette.burst_seconds=", "etiquette.burst_seconds: expected `float`"),
        ("etiquette.new_community_mode=loud", "etiquette.new_community_mode: invalid enum value"),
        ("health.host=", "health.host: expected `str`"),
        ("health.port=70000", "health.port: expected `int` <= 65535"),
        ("connectors.telegram.link_previews=on", "connectors.telegram.link_previews: "),
        ("etiquette=5", "etiquette: expected `object`"),
        ("etiquette.burst_seconds", "--set etiquette.burst_seconds: write KEY=VALUE"),
        ("=5", "--set =5: write KEY=VALUE"),
        ("", "--set : write KEY=VALUE"),
        ("classifier.workers.more=5", "--set classifier.workers.more=5: workers is no section"),
        ("etiquette.burst_seconds=[1", "--set etiquette.burst_seconds=[1: the value is not valid YAML"),
        pytest.param("etiquette.burst_seconds=2026-02-30", "the value is not valid YAML"),
    ],
)
def test_a_wrong_override_is_named(override: str, says: str) -> None:
    """An unknown key, a wrong value or no value at all is refused with a sentence that names it."""
    with pytest.raises(ConfigurationError) as caught:
        load_settings(CONFIG, [override])
    assert says in str(caught.value)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["signpost:\n", "signpost: [1]\n", "signpost: fast\n"])
def test_an_override_of_a_broken_file_is_explained(tmp_path: Path, content: str) -> None:
    """A section that holds nothing to override is named as without an override."""
    with pytest.raises(ConfigurationError, match=r"signpost: expected `object`"):
        load_settings(config_file(tmp_path, content), ["etiquette.burst_seconds=2"])
