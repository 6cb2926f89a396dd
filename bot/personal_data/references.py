"""Reference numbers: those of claims, cases and customers, NHS numbers, tax references, passports, driving licences."""

from __future__ import annotations

import re
from collections.abc import Callable

from stdnum.gb import nhs

from bot.personal_data.rules import Kind, Rule, Span, before, compiled, digits_of

_NHS_BEFORE = compiled(r"\bnhs\b\D{0,40}$")
_UTR_BEFORE = compiled(r"\b(?:utr|unique tax\w*|self assessment)\b\D{0,40}$")
_VALUE = (
    r"(?<![A-Z\d£])(?:[A-Z]{1,5}[-/.]|(?-i:[A-Z]{1,4} ))?(?=[A-Z]{0,6}\d)[A-Z\d]{1,20}"
    r"(?:[-/][A-Z\d]{1,12}|\s(?=[A-Z]{0,2}\d)[A-Z\d]{2,12}){0,6}(?![A-Z\d])"
)
_NUMBERED = (
    r"(?:claim(?:ant)?|case|customer|client|application|payment|hospital|patient|passport|policy|licen[cs]e|member"
    r"(?:ship)?|court|order|booking|tenancy|rent|tax|complaint|appeal|breathing space|utr|nhs|ccj|account|roll"
    r"|insurance|warrant|collection|agreement|notice|penalty|child|gateway|user|mandate|dmp|iva|dro|pcn|crn|mrn|permit"
    r"|tribunal|invoice|contract|meter)"
)
_NUMBER_WORD = (
    rf"(?:ref(?:erence|s)?(?:\s*(?:number|num|no|id|code))?|{_NUMBERED}\s*(?:number|num|no|nr|id)"
    r"|(?:hours?|hrs?|eligibility|childcare|voucher|share) code)"
)
_BARE_WORD = r"(?:claim|case|application|customer|passport|utr|nhs|licen[cs]e|complaint|appeal|ccj|pcn|warrant|policy)"


def _after_word(word: re.Pattern[str], is_valid: Callable[[str], bool]) -> Callable[[re.Match[str]], Span | None]:
    """A judge that accepts a valid number to which a word leads."""
    return lambda match: match.span() if word.search(before(match)) and is_valid(digits_of(match[0])) else None


def _reference(match: re.Match[str]) -> Span | None:
    """Six letters and digits or more, at least four of them digits; a short bare number may be a sum of money."""
    group = "data" if match["data"] else "bare"
    value = re.sub(r"\W", "", match[group])
    least = 7 if group == "bare" and value.isdigit() else 6
    # Courts number claims like "J3QZ91KP".
    least_digits = 3 if len(value) == 8 else 4
    is_reference = len(value) >= least and len(digits_of(value)) >= least_digits
    return match.span(group) if is_reference else None


DRIVING_LICENCE = Rule(
    Kind.REFERENCE,
    compiled(r"\b(?!9)[A-Z9]{5}\s?\d{6}\s?[A-Z9]{2}\s?\d\s?[A-Z]{2}\b"),
    digits=7,
)
NHS_NUMBER = Rule(
    Kind.REFERENCE,
    re.compile(r"(?<!\d)\d{3}[\s-]?\d{3}[\s-]?\d{4}(?!\d)"),
    _after_word(_NHS_BEFORE, nhs.is_valid),
    digits=10,
    hints=("nhs",),
)
UTR = Rule(
    Kind.REFERENCE,
    compiled(r"(?<!\d)\d{5}\s?\d{5}K?\b"),
    _after_word(_UTR_BEFORE, str.isdigit),
    digits=10,
    hints=("utr", "tax", "assessment"),
)
# "W4T 92K 8LP"
SHARE_CODE = Rule(
    Kind.REFERENCE,
    compiled(r"\b(?=[A-Z\s-]*\d)(?:[A-Z\d]{3}[\s-]?){2}[A-Z\d]{3}\b"),
    lambda match: match.span() if re.search(r"share code\W*(?:\w+\W+)?$", before(match).lower()) else None,
    digits=1,
    hints=("share code",),
)
REFERENCE = Rule(
    Kind.REFERENCE,
    compiled(
        rf"\b{_NUMBER_WORD}\b\.?[^\d£]{{0,25}}?(?P<data>{_VALUE})"
        rf"|\b{_BARE_WORD}(?:\s*(?:is|was|:|=|#|-|under)\s*|\s+)(?P<bare>{_VALUE})"
    ),
    _reference,
    digits=3,
    hints=(
        *("ref", "num", "no ", "no.", "no:", " nr", " id", "code", "claim", "case", "application", "customer"),
        *("passport", "utr", "nhs", "licen", "complaint", "appeal", "ccj", "pcn", "warrant", "policy"),
    ),
)
