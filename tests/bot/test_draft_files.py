"""What an editor publishes is written to the repository's own files, in their style, all of it or nothing."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import answer_paths, load_answer
from bot.errors import DraftError
from bot.publishing.answer_fields import AnswerFields, SourceFields, fields_of
from bot.publishing.answer_files import AnswerFiles
from bot.publishing.question_files import NEW_FILE, add_questions, clean_questions, questions_in
from nlu.questions import read_examples
from tests.bot.publishing_bench import QUESTIONS, make_checkout

ROOT = Path(__file__).parents[2]
LINES = st.text(max_size=40)


@pytest.fixture
def files(tmp_path: Path) -> AnswerFiles:
    """A small checkout."""
    return AnswerFiles(make_checkout(tmp_path))


def test_every_answer_of_ours_survives_the_form() -> None:
    """A form that is saved as it was opened changes no byte of any answer."""
    for path in answer_paths(ROOT / "answers"):
        text = path.read_text(encoding="utf-8")
        assert fields_of(text).content(text) == text, path


def test_a_change_touches_only_what_it_changes() -> None:
    """Quotation marks, the order of nations and everything else stay."""
    text = '---\ntitle: "How much: the pay"\nnations: [england]\nowner: DWP\nsources:\n  - title: Pay\n'
    text += "    url: https://www.gov.uk/pay\nreviewed: 2026-11-22\nreview_by: 2027-11-22\n---\n"
    text += "\nOld.\n\n## Wales\n\nW.\n\n## Scotland\n\nS.\n"
    fields = fields_of(text)
    changed = AnswerFields(**{**vars(fields), "body": "New.", "variants": {"scotland": "S.", "wales": "W."}})
    assert changed.content(text) == text.replace("Old.", "New.")


@given(title=LINES, owner=LINES, body=st.text(max_size=200), source=LINES)
def test_whatever_is_typed_is_read_back(title: str, owner: str, body: str, source: str) -> None:
    """No text breaks out of its field: the file is valid, and saving it again changes nothing."""
    fields = AnswerFields(title, ("wales",), owner, (SourceFields(source, "https://x.uk"),), "2026-11-22", "x: y", body)
    content = fields.content()
    again = fields_of(content)
    assert (again.nations, again.reviewed, again.review_by) == (("wales",), "2026-11-22", "x: y")
    assert again.sources[0].url == "https://x.uk" and again.content(content) == content


@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_whatever_is_asked_is_written(lines: list[str]) -> None:
    """Any text is a question of one line, which Rasa's format holds, and which stands there once."""
    questions = clean_questions("\n".join(lines))
    text = add_questions(add_questions(QUESTIONS, "pay", questions), "pay", questions)
    known = questions_in(QUESTIONS)["pay"]
    assert questions_in(text)["pay"][: len(known)] == known
    assert text.startswith(QUESTIONS) and len(questions_in(text)["pay"]) <= len(known) + len(questions)


def test_questions_are_added_where_they_belong(tmp_path: Path) -> None:
    """At the end of their intent's, whatever stands around it; the rest of the file stays as it was."""
    for path in (ROOT / "nlu" / "questions").glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        for intent in questions_in(text):
            added = add_questions(text, intent, ["is: this # new?"])
            assert added.replace("    - is: this # new?\n", "") == text
            assert questions_in(added)[intent][-1] == "is: this # new?"
    (tmp_path / "housing.yml").write_text(added)
    assert "is: this # new?" in [example.text for example in read_examples(tmp_path / "housing.yml")]


def test_a_new_intent_and_a_new_file(tmp_path: Path) -> None:
    """Come in the style of the others."""
    added = add_questions(QUESTIONS, "leave", ["when may i leave"])
    assert added == QUESTIONS + "\n- intent: leave\n  examples: |\n    - when may i leave\n"
    path = tmp_path / "new.yml"
    path.write_text(add_questions(NEW_FILE.format(service="work"), "leave", ["when may i leave"]))
    assert [(example.intent, example.text) for example in read_examples(path)] == [("leave", "when may i leave")]


@pytest.mark.parametrize("text", ["nlu: [", "\0", "- intent: pay", "nlu:\n- intent: pay\n  examples: - x"])
def test_a_broken_file_is_left_alone(text: str) -> None:
    """A file that is no NLU file is not made worse."""
    try:
        added = add_questions(text, "pay", ["x y"])
    except DraftError:
        return
    assert "x y" in added


