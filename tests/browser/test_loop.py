"""The whole loop by clicking: a question in a group, two people in the console, and the reply under the question."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence

import pytest
from playwright.async_api import Browser, Page

from bot.accounts import Role
from bot.app.demonstration import Tour
from tests.browser.conftest import signed_in
from tests.browser.looking import violations
from tests.waiting import until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(1200)]

TITLE = "Riding an electric scooter"
TEXT = "You can't ride your own electric scooter on roads or pavements.\n\nYou can ride one on private land."
BETTER = "You must not ride your own electric scooter on roads or pavements.\n\nYou can ride one on private land."
SWAP_SECONDS = 2.0
MOST_ASKING = 40
"""On a busy machine a release takes a minute to load."""


async def test_a_question_comes_back_with_an_answer(chromium: Browser, tour: Tour) -> None:
    """It is asked, grouped, answered, approved by somebody else, released and told, and later corrected."""
    await _until(lambda: [text for text in tour.group.replies_to("Bea") if "officials" in text])
    assert "Noted" in await tour.group.press("Cal", "I'd like to know too")
    editor = await signed_in(chromium, tour, Role.EDITOR)
    await _write(editor)
    draft = editor.url
    approver = await signed_in(chromium, tour, Role.APPROVER)
    await _approve(approver, draft)
    told = await _until(lambda: tour.group.replies_to("Bea")[1:])
    assert TITLE in told[0] and "private land" in told[0]
    assert "2 people" in told[0], "Who would like to know too is told in the same post."
    assert TITLE in await _first_answer(tour), "The bot answers from the release."
    await _follow_up(approver)
    await _correct(editor)
    await _approve(approver, editor.url)
    await _until(lambda: [text for text in tour.group.replies_to("Bea") if "Corrected" in text])
    for page in (editor, approver):
        await page.context.close()


async def _write(page: Page) -> None:
    """The editor finds the theme and writes its answer."""
    await page.goto("/themes?words=scooter")
    while not await page.get_by_role("link", name=re.compile("scooter")).count():
        await page.wait_for_timeout(300)
        await page.goto("/themes?words=scooter")
    await page.get_by_role("link", name=re.compile("scooter")).first.click()
    await _is_sound(page)
    await page.get_by_role("link", name="Write the answer").click()
    await page.get_by_label("Title").fill(TITLE)
    await page.get_by_label("Service").select_option(index=1)
    await page.get_by_label("Short name").fill("electric_scooter")
    await _is_sound(page)
    await page.get_by_role("button", name="Begin the draft").click()
    await page.get_by_label("Department that owns it").fill("Department for Transport")
    await page.get_by_label("Main text").fill(TEXT)
    for nation in await page.get_by_role("group", name="Nations").get_by_role("checkbox").all():
        await nation.check()
    await page.get_by_label("Source 1: name").fill("Powered transporters")
    await page.get_by_label("Source 1: address").fill("https://www.gov.uk/guidance/powered-transporters")
    await page.get_by_role("button", name="Save and preview").click()
    await _is_sound(page)
    await page.get_by_role("button", name="Save and finish").click()
    await page.get_by_role("button", name="Send for approval").click()
    assert await page.get_by_role("button", name="Approve").count() == 0, "Nobody approves what they wrote."


async def _approve(page: Page, draft: str) -> None:
    """The approver waits for the candidate, looks at it and approves."""
    await page.goto(draft)
    while not await page.get_by_role("button", name="Approve", exact=True).count():
        await page.wait_for_timeout(1000)
        await page.goto(draft)
    await _is_sound(page)
    if await page.get_by_label("Why publish a worse release?").count():
        await page.get_by_label("Why publish a worse release?").fill("A small set of questions.")
    await page.get_by_role("button", name="Approve", exact=True).click()
    await _is_sound(page)


async def _follow_up(page: Page) -> None:
    """The theme is answered, the answer has a history, and the release stands among the others."""
    await page.goto("/themes?state=answered")
    assert await page.get_by_role("link", name=re.compile("scooter")).count()
    await page.goto("/answers/electric_scooter")
    await _is_sound(page)
    await page.locator("a[href*='/versions/']").first.click()
    await _is_sound(page)
    await page.goto("/releases")
    await _is_sound(page)


async def _correct(page: Page) -> None:
    """The editor corrects the answer, and has replies that gave the old text corrected."""
    await page.goto("/answers/electric_scooter")
    await page.get_by_role("button", name="Edit").click()
    await page.get_by_label("Main text").fill(BETTER)
    await page.get_by_label("The text that is live is wrong").check()
    await page.get_by_role("button", name="Save and finish").click()
    await page.get_by_role("button", name="Send for approval").click()


async def _is_sound(page: Page) -> None:
    assert await violations(page) == [], page.url


async def _first_answer(tour: Tour) -> str:
    """What the bot says to one person after the other, until it gives the answer: it may be loading the release."""
    said = ""
    for number in range(MOST_ASKING):
        person = f"Dev{number}"
        await tour.group.say(person, "are electric scooters legal on the road", addressed=True)
        said = (await _until(lambda person=person: tour.group.replies_to(person)))[0]
        if TITLE in said and "Choose" not in said:
            break
        await asyncio.sleep(SWAP_SECONDS)
    return said


async def _until(look: Callable[[], Sequence[str]]) -> Sequence[str]:
    """What is seen in the group, once anything is."""
    await until(look)
    return look()
