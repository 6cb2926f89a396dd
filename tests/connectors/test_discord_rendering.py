"""Replies look right on Discord, and keep to its limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.messages import Choice, Reply, Source
from connectors.buttons import button_of
from connectors.discord_connector.rendering import Post, as_plain_posts, as_posts, shorten
from connectors.splitting import length_of
from tests.connectors.discord_bench import ANSWER

pytestmark = pytest.mark.asyncio


def _rows(post: Post) -> list[list[Any]]:
    return [[part["label"] for part in row["components"]] for row in post.view.to_components()]


async def test_an_answer_is_an_embed_with_its_source_department_and_review_date() -> None:
    """Everything that makes it official is there, and that a bot speaks."""
    (post,) = as_posts(ANSWER)
    (embed,) = post.embeds
    assert post.content is None
    assert embed.title == "Statutory Sick Pay"
    assert embed.url == "https://www.gov.uk/statutory-sick-pay"
    assert embed.description.startswith("You may get **Statutory Sick Pay**")
    assert "**Source:** [Statutory Sick Pay (SSP)](https://www.gov.uk/statutory-sick-pay)" in embed.description
    assert embed.footer.text == "Automated reply · Department for Work and Pensions · reviewed 22 November 2026"


async def test_a_notice_comes_first() -> None:
    """Above the body, and quoted line by line."""
    (post,) = as_posts(replace(ANSWER, notice="Some figures\nare old."))
    assert post.embeds[0].description.startswith("> Some figures\n> are old.\n\nYou may")


async def test_a_plain_sentence_is_made_plain_to_be_automated() -> None:
    """It has no title and no link, and still says what it is."""
    (post,) = as_posts(Reply("You're welcome."))
    (embed,) = post.embeds
    assert (embed.title, embed.url, embed.footer.text) == (None, None, "Automated reply")


async def test_urgent_help_stands_out() -> None:
    """By its colour."""
    reply = Reply("Call **999**.", title="Get help now")
    assert as_posts(reply, urgent=True)[0].embeds[0].colour != as_posts(reply)[0].embeds[0].colour


async def test_buttons_carry_what_they_do() -> None:
    """Choices first, then votes and removal, each with data that can be read back."""
    (post,) = as_posts(ANSWER)
    assert _rows(post) == [["Northern Ireland"], ["👍", "👎", "✕"]]
    data = [part["custom_id"] for row in post.view.to_components() for part in row["components"]]
    assert all(button_of(one) for one in data)


async def test_nations_share_a_row_and_titles_do_not() -> None:
    """Short labels stand side by side."""
    nations = [Choice(name, "a", name.lower()) for name in ("Scotland", "Wales", "Northern Ireland", "England")]
    title = Choice("You also asked about: Universal Credit", "b")
    (post,) = as_posts(replace(ANSWER, choices=(title, *nations)))
    assert _rows(post) == [
        ["You also asked about: Universal Credit"],
        ["Scotland", "Wales", "Northern Ireland", "England"],
        ["👍", "👎", "✕"],
    ]


async def test_what_is_beyond_five_rows_is_left_out_but_never_the_last() -> None:
    """Discord takes five rows; votes and removal are the last."""
    choices = tuple(Choice(f"A rather long title, number {number}", f"a{number}") for number in range(7))
    (post,) = as_posts(replace(ANSWER, choices=choices))
    rows = _rows(post)
    assert len(rows) == 5 and rows[-1] == ["👍", "👎", "✕"]


async def test_a_long_label_is_shortened() -> None:
    """To 80 characters."""
    (post,) = as_posts(replace(ANSWER, choices=(Choice("x" * 100, "a"),)))
    assert _rows(post)[0] == ["x" * 79 + "…"]


async def test_a_long_body_goes_into_several_posts_and_no_link_is_broken() -> None:
    """The title is on the first, the signature and the buttons are on the last."""
    link = "[a page with a long name](https://www.gov.uk/" + "x" * 60 + ")"
    reply = replace(ANSWER, body=" ".join([link] * 120))
    posts = as_posts(reply)
    assert len(posts) > 2
    assert all(length_of(post.embeds[0].description) <= 4096 for post in posts)
    assert sum(post.embeds[0].description.count(link) for post in posts) == 120
    assert [post.embeds[0].title for post in posts] == ["Statutory Sick Pay", *[None] * (len(posts) - 1)]
    assert [bool(post.embeds[0].footer) for post in posts] == [*[False] * (len(posts) - 1), True]
    assert [bool(_rows(post)) for post in posts] == [*[False] * (len(posts) - 1), True]


async def test_a_link_with_brackets_holds() -> None:
    """Brackets would end a link of Markdown early."""
    source = Source("Tax [2026]", "https://www.gov.uk/tax_(2026)")
    (post,) = as_posts(replace(ANSWER, sources=(source, source)))
    link = "[Tax (2026)](https://www.gov.uk/tax_%282026%29)"
    assert post.embeds[0].description.endswith(f"**Sources:** {link} · {link}")


async def test_without_embeds_a_reply_is_plain_text_within_two_thousand_characters() -> None:
    """With the same parts, in several posts where one is too short."""
    posts = as_plain_posts(replace(ANSWER, body="word " * 1000))
    assert len(posts) == 3 and all(length_of(post.content) <= 2000 and not post.embeds for post in posts)
    assert posts[0].content.startswith("**Statutory Sick Pay**\n\nword")
    assert posts[-1].content.endswith(
        "-# Automated reply · Department for Work and Pensions · reviewed 22 November 2026"
    )
    assert _rows(posts[-1])[-1] == ["👍", "👎", "✕"]


async def test_characters_outside_of_the_basic_plane_count_twice() -> None:
    """Lengths are measured so that Discord never finds more than we do."""
    assert length_of("👍") == 2
    assert length_of(shorten("👍" * 100, 80)) <= 80
    assert shorten("short", 80) == "short"
