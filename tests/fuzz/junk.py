"""Junk to feed parsers with: text, JSON, and real files and payloads with something changed."""

from __future__ import annotations

import copy
import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

Drawn = TypeVar("Drawn")

HANGS_AFTER = 60
"""Seconds after which a parser is said to hang; nothing here takes one."""

NASTY = (
    *(
        "\x00",
        "\ud800",
        "\udfff",
        "\u200b",
        "\u202e",
        "\U000e0041",
        "\ufeff",
        "\r",
        "\n---\n",
        "```",
        "{{",
        "}}",
        "{{ rates.x }}",
    ),
    *(
        "%s",
        "${x}",
        "'\"",
        "<script>",
        "&amp;",
        "../",
        "&a *a",
        "!!python/object:os.system",
        "<<: *a",
        "? ",
        "- - - -",
        "|-\n",
    ),
    *("9" * 400, "-1", "1e999", "NaN", "\t", "=cmd|' /C calc'!A0", "# ", "::::", "a" * 5000, "[" * 900, "{" * 900),
)
texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=40),
    st.text(alphabet=st.characters(codec=None), max_size=20),
    st.lists(st.sampled_from(NASTY), max_size=4).map("".join),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)


def often(share: float = 1.0) -> settings:
    """So much of what the profile tries: 100 examples by themselves, thousands with --hypothesis-profile=long."""
    checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
    examples = max(5, int(settings().max_examples * share))
    return settings(deadline=None, max_examples=examples, suppress_health_check=checks)


def drawn(strategy: st.SearchStrategy[Drawn], count: int) -> list[Drawn]:
    """So many examples of something; the same each time, but for the long profile."""
    made: list[Drawn] = []

    @settings(
        max_examples=count, deadline=None, database=None, derandomize=settings().max_examples <= 100,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def collect(one: Drawn) -> None:
        made.append(one)

    collect()
    return made


@contextmanager
def in_time() -> Iterator[None]:
    """Fails where what is done within doesn't end."""

    def hang(_: int, __: FrameType | None) -> None:
        raise AssertionError(f"It has not ended after {HANGS_AFTER} seconds.")

    before = signal.signal(signal.SIGALRM, hang)
    signal.alarm(HANGS_AFTER)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@st.composite
def spoilt(draw: st.DrawFn, text: str) -> str:
    """A text with up to three places changed: a piece left out, doubled, or junk put in."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 30)))
        text = text[:start] + draw(st.one_of(st.just(""), texts, st.just(text[start:end] * 2))) + text[end:]
    return text


def spoilt_bytes(text: str) -> st.SearchStrategy[bytes]:
    """A spoilt text as a file may hold it, valid UTF-8 or not; or no text at all."""
    return st.one_of(
        spoilt(text).map(lambda changed: changed.encode("utf-8", "surrogatepass")),
        st.binary(max_size=60),
        texts.map(lambda changed: changed.encode("utf-8", "surrogatepass")),
    )


@st.composite
def spoilt_payload(draw: st.DrawFn, payload: Any) -> Any:
    """JSON with up to three of its values changed, retyped, left out or doubled."""
    payload = copy.deepcopy(payload)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(payload))
        if not places:
            return payload
        holder, key = draw(st.sampled_from(places))
        change: Callable[[], None] = draw(st.sampled_from(_CHANGES))(holder, key, draw(values))
        change()
    return payload


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _put(holder: Any, key: Any, value: Any) -> Callable[[], None]:
    return lambda: holder.__setitem__(key, value)


def _drop(holder: Any, key: Any, _: Any) -> Callable[[], None]:
    return lambda: holder.__delitem__(key)


def _wrap(holder: Any, key: Any, _: Any) -> Callable[[], None]:
    return lambda: holder.__setitem__(key, [holder[key]])


def _as_text(holder: Any, key: Any, _: Any) -> Callable[[], None]:
    return lambda: holder.__setitem__(key, json.dumps(holder[key]))


_CHANGES = (_put, _put, _drop, _wrap, _as_text)
