"""`signpost keys`: the keys under which people are stored."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import Annotated

import typer

from bot.cli.options import DEFAULT_DATA, Data, require_log

keys = typer.Typer(help="The keys under which people are stored.", no_args_is_help=True)


@keys.command("list")
def list_all(data: Data = DEFAULT_DATA) -> None:
    """Show each key's number, and how many rows bear names of it."""
    from bot.storage.database import Database
    from bot.storage.key_rotation import rows_under

    require_log(data)

    async def count() -> list[tuple[int, int]]:
        with closing(Database(data)) as database:
            return [(number, await rows_under(database, number)) for number, _ in database.keys.live()]

    counted = asyncio.run(count())
    for number, rows in counted:
        use = ", in use" if number == counted[-1][0] else ""
        typer.echo(f"Key {number}{use}: {rows} rows.")


@keys.command("rotate")
def rotate(
    data: Data = DEFAULT_DATA,
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Drop the older keys at once: who asked before is forgotten.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask first.")] = False,
) -> None:
    """Store people under a new key from now on. Running bots use it with the next message.

    Older keys are kept for as long as anything bears names of them, so that everybody is still known by /mydata and
    /forgetme and has one vote; whoever writes again is moved to the new key.
    """
    from bot.storage.asker_keys import rotate as rotate_keys
    from bot.storage.database import KEY_FILE, Database
    from bot.storage.key_rotation import forget_dropped

    require_log(data)
    if drop_old and not yes:
        typer.confirm("Nobody can see or erase afterwards what they asked before. Drop the older keys", abort=True)
    if not drop_old:
        # Opened first, since it says so where the key is missing.
        Database(data).close()
    number = rotate_keys(data / KEY_FILE, drop_old)
    typer.echo(f"Key {number} is in use from now on.")
    if drop_old:
        with closing(Database(data)) as database:
            count = asyncio.run(forget_dropped(database))
        typer.echo(f"The older keys are dropped, and the names of them taken away (rows: {count}).")
