"""Which theme each question is of after a regrouping."""

from __future__ import annotations

from bot.themes.regrouping import Member, common, homes, match


def test_themes_keep_their_names_over_a_regrouping() -> None:
    """The larger part of a split keeps the name, so does the larger of two merged; what is new has none."""
    old = {1: 10, 2: 10, 3: 10, 4: 20, 5: 20, 6: 30}
    assert match(old, {1: 7, 2: 7, 3: 8, 4: 9, 5: 9, 6: 9, 10: 11}) == {7: 10, 9: 20}
    assert match({}, {1: 0}) == {}


def test_a_new_question_joins_what_most_of_its_group_are_in() -> None:
    """Be it closed: an ignored question stays ignored when it is asked again."""
    ignored = [Member(one, 0, theme=10, is_fixed=True) for one in (1, 2, 3)]
    assert homes([*ignored, Member(4, 0), Member(5, 1)], {10}) == {4: 10, 5: -2}
    assert homes([*ignored, Member(4, 0, theme=20), Member(5, 0)], {10}) == {4: 20, 5: 10}


def test_nothing_open_disappears_into_a_closed_theme() -> None:
    """What officials could see they can see after the regrouping, in a theme of its own if need be."""
    ignored = [Member(one, 0, theme=10, is_fixed=True) for one in (1, 2, 3)]
    elsewhere = [Member(one, 1, theme=20) for one in (5, 6)]
    assert homes([*ignored, Member(4, 0, theme=20), *elsewhere], {10}) == {4: -1, 5: 20, 6: 20}


def test_what_was_put_by_hand_draws_what_is_like_it() -> None:
    """Questions of a group whose others an official has merged into an open theme go there too."""
    by_hand = [Member(one, 3, theme=10, is_fixed=True) for one in (1, 2)]
    assert homes([*by_hand, Member(3, 3)], set()) == {3: 10}


def test_the_most_common() -> None:
    """Of two that come as often, the first by number."""
    assert common([(1, 5), (1, 5), (1, 6), (2, 8), (2, 7)]) == {1: 5, 2: 7}
    assert common([]) == {}
