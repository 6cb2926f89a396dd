"""After a real run, no byte of a planted secret is anywhere: database, write-ahead log, logs, metrics, files."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import signal
import sys
import tarfile
import traceback
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from bot.app import Project
from bot.app.platforms import DISCORD_TOKEN, TELEGRAM_TOKEN, connectors_in
from bot.app.project import RELEASES_FOLDER
from bot.errors import ConnectorError
from bot.personal_data import Kind
from bot.settings import ConnectorSettings, DiscordSettings, TelegramSettings
from connectors.base import Connector
from connectors.fakes.discord_server import FakeDiscord
from connectors.fakes.telegram_server import FakeTelegram
from tests.bot.publishing_bench import Newsroom, make_checkout
from tests.bot.test_drafts import review
from tests.command_line import CommandLine
from tests.conftest import CHECKOUT
from tests.connectors.discord_bench import Bench
from tests.disk import Disk

pytestmark = [pytest.mark.usefixtures("release"), pytest.mark.timeout(300)]

# What is said, and what of it must be nowhere. The question beside it is one that is answered or kept.
PLANTED = (
    ("my ni is JK 48 21 73 B how much is statutory maternity pay", ("JK 48 21 73", "48 21 73")),
    ("nino wp-19-28-37-a can i get healthy start", ("19-28-37",)),
    ("write to zanzibar.quell@example-mail.co.uk about a county court judgment", ("zanzibar", "zanzibar.quell@")),
    ("zanzibar at gmail dot com, what is a debt relief order", ("zanzibar",)),
    ("ring 07700 900841 how much is smp", ("07700 900841", "00 900841")),
    ("ring oh seven seven double oh nine one eight three six two what is a dro", ("eight three six",)),
    ("card 4929 7781 1029 3312 was charged twice for childcare", ("7781 1029", "1029 3312")),
    ("sort code 20-45-91 account 73918264 how do i get tax free childcare", ("20-45-91", "73918264")),
    ("iban GB29 NWBK 6016 1331 9268 19 can i be paid there", ("GB29 NWBK", "6016 1331")),
    ("i live at 87 Quillfeather Road M21 9QT who helps with debt", ("Quillfeather", "Road M21 9QT")),
    ("dob 17/09/1983 how much is maternity pay for me", ("17/09/1983",)),
    ("my name is Xanthippe Zanzibar what is a county court judgment", ("Xanthippe", "Zanzibar")),
    ("utr 48201 93847 what is tax free childcare", ("48201 93847",)),
    ("J\u200bK 5\u20601 22 \U000e004139 C is my ni, what is smp", ("51 22 39",)),
    ("who won the match on sunday, tell me on 07700 900852", ("07700 900852",)),
)
WORN = ("zanzibar-name", "zanzibar_name")
SECRETS = sorted({secret for _, secrets in PLANTED for secret in secrets}.union(WORN))
SHORTEST = 8
"""Bytes of a secret: so many don't stand in a file by chance, not even in a compressed one."""
QUESTION = "how much is statutory maternity pay"
PAGES = ("/", "/themes?state=all", "/search", "/search?q=maternity", "/insights", "/audit", "/communities", "/drafts")
OFFICIAL = "official@example.gov.uk"
SECONDS = 120
EXPORTS = ("/search/questions.csv", "/search/questions.json")


class Bot(NamedTuple):
    """A bot at work: the addresses of its health pages and of its console."""

    health: str
    console: str


