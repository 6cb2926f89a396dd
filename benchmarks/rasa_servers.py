"""Signpost against Rasa's own server, trained on the same questions: what a user would otherwise run.

Run it with: uv run python benchmarks/rasa_servers.py [--each 40] [--rounds 3] [--seconds 10]
Rasa gets an environment of its own, which is kept (--environments), as is what it has learnt: a second run on the same
questions trains Signpost alone. A JSON object a line goes to standard output, a table to standard error.
docs/comparison.md says what is compared, and why it is fair.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
from rivals.asking import ask_in_turn, questions_a_second, start_each
from rivals.environment import VERSION, rasa_in
from rivals.report import Measured, report
from rivals.server import Server
from rivals.staged import digest_of, stage
from rivals.systems import RASAS, Rasa, Signpost, System, rasas
from rivals.training import Training, kept_training, train

from bot.app.project import HELD_OUT_FILE, QUESTIONS_FOLDER
from bot.release_builder import LabelledText, read_labelled
from nlu.questions import kinds_of, load_examples

CHECKOUT = Path(__file__).resolve().parent.parent
HELD_OUT = (HELD_OUT_FILE, HELD_OUT_FILE.with_name("second.jsonl"))
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "signpost-comparison")


def main() -> None:
    """Train, measure and print."""
    options = _parser().parse_args()
    with TemporaryDirectory(prefix="signpost-comparison-") as scratch:
        staged = Path(scratch, "project")
        staged.mkdir()
        stage(options.root, staged, options.each)
        count = len(load_examples(staged / QUESTIONS_FOLDER))
        print(json.dumps({"what": "example questions", "in_all": count, "of_each_intent": options.each or "all"}))
        systems, models, trainings = _train_all(options, staged, Path(scratch, "signpost"))
        if not options.train_only:
            lines = _unseen(options.root, options.questions)
            measured = asyncio.run(_measure(options, staged, systems, models, lines))
            report(systems, trainings, measured, options.answers)
        else:
            print(json.dumps({system.name: training for system, training in zip(systems, trainings)}))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=CHECKOUT, help="the project whose questions are learnt")
    parser.add_argument("--each", type=int, default=0, help="example questions of each intent, for all; 0 for all")
    parser.add_argument("--epochs", type=int, default=0, help="of DIET; 0 for Rasa's own 100")
    parser.add_argument("--environments", type=Path, default=CACHE, help="where Rasa and what it learns are kept")
    parser.add_argument("--rasa", type=Path, help="a `rasa` command that is there already")
    parser.add_argument("--against", nargs="+", choices=RASAS, default=RASAS, help="the Rasas to compare with")
    parser.add_argument("--retrain", action="store_true", help="train Rasa anew where what it has learnt is kept")
    parser.add_argument("--warm", action="store_true", help="let Signpost use what earlier trainings have cached")
    parser.add_argument("--train-only", action="store_true", help="train, and measure nothing else")
    parser.add_argument("--rounds", type=int, default=3, help="starts of each server, and turns under load")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each turn under load")
    parser.add_argument("--clients", type=int, default=16, help="who ask at once under load")
    parser.add_argument("--questions", type=int, default=0, help="unseen texts of each file; 0 for all")
    parser.add_argument("--answers", type=Path, help="a file for what each system made of each text, as JSON lines")
    return parser


def _train_all(
    options: argparse.Namespace, staged: Path, signpost_model: Path
) -> tuple[list[System], list[Path], list[Training]]:
    """Every system with the folder of its model and what training took: Signpost now, Rasa perhaps before."""
    rasa = (options.rasa or rasa_in(options.environments)).resolve()
    known = rasas(rasa, kinds_of(load_examples(staged / QUESTIONS_FOLDER)), options.epochs)
    rivals = [rival for rival in known if rival.name in options.against]
    folders = [_kept_folder(options.environments.resolve(), staged, rival) for rival in rivals]
    signpost = Signpost(options.warm)
    trainings = [train(signpost, staged, signpost_model)]
    for rival, folder in zip(rivals, folders):
        kept = None if options.retrain else kept_training(folder)
        trainings.append(kept or train(rival, staged, folder))
    return [signpost, *rivals], [signpost_model, *folders], trainings


def _kept_folder(environments: Path, staged: Path, rival: Rasa) -> Path:
    return environments / "models" / f"{rival.name}-{digest_of(staged, VERSION, rival.described())}"


def _unseen(root: Path, count: int) -> dict[str, list[LabelledText]]:
    """The texts that are asked, by file: what is said to the bot. Rasa knows nothing of what it merely overhears."""
    files = [root / file for file in HELD_OUT if (root / file).is_file()]
    addressed = {file.name: [line for line in read_labelled(file) if line.addressed] for file in files}
    return {name: lines[: count or None] for name, lines in addressed.items()}


async def _measure(
    options: argparse.Namespace,
    staged: Path,
    systems: Sequence[System],
    models: Sequence[Path],
    unseen: Mapping[str, list[LabelledText]],
) -> Measured:
    """Start each server by itself, round by round; then ask all in turn, and put them under load in turn."""
    servers = [Server(system, staged, model) for system, model in zip(systems, models)]
    texts = [line.text for lines in unseen.values() for line in lines]
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        for server in servers:
            stack.push_async_callback(server.stop)
        _say(f"Starting each server {options.rounds} times.")
        starts = await start_each(session, servers, texts, options.rounds)
        _say(f"Asking each {len(texts)} questions, in turn.")
        asked = {name: await ask_in_turn(session, servers, lines) for name, lines in unseen.items()}
        _say(f"Asking each with {options.clients} clients at once, {options.rounds} times.")
        rates: list[list[float]] = [[] for _ in servers]
        for _ in range(options.rounds):
            for server, mine in zip(servers, rates):
                mine.append(await questions_a_second(session, server, texts, options.clients, options.seconds))
    return Measured(starts, asked, rates)


def _say(words: str) -> None:
    print(words, file=sys.stderr)


if __name__ == "__main__":
    main()
