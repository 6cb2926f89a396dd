"""Small real things for tests: files as an editor would write them, and predictions as a model would make them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from bot.app import Project
from bot.classifier import Judged, Kind, Prediction
from bot.messages import Candidate
from bot.releases import MANIFEST_FILE, Release

RATE_COLUMNS = "rate_id,label,value,unit,valid_from,valid_to,source_url,checked"
RATE_ROW = "weekly,Weekly rate,194.32,GBP/week,2026-04-06,2027-04-05,https://www.gov.uk/rates,2026-11-22"
FRONT_MATTER = {
    "title": "How much the pay is",
    "nations": "[england, scotland, wales, northern-ireland]",
    "owner": "Department for Work and Pensions",
    "sources": "\n  - title: Pay\n    url: https://www.gov.uk/pay",
    "reviewed": "2026-11-22",
    "review_by": "2027-11-22",
}

URGENT_FILE = """---
title: {title}
sources:
  - title: Trussell
    url: https://www.trussell.org.uk
checked: 2026-11-22
check_by: {check_by}
alert_moderators: {alert}
---

{body}
"""


def answer_file(folder: Path, slug: str = "pay", **overrides: str | None) -> Path:
    """Write an answer without faults, but for the overrides.

    An override replaces a key of the front matter (None leaves it out), the `service` or the `body`.
    """
    service = overrides.pop("service", "maternity") or ""
    body = overrides.pop("body", "You get {{ rates.weekly }} a week.\n\nAsk your boss for it.")
    matter = {key: value for key, value in {**FRONT_MATTER, **overrides}.items() if value is not None}
    path = folder / service / f"{slug}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{key}: {value}\n" for key, value in matter.items())
    path.write_text(f"---\n{lines}---\n\n{body}\n", encoding="utf-8")
    return path


def urgent_file(
    folder: Path,
    slug: str = "no_food",
    alert: str = "true",
    check_by: str = "2027-02-22",
    body: str = "Call **0808 208 2138** now.",
    title: str = "Help if you have no food",
) -> Path:
    """Write an urgent-help message without faults, but for what is given."""
    path = folder / "urgent" / f"{slug}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(URGENT_FILE.format(title=title, alert=alert, check_by=check_by, body=body), encoding="utf-8")
    return path


def rates_file(folder: Path, *rows: str) -> Path:
    """Write the rates table: the given rows, or one rate named `weekly`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "rates.csv"
    path.write_text("\n".join([RATE_COLUMNS, *(rows or [RATE_ROW]), ""]), encoding="utf-8")
    return path


def prediction(
    best: tuple[str, float] | None = ("pay", 0.9),
    *others: tuple[str, float],
    out_of_scope: float = 0.0,
    urgency: float = 0.0,
    urgent: tuple[tuple[str, float], ...] = (),
    small_talk: str = "",
) -> Prediction:
    """A prediction that ranks these answers, best first; with None as the best, it ranks none."""
    ranking = (best, *others) if best else ()
    return Prediction(
        ranking=tuple(Candidate(slug, confidence) for slug, confidence in ranking),
        out_of_scope=out_of_scope,
        urgency=urgency,
        urgent=tuple(Candidate(slug, confidence) for slug, confidence in urgent),
        small_talk=small_talk,
    )


def judged(
    made: Prediction | None = None,
    expected: str = "pay",
    kind: Kind = Kind.ANSWER,
    text: str = "how much is it",
    addressed: bool | None = None,
) -> Judged:
    """A prediction beside what was right."""
    return Judged(text, kind, expected, made or prediction(), addressed)


def with_two_releases(project: Project, release: Release, data: Path) -> Project:
    """The project with a data folder of its own, in which a release stands twice; the first of them is current."""
    project = replace(project, data=data)
    for _ in range(2):
        with project.releases.building() as folder:
            shutil.copytree(release.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(MANIFEST_FILE))
            project.releases.add(folder, release.manifest)
    project.releases.use(1)
    return project
