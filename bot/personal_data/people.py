"""Dates of birth and home addresses."""

from __future__ import annotations

import re
from datetime import date

from bot.personal_data.rules import FILL, Kind, Rule, Span, after, before, compiled, words_of

# --- date of birth ----------------------------------------------------------------------------------------------------

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:r?uary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = (
    r"(?:\d{1,2}\s?(?:st|nd|rd|th)?|(?:(?:twenty|thirty)[\s-]?)?(?:first|second|third|fourth|fifth|sixth|seventh|eighth"
    r"|ninth)|tenth|eleventh|twelfth|(?:thir|four|fif|six|seven|eigh|nine)teenth|twentieth|thirtieth)"
)
_YEAR = r"(?:(?:19|20)\d\d|'?\d\d)"
_NOT_A_YEAR = r"(?!\d|[/.-]\d|\s?(?:weeks?|wks?|days?|hours?|hrs?|[ap]m|months?|years?|kids)\b)"
_DAY_AND_MONTH = rf"\b{_DAY}(?:\s?of)?[\s./,-]{{0,2}}(?:the\s)?{_MONTH}\b"
_NUMERIC = (
    rf"(?<![\d£])(?<!\d[/.-])(?:\d{{1,2}}\s?([/.,\s-])\s?\d{{1,2}}\s?\1\s?{_YEAR}|(?:19|20)\d\d([/.\s-])\d{{1,2}}\2\d{{1,2}})"
    rf"{_NOT_A_YEAR}"
)
_WRITTEN = (
    rf"{_DAY_AND_MONTH}[\s./,-]{{0,3}}{_YEAR}{_NOT_A_YEAR}"
    rf"|\b{_MONTH}\s?\d{{1,2}}(?:st|nd|rd|th)?,?\s(?:19|20)\d\d{_NOT_A_YEAR}"
)

