"""Releases with as many answers as one likes: those that there are, and others made up, with their own questions."""

from __future__ import annotations

import random
import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, product
from pathlib import Path

from bot.app.project import ANSWERS_FOLDER, CONFIG_FILE, HELD_OUT_FILE, QUESTIONS_FOLDER, Project
from bot.classifier import Kind
from bot.release_builder import build_release
from bot.releases import Release
from nlu.questions import Example, question_paths, read_examples
from nlu.trainer import RasaTrainer

EACH = 6
"""Questions of each answer, the real ones' too: a quarter of what the real ones have, so that 2,000 answers have no
more in all than twice the questions of the shipped release, and are learnt in minutes."""
OTHERS = 300
"""Questions of each kind that no answer is for: emergencies, idle talk and what is out of scope."""
HELD_OUT = 60
SUBJECTS = (
    "allotment", "taxi", "market stall", "street trading", "skip", "scaffolding", "dropped kerb", "tree", "hedge",
    "pavement cafe", "busking", "firework", "bonfire", "drone", "horse riding", "boat mooring", "fishing", "shooting",
    "camping", "caravan", "scrap metal", "tattoo parlour", "nail bar", "dog breeding", "cattery", "kennels", "pet shop",
    "zoo", "circus", "fairground", "car boot sale", "raffle", "lottery", "poker night", "charity collection",
    "film shoot", "wedding venue", "burial plot", "memorial bench", "cremation", "exhumation", "beach hut", "harbour",
    "lifeboat", "ferry", "tram", "cycle hire", "scooter", "car club", "coach trip",
)  # fmt: skip
MATTERS = (
    "licence", "permit", "fee", "refund", "appeal", "inspection", "register", "waiting list", "complaint", "grant",
    "loan", "insurance", "safety certificate", "renewal", "transfer", "cancellation", "fine", "exemption", "discount",
    "noise limit", "opening hours", "age limit", "training course", "badge", "parking space", "water supply",
    "rubbish collection", "street closure", "risk assessment", "background check", "deposit", "invoice", "tender",
    "consultation", "map", "byelaw", "volunteer scheme", "apprenticeship", "archive", "statistics",
)  # fmt: skip
WAYS = (
    "how do i get a {subject} {matter}", "{subject} {matter} how much is it",
    "who deals with the {matter} for a {subject}",
    "been waiting weeks about my {subject} {matter}, is that normal", "do i need a {matter} if i have a {subject}",
    "can the council say no to a {subject} {matter}", "what happens with the {subject} {matter} when i move house",
    "where is the form for a {subject} {matter}",
)  # fmt: skip
FILE = """---
title: The {subject} {matter}
nations: [england, scotland, wales, northern-ireland]
owner: Department for Business and Trade
sources:
  - title: Local services
    url: https://www.gov.uk/{slug}
reviewed: 2026-11-22
review_by: 2027-11-22
---

Your council decides on a {subject} {matter}. It answers within four weeks.

**What to do next:** apply to your council in writing.
"""
SERVICE = "local_matters"


def build(project: Project, folder: Path, count: int) -> Release:
    """Train a release with so many answers in a folder of releases, and make it current there."""
    chance = random.Random(count)  # noqa: S311 -- chance for a benchmark, not for secrets
    made = replace(project, data=folder)
    answers = folder / ANSWERS_FOLDER
    shutil.copytree(project.root / ANSWERS_FOLDER, answers)
    examples = _known(project, chance)
    real = len({example.intent for example in examples if example.kind is Kind.ANSWER})
    (answers / SERVICE).mkdir()
    for subject, matter in islice(product(SUBJECTS, MATTERS), max(0, count - real)):
        examples += _write(answers / SERVICE, subject, matter, chance)
    held_out = folder / "held_out.jsonl"
    lines = (project.root / HELD_OUT_FILE).read_text(encoding="utf-8").splitlines(keepends=True)
    held_out.write_text("".join(lines[:HELD_OUT]), encoding="utf-8")
    trainer = RasaTrainer(project.root / CONFIG_FILE, examples)
    release = build_release(
        made.releases, trainer, answers, held_out, project.settings.thresholds, lambda step, share: None
    )
    return made.releases.use(release.number)


def _known(project: Project, chance: random.Random) -> list[Example]:
    """Some of the known questions: EACH of each answer, and OTHERS of each other kind."""
    by_group: dict[tuple[Kind, str], list[Example]] = defaultdict(list)
    for path in question_paths(project.root / QUESTIONS_FOLDER):
        for example in read_examples(path):
            by_group[example.kind, example.intent].append(example)
    intents: dict[Kind, int] = defaultdict(int)
    for kind, _ in by_group:
        intents[kind] += 1
    most = {kind: EACH if kind is Kind.ANSWER else max(EACH, OTHERS // count) for kind, count in intents.items()}
    return [one for (kind, _), group in by_group.items() for one in _some(group, most[kind], chance)]


def _some(group: Sequence[Example], most: int, chance: random.Random) -> Sequence[Example]:
    return chance.sample(group, min(most, len(group)))


def _write(folder: Path, subject: str, matter: str, chance: random.Random) -> Iterator[Example]:
    """Write an answer that is made up, and return its questions."""
    slug = f"{subject}_{matter}".replace(" ", "_")
    path = folder / f"{slug}.md"
    path.write_text(FILE.format(subject=subject, matter=matter, slug=slug.replace("_", "-")), encoding="utf-8")
    for line, way in enumerate(chance.sample(WAYS, EACH), 1):
        yield Example(way.format(subject=subject, matter=matter), slug, Kind.ANSWER, path, line)
