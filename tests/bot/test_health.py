"""Health, readiness and metrics over a real socket, and a port that can't be had."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator
from contextlib import closing

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot import metrics, web_server
from bot.errors import ConfigurationError
from bot.health import health_app
from bot.web_server import serving_http

HOST = "127.0.0.1"


@pytest.fixture
def ready() -> dict[str, bool]:
    """Which connectors receive messages; a test may change it."""
    return {"discord": False, "telegram": True}


@pytest.fixture
async def client(ready: dict[str, bool]) -> AsyncIterator[httpx.AsyncClient]:
    """What an on-call engineer's tools are."""
    serving = serving_http(health_app(lambda: ready), HOST, 0)
    async with serving as port, httpx.AsyncClient(base_url=f"http://{HOST}:{port}", timeout=60) as made:
        yield made


async def test_a_process_that_answers_is_healthy(client: httpx.AsyncClient) -> None:
    """Whether it is connected is another question."""
    answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_it_is_ready_once_every_platform_is(client: httpx.AsyncClient, ready: dict[str, bool]) -> None:
    """Until then, and whenever a connection is lost, it says which is not."""
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "discord": False, "telegram": True})
    ready["discord"] = True
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "discord": True, "telegram": True})
    ready["telegram"] = False
    assert (await client.get("/readyz")).status_code == 503


async def test_metrics_are_those_of_prometheus(client: httpx.AsyncClient) -> None:
    """All that is counted is there, in Prometheus' own format."""
    metrics.OUTCOMES.labels("discord", "answered").inc()
    answer = await client.get("/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain; version=")
    assert 'signpost_outcomes_total{outcome="answered",platform="discord"}' in answer.text
    for name in ("reply_seconds", "outbox_depth", "rate_limit_waits", "reconnects", "delivered", "dropped"):
        assert f"# TYPE signpost_{name}" in answer.text


async def test_nothing_else_is_served(client: httpx.AsyncClient) -> None:
    """Neither other pages nor other methods."""
    assert (await client.get("/")).status_code == 404
    assert (await client.post("/healthz")).status_code == 405


async def test_a_port_that_is_taken_is_one_sentence() -> None:
    """What is wrong, where, and what to do."""
    with closing(socket.create_server((HOST, 0))) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError) as caught:
            async with serving_http(health_app(dict), HOST, port):
                pass
    assert str(caught.value) == f"The address {HOST}:{port} can't be had; choose another port."


async def test_a_host_that_is_not_here_is_one_sentence() -> None:
    """An address of some other machine can't be had either."""
    with pytest.raises(ConfigurationError, match="can't be had"):
        async with serving_http(health_app(dict), "192.0.2.1", 0):
            pass


async def test_the_port_is_free_again_at_the_end() -> None:
    """A next start, in the same process or another, can have it at once."""
    async with serving_http(health_app(dict), HOST, 0) as port:
        pass
    async with serving_http(health_app(dict), HOST, port) as again:
        assert again == port


async def test_an_idle_connection_holds_up_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tool that keeps its connection open is let go."""
    monkeypatch.setattr(web_server, "GRACE_SECONDS", 60)
    started = time.monotonic()
    async with serving_http(health_app(dict), HOST, 0) as port:
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        await writer.drain()
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    assert time.monotonic() - started < web_server.GRACE_SECONDS
    writer.close()


async def test_a_request_in_hand_is_answered_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asked before the end gets an answer."""
    monkeypatch.setattr(web_server, "GRACE_SECONDS", 60)
    begun = asyncio.Event()

    async def slow(request: Request) -> Response:
        begun.set()
        await asyncio.sleep(0.2)
        return PlainTextResponse("done")

    async with httpx.AsyncClient(timeout=60) as client:
        async with serving_http(Starlette(routes=[Route("/", slow)]), HOST, 0) as port:
            asking = asyncio.create_task(client.get(f"http://{HOST}:{port}/"))
            await begun.wait()
        assert (await asking).text == "done"


async def test_a_request_that_never_ends_holds_up_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is cut off after a while."""
    monkeypatch.setattr(web_server, "GRACE_SECONDS", 1)
    begun = asyncio.Event()

    async def hang(request: Request) -> Response:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with httpx.AsyncClient(timeout=60) as client:
        async with serving_http(Starlette(routes=[Route("/", hang)]), HOST, 0) as port:
            asking = asyncio.create_task(client.get(f"http://{HOST}:{port}/"))
            await begun.wait()
        with pytest.raises(httpx.HTTPError):
            (await asking).raise_for_status()


async def test_what_fails_inside_ends_the_server(caplog: pytest.LogCaptureFixture) -> None:
    """An error of the bot goes its way, and the port is let go."""
    caplog.set_level(logging.ERROR)
    with pytest.raises(KeyError):
        async with serving_http(health_app(dict), HOST, 0) as port:
            raise KeyError(port)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(HOST, port)
    assert not caplog.text