_BIRTH_DATE_WORDS = r"(?:d\.?\s?o\.?\s?b|dates? of birth|birth\s?dates?)"
_BIRTH_DATE_BEFORE = compiled(rf"\b{_BIRTH_DATE_WORDS}(?:'?s)?\b\D{{0,40}}$")
_BIRTH_DATE_AFTER = compiled(
    rf"^\W*(?:(?:is|was|as|that'?s|thats)\W+)?(?:(?:my|the|his|her|our|their|mums?|dads?)(?:'s)?\W+)?"
    rf"(?:{_BIRTH_DATE_WORDS}|birthday|b-?day)\b"
)
_BORN_BEFORE = compiled(r"\b(?:born|birthdays?|b-?days?|leap)\b(?P<gap>.{0,40})$")
_PERSON_BEFORE = compiled(
    r"\b(?:mum|mam|mom|dad|nan|gran\w*|wife|husband|hubby|partner|son|daughter|brother|sister|twin|he|she)"
    rf"(?:'?s| is| was)\s+$|\b(?:i'?m|i am)\s+$|[{FILL[Kind.NAME]}{FILL[Kind.NI_NUMBER]}][\s,;:(/-]{{1,3}}$"
)
_ANOTHER_EVENT = compiled(
    r"\b(?:due|claim\w*|appl\w+|start\w*|letter|since|deadline|paid|pay\w*|from|until|till|before|after|by|now|ends?)\b"
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
    is_birth = born and not _ANOTHER_EVENT.search(born["gap"])
    return match.span() if is_birth or _PERSON_BEFORE.search(leading) else None


def _part_date_of_birth(match: re.Match[str]) -> Span | None:
    """A day and month, or a date without separators, right after "date of birth"."""
    return match.span() if _BIRTH_DATE_BEFORE.search(before(match)[-25:]) else None


NUMERIC_DATE_OF_BIRTH = Rule(Kind.DATE_OF_BIRTH, compiled(_NUMERIC), _date_of_birth, digits=4)
WRITTEN_DATE_OF_BIRTH = Rule(Kind.DATE_OF_BIRTH, compiled(_WRITTEN), _date_of_birth, digits=2, hints=_MONTHS)
PART_DATE_OF_BIRTH = Rule(
    Kind.DATE_OF_BIRTH,
    compiled(rf"{_DAY_AND_MONTH}|(?<![\d£])(?<!\d[/.-])(?:\d{{1,2}}[/.-]\d{{1,2}}|\d{{6}}|\d{{8}})(?![/.-]?\d)"),
    _part_date_of_birth,
    digits=2,
    hints=("dob", "d.o", "d o", "birth"),
)

# --- address ----------------------------------------------------------------------------------------------------------

_STREET_TYPE = (
    r"(?:street|st|road|rd|avenue|ave?|lane|ln|close|cl|drive|dr|way|grove|gardens?|gdns|court|ct|crescent|cres|place|pl"
    r"|terrace|mews|row|hill|view|walk|square|sq|park|parade|house|cottages?|broadway|rise|mount|vale|gate|wharf|quay"
    r"|green|heights|croft|wynd|brae|path|villas?|buildings|yard|fields?|orchard|meadows?|tower|lodge|rectory|farm)"
)
_NOT_IN_ADDRESS = words_of(
    """
    a address adult adults am an and are at bed bedroom beds but child children council day days do does for form from
    he her his hours how i i'm im in is kid kids letter live lives living miles mins minutes month months my near or our
    people postcode say says send she they to was we week weeks what where with year years yr yrs
    """
)
_BEFORE_HOUSE_NUMBER = words_of("apartment apt flat no no. number room unit")
_TOKEN = re.compile(r"[^\s,]+")
_HOUSE_NUMBER = compiled(r"\d{1,4}[a-z]?(?:[-/]\d{1,4}[a-z]?)?")
_STREET_WORD = compiled(rf"{_STREET_TYPE}\.?")
_WORD = rf"(?!(?:{'|'.join(sorted(_NOT_IN_ADDRESS))})\b)[\w'.&-]+"
_HOUSE_AFTER = compiled(r"^[,\s]+(?:(?:house|flat|no\.?|number|#)\s*)+\d{1,4}[a-z]?\b")
_LIVES_IN_POSTCODE = compiled(
    r"\b(?:my post ?code\b|post ?code(?:'s| is|:)|(?:i|we|she|he) (?:lives?|stays?)\b|(?:my|our) address\b"
    r"|address(?: is|:))[^\d.?!]{0,15}$"
)
_LIVES_AT_STREET = compiled(
    r"\b(?:liv(?:e|es|ing) at|stay(?:s|ing)? at|address(?: is|:|'s)?|(?:i'?m|we'?re|i am|we are) at|moved? (?:in)?to"
    r"|moved (?:out of|from)|(?:my|our) (?:house|flat|place) is|deliver(?:ed)? to)\s*$"
)


def _address(match: re.Match[str]) -> Span | None:
    """A full postcode with a house number or street, or one where somebody is said to live."""
    leading, number = before(match), _HOUSE_AFTER.search(after(match))
    words = _address_words(leading)
    if not (words or number or _LIVES_IN_POSTCODE.search(leading)):
        return None
    start = match.start() - len(leading) + words[0].start() if words else match.start()
    return start, match.end() + (number.end() if number else 0)


def _address_words(leading: str) -> list[re.Match[str]]:
    """The words that give a house and street, out of those that lead to a postcode."""
    words: list[re.Match[str]] = []
    for word in reversed(list(_TOKEN.finditer(leading))[-8:]):
        if word[0].lower() in _NOT_IN_ADDRESS:
            break
        words.insert(0, word)
    for index, word in enumerate(words):
        if _HOUSE_NUMBER.fullmatch(word[0]):
            has_prefix = index > 0 and words[index - 1][0].lower() in _BEFORE_HOUSE_NUMBER
            return words[index - has_prefix :]
    streets = [index for index, word in enumerate(words) if index > 0 and _STREET_WORD.fullmatch(word[0])]
    return words[max(0, streets[0] - 2) :] if streets else []


def _street(match: re.Match[str]) -> Span | None:
    """A house number and street without a postcode, where somebody is said to live."""
    return match.span() if _LIVES_AT_STREET.search(before(match)) else None


ADDRESS = Rule(
    Kind.ADDRESS,
    compiled(
        # "P45 1st" is not a postcode.
        r"\b[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]?\s{0,2}(?!(?-i:1st|2nd|3rd|[04-9]th)\b)\d[ABD-HJLNP-UW-Z]{2}\b"
    ),
    _address,
    digits=2,
)
STREET = Rule(
    Kind.ADDRESS,
    compiled(rf"(?<![\w£/.])(?:(?:flat|no\.?)\s)?\d{{1,4}}[a-z]?,?\s+(?:{_WORD},?\s+){{1,3}}?{_STREET_TYPE}\b"),
    _street,
    digits=1,
    hints=("live", "living", "stay", "address", "m at", "re at", "move", "house is", "flat is", "place is", "deliver"),
)
