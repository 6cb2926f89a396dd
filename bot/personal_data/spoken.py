"""Numbers that are said digit by digit, as a phone's dictation writes them down: "oh seven seven double oh nine"."""

from __future__ import annotations

import re

from bot.personal_data.rules import FILL, Kind, Rule, Span, before, compiled

_DIGIT = r"(?:oh?|zero|nought|naught|nil|one|two|three|four|five|six|seven|eight|nine)"
_TENS = (
    r"(?:ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety)(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?)"
)
_HUNDREDS = r"(?:\s(?:hundred|thousand)(?:\sand)?)?"
_TIMES = {"double": 2, "treble": 3, "triple": 3}
_SAID = rf"(?:(?:double|treble|triple)\s(?:{_DIGIT}|\d)|(?:{_TENS}|{_DIGIT}|\d{{1,4}}){_HUNDREDS})"
_BANK = compiled(rf"(?:\b(?:sort[\s-]?code|acc(?:oun)?t?|bank)\b|{FILL[Kind.BANK_ACCOUNT]})\D{{0,25}}$")
_CARD = compiled(r"\b(?:card|visa|mastercard|long number)\b\D{0,25}$")
_PHONE = compiled(r"\b(?:phone|mobile|mob|number|call|ring|text|whats ?app|landline|tel)\b\D{0,25}$")
_WORDS = re.compile(r"[a-z]+|\d+")
_SPOKEN_DIGIT = compiled(_DIGIT)
_LEAST_SPOKEN = 3


def _digits_said(text: str) -> int:
    """How many digits a text says."""
    count, times = 0, 1
    for word in _WORDS.findall(text.lower()):
        if word == "and":
            continue
        if word in _TIMES:
            times = _TIMES[word]
            continue
        count += len(word) if word.isdigit() else times if _SPOKEN_DIGIT.fullmatch(word) else 2
        times = 1
    return count


def _is_mostly_words(text: str) -> bool:
    """Whether it is said rather than typed; "5 or 6 7 8" is not."""
    return len(re.findall(r"[a-z]+", text.lower())) >= _LEAST_SPOKEN


def _said(kind: Kind) -> Rule:
    def judge(match: re.Match[str]) -> Span | None:
        is_one = _is_mostly_words(match[0]) and _kind_said(match) is kind
        return match.span() if is_one else None

    return Rule(kind, _NUMBER, judge, hints=("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))


def _kind_said(match: re.Match[str]) -> Kind | None:
    """What a number that is said is: by the words before it, else by how long it is and how it starts."""
    leading, digits = before(match), _digits_said(match[0])
    if digits >= 6 and _BANK.search(leading):
        return Kind.BANK_ACCOUNT
    if digits >= 13 and (digits >= 15 or _CARD.search(leading)):
        return Kind.CARD
    starts_with_zero = re.match(r"(?:oh?|zero|nought|naught)\b", match[0].lower())
    if digits >= 9 and (starts_with_zero or _PHONE.search(leading)):
        return Kind.PHONE
    return None


_NUMBER = compiled(rf"\b(?:{_SAID}[\s,.-]{{1,3}}){{2,20}}{_SAID}\b")

BANK = _said(Kind.BANK_ACCOUNT)
CARD = _said(Kind.CARD)
PHONE = _said(Kind.PHONE)
