"""The bodies that a bot may send, with Discord's limits; msgspec refuses what is too long, and what isn't here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

Id = str | int
CustomId = Annotated[str, Meta(min_length=1, max_length=100)]
Color = Annotated[int, Meta(ge=0, le=0xFFFFFF)]
Localized = dict[str, str] | None


class Shape(Struct, forbid_unknown_fields=True):
    """A body, or a part of one, that has these fields and no others."""


class Footer(Shape):
    """The foot of an embed."""

    text: Annotated[str, Meta(max_length=2048)]
    icon_url: str | None = None


class Author(Shape):
    """An embed's author."""

    name: Annotated[str, Meta(max_length=256)]
    url: str | None = None
    icon_url: str | None = None


class Field(Shape):
    """A field of an embed."""

    name: Annotated[str, Meta(min_length=1, max_length=256)]
    value: Annotated[str, Meta(min_length=1, max_length=1024)]
    inline: bool = False


class Media(Shape):
    """A picture of an embed."""

    url: str


class Embed(Shape):
    """A framed text with title, fields and foot."""

    title: Annotated[str, Meta(max_length=256)] | None = None
    type: Literal["rich"] = "rich"
    description: Annotated[str, Meta(max_length=4096)] | None = None
    url: Annotated[str, Meta(pattern="^https?://", max_length=2048)] | None = None
    timestamp: str | None = None
    color: Color | None = None
    footer: Footer | None = None
    image: Media | None = None
    thumbnail: Media | None = None
    author: Author | None = None
    fields: Annotated[list[Field], Meta(max_length=25)] = []
    flags: int = 0

    def length(self) -> int:
        """How many characters count towards the limit of 6,000 for all the embeds of a message."""
        texts = [self.title, self.description, self.footer and self.footer.text, self.author and self.author.name]
        return sum(len(text or "") for text in texts) + sum(len(one.name) + len(one.value) for one in self.fields)


class Emoji(Shape):
    """An emoji on a button or an option."""

    name: str | None = None
    id: Id | None = None
    animated: bool = False


class Button(Shape, tag_field="type", tag=2):
    """A button, or a link that looks like one."""

    style: Annotated[int, Meta(ge=1, le=5)]
    label: Annotated[str, Meta(max_length=80)] | None = None
    emoji: Emoji | None = None
    custom_id: CustomId | None = None
    url: Annotated[str, Meta(pattern="^(https?|discord)://", max_length=512)] | None = None
    disabled: bool = False
    id: int = 0


class SelectOption(Shape):
    """One line of a menu."""

    label: Annotated[str, Meta(min_length=1, max_length=100)]
    value: Annotated[str, Meta(min_length=1, max_length=100)]
    description: Annotated[str, Meta(max_length=100)] | None = None
    emoji: Emoji | None = None
    default: bool = False


class DefaultValue(Shape):
    """What is chosen in a menu from the beginning."""

    id: Id
    type: Literal["user", "role", "channel"]


class Select(Shape):
    """What the menus have in common."""

    custom_id: CustomId
    placeholder: Annotated[str, Meta(max_length=150)] | None = None
    min_values: Annotated[int, Meta(ge=0, le=25)] = 1
    max_values: Annotated[int, Meta(ge=1, le=25)] = 1
    disabled: bool = False
    required: bool = False
    id: int = 0


class StringSelect(Select, tag_field="type", tag=3, kw_only=True):
    """A menu of given lines."""

    options: Annotated[list[SelectOption], Meta(min_length=1, max_length=25)]


class UserSelect(Select, tag_field="type", tag=5):
    """A menu of people."""

    default_values: list[DefaultValue] = []


class RoleSelect(Select, tag_field="type", tag=6):
    """A menu of roles."""

    default_values: list[DefaultValue] = []


class ChannelSelect(Select, tag_field="type", tag=8):
    """A menu of channels."""

    channel_types: list[int] = []
    default_values: list[DefaultValue] = []


Part = Button | StringSelect | UserSelect | RoleSelect | ChannelSelect


class ActionRow(Shape, tag_field="type", tag=1):
    """Up to five buttons, or a menu."""

    components: Annotated[list[Part], Meta(min_length=1, max_length=5)]
    id: int = 0


