"""Every page of the console, and the least role that may use it."""

from __future__ import annotations

from bot.console import account_pages, audit_pages, provider_pages, sign_in_pages
from bot.console.page import Page

PAGES: tuple[Page, ...] = (
    *sign_in_pages.PAGES,
    *provider_pages.PAGES,
    *account_pages.PAGES,
    *audit_pages.PAGES,
)
