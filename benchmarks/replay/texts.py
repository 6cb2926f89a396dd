"""What a month's consultation asks: the known questions and talk that no answer covers, as other people write them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.classifier import Kind
from nlu.questions import question_paths, read_examples

UNANSWERABLE_ONE_IN = 3
BEFORE = (
    "hi", "hiya", "hello all", "ok so", "quick one", "anyone know", "my mum asks", "hey", "just wondering", "sorry if "
    "this is a daft question", "asking for a friend", "not sure who to ask", "can someone tell me", "does anybody know",
)  # fmt: skip
AFTER = (
    "please", "thanks", "thx", "in leeds", "for my sister", "asap", "any ideas?", "cheers", "no idea where to start",
    "its urgent for us", "we live in hull", "i am on my own", "cant find it anywhere", "the website is no help",
)  # fmt: skip
OTHER_WORDS = {
    "how much": "what amount", "can i": "am i able to", "do i": "would i", "how do": "what is the way to",
    "what is": "whats", "because": "cos", "my partner": "the other half", "mum": "mother", "money": "cash",
    "kids": "children", "job": "work", "get": "receive", "need": "have", "someone": "somebody", "you": "u",
}  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyz"
TRIES = 50


def consultation(folder: Path, count: int, seed: int) -> Iterator[str]:
    """So many different messages, every third of which no answer covers. The same seed says the same."""
    chance = random.Random(seed)  # noqa: S311 -- chance for a benchmark, not for secrets
    examples = [example for path in question_paths(folder) for example in read_examples(path)]
    known, others = (
        [example.text for example in examples if example.kind is kind] for kind in (Kind.ANSWER, Kind.OUT_OF_SCOPE)
    )
    said: set[str] = set()
    for number in range(count):
        yield _new(others if number % UNANSWERABLE_ONE_IN == 0 else known, said, chance)


def _new(texts: Sequence[str], said: set[str], chance: random.Random) -> str:
    """One of some texts in words that nobody has used yet; all that is said is told apart without regard to case."""
    for _ in range(TRIES):
        text = reworded(chance.choice(texts), chance)
        if text.casefold() not in said:
            said.add(text.casefold())
            return text
    raise ValueError("There are too few texts to say so much that is different.")


def reworded(text: str, chance: random.Random) -> str:
    """A text as somebody else would write it: other words, a word left out, a slip of the finger, a few more words."""
    text = " ".join(_other_words(text.lower() if chance.random() < 0.7 else text, chance).split())
    if chance.random() < 0.6:
        text = _mistyped(text, chance)
    before = chance.choice(BEFORE) if chance.random() < 0.35 else ""
    after = chance.choice(AFTER) if chance.random() < 0.35 else ""
    return " ".join(part for part in (before, text, after) if part)


def _other_words(text: str, chance: random.Random) -> str:
    for words, others in OTHER_WORDS.items():
        if words in text and chance.random() < 0.3:
            text = text.replace(words, others, 1)
    parts = text.split()
    if len(parts) > 5 and chance.random() < 0.3:
        del parts[chance.randrange(len(parts))]
    return " ".join(parts)


def _mistyped(text: str, chance: random.Random) -> str:
    """A letter left out, doubled, changed, or swapped with the next."""
    place = chance.randrange(max(1, len(text) - 1))
    one, two, rest = text[place : place + 1], text[place + 1 : place + 2], text[place + 2 :]
    if not (one.isalpha() and two.isalpha()):
        return text
    slips = (two, one + one + two, chance.choice(LETTERS) + two, two + one)
    return text[:place] + chance.choice(slips) + rest
