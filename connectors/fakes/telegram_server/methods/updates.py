"""Getting updates, by long poll or by webhook, and who the bot is."""

from __future__ import annotations

import re

from connectors.fakes.telegram_server.errors import UnknownError, bad_request, conflict
from connectors.fakes.telegram_server.methods.registry import method
from connectors.fakes.telegram_server.parameters import Parameters
from connectors.fakes.telegram_server.people import Json
from connectors.fakes.telegram_server.updates import KINDS, MOST_AT_ONCE
from connectors.fakes.telegram_server.webhooks import MOST_CONNECTIONS, Address
from connectors.fakes.telegram_server.world import World

LONGEST_POLL = 50
_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
_OTHER_KINDS = {
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "managed_bot",
    "guest_message",
}


@method("getMe")
async def get_me(world: World, parameters: Parameters) -> Json:
    """The bot."""
    abilities = (
        "supports_inline_queries",
        "supports_guest_queries",
        "can_connect_to_business",
        "has_main_web_app",
        "has_topics_enabled",
        "allows_users_to_create_topics",
        "can_manage_bots",
    )
    groups = {"can_join_groups": True, "can_read_all_group_messages": world.reads_all}
    return world.bot.json | groups | dict.fromkeys(abilities, False)


@method("getUpdates", "offset limit timeout allowed_updates")
async def get_updates(world: World, parameters: Parameters) -> list[Json]:
    """What has not been confirmed yet."""
    if world.webhook.address:
        raise conflict(_ACTIVE)
    _want(world, parameters)
    limit = min(max(parameters.integer("limit", MOST_AT_ONCE), 1), MOST_AT_ONCE)
    timeout = min(max(parameters.integer("timeout"), 0), LONGEST_POLL)
    return await world.updates.poll(parameters.integer("offset"), limit, timeout)


@method("setWebhook", "url max_connections allowed_updates drop_pending_updates secret_token ip_address")
async def set_webhook(world: World, parameters: Parameters) -> bool:
    """Have updates sent. An address may be plain HTTP, as a local Bot API server's may."""
    url, secret = parameters.text("url"), parameters.text("secret_token")
    if not url:
        await world.webhook.delete()
        return True
    if not re.fullmatch(r"https?://[^\s/]+\S*", url):
        raise bad_request("invalid webhook URL specified")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    _want(world, parameters)
    world.updates.end_poll("terminated by setWebhook request")
    if parameters.flag("drop_pending_updates"):
        world.updates.clear()
    await world.webhook.set(Address(url, secret, parameters.integer("max_connections", MOST_CONNECTIONS)))
    return True


@method("deleteWebhook", "drop_pending_updates")
async def delete_webhook(world: World, parameters: Parameters) -> bool:
    """Have no more updates sent."""
    await world.webhook.delete()
    if parameters.flag("drop_pending_updates"):
        world.updates.clear()
    return True


@method("getWebhookInfo")
async def get_webhook_info(world: World, parameters: Parameters) -> Json:
    """What the webhook is."""
    return world.webhook.json


@method("close")
@method("logOut")
async def close(world: World, parameters: Parameters) -> bool:
    """Nothing that a bot could notice here."""
    return True


def _want(world: World, parameters: Parameters) -> None:
    if "allowed_updates" not in parameters.given:
        return
    kinds = parameters.json("allowed_updates") or []
    if unknown := set(kinds) - set(KINDS) - _OTHER_KINDS:
        raise UnknownError(400, f"allowed_updates: {sorted(unknown)} are not kinds of updates")
    world.updates.want(kinds)
