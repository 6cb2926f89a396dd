"""Dates of birth and home addresses."""

from __future__ import annotations

import re
from datetime import date

from bot.personal_data.rules import FILL, Kind, Rule, Span, after, before, compiled

# --- date of birth ----------------------------------------------------------------------------------------------------

_WELSH_MONTHS = (
    *("ionawr", "chwefror", "mawrth", "ebrill", "mai", "mehefin", "gorffennaf", "awst", "medi", "hydref", "tachwedd"),
    "rhagfyr",
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", *_WELSH_MONTHS)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:r?uary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    rf"|nov(?:ember)?|dec(?:ember)?|{'|'.join(_WELSH_MONTHS)})"
)
_PERSONAL = "".join(FILL[kind] for kind in (Kind.NAME, Kind.NI_NUMBER, Kind.ADDRESS))
_DAY = (
    r"(?:\d{1,2}\s?(?:st|nd|rd|th)?|(?:(?:twenty|thirty)[\s-]?)?(?:first|second|third|fourth|fifth|sixth|seventh|eighth"
    r"|ninth)|tenth|eleventh|twelfth|(?:thir|four|fif|six|seven|eigh|nine)teenth|twentieth|thirtieth)"
)
_UNIT = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen)"
_TEN = r"(?:oh|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
_YEAR_IN_WORDS = (
    rf"(?:(?:nineteen(?:\shundred)?|twenty|two thousand)(?:\s(?:and\s)?(?:{_TEN}(?:[\s-]{_UNIT})?|{_UNIT}))?\b)"
)
_YEAR = rf"(?:(?:19|20)\d\d|'?\d\d|{_YEAR_IN_WORDS})"
# Two digits of a year may be the hour, or a count of something.
_NOT_A_YEAR = r"(?!\d|[/.-]\d|(?<!\d\d\d\d)\s?[ap]m\b|\s?(?:weeks?|wks?|days?|hours?|hrs?|months?|years?|kids)\b)"
_DAY_AND_MONTH = rf"\b{_DAY}(?:\s?(?:of|o'))?[\s./,-]{{0,2}}(?:the\s)?{_MONTH}(?![a-z])"
_NUMERIC = (
    rf"(?<![\d£])(?<!\d[/.-])(?:\d{{1,2}}\s?([/.,\s-])\s?\d{{1,2}}\s?\1\s?{_YEAR}|(?:19|20)\d\d([/.\s-])\d{{1,2}}\2\d{{1,2}})"
    rf"{_NOT_A_YEAR}"
)
_WRITTEN = (
    rf"{_DAY_AND_MONTH}[\s./,-]{{0,3}}{_YEAR}{_NOT_A_YEAR}"
    rf"|\b{_MONTH}\s?(?:the\s)?{_DAY},?\s(?:19|20)\d\d{_NOT_A_YEAR}"
)

_BIRTH_DATE_WORDS = (
    r"(?:d[./]?\s?o[./]?\s?b|dates?[\s-](?:of|o'?|ov)[\s-]b(?:irth|rith)|birth[\s-]?dates?|dyddiad geni)"
)
_BIRTH_DATE_BEFORE = compiled(rf"\b(?<!expected )(?<!due ){_BIRTH_DATE_WORDS}(?:'?s)?\b\D{{0,40}}$")
_BIRTH_DATE_AFTER = compiled(
    rf"^\W*(?:(?:is|was|as|that'?s|thats)\W+)?(?:(?:my|the|his|her|our|their|mums?|dads?)(?:'s)?\W+)?"
    rf"(?:{_BIRTH_DATE_WORDS}|birthday|b-?day)\b"
)
_BORN_BEFORE = compiled(r"\b(?:born|birthday(?:'?s)?|b-?day(?:'?s)?|leap)\b(?P<gap>.{0,40})$")
# "Children born on or after 1 September 2020" is a rule; so is "born between", and "born 1/9/20 to 31/8/21".
_ANYONE_BEFORE = compiled(
    r"(?<!my )\b(?:kids|child(?:ren)?|bab(?:y|ies)|women|men|people|any(?:one|body)|those|every(?:one|body)|someone"
    r"|pensioners?|pupils?|if you(?:'re| are| were)?|you(?:'re| are| were)?)(?: \w+){0,2} born\b.{0,40}$"
)
_RANGE_AFTER = compiled(r"^\s*(?:to|-|and|until|till|or (?:after|before|later|earlier))\b")
_PERSON_BEFORE = compiled(
    r"\b(?:mum|mam|mom|dad|nan|gran\w*|wife|husband|hubby|partner|son|daughter|brother|sister|twin|he|she)"
    rf"(?:'?s| is| was)\s+$|\b(?:i'?m|i am)\s+$|[{_PERSONAL}][\s,;:(/-]{{1,3}}$"
)
_ANOTHER_EVENT = compiled(
    r"\b(?:due|claim\w*|appl\w+|start\w*|letter|since|deadline|paid|pay\w*|from|until|till|before|after|between|by|now|ends?)\b"
)


def _date_of_birth(match: re.Match[str]) -> Span | None:
    """A full date that is said to be, or is given as, the day on which somebody was born."""
    leading = before(match)
    if _BIRTH_DATE_BEFORE.search(leading) or _BIRTH_DATE_AFTER.search(after(match)):
        return match.span()
    years = re.findall(r"(?:19|20)\d\d", match[0])
    if years and int(years[0]) > date.today().year:
        return None
    born = _BORN_BEFORE.search(leading)
    is_rule = _ANYONE_BEFORE.search(leading) or _RANGE_AFTER.search(after(match))
    is_birth = born and not is_rule and not _ANOTHER_EVENT.search(born["gap"])
    return match.span() if is_birth or _PERSON_BEFORE.search(leading) else None


def _part_date_of_birth(match: re.Match[str]) -> Span | None:
    """A day and month, or a date without separators, right after "date of birth"."""
    return match.span() if _BIRTH_DATE_BEFORE.search(before(match)[-25:]) else None


NUMERIC_DATE_OF_BIRTH = Rule(Kind.DATE_OF_BIRTH, compiled(_NUMERIC), _date_of_birth, digits=4)
WRITTEN_DATE_OF_BIRTH = Rule(Kind.DATE_OF_BIRTH, compiled(_WRITTEN), _date_of_birth, hints=_MONTHS)
PART_DATE_OF_BIRTH = Rule(
    Kind.DATE_OF_BIRTH,
    compiled(rf"{_DAY_AND_MONTH}|(?<![\d£])(?<!\d[/.-])(?:\d{{1,2}}[/.-]\d{{1,2}}|\d{{6}}|\d{{8}})(?![/.-]?\d)"),
    _part_date_of_birth,
    digits=0,
    hints=("dob", "d.o", "d o", "d/o", "birth", "brith"),
)
