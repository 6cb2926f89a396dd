"""Whom a text mentions, and whom it thereby notifies."""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.fakes.discord_server.permissions import Permission
from connectors.fakes.discord_server.shapes import AllowedMentions
from connectors.fakes.discord_server.world import Channel, Message, User, World

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(?:everyone|here)\b")


@dataclass(frozen=True)
class Mentions:
    """Users and roles in the order in which they are mentioned, each once."""

    users: tuple[User, ...] = ()
    role_ids: tuple[str, ...] = ()
    everyone: bool = False

    def notified(self, channel: Channel) -> frozenset[str]:
        """The ids of all who get a notification."""
        ids = {user.id for user in self.users}
        members = channel.guild.members.values() if channel.guild else ()
        for member in members:
            if self.everyone or set(member.role_ids) & set(self.role_ids):
                ids.add(member.user.id)
        return frozenset(ids)


def mentions_in(
    text: str, channel: Channel, author: User, world: World, replied: Message | None, allowed: AllowedMentions | None
) -> Mentions:
    """Whom a message mentions so that it counts. Without `allowed`, everybody whom its author may mention."""
    users = [world.users[one] for one in _USER.findall(text) if one in world.users and _allows(allowed, "users", one)]
    if replied is not None and "webhook_id" not in replied.payload and (allowed is None or allowed.replied_user):
        users.append(replied.author)
    guild = channel.guild
    if guild is None:
        return Mentions(tuple(dict.fromkeys(users)))
    may_all = bool(channel.permissions_of(author) & Permission.MENTION_EVERYONE)
    roles = [one for one in _ROLE.findall(text) if one in guild.roles and _allows(allowed, "roles", one)]
    roles = [one for one in roles if may_all or guild.roles[one].mentionable]
    everyone = may_all and bool(_EVERYONE.search(text)) and _allows(allowed, "everyone", "")
    return Mentions(tuple(dict.fromkeys(users)), tuple(dict.fromkeys(roles)), everyone)


def _allows(allowed: AllowedMentions | None, kind: str, one: str) -> bool:
    if allowed is None or kind in allowed.parse:
        return True
    return kind != "everyone" and one in map(str, getattr(allowed, kind))
