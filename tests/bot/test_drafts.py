"""A draft's way to approval: nobody approves their own words, and nobody's words are overwritten."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.errors import DraftError
from bot.publishing.drafts import ConflictError, StaleDraftError, slug_of
from bot.publishing.warnings import Review
from tests.bot.publishing_bench import APPROVER, AUTHOR, TODAY, Newsroom, make_checkout
from tests.disk import Disk


@pytest.fixture
def room(tmp_path: Path, disk: Disk) -> Newsroom:
    """A newsroom with one answer live."""
    return Newsroom(make_checkout(tmp_path / "checkout"), disk)


async def test_a_draft_begins_with_what_is_live(room: Newsroom) -> None:
    """And with a theme's questions, each once."""
    questions = ["When is it paid?", "when is it paid", " - how often\n"]
    draft = await room.drafts.create("answer", "maternity", "pay", None, questions, 7, AUTHOR)
    assert (draft.content, draft.base_content, draft.theme_id) == (room.live(), room.live(), 7)
    assert draft.asked == ["When is it paid?", "how often"]


@pytest.mark.parametrize(
    ("kind", "service", "answer"),
    [("other", "maternity", "pay"), ("answer", "..", "pay"), ("answer", "maternity", "../x"),
     ("questions", "maternity", "nothing"), ("out_of_scope", "", "attack"), ("answer", "maternity", "no_food")],
)  # fmt: skip
async def test_nonsense_is_no_draft(room: Newsroom, kind: str, service: str, answer: str) -> None:
    """One sentence says what is wrong."""
    with pytest.raises(DraftError):
        await room.drafts.create(kind, service, answer, None, [], None, AUTHOR)


async def test_an_old_form_changes_nothing(room: Newsroom) -> None:
    """Whoever saves second is shown what the first one saved."""
    draft = await room.draft()
    first = await room.drafts.edit(draft, 1, room.rewritten("First."), "", "a@b.uk")
    for stale in (draft, first):
        with pytest.raises(StaleDraftError, match="This draft has changed since you opened it") as caught:
            await room.drafts.edit(stale, 1, room.rewritten("Second."), "", AUTHOR)
        assert caught.value.newest == first
    assert await room.again(draft) == first


@pytest.mark.parametrize("who", [AUTHOR, AUTHOR.upper(), "middle@dwp.gov.uk", "last@dwp.gov.uk"])
async def test_nobody_approves_their_own_words(room: Newsroom, who: str) -> None:
    """Neither the author nor anybody who has changed it."""
    draft = await room.draft()
    draft = await room.drafts.edit(draft, 1, room.rewritten("Some words."), "", "middle@dwp.gov.uk")
    draft = await room.drafts.edit(draft, 2, room.rewritten("Last words."), "", "last@dwp.gov.uk")
    draft = await room.drafts.submit(draft, draft.version, "last@dwp.gov.uk")
    await room.publishing.build_next()
    draft = await room.again(draft)
    with pytest.raises(DraftError, match="Somebody else must approve"):
        await room.drafts.approve(draft, draft.version, who)
    assert (await room.drafts.approve(draft, draft.version, APPROVER)).approved_by == APPROVER


async def test_an_approval_is_of_what_was_seen(room: Newsroom) -> None:
    """A draft that was changed meanwhile, is not built yet or has a time that has passed is not approved."""
    draft = await room.submitted()
    with pytest.raises(DraftError, match="Wait until the release"):
        await room.drafts.approve(draft, draft.version, APPROVER)
    await room.publishing.build_next()
    draft = await room.again(draft)
    with pytest.raises(DraftError, match="still to come"):
        await room.drafts.approve(draft, draft.version, APPROVER, datetime.now(timezone.utc) - timedelta(hours=1))
    changed = await room.drafts.edit(draft, draft.version, room.rewritten("Other words."), "", AUTHOR)
    for stale in (draft, changed):
        with pytest.raises(DraftError):
            await room.drafts.approve(stale, draft.version, APPROVER)


async def test_what_is_done_with_is_left_alone(room: Newsroom) -> None:
    """What is withdrawn can't be changed, sent, approved or withdrawn again."""
    draft = await room.drafts.withdraw(await room.draft())
    for act in (
        room.drafts.edit(draft, draft.version, "x", "", AUTHOR),
        room.drafts.rebase(draft, draft.version, AUTHOR),
        room.drafts.submit(draft, draft.version, AUTHOR),
        room.drafts.approve(draft, draft.version, APPROVER),
        room.drafts.reject(draft, APPROVER, "No."),
        room.drafts.take_back(draft),
        room.drafts.withdraw(draft),
    ):
        with pytest.raises(DraftError, match="This draft is withdrawn"):
            await act


