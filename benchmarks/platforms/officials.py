"""Officials at work in `signpost console`, a process beside the bot; and what is on disk of all that they did."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import httpx

from bot.accounts import Role
from bot.app.office import with_accounts
from bot.storage.database import DATABASE_FILE
from platforms.signpost_process import ProcessError, SignpostProcess

EMAIL, PASSWORD = "ann@example.org", "four unlike words here"
"""Of an account that lasts as long as a run."""
PAUSE_SECONDS = 0.05
"""Between two actions: officials are quicker here than they ever are."""
AGAIN_SECONDS = 0.05
_TOKEN = re.compile(r'name="csrftoken" value="([^"]+)"')
_SETTINGS = ("console.second_factor=off", "console.port=0")


class ConsoleProcess(SignpostProcess):
    """One console."""

    command = "console"
    says_address = re.compile(rb"Console: (http://\S+)")

    def __init__(self, folder: Path, overrides: Sequence[str] = ()) -> None:
        super().__init__(folder, {}, [*_SETTINGS, *overrides], "console.txt")


@dataclass(frozen=True)
class Action:
    """Something that an official did: its mark is in the row that it makes. It `got_answer` unless the console died."""

    kind: str
    mark: str
    got_answer: bool


class Officials:
    """Somebody who pauses an answer, ends the pause and begins a draft, again and again, whatever becomes of it."""

    def __init__(self, console: ConsoleProcess, answer: str, service: str) -> None:
        self._console = console
        self._folder = console.log.parent
        self._answer, self._service = answer, service
        self._numbers = count(1)
        self._token = ""
        self.done: list[Action] = []

    async def work(self) -> None:
        """Go on until cancelled."""
        async with httpx.AsyncClient(timeout=30) as client:
            while True:
                mark = f"official {next(self._numbers)}"
                fields = {"scope": "answer", "answer": self._answer, "reason": mark}
                if await self._act(client, "pause", mark, "/pauses", fields):
                    pause = self._pause_of(mark)
                    await self._act(client, "end of a pause", mark, f"/pauses/{pause}/end", {})
                draft = {"title": f"Draft of {mark}", "service": self._service, "slug": mark.replace(" ", "_")}
                await self._act(client, "draft", mark.replace(" ", "_"), "/drafts", {**draft, "owner": "Department"})

    async def _act(self, client: httpx.AsyncClient, kind: str, mark: str, path: str, fields: dict[str, str]) -> bool:
        """Send a form; whether it got its answer. It is sent once: who presses twice has asked for it twice."""
        address = await self._signed_in(client)
        try:
            answer = await client.post(address + path, data={"csrftoken": self._token, **fields})
        except httpx.TransportError:
            self.done.append(Action(kind, mark, got_answer=False))
            return False
        assert answer.status_code == 303, f"The console answers {kind} with {answer.status_code}."
        self.done.append(Action(kind, mark, got_answer=True))
        await asyncio.sleep(PAUSE_SECONDS)
        return True

    async def _signed_in(self, client: httpx.AsyncClient) -> str:
        """The address of the console, once it serves somebody who is signed in."""
        while True:
            try:
                if address := self._console.address:
                    if not self._token:
                        await self._sign_in(client, address)
                    return address
            except (httpx.TransportError, ProcessError):
                pass
            await asyncio.sleep(AGAIN_SECONDS)

    async def _sign_in(self, client: httpx.AsyncClient, address: str) -> None:
        found = _TOKEN.search((await client.get(f"{address}/sign-in")).text)
        assert found, "There is no form to sign in by."
        fields = {"csrftoken": found[1], "email": EMAIL, "password": PASSWORD}
        assert (await client.post(f"{address}/sign-in", data=fields)).status_code == 303, "Signing in failed."
        self._token = found[1]

    def _pause_of(self, mark: str) -> int:
        return int(_rows(self._folder, "select id from pauses where reason = ?", mark)[0][0])


@dataclass(frozen=True)
class Deeds:
    """What is on disk of officials' actions: the rows that they made, and their lines in the audit log, by mark."""

    done: Sequence[Action]
    rows: dict[str, list[str]]
    lines: dict[str, list[str]]

    def lost(self) -> list[Action]:
        """What got its answer and isn't there."""
        return [one for one in self.done if one.got_answer and one.mark not in self.rows[one.kind]]

    def done_twice(self) -> list[Action]:
        """What is there more than once."""
        return [one for one in self.done if self.rows[one.kind].count(one.mark) > 1]

    def half_done(self) -> list[Action]:
        """What was done without a line in the audit log, or has a line without having been done."""
        return [one for one in self.done if (one.mark in self.rows[one.kind]) != (one.mark in self.lines[one.kind])]


def deeds(folder: Path, done: Sequence[Action]) -> Deeds:
    """Read what is on disk."""
    queries = {
        "pause": "select reason from pauses",
        "end of a pause": "select reason from pauses where ended_at is not null",
        "draft": "select answer from drafts",
    }
    audit = _rows(folder, "select action, detail from audit")
    details = [(action, json.loads(detail)) for action, detail in audit]
    reasons = dict(_rows(folder, "select id, reason from pauses"))
    lines = {
        "pause": [detail["reason"] for action, detail in details if action == "paused"],
        "end of a pause": [reasons[detail["pause"]] for action, detail in details if action == "ended a pause"],
        "draft": [detail["answer"] for action, detail in details if action == "began a draft"],
    }
    return Deeds(done, {kind: [row[0] for row in _rows(folder, sql)] for kind, sql in queries.items()}, lines)


@asynccontextmanager
async def console_at_work(folder: Path, answer: str, service: str) -> AsyncIterator[tuple[ConsoleProcess, Officials]]:
    """A console that has an account, with officials at work in it until the context is left."""
    await with_accounts(folder, lambda accounts: accounts.add(EMAIL, "Ann Lee", Role.ADMINISTRATOR, PASSWORD))
    console = ConsoleProcess(folder)
    officials = Officials(console, answer, service)
    await console.start()
    working = asyncio.create_task(officials.work())
    try:
        await console.ready()
        yield console, officials
        if working.done():
            working.result()
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await console.stop()


def _rows(folder: Path, sql: str, *parameters: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(f"{(folder / DATABASE_FILE).resolve().as_uri()}?mode=ro", uri=True)) as database:
        return database.execute(sql, parameters).fetchall()
