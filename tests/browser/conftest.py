"""A real browser before the real console."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bot.accounts import Role
from bot.app import Project
from bot.app.demonstration import Tour, touring_console
from bot.releases import Release

WAIT_MILLISECONDS = 120_000
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """The system's Chromium. Without one these tests are skipped."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed (on Debian: apt-get install chromium).")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(FLAGS), timeout=WAIT_MILLISECONDS
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def tour(small_project: Project, release: Release) -> AsyncIterator[Tour]:
    """A console with weeks of questions in it, and a bot in a group beside it."""
    async with touring_console(small_project, release, lambda happening: None, ["console.port=0"]) as made:
        yield made


async def window_of(browser: Browser, address: str, **options: Any) -> BrowserContext:
    """A new window that waits long enough for a busy machine; `options` are Playwright's for a context."""
    window = await browser.new_context(base_url=address, **options)
    window.set_default_timeout(WAIT_MILLISECONDS)
    return window


async def signed_in(browser: Browser, tour: Tour, role: Role, **options: Any) -> Page:
    """A new window in which somebody has signed in; `options` are Playwright's for a context."""
    window = await window_of(browser, tour.address, **options)
    page = await window.new_page()
    await page.goto("/sign-in")
    await page.get_by_label("E-mail address").fill(tour.people[role])
    await page.get_by_label("Password", exact=True).fill(tour.password)
    await page.get_by_role("button", name="Continue").click()
    await page.wait_for_url(f"{tour.address}/")
    return page
