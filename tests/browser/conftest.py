"""A real browser before the real console."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """The system's Chromium. Without one these tests are skipped, but never by CI."""
    if not CHROMIUM:
        assert not os.environ.get("CI"), "CI needs Chromium."
        pytest.skip("Chromium is not installed (on Debian: apt-get install chromium).")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        await browser.close()
