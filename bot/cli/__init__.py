"""The commands. Each module imports what it needs when it runs, so that help and small commands come at once."""

from __future__ import annotations

import os
import sys
import warnings

import typer

from bot.cli import (
    ask,
    backup,
    benchmark,
    chat,
    check,
    console,
    data_protection,
    demo,
    evaluate,
    keys,
    personal,
    questions,
    releases,
    restore,
    retention,
    run,
    train,
    user,
)
from bot.errors import SignpostError

app = typer.Typer(
    help="Signpost answers citizens' questions with official information. Start with: signpost chat",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("run")(run.run)
app.command("console")(console.console)
app.add_typer(user.user, name="user")
app.command("demo")(demo.demo)
app.command("chat")(chat.chat)
app.command("ask")(ask.ask)
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.command("check")(check.check)
app.command("questions")(questions.questions)
app.command("mydata")(personal.my_data)
app.command("forget")(personal.forget)
app.add_typer(keys.keys, name="keys")
app.command("retention")(retention.retention)
app.command("data-protection")(data_protection.data_protection)
app.command("benchmark")(benchmark.benchmark)
app.command("releases")(releases.releases)
app.command("use")(releases.use)
app.command("backup")(backup.backup)
app.command("restore")(restore.restore)

__all__ = ["app", "main"]


def main() -> None:
    """Run a command; a known error becomes one sentence and a non-zero exit."""
    # What people have asked is in the files that are made: they are their owner's alone.
    os.umask(0o077)
    if not sys.warnoptions:
        # Rasa's old dependencies warn of each other's ways, whatever filters are set; nobody here can act on it.
        warnings.showwarning = lambda *_, **__: None
    try:
        app()
    except SignpostError as error:
        typer.echo(f"signpost: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has gone, as in `signpost questions | head`.
        sys.stderr.close()
        sys.exit(141)
