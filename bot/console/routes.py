"""Every page of the console, and the least role that may use it."""

from __future__ import annotations

from bot.console import (
    account_pages,
    answer_pages,
    audit_pages,
    community_pages,
    draft_pages,
    home_pages,
    insight_pages,
    pause_pages,
    provider_pages,
    release_pages,
    search_pages,
    sign_in_pages,
    theme_pages,
)
from bot.console.page import Page

PAGES: tuple[Page, ...] = (
    *sign_in_pages.PAGES,
    *provider_pages.PAGES,
    *home_pages.PAGES,
    *theme_pages.PAGES,
    *answer_pages.PAGES,
    *draft_pages.PAGES,
    *release_pages.PAGES,
    *community_pages.PAGES,
    *pause_pages.PAGES,
    *search_pages.PAGES,
    *insight_pages.PAGES,
    *audit_pages.PAGES,
    *account_pages.PAGES,
)
