"""Home addresses: a postcode with what leads to it, or a house and street where somebody is said to live."""

from __future__ import annotations

import re

from bot.personal_data.rules import Kind, Rule, Span, after, before, compiled, words_of

_STREET_TYPE = (
    r"(?:street|st|str|road|rd|avenue|ave?|avn|lane|ln|close|cl|drive|dr|way|grove|gro?v|gardens?|gdns?|court|ct|crescent|cres"
    r"|place|pl|terrace|terr?|mews|row|hill|view|walk|square|sq|park|pk|parade|house|cottages?|broadway|rise|mount|vale|gate"
    r"|wharf|quay|green|heights|croft|wynd|brae|path|villas?|buildings|yard|fields?|orchard|meadows?|tower|lodge|rectory"
    r"|farm|alley|arcade|approach|boulevard|blvd|burn|chase|circus|common|crest|dale|dene|drove|esplanade|fold|garth"
    r"|glen|grange|lea|loan|mead|promenade|prom|strand|vennel|wood|bungalow|hostel|caravan park)"
)
_WELSH_STREET_TYPE = r"(?:heol|ffordd|stryd|lon|l\u00f4n|maes|clos|llys|rhodfa|cwrt|parc|bryn|y)"
_NOT_IN_ADDRESS = words_of(
    """
    a about address adult adults am an and are at bed bedroom beds but by can child children claim code council day days
    did do does for form from get got has have he help her his hours how i i'm im in is it it's its kid kids letter live
    lives living me miles mins minutes month months my near on or our over people pl please pls post postcode send she
    since that they this to uk under was we week weeks what when where which who with year years yr yrs
    """
)
_BEFORE_HOUSE_NUMBER = words_of("apartment apt flat no no. number room unit house plot pitch block")
_TOKEN = re.compile(r"[^\s,]+")
_HOUSE_NUMBER = compiled(r"#?(?:\d{1,4}[a-z]?(?:[-/]\d{1,4}[a-z]?)?|[a-z]\d{1,2}|\d?[pgf]f?\d{1,2})")
_FLOOR = compiled(
    r"(?:(?:(?:top|ground|first|second|third|1st|2nd|3rd|4th|upper|lower|basement|garden)\s+)?(?:floor|flr)(?:\s+(?:flat|left|right))?"
    r"|(?:flat|apartment|apt|unit|room)\s+[a-z\d]{1,3}(?:/\d{1,2})?|(?:basement|garden|top) flat"
    r"|\d{1,2}/\d{1,2}|\d?[pgf]{1,2}\d{1,2}|[a-z]\d{1,2})[\s,]+$"
)
_STREET_WORD = compiled(rf"{_STREET_TYPE}\.?")
_WORD = rf"(?!(?:{'|'.join(sorted(_NOT_IN_ADDRESS - {'y'}))})\b)[\w'.&-]+"
_HOUSE_AFTER = compiled(r"^[,\s]+(?:(?:house|flat|no\.?|number|#)\s*)+\d{1,4}[a-z]?\b")
_LIVES_IN_POSTCODE = compiled(
    r"\b(?:post ?code\b|(?:i|we|she|he) (?:lives?|stays?)\b|(?:i'?m|we'?re) (?:in|at)\b"
    r"|(?:my|our) (?:address|home|house|flat)\b|address(?: is|:)|living\b|moved\b)[^\d.?!]{0,15}$"
)
_LIVES_AFTER = compiled(
    r"^[\s,-]*(?:is (?:my|our|where)|(?:is )?(?:the |my |our )?post ?code"
    r"|(?:where )?(?:i|we) (?:live|stay))\b"
)
_LIVES_AT_STREET = compiled(
    r"(?:\bliv(?:e|es|ed|ing)(?: at| on| in)?|\bstay(?:s|ing)?(?: at| on| in)?|\b(?:ad+ress|adress)(?: is|:|'s)?"
    r"|\b(?:i'?m|we'?re|i am|we are) at|\bmoved? (?:in)?to"
    r"|\bmoved (?:out of|from)|\b(?:my|our) (?:house|flat|place|home|street|hostel|room)(?: is| at| on)?"
    r"|\bhome is|\bhouse at|\b(?:deliver(?:ed)?|posted?|sen[dt]|write) (?:it |them |letters? )?(?:to|at)|\bbide at"
    r"|\blandlord (?:of|at)|\b(?:i|we) rent(?: at)?)\W{1,3}$"
)
_NUMBER_WORD = (
    r"(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen)"
)
# Where an organisation is to be found is no secret.
_ORGANISATION = compiled(
    r"\b(?:hmrc|dwp|dvla|offices?|job ?centre|council|library|school|nursery|hospital|surgery|clinic"
    r"|freepost|po box|university|downing)\b[^.?!]{0,40}$"
)
# The last two letters of "y6 5yr" and "b12 2hr" are no postcode's, unless they are in capitals.
_UNITS_OF_TIME = r"(?-i:(?!\d(?:yr|hr|st|nd|rd|th|gb|lb|pd)\b))"


