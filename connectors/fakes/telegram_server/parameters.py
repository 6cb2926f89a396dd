"""The parameters of a call, in whichever way they were sent."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from connectors.fakes.telegram_server.errors import UnknownError, bad_request
from connectors.fakes.telegram_server.people import Json


class Parameters:
    """The parameters of a call by name. Each way to read one raises ApiError where its value is of another kind."""

    def __init__(self, given: Json) -> None:
        self.given = {name: value for name, value in given.items() if value is not None}

    def check(self, method: str, known: Iterable[str]) -> None:
        """Refuse, for all to see, a parameter that this server does not model."""
        if unknown := sorted(set(self.given) - set(known)):
            raise UnknownError(400, f"{method}: parameters {', '.join(unknown)} are not modelled")

    def text(self, name: str) -> str:
        """A text; empty where it is missing."""
        value = self.given.get(name, "")
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number."""
        try:
            return int(self.text(name) or default)
        except ValueError as error:
            raise bad_request(f'invalid {name} specified: "{self.text(name)}"') from error

    def flag(self, name: str) -> bool:
        """A truth value; false where it is missing."""
        return self.text(name).lower() in {"true", "yes", "1"}

    def json(self, name: str) -> Any:
        """A JSON-serialised value; None where it is missing."""
        value = self.given.get(name)
        if not isinstance(value, str) or not value:
            return value or None
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from error


async def parameters_of(request: web.BaseRequest) -> Parameters:
    """The parameters of a request: in its address, as a form, in parts or as JSON."""
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        given |= await request.json()
    elif request.method == "POST":
        given |= dict(await request.post())
    return Parameters(given)
