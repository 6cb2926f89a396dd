"""Signpost behind the same interface as Rasa's server: POST /model/parse with {"text": …}.

Started as signpost_server.py DATA ROOT PORT. Each text is a new person's in a new channel, and goes through the
Responder: personal data, urgent help, the model's process, the decision, the reply. As with Rasa's, nothing is kept.
"""

from __future__ import annotations

import asyncio
import itertools
import signal
import sys
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.app import open_project
from bot.app.serving import serving
from bot.decision import MAX_OFFERED
from bot.messages import Message, Outcome, Response
from bot.responder import Responder
from bot.web_server import serving_http


async def serve(data: Path, root: Path, port: int) -> None:
    """Answer until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    project = open_project(data, root)
    async with (
        serving(project, project.releases.current(), record=False) as service,
        serving_http(_app(service.responder), "127.0.0.1", port),
    ):
        await stop.wait()


def _app(responder: Responder) -> Starlette:
    numbers = itertools.count()

    async def parse(request: Request) -> JSONResponse:
        number = str(next(numbers))
        message = Message((await request.json())["text"], channel=number, author=number)
        return JSONResponse(_as_json(await responder.respond(message)))

    return Starlette(routes=[Route("/model/parse", parse, methods=["POST"])])


def _as_json(response: Response) -> dict[str, Any]:
    is_offer = response.outcome is Outcome.CLARIFY
    return {
        "outcome": response.outcome.value,
        "answer": response.answer,
        "offered": [candidate.answer for candidate in response.candidates[:MAX_OFFERED]] if is_offer else [],
        "confidence": response.confidence,
        "reply": response.reply.body if response.reply else None,
    }


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
