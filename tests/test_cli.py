"""The commands, run as a person runs them: in a process of their own, over the small project."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot import wording
from bot.app import Project
from bot.app.platforms import DISCORD_TOKEN, TELEGRAM_TOKEN
from bot.cli import app
from bot.cli.run import NO_TOKENS
from bot.releases import Release
from nlu.questions import load_examples
from tests.command_line import CommandLine

ROWS = [
    ("how much is statutory maternity pay after the first 6 weeks", True),
    ("cash isa rates are rubbish this year", False),
    ("i want to die, ive written letters to the kids", False),
]


def _signpost(
    project: Project, *arguments: str, data: Path | None = None, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in (DISCORD_TOKEN, TELEGRAM_TOKEN)}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments, "--data", str(data or project.data)],
        cwd=project.root,
        input=typed,
        capture_output=True,
        text=True,
        env={**environment, "COLUMNS": "100", "PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
    )


def _out_of_scope(project: Project) -> str:
    """A text that the small model knows to have no answer."""
    examples = load_examples(project.root / "nlu" / "questions")
    return next(example.text for example in examples if example.intent == "near_miss")


def test_one_question_one_reply(small_project: Project, release: Release) -> None:
    """`ask` prints the answer with its source and review date."""
    run = _signpost(small_project, "ask", "how much is statutory maternity pay")
    assert 0 == run.returncode, run.stderr
    assert "https://www.gov.uk/maternity-pay-leave/pay" in run.stdout
    assert "reviewed 2026-11-22" in run.stdout
    assert "" == run.stderr


def test_json_lines_are_answered_in_order_and_not_recorded(
    small_project: Project, release: Release, tmp_path: Path
) -> None:
    """`ask --jsonl` gives one object a line, in order, with the stable keys, and leaves no log behind."""
    shutil.copytree(small_project.data / "releases", tmp_path / "releases")
    rows_in = [*ROWS, (_out_of_scope(small_project), True)]
    typed = "".join(json.dumps({"text": text, "addressed": addressed}) + "\n" for text, addressed in rows_in)
    run = _signpost(small_project, "ask", "--jsonl", data=tmp_path, typed=typed)
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    assert 0 == run.returncode, run.stderr
    assert [["outcome", "answer", "confidence", "candidates", "reply", "release"]] * 4 == [list(row) for row in rows]
    assert ("answered", "smp_amount", release.name) == (rows[0]["outcome"], rows[0]["answer"], rows[0]["release"])
    assert rows[1]["outcome"].startswith("ignored_") and rows[1]["reply"] is None
    assert ("urgent_help", "suicide") == (rows[2]["outcome"], rows[2]["answer"])
    assert "116 123" in rows[2]["reply"]
    assert rows[3]["answer"] is None
    assert not (tmp_path / "questions.db").exists()


BAD_LINES = ["[1]", "not json", '"text"', '{"text": 5}', '{"addressed": true}', '{"text": "a", "addressed": 1}', ""]


def test_a_line_that_cannot_be_read_says_so_and_the_next_is_answered(small_project: Project, release: Release) -> None:
    """Bad input is one sentence in its own row; nothing after it is lost; the exit is not zero."""
    good = '{"text": "what are kit days"}'
    typed = "\n".join(["\ufeff", *(line for bad in BAD_LINES for line in (bad, good))]) + "\n"
    run = _signpost(small_project, "ask", "--jsonl", typed=typed)
    first, *rows = [json.loads(row) for row in run.stdout.splitlines()]
    assert "error_input" == first["outcome"] and first["error"].startswith("Line 1:")
    for number, (bad, answered) in enumerate(zip(rows[::2], rows[1::2])):
        assert "error_input" == bad["outcome"] and bad["error"].startswith(f"Line {2 + 2 * number}:")
        assert "kit_days" == answered["candidates"][0]["answer"]
    assert (1, 2 * len(BAD_LINES)) == (run.returncode, len(rows))


def test_a_line_can_reply_to_an_answer(small_project: Project, release: Release) -> None:
    """`after` names the answer that a text replies to; one that isn't there is an error in its own row."""
    typed = '{"text": "what about scotland", "after": "kit_days"}\n{"text": "and for twins", "after": "gone"}\n'
    run = _signpost(small_project, "ask", "--jsonl", typed=typed)
    followed, unknown = [json.loads(row) for row in run.stdout.splitlines()]
    assert "kit_days" in [followed["answer"], *(candidate["answer"] for candidate in followed["candidates"])]
    assert ("error_input", "Line 2: There is no answer named gone.") == (unknown["outcome"], unknown["error"])
    assert 1 == run.returncode


