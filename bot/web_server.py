"""An HTTP server inside the bot's own event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from bot.errors import ConfigurationError

GRACE_SECONDS = 3
"""How long requests in hand may take when the server stops."""


@asynccontextmanager
async def serving_http(app: Any, host: str, port: int) -> AsyncIterator[int]:
    """Serve an ASGI application, and yield the port: that given or, for 0, a free one.

    Raises ConfigurationError where the address can't be had.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    # Not `serve`, which would take the signals for itself: the bot has its own way to stop.
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    try:
        await server.startup()
    except (OSError, SystemExit) as error:
        raise ConfigurationError(f"The address {host}:{port} can't be had; choose another port.") from error
    running = asyncio.create_task(server.main_loop())
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await running
        await server.shutdown()
