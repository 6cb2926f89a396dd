"""`signpost user`: accounts of the console."""

from __future__ import annotations

import asyncio
import secrets
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.accounts import Accounts, Role
from bot.cli.options import DEFAULT_DATA, Data
from bot.errors import AccountError

if TYPE_CHECKING:
    from bot.accounts import Account

user = typer.Typer(help="Accounts of the console.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="Their e-mail address.")]
GENERATED_BYTES = 15


@user.command("add")
def add(
    email: Email,
    name: Annotated[str, typer.Option(help="Their name; taken from the address where it isn't given.")] = "",
    role: Annotated[
        Role | None, typer.Option(help="What they may do. The first account is an administrator's, others a viewer's.")
    ] = None,
    department: Annotated[str, typer.Option(help="Their department.")] = "",
    data: Data = DEFAULT_DATA,
) -> None:
    """Add an account. Asks for a password, or makes one where nobody is there to ask."""
    from bot.app.office import with_accounts

    password, is_made = _password()

    async def work(accounts: Accounts) -> Account:
        chosen = role or (Role.VIEWER if await accounts.all() else Role.ADMINISTRATOR)
        return await accounts.add(email, name or _name(email), chosen, password, department)

    added = asyncio.run(with_accounts(data, work))
    typer.echo(f"{added.name} can sign in to the console as {added.role.value}, with {added.email}.")
    if is_made:
        typer.echo(f"Password: {password}")


@user.command("list")
def list_all(data: Data = DEFAULT_DATA) -> None:
    """Show all accounts."""
    from bot.app.office import with_accounts

    table = Table("E-mail address", "Name", "Role", "Department", "May sign in")
    for one in asyncio.run(with_accounts(data, lambda accounts: accounts.all())):
        table.add_row(one.email, one.name, one.role.value, one.department, "yes" if one.is_active else "no")
    Console().print(table)


@user.command("reset")
def reset(email: Email, data: Data = DEFAULT_DATA) -> None:
    """Give somebody a new password, and let them set up a new second factor."""
    from bot.app.office import with_accounts

    password, is_made = _password()

    async def work(accounts: Accounts) -> None:
        known = next((one for one in await accounts.all() if one.email.casefold() == email.casefold()), None)
        if known is None:
            raise AccountError(f"There is no account for {email}: see `signpost user list`.")
        await accounts.change_password(known, password)
        await accounts.reset_second_factor(known)

    asyncio.run(with_accounts(data, work))
    typer.echo(f"The password of {email} is changed, and a second factor is set up at the next sign-in.")
    if is_made:
        typer.echo(f"Password: {password}")


def _password() -> tuple[str, bool]:
    """A password, and whether it was made up here."""
    if sys.stdin.isatty():
        entered = typer.prompt("Password (empty to have one made)", default="", hide_input=True, show_default=False)
        if entered:
            return str(entered), False
    return secrets.token_urlsafe(GENERATED_BYTES), True


def _name(email: str) -> str:
    return email.partition("@")[0].replace(".", " ").replace("_", " ").title()