def test_odd_texts_each_get_an_outcome(small_project: Project, release: Release) -> None:
    """Surrogates, NULs, hidden tags, emoji, slashes, mentions and 100 KB of text each get one outcome."""
    texts = ["", "\ud800", "a\x00b", "\u202eabc", "\U000e0041", "😀😀", "/start", "@signpost", "smp " * 25_000]
    typed = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    run = _signpost(small_project, "ask", "--jsonl", typed=typed)
    rows = [json.loads(row) for row in run.stdout.splitlines()]
    assert len(texts) == len(rows)
    assert not [row for row in rows if row["outcome"].startswith("error_")]


def test_recorded_questions_are_listed(
    small_project: Project, release: Release, signpost: CommandLine, tmp_path: Path
) -> None:
    """What `--record` keeps and could not be answered is listed as a table, as JSON and as CSV without formulas."""
    shutil.copytree(small_project.data / "releases", tmp_path / "releases")
    asked = f"={_out_of_scope(small_project)}"
    typed = json.dumps({"text": f"{asked} my number is 07700 900123"}) + "\n"
    _signpost(small_project, "ask", "--jsonl", "--record", data=tmp_path, typed=typed)
    here = ("--data", str(tmp_path))
    listed = json.loads(signpost("questions", "--json", *here).output)
    assert f"{asked} my number is [phone number]" == listed["text"]
    row = next(csv.DictReader(signpost("questions", "--csv", *here).output.splitlines()))
    assert row["text"].startswith("'=")
    assert asked[:10] in signpost("questions", *here).output


def test_a_conversation(small_project: Project, release: Release, tmp_path: Path) -> None:
    """`chat` answers, takes feedback and leaves when told to."""
    shutil.copytree(small_project.data / "releases", tmp_path / "releases")
    run = _signpost(small_project, "chat", data=tmp_path, typed="what are kit days\n+\n/quit\n")
    assert 0 == run.returncode, run.stderr
    assert wording.VOTE_HELPFUL in run.stdout


def test_without_tokens_the_terminal_is_run(small_project: Project, release: Release, tmp_path: Path) -> None:
    """`run` says which tokens are missing and where health is served, answers what is typed, and ends with it."""
    shutil.copytree(small_project.data / "releases", tmp_path / "releases")
    run = _signpost(small_project, "run", "--set", "health.port=0", data=tmp_path, typed="what are kit days\n+\n")
    assert 0 == run.returncode, run.stderr
    assert NO_TOKENS in run.stderr and f"release {release.name}" in run.stderr
    assert re.search(r"http://127\.0\.0\.1:[1-9]\d*/metrics", run.stderr)
    assert "Keeping in touch" in run.stdout and wording.VOTE_HELPFUL in run.stdout
    assert "kit days" not in run.stderr and "Traceback" not in run.stderr


