"""The lean runtime against Rasa's own, on the same archive."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.app import Project
from bot.releases import Release
from nlu.questions import load_examples

# Rasa's own runtime prints, logs and imports TensorFlow, so each runtime gets a process of its own.
RASA = """
import asyncio, json, logging, sys
import structlog
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
from rasa.core.agent import Agent
agent = Agent.load(sys.argv[1])
for line in sys.stdin:
    parsed = asyncio.run(agent.parse_message(json.loads(line)))
    print(json.dumps(parsed["intent_ranking"]), flush=True)
"""
LEAN = """
import json, sys, tempfile
from pathlib import Path
from nlu.trained_model import TrainedModel
model = TrainedModel.load(Path(sys.argv[1]), Path(tempfile.mkdtemp(dir=sys.argv[2])))
for line in sys.stdin:
    ranking = model.rank(json.loads(line))
    print(json.dumps([{"name": intent.name, "confidence": intent.share} for intent in ranking]), flush=True)
assert "tensorflow" not in sys.modules
"""


def _run(script: str, *arguments: str, texts: list[str]) -> list[list[dict[str, Any]]]:
    """What a runtime makes of texts."""
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, *arguments],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    return [json.loads(line) for line in run.stdout.splitlines() if line.startswith("[{")]


@pytest.mark.timeout(300)
def test_both_runtimes_agree_on_every_training_question(
    small_project: Project, release: Release, tmp_path: Path
) -> None:
    """The lean runtime gives the same intent as Rasa's Agent, with a confidence within a millionth."""
    texts = [example.text for example in load_examples(small_project.root / "nlu" / "questions")]
    rasa = _run(RASA, str(release.model), texts=texts)
    lean = _run(LEAN, str(release.model), str(tmp_path), texts=texts)
    assert len(texts) == len(rasa) == len(lean)
    for text, expected, actual in zip(texts, rasa, lean):
        assert expected[0]["name"] == actual[0]["name"], text
        assert abs(expected[0]["confidence"] - actual[0]["confidence"]) < 1e-6, text


@pytest.mark.timeout(300)
def test_a_leading_slash_chooses_no_intent(release: Release, tmp_path: Path) -> None:
    """A text such as "/smp_amount" is read as words, not as an intent that its sender has chosen."""
    (ranking,) = _run(LEAN, str(release.model), str(tmp_path), texts=["/attack"])
    assert ranking[0]["confidence"] < 0.99


@pytest.mark.timeout(300)
def test_rasa_trains_the_pipeline_by_its_own_command(small_root: Path, tmp_path: Path) -> None:
    """`rasa train nlu` works on the project's own files, and the lean runtime runs the archive that it writes."""
    subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-m", "rasa", "train", "nlu"),
            *("--config", "config.yml", "--nlu", "nlu/questions", "--out", str(tmp_path), "--fixed-model-name", "own"),
        ],
        cwd=small_root,
        check=True,
        capture_output=True,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    (ranking,) = _run(LEAN, str(tmp_path / "own.tar.gz"), str(tmp_path), texts=["how much is smp after six weeks"])
    assert "smp_amount" == ranking[0]["name"]
