"""Finds the name that a person gives as their own: "my name is ...", "I'm ...", "signed, ..."."""

from __future__ import annotations

import re
from enum import Enum

from bot.personal_data.rules import FILL, Kind, Span, compiled, words_of
from bot.personal_data.words import ALSO_WORDS, CAPITALISED_NAMES, FIRST_NAMES, NEVER_A_NAME


class Cue(Enum):
    """What leads to a name, from what is always followed by one to what seldom is."""

    OUTRIGHT = 1
    SIGNED = 2
    GREETED = 3
    INTRODUCED = 4
    HERE = 5
    THIS_IS = 6
    LOOSE = 7


_TITLE = r"(?:mr|mrs|ms|miss|mx|dr|rev)\.?"
_WORD = r"(?<![\w.'-])[^\W\d_](?:[\w.'-]*\w|\.(?=[ ]))?"
_NAME = rf"(?P<name>(?:{_TITLE}[ ]+)?{_WORD}(?:[ ]+{_WORD}){{0,3}})"


_LINE_ENDS = r"(?=[^\w\n]*(?:x+\W*)?(?:\n|$))"

# Each with what must be in a text (in lower case) for the pattern to be worth trying.
_IS = r"(?:\s+(?:is|was|be)\s+(?:(?:actually|really|just|now)\s+)?|\s*[:=]\s*|\s+[-\u2013]\s+)"
_DATA = f"[{''.join(FILL[kind] for kind in Kind if kind is not Kind.NAME)}]"
_CUES = (
    (
        Cue.OUTRIGHT,
        ("name", "call", "known"),
        compiled(
            rf"\b(?:(?<!user )(?<!company )(?:(?:sur|fore)name|names?)(?:'?s)?{_IS}"
            r"|(?:name's|my (?:full )?names)\s+|(?:i'?m|i am) (?:called|known as)\s+"
            rf"|(?:everyone|everybody|people|they|friends|folk|folks) calls? me\s+){_NAME}"
        ),
    ),
    (
        Cue.LOOSE,
        ("name", "maiden"),
        compiled(
            r"(?:\bmy (?:full |first |last |own |real |married |maiden |sur)?name,?\s+"
            r"|\b(?:surname|(?:first|last) name|maiden(?: name)?)\s+"
            rf"|(?:^|{_DATA}[\s,;.]{{1,3}})(?:full )?name\s+){_NAME}"
        ),
    ),
    (
        Cue.SIGNED,
        ("regards", "wishes", "sincerely", "faithfully", "truly", "signed", "yours", "love"),
        compiled(
            r"\b(?:(?:regards|wishes|sincerely|faithfully|truly|signed)[\s,:-]+|(?:yours|love)(?:[ ]*[,-]\s*|\s*\n\s*))"
            rf"{_NAME}{_LINE_ENDS}"
        ),
    ),
    (
        Cue.INTRODUCED,
        ("thank", "cheers", "thx", "best", "ta", "tnx"),
        compiled(
            r"\b(?:thanks|thank you|cheers|thx|tnx|ta|best)\s*(?:[,\n-]|\s(?=(?-i:[A-Z]))(?!.*\n))\s*"
            rf"{_NAME}{_LINE_ENDS}"
        ),
    ),
    (
        Cue.INTRODUCED,
        ("from", "-", "~", "\u2013", "\n"),
        # A line that says who a message is from.
        compiled(rf"(?:(?:^|\n)\s*from[ :]+{_NAME}{_LINE_ENDS})"),
    ),
    (
        Cue.THIS_IS,
        ("\n", "-", "~", "\u2013"),
        compiled(rf"(?:\n[ ]*|\s[-~\u2013]\s*){_NAME}(?=[\s.!x]*$)"),
    ),
    (
        Cue.GREETED,
        ("hi", "hello", "hey", "morning", "afternoon", "evening"),
        compiled(
            r"\b(?:hi|hiya|hello|hey|morning|afternoon|evening)[\s,.!]+(?:(?:all|everyone|there|guys|folks)[\s,.!]+)?"
            rf"(?:i'?m|i am)\s+{_NAME}"
        ),
    ),
    (
        Cue.INTRODUCED,
        ("m ", "me", "this", "myself"),
        compiled(
            r"\b(?:i'?m|i am|am|names|call me|myself|this is(?-i:(?= [A-Z]))|(?:it'?s|just|only) me,?"
            rf"|(?:hi|hello|hey|hiya)[\s,.!]+(?:it'?s|its)(?-i:(?= [A-Z])))\s+{_NAME}"
        ),
    ),
    (Cue.THIS_IS, ("this", "it"), compiled(rf"\b(?:this is|it'?s|it is)\s+{_NAME}")),
    (
        Cue.HERE,
        ("here",),
        compiled(
            r"(?:^|[.,:;!?\n]\s*|\b(?:hi|hiya|hello|hey|ok|okay|all|everyone|morning|afternoon|evening|it'?s)\s+)"
            rf"(?P<name>(?:{_TITLE}[ ]+)?{_WORD}(?:[ ]+{_WORD}){{0,3}}?)(?=\s+here\b)"
        ),
    ),
    (
        Cue.HERE,
        ("name",),
        compiled(
            rf"(?:^|[.,:;!?\n]\s*)(?P<name>(?:{_TITLE}[ ]+)?{_WORD}(?:[ ]+{_WORD}){{0,3}}?)"
            r"(?=,?\s+(?:is|that'?s|thats)\s+(?:my|the) (?:full )?name\b)"
        ),
    ),
    (
        Cue.HERE,
        tuple(FILL[kind] for kind in Kind if kind is not Kind.NAME),
        compiled(rf"(?:^|\n)(?P<name>{_WORD}(?:[ ]+{_WORD}){{0,2}})(?=,?\s+(?:(?:of|at|dob|ni|tel)[:\s]+)?{_DATA})"),
    ),
    (
        Cue.HERE,
        (FILL[Kind.ADDRESS],),
        compiled(rf"(?P<name>{_WORD}[ ]+{_WORD})(?=,?\s+(?:(?:of|at)\s+)?{FILL[Kind.ADDRESS]})"),
    ),
)
_ANY_WORD = re.compile(_WORD)
_IS_TITLE = compiled(rf"{_TITLE}$")
_ENDS_NAME = compiled(r"\s*(?:[^\w\s'-]|\n|$)|\s+(?:and|here|from|but|ring|call|text|email|mobile|phone)\b")
_PARTICLES = words_of("al ap ben bin de del den der di du el ibn la le van von")

