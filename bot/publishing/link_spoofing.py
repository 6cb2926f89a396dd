"""Links that lead elsewhere than they seem to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.answers import Answer

OFFICIAL = (
    *("gov.uk", "nhs.uk", "gov.scot", "mygov.scot", "nhsinform.scot", "gov.wales", "police.uk", "parliament.uk"),
    *("judiciary.uk", "nhs.wales", "hscni.net", "parliament.scot", "senedd.wales", "mod.uk"),
)
"""Where only public bodies can have a name."""
_LINK = re.compile(r"\[([^\]]*)\]\(\s*<?([^)\s>]*)")
_BARE = re.compile(r"(?<![(<\w])https?://[^\s)>\]]+")
_HOST = re.compile(r"\b(?:[\w-]+\.)+[a-z]{2,}\b")
_SEEMS_OFFICIAL = re.compile(r"g[o0]v|qov|nhs|hmrc|dwp|dvla|jobcentre")


@dataclass(frozen=True)
class Suspect:
    """What is wrong with a link, and whether nobody could have meant it."""

    text: str
    is_fault: bool


def links_of(answer: Answer) -> list[tuple[str, str]]:
    """What each link of an answer reads, and where it leads; its sources too."""
    found = [(source.title, source.url) for source in answer.matter.sources]
    for body in answer.sections.values():
        found += _LINK.findall(body)
        found += [("", url) for url in _BARE.findall(_LINK.sub(" ", body))]
    return found


def hosts_of(answers: Iterable[Answer]) -> set[str]:
    """The hosts that answers lead to."""
    return {_host(url) for answer in answers for _, url in links_of(answer)}


def suspects(links: Iterable[tuple[str, str]], known: Collection[str]) -> Iterator[Suspect]:
    """What is to be said of links, given the hosts that live answers lead to."""
    for label, url in links:
        yield from _suspects(label, url, known)


def _suspects(label: str, url: str, known: Collection[str]) -> Iterator[Suspect]:
    host = _host(url)
    if not url.startswith("https://") or not host:
        yield Suspect(f"The link “{label or url}” must lead to an address that begins with https://.", is_fault=True)
        return
    if "@" in urlsplit(url).netloc or not host.isascii() or "xn--" in host:
        yield Suspect(f"{url} leads elsewhere than it seems to: write the host in plain letters, alone.", is_fault=True)
        return
    # A label in look-alike letters is read as the letters that it looks like.
    plain = unicodedata.normalize("NFKC", label).lower()
    if others := [named for named in _HOST.findall(plain) if not _is_within(host, named.removeprefix("www."))]:
        yield Suspect(f"A link that reads {others[0]} leads to {host}: let it say where it leads.", is_fault=True)
    elif not _is_official(host) and host not in known:
        yield Suspect(
            f"{host} is no public body's: check who runs it.", is_fault=_SEEMS_OFFICIAL.search(host) is not None
        )


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _is_official(host: str) -> bool:
    return any(_is_within(host, domain) for domain in OFFICIAL)
