"""A text that is too long is divided where a reader would, and nothing of it is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.splitting import split

WORDS = st.lists(
    st.sampled_from(["pay", "leave", "a", "maternity", "\n", "\n\n", "https://www.gov.uk/pay"]), max_size=60
)


def visible(html: str) -> int:
    """How long a text is without its tags."""
    return len(re.sub(r"<[^<>]*>", "", html))


def test_a_short_text_is_one_part() -> None:
    """What fits is left alone, but for space around it; nothing is no part."""
    assert split("How much is it?\n", 20) == ["How much is it?"]
    assert split(" \n", 20) == []


def test_paragraphs_stay_whole_where_they_can() -> None:
    """A break between paragraphs is better than one between lines, and that than one between words."""
    assert split("one two six\n\nthree\nfour five", 16) == ["one two six", "three\nfour five"]
    assert split("one two three\nfour five", 18) == ["one two three", "four five"]
    assert split("one two three four", 12) == ["one two", "three four"]


def test_a_break_that_would_leave_a_part_nearly_empty_is_not_taken() -> None:
    """A title is not sent alone because a long paragraph follows."""
    parts = split("Title\n\n" + "word " * 30, 60)
    assert parts[0].startswith("Title\n\nword") and len(parts) < 5


@pytest.mark.parametrize(
    "link",
    [
        '<a href="https://www.gov.uk/maternity-pay-leave">Maternity pay and leave</a>',
        "[Maternity pay and leave](https://www.gov.uk/maternity-pay-leave)",
        "https://www.gov.uk/maternity-pay-leave",
        "<https://www.gov.uk/maternity-pay-leave>",
    ],
)
def test_a_link_stays_whole(link: str) -> None:
    """Wherever the limit falls in a link, the link goes to one part."""
    text = f"some words before {link} and some words after"
    for limit in range(len(link), len(text)):
        parts = split(text, limit)
        assert sum(link in part for part in parts) == 1 and all(len(part) <= limit for part in parts)


def test_open_tags_are_closed_and_opened_again() -> None:
    """Each part is valid HTML by itself."""
    parts = split(f"<b><i>{'word ' * 8}</i> end</b>", 20, visible)
    assert len(parts) > 1
    assert all(part.startswith("<b>") and part.endswith("</b>") for part in parts)
    assert all(part.count("<i>") == part.count("</i>") for part in parts)
    assert " ".join(re.sub(r"<[^<>]*>", "", part) for part in parts).split() == [*["word"] * 8, "end"]


def test_no_part_is_only_tags() -> None:
    """What shows nothing is not sent."""
    assert split("<b>word </b>", 5, visible) == ["<b>word </b>"]
    assert all(visible(part.strip()) for part in split("<b> " + "a" * 30 + " </b>", 10, visible))


def test_an_entity_is_not_divided() -> None:
    """An escaped character is one character."""
    assert split("fish&amp;chips", 7) == ["fish", "&amp;ch", "ips"]


def test_what_is_too_long_is_cut() -> None:
    """Not even an address longer than the limit is lost."""
    parts = split("https://www.gov.uk/" + "a" * 100, 50)
    assert "".join(parts) == "https://www.gov.uk/" + "a" * 100 and all(len(part) <= 50 for part in parts)


@given(WORDS, st.integers(min_value=23, max_value=200))
def test_every_part_fits_and_nothing_is_lost(words: list[str], limit: int) -> None:
    """The words are the same, in order, and no part is empty or too long."""
    text = " ".join(words)
    parts = split(text, limit)
    assert [word for part in parts for word in part.split()] == text.split()
    assert all(0 < len(part) <= limit for part in parts)
