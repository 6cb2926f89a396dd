"""The list of methods, each with the parameters that it models."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from connectors.fakes.telegram_server.parameters import Parameters

if TYPE_CHECKING:
    from connectors.fakes.telegram_server.world import World

Method = Callable[["World", Parameters], Awaitable[Any]]
METHODS: dict[str, tuple[str, Method, frozenset[str]]] = {}
"""By lower-case name, as the Bot API's names may be written in any case: the name, what it does, its parameters."""


def method(name: str, parameters: str = "") -> Callable[[Method], Method]:
    """Enter a method under its name, with its parameters in one string."""

    def enter(carry_out: Method) -> Method:
        METHODS[name.lower()] = (name, carry_out, frozenset(parameters.split()))
        return carry_out

    return enter
