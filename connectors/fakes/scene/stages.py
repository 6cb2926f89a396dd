"""The two platforms as a stage: people by name in one community, and what the bot has posted there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from connectors.base import Desk
from connectors.fakes import discord_server as discord
from connectors.fakes import telegram_server as telegram

ALERTS = "moderators"
FIRST = "first"
"""Stands for the first button of a post, whatever it says."""
NO_BUTTON = "(there is no such button: the bot has answered otherwise than the script expects)"


@dataclass(frozen=True)
class Posted:
    """One of the bot's posts as it stands now."""

    number: int
    text: str
    labels: tuple[str, ...]
    where: str
    is_gone: bool


class Stage(Protocol):
    """What the people of a scene can do. Each returns the word that only they see, or ""."""

    name: str
    place: str

    async def say(self, who: str, text: str, *, addressed: bool = False, replies: bool = False) -> str: ...

    async def say_privately(self, who: str, text: str) -> str: ...

    async def edit(self, who: str, text: str) -> str: ...

    async def delete(self, who: str) -> str: ...

    async def press(self, who: str, label: str) -> str: ...

    async def set_mode(self, who: str, mode: str) -> str: ...

    def posted(self) -> Sequence[Posted]: ...


class DiscordStage:
    """One server with a channel for all and one for moderators."""

    name = "discord"
    place = "#general"

    def __init__(self, server: discord.FakeDiscord, moderators: Sequence[str]) -> None:
        self._server = server
        self._guild = server.guild("Bumps and Babies", channels=("general", ALERTS))
        self._channel = self._guild.channel("general")
        role = server.role(self._guild, "Moderators", discord.MODERATOR)
        self._people = {name: server.user(name, self._guild, [role]) for name in moderators}
        self._last: dict[str, discord.Message] = {}

    async def say(self, who: str, text: str, *, addressed: bool = False, replies: bool = False) -> str:
        answer = self._latest() if replies else None
        self._last[who] = self._server.say(
            self._person(who), self._channel, text, mention_bot=addressed, reply_to=answer
        )
        return ""

    async def say_privately(self, who: str, text: str) -> str:
        person = self._person(who)
        self._server.say(person, self._server.direct(person), text)
        return ""

    async def edit(self, who: str, text: str) -> str:
        self._server.edit(self._last[who], f"{self._server.bot.mention} {text}")
        return ""

    async def delete(self, who: str) -> str:
        self._server.delete(self._last[who])
        return ""

    async def press(self, who: str, label: str) -> str:
        post = self._latest()
        button = _button(post.labels, label)
        if not button:
            return NO_BUTTON
        pressed = await self._server.press(self._person(who), post, button)
        return pressed.text if pressed.is_ephemeral else ""

    async def set_mode(self, who: str, mode: str) -> str:
        """The slash command, and two choices on its panel."""
        person = self._person(who)
        panel = await self._server.command(person, self._channel, "signpost setup")
        for menu, value in (("mode", mode), ("alerts", self._guild.channel(ALERTS))):
            if menu == "alerts":
                await self._server.press(person, panel.answers[0], "Staff, alerts, new themes")
            names = [str(part.get("custom_id", "")) for part in panel.answers[0].components]
            name = next(name for name in names if name.endswith(f":{menu}"))
            await self._server.choose(person, panel.answers[0], name, value)
        return panel.text

    def posted(self) -> Sequence[Posted]:
        return [
            Posted(int(post.id), post.text, tuple(post.labels), f"#{post.channel.name}", post.deleted)
            for post in self._server.posts
        ]

    def _person(self, name: str) -> discord.User:
        if name not in self._people:
            self._people[name] = self._server.user(name, self._guild)
        return self._people[name]

    def _latest(self) -> discord.Message:
        return next(post for post in reversed(self._server.posts) if post.channel is self._channel)


class TelegramStage:
    """One group."""

    name = "telegram"
    place = "Leeds Carers"

    def __init__(self, server: telegram.FakeTelegram, moderators: Sequence[str]) -> None:
        self._server = server
        self._people = {name: server.user(name) for name in moderators}
        self._group = server.supergroup(self.place, creator=self._people[moderators[-1]])
        self._last: dict[str, telegram.Message] = {}
        self._asked: telegram.Message | None = None

    async def say(self, who: str, text: str, *, addressed: bool = False, replies: bool = False) -> str:
        answer = await self._reply() if replies else None
        said = self._server.say(self._person(who), self._group, text, mention_bot=addressed, reply_to=answer)
        self._last[who] = said
        self._asked = said if addressed or replies else self._asked
        return ""

    async def say_privately(self, who: str, text: str) -> str:
        person = self._person(who)
        self._server.say(person, self._server.private_chat(person), text)
        return ""

    async def edit(self, who: str, text: str) -> str:
        self._server.edit(self._last[who], text, mention_bot=True)
        return ""

    async def delete(self, who: str) -> str:
        self._server.delete(self._last[who])
        return ""

    async def press(self, who: str, label: str) -> str:
        post = await self._reply()
        button = _button(list(post.buttons), label)
        return (await self._server.press(self._person(who), post, button)).text if button else NO_BUTTON

    async def set_mode(self, who: str, mode: str) -> str:
        """The command, and one press on its panel."""
        panel = await self._server.reply_to(self._server.say(self._person(who), self._group, "/settings"))
        return (await self._server.press(self._person(who), panel, f"s:mode:{mode}")).text

    async def invite(self, desk: Desk) -> None:
        """Let the bot have been invited before it was started."""
        await desk.communities.joined(self.name, str(self._group.id), self.place)

    def replies_to(self, who: str) -> Sequence[str]:
        """What the bot has posted under a person's last message."""
        last = self._last[who]
        return [post.text for post in self._server.posts if post.chat is self._group and post.reply_to == last.id]

    def posted(self) -> Sequence[Posted]:
        return [
            Posted(number, post.text, tuple(post.buttons), post.chat.title or "in private", post.is_deleted)
            for number, post in enumerate(self._server.posts)
        ]

    def _person(self, name: str) -> telegram.User:
        if name not in self._people:
            self._people[name] = self._server.user(name)
        return self._people[name]

    async def _reply(self) -> telegram.Post:
        """The reply to what was last asked, which Telegram's one message a second may hold back for a while."""
        assert self._asked, "The script presses or replies before anybody has asked."
        return await self._server.reply_to(self._asked)


def _button(labels: Sequence[str], label: str) -> str:
    """The label of the button to press, or "" where there is none."""
    if label == FIRST:
        return labels[0] if labels else ""
    return label if label in labels else ""