class AllowedMentions(Shape):
    """Whom a message may notify."""

    parse: list[Literal["users", "roles", "everyone"]] = []
    users: Annotated[list[Id], Meta(max_length=100)] = []
    roles: Annotated[list[Id], Meta(max_length=100)] = []
    replied_user: bool = False


class MessageReference(Shape):
    """What a message replies to."""

    message_id: Id
    type: Literal[0] = 0
    channel_id: Id | None = None
    guild_id: Id | None = None
    fail_if_not_exists: bool = True


class Attachment(Shape):
    """A file, sent along or kept."""

    id: Id
    filename: str | None = None
    description: Annotated[str, Meta(max_length=1024)] | None = None


class MessageBody(Shape):
    """A new message, or what is to change of one; None leaves a field as it is."""

    content: Annotated[str, Meta(max_length=2000)] | None = None
    embeds: Annotated[list[Embed], Meta(max_length=10)] | None = None
    components: Annotated[list[ActionRow], Meta(max_length=5)] | None = None
    allowed_mentions: AllowedMentions | None = None
    attachments: Annotated[list[Attachment], Meta(max_length=10)] | None = None
    message_reference: MessageReference | None = None
    nonce: Annotated[str, Meta(max_length=25)] | int | None = None
    enforce_nonce: bool = False
    sticker_ids: Annotated[list[Id], Meta(max_length=0)] | None = None
    tts: bool = False
    flags: int | None = None


class Choice(Shape):
    """A value that an option of a command offers."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    value: Annotated[str, Meta(max_length=100)] | int | float
    name_localizations: Localized = None


CommandName = Annotated[str, Meta(pattern=r"^[-_'\w]{1,32}$")]
Description = Annotated[str, Meta(min_length=1, max_length=100)]


class Option(Shape):
    """An option of a command, or a subcommand."""

    type: Annotated[int, Meta(ge=1, le=10)]
    name: CommandName
    description: Description
    required: bool = False
    choices: Annotated[list[Choice], Meta(max_length=25)] = []
    options: Annotated[list[Option], Meta(max_length=25)] = []
    channel_types: list[int] = []
    min_value: int | float | None = None
    max_value: int | float | None = None
    min_length: Annotated[int, Meta(ge=0, le=6000)] | None = None
    max_length: Annotated[int, Meta(ge=1, le=6000)] | None = None
    autocomplete: bool = False
    name_localizations: Localized = None
    description_localizations: Localized = None


class Command(Shape):
    """An application command."""

    name: CommandName
    description: Annotated[str, Meta(max_length=100)] = ""
    type: Annotated[int, Meta(ge=1, le=3)] = 1
    options: Annotated[list[Option], Meta(max_length=25)] = []
    default_member_permissions: str | int | None = None
    contexts: list[Literal[0, 1, 2]] | None = None
    integration_types: list[Literal[0, 1]] | None = None
    dm_permission: bool | None = None
    nsfw: bool = False
    id: Id | None = None
    name_localizations: Localized = None
    description_localizations: Localized = None


class Autocompletion(Shape):
    """What is offered while somebody types."""

    choices: Annotated[list[Choice], Meta(max_length=25)]


class TextInput(Shape, tag_field="type", tag=4):
    """A field of a form."""

    custom_id: CustomId
    style: Annotated[int, Meta(ge=1, le=2)]
    label: Annotated[str, Meta(min_length=1, max_length=45)]
    min_length: Annotated[int, Meta(ge=0, le=4000)] | None = None
    max_length: Annotated[int, Meta(ge=1, le=4000)] | None = None
    required: bool = True
    value: Annotated[str, Meta(max_length=4000)] | None = None
    placeholder: Annotated[str, Meta(max_length=100)] | None = None
    id: int = 0


class FormRow(Shape, tag_field="type", tag=1):
    """A line of a form."""

    components: Annotated[list[TextInput], Meta(min_length=1, max_length=1)]
    id: int = 0


class Modal(Shape):
    """A form."""

    custom_id: CustomId
    title: Annotated[str, Meta(min_length=1, max_length=45)]
    components: Annotated[list[FormRow], Meta(min_length=1, max_length=5)]


class Callback(Shape):
    """The response to an interaction; what its data holds depends on its type."""

    type: int
    data: dict[str, Any] | None = None
