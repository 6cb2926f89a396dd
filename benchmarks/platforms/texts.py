"""What the crowd says: questions that have an answer, and talk that the bot only overhears."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from bot.app import open_project
from bot.app.project import HELD_OUT_FILE


@dataclass(frozen=True)
class Texts:
    """Questions that people ask of the bot, and what they say to each other."""

    questions: Sequence[str]
    talk: Sequence[str]


def held_out_texts() -> Texts:
    """The questions that the model has never seen. Emergencies are left out: every eighth would be one."""
    file = open_project(data=HELD_OUT_FILE).root / HELD_OUT_FILE
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    questions = [line["text"] for line in lines if line["group"] == "question"]
    return Texts(questions, [line["text"] for line in lines if not line["addressed"]])


def shuffled(texts: Sequence[str], chance: random.Random) -> Iterator[str]:
    """All of them in an order of chance, again and again."""
    return cycle(chance.sample(texts, len(texts)))
