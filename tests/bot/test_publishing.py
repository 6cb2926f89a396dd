"""From an approved draft to what the bots serve: all of it, or nothing of it, whatever happens in between."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.errors import DraftError, QuestionLogError, ReleaseError, TrainingError
from bot.evaluation.changes import compare_kept
from bot.publishing import answer_files
from bot.publishing.answer_files import AnswerFiles
from bot.publishing.candidates import BuildLine, CandidateBuilder
from bot.publishing.trial import Logged, Tried
from bot.releases import TRIED_FILE, Release, ReleaseStore
from bot.storage.database import as_stored
from tests.bot.publishing_bench import APPROVER, BODY, FIGURES, Newsroom, make_checkout
from tests.disk import Disk

WORSE = {**FIGURES, "urgent_right": 0.8}
NEW = "A new text about {{ rates.weekly }}."


@pytest.fixture
def room(tmp_path: Path, disk: Disk) -> Newsroom:
    """A newsroom with one answer live."""
    return Newsroom(make_checkout(tmp_path / "checkout"), disk)


async def test_an_approved_draft_goes_live(room: Newsroom) -> None:
    """Files, release, history and who is told: everything follows from the approval, and the candidate is used."""
    old = room.live()
    draft = await room.approved(questions="when is it paid")
    await room.publishing.publish_due()
    published = await room.again(draft)
    assert (published.state, published.release, room.releases.current_number()) == ("published", "0002", 2)
    assert room.live() == room.served() == room.rewritten() != old
    assert "    - when is it paid\n" in (room.root / "nlu" / "questions" / "maternity.yml").read_text()
    assert (len(room.builder.built), room.told) == (1, [("pay", "0002")])
    versions = await room.store.versions("pay")
    assert [(v.content, v.approved_by) for v in versions] == [(room.live(), APPROVER), (old, "")]
    assert room.candidates.all() == []


async def test_nothing_happens_twice(room: Newsroom) -> None:
    """Another look finds nothing to publish and nobody to tell."""
    await room.approved()
    for _ in range(2):
        await room.publishing.publish_due()
    assert (len(room.told), len(room.releases.all())) == (1, 2)


async def test_a_draft_waits_for_its_time(room: Newsroom) -> None:
    """What is approved for later stays a draft until then."""
    old = room.live()
    moment = datetime.now(timezone.utc)
    draft = await room.approved(publish_at=moment + timedelta(hours=1))
    await room.publishing.publish_due()
    newest = await room.again(draft)
    assert (room.live(), newest.state) == (old, "approved")
    assert await room.store.change(newest, {"publish_at": as_stored(moment)})
    await room.publishing.publish_due()
    assert (await room.again(draft)).state == "published"


async def test_several_drafts_are_published(room: Newsroom) -> None:
    """Of two that are approved, the second is built anew with the first one's change in it."""
    first, second = await room.ready(), await room.ready(NEW, slug="leave", questions="when may i leave")
    for draft in (first, second):
        await room.drafts.approve(draft, draft.version, APPROVER)
    await room.publishing.publish_due()
    assert [(await room.again(draft)).state for draft in (first, second)] == ["published", "published"]
    assert (room.served(), room.served("leave")) == (room.rewritten(), room.rewritten(NEW))
    assert {slug for slug, _ in room.told} == {"pay", "leave"}


async def test_drafts_due_together_are_built_together(room: Newsroom) -> None:
    """Where no candidate fits, one build holds all that is due."""
    drafts = [await room.ready(), await room.ready(NEW, slug="leave", questions="when may i leave")]
    (room.root / "config.yml").write_text("language: en\n# changed by hand\n")
    for draft in drafts:
        await room.drafts.approve(draft, draft.version, APPROVER)
    room.builder.built.clear()
    await room.publishing.publish_due()
    assert len(room.builder.built) == 1
    assert [(await room.again(draft)).release for draft in drafts] == ["0002", "0002"]


async def test_one_bad_draft_holds_up_no_other(room: Newsroom) -> None:
    """What can't be built goes back with the reason; what can is published."""
    bad, good = await room.approved(), await room.approved(NEW, slug="leave", questions="when may i leave")
    (room.root / "config.yml").write_text("language: en\n# changed by hand\n")
    build, bad_text = room.builder.build, room.rewritten()

    async def refuse(texts, asked, on_line):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        room.builder.problem = "No." if bad_text in texts.values() else ""
        return await build(texts, asked, on_line)

    room.builder.build = refuse  # type: ignore[method-assign]
    await room.publishing.publish_due()
    sent_back, published = await room.again(bad), await room.again(good)
    assert (sent_back.state, sent_back.problem, sent_back.approved_by) == ("submitted", "No.", None)
    assert published.state == "published"


