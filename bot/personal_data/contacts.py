"""E-mail addresses, phone numbers and National Insurance numbers.

Phone numbers are found by their plain shape: phonenumbers takes about 0.3 ms for each, and does not tell a mobile
number that isn't in use from a date.
"""

from __future__ import annotations

import re

from bot.personal_data.rules import Kind, Rule, Span, after, before, compiled

# --- e-mail -----------------------------------------------------------------------------------------------------------

_LOCAL = r"(?<![\w.+%'-])[\w.+%'-]+"
_PROVIDERS = (
    *(
        "gmail",
        "googlemail",
        "hotmail",
        "outlook",
        "yahoo",
        "ymail",
        "icloud",
        "live",
        "msn",
        "aol",
        "btinternet",
        "sky",
    ),
    *("proton", "protonmail", "virginmedia", "talktalk", "ntlworld", "tiscali", "gmx", "mail"),
)
_PROVIDER = rf"(?:{'|'.join(_PROVIDERS)})"
_DOT = r"\s?(?:\.|,|[(\[]dot[)\]]|\bdot\b)\s?"
_END = r"(?:com|net|me|co\s?(?:\.|dot)?\s?uk)\b"
# "brian dot hughes", "susan bright": what is said before "at".
_SAID_DIGITS = r"(?:\s(?:\d+|one|two|three|four|five|six|seven|eight|nine)\b){0,6}"
_SAID = rf"[\w.+'-]+(?:\s(?:dot|underscore|dash|hyphen)\s[\w.+'-]+{_SAID_DIGITS}){{0,4}}"
_EMAIL_IS = r"(?:(?<=mail is )|(?<=mail's )|(?<=mail )|(?<=mail: )|(?<=address is ))"

# A name with a space before "@" is no address where a site follows: "look @ gov.uk".
EMAIL = Rule(
    Kind.EMAIL,
    compiled(rf"{_LOCAL}(?:@\s?|\s@\s?(?!(?:www|gov|nhs)\.))(?:[\w-]+\.)+[a-z]{{2,}}"),
    hints=("@",),
)
# "jo at gmail dot com", "jo (at) gmail.com", "jo @ gmail", "jo.b at plumbers dot co dot uk"
SPELT_EMAIL = Rule(
    Kind.EMAIL,
    compiled(
        rf"(?:{_EMAIL_IS}\w+\s\w+|(?<![\w.+'-]){_SAID})(?:\s?(?:@|[(\[]\s?at\s?[)\]])\s?{_PROVIDER}\b(?:(?:{_DOT}|\s){_END})?"
        rf"|\s?[(\[]\s?at\s?[)\]]\s?[\w-]+(?:{_DOT}[a-z]{{2,}}\b){{1,3}}"
        rf"|\sat\s{_PROVIDER}(?:{_DOT}|\s){_END}"
        r"|\sat\s[\w-]+(?:\sdot\s[a-z]{2,}\b){1,3})"
    ),
    hints=(*_PROVIDERS, " dot ", "(at)", "[at]", "( at )"),
)

# --- National Insurance number ----------------------------------------------------------------------------------------

_GAP = r"[\s.,/_-]{0,3}"
_SIX_DIGITS = rf"(?:{_GAP}\d){{6}}"
_NI_WORDS = compiled(
    r"\b(?:ni|n\.\s?i|n i|nino|n i n o|nat(?:ional)?\.? ?ins\w*|insurance (?:no|num\w*)|yswiriant gwladol)\b\D{0,30}$"
)
# "we 100000 a year" and "on 12.03.24 a letter came" have the shape of a National Insurance number.
_WORD_BEFORE_NUMBER = re.compile(
    r"(?:[Aa][hmnst]|[Bb][ey]|[Ee][hrx]|[Hh][aem]|[Ll]a|[Mm][aey]|[Oo][hknr]|[Pp]a|[Tt]a|[Ww]e|[Yy]a)\s"
)
_WORD_BEFORE_DATE = re.compile(r"[A-Za-z][a-z]\W(?:[0-2]?\d|3[01])\W(?:0?\d|1[0-2])\W")


def _ni_number(match: re.Match[str]) -> Span | None:
    """Any match that does not begin with an everyday word, unless it is said to be one."""
    return _ni_number_like(match) if _WORD_BEFORE_NUMBER.match(match[0]) else match.span()


