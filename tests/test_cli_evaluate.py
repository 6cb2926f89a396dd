"""`signpost evaluate`, run as a person runs it, over releases of the small project."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.app import Project
from bot.app.project import HELD_OUT_FILE
from bot.evaluation.record import read_evaluation
from bot.evaluation.scoring import Evaluation
from bot.releases import MANIFEST_FILE, Release
from tests.command_line import CommandLine, Run

Evaluate = Callable[..., Run]

LINES = [
    {"text": "how much is statutory maternity pay after the first 6 weeks", "answer": "smp_amount"},
    {"text": "what are kit days", "answer": "kit_days", "addressed": False, "group": "heard"},
    {"text": "what are kit days", "answer": "ccj"},
    {"text": "cash isa rates are rubbish this year", "answer": None, "addressed": False},
]
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def data(small_project: Project, release: Release, tmp_path: Path) -> Path:
    """A data folder with the release of the small project as its only one, and current."""
    shutil.copytree(release.folder, tmp_path / "var" / "releases" / "0001")
    (tmp_path / "var" / "releases" / "current").write_text("1\n")
    return tmp_path / "var"


@pytest.fixture
def cautious(data: Path) -> int:
    """The number of a release with the same model that is never sure enough to answer when addressed."""
    folder = shutil.copytree(data / "releases" / "0001", data / "releases" / "0002")
    manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    manifest["thresholds"] |= {"addressed": 1.01, "overheard": 1.01, "offer": 1.01}
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest), encoding="utf-8")
    return 2


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """A labelled file."""
    path = tmp_path / "asked.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in LINES), encoding="utf-8")
    return path


@pytest.fixture
def evaluate(small_project: Project, data: Path, signpost: CommandLine) -> Evaluate:
    """Runs the command over the releases."""

    def run(*arguments: str) -> Run:
        return signpost("evaluate", *arguments, "--data", str(data), folder=small_project.root)

    return run


def as_json(run: Run) -> dict[str, Any]:
    """What `--json` has printed."""
    assert (0, "") == (run.code, run.errors)
    content: dict[str, Any] = json.loads(run.output)
    return content


def test_training_keeps_the_whole_evaluation(release: Release) -> None:
    """evaluation.json has the pipeline, and for both measures tables, curves and the manifest's figures."""
    kept = read_evaluation(release)

    assert "width" in kept.pipeline[-1]
    for name, evaluation in (("cross_validated", kept.cross_validated), ("held_out", kept.held_out)):
        assert release.manifest.figures[name] == evaluation.figures
        assert {"childcare", "debt", "maternity"} <= {tally.name for tally in evaluation.addressed.services}
        assert {"kit_days", "dro"} <= {tally.name for tally in evaluation.addressed.slugs}
        assert 0 < len(evaluation.addressed.curve) <= 200
        assert 0 < len(evaluation.overheard.curve) <= 200


