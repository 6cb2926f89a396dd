"""Answer files, questions, rates, settings and releases that somebody has spoilt are refused in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import load_answer, load_urgent_help, render
from bot.app import as_text
from bot.checks import check_answers
from bot.errors import AnswerError, ReleaseError, SignpostError
from bot.publishing.question_files import add_questions, clean_questions, questions_in
from bot.rates import load_rates, read_rates
from bot.releases import MANIFEST_FILE, Release, ReleaseStore
from bot.settings import AnswerSettings, load_settings
from nlu.benchmark import read_labelled_file
from nlu.questions import load_examples
from tests.fuzz.junk import in_time, often, spoilt_bytes, spoilt_payload, texts

pytestmark = pytest.mark.timeout(3600)  # The long profile takes its time.

CHECKOUT = Path(__file__).resolve().parents[2]
ANSWER = next((CHECKOUT / "answers" / "maternity").glob("*.md")).read_text(encoding="utf-8")
URGENT = next((CHECKOUT / "answers" / "urgent").glob("*.md")).read_text(encoding="utf-8")
RATES = "\n".join((CHECKOUT / "answers" / "rates.csv").read_text(encoding="utf-8").splitlines()[:6])
CONFIG = (CHECKOUT / "config.yml").read_text(encoding="utf-8")
QUESTIONS = "\n".join((CHECKOUT / "nlu" / "questions" / "maternity.yml").read_text(encoding="utf-8").splitlines()[:30])
LABELLED = 'text,label\n"how much, is smp",pay\nwhat is kit,kit\n'


def fed(read: Callable[[Path], object], path: Path, content: bytes) -> None:
    """Let something read a file: it does, or says in one sentence why not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    with in_time():
        try:
            read(path)
        except SignpostError as error:
            assert str(error).strip() and "Traceback" not in str(error)  # noqa: PT017 -- it needn't be raised


@often()
@given(spoilt_bytes(ANSWER))
def test_answer_files(tmp_path: Path, content: bytes) -> None:
    """Front matter and Markdown; what is read can be shown with the day's figures."""
    table = load_rates(CHECKOUT / "answers" / "rates.csv")

    def read(path: Path) -> None:
        answer = load_answer(path)
        for nation in ("", *answer.variants):
            render(answer.text(nation), table, date(2026, 11, 22))

    fed(read, tmp_path / "maternity" / "smp.md", content)


@often(0.5)
@given(spoilt_bytes(URGENT))
def test_urgent_help(tmp_path: Path, content: bytes) -> None:
    """Its messages are read as strictly."""
    fed(load_urgent_help, tmp_path / "urgent" / "suicide.md", content)


@often(0.3)
@given(spoilt_bytes(ANSWER))
def test_checks_of_answers(tmp_path: Path, content: bytes) -> None:
    """`signpost check` reports a spoilt file and goes on."""
    (tmp_path / "rates.csv").write_text(RATES, encoding="utf-8")
    fed(
        lambda path: check_answers(path.parent.parent, AnswerSettings(), date(2026, 11, 22), as_text),
        tmp_path / "maternity" / "smp.md",
        content,
    )


@often()
@given(spoilt_bytes(RATES))
def test_rates(tmp_path: Path, content: bytes) -> None:
    """Faults are listed with their lines; what is read can be shown."""

    def read(path: Path) -> None:
        read_rates(path)
        table = load_rates(path)
        assert all(str(rate) for name in table.names() for rate in table.rows(name))

    fed(read, tmp_path / "rates.csv", content)


@often()
@given(spoilt_bytes(CONFIG))
def test_settings(tmp_path: Path, content: bytes) -> None:
    """All of config.yml."""
    fed(load_settings, tmp_path / "config.yml", content)


@often(0.5)
@given(texts)
def test_settings_of_one_run(override: str) -> None:
    """`--set` with junk."""
    with in_time():
        try:
            load_settings(CHECKOUT / "config.yml", [override, f"etiquette.burst_seconds={override}"])
        except SignpostError as error:
            assert str(error)  # noqa: PT017 -- it needn't be raised


@often()
@given(spoilt_bytes(QUESTIONS))
def test_question_files(tmp_path: Path, content: bytes) -> None:
    """YAML of example questions."""
    fed(lambda path: load_examples(path.parent), tmp_path / "questions" / "maternity.yml", content)


@often(0.5)
@given(spoilt_bytes(QUESTIONS), st.lists(texts, max_size=3))
def test_questions_that_editors_add(content: bytes, added: list[str]) -> None:
    """They go into a file that somebody may have spoilt, and are found in it again."""
    text = content.decode("utf-8", "replace")
    with in_time():
        try:
            assert questions_in(add_questions(text, "smp_amount", clean_questions("\n".join(added)))) is not None
        except SignpostError as error:
            assert str(error)  # noqa: PT017 -- it needn't be raised


@often(0.5)
@given(spoilt_bytes(LABELLED), st.sampled_from(["csv", "yml"]))
def test_files_to_benchmark_on(tmp_path: Path, content: bytes, kind: str) -> None:
    """CSV and Rasa NLU YAML of other people's."""
    fed(lambda path: read_labelled_file(path, "oos"), tmp_path / f"labelled.{kind}", content)


@pytest.fixture(scope="session")
def manifest(release: Release) -> dict[str, Any]:
    """What a release says of itself."""
    content: dict[str, Any] = msgspec.json.decode((release.folder / MANIFEST_FILE).read_bytes())
    return content


@often(0.5)
@given(st.data())
def test_manifests_of_releases(tmp_path: Path, manifest: dict[str, Any], data: st.DataObject) -> None:
    """Changed in any way, it is refused, or its files are not what it says."""
    changed = data.draw(st.one_of(spoilt_payload(manifest).map(_json), spoilt_bytes(_json(manifest).decode())))

    def read(path: Path) -> None:
        store = ReleaseStore(path.parent.parent)
        store.all()
        with pytest.raises(ReleaseError):
            store.use(1)

    fed(read, tmp_path / "releases" / "0001" / MANIFEST_FILE, changed)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


def test_a_yaml_bomb_is_refused(tmp_path: Path) -> None:
    """Aliases of aliases of aliases would fill the memory."""
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{after}: &{after} [{','.join([f'*{before}'] * 9)}]\n"
        for before, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for read, name in ((load_settings, "config.yml"), (load_answer, "a.md")):
        fed(read, tmp_path / name, bomb.encode() if name == "config.yml" else f"---\n{bomb}---\nWords.\n".encode())


def test_a_refusal_says_which_file(tmp_path: Path) -> None:
    """So that the junk above is known to be refused where it must be."""
    path = tmp_path / "maternity" / "smp.md"
    path.parent.mkdir()
    path.write_text("no front matter", encoding="utf-8")
    with pytest.raises(AnswerError, match=r"smp\.md"):
        load_answer(path)
