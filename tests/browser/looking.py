"""What a page is held to, whoever uses it and however."""

from __future__ import annotations

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
_REACHABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
_FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one);
  const isMarked = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
  // Within a field for dates, the browser marks the part itself.
  const shows = isMarked || style.backgroundColor === 'rgb(255, 221, 0)' || one.type === 'date';
  return [one.outerHTML.slice(0, 120), shows];
}"""


async def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA and its own good practice, a line each."""
    found = await Axe().run(page, options=WCAG)
    return [
        f"{one['id']}: {one['help']}: {node['html'][:160]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


async def overflow(page: Page) -> int:
    """By how many pixels a page is wider than its window."""
    return int(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


async def unreachable(page: Page) -> list[str]:
    """What can't be reached with the Tab key, or doesn't show that it has been."""
    expected = await page.locator(_REACHABLE).evaluate_all(
        "all => all.filter(one => one.checkVisibility() && !one.disabled && one.tabIndex >= 0).length"
    )
    await page.evaluate("document.body.focus()")
    reached, hidden = [], []
    for _ in range(expected + 5):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(_FOCUSED)
        if focused is None:
            break
        reached.append(focused[0])
        if not focused[1]:
            hidden.append(f"shows no focus: {focused[0]}")
    radios = await page.locator("input[type=radio]").count()
    # Of a group of radios, the Tab key reaches one, and arrows the others.
    missing = [f"{expected - len(reached)} of {expected} were not reached"] if len(reached) < expected - radios else []
    return hidden + missing
