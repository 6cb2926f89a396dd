"""What the image and the units are made of, what the audit says, and that the threat model's tests are there."""

from __future__ import annotations

import ast
import configparser
import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
import warnings
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib.metadata import distributions
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from bot.accounts import Account, Role
from bot.console.parts import Parts
from bot.errors import ConfigurationError
from bot.health import health_app
from bot.releases import Release
from bot.secret_files import secret_given
from connectors.telegram_connector import Webhook
from nlu.worker_process import environment

CHECKOUT = Path(__file__).resolve().parent.parent
DEPLOY = CHECKOUT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
TODAY = date(2026, 11, 22)
IMPORTS = """
import os, sys
noted = os.open(os.environ["PYTHON_IMPORTED"], os.O_CREAT | os.O_WRONLY | os.O_APPEND)
def note(event, arguments):
    path = arguments[0].co_filename if event == "exec" else arguments[1] if event == "import" else None
    if path and "site-packages" in path:
        os.write(noted, f"{path}\\n".encode())
sys.addaudithook(note)
"""
"""Imported by each process at its start, before any sandbox: the files that Python then runs or loads."""
FACING = (
    "import bot.app.office, bot.app.platforms, bot.app.serving, bot.cli.run, connectors.discord_connector, "
    "connectors.telegram_connector, connectors.telegram_connector.webhook, uvicorn.protocols.http.h11_impl"
)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        # The packaging that Rasa pins speaks to a later pyparsing.
        warnings.simplefilter("ignore", DeprecationWarning)
        spec.loader.exec_module(module)
    return module


serving = _module(DEPLOY / "serving.py")
audit = _module(CHECKOUT / ".ci" / "audit.py")


def _listed() -> set[str]:
    return set(re.findall(r"^([\w.-]+)==", (DEPLOY / "serving.txt").read_text(encoding="utf-8"), re.MULTILINE))


def _imported_by(folder: Path, *command: str) -> set[str]:
    """The packages of which a command and the processes that it starts import anything."""
    (folder / "sitecustomize.py").write_text(IMPORTS, encoding="utf-8")
    noted = folder / "imported"
    extra = {"PYTHONPATH": str(folder), "PYTHON_IMPORTED": str(noted)}
    subprocess.run([sys.executable, *command], env={**environment(), **extra}, cwd=CHECKOUT, check=True, timeout=280)
    files = set(noted.read_text(encoding="utf-8").splitlines())
    owners = _owners()
    return {owners[file] for file in files if file in owners} - {serving.PROJECT}


@lru_cache
def _owners() -> dict[str, str]:
    """Which package each installed module is of."""
    return {
        str(package.locate_file(name)): canonicalize_name(package.metadata["Name"])
        for package in distributions()
        for name, _, _ in (line.partition(",") for line in (package.read_text("RECORD") or "").splitlines())
        if name.endswith((".py", ".so"))
    }


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # As in _module.
def test_the_list_of_the_image_is_up_to_date() -> None:
    """`deploy/serving.txt` is what `deploy/serving.py` makes of the lock, and TensorFlow isn't on it."""
    assert serving.needed(CHECKOUT / "uv.lock") == _listed()
    pins = re.findall(r"^([\w.-]+)==(\S+)", (DEPLOY / "serving.txt").read_text(encoding="utf-8"), re.MULTILINE)
    lock = (CHECKOUT / "uv.lock").read_text(encoding="utf-8")
    assert all(f'name = "{name}"\nversion = "{version}"\n' in lock for name, version in pins)
    assert not {"tensorflow", "keras", "sanic", "aiogram"} & _listed()


def test_serving_imports_nothing_else(release: Release, tmp_path: Path) -> None:
    """Whatever the bot and the model's process import to answer is in the image."""
    data = str(release.folder.parent.parent)
    imported = _imported_by(tmp_path, "-m", "bot", "ask", "--data", data, "how much is smp")
    assert {"rasa", "onnxruntime", "tokenizers"} <= imported
    # What a library uses where it happens to be installed isn't needed.
    assert {"pytz"} >= imported - _listed()


