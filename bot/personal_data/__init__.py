"""Takes personal data out of a message before anything is logged, stored or classified."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from bot.personal_data.names import own_names
from bot.personal_data.patterns import RULES
from bot.personal_data.rules import FILL, HARMLESS, NEAR, Find, Kind, words_of

__all__ = ["Kind", "Scrubbed", "is_answerable", "scrub"]

# Platforms allow a few thousand characters. What is cut off is not logged, stored or classified either.
MAX_LENGTH = 10_000

# A replacement can bring two finds closer together, so that the second is only recognised now. One more pass nearly
# always settles it; the limit keeps a text that was made for the purpose from costing more than it should.
MAX_PASSES = 4

# Zero-width and control characters can be typed (or pasted) between the digits of a number. The joiners after them
# are needed inside emoji, so they only go where they follow what a number is made of.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff\ue000-\uf8ff]+"
    "|(?<=[\\w\\s.()@+-])[\u200d\u20e3\ufe00-\ufe0f\U000e0000-\U000e0fff]+"
)
# The letter O that is typed for a zero: between the digits of a number, or at its start.
_O_FOR_ZERO = re.compile(
    r"(?<=\d)[oO](?=[\s-]?\d)|(?<=\d[\s-])[oO](?=\d)|(?<!\w)[oO](?=[\s-]?[1-9]\d)|(?<!\w)[oO][hH](?=[\s-]?7\d)"
)
_UNUSUAL = re.compile(r"[^\x00-\x7f£]")
_ZEROS = str.maketrans("oOhH", "00  ")
_PLACEHOLDER = re.compile(rf"\[({'|'.join(kind.value for kind in Kind)})\]")
_WORD = re.compile(r"[^\W\d_][\w']+")

# Words that say what is being given, greet or thank; they ask nothing.
_NOT_A_QUESTION = words_of(
    """
    my me mine is its it's it im i'm am are was this that the and or for of on at in to from with you your here there
    hi hiya hello hey all everyone guys hun evening morning afternoon good dear thanks thank thx ta cheers please pls
    plz ok okay yes yeah no not number numbers num no. ref reference name names full called call calls ring text txt
    phone mobile mob tel telephone landline whatsapp email mail address postcode contact reach me back ni nino
    national insurance date birth dob born birthday sort code account acc acct bank details card case claim customer
    nhs utr his her our mum mums dad dads wife wifes husband partner regards signed sincerely yours kind best so too
    """
)


@dataclass(frozen=True)
class Scrubbed:
    """A message with its personal data replaced, and the kinds that were in it, each once, as they appeared."""

    text: str
    kinds: tuple[Kind, ...]

    @property
    def words(self) -> str:
        """The message without the data and without what stands in its place: what a model should read."""
        return " ".join(_PLACEHOLDER.sub(" ", self.text).split()) if self.kinds else self.text


def scrub(text: str) -> Scrubbed:
    """Replace each piece of personal data by its kind, such as "[phone number]"."""
    kinds: set[Kind] = set()
    if len(text) > MAX_LENGTH:
        # A number that the cut goes through would not be recognised, so it is left out.
        text, kinds = _cut(text)
    for _ in range(MAX_PASSES):
        visible = _visible(text)
        finds = _finds(_view(visible))
        if not finds:
            break
        text = _replace(visible, finds)
        kinds.update(find.kind for find in finds)
    return Scrubbed(text, _in_order(text, kinds))


def is_answerable(scrubbed: Scrubbed) -> bool:
    """Whether the words beside the placeholders can be a question; a text without personal data always can."""
    if not scrubbed.kinds:
        return True
    words = _WORD.findall(_PLACEHOLDER.sub(" ", scrubbed.text).lower().replace("\u2019", "'"))
    return sum(word not in _NOT_A_QUESTION for word in words) >= 2


def _cut(text: str) -> tuple[str, set[Kind]]:
    """The scrubbed beginning of a text, without its end, which may hold half of a number."""
    beginning = scrub(text[:MAX_LENGTH])
    return beginning.text[:-NEAR], set(beginning.kinds)


def _visible(text: str) -> str:
    """The text without the characters that nobody sees."""
    # Below U+0300 all such characters count as unprintable; to look for them takes longer than to ask.
    return text if text.isprintable() and max(text, default="") < "\u0300" else _INVISIBLE.sub("", text)


def _view(text: str) -> str:
    """The text as the patterns read it: as long as the text, in plain digits and dashes, placeholders blanked out."""
    text = _UNUSUAL.sub(lambda match: _plain(match[0]), text)
    text = _O_FOR_ZERO.sub(lambda match: match[0].translate(_ZEROS), text)
    return _PLACEHOLDER.sub(lambda match: FILL[Kind(match[1])] * len(match[0]), text)


@lru_cache(maxsize=1024)
def _plain(character: str) -> str:
    """The ASCII character that a typographic or full-width one stands for, or else the character itself."""
    if unicodedata.category(character) == "Pd" or character == "\u2212":
        return "-"
    if character in "\u2018\u2019\u02bc\u00b4":
        return "'"
    digit = unicodedata.decimal(character, None)
    compatible = str(digit) if digit is not None else unicodedata.normalize("NFKC", character)
    return compatible if len(compatible) == 1 else character


def _finds(view: str) -> list[Find]:
    """All finds in a view, in order of their place. What one rule found is hidden from the rules that follow."""
    finds: list[Find] = []
    lowered, digits = view.lower(), _digit_count(view)
    for rule in RULES:
        spans = rule.spans(view) if rule.can_apply(lowered, digits) else []
        if not spans:
            continue
        view = _hide(view, spans, FILL[rule.kind] if rule.kind else HARMLESS)
        digits = _digit_count(view)
        if rule.kind:
            finds.extend(Find(start, end, rule.kind) for start, end in spans)
    finds.extend(Find(start, end, Kind.NAME) for start, end in own_names(view))
    return sorted(finds, key=lambda find: find.start)


def _digit_count(view: str) -> int:
    return sum(map(view.count, "0123456789"))


def _hide(view: str, spans: list[tuple[int, int]], fill: str) -> str:
    """The view with the given spans filled, so that they can't be found again but still tell what was there."""
    parts, done = [], 0
    for start, end in spans:
        parts += [view[done:start], fill * (end - start)]
        done = end
    return "".join([*parts, view[done:]])


def _replace(text: str, finds: list[Find]) -> str:
    """The text with a placeholder for each find; finds are in order and do not overlap."""
    parts, done = [], 0
    for find in finds:
        parts += [text[done : find.start], f"[{find.kind.value}]"]
        done = find.end
    return "".join([*parts, text[done:]])


def _in_order(text: str, kinds: set[Kind]) -> tuple[Kind, ...]:
    """The given kinds in the order in which their placeholders first appear."""
    appeared = (Kind(match[1]) for match in _PLACEHOLDER.finditer(text)) if kinds else ()
    return tuple(dict.fromkeys(kind for kind in appeared if kind in kinds))
