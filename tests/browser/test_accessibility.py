"""Every page, for everybody: axe-core, the keyboard alone, 320 pixels (which is 400% zoom), and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from bot.accounts import Role
from bot.app import open_project
from bot.app.demonstration import Tour
from bot.app.office import office
from bot.console.app import create_app
from bot.console.routes import PAGES
from bot.storage.database import Database
from bot.web_server import serving_http
from tests.browser.conftest import signed_in, window_of
from tests.browser.looking import overflow, unreachable, violations

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(900)]

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
NO_PAGES = (
    "/search/questions.csv",
    "/search/questions.json",
    "/releases/progress",
    "/sign-in/provider",
    "/sign-in/back",
)
SEEN_IN_THE_LOOP = ("/answers/{slug}/versions/{id:int}",)
SHOWN = [page.path for page in PAGES if page.methods == ("GET",) and page.path not in (*NO_PAGES, *SEEN_IN_THE_LOOP)]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def addresses(chromium: Browser, tour: Tour) -> dict[str, str]:
    """An address for each page, with something to be seen."""
    page = await signed_in(chromium, tour, Role.ADMINISTRATOR)
    theme = await _first(page, "/themes", r"/themes/\d+$")
    await page.goto("/answers/smp_amount")
    await page.get_by_role("button", name="Edit").click()
    await page.wait_for_url(re.compile(r"/drafts/\d+"))
    draft = "/drafts/" + re.findall(r"/drafts/(\d+)", page.url)[0]
    community = await _first(page, "/communities", r"/communities/\w+/")
    known = {
        "/themes/{id:int}": theme,
        "/answers/{slug}": "/answers/smp_amount",
        "/drafts/{id:int}": draft,
        "/releases/{number:int}": "/releases/1",
        "/communities/{platform}/{community}": community,
        "/insights/after/{answer}": "/insights/after/smp_amount",
        "/accounts/{id:int}": "/accounts/1",
    }
    await page.context.close()
    made = {}
    for path in SHOWN:
        start = max((one for one in known if path.startswith(one)), key=len, default="")
        made[path] = path.replace(start, known[start]) if start else path
    return made


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=[True, False], ids=["script", "no script"])
async def page(request: pytest.FixtureRequest, chromium: Browser, tour: Tour) -> AsyncIterator[Page]:
    """An administrator's window, with JavaScript and without."""
    made = await signed_in(chromium, tour, Role.ADMINISTRATOR, java_script_enabled=request.param)
    made.has_script = request.param
    yield made
    await made.context.close()


@pytest.mark.parametrize("path", [path for path in SHOWN if not path.startswith("/sign-in")])
async def test_a_page_is_for_everybody(page: Page, addresses: dict[str, str], path: str) -> None:
    """With a heading, no fault, no sideways scrolling, and everything within reach of the Tab key."""
    await page.set_viewport_size(WIDE)
    answer = await page.goto(addresses[path])
    assert answer is not None and answer.status == 200, addresses[path]
    assert await page.locator("h1").count() == 1
    # Playwright's own looking needs no script of the page's.
    if page.has_script:
        assert await violations(page) == []
        assert await unreachable(page) == []
    await page.set_viewport_size(NARROW)
    assert await overflow(page) <= 0
    if page.has_script:
        assert await violations(page) == []


@pytest.mark.parametrize("path", ["/sign-in", "/nothing-here"])
async def test_so_are_the_pages_before_signing_in(chromium: Browser, tour: Tour, path: str) -> None:
    """Also where there is no page."""
    window = await window_of(chromium, tour.address, viewport=NARROW)
    page = await window.new_page()
    await page.goto(path)
    assert await violations(page) == [] and await unreachable(page) == [] and await overflow(page) <= 0
    await window.close()


async def test_so_is_a_form_with_faults(chromium: Browser, tour: Tour) -> None:
    """The summary of the faults, and the fault at its field."""
    window = await window_of(chromium, tour.address, viewport=NARROW)
    page = await window.new_page()
    await page.goto("/sign-in")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_text("There is a problem").wait_for()
    assert await violations(page) == [] and await overflow(page) <= 0
    await window.close()


async def test_so_is_a_page_that_is_refused(chromium: Browser, tour: Tour) -> None:
    """It says what is needed."""
    page = await signed_in(chromium, tour, Role.EDITOR, viewport=NARROW)
    await page.goto("/accounts")
    assert "needs the role administrator" in await page.locator("main").inner_text()
    assert await violations(page) == [] and await overflow(page) <= 0
    await page.context.close()


async def test_so_is_the_second_factor(chromium: Browser, tmp_path: Path) -> None:
    """Setting it up, and being asked for it."""
    with closing(Database(tmp_path)) as database:
        made_of = office(open_project(tmp_path), database).parts
        await made_of.accounts.add("ann@example.gov.uk", "Ann", Role.VIEWER, "four unlike words")
        async with serving_http(create_app(made_of), "127.0.0.1", 0) as port:
            window = await window_of(chromium, f"http://127.0.0.1:{port}", viewport=NARROW)
            page = await window.new_page()
            await _give_password(page)
            assert await violations(page) == [] and await overflow(page) <= 0 and await unreachable(page) == []
            secret = await page.locator(".app-code").inner_text()
            await page.get_by_label("Code from your app").fill(pyotp.TOTP(secret).now())
            await page.get_by_role("button", name="Sign in").click()
            await page.get_by_role("button", name="Sign out").click()
            await page.wait_for_url("**/sign-in")
            await _give_password(page)
            assert "Enter your code" in await page.locator("h1").inner_text()
            assert await violations(page) == [] and await overflow(page) <= 0 and await unreachable(page) == []
            await window.close()


async def _give_password(page: Page) -> None:
    await page.goto("/sign-in")
    await page.get_by_label("E-mail address").fill("ann@example.gov.uk")
    await page.get_by_label("Password", exact=True).fill("four unlike words")
    await page.get_by_role("button", name="Continue").click()
    await page.wait_for_url(re.compile("/sign-in/.+"))


async def _first(page: Page, path: str, pattern: str) -> str:
    """The address of the first link of a kind on a page; waited for, since themes take a moment to come up."""
    while True:  # The test's own time limit ends a wait in vain.
        await page.goto(path)
        links = await page.locator("main a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        if found := [link for link in links if link and re.search(pattern, link)]:
            return str(found[0])
        await page.wait_for_timeout(500)
