"""A console over a newsroom: a small checkout in which drafts are written, approved and published."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

from starlette.types import ASGIApp

from bot.console.app import create_app
from bot.console.parts import Parts
from bot.storage.audit_log import AuditLog
from tests.bot.publishing_bench import Newsroom, make_checkout
from tests.disk import Disk

SCRIPT = "<script>alert(1)</script>"


def console_over(made_of: Parts, room: Newsroom) -> ASGIApp:
    """The console with the pages of answers, drafts and releases."""
    audit = AuditLog(room.disk.database)
    parts = replace(made_of, audit=audit, releases=room.releases, drafts=room.drafts, publishing=room.publishing)
    return create_app(parts)


def newsroom(folder: Path, disk: Disk) -> Newsroom:
    """A newsroom with one answer live."""
    return Newsroom(make_checkout(folder), disk)


def fields_of_form(page: str) -> dict[str, str | list[str]]:
    """What a browser would send of the editor's form, as it is shown."""
    form = next(part for part in page.split("<form")[1:] if "data-look" in part.partition(">")[0])
    form = form.partition("</form>")[0]
    fields: dict[str, str | list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if found.get("type") == "checkbox":
            if " checked" in tag:
                values = fields.setdefault(found["name"], [])
                assert isinstance(values, list)
                values.append(found["value"])
        elif "name" in found:
            fields[found["name"]] = unescape(found.get("value", ""))
    for name, value in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        fields[name] = unescape(value)
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    return fields
