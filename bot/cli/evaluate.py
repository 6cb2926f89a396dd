"""`signpost evaluate`: how good the current release is, as it was built, on a file, or against another release."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import DEFAULT_DATA, Data
from bot.cli.release import console, current_release

if TYPE_CHECKING:
    from bot.answers import AnswerBase
    from bot.app import Project
    from bot.evaluation.changes import Comparison
    from bot.evaluation.report import Report
    from bot.evaluation.scoring import Evaluation
    from bot.evaluation.verdicts import Verdict
    from bot.release_builder import LabelledText
    from bot.releases import Release

REPORTS_FOLDER = "reports"


def evaluate(
    file: Annotated[
        Path | None,
        typer.Argument(
            help='Score this file of one {"text", "answer", "addressed"} a line, in place of what the release was '
            "judged on when it was built. A null answer means that none should be given."
        ),
    ] = None,
    data: Data = DEFAULT_DATA,
    against: Annotated[
        int | None,
        typer.Option("--against", help="Show what changed since this release, question by question."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
) -> None:
    """Say how good the current release is, and write a report."""
    import msgspec

    from bot.app import open_project
    from bot.cli.evaluation_tables import print_report
    from bot.evaluation.report import write_report

    project = open_project(data)
    release = current_release(project)
    report = _report(project, release, file, against)
    page = write_report(report, project.data / REPORTS_FOLDER / (file.stem if file else f"release-{release.name}"))
    if as_json:
        everything = {**msgspec.to_builtins(report), "report": str(page)}
        typer.echo(json.dumps(everything, indent=1, ensure_ascii=False))
    else:
        print_report(report)
        typer.echo(f"The report is {page}")


@dataclass(frozen=True)
class _Labelled:
    """Lines to be asked, and the answers they name. A held-out question is judged overheard too, a file's isn't."""

    lines: list[LabelledText]
    base: AnswerBase
    as_met: bool


@dataclass(frozen=True)
class _Asked:
    """What a release made of lines: a verdict for each, as the line was met, and the figures."""

    release: Release
    verdicts: list[Verdict]
    evaluation: Evaluation


def _report(project: Project, release: Release, file: Path | None, against: int | None) -> Report:
    from bot.evaluation.record import configuration_of
    from bot.evaluation.report import Report

    configuration = configuration_of(release)
    # Whatever is wrong with what was asked for is found before a model is started.
    older = _verified(project, against) if against is not None else None
    evaluations = {} if file else _kept(release)
    if not file and not older:
        return Report(configuration, evaluations)
    labelled = _labelled(project, release, file)
    asked = _ask(project, release, labelled)
    if file:
        evaluations = {file.name: asked.evaluation}
    return Report(configuration, evaluations, _compare(_ask(project, older, labelled), asked) if older else None)


def _verified(project: Project, number: int) -> Release:
    release = project.releases.get(number)
    release.verify()
    return release


def _kept(release: Release) -> dict[str, Evaluation]:
    """What training found; without held-out questions there is nothing to show of them."""
    from bot.evaluation.record import read_evaluation

    kept = read_evaluation(release)
    evaluations = {"cross_validated": kept.cross_validated, "held_out": kept.held_out}
    return {name: evaluation for name, evaluation in evaluations.items() if evaluation.texts}


def _labelled(project: Project, release: Release, file: Path | None) -> _Labelled:
    """The lines of a file, or else the held-out ones. Raises TrainingError naming the file and the line."""
    from bot.answers import load_answer_base
    from bot.app.project import HELD_OUT_FILE
    from bot.release_builder import check_labelled, read_labelled

    path, base = file or project.root / HELD_OUT_FILE, load_answer_base(release.answers)
    lines = read_labelled(path)
    check_labelled(path, lines, base)
    return _Labelled(lines, base, as_met=file is not None)


def _ask(project: Project, release: Release, labelled: _Labelled) -> _Asked:
    from bot.app.serving import predict_all
    from bot.evaluation.scoring import evaluate, services_of
    from bot.evaluation.verdicts import judge
    from bot.release_builder import as_judged

    lines, thresholds = labelled.lines, release.manifest.thresholds
    with console.status(f"Asking release {release.name} {len(lines):,} texts"):
        predictions = asyncio.run(predict_all(project, release, [line.text for line in lines]))
    cases = [as_judged(line, made, labelled.base) for line, made in zip(lines, predictions)]
    groups = [line.group for line in lines]
    return _Asked(
        release,
        [judge(case, thresholds, line.addressed) for case, line in zip(cases, lines)],
        evaluate(cases, thresholds, services_of(labelled.base), groups, labelled.as_met),
    )


def _compare(old: _Asked, new: _Asked) -> Comparison:
    from bot.evaluation.changes import Comparison, changes_between, counts_of

    changes = changes_between(old.verdicts, new.verdicts)
    return Comparison(
        old=old.release.name,
        new=new.release.name,
        old_figures=old.evaluation.figures,
        new_figures=new.evaluation.figures,
        unchanged=len(new.verdicts) - len(changes),
        became=counts_of(changes),
        changes=changes,
    )
