"""How long every page of the console takes with a log as large as the bar says.

Run it with a release built: uv run python benchmarks/console.py [--data var] [--questions 45000] [--votes 250000]

The log is made anew in a folder of its own, and every page of the console's table of routes that can be opened is
opened through the real application over HTTP, by an administrator who has signed in. The first time of each page is
told apart: it may have to load the answers of the release. Pages that change something are not measured, and what goes
on behind the pages, such as grouping, stands still.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from big_log import fill_log
from platforms.counting import percentile
from platforms.results import barred
from platforms.texts import held_out_texts

from bot.accounts import Role
from bot.app import open_project
from bot.app.office import office
from bot.app.project import RELEASES_FOLDER, Project
from bot.console.app import create_app
from bot.console.routes import PAGES
from bot.storage.database import Database
from bot.themes.understanding import Understanding
from bot.web_server import serving_http

BAR_MS = 300
PASSWORD = "four unlike words here"  # noqa: S105 -- of an account that lasts as long as the benchmark
OPTIONS = ("console.second_factor=off",)
QUERIES = {
    "/": ("", "days=7", "days=90"),
    "/communities/{platform}/{community}": ("", "days=90"),
    "/insights": ("days=7", "", "days=90"),
    "/insights/after/{answer}": ("days=90",),
    "/search": (
        "", "page=1000", "q=how+much", "q=i", "q=the+in+my&outcome=error_timeout", "community=discord:1198",
        "since=2020-01-01&until=2020-01-02", "answer={answer}&q=pay", "by=meaning&q=how+much+is+it",
    ),
    "/search/questions.csv": ("q=bailiff&outcome=clarify",),
    "/search/questions.json": ("q=bailiff&outcome=clarify",),
    "/themes": ("", "q=pay", "sort=growth", "state=answered", "page=8"),
}  # fmt: skip
"""What is asked of a page beside its plain address."""
LEFT_OUT = ("/sign", "/set-up", "/password", "/second-factor")


async def measure(options: argparse.Namespace) -> int:
    """Open every page again and again, and print how long that took; returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        project = open_project(Path(folder), overrides=OPTIONS)
        filled = _fill(project, options)
        async with _signed_in(project) as client:
            answer = next(iter(_answer_files(project)))
            pages = {path: await _times(client, path, options.rounds) for path in _paths(answer)}
    measured = {path: times for path, times in pages.items() if isinstance(times, dict)}
    not_opened = {path: status for path, status in pages.items() if not isinstance(status, dict)}
    slow = [path for path, times in measured.items() if times["median_ms"] > BAR_MS]
    figures = {"questions": options.questions, "votes": options.votes, "seconds_to_fill": filled, "pages": measured}
    slowest = max(times["median_ms"] for times in measured.values())
    print(json.dumps({**figures, "not_opened": not_opened, "slowest_median_ms": barred(slowest, BAR_MS)}, indent=2))
    return 1 if slow else 0


def _fill(project: Project, options: argparse.Namespace) -> float:
    began = time.monotonic()
    (project.data / RELEASES_FOLDER).symlink_to(Path(options.data, RELEASES_FOLDER).resolve())
    fill_log(project.data, held_out_texts().questions, _answer_files(project), options.questions, options.votes)
    return round(time.monotonic() - began, 1)


def _answer_files(project: Project) -> dict[str, str]:
    folder = project.releases.current().answers
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("[!u]*/*.md"))}


@asynccontextmanager
async def _signed_in(project: Project) -> AsyncIterator[httpx.AsyncClient]:
    database = Database(project.data)
    try:
        made_of = office(project, database).parts
        await _adopt_vectors(database, made_of.meaning)
        await made_of.accounts.add("ann@example.org", "Ann", Role.ADMINISTRATOR, PASSWORD)
        async with serving_http(create_app(made_of), "127.0.0.1", 0) as port:
            address = f"http://127.0.0.1:{port}"
            async with httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=60) as client:
                token = re.search(r'name="csrftoken" value="([^"]+)"', (await client.get("/sign-in")).text)
                assert token
                fields = {"csrftoken": token[1], "email": "ann@example.org", "password": PASSWORD}
                page = await client.post("/sign-in", data=fields)
                assert "Sign out" in page.text, "Signing in failed."
                yield client
        await made_of.meaning.close()
    finally:
        database.close()


async def _adopt_vectors(database: Database, meaning: Understanding) -> None:
    """Let the log's vectors pass for those of the release's encoder, so that a search by meaning has them to search."""
    await meaning.ready()
    sql = "update question_vectors set encoder = ?"
    await database.run(lambda: database.execute(sql, meaning.encoder))


def _paths(answer: str) -> Iterator[str]:
    """Each page that can be opened, with something in place of the names in its address."""
    known = {"platform": "discord", "community": "1000", "answer": answer, "slug": answer, "id": "1", "number": "1"}
    for path in dict.fromkeys(page.path for page in PAGES if "GET" in page.methods):
        if not path.startswith(LEFT_OUT):
            for query in QUERIES.get(path, ("",)):
                filled = re.sub(r"\{(\w+)(:\w+)?\}", lambda name: known.get(name[1], "1"), path)
                yield filled + (f"?{query.format(**known)}" if query else "")


async def _times(client: httpx.AsyncClient, path: str, rounds: int) -> dict[str, Any] | int:
    """How long a page takes the first time and from then on, or its status where it can't be opened."""
    times = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        page = await client.get(path)
        times.append((time.perf_counter() - began) * 1000)
        if page.status_code != 200:
            return page.status_code
    again = sorted(times[1:])
    return {
        "median_ms": round(percentile(again, 0.5), 1),
        "p95_ms": round(percentile(again, 0.95), 1),
        "first_ms": round(times[0], 1),
        "kilobytes": round(len(page.content) / 1000),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="var")
    parser.add_argument("--questions", type=int, default=45_000)
    parser.add_argument("--votes", type=int, default=250_000)
    parser.add_argument("--rounds", type=int, default=20)
    sys.exit(asyncio.run(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
