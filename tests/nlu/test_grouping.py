"""Grouping questions into themes."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from nlu.encoder import DIMENSIONS, Encoder
from nlu.encoder_file import install_encoder
from nlu.grouping import Groups, Placed, group
from nlu.linkage import Labels, cut, merges
from nlu.near_duplicates import NearDuplicates, differs_by_one_edit
from nlu.neighbourhoods import Neighbourhoods
from nlu.question_features import Matrix

CARD = ["can i use my library card abroad", "does my library card work abroad", "is my library card valid abroad"]
DOG = ["do i need a licence for my dog", "is a dog licence needed", "must i have a licence to keep a dog"]
BIN = ["when is my bin collected", "what day do they collect the bins", "which day is bin collection"]
QUESTIONS = [*CARD, *DOG, *BIN, "who won the match last night"]

SAME = [
    "how do i claim universal credit",
    "  How do I   claim\nUniversal Credit?? ",
    "HOW DO I CLAIM UNIVERSAL CREDIT!!!",
    "how do i claim universal credit 🙏🏽😭",
    "how do i claim univrsal credit",
    "hwo do i claim universal cerdit",
    "howdoi claim universal credit",
    "how do i claimm universal creddit plz"[:-4],
    "how do i cla\u00edm universal credit",
]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """The quantized encoder."""
    folder: Path = tmp_path_factory.mktemp("encoder")
    install_encoder(folder)
    return Encoder(folder)


def _vectors(encoder: Encoder, texts: list[str]) -> Matrix:
    return np.stack([encoder.encode(text) for text in texts])


def _clouds(count: int, size: int, seed: int = 0) -> tuple[Matrix, list[str]]:
    """Vectors around some centres, and texts that have nothing in common."""
    random = np.random.RandomState(seed)
    centres = np.repeat(random.normal(size=(count, DIMENSIONS)), size, axis=0)
    points = centres + 0.7 * random.normal(size=centres.shape)
    texts = [f"q{place}x" for place in range(count * size)]
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), texts


def _together(labels: Labels) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in labels}


def test_questions_that_mean_the_same_are_of_one_theme(encoder: Encoder) -> None:
    """No theme of few questions mixes two needs, and subjects hold whole themes."""
    found = group(_vectors(encoder, QUESTIONS), QUESTIONS)
    for one, other in product(range(len(QUESTIONS)), repeat=2):
        if found.themes[one] == found.themes[other]:
            assert min(one // 3, 3) == min(other // 3, 3)
            assert found.subjects[one] == found.subjects[other]
    assert len(set(found.themes)) < len(QUESTIONS)


def test_clear_groups_are_found_whatever_their_number_and_size() -> None:
    """The number of groups is not asked for."""
    for count, size in ((1, 5), (3, 4), (40, 6), (4, 20)):
        vectors, texts = _clouds(count, size)
        themes = group(vectors, texts).subjects
        assert _together(themes) == {frozenset(range(s, s + size)) for s in range(0, count * size, size)}


def test_same_questions_give_the_same_groups() -> None:
    """Nothing is left to chance."""
    vectors, texts = _clouds(20, 7)
    assert np.array_equal(group(vectors, texts).themes, group(vectors, texts).themes)


def test_near_duplicates_are_always_together() -> None:
    """However far apart their vectors are."""
    vectors, _ = _clouds(len(SAME), 1)
    others, texts = _clouds(20, 3)
    assert len(set(group(np.vstack([vectors, others]), [*SAME, *texts]).themes[: len(SAME)])) == 1
    groups = Groups(np.vstack([vectors[:1], others]), [SAME[0], *texts])
    assert {placed.theme for placed in groups.add(vectors[1:], SAME[1:])} == {groups.grouping().themes[0]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("how much is smp", "how much is sap"),
        ("can i get pip", "can i get pid"),
        ("i earn 100 a week", "i earn 1000 a week"),
        ("i was born in 1966", "i was born in 1965"),
        ("can i claim", "how can i claim"),
        ("can i claim", "cant i claim"),
    ],
)
def test_short_names_and_numbers_are_no_typos(one: str, other: str) -> None:
    """One letter or digit can change what is asked."""
    assert NearDuplicates([one, other]).of_texts == [0, 1]


def test_one_edit() -> None:
    """A letter left out, put in, changed, or two swapped."""
    for other in ("cedit", "crediit", "cradit", "cerdit", "credi", "xcredit", "creidt"):
        assert differs_by_one_edit("credit", other)
        assert differs_by_one_edit(other, "credit")
    for other in ("cdit", "derict", "creditors", "cerdti", ""):
        assert not differs_by_one_edit("credit", other)


def test_texts_without_words_and_huge_ones_do_no_harm() -> None:
    """Emoji, spaces, lone surrogates and a megabyte of one letter are grouped like any other text."""
    texts = ["", "🙃", "  ", "\ud83d", "a" * 1_000_000, "ab" * 500_000, "x " * 100_000]
    vectors, _ = _clouds(len(texts), 1)
    assert len(group(vectors, texts).themes) == len(texts)


def test_no_question_at_all() -> None:
    """The first question begins the first theme, the second its own."""
    vectors, texts = _clouds(2, 1)
    groups = Groups(vectors[:0], [])
    assert groups.grouping().themes.size == 0
    assert [placed.theme for placed in groups.add(vectors, texts)] == [0, 1]
    assert group(vectors[:1], texts[:1]).themes.tolist() == [0]


def test_an_added_question_finds_its_theme_or_begins_one() -> None:
    """What is added goes where a regrouping would put it."""
    vectors, texts = _clouds(12, 8)
    kept = [place for place in range(len(texts)) if place % 8]
    groups = Groups(vectors[kept], [texts[place] for place in kept])
    before = groups.grouping().themes
    places = range(0, len(texts), 8)
    for place, placed in zip(places, groups.add(vectors[places], [texts[place] for place in places])):
        assert placed.like and set(before[list(placed.like[:7])]) == {placed.theme}
        assert placed.theme == before[kept.index(place + 1)]
    stranger, _ = _clouds(1, 1, seed=9)
    assert groups.add(stranger, ["something else"]) == [Placed(before.max() + 1, (), ())]


def test_a_model_that_knows_the_topic_joins_what_is_worded_apart() -> None:
    """Scores of intents that a model is sure of count; low scores of many change nothing."""
    vectors, texts = _clouds(40, 1)
    sure = np.repeat(np.eye(4, dtype=np.float32), 10, axis=0)
    assert len(set(group(vectors, texts, sure).subjects)) == 4
    unsure = np.full((40, 4), 0.2, dtype=np.float32)
    assert np.array_equal(group(vectors, texts, unsure).themes, group(vectors, texts).themes)


def test_linkage_makes_the_most_alike_one_first() -> None:
    """Merges come in order, and a cut makes those before the first that is less alike."""
    vectors, _ = _clouds(5, 6)
    done = merges(Neighbourhoods.of(vectors).graph(), 0.01)
    assert [merge.likeness for merge in done] == sorted((merge.likeness for merge in done), reverse=True)
    assert len(set(cut(30, done, 2.0))) == 30
    assert len(set(cut(30, done, 0.0))) == 30 - len(done)
