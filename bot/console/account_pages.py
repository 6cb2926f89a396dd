"""Accounts: who may use the console, and as what."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bot.accounts import Account, Role
from bot.console.page import NotFoundError, Page, form, noting, parts, render, see_other, text
from bot.errors import AccountError


async def all_accounts(request: Request) -> Response:
    """Everybody, and a form for somebody new."""
    return await _list(request)


async def add_account(request: Request) -> Response:
    """Add somebody."""
    data = await form(request)
    entered = {name: text(data, name, 255) for name in ("email", "name", "department", "role")}
    try:
        role = _role(entered["role"])
        with noting(request, "added an account", f"account {entered['email']}", {"role": role.value}):
            added = await parts(request).accounts.add(
                entered["email"], entered["name"], role, str(data.get("password", "")), entered["department"]
            )
    except AccountError as error:
        return await _list(request, 422, entered, {"email": str(error)})
    return see_other(request, "/accounts", f"{added.name} can now sign in.")


async def show_account(request: Request) -> Response:
    """One account, with what can be changed of it."""
    return render(request, "accounts/one.html", person=await _person(request))


async def change_account(request: Request) -> Response:
    """Change an account's role or department, or switch it off."""
    person, data = await _person(request), await form(request)
    try:
        role, department = _role(text(data, "role", 20)), text(data, "department", 100)
        is_active = text(data, "is_active", 5) == "yes"
        detail = {"role": role.value, "department": department, "is_active": is_active}
        with noting(request, "changed an account", f"account {person.email}", detail):
            await parts(request).accounts.change(person, role, department, is_active)
    except AccountError as error:
        return render(request, "accounts/one.html", 422, person=person, errors={"role": str(error)})
    return see_other(request, "/accounts", f"The account of {person.name} is changed.")


async def reset_second_factor(request: Request) -> Response:
    """Let somebody set up a new second factor."""
    person = await _person(request)
    with noting(request, "took away a second factor", f"account {person.email}"):
        await parts(request).accounts.reset_second_factor(person)
    return see_other(request, f"/accounts/{person.id}", f"{person.name} sets up a new code at the next sign-in.")


async def _list(
    request: Request, status: int = 200, entered: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> Response:
    people = await parts(request).accounts.all()
    return render(request, "accounts/all.html", status, people=people, entered=entered or {}, errors=errors or {})


async def _person(request: Request) -> Account:
    person = await parts(request).accounts.get(request.path_params["id"])
    if person is None:
        raise NotFoundError
    return person


def _role(value: str) -> Role:
    try:
        return Role(value)
    except ValueError as error:
        raise AccountError("Choose a role.") from error


PAGES = (
    Page("/accounts", all_accounts, Role.ADMINISTRATOR),
    Page("/accounts", add_account, Role.ADMINISTRATOR, ("POST",)),
    Page("/accounts/{id:int}", show_account, Role.ADMINISTRATOR),
    Page("/accounts/{id:int}", change_account, Role.ADMINISTRATOR, ("POST",)),
    Page("/accounts/{id:int}/second-factor", reset_second_factor, Role.ADMINISTRATOR, ("POST",)),
)
