"""A reply as plain text holds everything of it, in order, and no markup."""

from __future__ import annotations

from bot.messages import Choice, Reply, Source
from connectors.plain_text import as_text
from connectors.signature import AUTOMATED

WHOLE = Reply(
    body="You get **52 weeks** of leave.",
    title="Maternity leave",
    notice="Please don't post personal details.",
    sources=(Source("GOV.UK", "https://www.gov.uk/a"), Source("Acas", "https://www.acas.org.uk/b")),
    department="HM Revenue & Customs",
    reviewed="2026-11-22",
    choices=(Choice("Scotland", "leave", "scotland"), Choice("None of these", "")),
    allows_feedback=True,
)


def test_a_whole_reply_is_in_order() -> None:
    """Notice, title, body, sources, who stands for it, choices: a blank line between them."""
    assert as_text(WHOLE).split("\n\n") == [
        "Please don't post personal details.",
        "Maternity leave",
        "You get 52 weeks of leave.",
        "GOV.UK: https://www.gov.uk/a\nAcas: https://www.acas.org.uk/b",
        "Automated reply · HM Revenue & Customs · reviewed 2026-11-22",
        "1. Scotland\n2. None of these",
    ]


def test_a_bare_reply_says_that_a_bot_speaks() -> None:
    """Even the shortest reply is signed, and what it lacks leaves no gap."""
    assert as_text(Reply(body="You're welcome.")) == f"You're welcome.\n\n{AUTOMATED}"


def test_lists_and_lines_are_kept() -> None:
    """Lists are readable as they are; only the stars of bold text go."""
    assert as_text(Reply(body="- **116 123**, free\n- 999")).startswith("- 116 123, free\n- 999\n\n")