@asynccontextmanager
async def running(project: Project, folder: Path, discord: FakeDiscord, telegram: FakeTelegram) -> AsyncIterator[Bot]:
    """The real bot on both platforms, logging all that there is to log."""
    for name in ("tmp", "cache"):
        (folder / name).mkdir(parents=True)
    (folder / RELEASES_FOLDER).symlink_to((project.data / RELEASES_FOLDER).resolve(), target_is_directory=True)
    chosen = (
        *("health.port=0", "console.port=0", "console.second_factor=off"),
        *("etiquette.person_cooldown_seconds=0", "etiquette.burst_seconds=0"),
        *("connectors.telegram.group_per_minute=1000", "connectors.telegram.chat_per_second=1000"),
        f"connectors.discord.api_base={discord.api_base}", f"connectors.telegram.api_base={telegram.api_base}",
    )  # fmt: skip
    with (folder / "stderr.txt").open("wb") as errors, (folder / "stdout.txt").open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.debugged", str(folder / "debug.log"), "run", "--data", str(folder),
            *(part for setting in chosen for part in ("--set", setting)),
            cwd=project.root, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=errors,
            env={
                **os.environ, DISCORD_TOKEN: discord.token, TELEGRAM_TOKEN: telegram.token,
                "PYTHONPATH": str(CHECKOUT), "TMPDIR": str(folder / "tmp"), "XDG_CACHE_HOME": str(folder / "cache"),
            },
        )  # fmt: skip
    try:
        yield await _addresses(folder / "stderr.txt", process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), SECONDS)


async def _addresses(log: Path, process: asyncio.subprocess.Process) -> Bot:
    said = ""
    async with httpx.AsyncClient(timeout=SECONDS) as client:
        while process.returncode is None:
            said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""  # noqa: ASYNC240
            found = re.search(r"Console: (http\S+).*Health and metrics: (http\S+)/metrics", said, re.DOTALL)
            if found and (await client.get(f"{found[2]}/readyz")).status_code == 200:
                return Bot(found[2], found[1])
            await asyncio.sleep(0.1)
    raise AssertionError(said[-3000:])


def ways_of(secret: str) -> tuple[bytes, ...]:
    """A secret in the ways that text is written down."""
    dense = secret.replace(" ", "") if len(secret.replace(" ", "")) >= SHORTEST else secret
    return tuple(way.lower() for way in (*map(str.encode, (secret, dense, secret.encode().hex())), _wide(secret)))


def _wide(secret: str) -> bytes:
    return secret.lower().encode("utf-16-le")


WAYS = {secret: ways_of(secret) for secret in SECRETS}


def told_by(content: bytes, ways: Mapping[str, Sequence[bytes]]) -> list[str]:
    """The secrets that stand in some bytes, case apart."""
    lowered = content.lower()
    return [secret for secret, written in ways.items() if any(way in lowered for way in written)]