def test_the_current_release(small_project: Project, data: Path) -> None:
    """In a process of its own, what training found is shown and reported; no model is asked."""
    run = subprocess.run(
        [sys.executable, "-m", "bot", "evaluate", "--data", str(data)],
        cwd=small_project.root,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100", "PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
    )

    assert (0, "") == (run.returncode, run.stderr)
    for shown in ("Release 0001", "Cross-validation", "Held-out questions", "maternity", "refused", "no answer fits"):
        assert shown in run.stdout
    page = data / "reports" / "release-0001" / "index.html"
    assert f"The report is {page}" in run.stdout
    assert "Evaluation of release 0001" in page.read_text(encoding="utf-8")
    assert (page.parent / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_the_current_release_as_json(evaluate: Evaluate, data: Path, release: Release) -> None:
    """`--json` prints everything that was kept, with the configuration and the report's place."""
    content = as_json(evaluate("--json"))

    assert content["configuration"]["release"] == "0001"
    assert content["configuration"]["thresholds"] == msgspec.to_builtins(release.manifest.thresholds)
    assert msgspec.convert(content["evaluations"]["held_out"], Evaluation) == read_evaluation(release).held_out
    assert content["comparison"] is None
    assert Path(content["report"]).is_file()


def test_a_file_is_scored_line_by_line(evaluate: Evaluate, data: Path, labelled: Path) -> None:
    """Each line counts once, as it was met, under its service and group."""
    content = as_json(evaluate(str(labelled), "--json"))
    found = content["evaluations"]["asked.jsonl"]

    assert (found["texts"], found["figures"]["questions"], found["figures"]["overheard_questions"]) == (4, 2, 1)
    assert [(tally["name"], tally["texts"]) for tally in found["addressed"]["services"]] == [
        ("debt", 1),
        ("maternity", 1),
    ]
    assert [tally["name"] for tally in found["overheard"]["groups"]] == ["heard", ""]
    assert found["figures"]["talk_silent"] == 1.0
    assert str(data / "reports" / "asked" / "index.html") == content["report"]


def test_a_file_prints_the_same_table(evaluate: Evaluate, data: Path, labelled: Path) -> None:
    """The figures for what was overheard include coverage and precision."""
    run = evaluate(str(labelled))

    assert 0 == run.code, run.errors
    for shown in ("asked.jsonl, addressed", "asked.jsonl, overheard", "coverage: given an answer"):
        assert shown in run.output


def test_the_held_out_file_gives_the_figures_that_training_gave(
    evaluate: Evaluate, data: Path, release: Release
) -> None:
    """The model that serves is as good as the one that was judged, but for a text on the edge of a threshold."""
    content = as_json(evaluate(str(HELD_OUT_FILE), "--json"))
    figures = content["evaluations"]["questions.jsonl"]["figures"]

    for name in ("questions", "right", "wrong", "offered", "refused", "out_of_scope_answered", "talk_silent"):
        assert figures[name] == pytest.approx(release.manifest.figures["held_out"][name], abs=0.02), name


def test_against_another_release(evaluate: Evaluate, data: Path, cautious: int, labelled: Path) -> None:
    """What a release that refuses everything would have refused has become right or wrong."""
    content = as_json(evaluate(str(labelled), "--against", str(cautious), "--json"))["comparison"]

    assert (content["old"], content["new"]) == ("0002", "0001")
    assert content["old_figures"]["refused"] == 1.0
    assert content["unchanged"] + len(content["changes"]) == len(LINES)
    assert sum(content["became"].values()) == len(content["changes"])
    (first,) = (change for change in content["changes"] if change["text"] == LINES[0]["text"])
    assert (first["was"], first["became"], first["new_given"]) == ("refused", "right", "smp_amount")
    assert first["old_outcome"].startswith("unanswered_") and first["new_outcome"] == "answered"


def test_against_another_release_on_held_out_questions(evaluate: Evaluate, data: Path, cautious: int) -> None:
    """Without a file it is the held-out questions that are compared, printed and reported."""
    run = evaluate("--against", str(cautious))

    assert 0 == run.code, run.errors
    assert "Release 0002 against Release 0001" in run.output and "Became right: " in run.output
    assert "refused (unanswered_" in run.output
    page = (data / "reports" / "release-0001" / "index.html").read_text(encoding="utf-8")
    assert "Became right (" in page


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"text": "a", "answer": null}\nnot json\n', r"bad.jsonl:2: The line is no labelled text"),
        ('{"text": "a"}\n\n', r"bad.jsonl:2: The line is no labelled text"),
        ('{"answer": null}\n', r"bad.jsonl:1: The line is no labelled text"),
        ('{"text": "a", "addressed": "yes"}\n', r"bad.jsonl:1: The line is no labelled text"),
        (b'{"text": "\xff"}\n', r"bad.jsonl:1: The line is no labelled text"),
        ('{"text": " "}\n', r"bad.jsonl:1: The line has no text"),
        ('{"text": "a"}\n{"text": "b", "answer": "smp"}\n', r"bad.jsonl:2: The release has no answer 'smp'."),
        ("", r"bad.jsonl holds no labelled texts."),
        (None, r"bad.jsonl can't be read: No such file"),
    ],
)
def test_a_bad_file_is_explained(
    evaluate: Evaluate, data: Path, tmp_path: Path, content: str | bytes | None, problem: str
) -> None:
    """One sentence names the file and the line; nothing is printed or written besides."""
    path = tmp_path / "bad.jsonl"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    run = evaluate(str(path))

    assert (1, "") == (run.code, run.output)
    assert problem in run.errors and 1 == run.errors.count("\n") and run.errors.startswith("signpost: ")
    assert not (data / "reports").exists()


def test_a_release_that_there_is_not_is_explained(evaluate: Evaluate, data: Path) -> None:
    """`--against` takes the number of a release there is."""
    run = evaluate("--against", "9")
    assert (1, "") == (run.code, run.output)
    assert run.errors.startswith("signpost: There is no release 9") and 1 == run.errors.count("\n")


def test_a_release_from_before_is_explained(evaluate: Evaluate, data: Path, labelled: Path) -> None:
    """An evaluation that was kept in an older form asks for a new release; a file can be scored all the same."""
    folder = data / "releases" / "0001"
    (folder / "evaluation.json").write_text('{"held_out": {"figures": {}}}', encoding="utf-8")
    manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    del manifest["files"]["evaluation.json"]
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest), encoding="utf-8")

    run = evaluate()
    assert (1, 1) == (run.code, run.errors.count("\n"))
    assert "signpost: Release 0001 has no full evaluation" in run.errors
    assert 0 == evaluate(str(labelled)).code
