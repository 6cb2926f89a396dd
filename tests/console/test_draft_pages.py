"""Writing a draft, sending it, approving it and seeing it live, by clicking."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from bot.accounts import Role
from bot.console.parts import Parts
from bot.publishing.link_checks import LinkChecker
from bot.publishing.trial import Moved, Tried
from bot.storage.draft_store import Draft
from tests.bot.publishing_bench import APPROVER, AUTHOR, FIGURES, Newsroom
from tests.console.drafting import SCRIPT, console_over, fields_of_form, newsroom
from tests.console.visitor import Visitor
from tests.disk import Disk

WORSE = {**FIGURES, "urgent_right": 0.8}


@pytest.fixture
def room(tmp_path: Path, disk: Disk) -> Newsroom:
    """A newsroom with one answer live."""
    return newsroom(tmp_path / "checkout", disk)


@pytest.fixture
async def editor(room: Newsroom, made_of: Parts) -> AsyncIterator[Visitor]:
    """An editor who has signed in."""
    async with Visitor(console_over(made_of, room), made_of.accounts) as visitor:
        yield await visitor.signed_in(Role.EDITOR)


async def drafts_of(room: Newsroom) -> list[Draft]:
    """Every draft, newest first."""
    states = ("draft", "submitted", "approved", "rejected", "published", "withdrawn")
    return sorted(await room.store.in_states(states), key=lambda draft: -draft.id)


async def save(visitor: Visitor, draft: int, **changes: object) -> None:
    """Open a draft's form, change it and send it."""
    page = await visitor.get(f"/drafts/{draft}/edit")
    await visitor.post(f"/drafts/{draft}/edit", {**fields_of_form(page.text), **changes})


async def approve(visitor: Visitor, draft: Draft, **entered: str) -> None:
    """Send the form of an approval, as the draft stood when it was shown."""
    await visitor.post(f"/drafts/{draft.id}/approve", {"version": draft.version, "when": "now", **entered})


async def test_a_draft_goes_from_the_first_word_to_live(room: Newsroom, editor: Visitor) -> None:
    """An editor writes, an approver approves; both see what they need."""
    await editor.get("/drafts/new")
    await editor.post("/drafts", {"title": "When you may start your leave", "service": "maternity", "slug": ""})
    (draft,) = await drafts_of(room)
    assert (draft.answer, draft.author) == ("when_you_may_start_your_leave", "editor@example.gov.uk")
    assert "Enter the text of the answer." in editor.text
    await save(
        editor, draft.id, owner="Department for Work", body="You get {{ rates.weekly }} from week one.",
        questions="when can i start\n- When can I start?\n\nhow early may leave begin",
        **{"source-1-title": "Leave", "source-1-url": "https://www.gov.uk/leave"},
    )  # fmt: skip
    assert "You get £194.32 from week one." in editor.text
    await editor.get(f"/drafts/{draft.id}")
    version = (await room.again(draft)).version
    await editor.post(f"/drafts/{draft.id}/submit", {"version": version, "why": "The day was missing."})
    assert (
        "Waiting for approval" in editor.text
        and "Why The day was missing." in editor.text
        and "It waits for an approver" in editor.text
    )
    await room.publishing.build_next()
    async with await editor.another(Role.APPROVER) as approver:
        await approver.get(f"/drafts/{draft.id}")
        assert "It is no worse than the release in use." in approver.text
        await approver.post(
            f"/drafts/{draft.id}/approve", {"version": (await room.again(draft)).version, "when": "now"}
        )
        assert "It goes live in a moment." in approver.text
    await room.publishing.publish_due()
    await editor.get(f"/drafts/{draft.id}")
    assert "Published" in editor.text and "release 0002" in editor.text
    assert [kept.reason for kept in await room.store.versions(draft.answer)] == ["The day was missing."]
    assert room.live(draft.answer).endswith("---\n\nYou get {{ rates.weekly }} from week one.\n")
    questions = (room.root / "nlu" / "questions" / "maternity.yml").read_text()
    assert questions.endswith(
        "\n- intent: when_you_may_start_your_leave\n  examples: |\n"
        "    - when can i start\n    - how early may leave begin\n"
    )


async def test_the_author_cannot_approve(room: Newsroom, editor: Visitor) -> None:
    """Neither who began a draft nor who changed it last, whatever their role; the server holds to it too."""
    draft = await room.ready()
    async with await editor.another(Role.APPROVER, "ann") as approver:
        await save(approver, draft.id, questions="when is it paid")
        draft = await room.again(draft)
        draft = await room.drafts.submit(draft, draft.version, AUTHOR)
        await room.publishing.build_next()
        page = await approver.get(f"/drafts/{draft.id}")
        assert "/approve" not in page.text
        await approver.post(
            f"/drafts/{draft.id}/approve", {"version": (await room.again(draft)).version, "when": "now"}
        )
        assert approver.page.status_code == 422 and "Somebody else must approve this draft" in approver.text
    assert (await room.again(draft)).state == "submitted"


