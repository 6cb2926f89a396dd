"""What the fake Discord refuses, and what it will not guess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from connectors.fakes.discord_server import FakeDiscord, Guild, Permission, User
from tests.connectors.fake_discord.clients import Payload, Wire, row, wired

BUTTON = {"type": 2, "style": 2, "label": "Yes", "custom_id": "sp:up"}


def _embed(**parts: Any) -> Payload:
    return {"embeds": [{"title": "SMP", **parts}]}


REFUSED: dict[str, tuple[Payload, int]] = {
    "nothing": ({}, 50006),
    "only spaces": ({"content": "  "}, 50006),
    "an empty embed": ({"embeds": [{}]}, 50006),
    "long content": ({"content": "x" * 2001}, 50035),
    "long title": (_embed(title="x" * 257), 50035),
    "long description": (_embed(description="x" * 4097), 50035),
    "many fields": (_embed(fields=[{"name": "a", "value": "b"}] * 26), 50035),
    "long field name": (_embed(fields=[{"name": "x" * 257, "value": "b"}]), 50035),
    "long field value": (_embed(fields=[{"name": "a", "value": "x" * 1025}]), 50035),
    "long footer": (_embed(footer={"text": "x" * 2049}), 50035),
    "embeds of over 6,000": ({"embeds": [{"description": "x" * 3001}] * 2}, 50035),
    "eleven embeds": ({"embeds": [{"title": "x"}] * 11}, 50035),
    "six rows": ({"components": [row({**BUTTON, "custom_id": str(number)}) for number in range(6)]}, 50035),
    "six buttons": ({"components": [row(*({**BUTTON, "custom_id": str(n)} for n in range(6)))]}, 50035),
    "an empty row": ({"components": [row()]}, 50035),
    "long custom id": ({"components": [row({**BUTTON, "custom_id": "x" * 101})]}, 50035),
    "a custom id twice": ({"components": [row(BUTTON, BUTTON)]}, 50035),
    "long label": ({"components": [row({**BUTTON, "label": "x" * 81})]}, 50035),
    "a button with nothing on it": ({"components": [row({"type": 2, "style": 2, "custom_id": "x"})]}, 50035),
    "a link with a custom id": ({"components": [row({**BUTTON, "style": 5})]}, 50035),
    "many options": (
        {"components": [row({"type": 3, "custom_id": "x", "options": [{"label": "a", "value": "b"}] * 26})]},
        50035,
    ),
    "long nonce": ({"content": "x", "nonce": "x" * 26}, 50035),
    "an unknown reference": ({"content": "x", "message_reference": {"message_id": "1"}}, 50035),
    "parse and users": ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, 50035),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_refuses_what_discord_refuses(fake: FakeDiscord, wire: Wire, messages: str, what: str) -> None:
    """Discord's limits hold, with its error codes, and nothing is posted."""
    body, code = REFUSED[what]
    status, answer = await wire.call("POST", messages, body)
    assert (status, answer["code"]) == (400, code) and not fake.posts


async def test_takes_what_is_just_within_the_limits(fake: FakeDiscord, wire: Wire, messages: str) -> None:
    """Two thousand characters, twenty-five buttons and 6,000 characters of embeds."""
    rows = [row(*({**BUTTON, "custom_id": f"{line}{n}"} for n in range(5))) for line in range(5)]
    body = {"content": "x" * 2000, "embeds": [{"description": "x" * 3000}] * 2, "components": rows}
    assert (await wire.call("POST", messages, body))[0] == 200
    assert len(fake.posts[0].components) == 25


async def test_a_reference_may_be_to_nothing_where_that_is_allowed(
    fake: FakeDiscord, wire: Wire, messages: str
) -> None:
    """Then it is an ordinary message."""
    body = {"content": "x", "message_reference": {"message_id": "1", "fail_if_not_exists": False}}
    status, made = await wire.call("POST", messages, body)
    assert status == 200 and made["type"] == 0 and not fake.posts[0].reply_to


async def test_what_is_not_there(fake: FakeDiscord, wire: Wire, guild: Guild, messages: str) -> None:
    """Each unknown thing has its code."""
    for path, code in ((f"{messages}/1", 10008), ("/channels/1", 10003), ("/guilds/1", 10004), ("/users/1", 10013)):
        status, answer = await wire.call("GET", path)
        assert (status, answer["code"]) == (404, code)
    assert (await wire.call("GET", f"/guilds/{guild.id}/members/1"))[1]["code"] == 10007
    assert (await wire.call("POST", "/interactions/1/x/callback", {"type": 6}))[1]["code"] == 10062
    wrong = "not the token"
    assert (await wire.call("GET", "/users/@me", token=wrong))[0] == 401


async def test_who_may_edit_and_delete_what(
    fake: FakeDiscord, wire: Wire, guild: Guild, ana: User, messages: str
) -> None:
    """Nobody else's message can be edited, and only moderators delete it."""
    theirs = fake.say(ana, guild.first_channel, "mine")
    assert (await wire.call("PATCH", f"{messages}/{theirs.id}", {"content": "x"}))[1]["code"] == 50005
    assert (await wire.call("DELETE", f"{messages}/{theirs.id}"))[1]["code"] == 50013
    fake.set_permissions(guild, guild.bot_role, guild.bot_role.permissions | Permission.MANAGE_MESSAGES)
    assert (await wire.call("DELETE", f"{messages}/{theirs.id}"))[0] == 204
    assert (await wire.call("DELETE", f"{messages}/{theirs.id}"))[1]["code"] == 10008


UNKNOWN: dict[str, Callable[[Wire, str], Any]] = {
    "an unknown route": lambda wire, _: wire.call("GET", "/voice/regions"),
    "poll": lambda wire, path: wire.call("POST", path, {"content": "x", "poll": {}}),
    "query parameter": lambda wire, path: wire.call("GET", f"{path}?colour=red"),
    "flags": lambda wire, path: wire.call("POST", path, {"content": "x", "flags": 1 << 15}),
    "Invalid value": lambda wire, path: wire.call("POST", path, {"components": [{"type": 17}]}),
}


@pytest.mark.parametrize("what", UNKNOWN)
async def test_what_it_does_not_know_fails_the_test(what: str) -> None:
    """The call is refused, and leaving the fake says what it was."""

    async def ask() -> None:
        async with FakeDiscord() as fake, wired(fake) as wire:
            path = f"/channels/{fake.guild().first_channel.id}/messages"
            assert (await UNKNOWN[what](wire, path))[0] == 501

    with pytest.raises(AssertionError, match=what):
        await ask()


async def test_history_in_pages(fake: FakeDiscord, wire: Wire, guild: Guild, ana: User, messages: str) -> None:
    """Newest first; just after, just before and around an id; old messages in their place."""
    sent = [fake.say(ana, guild.first_channel, str(number)) for number in range(5)]
    yesterday = datetime.now(timezone.utc) - timedelta(days=1)
    fake.say(ana, guild.first_channel, "old", sent_at=yesterday)

    async def texts(query: str) -> list[str]:
        return [one["content"] for one in (await wire.call("GET", f"{messages}?{query}"))[1]]

    assert await texts("limit=2") == ["4", "3"]
    assert await texts(f"after={sent[1].id}&limit=2") == ["3", "2"]
    assert await texts(f"before={sent[1].id}") == ["0", "old"]
    assert await texts(f"around={sent[2].id}&limit=3") == ["3", "2", "1"]
    assert guild.first_channel.last_message_id == sent[4].id
    assert (await wire.call("GET", f"{messages}?limit=101"))[0] == 400
