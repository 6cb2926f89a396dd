"""Releases are numbered, whole and unchanged, or refused in one sentence."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest

from bot.classifier import Kind
from bot.decision import Thresholds
from bot.errors import ReleaseError
from bot.releases import CURRENT_FILE, MANIFEST_FILE, MODEL_FILE, Manifest, Release, ReleaseStore

MANIFEST = Manifest(
    created_at="2026-11-22T10:00:00+00:00",
    thresholds=Thresholds(0.6, 0.9, 0.3, 0.5),
    calibration={"answer": [1.0, 0.0]},
    kinds={"smp_amount": Kind.ANSWER},
    figures={"held_out": {"right": 0.9}},
    answers=1,
    questions=10,
    rasa_version="3.6.21",
)


@pytest.fixture
def store(tmp_path: Path) -> ReleaseStore:
    """A store whose folder is yet to be made."""
    return ReleaseStore(tmp_path / "releases")


def build(store: ReleaseStore, model: str = "model") -> Release:
    """Build a small release and add it."""
    with store.building() as folder:
        (folder / MODEL_FILE).write_text(model)
        (folder / "answers" / "debt").mkdir(parents=True)
        (folder / "answers" / "debt" / "dro.md").write_text("An answer.")
        return store.add(folder, MANIFEST)


def assert_one_sentence(error: BaseException) -> None:
    """A message that a person can read at once: one line, one full stop at its end."""
    assert re.fullmatch(r"[^\n]+[^.]\.", str(error)) and not re.search(r"\. [A-Z]", str(error)), str(error)


def test_a_release_is_added_whole(store: ReleaseStore) -> None:
    """What was built is found under its number, with its manifest and a checksum of every file."""
    release = build(store)
    assert (release.number, release.name, release.model.read_text()) == (1, "0001", "model")
    assert (release.answers / "debt" / "dro.md").read_text() == "An answer."
    assert set(release.manifest.files) == {MODEL_FILE, "answers/debt/dro.md"}
    assert (release.manifest.thresholds, release.manifest.kinds) == (MANIFEST.thresholds, MANIFEST.kinds)
    release.verify()


def test_numbers_go_up(store: ReleaseStore, tmp_path: Path) -> None:
    """Each release has the number after the highest, past four digits too, and gaps are not filled."""
    build(store)
    (tmp_path / "releases" / "0001").rename(tmp_path / "releases" / "9999")
    assert build(store).number == 10000
    assert [release.number for release in store.all()] == [9999, 10000]


def test_two_builds_never_share_a_number(store: ReleaseStore) -> None:
    """Builds that end at the same moment get different numbers, and lose nothing."""
    barrier, added = threading.Barrier(6), []

    def add(model: str) -> None:
        with store.building() as folder:
            (folder / MODEL_FILE).write_text(model)
            barrier.wait()
            added.append((store.add(folder, MANIFEST).number, model))

    threads = [threading.Thread(target=add, args=(f"model {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(number for number, _ in added) == [1, 2, 3, 4, 5, 6]
    assert {(release.number, release.model.read_text()) for release in store.all()} == set(added)


def test_a_build_that_fails_leaves_nothing(store: ReleaseStore, tmp_path: Path) -> None:
    """A half-built folder is removed."""

    def fail(folder: Path) -> None:
        (folder / MODEL_FILE).write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError), store.building() as folder:
        fail(folder)
    assert list((tmp_path / "releases").iterdir()) == []


def test_what_is_no_release_is_ignored(store: ReleaseStore, tmp_path: Path) -> None:
    """Folders of a build that was killed, copies and other files are no releases."""
    release = build(store)
    (tmp_path / "releases" / ".building-4711").mkdir()
    for other in ("0002", "0001 copy", "notes", "2026-11-22"):
        (tmp_path / "releases" / other).mkdir()
    assert [found.number for found in store.all()] == [release.number]
    assert build(store).number == 3


def test_there_is_no_current_release_at_first(store: ReleaseStore) -> None:
    """Without a release, one is told how to build one."""
    assert (store.all(), store.current_number()) == ([], None)
    with pytest.raises(ReleaseError, match="signpost train") as caught:
        store.current()
    assert_one_sentence(caught.value)


def test_building_makes_nothing_current(store: ReleaseStore) -> None:
    """A release is served once somebody says so."""
    build(store)
    assert store.current_number() is None


def test_one_can_go_forward_and_back(store: ReleaseStore, tmp_path: Path) -> None:
    """Choosing a release makes it current; an earlier one can be chosen again."""
    build(store, "one")
    build(store, "two")
    for number in (2, 1):
        assert store.use(number).number == number
        assert (store.current_number(), store.current().number) == (number, number)
    assert [path.name for path in (tmp_path / "releases").glob(".*")] == []


@pytest.mark.parametrize("number", [-1, 0, 2, 10**9])
def test_a_missing_release_is_explained(store: ReleaseStore, number: int) -> None:
    """A number that isn't there is refused, with those that are."""
    build(store)
    for refused in (store.get, store.use):
        with pytest.raises(ReleaseError, match=rf"no release {number} .*there is: 1") as caught:
            refused(number)
        assert_one_sentence(caught.value)
    assert store.current_number() is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"created_at": 1}', b'"\xff"', b"\x00\xff"])
