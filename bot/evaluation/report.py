"""The report of an evaluation: what it holds, as one HTML file, and its curve as a picture."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.errors import SignpostError
from bot.evaluation.changes import Comparison
from bot.evaluation.coverage_curve import Point
from bot.evaluation.headline_figures import Figures, rows_of
from bot.evaluation.record import Configuration
from bot.evaluation.scoring import Evaluation
from bot.evaluation.verdicts import Fate
from bot.messages import Outcome
from bot.wording import LABELS as OUTCOMES

TEMPLATE = "evaluation.html"
PAGE_FILE = "index.html"
CURVE_FILE = "curve.png"
TITLES = {"cross_validated": "Cross-validation", "held_out": "Held-out questions"}
FATES = {
    Fate.RIGHT.value: "right",
    Fate.WRONG.value: "wrong",
    Fate.OFFERED.value: "offered",
    Fate.OFFERED_OTHER.value: "offered others",
    Fate.REFUSED.value: "refused",
    Fate.SILENT.value: "silent",
    Fate.URGENT.value: "urgent help",
}
"""What each fate is called where people read it."""


class Report(msgspec.Struct, frozen=True):
    """Everything that `signpost evaluate` found; `evaluations` are by what they were measured on."""

    configuration: Configuration
    evaluations: dict[str, Evaluation]
    comparison: Comparison | None = None


def write_report(report: Report, folder: Path) -> Path:
    """Write the page and the picture, over what was there; returns the page. Raises SignpostError."""
    curve = draw_curves(report.evaluations)
    page = render_page(report, curve)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / CURVE_FILE).write_bytes(curve)
        (folder / PAGE_FILE).write_text(page, encoding="utf-8")
    except OSError as error:
        raise SignpostError(f"{folder} can't be written: {error.strerror}.") from error
    return folder / PAGE_FILE


def render_page(report: Report, curve: bytes) -> str:
    """The report as one HTML page that needs no other file; every text in it is escaped."""
    environment = Environment(
        loader=PackageLoader("bot.evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"rows": rows_of, "title": title_of, "outcome": lambda name: OUTCOMES[Outcome(name)]}
    picture = base64.b64encode(curve).decode("ascii")
    return environment.get_template(TEMPLATE).render(report=report, fates=FATES, curve=picture)


def title_of(name: str) -> str:
    """What the texts of an evaluation are called: a file goes by its own name."""
    return TITLES.get(name, name)


def draw_curves(evaluations: Mapping[str, Evaluation]) -> bytes:
    """The coverage curves as a PNG, one panel for each evaluation."""
    # Imported here, since it takes a second that only a report needs.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5 * len(evaluations)), constrained_layout=True)
    panels = figure.subplots(len(evaluations), squeeze=False)[:, 0]
    for panel, (name, evaluation) in zip(panels, evaluations.items()):
        _draw_curve(panel, "addressed", evaluation.addressed.curve, "#1d70b8", width=4)
        _draw_curve(panel, "overheard", evaluation.overheard.curve, "#d4351c", width=1.5)
        _draw_thresholds(panel, evaluation.figures)
        _label(panel, title_of(name))
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=130)
    return picture.getvalue()


def _draw_curve(panel: Any, met: str, curve: list[Point], colour: str, width: float) -> None:
    """The two ways of being met often agree, so that one line must be seen through the other."""
    if not curve:
        return
    coverage, wrong, of_all = zip(*((point.coverage, point.wrong, point.wrong_of_all) for point in curve))
    panel.plot(coverage, wrong, color=colour, linewidth=width, alpha=0.7, label=f"{met}, of answers to questions")
    panel.plot(coverage, of_all, "--", color=colour, linewidth=width / 2, alpha=0.7, label=f"{met}, of all answers")


def _draw_thresholds(panel: Any, figures: Figures) -> None:
    for met, prefix, mark in (("addressed", "", "s"), ("overheard", "overheard_", "o")):
        if coverage := figures[f"{prefix}coverage"]:
            wrong = 1 - figures[f"{prefix}precision"]
            panel.plot(coverage, wrong, f"k{mark}", clip_on=False, zorder=3, label=f"{met}, at the release's threshold")


def _label(panel: Any, title: str) -> None:
    panel.set(title=title, xlabel="Coverage: questions given an answer", ylabel="Answers given that are wrong")
    panel.set(xlim=(0, 1), ylim=(0, None))
    panel.xaxis.set_major_formatter("{x:.0%}")
    panel.yaxis.set_major_formatter("{x:.1%}")
    panel.grid(alpha=0.3)
    if panel.lines:
        panel.legend(fontsize="small", loc="upper left")