async def test_a_worse_release_needs_a_reason(room: Newsroom) -> None:
    """Neither approval nor a later build lets a worse release through without one."""
    room.builder.figures = WORSE
    draft = await room.ready()
    with pytest.raises(DraftError, match="worse: enter a reason"):
        await room.drafts.approve(draft, draft.version, APPROVER)
    await room.drafts.approve(draft, draft.version, APPROVER, worse_reason="The old text was wrong.")
    await room.publishing.publish_due()
    assert (await room.again(draft)).state == "published"


async def test_a_release_that_became_worse_goes_back(room: Newsroom) -> None:
    """A draft whose release had to be built anew, and is worse then, waits for a reason."""
    draft = await room.approved()
    (room.root / "config.yml").write_text("language: en\n# changed by hand\n")
    room.builder.figures = WORSE
    await room.publishing.publish_due()
    newest = await room.again(draft)
    assert (newest.state, room.releases.current_number()) == ("submitted", 1)
    assert "emergencies given the right help: 90.0% before, 80.0% now" in newest.problem


LESS_RIGHT = {**FIGURES, "right_or_offered": 0.8}


@pytest.mark.parametrize(
    ("now", "state"), [(WORSE, "published"), (LESS_RIGHT, "submitted"), ({**WORSE, "wrong": 0.2}, "submitted")]
)
async def test_a_reason_is_for_what_was_worse(room: Newsroom, now: dict[str, float], state: str) -> None:
    """A later build that is worse in another measure needs another reason."""
    room.builder.figures = WORSE
    draft = await room.approved(worse_reason="The old text was wrong.")
    (room.root / "config.yml").write_text("language: en\n# changed by hand\n")
    room.builder.figures = now
    await room.publishing.publish_due()
    newest = await room.again(draft)
    assert (newest.state, bool(newest.worse_reason)) == (state, state == "published")


async def test_a_reason_is_for_one_draft(room: Newsroom) -> None:
    """What is built together and is worse is taken apart: each draft needs a reason for what it makes worse itself."""
    room.builder.figures = WORSE
    excused = await room.approved(worse_reason="The old text was wrong.")
    room.builder.figures = FIGURES
    harmful = await room.approved(NEW, slug="leave", questions="when may i leave")
    (room.root / "config.yml").write_text("language: en\n# changed by hand\n")
    build, harm = room.builder.build, room.rewritten(NEW)

    async def judge(texts, asked, on_line):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        room.builder.figures = {**WORSE, "urgent_right": 0.7} if harm in texts.values() else WORSE
        return await build(texts, asked, on_line)

    room.builder.build = judge  # type: ignore[method-assign]
    await room.publishing.publish_due()
    assert ((await room.again(excused)).state, (await room.again(harmful)).state) == ("published", "submitted")


async def test_drafts_of_one_answer_go_live_one_by_one(room: Newsroom) -> None:
    """The second was not written with the first in mind, so it goes back to its author."""
    first, second = await room.ready(), await room.ready(NEW)
    (room.root / "config.yml").write_text("language: en\n# changed by hand\n")
    for draft in (first, second):
        await room.drafts.approve(draft, draft.version, APPROVER)
    await room.publishing.publish_due()
    published, sent_back = await room.again(first), await room.again(second)
    assert (published.state, sent_back.state, sent_back.release) == ("published", "draft", None)
    assert room.live() == room.served() == first.content and "has been changed since" in sent_back.problem
    assert [version.draft_id for version in await room.store.versions("pay")] == [first.id, None]


