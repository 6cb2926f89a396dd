"""The console as a person meets it: the real application, its database on disk, and somebody signed in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from bot.accounts import Accounts, Role
from bot.app import Project, open_project
from bot.app.office import office
from bot.console.app import create_app
from bot.console.parts import Parts
from bot.storage.account_store import AccountStore
from bot.storage.database import Database
from tests.console.visitor import Visitor
from tests.logged import Logged

OVERRIDES = ("console.second_factor=off",)


@pytest.fixture
def project(small_project: Project, tmp_path: Path) -> Project:
    """A small project whose data are this test's own. It has no release yet."""
    return open_project(tmp_path / "data", small_project.root, OVERRIDES)


@pytest.fixture
def database(project: Project) -> Iterator[Database]:
    """The database that the console works on."""
    opened = Database(project.data)
    yield opened
    opened.close()


@pytest.fixture
def made_of(project: Project, database: Database) -> Parts:
    """What the console is made of. Passwords are hashed cheaply: each test makes some."""
    accounts = Accounts(AccountStore(database), PasswordHasher.from_parameters(CHEAPEST))
    return office(project, database, accounts).parts


@pytest.fixture
async def stranger(made_of: Parts) -> AsyncIterator[Visitor]:
    """Somebody who has not signed in."""
    async with Visitor(create_app(made_of), made_of.accounts) as visitor:
        yield visitor


@pytest.fixture
async def editor(stranger: Visitor) -> Visitor:
    """An editor who has signed in."""
    return await stranger.signed_in(Role.EDITOR)


@pytest.fixture
async def official(stranger: Visitor) -> Visitor:
    """An official who has signed in."""
    return await stranger.signed_in(Role.OFFICIAL)


@pytest.fixture
def logged(database: Database) -> Logged:
    """The log, with one community."""
    made = Logged(database)
    made.community()
    return made