async def test_of_two_approvals_one_wins(room: Newsroom, editor: Visitor) -> None:
    """The second is told how things stand."""
    draft = await room.ready()
    async with await editor.another(Role.APPROVER, "ann") as ann, await editor.another(Role.APPROVER, "bob") as bob:
        for visitor in (ann, bob):
            await visitor.get(f"/drafts/{draft.id}")
            await approve(visitor, draft)
        assert ann.page.status_code == 200 and bob.page.status_code == 409
    assert (await room.again(draft)).approved_by == "ann@example.gov.uk"


async def test_a_stale_form_overwrites_nothing(room: Newsroom, editor: Visitor) -> None:
    """Both texts are shown, and what was typed is kept in the form."""
    draft = await room.draft()
    mine = fields_of_form((await editor.get(f"/drafts/{draft.id}/edit")).text)
    theirs = await room.drafts.edit(draft, draft.version, room.rewritten("What they wrote."), "", "bob@dwp.gov.uk")
    await editor.post(f"/drafts/{draft.id}/edit", {**mine, "body": "What I wrote."})
    assert editor.page.status_code == 409
    assert "bob@dwp.gov.uk saved this draft while you wrote" in editor.text
    assert "What they wrote." in editor.text and "What I wrote." in editor.page.text
    assert (await room.again(draft)).content == theirs.content
    await editor.post(f"/drafts/{draft.id}/edit", fields_of_form(editor.page.text))
    assert "What I wrote." in (await room.again(draft)).content


async def test_a_change_beneath_a_draft_is_shown(room: Newsroom, editor: Visitor) -> None:
    """A file that was changed meanwhile is shown beside the draft, and only replaced when somebody says so."""
    draft = await room.draft()
    (room.root / "answers" / "maternity" / "pay.md").write_text(room.rewritten("Changed by hand."))
    await editor.get(f"/drafts/{draft.id}")
    assert "The live text has changed since" in editor.text and "Changed by hand." in editor.text
    await editor.post(f"/drafts/{draft.id}/submit", {"version": draft.version})
    assert editor.page.status_code == 422 and "has been changed since this draft began" in editor.text
    await editor.post(f"/drafts/{draft.id}/replace-live", {"version": draft.version})
    await editor.post(f"/drafts/{draft.id}/submit", {"version": (await room.again(draft)).version})
    assert (await room.again(draft)).state == "submitted"


async def test_what_is_approved_replaces_nothing_newer(room: Newsroom, editor: Visitor) -> None:
    """The approval was of a draft beside another text: it must be taken back first."""
    draft = await room.approved()
    (room.root / "answers" / "maternity" / "pay.md").write_text(room.rewritten("Changed by hand."))
    await editor.get(f"/drafts/{draft.id}")
    assert "The live text has changed since" in editor.text and "replace-live" not in editor.page.text
    await editor.post(f"/drafts/{draft.id}/replace-live", {"version": draft.version})
    assert editor.page.status_code == 422 and "This draft is approved" in editor.text


async def test_what_else_would_change_is_shown(room: Newsroom, editor: Visitor) -> None:
    """After somebody has gone back to an earlier release, the files still hold what it was to undo."""
    await room.approved("A bad text that will be taken back.")
    await room.publishing.publish_due()
    await room.publishing.roll_back(1)
    draft = await room.ready(slug="leave", questions="when does it start\nhow long is it")
    await editor.get(f"/drafts/{draft.id}")
    assert "other answers change too" in editor.text and "in use: pay." in editor.text


async def test_another_draft_of_the_same_answer_is_shown(room: Newsroom, editor: Visitor) -> None:
    """So that two people don't write the same thing."""
    first, second = await room.draft(), await room.draft("Another text.")
    for one, other in ((first, second), (second, first)):
        await editor.get(f"/drafts/{one.id}")
        assert f'href="/drafts/{other.id}"' in editor.page.text