def test_an_empty_input_ends_the_terminal_at_once(small_project: Project, release: Release, tmp_path: Path) -> None:
    """Started where nobody sits, as by a service manager, `run` without tokens ends in peace."""
    shutil.copytree(small_project.data / "releases", tmp_path / "releases")
    run = _signpost(small_project, "run", "--set", "health.port=0", data=tmp_path)
    assert 0 == run.returncode, run.stderr
    assert NO_TOKENS in run.stderr and "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("etiquette.loudness=3", "etiquette: object contains unknown field `loudness`"),
        ("health.port=many", "health.port: expected `int`"),
        ("health.port", "--set health.port: write KEY=VALUE"),
    ],
)
def test_an_override_that_cannot_be_is_one_sentence(
    small_project: Project, signpost: CommandLine, override: str, says: str
) -> None:
    """`--set` with an unknown key, a wrong value or none stops the command before anything is started."""
    run = signpost("run", "--set", override, "--data", str(small_project.data), folder=small_project.root)
    assert (1, "") == (run.code, run.output)
    assert run.errors.startswith("signpost: ") and says in run.errors and 1 == run.errors.count("\n")


def test_releases_are_listed_and_chosen(small_project: Project, release: Release, signpost: CommandLine) -> None:
    """`releases` shows the current one and its thresholds; `use` of an unknown one is one sentence."""
    here = ("--data", str(small_project.data))
    assert f"{release.manifest.thresholds.addressed:.2f}" in signpost("releases", *here).output
    assert 0 == signpost("use", str(release.number), *here).code
    run = signpost("use", "99", *here)
    assert (1, "") == (run.code, run.output)
    assert run.errors.startswith("signpost: There is no release 99") and 1 == run.errors.count("\n")


def test_a_changed_release_is_refused(small_project: Project, release: Release, tmp_path: Path) -> None:
    """A release whose answers have been edited on disk is not served."""
    shutil.copytree(small_project.data / "releases", tmp_path / "releases")
    (tmp_path / "releases" / release.name / "answers" / "rates.csv").write_text("x", encoding="utf-8")
    run = _signpost(small_project, "ask", "what are kit days", data=tmp_path)
    assert 1 == run.returncode
    assert "has been changed since it was built" in run.stderr and "Traceback" not in run.stderr


def test_check_names_file_and_line(small_project: Project, signpost: CommandLine) -> None:
    """`check` prints each fault with its place and fails; a later day shows what will be due."""
    run = signpost("check", "--on", "2099-04-06", folder=small_project.root)
    assert 1 == run.code
    assert "answers/maternity/smp_amount.md:" in run.output and "has no figure for 2099-04-06" in run.output


def test_what_is_due_may_be_told_without_failing(small_project: Project, signpost: CommandLine, tmp_path: Path) -> None:
    """A correction need not wait for somebody's review; a fault of its own still fails."""
    on = ("check", "--allow-due", "--on", "2099-12-31")
    run = signpost(*on, folder=small_project.root)
    assert 0 == run.code and "review was due" in run.output

    shutil.copytree(small_project.root, tmp_path / "faulty")
    (tmp_path / "faulty" / "answers" / "rates.csv").write_text("x", encoding="utf-8")
    assert 1 == signpost(*on, folder=tmp_path / "faulty").code


@pytest.mark.parametrize("arguments", [["ask"], ["ask", "--jsonl", "and a question"], ["use", "first"], ["dance"]])
def test_wrong_words_are_explained(small_project: Project, signpost: CommandLine, arguments: list[str]) -> None:
    """A command that can't be understood says so without a traceback."""
    run = signpost(*arguments, folder=small_project.root)
    assert run.code != 0
    assert run.errors and "Traceback" not in run.errors + run.output


def test_a_broken_setting_is_named(small_project: Project, signpost: CommandLine, tmp_path: Path) -> None:
    """A setting of the wrong type stops the command with its key."""
    text = (small_project.root / "config.yml").read_text(encoding="utf-8")
    (tmp_path / "config.yml").write_text(text.replace("workers: 1", "workers: many"), encoding="utf-8")
    run = signpost("check", folder=tmp_path)
    assert 1 == run.code
    assert "classifier.workers" in run.errors and "Traceback" not in run.errors


def test_the_readme_lists_every_command() -> None:
    """Each command stands in the README."""
    readme = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
    for command in app.registered_commands:
        assert f"`signpost {command.name}" in readme
