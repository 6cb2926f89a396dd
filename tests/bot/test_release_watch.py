"""A running bot follows the choice of a release, and loses no message over it."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot import release_watch as module
from bot import wording
from bot.answers import load_answer_base
from bot.app import Project
from bot.app.serving import serving
from bot.bursts import Bursts
from bot.classifier import Prediction
from bot.communities import Communities
from bot.deliveries import Action, Button, ButtonKind, Press, Pressed
from bot.errors import ClassifierError, SettingsError
from bot.etiquette import Etiquette
from bot.front_desk import FrontDesk
from bot.judge import Served
from bot.messages import Given, Message, Outcome, Response
from bot.places import ChannelSettings, Place
from bot.reading import Memory
from bot.release_watch import ReleaseWatch
from bot.releases import CURRENT_FILE, MODEL_FILE, Release, ReleaseStore
from bot.responder import Responder
from bot.storage.community_store import CommunityStore
from tests.bot.responder_bench import (
    ASKED,
    BURST_SECONDS,
    PREDICTIONS,
    PRIVATE,
    SETTINGS,
    THRESHOLDS,
    Bench,
    acts,
    only,
)
from tests.bot.test_releases import MANIFEST
from tests.factories import answer_file, rates_file, with_two_releases
from tests.fakes import KeywordClassifier
from tests.waiting import end, until

QUESTION = "what is a dro"
SERVER = Place("discord", "parents")


class SlowClassifier(KeywordClassifier):
    """A classifier that predicts nothing while it is held, and says whether it is closed."""

    def __init__(self) -> None:
        """Hold nothing back yet."""
        super().__init__(PREDICTIONS)
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.is_closed = False

    async def parse(self, text: str) -> Prediction:
        """The prediction, once there may be one."""
        await asyncio.sleep(0.001)
        await self.goes_on.wait()
        return await super().parse(text)

    async def close(self) -> None:
        """From now on, nothing is predicted."""
        self.is_closed = True
        await super().close()


@dataclass
class Running:
    """A desk that follows releases, all real but their models."""

    bench: Bench
    releases: ReleaseStore
    models: dict[str, SlowClassifier] = field(default_factory=dict)
    loads: list[str] = field(default_factory=list)
    fault: Exception | None = None

    async def start(self) -> None:
        """Serve the first release, and watch for others."""
        clock = self.bench.clock
        self.memory = Memory(Etiquette(SETTINGS, clock), Bursts(BURST_SECONDS, clock), self.bench.log)
        served = await self.load(self.build("dro", "breathing_space"))
        self.releases.use(1)
        self.communities = Communities(CommunityStore(self.bench.database), ChannelSettings(), ["debt"])
        self.desk = FrontDesk(Responder(served, self.memory), self.bench.log)
        self.watch = ReleaseWatch(self.releases, served, self.load, self.serve)
        # It has looked already: a test may break what it would look at.
        self.watch._last_choice = self.releases.last_choice()
        self.watching = asyncio.create_task(self.watch.keep_fresh())

    async def stop(self) -> None:
        """Watch no more."""
        self.watching.cancel()
        await asyncio.wait({self.watching})
        await self.watch.close()

    def build(self, *slugs: str, service: str = "debt") -> Release:
        """A release with answers of these slugs."""
        with self.releases.building() as folder:
            rates_file(folder / "answers")
            for slug in slugs:
                answer_file(folder / "answers", slug, service=service, title=f"About {slug}", body="It lasts.")
            (folder / MODEL_FILE).write_text("model")
            return self.releases.add(folder, MANIFEST)

    async def load(self, release: Release) -> Served:
        """A release with a model of its own, unless there is a fault."""
        self.loads.append(release.name)
        if self.fault:
            raise self.fault
        model = self.models[release.name] = SlowClassifier()
        return Served(release.name, load_answer_base(release.answers), THRESHOLDS, model)

    def serve(self, served: Served) -> asyncio.Event:
        """Let the desk answer from a release."""
        self.communities.offer({answer.service for answer in served.answers.answers.values()})
        return self.desk.serve(Responder(served, self.memory))

    async def use(self, release: Release) -> None:
        """Choose a release, and wait until it is the one that answers."""
        self.releases.use(release.number)
        await until(lambda: list(self.desk.topics()) and self.watch._served.release == release.name)

    async def looks(self) -> None:
        """Let the watch look a few times more."""
        await asyncio.sleep(0.1)

    async def ask(self, text: str = QUESTION, message: Message = PRIVATE, **changes: str) -> Response:
        """What the desk makes of a text."""
        return await self.desk.respond(replace(message, text=text, **changes))  # type: ignore[arg-type]


@pytest.fixture
async def running(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    """A bot that runs, and looks often."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.005)
    made = Running(bench, ReleaseStore(bench.folder / "releases"))
    await made.start()
    yield made
    await made.stop()


