"""What goes wrong a thousand times is one line, which says so the next time."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

from bot.logs import MAX_REMEMBERED, REPEAT_SECONDS, Once
from tests.fakes import Clock

ROOT = Path(__file__).parents[2]


def record(text: str, *arguments: object, level: int = logging.ERROR) -> logging.LogRecord:
    """A line that is to be written."""
    return logging.LogRecord("bot", level, __file__, 1, text, arguments, None)


def test_a_line_is_written_once_a_minute() -> None:
    """And then says how often it came; a word to information is written each time."""
    clock = Clock()
    once = Once(clock=clock)
    assert once.filter(record("%s is full.", "The disk"))
    assert not any(once.filter(record("The disk is full.")) for _ in range(1000))
    assert once.filter(record("Another is full."))
    assert all(once.filter(record("All is well.", level=logging.INFO)) for _ in range(3))
    clock.advance(REPEAT_SECONDS)
    again = record("%s is full.", "The disk")
    assert once.filter(again) and again.getMessage() == "The disk is full. (And 1000 times in between.)"
    clock.advance(REPEAT_SECONDS)
    last = record("The disk is full.")
    assert once.filter(last) and last.getMessage() == "The disk is full."


def test_it_remembers_so_much_and_no_more() -> None:
    """Lines that are never the same again take no memory for ever."""
    once = Once()
    assert all(once.filter(record(f"line {number}")) for number in range(MAX_REMEMBERED + 10))
    assert len(once._last) == MAX_REMEMBERED


def test_a_command_writes_them_to_standard_error() -> None:
    """Whatever logs in the process, a percent sign in the text or not."""
    script = """
import logging
from bot.logs import log_to_stderr
log_to_stderr()
for name in ("bot.one", "connectors.two"):
    for _ in range(5):
        logging.getLogger(name).error("The disk is %s full.", "100%")
"""
    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stderr
    assert said.count("The disk is 100% full.") == said.count("\n") == 1 and "ERROR bot.one" in said