async def test_what_is_approved_is_not_changed(room: Newsroom) -> None:
    """It takes the place of no other text unless its approval is taken back first."""
    draft = await room.approved()
    for act in (
        room.drafts.rebase(draft, draft.version, AUTHOR),
        room.drafts.edit(draft, draft.version, draft.content, "", AUTHOR),
    ):
        with pytest.raises(DraftError, match="This draft is approved"):
            await act
    assert await room.again(draft) == draft


@pytest.mark.parametrize("act", ["rebase", "edit", "reject"])
async def test_an_approval_is_of_one_text(room: Newsroom, act: str) -> None:
    """Nothing is left of an approval, nor of what was built, once a draft says something else or is sent back."""
    draft = await room.approved(publish_at=datetime.now(timezone.utc) + timedelta(days=1), worse_reason="The law.")
    if act == "reject":
        changed = await room.drafts.reject(draft, APPROVER, "No.")
    else:
        draft = await room.drafts.take_back(draft)
        changes = {"approved_by": APPROVER, "approved_at": draft.changed_at, "publish_at": draft.changed_at}
        await room.store.change(draft, changes)
        draft = await room.again(draft)
        if act == "rebase":
            changed = await room.drafts.rebase(draft, draft.version, AUTHOR)
        else:
            changed = await room.drafts.edit(draft, draft.version, draft.content, "", AUTHOR)
        assert (changed.candidate, changed.candidate_of) == (None, None)
    assert (changed.approved_by, changed.approved_at, changed.publish_at) == (None, None, None)
    assert (changed.worse_reason, changed.worse_what) == ("", "")


async def test_two_texts_of_an_answer_are_no_change(room: Newsroom) -> None:
    """Neither silently wins."""
    drafts = [await room.draft(), await room.draft(), await room.draft("Another text.")]
    assert list(room.drafts.changes(drafts[:2]).values()) == [room.rewritten()]
    with pytest.raises(ConflictError, match="different texts"):
        room.drafts.changes(drafts)


def review(room: Newsroom, body: str, questions: str = "") -> Review:
    """What is said of a text."""
    from bot.storage.draft_store import Draft

    blank = dict.fromkeys(Draft.__dataclass_fields__, "")
    draft = Draft(
        **{**blank, "id": 1, "kind": "answer", "service": "maternity", "answer": "pay", "version": 1}  # type: ignore[arg-type]
        | {"content": room.rewritten(body), "questions": questions, "base_content": room.live()}
    )
    return room.drafts.reviewer.review(draft, TODAY)


@pytest.mark.parametrize(
    ("body", "said", "is_fault"),
    [
        ("You should claim now.", "“you should” sounds like advice", False),
        ("I think it’s best to wait.", "“i think” sounds like advice", False),
        ("The Tories cut it.", "“tories” may take a political side", False),
        ("<b>Bold</b> words.", "HTML tags are shown as they are typed", False),
        ("You get £20 now.", "The figure £20 is typed", True),
        ("You get {{ rates.none }}.", "There is no rate 'none'", True),
        ("You get {{ 7 * 7 }}.", "Only {{ rates.name }} may stand between braces", True),
        ("Words. " * 130, "130 words; 120 are the most", True),
        ("Text.\n\n## France\n\nMore.", "A heading must name a nation", True),
        ("", "Enter the text of the answer", True),
    ],
)
def test_texts_are_reviewed(room: Newsroom, body: str, said: str, is_fault: bool) -> None:
    """What `signpost check` would refuse must be put right; the rest is to be thought about."""
    found = review(room, body).findings
    assert [finding.is_fault for finding in found if said in finding.text] == [is_fault], found


@pytest.mark.parametrize("body", ["You may be fit for work.", "Once you are in labour, call.", "It was shown."])
def test_plain_words_are_not_accused(room: Newsroom, body: str) -> None:
    """A word that only looks political is none."""
    assert not [finding for finding in review(room, body).findings if finding.field == "body"]


def test_a_review_says_how_hard_a_text_is(room: Newsroom) -> None:
    """Words and reading age of each text, and how it is shown."""
    found = review(room, "Ask your boss for it.\n\n## Wales\n\nAsk in Wales.")
    assert [(one.nation, one.words) for one in found.measures] == [("", 5), ("wales", 3)]
    assert found.replies["wales"].body == "Ask in Wales."


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("How much SMP is", "how_much_smp_is"),
        ("  ½ of £5 now?! ", "of_5_now"),
        ("123", ""),
        ("†", ""),
        ("x" * 60, "x" * 39),
    ],
)
def test_a_short_name_is_made_of_a_title(title: str, slug: str) -> None:
    """Or there is none to be made."""
    assert slug_of(title) == slug