async def test_a_release_that_is_chosen_is_served(running: Running) -> None:
    """And the one before again, when that is chosen; each with a model of its own, of which one is open."""
    for release in (running.build("dro"), running.releases.get(1)):
        before = running.models[running.watch._served.release]
        await running.use(release)
        assert (await running.ask(author=release.name)).release == release.name
        await until(lambda: before.is_closed)  # noqa: B023 -- waited for at once
    assert running.loads == ["0001", "0002", "0001"]


async def test_a_message_in_hand_is_finished_by_the_release_that_began_it(running: Running) -> None:
    """The model before stays open for it; who asks meanwhile is answered by the new one."""
    old = running.models["0001"]
    old.goes_on.clear()
    in_hand = asyncio.create_task(running.ask(author="al"))
    await asyncio.sleep(0.01)
    await running.use(running.build("dro"))
    assert (await running.ask(author="bo")).release == "0002"
    assert not old.is_closed and not in_hand.done()
    old.goes_on.set()
    response = await in_hand
    assert (response.outcome, response.release) == (Outcome.ANSWERED, "0001")
    await until(lambda: old.is_closed)


async def test_the_next_swap_waits_for_nobody(running: Running) -> None:
    """A message that takes long keeps no release back."""
    running.models["0001"].goes_on.clear()
    in_hand = asyncio.create_task(running.ask(author="al"))
    await asyncio.sleep(0.01)
    await running.use(running.build("dro"))
    await running.use(running.build("dro"))
    assert (await running.ask(author="bo")).release == "0003"
    running.models["0001"].goes_on.set()
    assert (await in_hand).release == "0001"


async def test_every_message_of_a_storm_gets_one_outcome(running: Running) -> None:
    """While releases are swapped back and forth, each message is answered once, by one release."""
    asking = [asyncio.create_task(storm(running, f"author {number}")) for number in range(10)]
    for release in (running.build("dro"), *(running.releases.get(number) for number in (1, 2, 1, 2))):
        before = answered_by(running, release)
        await running.use(release)
        await until(lambda: answered_by(running, release) > before)  # noqa: B023 -- waited for at once
    for task in asking:
        task.cancel()
    responses = [response for task in asking for response in await task]
    assert {response.outcome for response in responses} == {Outcome.ANSWERED}
    assert {response.release for response in responses} == {"0001", "0002"}
    assert running.bench.rows("select count(*), count(distinct message_id), count(answer) from questions") == [
        (len(responses),) * 3
    ]


def answered_by(running: Running, release: Release) -> int:
    """How many messages a release has answered."""
    return len(running.bench.rows(f"select 1 from questions where release = '{release.name}'"))


async def storm(running: Running, author: str) -> list[Response]:
    """Ask one thing after another until cancelled, and finish what has been begun."""
    responses: list[Response] = []
    while True:
        asking = asyncio.ensure_future(running.ask(f"{QUESTION} {len(responses)}", from_(author, len(responses))))
        try:
            responses.append(await asyncio.shield(asking))
        except asyncio.CancelledError:
            return [*responses, await asking]


def from_(author: str, number: int) -> Message:
    """A message of somebody's, with an id of its own."""
    return replace(PRIVATE, author=author, channel=f"with {author}", message_id=f"{author} {number}")


async def test_a_burst_goes_on_over_a_swap(running: Running) -> None:
    """What a person wrote just before is remembered, and their reply edited."""
    first = await running.ask("a faint idea", message_id="m1")
    await running.use(running.build("pay"))
    second = await running.ask("for twins", message_id="m2")
    assert (second.answer, acts(second)) == ("pay", [(Action.EDIT, only(first).id)])


async def test_who_asks_on_about_an_answer_that_is_gone_is_read_alone(running: Running) -> None:
    """A reply to what an earlier release said is a question like any other."""
    await running.bench.deliver(await running.ask("breathing space", ASKED, message_id="m1"), "p1")
    await running.use(running.build("dro"))
    response = await running.ask(QUESTION, ASKED, message_id="m2", reply_to_message_id="p1")
    assert (response.outcome, response.answer) == (Outcome.ANSWERED, "dro")


async def test_menus_buttons_and_settings_follow(running: Running) -> None:
    """What is listed, looked at, picked and switched off is of the release that is served."""
    await running.bench.deliver(await running.ask(QUESTION, ASKED, message_id="m1"), "p1")
    pick = Press(ASKED.place, "p1", "jo", Button(ButtonKind.PICK, answer="pay"))
    assert await running.desk.press(pick) == Pressed(word=wording.WITHDRAWN)
    with pytest.raises(SettingsError, match="no service named maternity"):
        await running.communities.change(SERVER, {"services_off": ["maternity"]}, "mod")
    await running.use(running.build("pay", service="maternity"))
    assert [topic.service for topic in running.desk.topics()] == ["maternity"]
    assert running.desk.answer(ASKED.place, "pay") and not running.desk.answer(ASKED.place, "dro")
    reply = (await running.desk.press(pick)).reply
    assert reply and reply.given == Given("pay")
    await running.communities.change(SERVER, {"services_off": ["maternity"]}, "mod")


def damage(running: Running, release: Release) -> None:
    """Choose a release, and change a file of it before anybody looks."""
    running.releases.use(release.number)
    release.model.write_text("changed")


