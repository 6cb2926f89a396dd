"""Every form of the console with junk in it: a page, or a refusal of 4xx; never a fault of ours."""

from __future__ import annotations

import random
import re
from urllib.parse import quote

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from bot.accounts import Role
from bot.console.routes import PAGES
from tests.console.conftest import database, made_of, project, stranger  # noqa: F401 -- fixtures
from tests.console.visitor import Visitor
from tests.fuzz.junk import drawn, texts

pytestmark = pytest.mark.timeout(3600)  # The long profile takes its time.

POSTED = sorted(
    {page.path for page in PAGES if "POST" in page.methods} - {"/sign-out", "/sign-in", "/sign-in/code", "/password"}
)
READ = sorted({page.path for page in PAGES if "GET" in page.methods} - {"/sign-in/provider", "/sign-in/back"})
FIELDS = (
    *(
        "title",
        "service",
        "slug",
        "version",
        "body",
        "questions",
        "owner",
        "reviewed",
        "review_by",
        "reason",
        "note",
        "state",
    ),
    *(
        "assignee",
        "kind",
        "target",
        "scope",
        "ends",
        "publish_at",
        "theme",
        "themes",
        "into",
        "answer",
        "email",
        "name",
        "role",
    ),
    *(
        "nations",
        "source-1-title",
        "source-1-url",
        "source-1-nation",
        "variant-scotland",
        "q",
        "page",
        "from",
        "to",
        "seen",
        "digest",
    ),
)
places = st.one_of(st.sampled_from(["1", "0", "-1", "9" * 30, "pay"]), texts)
forms = st.dictionaries(st.one_of(st.sampled_from(FIELDS), texts), texts, max_size=8)


def _address(path: str, place: str) -> str:
    junk = quote(place.encode("utf-8", "replace"), safe="") or "0"
    number = place if place.isascii() and place.isdecimal() else "1"
    return re.sub(r"\{\w+\}", junk, re.sub(r"\{\w+:int\}", number, path))


def _encoded(form: dict[str, str]) -> bytes:
    """As a browser would send it, were it to send such a thing."""
    pairs = (
        (key.encode("utf-8", "surrogatepass"), value.encode("utf-8", "surrogatepass")) for key, value in form.items()
    )
    return b"&".join(quote(key).encode() + b"=" + quote(value).encode() for key, value in pairs)


@pytest.mark.usefixtures("release")
async def test_no_form_is_a_fault_of_ours(stranger: Visitor) -> None:  # noqa: F811 -- the fixture
    """As an administrator, who may send all of them."""
    await stranger.signed_in(Role.ADMINISTRATOR)
    each = max(2, settings().max_examples // 50)
    junk = drawn(st.tuples(places, forms), each * (len(POSTED) + len(READ)))
    for number, (place, form) in enumerate(junk):
        is_post = number % 3 > 0
        address = _address(random.Random(number).choice(POSTED if is_post else READ), place)
        if is_post:
            token = stranger.client.cookies.get("csrftoken", "")
            page = await stranger.client.post(
                address,
                content=_encoded({**form, "csrftoken": token}),
                headers={"content-type": "application/x-www-form-urlencoded"},
            )
        else:
            page = await stranger.client.get(f"{address}?{_encoded(form).decode()}")
        assert page.status_code < 500, (address, form)
        assert "Traceback" not in page.text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"=" * 5000,
        b"a=%ff%fe&b=%ed%a0%80",
        b"a=1&" * 2000,
        b"--x\r\n",
        b"\xff" * 1000,
        b"title=" + b"9" * 900_000,
    ],
    ids=lambda content: repr(content[:12]),
)
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", ""]
)
async def test_no_body_is_a_fault_of_ours(stranger: Visitor, content: bytes, kind: str) -> None:  # noqa: F811
    """Whatever is sent instead of a form, signed in or not."""
    page = await stranger.client.post("/sign-in", content=content, headers={"content-type": kind})
    assert page.status_code < 500


async def test_no_cookie_is_a_fault_of_ours(stranger: Visitor) -> None:  # noqa: F811
    """Whatever stands in the headers."""
    for junk in (b"\xff\xfe", b"asgi-csrftoken=\xc3\x28", b"a" * 5000, b"=;=;=;", b"session=" + b"[" * 900):
        for method in ("GET", "POST"):
            page = await stranger.client.request(method, "/sign-in", headers={b"cookie": junk})
            assert page.status_code < 500, junk
