"""A release that is broken, half written or ill-meant: one sentence at the start; while the bot runs, it goes on.

What a running bot does with one is in tests/bot/test_release_watch.py, too.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.app import Project
from bot.app.serving import serving
from bot.cli import main
from bot.errors import ReleaseError
from bot.messages import Message, Outcome
from bot.releases import CURRENT_FILE, MANIFEST_FILE, MODEL_FILE, Release, ReleaseStore
from tests.bot.test_releases import MANIFEST, build
from tests.factories import with_two_releases
from tests.faults.desk import logged
from tests.waiting import until

ROOT = Path(__file__).parents[2]
LOAD = """
import sys, tempfile
from pathlib import Path
from nlu.trained_model import TrainedModel
for archive in sys.argv[2:]:
    try:
        TrainedModel.load(Path(archive), Path(tempfile.mkdtemp(dir=sys.argv[1])))
        print("loaded")
    except Exception as error:
        print(type(error).__name__)
"""


@pytest.fixture
def store(tmp_path: Path) -> ReleaseStore:
    """Two small releases without a real model; the second is current."""
    made = ReleaseStore(tmp_path / "data" / "releases")
    build(made)
    made.use(build(made).number)
    return made


def half_manifest(folder: Path) -> None:
    """The power failed while it was written."""
    manifest = (folder / MANIFEST_FILE).read_bytes()
    (folder / MANIFEST_FILE).write_bytes(manifest[: len(manifest) // 2])


def empty_manifest(folder: Path) -> None:
    """The same, as file systems leave it."""
    (folder / MANIFEST_FILE).write_bytes(bytes((folder / MANIFEST_FILE).stat().st_size))


def half_model(folder: Path) -> None:
    """The end of a file is missing."""
    (folder / MODEL_FILE).write_bytes((folder / MODEL_FILE).read_bytes()[:-2])


def no_model(folder: Path) -> None:
    """A file is missing."""
    (folder / MODEL_FILE).unlink()


def other_answer(folder: Path) -> None:
    """Somebody has changed an official answer."""
    (folder / "answers" / "debt" / "dro.md").write_text("Send your money here.")


def no_release(folder: Path) -> None:
    """The choice points at nothing."""
    folder.rename(folder.with_name("gone"))


def no_number(folder: Path) -> None:
    """The choice was half written."""
    (folder.parent / CURRENT_FILE).write_bytes(b"")


def names_elsewhere(folder: Path) -> None:
    """The manifest speaks of a file outside of the release."""
    manifest = json.loads((folder / MANIFEST_FILE).read_text())
    manifest["files"]["../0001/model.tar.gz"] = next(iter(manifest["files"].values()))
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest))


DAMAGES = (half_manifest, empty_manifest, half_model, no_model, other_answer, no_release, no_number, names_elsewhere)


def assert_one_sentence(text: str) -> None:
    """One line, one full stop at its end."""
    assert re.fullmatch(r"[^\n]+[^.]\.", text) and not re.search(r"\. [A-Z]", text), text


def refusal(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What a command says that can't start."""
    monkeypatch.setattr(sys, "argv", ["signpost", "ask", "how much is smp", "--data", str(data)])
    with pytest.raises(SystemExit) as ended:
        main()
    out, errors = capsys.readouterr()
    assert (ended.value.code, out) == (1, "") and errors.startswith("signpost: ")
    return errors.removeprefix("signpost: ").strip()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_broken_release_is_one_sentence_at_the_start(
    store: ReleaseStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    damage: Callable[[Path], None],
) -> None:
    """With what to do, and an exit code; the release before can be gone back to."""
    damage(store.get(2).folder)
    said = refusal(tmp_path / "data", monkeypatch, capsys)
    assert_one_sentence(said)
    assert "`signpost use`" in said or "there is: 1" in said
    assert store.use(1).number == 1
    store.current()


def test_a_manifest_leads_nowhere_else(store: ReleaseStore, tmp_path: Path) -> None:
    """Its names are those of files of the release, whatever it says; nothing is read or copied from elsewhere."""
    (tmp_path / "secret").write_text("zanzibar")
    for name in ("../../../secret", str(tmp_path / "secret"), "answers/../../../../secret", "a\0b"):
        with store.building() as folder:
            release = store.add(folder, MANIFEST)
        manifest = json.loads((release.folder / MANIFEST_FILE).read_text())
        (release.folder / MANIFEST_FILE).write_text(json.dumps({**manifest, "files": {name: "0" * 64}}))
        with pytest.raises(ReleaseError, match="can't be read") as caught:
            store.get(release.number)
        assert_one_sentence(str(caught.value))


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    """A member of an archive."""
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made


def archive_of(path: Path, *members: tarfile.TarInfo) -> str:
    """An archive with members whose content is ill-meant."""
    with tarfile.open(path, "w:gz") as archive:
        for one in members:
            one.size = 4 if one.isreg() else 0
            archive.addfile(one, io.BytesIO(b"evil"))
    return str(path)


def test_a_models_archive_writes_nowhere_else(tmp_path: Path) -> None:
    """Members that lead up, or anywhere, links and devices: none is unpacked, in the process that holds the model."""
    outside = tmp_path / "outside"
    outside.mkdir()
    evil = {
        "up": [member("../../outside/evil")],
        "deep": [member("components/../../../outside/evil")],
        "absolute": [member(str(outside / "evil"))],
        "through a link": [member("link", tarfile.SYMTYPE, str(outside)), member("link/evil")],
        "link up": [member("link", tarfile.SYMTYPE, "../../outside")],
        "hard link": [member("link", tarfile.LNKTYPE, "/etc/passwd")],
        "device": [member("device", tarfile.CHRTYPE)],
    }
    archives = [archive_of(tmp_path / f"{name}.tar.gz", *members) for name, members in evil.items()]
    (tmp_path / "models").mkdir()
    command = [sys.executable, "-W", "ignore", "-c", LOAD, str(tmp_path / "models"), *archives]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=280).stdout.split()
    assert said == ["TarSafeException"] * len(evil)
    assert list(outside.iterdir()) == []
    unpacked = {path.name for path in (tmp_path / "models").rglob("*") if path.is_symlink() or not path.is_dir()}
    assert not unpacked & {"evil", "link", "device"}


@pytest.mark.usefixtures("release")
async def test_a_model_that_cannot_be_loaded_changes_nothing(
    small_project: Project, release: Release, tmp_path: Path
) -> None:
    """A half model whose checksum is right: the bot goes on with the release before, and says so once."""
    project = with_two_releases(small_project, release, tmp_path / "data")
    project.releases.remove(2)
    with project.releases.building() as folder:
        for name in release.manifest.files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.link(release.folder / name, folder / name)
        (folder / MODEL_FILE).unlink()
        (folder / MODEL_FILE).write_bytes(release.model.read_bytes()[:-5000])
        project.releases.add(folder, release.manifest)
    with logged() as lines:
        async with serving(project, project.releases.current(), record=True) as service:
            assert service.watch is not None and service.desk is not None
            watching = asyncio.create_task(service.keep_fresh())
            project.releases.use(2)
            await until(lambda: lines)
            message = Message("how much is statutory maternity pay", "terminal", message_id="m1")
            response = await service.desk.handler.respond(message)
            watching.cancel()
            await asyncio.wait({watching})
    assert (response.outcome, response.release) == (Outcome.ANSWERED, "0001")
    assert lines == [
        "Release 0001 goes on answering, since 0002 can't be served. "
        "The model can't be loaded: run `signpost train` to build a new release."
    ]