def vanish(running: Running, release: Release) -> None:
    """Choose a release whose folder is then removed."""
    running.releases.use(release.number)
    shutil.rmtree(release.folder)


def spoil_model(running: Running, release: Release) -> None:
    """Choose a release whose model can't be loaded."""
    running.fault = ClassifierError("The model can't be loaded: run `signpost train` to build a new release.")
    running.releases.use(release.number)


def fail_unforeseen(running: Running, release: Release) -> None:
    """Choose a release over which something nobody thought of goes wrong."""
    running.fault = RuntimeError("unforeseen")
    running.releases.use(release.number)


def scribble(running: Running, release: Release) -> None:
    """Write no number where the choice is kept."""
    (release.folder.parent / CURRENT_FILE).write_text("zanzibar")


def forget(running: Running, release: Release) -> None:
    """Remove the choice."""
    (release.folder.parent / CURRENT_FILE).unlink()


@pytest.mark.parametrize(
    ("break_it", "remedy"),
    [
        (damage, "In release 0002, model.tar.gz has been changed since it was built: choose another"),
        (vanish, "There is no release 2 in"),
        (spoil_model, "since 0002 can't be served. The model can't be loaded: run `signpost train`"),
        (fail_unforeseen, "unforeseen"),
        (scribble, "can't be read: choose a release with `signpost use`"),
        (forget, "There is no release in"),
    ],
)
async def test_a_broken_release_is_told_once_and_the_old_one_goes_on(
    running: Running, caplog: pytest.LogCaptureFixture, break_it: Callable[[Running, Release], None], remedy: str
) -> None:
    """It is not tried again until a release is chosen again, be it the same one."""
    release = running.build("dro")
    break_it(running, release)
    await until(lambda: "goes on answering" in caplog.text)
    await running.looks()
    assert len(caplog.records) == 1 and remedy in caplog.text and "Release 0001" in caplog.text
    assert (await running.ask(author="al")).release == "0001" and not running.models["0001"].is_closed
    running.fault = None
    mended = running.build("dro")
    await running.use(mended)
    assert (await running.ask(author="bo")).release == mended.name


async def test_a_release_that_was_mended_can_be_chosen_again(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """`signpost use` with the number that is current already is a choice too."""
    release = running.build("dro")
    spoil_model(running, release)
    await until(lambda: "goes on answering" in caplog.text)
    running.fault = None
    await running.looks()
    assert running.loads == ["0001", "0002"]
    await running.use(release)
    assert running.loads == ["0001", "0002", "0002"]


async def test_going_back_from_a_broken_release_loads_nothing(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """What is chosen is served already."""
    spoil_model(running, running.build("dro"))
    await until(lambda: "goes on answering" in caplog.text)
    running.releases.use(1)
    await running.looks()
    assert running.loads == ["0001", "0002"] and len(caplog.records) == 1


async def test_a_choice_made_while_the_bot_started_is_followed(running: Running) -> None:
    """What is served at first may be current no more when the watch begins."""
    release = running.build("dro")
    running.releases.use(release.number)
    served = await running.load(running.releases.get(1))
    watch = ReleaseWatch(running.releases, served, running.load, running.serve)
    watching = asyncio.create_task(watch.keep_fresh())
    await until(lambda: watch._served.release == "0002")
    await end(watching)
    await watch.close()


async def test_all_models_are_closed_in_the_end(running: Running) -> None:
    """Those that a message held open as well."""
    running.models["0001"].goes_on.clear()
    in_hand = asyncio.create_task(running.ask(author="al"))
    await asyncio.sleep(0.01)
    await running.use(running.build("dro"))
    await running.stop()
    assert [model.is_closed for model in running.models.values()] == [True, True]
    running.models["0001"].goes_on.set()
    await in_hand


async def test_the_real_thing_swaps_under_a_storm(small_project: Project, release: Release, tmp_path: Path) -> None:
    """With real models and processes: every message has one row, with an answer, and both releases have answered."""
    project = with_two_releases(small_project, release, tmp_path)
    async with serving(project, project.releases.current(), record=True) as service:
        assert service.desk is not None and service.watch is not None
        following = asyncio.create_task(service.keep_fresh())
        handler, is_over = service.desk.handler, asyncio.Event()
        responses: list[Response] = []

        async def ask(author: str) -> None:
            while not is_over.is_set():
                number = len(responses)
                message = replace(PRIVATE, text="how much is statutory maternity pay", message_id=f"{author} {number}")
                responses.append(await handler.respond(replace(message, author=message.message_id)))

        asking = [asyncio.create_task(ask(f"author {number}")) for number in range(8)]
        project.releases.use(2)
        await until(lambda: Counter(response.release for response in responses)["0002"] > 100)
        is_over.set()
        await asyncio.gather(*asking)
        await end(following)
        rows = await service.desk.outbox.owed("discord")
    assert {response.outcome for response in responses} == {Outcome.ANSWERED}
    assert {response.release for response in responses} == {"0001", "0002"}
    assert len({response.question_id for response in responses}) == len(responses) == len(rows)
