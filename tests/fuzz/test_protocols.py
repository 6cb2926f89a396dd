"""Lines and button data that come from elsewhere: scripts, the model's process, Discord, Telegram."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.classifier import Kind
from bot.cli.ask import _message
from bot.deliveries import Button, ButtonKind
from bot.errors import ClassifierError
from bot.personal_data import is_answerable, scrub
from bot.text import clean, question_in
from bot.themes.meaning import Asked
from connectors.buttons import PREFIX, button_of, data_of
from nlu import model_process, worker_process
from nlu.confidence import Calibration, Regression
from nlu.meaning_process import MeaningProcess
from nlu.model_process import ModelProcess
from tests.fuzz.junk import in_time, often, spoilt, spoilt_bytes, spoilt_payload, texts

pytestmark = pytest.mark.timeout(3600)  # The long profile takes its time.

CHECKOUT = Path(__file__).resolve().parents[2]
LINE = {"text": "how much is smp", "addressed": True, "after": "smp_amount"}
BUTTONS = [
    *(data_of(Button(kind, answer="smp_amount", nation="scotland")) for kind in ButtonKind if not kind.is_for_staff),
    *(data_of(Button(kind, theme=12, digest=3)) for kind in ButtonKind if kind.is_for_staff),
]


@often(3)
@given(st.one_of(spoilt_payload(LINE).map(json.dumps).map(str.encode), spoilt_bytes(json.dumps(LINE))))
def test_lines_for_scripts(line: bytes) -> None:
    """`signpost ask --jsonl`: a line is a message, or a ValueError says what is wrong with it."""
    with in_time():
        try:
            assert isinstance(_message(line, 1, {"smp_amount"}.__contains__).text, str)
        except ValueError as error:
            assert str(error)  # noqa: PT017 -- it needn't be raised


@often(3)
@given(
    st.one_of(
        st.sampled_from(BUTTONS).flatmap(spoilt),
        texts,
        st.sampled_from(list(ButtonKind)).flatmap(lambda kind: texts.map(lambda text: f"{PREFIX}:{kind.value}:{text}")),
    )
)
def test_button_data(data: str) -> None:
    """Custom ids of Discord's and callback data of Telegram's: ours or nothing."""
    with in_time():
        button = button_of(data)
        assert button is None or button.kind in ButtonKind


@often(3)
@given(st.one_of(texts, st.lists(texts, max_size=30).map(" ".join)))
def test_what_people_write(text: str) -> None:
    """It is scrubbed, cleaned and asked about, whatever it is."""
    with in_time():
        scrubbed = scrub(text)
        is_answerable(scrubbed)
        cleaned = clean(scrubbed.words)
        question_in(cleaned)
        assert cleaned.encode() is not None


READY = b'"ready"\n'
SILENCE = b"\0"


@pytest.mark.parametrize(
    "said",
    [
        SILENCE, b"\n\0", b"junk\n\0", b"\xff\xfe\n\0", READY + b"\0\n", READY + b"\0junk\n", READY + b"\0{}\n",
        READY + b"\0[1]\n", READY + b"\0" + b"[" * 100_000 + b"\n", READY + b"\0\xff\n",
        READY + b"\0" + b"9" * (3 << 20) + b"\n",
        READY + b'\0[{"ranking": "x"}]\n',
        READY + b'\0[{"x": ' + b"[" * 100_000 + b"\n",
    ],
    ids=lambda said: repr(said[:20]),
)  # fmt: skip
async def test_a_process_that_says_junk_is_ended(said: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a ClassifierError, whatever the model's process writes, and a process is never left behind."""
    monkeypatch.setattr(worker_process, "SANDBOX", "tests.fuzz.lying_process")
    monkeypatch.chdir(CHECKOUT)
    monkeypatch.setattr(model_process, "START_SECONDS", 5.0 if said != SILENCE else 1.0)
    lies = tmp_path / "model.tar.gz"
    lies.write_bytes(said)
    process = ModelProcess(lies, {"pay": Kind.ANSWER}, Calibration(Regression((), 0.0), Regression((), 0.0)), 5.0)
    try:
        with pytest.raises(ClassifierError):
            await process.predict(["how much is smp"])
    finally:
        await process.stop()


QUESTION = Asked(1, "how much is smp", {"smp_amount": 0.5})
CALLS: dict[str, Callable[[MeaningProcess], Awaitable[object]]] = {
    "understand": lambda process: process.understand(["how much is smp"]),
    "score": lambda process: process.score([1], ["how much is smp"]),
    "hold": lambda process: process.hold([1], [b"x"]),
    "group": lambda process: process.group([QUESTION]),
    "add": lambda process: process.add([QUESTION]),
    "middles": lambda process: process.middles([[1]]),
    "nearest": lambda process: process.nearest("how much is smp", 3),
}
LIES = (b"\n", b"junk\n", b"\xff\n", b'{"x": ' + b"[" * 100_000 + b"\n", b'[{"id": "x"}]\n', b'"x"\n', b"[[1e999]]\n")


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: repr(lie[:12]))
@pytest.mark.parametrize("call", CALLS)
async def test_a_meaning_process_that_says_junk_is_ended(
    call: str, lie: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a ClassifierError whatever it answers, and no question is put to it again."""
    monkeypatch.setattr(worker_process, "SANDBOX", "tests.fuzz.lying_process")
    monkeypatch.chdir(CHECKOUT)
    (tmp_path / "lies").write_bytes(b'"an encoder"\n\0' + lie)
    process = MeaningProcess()
    try:
        assert await process.load(tmp_path / "0001" / "model.tar.gz", ["smp_amount"]) == "an encoder"
        with pytest.raises(ClassifierError):
            await CALLS[call](process)
        assert not process.is_loaded
    finally:
        await process.stop()