async def test_html_is_shown_as_it_was_typed(room: Newsroom, editor: Visitor) -> None:
    """Nothing that people type runs, wherever it is shown."""
    draft = await room.draft(f"{SCRIPT} and ### {{{{ 7 * 7 }}}}", questions=SCRIPT)
    await save(
        editor,
        draft.id,
        title=SCRIPT,
        owner=SCRIPT,
        **{"source-1-title": SCRIPT, "source-1-url": "javascript:alert(1)"},
    )
    for path in (f"/drafts/{draft.id}", f"/drafts/{draft.id}/edit", "/drafts", f"/drafts/{draft.id}/links"):
        page = await editor.get(path)
        assert page.status_code == 200
        assert SCRIPT not in page.text and 'href="javascript' not in page.text
    assert "must begin with https://" in (await editor.get(f"/drafts/{draft.id}")).text.replace("&#39;", "'")


@pytest.mark.parametrize(
    ("service", "slug"),
    [("../../etc", "x"), ("maternity", "../../x"), ("urgent", "x"), ("maternity", "no_food"), ("maternity", "Pay"),
     ("maternity", "pay"), ("maternity", "x/y"), ("", ""), ("maternity", "a" * 60), ("maternity\0", "x")],
)  # fmt: skip
async def test_no_draft_leaves_its_folder(room: Newsroom, editor: Visitor, service: str, slug: str) -> None:
    """A service or a short name that is a path, or is taken, is refused with what was typed kept."""
    await editor.get("/drafts/new")
    await editor.post("/drafts", {"title": "†††† 12", "service": service, "slug": slug})
    assert editor.page.status_code == 422 and "There is a problem" in editor.text
    assert await drafts_of(room) == [] and 'value="†††† 12"' in editor.page.text


async def test_faults_keep_a_draft_from_being_sent(room: Newsroom, editor: Visitor) -> None:
    """Figures that are typed, wrong rates and texts that are too hard are named."""
    draft = await room.draft("You get £5 a week, {{ rates.nothing }} and 10%.")
    await editor.get(f"/drafts/{draft.id}")
    for problem in (
        "The figure £5 is typed into the text",
        "There is no rate 'nothing'",
        "Put the faults above right first",
    ):
        assert problem in editor.text
    await editor.post(f"/drafts/{draft.id}/submit", {"version": draft.version})
    assert editor.page.status_code == 422 and (await room.again(draft)).state == "draft"


async def test_what_is_typed_is_looked_at(room: Newsroom, editor: Visitor) -> None:
    """The part of a page that a script asks for says what saving would say, and saves nothing."""
    draft = await room.draft()
    fields = fields_of_form((await editor.get(f"/drafts/{draft.id}/edit")).text)
    await editor.post(f"/drafts/{draft.id}/look", {**fields, "body": "You should vote for them, I think."})
    assert "sounds like advice" in editor.text and "may take a political side" in editor.text
    assert "<html" not in editor.page.text and (await room.again(draft)).version == draft.version


async def test_a_question_that_stands_elsewhere_is_named(room: Newsroom, editor: Visitor) -> None:
    """With the answer that it stands under."""
    draft = await room.draft(questions="WHO WON?")
    await editor.get(f"/drafts/{draft.id}")
    assert "“WHO WON?” stands under near_miss already" in editor.text


async def test_a_worse_release_asks_for_a_reason(room: Newsroom, editor: Visitor) -> None:
    """It says what is worse; what was typed is kept where the reason is missing."""
    room.builder.figures = WORSE
    draft = await room.ready()
    async with await editor.another(Role.APPROVER) as approver:
        await approver.get(f"/drafts/{draft.id}")
        assert "emergencies given the right help: 90.0% before, 80.0% now" in approver.text
        await approve(approver, draft)
        assert approver.page.status_code == 422 and "enter a reason" in approver.text
        await approve(approver, draft, worse_reason="The law.")
    assert (await room.again(draft)).worse_reason == "The law."


async def test_a_time_to_publish_is_checked(room: Newsroom, editor: Visitor) -> None:
    """One that can't be read or has passed is refused."""
    draft = await room.ready()
    async with await editor.another(Role.APPROVER) as approver:
        await approver.get(f"/drafts/{draft.id}")
        for when in ("", "tomorrow", "2020-01-01T10:00"):
            await approve(approver, draft, when="later", publish_at=when)
            assert approver.page.status_code == 422
        await approve(approver, draft, when="later", publish_at="2090-01-01T10:00")
        assert "goes live 1 January 2090, 10:00 UTC" in approver.text
        await approver.post(f"/drafts/{draft.id}/take-back", {})
    assert (await room.again(draft)).state == "submitted"