@pytest.mark.parametrize(
    ("act", "state"), [("take_back", "submitted"), ("withdraw", "withdrawn"), ("reject", "rejected")]
)
async def test_what_is_stopped_at_the_last_moment_stays_unpublished(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, act: str, state: str
) -> None:
    """Whoever takes an approval back while the draft is on its way gets what they were told."""
    draft, old, publish = await room.approved(), room.live(), room.store.publish
    acts = {
        "take_back": lambda: room.drafts.take_back(draft),
        "withdraw": lambda: room.drafts.withdraw(draft),
        "reject": lambda: room.drafts.reject(draft, APPROVER, "No."),
    }

    async def stop_first(*arguments: Any) -> None:
        await acts[act]()
        await publish(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(room.store, "publish", stop_first)
        with pytest.raises(DraftError, match="was changed while it was being published"):
            await room.publishing.publish_due()
    await room.publishing.publish_due()
    newest = await room.again(draft)
    assert (newest.state, newest.problem, room.live(), room.told) == (state, "", old, [])
    assert (room.releases.current_number(), len(room.releases.all())) == (1, 1)
    assert await room.store.versions("pay") == []


async def test_a_file_changed_at_the_last_moment_is_kept(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change by hand between the working out and the renaming of files is not overwritten."""
    draft, by_hand = await room.approved(), room.rewritten("Changed by hand.")
    file, write = room.root / "answers" / "maternity" / "pay.md", answer_files._write

    def change_first(path: Path, text: str) -> None:
        file.write_text(by_hand)
        write(path, text)

    with monkeypatch.context() as patch:
        patch.setattr(answer_files, "_write", change_first)
        with pytest.raises(DraftError, match="nothing was overwritten"):
            await room.publishing.publish_due()
    assert (room.live(), room.releases.current_number(), len(room.releases.all())) == (by_hand, 1, 1)
    assert [path.name for path in file.parent.iterdir()] == ["pay.md"]
    await room.publishing.publish_due()
    assert ((await room.again(draft)).state, room.live()) == ("draft", by_hand)


async def test_publishing_goes_on_after_the_unexpected(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error that nobody thought of is logged, and ends nothing."""
    draft, use, failed = await room.approved(), room.releases.use, list[int]()

    def fail_once(number: int) -> Release:
        if not failed:
            failed.append(number)
            raise ValueError("unexpected")
        return use(number)

    monkeypatch.setattr(room.releases, "use", fail_once)
    monkeypatch.setattr("bot.publishing.publishing.FAILED_SECONDS", 0.05)
    running = asyncio.create_task(room.publishing.run())
    while not room.told:  # noqa: ASYNC110 -- it is on disk
        await asyncio.sleep(0.01)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert failed == [2] and "Traceback" in caplog.text
    assert ((await room.again(draft)).state, len(room.releases.all())) == ("published", 2)


async def test_a_file_changed_beneath_is_never_overwritten(room: Newsroom) -> None:
    """A file changed by hand after the approval sends the draft back to its author."""
    draft = await room.approved()
    by_hand = room.rewritten("Changed by hand.")
    (room.root / "answers" / "maternity" / "pay.md").write_text(by_hand)
    await room.publishing.publish_due()
    newest = await room.again(draft)
    assert (room.live(), newest.state, newest.approved_by) == (by_hand, "draft", None)
    assert "has been changed since" in newest.problem


def full_disk(*_: object, **__: object) -> None:
    """What a full disk says."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    "full", ["bot.publishing.answer_files._write", "bot.releases.ReleaseStore.use", "bot.releases._link"]
)
async def test_a_full_disk_changes_nothing(room: Newsroom, monkeypatch: pytest.MonkeyPatch, full: str) -> None:
    """Wherever the disk is full, files, release and bots stay as they were, and the next try succeeds."""
    draft = await room.approved(questions="when is it paid")
    before = {path: path.read_bytes() for path in room.root.rglob("*.*") if "var" not in path.parts}

    def refuse(*_: object) -> None:
        raise ReleaseError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(full, refuse if full.endswith("use") else full_disk)
        with pytest.raises((DraftError, ReleaseError)):
            await room.publishing.publish_due()
    after = {path: path.read_bytes() for path in room.root.rglob("*.*") if "var" not in path.parts}
    assert (after, room.releases.current_number(), len(room.releases.all())) == (before, 1, 1)
    assert (await room.again(draft)).problem
    await room.publishing.publish_due()
    assert (await room.again(draft)).state == "published"


async def test_a_database_that_refuses_changes_nothing(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the publication can't be noted, it does not happen."""
    await room.approved()
    old = room.live()

    async def refuse(*_: object) -> None:
        raise QuestionLogError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(room.store, "publish", refuse)
        with pytest.raises(QuestionLogError):
            await room.publishing.publish_due()
    assert (room.live(), room.releases.current_number(), room.told) == (old, 1, [])
    await room.publishing.publish_due()
    assert room.live() == room.rewritten()


@pytest.mark.parametrize("step", ["adopted", "written", "used", "noted"])
async def test_a_crash_is_carried_on(room: Newsroom, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a process dies, another one finishes: once live, once in the history, and those who asked are told."""
    draft = await room.approved(questions="when is it paid")
    old, candidate = room.live(), room.candidates.get(draft.candidate or 0)
    release = room.releases.adopt(candidate)
    texts = room.drafts.changes([draft])
    if step != "adopted":
        with room.files.changed(texts):
            pass
    if step in ("used", "noted"):
        room.releases.use(release.number)
    if step == "noted":
        await room.store.publish([draft], release.name, {"pay": old})
    await room.another_process().publish_due()
    assert (room.live(), (await room.again(draft)).state, room.told) == (
        room.rewritten(),
        "published",
        [("pay", "0002")],
    )
    assert len(room.releases.all()) == 2
    assert [version.content for version in await room.store.versions("pay")] == [room.rewritten(), old]


async def test_a_crash_between_two_files_is_carried_on(room: Newsroom) -> None:
    """Half of a change on disk is no conflict: the rest is written."""
    draft = await room.approved(questions="when is it paid")
    (room.root / "answers" / "maternity" / "pay.md").write_text(draft.content)
    await room.publishing.publish_due()
    assert (await room.again(draft)).state == "published"
    assert "    - when is it paid\n" in (room.root / "nlu" / "questions" / "maternity.yml").read_text()
    assert len(room.builder.built) == 1


async def test_one_build_at_a_time(room: Newsroom) -> None:
    """While one process builds, another one leaves it alone; what it does is there for all to see."""
    first, second = await room.submitted(), await room.submitted(NEW, slug="leave", questions="when may i leave")
    room.builder.gate.clear()
    building = asyncio.create_task(room.publishing.build_next())
    running = await room.building()
    assert (running.draft_id, running.step, running.done) == (first.id, "Learning", 0.5)
    await room.another_process().build_next()
    room.builder.gate.set()
    await building
    assert len(room.builder.built) == 1
    await room.another_process().build_next()
    assert (await room.again(second)).candidate and await room.builds.running() is None


async def test_a_build_gives_way_to_an_approved_draft(room: Newsroom) -> None:
    """A candidate that nobody waits for is given up where an approved draft needs a build."""
    approved = await room.approved()
    (room.root / "config.yml").write_text("language: en\n# changed by hand\n")
    await room.submitted(NEW, slug="leave", questions="when may i leave")
    room.builder.gate.clear()
    building = asyncio.create_task(room.publishing.build_next())
    await room.building()
    publishing = asyncio.create_task(room.another_process().publish_due())
    await building
    room.builder.gate.set()
    await publishing
    assert (await room.again(approved)).state == "published"


async def test_a_build_that_died_begins_again(room: Newsroom) -> None:
    """A build that nobody ended is no build any more."""
    draft = await room.submitted()
    await room.builds.start(draft.id, "somebody")
    await room.publishing.build_next()
    assert (await room.again(draft)).candidate
    ended = room.disk.rows("select ended_at, problem from builds order by id")
    assert ended[0][1] == "It was stopped half-way." and all(at for at, _ in ended)


async def test_what_cannot_be_built_says_why(room: Newsroom) -> None:
    """It isn't tried again by itself, only when somebody asks."""
    room.builder.problem = "The files have a fault."
    draft = await room.ready()
    assert (draft.candidate, draft.problem) == (None, "The files have a fault.")
    room.builder.problem = ""
    await room.publishing.build_next()
    assert (await room.again(draft)).candidate is None
    await room.publishing.build_again(draft)
    await room.publishing.build_next()
    assert (await room.again(draft)).candidate


async def test_candidates_that_nobody_needs_are_removed(room: Newsroom) -> None:
    """A candidate goes when its draft is changed, and a new one is built when it is sent again."""
    draft = await room.ready()
    draft = await room.drafts.edit(draft, draft.version, room.rewritten(NEW), "", "ed@dwp.gov.uk")
    draft = await room.drafts.submit(draft, draft.version, "ed@dwp.gov.uk")
    await room.publishing.build_next()
    draft = await room.again(draft)
    assert [release.number for release in room.candidates.all()] == [draft.candidate]


async def test_a_candidate_follows_the_files(room: Newsroom) -> None:
    """When another draft has gone live, what still waits is built anew in good time."""
    waiting = await room.ready(NEW, slug="leave", questions="when may i leave")
    await room.approved()
    await room.publishing.publish_due()
    await room.publishing.build_next()
    newest = await room.again(waiting)
    assert newest.candidate_of != waiting.candidate_of
    await room.drafts.approve(newest, newest.version, APPROVER)
    built = len(room.builder.built)
    await room.publishing.publish_due()
    assert (len(room.builder.built), room.served("leave")) == (built, room.rewritten(NEW))


async def test_going_back_is_one_step(room: Newsroom) -> None:
    """An earlier release is served again at once."""
    old = room.live()
    await room.approved()
    await room.publishing.publish_due()
    await room.publishing.roll_back(1)
    assert room.served() == old


async def test_who_is_told_after_a_failure(room: Newsroom) -> None:
    """Where telling fails, the draft is live all the same, and telling is tried again."""
    await room.approved()
    told = room.publishing._on_published
    failing = True

    async def tell(draft: object, release: Release) -> None:
        if failing:
            raise QuestionLogError("The disk is full.")
        room.told.append(("pay", release.name))

    room.publishing._on_published = [tell]  # type: ignore[list-item]
    with pytest.raises(QuestionLogError):
        await room.publishing.publish_due()
    assert (room.live(), room.told) == (room.rewritten(BODY), [])
    failing = False
    await room.publishing.publish_due()
    assert room.told == [("pay", "0002")] and told


def test_a_store_keeps_an_adopted_release_apart(room: Newsroom, tmp_path: Path) -> None:
    """Removing a candidate leaves the release that was made of it whole."""
    other = ReleaseStore(tmp_path / "other")
    adopted = other.adopt(room.builder.release(room.candidates))
    room.candidates.remove(1)
    adopted.verify()
    assert not (adopted.folder / "tried.json").exists()


async def test_a_real_candidate_is_built(small_root: Path, release: Release, tmp_path: Path) -> None:
    """By a process of its own, which says how far it is and what the log would get; nothing is made current."""
    root, data = tmp_path / "checkout", tmp_path / "data"
    shutil.copytree(small_root, root, ignore=shutil.ignore_patterns("var"))
    shutil.copytree(release.folder.parent, data / "releases")
    files, candidates, steps = AnswerFiles(root), ReleaseStore(data / "candidates"), list[str]()

    async def note(line: BuildLine) -> None:
        steps.append(line.step)

    asked = [Logged(1, "can my tame ferret come to work"), Logged(2, "how much is smp"), Logged(3, "hello")]
    texts = files.with_questions({}, "maternity", "kit_days", FERRETS)
    builder = CandidateBuilder(files, data, candidates)
    candidate = candidates.get(await builder.build(texts, asked, note))
    candidate.verify()
    tried = msgspec.json.decode((candidate.folder / TRIED_FILE).read_bytes(), type=Tried)
    assert (tried.live, tried.asked, [one.id for one in tried.moved if one.became == "kit_days"]) == ("0001", 3, [1])
    assert steps[0] == "Checking the files" and steps[-1] == "Done"
    assert ReleaseStore(data / "releases").current_number() == 1 and len(ReleaseStore(data / "releases").all()) == 1
    assert compare_kept(candidate, candidate) is not None
    assert sorted(path.name for path in data.iterdir()) == ["candidates", "releases"]
    with pytest.raises(TrainingError, match=r"maternity.yml:\d+: 'x y z' stands there already") as caught:
        await builder.build({Path("nlu/questions/maternity.yml"): twice(files)}, [], note)
    assert str(data) not in str(caught.value)


FERRETS = [
    "can my tame ferret come to work", "can a tame ferret come to work with me", "is a ferret at work ok",
    "bring a tame ferret to work", "my ferret wants to come to work", "tame ferret at work allowed?",
    "taking my ferret in to work", "can i bring my tame ferret", "work and my ferret", "does a ferret come to work",
]  # fmt: skip


def twice(files: AnswerFiles) -> str:
    """Known questions, one of them twice."""
    texts = files.with_questions({}, "maternity", "kit_days", ["x y z"])
    (text,) = texts.values()
    return text.replace("    - x y z\n", "    - x y z\n    - x y z\n")
