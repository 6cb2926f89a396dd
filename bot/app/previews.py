"""How a reply looks on each platform, as HTML that a page can show."""

from __future__ import annotations

from collections.abc import Mapping

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from bot.messages import Reply

_TAGS = {"a", "b", "strong", "i", "em", "u", "s", "code", "pre", "p", "ul", "ol", "li", "br", "blockquote"}
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True})


def previews(reply: Reply) -> Mapping[str, Markup]:
    """A reply by the name of the platform, drawn by the connectors' own renderers."""
    return {"Discord": _discord(reply), "Telegram": _telegram(reply)}


def _telegram(reply: Reply) -> Markup:
    from connectors.telegram_connector.rendering import html_parts

    return _safe("\n\n".join(html_parts(reply)))


def _discord(reply: Reply) -> Markup:
    from connectors.discord_connector.rendering import as_posts

    embeds = [embed for post in as_posts(reply, buttons=False) for embed in post.embeds]
    texts = [
        "\n\n".join(
            part for part in (embed.title and f"**{embed.title}**", embed.description, embed.footer.text) if part
        )
        for embed in embeds
    ]
    return _safe("".join(_MARKDOWN.render(text) for text in texts).replace(">\n<", "><").strip())


def _safe(html: str) -> Markup:
    """HTML with the tags that the platforms have, and links to the web alone."""
    return Markup(nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"https", "http"}))  # noqa: S704