def found_in(folder: Path, ways: Mapping[str, Sequence[bytes]] = WAYS) -> list[tuple[str, str]]:
    """Which secrets stand in which files of a folder, temporary ones and caches too."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [(path.name, secret) for path in files for secret in told_by(path.read_bytes(), ways)]


async def _on_discord(discord: FakeDiscord) -> str:
    """Said, edited in, asked with a command, typed into a search, in private, as a reply, and worn as a name."""
    guild = discord.guild("Parents", channels=["general", "other"])
    ana, general = discord.user("zanzibar-name", guild), guild.channel("general")
    for number, (text, _) in enumerate(PLANTED):
        first = discord.say(ana, general, f"{text} {number}", mention_bot=True)
        discord.edit(first, f"{text} and again {number}")
        discord.say(ana, guild.channel("other"), f"{text} {number}")
    reply = await discord.reply_to(discord.say(ana, general, QUESTION, mention_bot=True), SECONDS)
    await discord.press(ana, reply, "👍")
    private = discord.direct(ana)
    last = discord.say(ana, private, f"{PLANTED[1][0]}, and {QUESTION}")
    await discord.command(ana, general, "ask", question=f"{PLANTED[4][0]} please")
    await discord.autocomplete(ana, general, "ask", "question", PLANTED[2][0])
    discord.say(ana, general, PLANTED[0][0], reply_to=reply)
    await discord.reply_to(discord.say(ana, general, f"{QUESTION} now", mention_bot=True), SECONDS)
    await discord.reply_to(last, SECONDS)
    return str(ana.id)


async def _on_telegram(telegram: FakeTelegram) -> str:
    """Said, edited in, under photos and files, in private, asked about by somebody else, and pressed."""
    ann = telegram.user("Zanzibar-name", username="zanzibar_name")
    bob = telegram.user("Bob")
    group = telegram.supergroup("Carers", creator=ann)
    telegram.join(bob, group)
    for number, (text, _) in enumerate(PLANTED):
        said = telegram.say(ann, group, f"{text} {number}", mention_bot=True)
        photo = telegram.show(ann, group, ("photo", "document")[number % 2], caption=f"{text} {number}?")
        telegram.edit(said, f"{text} and again {number}", mention_bot=True)
        telegram.edit(photo, f"{text} and more {number}", mention_bot=True)
    telegram.say(bob, group, "what about this", mention_bot=True, reply_to=photo)
    telegram.say(ann, telegram.private_chat(ann), f"/ask {PLANTED[7][0]}")
    post = await telegram.reply_to(telegram.say(ann, group, QUESTION, mention_bot=True), SECONDS)
    await telegram.press(ann, post, "👍")
    await telegram.press(ann, post, "sp:pick:zanzibar:51 22 39", is_stale=True)
    await telegram.caught_up(SECONDS)
    await telegram.reply_to(telegram.say(ann, group, f"{QUESTION} now", mention_bot=True), SECONDS)
    return str(ann.id)


async def _shown_by(bot: Bot, password: str) -> dict[str, str]:
    """What the health pages and the console show, and what is taken away from it; an official looks for secrets."""
    async with httpx.AsyncClient(base_url=bot.console, follow_redirects=True, timeout=SECONDS) as client:
        token = re.search(r'name="csrftoken" value="([^"]+)"', (await client.get("/sign-in")).text)
        assert token
        await client.post("/sign-in", data={"csrftoken": token[1], "email": OFFICIAL, "password": password})
        shown = {path: await client.get(path) for path in (*PAGES, *EXPORTS)}
        shown |= {path: await client.get(f"{bot.health}/{path}") for path in ("metrics", "readyz", "healthz")}
        assert [(path, page.status_code) for path, page in shown.items() if page.status_code != 200] == []
        for by in ("words", "meaning"):
            page = await client.get("/search", params={"q": PLANTED[2][0], "by": by})
            assert page.status_code < 500
        for path, secret in zip(EXPORTS, ("JK 48 21 73 B", "zanzibar.quell@example-mail.co.uk"), strict=True):
            found = await client.get(path, params={"q": secret})
            assert found.status_code == 200 and not told_by(found.content, WAYS)
        shown["/audit afterwards"] = await client.get("/audit")
    return {path: page.text for path, page in shown.items()}


def _printed(signpost: CommandLine, folder: Path, people: Mapping[str, str]) -> dict[str, str]:
    """What commands print of the log, and a backup that is unpacked in the folder."""
    data = ("--data", str(folder))
    commands = [("questions",), ("questions", "--csv"), ("questions", "--json")]
    commands += [("mydata", platform, author) for platform, author in people.items()]
    printed = {" ".join(command): signpost(*command, *data).output for command in commands}
    signpost("backup", str(folder / "backup.tar.gz"), *data)
    with tarfile.open(folder / "backup.tar.gz") as archive:
        archive.extractall(folder / "backup")  # noqa: S202 -- made a moment ago
    return printed


def _password(signpost: CommandLine, folder: Path) -> str:
    made = signpost("user", "add", OFFICIAL, "--role", "administrator", "--data", str(folder))
    return made.output.split("Password: ")[1].strip()


def _sums(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


async def test_no_planted_secret_is_kept_anywhere(
    small_project: Project, tmp_path: Path, signpost: CommandLine
) -> None:
    """By one run of the real bot: on disk, in what it shows to officials, and in what is taken away from it."""
    assert min(map(len, SECRETS)) >= SHORTEST
    folder, releases = tmp_path / "run", small_project.data / RELEASES_FOLDER
    before = _sums(releases)
    async with FakeDiscord() as discord, FakeTelegram(reads_all=True) as telegram:
        async with running(small_project, folder, discord, telegram) as bot:
            password = await asyncio.to_thread(_password, signpost, folder)
            authors = await asyncio.gather(_on_discord(discord), _on_telegram(telegram))
            shown = await _shown_by(bot, password)
            assert found_in(folder) == [], "With the write-ahead log and temporary files, as they stand meanwhile."
        people = dict(zip(("discord", "telegram"), authors, strict=True))
        shown |= await asyncio.to_thread(_printed, signpost, folder, people)
        tokens = {token: ways_of(token) for token in (discord.token, telegram.token)}
    assert found_in(folder) == found_in(folder, tokens) == found_in(releases) == []
    assert _sums(releases) == before
    assert [(path, told_by(text.encode(), WAYS)) for path, text in shown.items() if told_by(text.encode(), WAYS)] == []
    # That it was there to be found at all, and that the scan finds.
    assert found_in(folder, {"kept": ways_of("[National Insurance number]")})
    for path in ("questions --json", "questions --csv", "mydata discord", "mydata telegram", *EXPORTS, "/search"):
        told = [text for name, text in shown.items() if name.startswith(path)]
        assert any(f"[{kind.value}]" in text for kind in Kind for text in told), (path, told)


def test_a_draft_with_somebodys_details_is_pointed_out(tmp_path: Path, disk: Disk) -> None:
    """What an editor types is theirs, and goes into the model: an example question with a number in it is warned of."""
    room = Newsroom(make_checkout(tmp_path / "checkout"), disk)
    found = review(room, "It is paid weekly.", f"{PLANTED[0][0]}\n{QUESTION}").warnings
    assert ["National Insurance number" in warning.text for warning in found if PLANTED[0][0] in warning.text] == [True]
    assert not [warning for warning in found if f"“{QUESTION}”" in warning.text]


@pytest.mark.parametrize("is_there", [True, False], ids=["a wrong token", "nobody there"])
async def test_tokens_are_told_to_nobody(caplog: pytest.LogCaptureFixture, is_there: bool) -> None:
    """Neither in what a connector says of itself, nor where it is refused or can't reach its platform."""
    caplog.set_level("DEBUG")
    tokens = {DISCORD_TOKEN: "MTk4NjIy.zanzibar.secret-of-discord", TELEGRAM_TOKEN: "4242:secret-of-telegram-zanzibar"}
    async with FakeDiscord() as discord, FakeTelegram() as telegram:
        settings = ConnectorSettings(
            telegram=TelegramSettings(api_base=telegram.api_base if is_there else "http://127.0.0.1:9"),
            discord=DiscordSettings(api_base=discord.api_base if is_there else "http://127.0.0.1:9/api/v10"),
        )
        connectors = connectors_in(settings, tokens)
        assert [connector.name for connector in connectors] == ["discord", "telegram"]
        for connector in connectors:
            said = repr(connector) + str(connector) + await _said_by(connector, is_there)
            assert "zanzibar" not in said
    assert caplog.records and "zanzibar" not in caplog.text


async def _said_by(connector: Connector, is_there: bool) -> str:
    """What a connector ends with where it is refused; one that can't reach its platform is stopped."""
    listening = asyncio.create_task(connector.listen(Bench().desk))
    await asyncio.wait({listening}, timeout=60 if is_there else 1.5)
    assert listening.done() is is_there
    await connector.stop()
    (outcome,) = await asyncio.gather(listening, return_exceptions=True)
    chain = "".join(traceback.format_exception(outcome)) if isinstance(outcome, BaseException) else ""
    assert isinstance(outcome, ConnectorError) is is_there
    return chain
