"""A reply as Telegram shows it: the few tags of HTML that it knows, and buttons under the last message."""

from __future__ import annotations

import re
from html import escape, unescape

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.deliveries import Button
from bot.messages import Reply
from connectors.buttons import data_of, rows_of
from connectors.signature import signature_of
from connectors.splitting import length_of, split

MAX_LENGTH = 4096
"""The most that a message may hold once its markup is taken away (Bot API, sendMessage)."""

_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_TAGS = {"strong": "b", "em": "i", "heading": "b", "blockquote": "blockquote"}
_MENTION = re.compile(r"(?<!\w)@(?=\w)")


def html_parts(reply: Reply) -> list[str]:
    """A reply in as many messages as it needs, each of them valid HTML."""
    return split(html_of(reply), MAX_LENGTH, visible_length)


def html_of(reply: Reply) -> str:
    """A reply as one text, however long: notice, title, body, sources, and who stands for it."""
    parts = [
        f"<i>{_plain(reply.notice)}</i>" if reply.notice else "",
        f"<b>{_plain(reply.title)}</b>" if reply.title else "",
        html_of_markdown(reply.body),
        "\n".join(_link(source.url, _plain(source.title)) for source in reply.sources),
        f"<i>{_plain(signature_of(reply))}</i>",
    ]
    return "\n\n".join(part for part in parts if part)


def html_of_markdown(text: str) -> str:
    """Markdown in Telegram's HTML. What Telegram has no tag for, such as a list, is written out."""
    return _blocks(SyntaxTreeNode(_MARKDOWN.parse(text)), "\n\n")


def keyboard_of(reply: Reply) -> InlineKeyboardMarkup:
    """The buttons under a reply."""
    return InlineKeyboardMarkup([[_button(each) for each in row] for row in rows_of(reply)])


def _button(button: Button) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.label, url=button.url)
    return InlineKeyboardButton(button.label, callback_data=data_of(button))


def visible_length(html: str) -> int:
    """How long Telegram takes a text to be: in UTF-16 code units, without its tags."""
    return length_of(unescape(re.sub(r"<[^<>]*>", "", html)))


def _plain(text: str) -> str:
    """Text with nothing in it that Telegram would read as markup, or as the name of somebody to notify."""
    return escape(_MENTION.sub("@\N{WORD JOINER}", text), quote=False)


def _link(url: str, html: str) -> str:
    return f'<a href="{escape(url)}">{html}</a>'


def _blocks(node: SyntaxTreeNode, between: str) -> str:
    return between.join(filter(None, (_block(child) for child in node.children)))


def _block(node: SyntaxTreeNode) -> str:
    if node.type in ("bullet_list", "ordered_list"):
        return _list(node)
    if node.type in _TAGS:
        return f"<{_TAGS[node.type]}>{_blocks(node, chr(10))}</{_TAGS[node.type]}>"
    if node.type in ("fence", "code_block"):
        return f"<pre>{escape(node.content.rstrip(), quote=False)}</pre>"
    if node.type in ("paragraph", "inline"):
        return "".join(_block(child) if child.type == "inline" else _inline(child) for child in node.children)
    return _plain(node.content) if node.token else ""


def _list(node: SyntaxTreeNode) -> str:
    start = int(node.attrs.get("start", 1))
    marks = ("•" if node.type == "bullet_list" else f"{number}." for number in range(start, start + len(node.children)))
    items = (_blocks(item, "\n").replace("\n", "\n    ") for item in node.children)
    return "\n".join(f"{mark} {item}" for mark, item in zip(marks, items))


def _inline(node: SyntaxTreeNode) -> str:
    inside = "".join(_inline(child) for child in node.children)
    if node.type in _TAGS:
        return f"<{_TAGS[node.type]}>{inside}</{_TAGS[node.type]}>"
    if node.type == "link":
        return _link(str(node.attrs["href"]), inside)
    if node.type == "code_inline":
        return f"<code>{escape(node.content, quote=False)}</code>"
    if node.type in ("softbreak", "hardbreak"):
        return "\n"
    return inside or _plain(node.content)
