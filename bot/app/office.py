"""The console, and all that officials do with it."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeVar

from bot.accounts import Accounts
from bot.app.project import Project, opened_database
from bot.console.app import create_app
from bot.console.parts import Parts
from bot.console.security import console_key
from bot.errors import ConfigurationError
from bot.storage.account_store import AccountStore
from bot.storage.audit_log import AuditLog
from bot.storage.database import Database
from bot.web_server import serving_http

logger = logging.getLogger(__name__)
Done = TypeVar("Done")
OIDC_SECRET = "SIGNPOST_OIDC_SECRET"  # noqa: S105


def console_parts(project: Project, database: Database, accounts: Accounts | None = None) -> Parts:
    """What the console works with, over a database that is open. Raises ConfigurationError."""
    from bot.accounts import Accounts
    from bot.console.parts import Parts
    from bot.storage.account_store import AccountStore

    return Parts(
        settings=project.settings.console,
        database=database,
        accounts=accounts or Accounts(AccountStore(database)),
        audit=AuditLog(database),
        key=console_key(project.data),
        root=project.root,
        releases=project.releases,
        oidc_secret=os.environ.get(OIDC_SECRET, ""),
    )


async def with_accounts(data: Path, work: Callable[[Accounts], Awaitable[Done]]) -> Done:
    """Do something with the console's accounts. Raises AccountError and QuestionLogError."""
    from bot.accounts import Accounts

    database = Database(data)
    try:
        return await work(Accounts(AccountStore(database)))
    finally:
        database.close()


@asynccontextmanager
async def serving_console(project: Project) -> AsyncIterator[str]:
    """Serve the console, and yield its address; without an address to be had, the bot answers all the same."""
    settings = project.settings.console
    async with AsyncExitStack() as stack:
        database = stack.enter_context(opened_database(project))
        app = create_app(console_parts(project, database))
        try:
            port = await stack.enter_async_context(serving_http(app, settings.host, settings.port))
        except ConfigurationError as error:
            logger.error("The console can't be served: %s", error)
            yield "nowhere"
        else:
            yield settings.public_url or f"http://{settings.host}:{port}"