def _address(match: re.Match[str]) -> Span | None:
    """A full postcode with a house number or street, or one where somebody is said to live."""
    leading, number = before(match), _HOUSE_AFTER.search(after(match))
    words = _address_words(leading)
    lives = _LIVES_IN_POSTCODE.search(leading) or _LIVES_AFTER.search(after(match))
    if not (words or number or lives):
        return None
    if _ORGANISATION.search(leading) and not lives and not any(_HOUSE_NUMBER.fullmatch(word[0]) for word in words):
        return None
    start = match.start() - len(leading) + words[0].start() if words else match.start()
    return start - _floor_before(leading, words), match.end() + (number.end() if number else 0)


def _floor_before(leading: str, words: list[re.Match[str]]) -> int:
    """How many characters say which floor or flat, before the house number."""
    floor = _FLOOR.search(leading, 0, words[0].start()) if words else None
    return len(floor[0]) if floor else 0


def _address_words(leading: str) -> list[re.Match[str]]:
    """The words that give a house and street, out of those that lead to a postcode."""
    words: list[re.Match[str]] = []
    for word in reversed(list(_TOKEN.finditer(leading))[-10:]):
        if word[0].lower() in _NOT_IN_ADDRESS or word[0][-1] in "?!:":
            break
        words.insert(0, word)
    for index, word in enumerate(words):
        if _HOUSE_NUMBER.fullmatch(word[0]):
            has_prefix = index > 0 and words[index - 1][0].lower() in _BEFORE_HOUSE_NUMBER
            return words[index - has_prefix :]
    streets = [index for index, word in enumerate(words) if index > 0 and _STREET_WORD.fullmatch(word[0])]
    if words and "," in leading[words[0].start() :]:
        return _named_house(leading, words)
    return words[max(0, streets[0] - 2) :] if streets else []


def _named_house(leading: str, words: list[re.Match[str]]) -> list[re.Match[str]]:
    """The words between commas before a postcode, "Rose Cottage, Mill Lane, Ludlow": the first with two at most."""
    first_comma = leading.index(",", words[0].start())
    index = sum(word.start() < first_comma for word in words)
    return words[max(0, index - 3) :]


def _street(match: re.Match[str]) -> Span | None:
    """A house number and street without a postcode, where somebody is said to live."""
    return match.span() if _LIVES_AT_STREET.search(before(match)) else None


ADDRESS = Rule(
    Kind.ADDRESS,
    compiled(
        # "P45 1st" is not a postcode.
        rf"\b[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]?\s{{0,2}}(?!(?-i:1st|2nd|3rd|[04-9]th)\b){_UNITS_OF_TIME}\d[ABD-HJLNP-UW-Z]{{2}}\b"
    ),
    _address,
    digits=2,
)
STREET = Rule(
    Kind.ADDRESS,
    compiled(
        rf"(?<![\w\u00a3/.])(?:(?:flat|no\.?|apt|room|unit)\s)?(?:\d{{1,4}}[a-z]?|{_NUMBER_WORD}),?\s+"
        rf"(?:(?:{_WORD},?\s+){{1,3}}?{_STREET_TYPE}|{_WELSH_STREET_TYPE}\s+{_WORD})\b"
    ),
    _street,
    hints=(
        *(
            "live",
            "living",
            "stay",
            "address",
            "adress",
            "m at",
            "re at",
            "move",
            "house",
            "flat",
            "place",
            "deliver",
            "home",
        ),
        *("street", "landlord", "rent", "send", "sent", "post", "write", "bide"),
    ),
)
