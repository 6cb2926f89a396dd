"""Card numbers, bank accounts, and the sums of money, years and dates that look like them."""

from __future__ import annotations

import re

from stdnum import luhn
from stdnum.iso7064 import mod_97_10

from bot.personal_data.rules import FILL, Kind, Rule, Span, after, before, compiled, digits_of

# --- payment card -----------------------------------------------------------------------------------------------------

_SEP = r"[\s./_,-]{1,3}"
_CARD_WORDS = compiled(r"\b(?:card|visa|mastercard|debit|credit|amex|long number)\b")
_CARD_AFTER = compiled(
    r"^\W*(?:is|was|on|-)?\s*(?:my|the|his|her|our)?\s*(?:\w+\s)?(?:card|visa|mastercard|debit|amex)\b"
)
_LAST_GROUP = re.compile(r"\D+\d+$")


def _card(match: re.Match[str]) -> Span | None:
    """A number that passes the Luhn test (perhaps followed by an expiry date), or is said to be a card's.

    Four groups of four are a card's even with a digit wrong, unless they are years.
    """
    number = match[0]
    while len(digits_of(number)) >= 13:
        if luhn.is_valid(digits_of(number)):
            return match.start(), match.start() + len(number)
        number = _LAST_GROUP.sub("", number) if _LAST_GROUP.search(number) else ""
    is_said_to_be = len(digits_of(match[0])) in range(15, 20) and (
        _CARD_WORDS.search(before(match)) or _CARD_AFTER.search(after(match))
    )
    return match.span() if is_said_to_be or _is_grouped_in_fours(match[0]) else None


def _is_grouped_in_fours(number: str) -> bool:
    groups = re.split(r"\D+", number)
    return [len(group) for group in groups[:4]] == [4] * 4 and not all(re.match("19|20", group) for group in groups)


def _card_like(match: re.Match[str]) -> Span | None:
    """One in other groups, but not the ages of twelve children."""
    return _card(match) if re.search(r"\d{3}", match[0]) or len(digits_of(match[0])) >= 15 else None


CARD = Rule(
    Kind.CARD,
    compiled(
        rf"(?<![\d£+])[1-9](?:\d{{12,18}}|\d{{3}}{_SEP}(?:\d{{6}}{_SEP}\d{{4,5}}"
        rf"|\d{{4}}{_SEP}\d{{4}}{_SEP}\d{{1,4}}(?:{_SEP}\d{{1,3}})?))(?!\d)"
    ),
    _card,
    digits=13,
)
CARD_LIKE = Rule(Kind.CARD, compiled(r"(?<![\d£+])[1-9](?:[\s._,-]{0,3}\d){12,18}(?!\d)"), _card_like, digits=13)

# --- bank account -----------------------------------------------------------------------------------------------------

_ACCOUNT_WORD = r"(?:acc(?:oun)?ts?|accs?|a/c)"
_SORT_CODE = r"(?<!\d)(?:\d\d([\s./_-])\d\d\1\d\d|\d{6})"
_ACCOUNT = r"(?:\d{8}|\d{4}[\s-]\d{4})(?![\d/]|-\w)"
_BANK_WORD = (
    rf"(?:sort ?codes?|sc|s/c|{_ACCOUNT_WORD}|bank\w*|8[- ]digit (?:number|acc\w*)|building society|monzo|starling"
    r"|barclays|lloyds|natwest|hsbc|santander|halifax|nationwide|tsb|rbs|revolut|chase|coop|co-op|metro|first direct"
    r"|virgin money|tide|monese|kroo|wise|credit union|post office|danske|ulster|clydesdale|giro|savings account)"
)
_BANK_BEFORE = compiled(rf"(?:\b{_BANK_WORD}\b|{FILL[Kind.BANK_ACCOUNT]})(?P<gap>(?:\D|(?<!\d)\d(?!\d)){{0,40}})$")
_BANK_AFTER = compiled(rf"^[^.?!]{{0,40}}\b(?:sort ?code|{_ACCOUNT_WORD}|bank)\b")
_SORT_BEFORE = compiled(r"\b(?:(?:sort[\s._-]?codes?|sc|s/c)\b\D{0,30}|sort\W{0,3}(?:is\s)?)$")
_SORT_AFTER = compiled(r"^\W*(?:is|was)?\W*(?:the|my|his|her|our)?\W*sort ?code\b")
_AFTER_ACCOUNT = re.compile(rf"{FILL[Kind.BANK_ACCOUNT]}[\s,/&-]{{1,4}}$")
_SEVEN_DIGITS_OF = compiled(rf"\b(?:8[- ]digit|{_ACCOUNT_WORD} ?(?:no|num|number))\b")
_OTHER_NUMBER = compiled(
    r"\b(?:ref\w*|claim|case|customer|client|application|nhs|passport|utr|licen[cs]e|phone|id|code is)\b"
)
_ACCOUNT_IS = compiled(
    rf"\b{_ACCOUNT_WORD}(?:'?s)?\.?\s?(?:no|num|number|nr|#)?\.?(?:'?s|\s(?:is|was))?\W{{0,3}}$"
    rf"|\b8[- ]digit[^\d.]{{0,20}}$|{FILL[Kind.BANK_ACCOUNT]}\W{{0,4}}(?:(?:and|acc\w*|a/c|no|number)\W{{0,2}}){{0,3}}$"
)
_SUMS = re.compile(r"\d\d[05]0\D\d\d[05]0")
_WHOLE_DATE = re.compile(r"\d{1,2}\W\d{1,2}\W(?:19|20)\d\d")
_DAY_AND_MONTH = re.compile(r"(?:[0-2]?\d|3[01])\W(?:0?[1-9]|1[0-2])\W")