def test_a_corrupt_manifest_is_explained(store: ReleaseStore, content: bytes) -> None:
    """A manifest that can't be read is refused with its path, whatever is wrong with it."""
    release = build(store)
    (release.folder / MANIFEST_FILE).write_bytes(content)
    for refused in (lambda: store.get(1), lambda: store.use(1), store.all):
        with pytest.raises(ReleaseError, match="Release 0001 can't be read") as caught:
            refused()
        assert_one_sentence(caught.value)


@pytest.mark.parametrize("name", [MODEL_FILE, "answers/debt/dro.md"])
def test_a_changed_file_is_noticed(store: ReleaseStore, name: str) -> None:
    """A release of which one byte differs is not served; what was current stays so."""
    store.use(build(store).number)
    changed = build(store).folder / name
    changed.write_bytes(changed.read_bytes()[:-1] + b"!")
    with pytest.raises(ReleaseError, match=rf"release 0002, {name} has been changed") as caught:
        store.use(2)
    assert_one_sentence(caught.value)
    assert store.current().number == 1


def test_a_missing_file_is_noticed(store: ReleaseStore) -> None:
    """A current release that has lost a file is not served."""
    release = store.use(build(store).number)
    release.model.unlink()
    with pytest.raises(ReleaseError, match=f"{MODEL_FILE} is missing") as caught:
        store.current()
    assert_one_sentence(caught.value)


@pytest.mark.parametrize("content", [b"", b"two", b"\xff\xfe1", b"1 2"])
def test_an_unreadable_current_file_is_explained(store: ReleaseStore, tmp_path: Path, content: bytes) -> None:
    """A current file that holds no number is refused, and choosing a release mends it."""
    build(store)
    (tmp_path / "releases" / CURRENT_FILE).write_bytes(content)
    with pytest.raises(ReleaseError, match="choose a release with `signpost use`") as caught:
        store.current()
    assert_one_sentence(caught.value)
    assert store.use(1).number == store.current_number() == 1


def test_a_folder_in_place_of_the_current_file_is_explained(store: ReleaseStore, tmp_path: Path) -> None:
    """Where the choice can't be read or written, both say so, and no scratch file is left."""
    build(store)
    (tmp_path / "releases" / CURRENT_FILE).mkdir()
    for refused in (store.current, lambda: store.use(1)):
        with pytest.raises(ReleaseError, match=f"{CURRENT_FILE} can't be") as caught:
            refused()
        assert_one_sentence(caught.value)
    assert list((tmp_path / "releases").glob(".*")) == []


def test_a_current_release_that_was_removed_is_explained(store: ReleaseStore) -> None:
    """Where the current release is gone, the others are named."""
    build(store)
    gone = store.use(build(store).number)
    gone.folder.rename(gone.folder.with_name("removed"))
    with pytest.raises(ReleaseError, match=r"no release 2 .*there is: 1") as caught:
        store.current()
    assert_one_sentence(caught.value)


def test_a_store_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    """A file where the releases should be is refused before anything is built."""
    (tmp_path / "releases").write_text("")
    with (
        pytest.raises(ReleaseError, match="can't be written") as caught,
        ReleaseStore(tmp_path / "releases").building(),
    ):
        pass
    assert_one_sentence(caught.value)
