"""People who press buttons, choose from menus and give slash commands."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.fakes.discord_server.commands import SUBCOMMAND, SUBCOMMAND_GROUP
from connectors.fakes.discord_server.core import Core
from connectors.fakes.discord_server.interactions import Interaction, InteractionType
from connectors.fakes.discord_server.payloads import (
    channel_payload,
    member_payload,
    member_with_user,
    role_payload,
    user_payload,
)
from connectors.fakes.discord_server.permissions import Permission, base_permissions
from connectors.fakes.discord_server.rest_interactions import owners_of
from connectors.fakes.discord_server.world import Channel, Message, Payload, Role, User, label_of

Value = str | int | float | bool | User | Role | Channel
_TYPES: dict[type, tuple[int, ...]] = {
    str: (3,),
    int: (4, 10),
    float: (10,),
    bool: (5,),
    User: (6, 9),
    Channel: (7,),
    Role: (8, 9),
}


class Interacting(Core):
    """The part of the control API that is about interactions.

    Each returns the Interaction once the bot has acknowledged it, and raises AssertionError when that took over 3
    seconds; with `wait=False` it returns at once. What a person could not do raises AssertionError too.
    """

    async def press(self, user: User, post: Message, button: str, *, wait: bool = True) -> Interaction:
        """Press a button, named by its custom id or by what it says."""
        component = _component(post, button)
        assert component["type"] == 2, f"{button} is no button."
        data = {"component_type": 2, "custom_id": component["custom_id"], "id": component["id"]}
        return await self._use(user, post, component["custom_id"], data, wait)

    async def choose(self, user: User, post: Message, menu: str, *values: Value, wait: bool = True) -> Interaction:
        """Choose from a menu, named by its custom id; values are options' values, or channels, roles or users."""
        component = _component(post, menu)
        kind = component["type"]
        chosen = [value if isinstance(value, str) else str(getattr(value, "id", value)) for value in values]
        least, most = component.get("min_values", 1), component.get("max_values", 1)
        assert least <= len(chosen) <= most, f"The menu takes from {least} to {most} values."
        if kind == 3:
            offered = [option["value"] for option in component["options"]]
            assert set(chosen) <= set(offered), f"The menu offers {offered}, not {chosen}."
        data = {"component_type": kind, "custom_id": menu, "id": component["id"], "values": chosen}
        if kind != 3:
            data["resolved"] = _resolved(values, post.channel)
        return await self._use(user, post, menu, data, wait)

    async def command(
        self, user: User, channel: Channel, name: str, *, wait: bool = True, **options: Value
    ) -> Interaction:
        """Give a slash command, such as "ask" or "signpost setup", with options by name."""
        data = self._command_data(user, channel, name, options, focused="")
        return await self._interact(InteractionType.COMMAND, user, channel, name, data, None, wait)

    async def autocomplete(
        self, user: User, channel: Channel, name: str, focused: str, typed: str, **options: Value
    ) -> list[Payload]:
        """What is offered while somebody types an option of a slash command: choices with their name and value."""
        data = self._command_data(user, channel, name, {**options, focused: typed}, focused)
        done = await self._interact(InteractionType.AUTOCOMPLETE, user, channel, name, data, None, wait=True)
        return done.choices

    async def submit(self, user: User, form: Interaction, *, wait: bool = True, **fields: str) -> Interaction:
        """Send off the form (modal) that was the answer to an interaction, with texts by their custom ids."""
        assert form.modal is not None, "The answer was no form."
        rows = [
            {"type": 1, "components": [{"type": 4, "custom_id": key, "value": text}]} for key, text in fields.items()
        ]
        data = {"custom_id": form.modal["custom_id"], "components": rows}
        kind = InteractionType.MODAL
        return await self._interact(kind, user, form.channel, form.modal["custom_id"], data, form.source, wait)

    async def _use(self, user: User, post: Message, name: str, data: Payload, wait: bool) -> Interaction:
        assert not post.deleted, "The post has been deleted."
        assert post.ephemeral_to in (None, user), f"{user.name} can't see the post."
        return await self._interact(InteractionType.COMPONENT, user, post.channel, name, data, post, wait)

    async def _interact(
        self,
        kind: InteractionType,
        user: User,
        channel: Channel,
        name: str,
        data: Payload,
        source: Message | None,
        wait: bool,
    ) -> Interaction:
        assert channel.permissions_of(user) & Permission.VIEW_CHANNEL, f"{user.name} can't see the channel."
        interaction = Interaction(self.world.ids.fresh(), kind, user, channel, name, source, self.record)
        self._interactions.add(interaction)
        self.record.interactions.append(interaction)
        self.gateway.dispatch("INTERACTION_CREATE", self._payload(interaction, data), guild_id=channel.guild_id)
        interaction.watch()
        return await interaction.acknowledged() if wait else interaction

    def _payload(self, interaction: Interaction, data: Payload) -> Payload:
        channel, user = interaction.channel, interaction.user
        guild = channel.guild
        permissions = str(channel.permissions_of(user))
        payload: Payload = {
            "id": interaction.id,
            "application_id": self.world.application_id,
            "type": int(interaction.type),
            "token": interaction.token,
            "version": 1,
            "data": data,
            "channel_id": channel.id,
            "channel": {**_bare_channel(channel), "permissions": permissions},
            "app_permissions": str(channel.permissions_of(self.bot)),
            "locale": "en-GB",
            "entitlements": [],
            "authorizing_integration_owners": owners_of(interaction),
            "context": 0 if guild else 1,
            "attachment_size_limit": 10 * 2**20,
        }
        if guild is not None:
            payload |= {"guild_id": guild.id, "guild_locale": guild.locale}
            payload["guild"] = {"id": guild.id, "locale": guild.locale, "features": ["COMMUNITY"]}
            payload["member"] = {**member_with_user(guild.members[user.id]), "permissions": permissions}
        else:
            payload["user"] = user_payload(user)
        if interaction.source is not None:
            # What the post replies to is named here, but not given.
            shown = {key: value for key, value in interaction.source.payload.items() if key != "referenced_message"}
            payload["message"] = shown
        return payload

    def _command_data(
        self, user: User, channel: Channel, name: str, options: dict[str, Value], focused: str
    ) -> Payload:
        top, *path = name.split()
        command = self.commands.find(top, channel.guild)
        assert command is not None, f"/{top} isn't offered here; there are {self.commands.names()}."
        self._check_may_use(user, channel, command)
        data: Payload = {"id": command["id"], "name": top, "type": 1}
        given = _options(command, path, options, focused)
        if given:
            data["options"] = given
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        resolved = _resolved(list(options.values()), channel)
        return {**data, "resolved": resolved} if resolved else data

    def _check_may_use(self, user: User, channel: Channel, command: Payload) -> None:
        if channel.guild is None:
            return
        member = channel.guild.members[user.id]
        needed = int(command["default_member_permissions"] or 0)
        assert base_permissions(member) & needed == needed, f"{user.name} isn't offered /{command['name']}."