def _iban(match: re.Match[str]) -> Span | None:
    """A number that passes the IBAN test, perhaps followed by short words."""
    number = match[0]
    while len(number) > 12 and len(digits_of(number)) > 7:
        compact = re.sub(r"\s", "", number).upper()
        if mod_97_10.is_valid(compact[4:] + compact[:4]):
            return match.start(), match.start() + len(number)
        number = number.rpartition(" ")[0]
    return None


def _account(match: re.Match[str]) -> Span | None:
    """An account number near a word about banks, unless a nearer word says that it is another number."""
    bank = _BANK_BEFORE.search(before(match))
    if _OTHER_NUMBER.search(bank["gap"] if bank else before(match)[-25:]):
        return None
    if _SUMS.match(match[0]) or (len(match[0]) == 7 and not _SEVEN_DIGITS_OF.search(before(match))):
        return None
    return match.span() if bank or _BANK_AFTER.search(after(match)) else None


def _sort_code(match: re.Match[str]) -> Span | None:
    """A sort code that is said to be one; near other words about banks, one that can't be a date."""
    leading = before(match)
    if _SORT_BEFORE.search(leading) or _SORT_AFTER.search(after(match)) or _AFTER_ACCOUNT.search(leading):
        return match.span()
    could_be_bank = len(match[0]) > 6 and not _DAY_AND_MONTH.match(match[0])
    return match.span() if could_be_bank and _BANK_BEFORE.search(leading) else None


IBAN_GB = Rule(Kind.BANK_ACCOUNT, compiled(r"\bGB[\s-]?\d\d[\s-]?[A-Z]{4}(?:[\s-]?\d){12,16}\b"), digits=16)
IBAN = Rule(Kind.BANK_ACCOUNT, compiled(r"\b[A-Z]{2}\d\d(?:\s?[A-Z\d]{4}){2,7}(?:\s?[A-Z\d]{1,3})?\b"), _iban, digits=8)
SORT_CODE_AND_ACCOUNT = Rule(
    Kind.BANK_ACCOUNT,
    compiled(
        rf"{_SORT_CODE}(?:[\s,;:/|&+-]{{1,4}}|[^\d\n]{{0,20}}?\b(?:{_ACCOUNT_WORD}|and|number|no)\b\D{{0,15}}?){_ACCOUNT}"
    ),
    digits=14,
)
# "account number 49-201-338", "acc 1 9 2 0 3 3 8 4", but not "account since 12.03.2019"
ACCOUNT_LIKE = Rule(
    Kind.BANK_ACCOUNT,
    compiled(r"(?<![\d£])(?<!\d[/.-])\d(?:[\s._-]{0,3}\d){7}(?![\d/]|[.,-]\d)"),
    lambda match: match.span() if _ACCOUNT_IS.search(before(match)) and not _WHOLE_DATE.fullmatch(match[0]) else None,
    digits=8,
)
ACCOUNT = Rule(Kind.BANK_ACCOUNT, compiled(rf"(?<![\d£])(?<!\d[/.-])(?:{_ACCOUNT}|\d{{7}}(?!\d))"), _account, digits=7)
SORT_CODE = Rule(Kind.BANK_ACCOUNT, compiled(rf"{_SORT_CODE}(?!\d)"), _sort_code, digits=6)
# "1 1 - 0 2 - 3 3"
SORT_CODE_LIKE = Rule(
    Kind.BANK_ACCOUNT,
    compiled(r"(?<!\d)\d(?:[\s./_-]{0,3}\d){5}(?!\d)"),
    lambda match: match.span() if _SORT_BEFORE.search(before(match)[-25:]) else None,
    digits=6,
    hints=("sort", "sc", "s/c"),
)

# --- harmless numbers -------------------------------------------------------------------------------------------------


def _years(match: re.Match[str]) -> Span | None:
    """Two years, "2024 2025" or "2024/25", where the second year is not before the first and within a generation."""
    first, second = int(match[1]), int(match[2])
    second += first // 100 * 100 if second < 100 else 0
    return match.span() if 0 <= second - first <= 30 else None


MONEY = Rule(
    None,
    compiled(
        r"£\s?\d[\d,]*(?:\s\d{3}(?!\d)){0,3}(?:\.\d+)?|(?<!\d)\d{1,3}(?:[,\s]?\d{3}){0,3}(?:\.\d\d)?"
        r"(?=\s?(?:pounds?|quid|gbp|euros?|pcm|p/?[amw]|a (?:year|month|week))\b)"
    ),
    digits=4,
)
YEARS = Rule(
    None,
    re.compile(r"(?<![\d/.-])((?:19|20)\d\d)\s?[\s/-]\s?((?:19|20)?\d\d)(?![/.-]?\d)"),
    _years,
    digits=6,
)
DATE = Rule(
    None,
    re.compile(r"(?<![\w/.-])(?:0?[1-9]|[12]\d|3[01])([/.-])(?:0?[1-9]|1[0-2])\1(?:(?:19|20)\d\d|\d\d)(?![/.-]?\w)"),
    digits=4,
)