@pytest.mark.parametrize("service", ["", "..", "maternity/..", "/etc", "urgent", ".hidden", "Maternity", "maternity\n"])
def test_an_answer_stands_in_a_service(files: AnswerFiles, service: str) -> None:
    """Nowhere else."""
    (files.root / "answers" / ".hidden").mkdir()
    with pytest.raises(DraftError, match="Choose one of the services"):
        files.answer_path(service, "new")


def test_changes_are_written_together(files: AnswerFiles) -> None:
    """All of them, and nothing is left beside the files; modes stay."""
    path = files.answer_path("maternity", "pay")
    (files.root / path).chmod(0o640)
    texts = files.with_questions({path: "New."}, "maternity", "pay", ["when is it paid"])
    before = files.digest(texts)
    with files.changed(texts):
        pass
    assert files.text(path) == "New." and "when is it paid" in files.questions()["pay"]
    assert (files.root / path).stat().st_mode & 0o777 == 0o640
    assert files.digest() == before and not list(files.root.rglob(".*"))


@pytest.mark.parametrize("fails_at", [1, 2, 3])
def test_a_full_disk_leaves_everything(files: AnswerFiles, monkeypatch: pytest.MonkeyPatch, fails_at: int) -> None:
    """Whichever write or rename fails, every file is as it was, and what was new is gone."""
    texts = {
        files.answer_path("maternity", "pay"): "New.",
        files.answer_path("maternity", "another"): "Another.",
        **files.with_questions({}, "debt", "pay", ["when is it paid"]),
    }
    before = {path: path.read_bytes() for path in files.root.rglob("*") if path.is_file()}
    replace, count = Path.replace, 0

    def failing(self: Path, target: Path) -> Path:
        nonlocal count
        count += str(self).endswith(".new")
        if count == fails_at and str(self).endswith(".new"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(DraftError, match=r"No space left on device\. Nothing was changed"), files.changed(texts):
        pass
    assert {path: path.read_bytes() for path in files.root.rglob("*") if path.is_file()} == before


def test_what_fails_later_puts_everything_back(files: AnswerFiles) -> None:
    """As where the release can't be used."""
    path = files.answer_path("maternity", "pay")
    old = files.text(path)

    def fail() -> None:
        assert files.text(path) == "New."
        raise RuntimeError

    with pytest.raises(RuntimeError), files.changed({path: "New."}):
        fail()
    assert files.text(path) == old and not list(files.root.rglob(".*"))


def test_the_digest_tells_files_apart(files: AnswerFiles) -> None:
    """Any change shows, and taking it back shows too; a change that is planned counts as made."""
    path = files.answer_path("maternity", "pay")
    first = files.digest()
    assert files.digest({path: "New."}) != first == files.digest({path: files.text(path)})
    (files.root / "answers" / "rates.csv").write_text("x")
    assert files.digest() != first


def test_what_is_staged_is_what_a_release_is_built_from(files: AnswerFiles, tmp_path: Path) -> None:
    """With the changes, and without anything else of the checkout."""
    (files.root / "README.md").write_text("x")
    path = files.answer_path("maternity", "pay")
    files.stage(tmp_path / "staged", {path: "New."})
    assert (tmp_path / "staged" / path).read_text() == "New."
    assert not (tmp_path / "staged" / "README.md").exists()
    assert AnswerFiles(tmp_path / "staged").digest() == files.digest({path: "New."})
    shutil.rmtree(tmp_path / "staged")


def test_a_saved_answer_can_be_loaded(tmp_path: Path) -> None:
    """What the form makes of plain input is an answer."""
    fields = AnswerFields(
        "How much: it is", ("england",), "DWP & others", (SourceFields("Pay", "https://www.gov.uk/pay"),),
        "2026-11-22", "2027-11-22", "Text.", {"wales": "Welsh."},
    )  # fmt: skip
    (tmp_path / "pay.md").write_text(fields.content())
    answer = load_answer(tmp_path / "pay.md")
    assert (answer.title, answer.sections) == ("How much: it is", {"": "Text.", "wales": "Welsh."})