def _component(post: Message, name: str) -> Payload:
    """The component of a post with a custom id or, failing that, a label."""
    found = [one for one in post.components if one.get("custom_id") == name]
    found = found or [one for one in post.components if label_of(one) == name]
    offered = [one.get("custom_id") or label_of(one) for one in post.components]
    assert len(found) == 1, f"There is no {name} under the post, but {offered}."
    assert not found[0].get("disabled"), f"{name} is disabled."
    assert "custom_id" in found[0], f"{name} is a link."
    return found[0]


def _options(definition: Payload, path: Sequence[str], given: dict[str, Value], focused: str) -> list[Payload]:
    """The options of a command as an interaction carries them, checked against what the bot has registered."""
    known = {option["name"]: option for option in definition["options"] or ()}
    if path:
        assert path[0] in known, f"There is no {path[0]} among {sorted(known)}."
        inner = known[path[0]]
        options = _options({"options": inner.get("options")}, path[1:], given, focused)
        return [{"name": path[0], "type": inner["type"], "options": options}]
    groups = [name for name, option in known.items() if option["type"] in (SUBCOMMAND, SUBCOMMAND_GROUP)]
    assert not groups, f"One of {groups} must follow."
    assert set(given) <= set(known), f"There are the options {sorted(known)}, not {sorted(given)}."
    missing = [name for name, option in known.items() if option.get("required") and name not in given]
    assert not missing or focused, f"The command needs {missing}."
    return [_option(known[name], value, name == focused) for name, value in given.items()]


def _option(definition: Payload, value: Value, is_focused: bool) -> Payload:
    kind = definition["type"]
    option = {"name": definition["name"], "type": kind, "value": value}
    if is_focused:
        assert definition.get("autocomplete"), f"{definition['name']} has no autocomplete."
        return {**option, "focused": True}
    assert kind in _TYPES[type(value)], f"{definition['name']} doesn't take {value!r}."
    choices = [choice["value"] for choice in definition.get("choices") or ()]
    assert not choices or value in choices, f"{definition['name']} offers {choices}."
    if isinstance(value, (User, Role, Channel)):
        option["value"] = value.id
    return option


def _bare_channel(channel: Channel) -> Payload:
    """A channel as interactions carry it, without its overwrites."""
    return {key: value for key, value in channel_payload(channel).items() if key != "permission_overwrites"}


def _resolved(values: Sequence[Value], channel: Channel) -> Payload:
    """The objects that values name, by kind and id."""
    guild = channel.guild
    resolved: dict[str, Payload] = {"users": {}, "members": {}, "roles": {}, "channels": {}}
    for value in values:
        if isinstance(value, User):
            resolved["users"][value.id] = user_payload(value)
            if guild and value.id in guild.members:
                resolved["members"][value.id] = {**member_payload(guild.members[value.id]), "permissions": "0"}
        elif isinstance(value, Role):
            resolved["roles"][value.id] = role_payload(value)
        elif isinstance(value, Channel):
            resolved["channels"][value.id] = {**_bare_channel(value), "permissions": "0"}
    return {kind: found for kind, found in resolved.items() if found}