async def test_a_draft_is_sent_back_with_a_reason(room: Newsroom, editor: Visitor) -> None:
    """Without one it isn't; its author can then go on."""
    draft = await room.ready()
    async with await editor.another(Role.APPROVER) as approver:
        await approver.get(f"/drafts/{draft.id}")
        await approver.post(f"/drafts/{draft.id}/reject", {"reason": " "})
        assert approver.page.status_code == 422
        await approver.post(f"/drafts/{draft.id}/reject", {"reason": "Too long."})
    await editor.get(f"/drafts/{draft.id}")
    assert "Reason: Too long." in editor.text
    await save(editor, draft.id, body="Shorter.")
    assert (await room.again(draft)).state == "draft"


async def test_what_the_log_would_get_is_shown(room: Newsroom, editor: Visitor) -> None:
    """By the question's words while they are kept, and by number alone once they are erased."""
    ids = [(await room.disk.record(text=text)).question_id for text in ("forget me", "how do i get paid")]
    tried = Tried("0001", 2, [Moved(ids[0], "", "pay"), Moved(ids[1], "", "pay")])
    room.builder.tried = msgspec.json.encode(tried)
    draft = await room.ready()
    await room.disk.database.run(
        lambda: room.disk.database.execute("update questions set text = null where id = ?", ids[0])
    )
    await editor.get(f"/drafts/{draft.id}")
    assert "2 that got no answer would now get this one" in editor.text
    assert "how do i get paid" in editor.text and "forget me" not in editor.text
    assert [question.text for question in room.builder.asked] == ["how do i get paid", "forget me"]


async def test_questions_are_added_without_a_text(room: Newsroom, editor: Visitor) -> None:
    """Wordings for an answer that there is, and what no answer is for, take the same way."""
    more = await room.drafts.create("questions", "maternity", "pay", None, ["whats my money"], None, AUTHOR)
    none = await room.drafts.create("out_of_scope", "out_of_scope", "near_miss", None, ["who will win"], None, AUTHOR)
    for draft in (more, none):
        await editor.get(f"/drafts/{draft.id}/edit")
        assert "Main text" not in editor.text
        await editor.get(f"/drafts/{draft.id}")
        await editor.post(f"/drafts/{draft.id}/submit", {"version": draft.version})
        await room.publishing.build_next()
        draft = await room.again(draft)
        await room.drafts.approve(draft, draft.version, APPROVER)
    old = room.live()
    await room.publishing.publish_due()
    folder = room.root / "nlu" / "questions"
    assert "    - whats my money\n" in (folder / "maternity.yml").read_text()
    assert "    - who will win\n" in (folder / "out_of_scope.yml").read_text()
    assert room.live() == old


async def test_a_form_of_a_megabyte_is_refused(room: Newsroom, editor: Visitor) -> None:
    """And nothing is saved."""
    draft = await room.draft()
    await editor.get(f"/drafts/{draft.id}/edit")
    await editor.post(f"/drafts/{draft.id}/edit", {"version": 1, "body": "x" * 1_000_000})
    assert editor.page.status_code == 413 and (await room.again(draft)).version == 1


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "²"])
async def test_a_made_up_version_is_stale(room: Newsroom, editor: Visitor, version: str) -> None:
    """Whatever it is, it isn't the newest."""
    draft = await room.draft()
    await editor.get(f"/drafts/{draft.id}/edit")
    await editor.post(f"/drafts/{draft.id}/edit", {"version": version, "body": "x"})
    assert editor.page.status_code == 409 and (await room.again(draft)).content == draft.content


async def test_links_are_checked(room: Newsroom, editor: Visitor) -> None:
    """What leads into a private network is not asked for."""
    draft = await room.draft()
    content = draft.content.replace("https://www.gov.uk/pay", "https://localhost/pay")
    await room.drafts.edit(draft, 1, content, "", AUTHOR)
    await editor.get(f"/drafts/{draft.id}/links")
    assert "https://localhost/pay No The address leads into a private network" in editor.text


@pytest.mark.parametrize(
    "url",
    ["http://example.org", "https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/", "ftp://x",
     "https://169.254.169.254/latest", "https://user:secret@example.org/", "https://example.org:22/", "https://",
     "https://localhost/", "javascript:alert(1)", "https://[fe80::1%25eth0]/", "https://0/", "https://x" * 100],
)  # fmt: skip
async def test_no_link_is_asked_for_within(url: str) -> None:
    """However an address is written, only the public internet is asked."""
    (checked,) = await LinkChecker().check_all([url])
    assert not checked.works and re.search(r"Only addresses|private network|can't be reached", checked.note)


async def test_a_missing_draft_is_not_found(editor: Visitor) -> None:
    """One sentence, no traceback."""
    assert (await editor.get("/drafts/4711")).status_code == 404
