"""What belongs to a change that somebody else writes, such as its line in the audit log: both in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass
class Companion:
    """Something to be written, by what it is handed: whatever the work that makes the change returns."""

    write: Callable[[Any], object]
    is_due: bool = True


_companions: ContextVar[tuple[Companion, ...]] = ContextVar("companions", default=())


@contextmanager
def alongside(write: Callable[[Any], object]) -> Iterator[None]:
    """Within this context, the first work of `Database.run` that changes anything is accompanied by another.

    Where nothing is changed, nothing is written.
    """
    companion = Companion(write)
    token = _companions.set((*_companions.get(), companion))
    try:
        yield
    finally:
        companion.is_due = False
        _companions.reset(token)


def companions_due() -> Sequence[Companion]:
    """What has yet to be written beside a change, in the order in which it was asked for."""
    return [companion for companion in _companions.get() if companion.is_due]
