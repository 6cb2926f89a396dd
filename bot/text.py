"""Makes a text safe to handle, without changing what a person meant by it."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 4000
"""The longest message that a platform lets a person send is 4,096 characters (Telegram)."""

# A leading slash is a command on the platforms and an intent chosen by the sender to Rasa; a leading mention names us.
_COMMAND = re.compile(r"^(?:\s|/+\w*(?:@\w*)?(?=\s|$)|/+|<@!?\d+>|@\w+)+")
_WORD = re.compile(r"[^\W_]")
_SPACES = re.compile(r"\s+")
_MARKS = re.compile(r"([!-/:-@\[-`{-~])")


def clean(text: str) -> str:
    """A text without what can't be seen: control and format characters, lone surrogates, tags; and cut to a length."""
    seen = "".join(_visible(character) for character in text[:MAX_CHARACTERS])
    # Composed last: an accent joins its letter only once nothing hidden stands between. It may lengthen a text.
    composed = _SPACES.sub(" ", unicodedata.normalize("NFKC", seen)).strip()
    return composed[:MAX_CHARACTERS].strip()


def question_in(text: str) -> str:
    """A cleaned text without a command or a mention at its start."""
    return _COMMAND.sub("", text).strip()


def has_words(text: str) -> bool:
    """Whether there is a letter or a digit in it."""
    return _WORD.search(text) is not None


def in_markdown(words: str) -> str:
    """People's words as one line of Markdown that says no more than they do."""
    return _MARKS.sub(r"\\\1", " ".join(words.split()))


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    # Cf holds zero-width and right-to-left marks and Unicode tags; they hide text from people but not from a model.
    return "" if category in ("Cf", "Cs", "Co", "Cn") else character