# Peoples, faiths and states of mind ("I'm Really Confused"), where the word is not a known first name.
_DESCRIBES = re.compile(r"(?:ish|ese|ian|ean|ist|ing|ed|ly|less|ful|ant|able)$")


def own_names(view: str) -> list[Span]:
    """Where a person names themselves, and every other place where the same names are used, in order."""
    lowered = view.lower()
    cues = [(cue, pattern) for cue, hints, pattern in _CUES if any(hint in lowered for hint in hints)]
    spans = [span for cue, pattern in cues for match in pattern.finditer(view) if (span := _span(match, cue))]
    return _merged(spans + _repeats(view, spans)) if spans else []


def _span(match: re.Match[str], cue: Cue) -> Span | None:
    """The part of a match that is a name, if any; the words that follow a cue go on into the question."""
    words = list(_ANY_WORD.finditer(match.string, *match.span("name")))
    while cue is Cue.HERE and len(words) > 1 and words[0][0].lower() in NEVER_A_NAME:
        words.pop(0)
    is_titled = len(words) > 1 and _IS_TITLE.match(words[0][0]) is not None
    count = _count(words[is_titled:], cue, is_titled)
    end = words[is_titled + count - 1].end() if count else 0
    return (words[0].start(), end) if count and (cue is not Cue.HERE or end == match.end("name")) else None


def _count(words: list[re.Match[str]], cue: Cue, is_titled: bool) -> int:
    """How many of the words are a name."""
    first = words[0][0]
    if first.lower() in NEVER_A_NAME:
        return 0
    is_known = _is_first_name(first)
    if cue is Cue.OUTRIGHT or is_titled or (cue is Cue.LOOSE and (is_known or _is_capitalised(first))):
        return _length(words, is_outright=True)
    if cue is Cue.LOOSE:
        return 0
    if not _is_capitalised(first):
        is_word = cue is Cue.THIS_IS and first.lower() in ALSO_WORDS
        return _length(words) if is_known and not is_word else 0
    return _length(words) if is_known or _looks_like_name(words, cue) else 0


def _is_first_name(word: str) -> bool:
    """Whether a word is a known first name, alone or as the first half of a double one."""
    first = word.lower().partition("-")[0]
    return first in FIRST_NAMES or (word[0].isupper() and first in CAPITALISED_NAMES)


def _looks_like_name(words: list[re.Match[str]], cue: Cue) -> bool:
    """Whether an unknown capitalised word is a first name, as in "I'm Oluremi Bankole"."""
    if cue is Cue.THIS_IS or _DESCRIBES.search(words[0][0]):
        return False
    return cue in (Cue.SIGNED, Cue.GREETED) or (len(words) > 1 and _goes_on(words, 1) and _is_capitalised(words[1][0]))


def _length(words: list[re.Match[str]], is_outright: bool = False) -> int:
    """The number of words until the name ends, where its first word is known to belong to it."""
    count = 1
    while count < len(words) and _goes_on(words, count):
        word = words[count]
        is_surname = _is_capitalised(word[0]) or word[0] in _PARTICLES or _ENDS_NAME.match(word.string, word.end())
        if not (is_surname or (is_outright and count == 1)):
            break
        count += 1
    return count


def _goes_on(words: list[re.Match[str]], index: int) -> bool:
    """Whether the word at an index can be part of the name that the words before it began."""
    word = words[index][0]
    if word in _PARTICLES:
        following = words[index + 1] if index + 1 < len(words) else None
        return following is not None and (
            _is_capitalised(following[0]) or _ENDS_NAME.match(following.string, following.end()) is not None
        )
    return word.lower() not in NEVER_A_NAME and (_is_capitalised(word) or not word.endswith("ing"))


def _is_capitalised(word: str) -> bool:
    """Whether a word is written like a name. "UC" is not, but an initial is."""
    return word[0].isupper() and (len(word.rstrip(".")) == 1 or not word.isupper())


def _repeats(view: str, spans: list[Span]) -> list[Span]:
    """Every place where a word of a name stands again."""
    used = {word for start, end in spans for word in _ANY_WORD.findall(view, start, end) if len(word) > 2}
    used = {word for word in used if not _IS_TITLE.match(word)}
    words = ((word.start(), word[0].removesuffix("'s")) for word in _ANY_WORD.finditer(view))
    return [(start, start + len(word)) for start, word in words if word in used]


def _merged(spans: list[Span]) -> list[Span]:
    """The spans in order, those that overlap made one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
