"""How Discord refuses, and how the fake says that it doesn't know something."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.fakes.discord_server.world import Payload


class NotModelledError(Exception):
    """The fake doesn't know what was asked of it, so nothing that it could answer would prove anything."""


class ApiError(Exception):
    """A refusal with Discord's HTTP status and error code."""

    def __init__(self, status: int, code: int, message: str, errors: Payload | None = None) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code
        self.body: Payload = {"message": message, "code": code, **({"errors": errors} if errors else {})}


def invalid_form(path: Sequence[str | int], code: str, message: str) -> ApiError:
    """A field of a body that Discord won't have, named by the path that leads to it."""
    errors: Payload = {"_errors": [{"code": code, "message": message}]}
    for key in reversed(path):
        errors = {str(key): errors}
    return ApiError(400, 50035, "Invalid Form Body", errors)


def unauthorized() -> ApiError:
    """The token is wrong."""
    return ApiError(401, 0, "401: Unauthorized")


def unknown_channel() -> ApiError:
    """There is no such channel."""
    return ApiError(404, 10003, "Unknown Channel")


def unknown_guild() -> ApiError:
    """There is no such guild."""
    return ApiError(404, 10004, "Unknown Guild")


def unknown_member() -> ApiError:
    """The user is not in the guild."""
    return ApiError(404, 10007, "Unknown Member")


def unknown_message() -> ApiError:
    """There is no such message, or no longer."""
    return ApiError(404, 10008, "Unknown Message")


def unknown_user() -> ApiError:
    """There is no such user."""
    return ApiError(404, 10013, "Unknown User")


def unknown_webhook() -> ApiError:
    """There is no such webhook; for an interaction, it has not been acknowledged."""
    return ApiError(404, 10015, "Unknown Webhook")


def unknown_interaction() -> ApiError:
    """The interaction was not acknowledged in time, or never was one."""
    return ApiError(404, 10062, "Unknown interaction")


def unknown_command() -> ApiError:
    """There is no such application command."""
    return ApiError(404, 10063, "Unknown application command")


def already_acknowledged() -> ApiError:
    """The interaction has had its response."""
    return ApiError(400, 40060, "Interaction has already been acknowledged.")


def missing_access() -> ApiError:
    """The bot can't see the channel, or isn't in the guild."""
    return ApiError(403, 50001, "Missing Access")


def not_the_author() -> ApiError:
    """Only one's own messages can be edited."""
    return ApiError(403, 50005, "Cannot edit a message authored by another user")


def empty_message() -> ApiError:
    """There is nothing in it that could be shown."""
    return ApiError(400, 50006, "Cannot send an empty message")


def cannot_message_user() -> ApiError:
    """The person takes no direct messages from the bot."""
    return ApiError(403, 50007, "Cannot send messages to this user")


def missing_permissions() -> ApiError:
    """The bot may not do that here."""
    return ApiError(403, 50013, "Missing Permissions")


def invalid_webhook_token() -> ApiError:
    """The interaction's token is older than 15 minutes."""
    return ApiError(401, 50027, "Invalid Webhook Token")