def _ni_number_like(match: re.Match[str]) -> Span | None:
    """One without its last letter or with impossible ones, where it is said to be one."""
    is_date = _WORD_BEFORE_NUMBER.match(match[0]) and _WORD_BEFORE_DATE.match(match[0])
    return match.span() if _NI_WORDS.search(before(match)) and not is_date else None


NI_NUMBER = Rule(
    Kind.NI_NUMBER,
    compiled(rf"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z]\s?[A-CEGHJ-NPR-TW-Z]{_SIX_DIGITS}{_GAP}[A-D]\b"),
    _ni_number,
    digits=6,
)
# In capitals it is one even with words run into it, or without its last letter.
NI_NUMBER_RUN_IN = Rule(
    Kind.NI_NUMBER,
    re.compile(
        r"(?<![A-Z\d])(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}(?:[A-D](?![A-Z\d])|(?!\w))"
    ),
    digits=6,
)
NI_NUMBER_LIKE = Rule(
    Kind.NI_NUMBER,
    compiled(rf"\b[A-Z]\s?[A-Z]{_SIX_DIGITS}(?:{_GAP}[A-Z])?\b"),
    _ni_number_like,
    digits=6,
    hints=("ni", "n.", "n i", "nat", "insur"),
)

# --- phone ------------------------------------------------------------------------------------------------------------

_SEP = r"[\s.(),/_-]{0,3}"
_NOT_A_DATE = r"(?<!\b\d/)(?<!\b\d\d/)(?!\d\d[\s./-]\d\d[\s./-](?:19|20)\d\d(?!\d))"
_PHONE_WORDS = compiled(
    r"\b(?:(?:tele)?phone|fone|mobile|mob|tel|cell|ring|call|text|txt|whats ?app?|landline|contact|fax"
    r"|my (?:num(?:ber|ba)?|no)|reach me|number(?:'?s| is)?:?)(?:'s)?\b\D{0,25}$"
)
_PHONE_AFTER = compiled(r"^\W*(?:(?:is|was)\W+)?(?:(?:my|the|his|her)\W+)?(?:phone|mobile|mob|tel|landline|whatsapp)\b")


_OWN_PHONE = compiled(
    r"\bmy (?:(?:home|house|work|mobile|mob|land ?line|tele)\s?)?(?:phone|mobile|mob|tel|landline|line)?\s?"
    r"(?:num(?:ber)?|no|phone|mobile|landline)\.?(?:'?s)?(?:\s(?:is|was))?\W{0,3}$"
)


def _phone_like(match: re.Match[str]) -> Span | None:
    """One with a digit too few or too many, or without its zero, where it is said to be one."""
    return match.span() if _PHONE_WORDS.search(before(match)) or _PHONE_AFTER.search(after(match)) else None


# Freephone, 03 and 084/087 numbers are those of organisations. Childline's 0800 1111 is short.
HELPLINE = Rule(
    None,
    compiled(rf"(?<![\d£])(?:(?:\+|00)?44{_SEP}(?:\(0\)\s?)?|\(?0)(?:8[047]|3\d)\d(?:{_SEP}\d){{4,7}}(?!\d)"),
    digits=8,
)
PHONE = Rule(
    Kind.PHONE,
    compiled(
        rf"(?<![\d£])(?:{_NOT_A_DATE}(?:(?:\+|00)\s?44{_SEP}(?:\(?0\)?)?|\(?0|(?<!\w)\(?o){_SEP}"
        rf"(?:[127](?:{_SEP}\d){{9}}|1\d{{3}}[\s-]?\d{{5}})(?!\d)"
        rf"|44\s?7(?:{_SEP}\d){{9}}(?!\d)"
        rf"|(?:\+|(?<!\w)00)(?!44{_SEP}(?:\(?0\)?\s?)?[38])[1-9](?:{_SEP}\d){{9,13}}(?!\d))"
    ),
    digits=10,
)
SHORT_PHONE = Rule(
    Kind.PHONE,
    compiled(rf"(?<![\d£])\d(?:{_SEP}\d){{5,12}}(?!\d)"),
    lambda match: match.span() if _OWN_PHONE.search(before(match)) else None,
    digits=6,
    hints=("my ",),
)
PHONE_LIKE = Rule(
    Kind.PHONE,
    compiled(rf"(?<![\d£])\+?[07](?:{_SEP}\d){{8,11}}(?!\d)"),
    _phone_like,
    digits=9,
)
