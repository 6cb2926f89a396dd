"""Does on Discord what is owed: posts, edits and removes."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Sequence

import discord

from bot.deliveries import Action, Owed
from bot.errors import PermanentSendError, SignpostError, TemporarySendError
from bot.messages import Reply
from bot.places import Notice
from connectors.discord_connector.rendering import Post, as_plain_posts, as_posts

RETRY_SECONDS = 2.0
SEND_SECONDS = 60.0
"""The longest that Discord is waited for, its rate limits included. What is tried again has the same nonce."""
_MISSING_PERMISSIONS = 50013
_NO_HISTORY = 160002
"""Replying takes the permission to read what was written before."""
_SLOW_MODE = 20016

Refused = Callable[[Owed, Notice], None]


class Sender:
    """What Delivery delivers with. The client may be replaced by a newer one."""

    def __init__(self, refused: Refused) -> None:
        """`refused` is told of what moderators can mend."""
        self._refused = refused
        self.client: discord.Client | None = None

    async def do(self, owed: Owed, replaced: Sequence[str]) -> Sequence[str]:
        """Do one thing that is owed; see connectors.delivery.Do."""
        try:
            return await asyncio.wait_for(self._do(owed, replaced), SEND_SECONDS)
        except SignpostError:
            raise
        except discord.HTTPException as error:
            raise self._explained(owed, error) from error
        except discord.RateLimited as error:
            raise TemporarySendError("Discord asks for patience.", error.retry_after) from error
        except Exception as error:
            # Discord can't be reached, or what it answered can't be read: whether it was done is not known.
            raise TemporarySendError(f"Discord can't be reached ({type(error).__name__}).", RETRY_SECONDS) from error

    async def _do(self, owed: Owed, replaced: Sequence[str]) -> Sequence[str]:
        channel = self._channel(owed)
        if owed.action is Action.REMOVE or owed.reply is None:
            await _remove(channel, replaced)
            return ()
        try:
            return await _put(channel, owed, _embeds(owed.reply, owed.is_urgent), replaced)
        except discord.Forbidden as error:
            if error.code != _MISSING_PERMISSIONS:
                raise
            # It may be only embeds that are forbidden here.
            return await _put(channel, owed, as_plain_posts(owed.reply), replaced)

    def _channel(self, owed: Owed) -> discord.PartialMessageable:
        if self.client is None or self.client.is_closed() or self.client.user is None:
            raise TemporarySendError("Discord is not connected.", RETRY_SECONDS)
        channel = owed.place.thread or owed.place.channel
        if not channel.isdecimal() or not (owed.reply_to or "0").isdecimal():
            raise PermanentSendError("An id is none of Discord's, so nothing was sent.", "refused")
        return self.client.get_partial_messageable(int(channel))

    def _explained(self, owed: Owed, error: discord.HTTPException) -> TemporarySendError | PermanentSendError:
        if error.code == _SLOW_MODE:
            self._refused(owed, Notice.SLOW_MODE)
        if error.status in (401, 429) or error.status >= 500 or error.code == _SLOW_MODE:
            return TemporarySendError(f"Discord could not do it now (status {error.status}).", _retry_after(error))
        if isinstance(error, discord.NotFound):
            return PermanentSendError("The channel or message is gone from Discord.", "gone")
        if isinstance(error, discord.Forbidden) or error.code == _NO_HISTORY:
            self._refused(owed, Notice.CANNOT_POST)
            return PermanentSendError("Discord does not let the bot do that in this channel.", "forbidden")
        return PermanentSendError(f"Discord refused it (status {error.status}, code {error.code}).", "refused")


def _embeds(reply: Reply, urgent: bool) -> Sequence[Post]:
    try:
        return as_posts(reply, urgent)
    except ValueError as error:
        raise PermanentSendError(f"A reply can't be shown on Discord: {error}", "refused") from error


async def _put(
    channel: discord.PartialMessageable, owed: Owed, posts: Sequence[Post], replaced: Sequence[str]
) -> Sequence[str]:
    """Edit the posts that there are, post what is more, and remove what is too many."""
    await _remove(channel, replaced[len(posts) :])
    edited = [await _edit(channel, int(message_id), post) for message_id, post in zip(replaced, posts)]
    rest = list(enumerate(posts))[len(replaced) :]
    return [*edited, *[await _post(channel, owed, number, post) for number, post in rest]]


async def _edit(channel: discord.PartialMessageable, message_id: int, post: Post) -> str:
    await channel.get_partial_message(message_id).edit(content=post.content, embeds=post.embeds, view=post.view)
    return str(message_id)


async def _post(channel: discord.PartialMessageable, owed: Owed, number: int, post: Post) -> str:
    sent = await channel.send(
        post.content,
        embeds=post.embeds,
        view=post.view,
        nonce=_nonce(owed, number),
        reference=_reference(owed, channel) if number == 0 else None,  # type: ignore[arg-type] # None is its default
        suppress_embeds=post.content is not None,
    )
    return str(sent.id)


async def _remove(channel: discord.PartialMessageable, posts: Sequence[str]) -> None:
    for post in posts:
        # Whoever was faster, the post is gone, as it should be.
        with contextlib.suppress(discord.NotFound):
            await channel.get_partial_message(int(post)).delete()


def _reference(owed: Owed, channel: discord.PartialMessageable) -> discord.MessageReference | None:
    if not owed.reply_to:
        return None
    return discord.MessageReference(message_id=int(owed.reply_to), channel_id=channel.id, fail_if_not_exists=False)


def _nonce(owed: Owed, number: int) -> str:
    """The same for the same thing owed, so that Discord makes one post of it however often it is sent.

    discord.py asks for it to be enforced. Discord takes up to 25 characters.
    """
    what = f"{owed.place.channel}/{owed.place.thread}/{owed.reply_to}/{owed.id}/{number}"
    return hashlib.sha256(what.encode()).hexdigest()[:25]


def _retry_after(error: discord.HTTPException) -> float:
    """What Discord asks for, in seconds, where it says so."""
    try:
        return float(error.response.headers.get("Retry-After", RETRY_SECONDS))
    except ValueError:
        return RETRY_SECONDS
