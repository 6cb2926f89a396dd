"""The comparison with Rasa's own server: a short form of it, and what its figures rest on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.classifier import Kind
from tests.conftest import CHECKOUT

BENCHMARKS = CHECKOUT / "benchmarks"
# Rasa is a dependency of this project too: another environment of its own would take minutes.
RASA = Path(sys.executable).with_name("rasa")
FATES = ("right", "wrong", "offered", "refused")


@pytest.fixture(autouse=True)
def _benchmarks_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.mark.timeout(600)
@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="The figures of processes are Linux's.")
def test_compares_signpost_with_rasas_server(small_root: Path, tmp_path: Path) -> None:
    """Real trainings and real servers, with logistic regression alone: DIET takes as long again."""
    answers = tmp_path / "answers.jsonl"
    short = ("--each", "12", "--rounds", "1", "--seconds", "1", "--questions", "40", "--warm")
    places = ("--root", small_root, "--environments", tmp_path, "--rasa", RASA, "--answers", answers)
    lines = _run(*places, *short, "--against", "rasa_regression")
    assert lines[0]["what"] == "example questions" and lines[0]["in_all"] > 100
    named = {line["what"]: line for line in lines if "unit" in line}
    assert len(named) == 8
    assert all(line[name] > 0 for line in named.values() for name in ("signpost", "rasa_regression"))
    assert all(line["ratio"]["rasa_regression"] > 0 for line in named.values())
    judged = [line for line in lines if "system" in line and "threshold" not in line]
    assert {line["system"] for line in judged} == {"signpost", "rasa_regression"}
    assert all(line["asked"] == sum(line[fate] for fate in FATES) for line in judged)
    texts = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    for system in ("signpost", "rasa_regression"):
        right = [one for one in texts if one[system]["given"] == one["expected"] != ""]
        mine = [line for line in judged if line["system"] == system]
        assert len(right) == sum(line["right"] for line in mine) > 0
        assert len(texts) == sum(line["asked"] for line in mine)


def test_counts_a_right_answer_as_right_and_any_other_as_wrong() -> None:
    """What is given for what no answer fits is wrong too; what is offered has to hold the right answer."""
    from rivals.judging import Asked, fates
    from rivals.systems import Reading

    readings = [
        ("a", Reading("a")),
        ("a", Reading("b")),
        ("", Reading("b")),
        ("a", Reading("", ("b", "a"))),
        ("a", Reading("", ("b",))),
        ("", Reading("")),
    ]
    asked = [Asked("?", expected, reading, 0.01) for expected, reading in readings]
    assert fates(asked) == {"asked": 6, "right": 1, "wrong": 2, "offered": 1, "refused": 2}


def test_finds_the_threshold_that_serves_rasa_best() -> None:
    """As many right answers as there can be with so many wrong ones, and no text of the same confidence left out."""
    from rivals.judging import Asked, at_most_as_wrong
    from rivals.systems import Reading

    ranked = [("a", "a", 0.9), ("a", "b", 0.8), ("a", "a", 0.6), ("a", "a", 0.5), ("a", "b", 0.5), ("", "talk", 0.4)]
    asked = [Asked("?", expected, Reading("", (), ((best, sure), ("c", 0.0))), 0.01) for expected, best, sure in ranked]
    given = {"a": "a", "b": "b", "talk": ""}
    best = [at_most_as_wrong(asked, wrong, lambda intent: given[intent]) for wrong in (0, 1, 2)]
    assert [(figures["threshold"], figures["right"], figures["wrong"]) for figures in best] == [
        (0.9, 1, 0),
        (0.6, 2, 1),
        (0.5, 3, 2),
    ]


def test_takes_the_pipeline_that_rasa_ships() -> None:
    """DIET is Rasa's own default, and logistic regression stands on the same features."""
    from rivals.systems import rasas

    diet, regression = rasas(RASA, {"smp_amount": Kind.ANSWER, "near_miss": Kind.OUT_OF_SCOPE}, epochs=0)
    assert [part["name"] for part in diet.pipeline][-4:] == [
        "DIETClassifier",
        "EntitySynonymMapper",
        "ResponseSelector",
        "FallbackClassifier",
    ]
    assert [part["epochs"] for part in diet.pipeline if "epochs" in part] == [100, 100]
    assert [part["name"] for part in regression.pipeline][-2:] == ["LogisticRegressionClassifier", "FallbackClassifier"]
    assert regression.pipeline[:5] == diet.pipeline[:5]
    refused = {"intent": {"name": "nlu_fallback"}, "intent_ranking": [{"name": "smp_amount", "confidence": 0.2}]}
    assert (diet.read(refused).given, diet.read(refused).ranking) == ("", (("smp_amount", 0.2),))
    assert (diet.given("smp_amount"), diet.given("near_miss")) == ("smp_amount", "")


def _run(*options: object) -> list[dict[str, Any]]:
    """The lines that the benchmark prints."""
    command = [sys.executable, str(BENCHMARKS / "rasa_servers.py"), *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=580, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
