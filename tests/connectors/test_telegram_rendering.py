"""A reply in Telegram's HTML: everything of it, escaped, in as few messages as it takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Choice, Reply, Source
from connectors.fakes.telegram_server.html_markup import parsed_html
from connectors.telegram_connector.rendering import (
    MAX_LENGTH,
    html_of,
    html_of_markdown,
    html_parts,
    keyboard_of,
    visible_length,
)

WHOLE = Reply(
    body="You get **52 weeks**.",
    title="Leave & pay",
    notice="Please don't post <details>.",
    sources=(Source("GOV.UK", "https://www.gov.uk/a?b=1&c=2"), Source("Acas", "https://www.acas.org.uk")),
    department="HM Revenue & Customs",
    reviewed="2026-11-02",
    choices=(Choice("Scotland", "leave", "scotland"), Choice("None of these", "")),
    allows_feedback=True,
    allows_me_too=True,
)
SIGNATURE = "<i>Automated reply</i>"


def test_a_whole_reply_is_in_order() -> None:
    """Notice, title, body, links to the sources, who stands for it."""
    assert html_of(WHOLE).split("\n\n") == [
        "<i>Please don't post &lt;details&gt;.</i>",
        "<b>Leave &amp; pay</b>",
        "You get <b>52 weeks</b>.",
        '<a href="https://www.gov.uk/a?b=1&amp;c=2">GOV.UK</a>\n<a href="https://www.acas.org.uk">Acas</a>',
        "<i>Automated reply · HM Revenue &amp; Customs · reviewed 2 November 2026</i>",
    ]


def test_a_bare_reply_says_that_a_bot_speaks() -> None:
    """And what it lacks leaves no gap."""
    assert html_of(Reply(body="You're welcome.")) == f"You're welcome.\n\n{SIGNATURE}"


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("## Head\ntext", "<b>Head</b>\n\ntext"),
        ("*one* __two__ `<three>`", "<i>one</i> <b>two</b> <code>&lt;three&gt;</code>"),
        ("one\ntwo  \nthree", "one\ntwo\nthree"),
        ("- one\n- two **bold**", "• one\n• two <b>bold</b>"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("- one\n  - inner\n- two", "• one\n    • inner\n• two"),
        ("> said\n> so", "<blockquote>said\nso</blockquote>"),
        ("```\na < b\n```", "<pre>a &lt; b</pre>"),
        ("[a **link**](https://www.gov.uk/?a=1&b=2)", '<a href="https://www.gov.uk/?a=1&amp;b=2">a <b>link</b></a>'),
        ("![alt](https://www.gov.uk/x.png)", "alt"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a\n\n---\n\nb", "a\n\nb"),
        ("5 > 4 & 3 < 4", "5 &gt; 4 &amp; 3 &lt; 4"),
    ],
)
def test_markdown(markdown: str, html: str) -> None:
    """Each piece of Markdown as the tag that Telegram has for it, or written out."""
    assert html_of_markdown(markdown) == html


def test_nobody_is_notified() -> None:
    """What looks like somebody's name is no mention, wherever it stands; an address of mail is as it was."""
    html = html_of(Reply("Ask @ann or help@gov.uk", title="@ben", notice="@all"))
    assert "@ann" not in html and "@ben" not in html and "@all" not in html and "help@gov.uk" in html


def test_the_keyboard() -> None:
    """A choice a row; votes and the rest in the last."""
    rows = [[button.text for button in row] for row in keyboard_of(WHOLE).inline_keyboard]
    assert rows == [["Scotland"], ["None of these"], ["👍", "👎", "I'd like to know too", "✕"]]


def test_length_is_measured_as_telegram_does() -> None:
    """In UTF-16 code units, without tags."""
    assert visible_length('<a href="https://www.gov.uk">a &amp; b</a>') == 5
    assert visible_length("👍") == 2


def test_a_long_reply_is_divided() -> None:
    """Each part is valid by itself and fits; nothing is lost."""
    body = "\n\n".join(
        f"Paragraph {number} **bold {'word ' * 40}end** [link](https://www.gov.uk/{number})." for number in range(60)
    )
    parts = html_parts(replace(WHOLE, body=body))
    assert len(parts) > 2
    texts = [parsed_html(part)[0] for part in parts]
    assert all(0 < len(text) <= MAX_LENGTH for text in texts)
    assert " ".join(texts).split() == parsed_html(html_of(replace(WHOLE, body=body)))[0].split()


@given(st.text(alphabet="ab <>&*_[]()#-`>\n\"'1.@👍", max_size=300))
def test_any_text_makes_valid_html(text: str) -> None:
    """Telegram can read whatever comes out."""
    for part in html_parts(Reply(text, title=text, notice=text, sources=(Source(text, "https://www.gov.uk"),))):
        parsed_html(part)
