"""The settings are checked once, and a fault names its key."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from ruamel.yaml import YAML

from bot.errors import ConfigurationError
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