def test_what_faces_the_network_is_listed(tmp_path: Path) -> None:
    """docs/dependencies.md names every package that the process with the tokens imports, and Rasa isn't one."""
    text = (CHECKOUT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    table = text[text.index("**The bot's process**") : text.index("**The model's processes**")]
    named = {canonicalize_name(name) for name in re.findall(r"[\w.-]+", table)}
    imported = _imported_by(tmp_path, "-W", "ignore", "-c", FACING)
    assert {"aiohttp", "httpx", "starlette"} <= imported
    assert set() == imported - named
    assert not {"rasa", "onnxruntime", "tensorflow", "sanic"} & imported


def _instructions(stage: int) -> list[tuple[str, str]]:
    """The instructions of a stage of the Dockerfile, each on one line."""
    text = (CHECKOUT / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    stages = re.split(r"^(?=FROM )", text, flags=re.MULTILINE)[1:]
    lines = [line.strip() for line in stages[stage].splitlines() if line.strip()]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def test_the_image_is_built_of_what_is_there() -> None:
    """Every file that is copied exists, and .dockerignore lets it through; bases are named by tag."""
    allowed = [line[1:] for line in (CHECKOUT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] == "!"]
    for stage in (0, 1):
        instructions = _instructions(stage)
        assert re.match(r"python:3\.10-slim( |$)", instructions[0][1])
        for _, arguments in (one for one in instructions if one[0] == "COPY" and "--from" not in one[1]):
            *sources, _ = [word for word in shlex.split(arguments) if not word.startswith("--")]
            for source in sources:
                assert (CHECKOUT / source).exists(), source
                assert any(source == one or source.startswith(f"{one}/") for one in allowed), source


def test_the_image_runs_as_nobody_in_particular() -> None:
    """It has a user of its own, signals reach the bot, and its health is asked where it is served."""
    last = dict(_instructions(-1))
    assert last["USER"] not in ("root", "0")
    assert ["tini", "--", "signpost"] == json.loads(last["ENTRYPOINT"]) and "run" == json.loads(last["CMD"])[0]
    order = [word for word, _ in _instructions(-1)]
    assert order.index("USER") > max(place for place, word in enumerate(order) if word == "RUN")
    asked = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", last["HEALTHCHECK"])
    config = (CHECKOUT / "config.yml").read_text(encoding="utf-8")
    assert asked and f"port: {asked[1]}" in config
    paths = {getattr(route, "path", "") for route in health_app(dict).routes}
    assert asked[2] in paths


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_is_hardened(unit: Path) -> None:
    """Each unit gives up what it can, and starts a command that there is."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit)
    service = parser["Service"]
    assert "signpost" == service["User"] and "" == service["CapabilityBoundingSet"]
    assert "strict" == service["ProtectSystem"] and "0" == service["LimitCORE"]
    for name in ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "RestrictNamespaces", "MemoryDenyWriteExecute"):
        assert "yes" == service[name]
    command = service["ExecStart"].split()[1]
    assert (CHECKOUT / "bot" / "cli" / f"{command}.py").exists()
    assert "TOKEN=" not in unit.read_text(encoding="utf-8")


def test_units_are_told_of_what_the_sandbox_needs() -> None:
    """The unit of the bot lets the model's process limit itself."""
    text = (DEPLOY / "signpost-run.service").read_text(encoding="utf-8")
    assert {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp"} <= set(text.split())


def _found(identifier: str, **more: Any) -> list[dict[str, Any]]:
    vulnerability = {"id": identifier, "fix_versions": ["9.9"], "aliases": [], **more}
    return [{"name": "aiohttp", "version": "3.9.5", "vulns": [vulnerability]}]


def test_a_known_vulnerability_fails_the_audit() -> None:
    """One that isn't accepted, or no longer, fails; one that is, under any of its names, is shown with the reason."""
    accepted = {"CVE-1": {"reason": "Nobody calls it.", "review_by": TODAY}}
    assert not audit.verdict(_found("CVE-1"), accepted, TODAY)[1]
    assert not audit.verdict(_found("GHSA-1", aliases=["CVE-1"]), accepted, TODAY)[1]
    lines, is_bad = audit.verdict(_found("CVE-1"), accepted, TODAY.replace(month=12))
    assert is_bad and "look at it again" in lines[-1]
    lines, is_bad = audit.verdict(_found("CVE-2"), accepted, TODAY)
    assert is_bad and "9.9" in lines[-1]


def test_an_audit_that_looked_nothing_up_says_so() -> None:
    """Packages that the source didn't know were not audited, whatever pip-audit calls that."""
    skipped = {"name": "rasa", "skip_reason": "Dependency not found on PyPI and could not be audited"}
    assert ([audit.NOT_DONE], False) == audit.verdict([skipped, skipped], {}, TODAY)
    lines, is_bad = audit.verdict([skipped, {"name": "aiohttp", "version": "3.9.5", "vulns": []}], {}, TODAY)
    assert not is_bad and "1 of 2" in lines[0] and "rasa" in lines[1]


def test_what_is_accepted_is_explained() -> None:
    """Each has a reason and a day, stands in docs/dependencies.md, and is of a package that is still used."""
    accepted = audit.tomli.loads(audit.ACCEPTED.read_text(encoding="utf-8"))
    text = (CHECKOUT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for name, entry in accepted.items():
        assert name in text and entry["reason"] and isinstance(entry["review_by"], date)
        assert entry["package"] in _listed()
        version = re.search(rf"^{entry['package']}==(\S+)", (DEPLOY / "serving.txt").read_text("utf-8"), re.MULTILINE)
        assert version and f"{entry['package']} {version[1]}" in text


def test_the_tests_of_the_threat_model_are_there() -> None:
    """Every test that the page names exists, and every threat has one."""
    text = (CHECKOUT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")][2:]
    assert 25 <= len(rows)
    for *_, tests in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", tests)
        assert named, tests
        for path, name in named:
            functions = ast.walk(ast.parse((CHECKOUT / path).read_text(encoding="utf-8")))
            names = {one.name for one in functions if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
            assert name in names if name else any(one.startswith("test_") for one in names), f"{path}::{name}"


@pytest.mark.parametrize(
    ("given", "secret"),
    [({}, ""), ({"TOKEN": "plain"}, "plain"), ({"TOKEN_FILE": "file", "TOKEN": "plain"}, "from a file")],
)
def test_a_secret_may_come_in_a_file(tmp_path: Path, given: Mapping[str, str], secret: str) -> None:
    """The variable with _FILE names a file, whose last line end is no part of it."""
    (tmp_path / "file").write_text("from a file\n", encoding="utf-8")
    found = {name: str(tmp_path / value) if name == "TOKEN_FILE" else value for name, value in given.items()}
    assert secret == secret_given("TOKEN", found)


def test_a_secret_that_cannot_be_read_is_explained(tmp_path: Path) -> None:
    """The variable and the file are named."""
    with pytest.raises(ConfigurationError, match=r"TOKEN_FILE: .*missing can't be read"):
        secret_given("TOKEN", {"TOKEN_FILE": os.fspath(tmp_path / "missing")})


def test_no_secret_is_in_a_repr() -> None:
    """What holds a key, a secret or what a session is known by doesn't show it."""
    others = {name: None for name in Parts.__dataclass_fields__ if name not in ("key", "oidc_secret")}
    shown = [
        repr(Parts(**others, key=b"planted", oidc_secret="planted")),  # type: ignore[arg-type]
        repr(Account(1, "a@b.example", "A", Role.VIEWER, "", True, True, stamp="planted")),
        repr(Webhook("https://example.org", "127.0.0.1", 8443, "planted")),
    ]
    assert not [text for text in shown if "planted" in text]
