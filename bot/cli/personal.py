"""`signpost mydata` and `signpost forget`: for officials who answer a person's letter."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from bot.cli.options import DEFAULT_DATA, Data, require_log
from bot.errors import QuestionLogError

if TYPE_CHECKING:
    from bot.storage.database import Database
    from bot.storage.personal_rows import Rows

Done = TypeVar("Done")
PLATFORMS = ("discord", "telegram", "terminal")

Platform = Annotated[str, typer.Argument(metavar="PLATFORM", help=f"One of {', '.join(PLATFORMS)}.")]
UserId = Annotated[str, typer.Argument(metavar="USER_ID", help="The platform's number of the person.")]


def my_data(platform: Platform, user_id: UserId, data: Data = DEFAULT_DATA) -> None:
    """Print as JSON all that is held about a person, by table, as it is stored."""
    rows = _with_records(data, platform, lambda database: _rows(database, platform, user_id))
    typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))


def forget(
    platform: Platform,
    user_id: UserId,
    data: Data = DEFAULT_DATA,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask first.")] = False,
) -> None:
    """Erase all that is held about a person, as /forgetme does in the chats, while the bots go on."""
    rows = _with_records(data, platform, lambda database: _rows(database, platform, user_id))
    if not rows:
        typer.echo("Nothing is held about this person.")
        return
    typer.echo(f"Held about this person: {_counted(rows)}.")
    if not yes:
        typer.confirm("Erase it? This can't be undone", abort=True)
    quoting = _with_records(data, platform, lambda database: _forget(database, platform, user_id))
    typer.echo("It is erased. How many questions there were, and what became of them, still counts.")
    if quoting:
        numbers = ", ".join(map(str, quoting))
        typer.echo(f"Officials have taken up the same words in drafts, for an editor to look at: {numbers}.")


async def _rows(database: Database, platform: str, user_id: str) -> Rows:
    from bot.storage.personal_records import PersonalRecords

    return await PersonalRecords(database).rows_about(platform, user_id)


async def _forget(database: Database, platform: str, user_id: str) -> list[int]:
    from bot.storage.audit_log import AuditLog
    from bot.storage.erasure import Erasure
    from bot.storage.personal_records import PersonalRecords

    records = PersonalRecords(database)
    quoting = await records.drafts_quoting(platform, user_id)
    with AuditLog(database).noting(
        "Signpost", "forgot a person", f"somebody on {platform}", lambda count: {"messages": count}
    ):
        await records.forget(platform, user_id)
    # Here somebody waits for it, so that what SQLite has left in the file goes at once.
    await Erasure(database).rewrite()
    return list(quoting)


def _with_records(data: Path, platform: str, work: Callable[[Database], Awaitable[Done]]) -> Done:
    from bot.storage.database import Database

    if platform not in PLATFORMS:
        raise QuestionLogError(f"There is no platform {platform}: it is one of {', '.join(PLATFORMS)}.")
    require_log(data)

    async def run() -> Done:
        with closing(Database(data)) as database:
            return await work(database)

    return asyncio.run(run())


def _counted(rows: Mapping[str, Any]) -> str:
    return ", ".join(f"{table.replace('_', ' ')}: {len(found)}" for table, found in rows.items())
