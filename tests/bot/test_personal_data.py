"""Personal data is taken out of a message, and nothing else is."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.personal_data import SETS, Figures, Message, measure, read
from bot.personal_data import MAX_LENGTH, Kind, Scrubbed, is_answerable, scrub
from tests.fuzz.junk import often

# (what is before the data, the data, what is after it)
FINDS = {
    Kind.NI_NUMBER: [("ni ", "JK 48 21 73 B", " ok"), ("", "jk482173b", ""), ("my nino is ", "jk-48-21-73", " ok")],
    Kind.EMAIL: [("mail ", "jo.b+x@gmail.com", "."), ("its ", "jo at gmail dot com", ""), ("(", "jo@x.co.uk", ")")],
    Kind.PHONE: [
        ("ring ", "07700 900123", " x"),
        ("", "+44 (0)7700.900.123", ""),
        ("on ", "0044 7700-900-123", " today"),
        ("landline ", "(020) 7946 0321", ""),
        ("my mobile is ", "7700 900123", ""),
        ("whatsapp ", "+353 87 123 4567", ""),
    ],
    Kind.CARD: [
        ("card ", "4242 4242 4242 4242", " exp 04/29"),
        ("", "4242-4242-4242-4242", ""),
        ("amex ", "371449635398431", ""),
        ("my card is ", "4242 4242 4242 4241", " (one digit wrong)"),
    ],
    Kind.BANK_ACCOUNT: [
        ("to ", "20-45-77 43918206", ""),
        ("acc no ", "43918206", ""),
        ("sort code ", "204577", ""),
        ("", "GB29 NWBK 6016 1331 9268 19", " please"),
        ("", "DE89 3704 0044 0532 0130 00", " is mine"),
    ],
    Kind.ADDRESS: [
        ("at ", "14 Beech Grove, M21 9QT", ""),
        ("its ", "flat 2b, 117 queens rd, bs5 8pz", " ok"),
        ("i live at ", "LS6 2AB", ""),
        ("my postcode is ", "ls62ab", ""),
        ("we live at ", "14 beech grove", " in town"),
    ],
    Kind.DATE_OF_BIRTH: [
        ("dob ", "3/4/91", ""),
        ("i was born on the ", "12th of March, 1988", " in Leeds"),
        ("", "14/02/1991", " is my date of birth"),
        ("date of birth ", "1988-03-12", ""),
        ("dob ", "12031988", ""),
        ("his birthday is ", "19 August 2008", ""),
    ],
    Kind.NAME: [
        ("Hi im ", "Sarah Jones", " and im new here"),
        ("my name is ", "louise ferrier", ", help"),
        ("I am ", "Oluremi Bankole", ", need help"),
        ("this is ", "Priya Patel", " again"),
        ("This is ", "Oluremi Bankole", ", my claim is late"),
        ("how long? signed, ", "Dave Brown", ""),
        ("how long?\nRegards,\n", "Jane", ""),
        ("Thank you, ", "Margaret Ellison", ""),
        ("Hi all, I'm ", "Zosimo", ", can i claim"),
        ("call me ", "Dave", " please"),
        ("", "Peter Vaughan-Rees", " here, new to this"),
    ],
    Kind.REFERENCE: [
        ("claim ref ", "CB/48213-77", ", waiting"),
        ("nhs number ", "943 476 5919", ""),
        ("utr ", "31427 89650", ""),
        ("", "MORGA657054SM9IJ", " is rejected"),
        ("passport number ", "532817745", ""),
        ("my case is ", "20/D/33418", ""),
        ("my 30 hr code, ", "50098712344", ", fails"),
    ],
}
HARMLESS = (
    """
return for 2024 2025|return for 2024/25|i earn £100 000|i got £1,200.50|100 000 pounds a year|born in 2024|26 weeks gone
at 10:30|it is 55%|due 12 march|due date is 12/03/2026|by 31 January 2026|MATB1 SC2 N244 CH2 P45 SF100|on plan 2
im 34|house is 250 000|1 in 4|open 24/7|section 21|im in LS6|near SW1A|call 0800 328 5644|ring 0300 200 3310
it is 0345 300 3900|from abroad +44 800 328 5644|text 85258|dial 116 123|dial 111 or 999
im pregnant|im Scottish|i am Self Employed
I'm Universal Credit claimant|baby born 2 april|we 100000 a year|on 12.03.24 a letter came|call me back
my name is on the tenancy|my name is spelt wrong|its max 16 hours|thanks, bye|which is best, Lloyds
paid since 12/03/2018|P45 1st, then P60 2nd
""".strip()
    .replace("\n", "|")
    .split("|")
)


@lru_cache
def _messages(name: str) -> list[Message]:
    return read(SETS[name])


@lru_cache
def _figures(name: str) -> Figures:
    return measure(_messages(name))


def _labelled() -> list[Message]:
    return _messages("first")


@pytest.mark.parametrize("name", SETS)
def test_the_bars_are_held(name: str) -> None:
    """On each labelled set, nearly all of each kind is found, and at most one harmless message in a hundred suffers."""
    assert len(_messages(name)) >= 400
    assert list(_figures(name).broken_bars()) == []


def test_the_sets_are_large_enough() -> None:
    """Each set has enough of each kind for its bar to mean something, and enough without any."""
    sets = [_figures(name) for name in SETS]
    assert sum(figures.harmless for figures in sets) >= 1000
    assert all(sum(figures.scores[kind].total for figures in sets) >= 50 for kind in Kind)


def test_wrong_kinds() -> None:
    """Personal data is nearly always given its right kind, and no other."""
    wrong = [message.text for message in _labelled() if message.kinds and _kinds(message) != set(message.kinds)]
    assert len(wrong) <= 6, wrong


def _kinds(message: Message) -> set[Kind]:
    return set(scrub(message.text).kinds)


def test_no_long_number_is_left() -> None:
    """No labelled message with a number to hide keeps five digits in a row, helplines and sums of money apart."""
    numbers = {Kind.NI_NUMBER, Kind.PHONE, Kind.CARD, Kind.BANK_ACCOUNT, Kind.REFERENCE}
    left = [scrub(message.text).text for message in _labelled() if numbers.intersection(message.kinds)]
    assert [text for text in left if re.search(r"\d[\s.-]?\d[\s.-]?\d[\s.-]?\d[\s.-]?\d", text)] == []


@pytest.mark.parametrize(
    ("kind", "start", "data", "end"),
    [(kind, *find) for kind, finds in FINDS.items() for find in finds],
)
def test_all_of_a_find_is_replaced(kind: Kind, start: str, data: str, end: str) -> None:
    """The whole of a find is replaced by its kind, and the words around it stay as they are."""
    assert scrub(start + data + end) == Scrubbed(f"{start}[{kind.value}]{end}", (kind,))


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_is_left_alone(text: str) -> None:
    """Sums, years, weeks, dates, forms, helplines and states are not personal data."""
    assert scrub(text) == Scrubbed(text, ())


def test_kinds_are_in_order_of_appearance_and_given_once() -> None:
    """The kinds come in the order of their first placeholders, whatever order they were found in."""
    scrubbed = scrub("my name is louise ferrier ring 07700 900774 or 07700 900775 or lou@gmail.com")
    assert scrubbed.text == "my name is [name] ring [phone number] or [phone number] or [email address]"
    assert scrubbed.kinds == (Kind.NAME, Kind.PHONE, Kind.EMAIL)


def test_a_name_is_replaced_wherever_it_stands() -> None:
    """Once a name is known, it is also found where nothing introduces it."""
    assert scrub("im gemma from gemma stubbs cakes").text == "im [name] from [name] stubbs cakes"


@pytest.mark.parametrize("hidden", ["\x00", "\u200b", "\u200d", "\ufeff", "\u2060", "\xad"])
def test_invisible_characters_hide_nothing(hidden: str) -> None:
    """A number is found although characters that nobody sees stand between its digits."""
    assert scrub(f"ring {hidden.join('07700 900123')}").text == "ring [phone number]"


@pytest.mark.parametrize("data", ["０７７００ ９００１２３", "٠٧٧٠٠ ٩٠٠١٢٣", "07700–900–123", "07700\u00a0900 123"])
def test_other_digits_and_dashes_hide_nothing(data: str) -> None:
    """A number is found in full-width and other digits, and with dashes and spaces of any width."""
    assert scrub(f"ring {data}").text == "ring [phone number]"


def test_emoji_are_left_alone() -> None:
    """The joiners inside emoji stay, even where a number is replaced."""
    assert scrub("👩‍👧 ring 07700 900123 ❤️").text == "👩‍👧 ring [phone number] ❤️"


def test_the_end_of_an_overlong_text_is_cut_off() -> None:
    """What is beyond the length that is searched never gets through, not even half of a number."""
    scrubbed = scrub("x " * (MAX_LENGTH // 2 - 5) + "ring 07700 900123 " + "lou@gmail.com " * 10)
    assert len(scrubbed.text) <= MAX_LENGTH
    assert set(scrubbed.text) == {"x", " "}


OVERLONG = ["1 ", "12 ", "1/1/11 ", "077 ", "ls6 2ab ", "ab 12 34 56 ", "4242424242424242 ", "a@", "a.", "1 may ", "9"]
OVERLONG += ["dot ", "one ", "two oh ", "a at b dot c ", "flat 2, ", "my no 1 ", "name ", "born 1/1/11 "]
OVERLONG += ["dob 1/1/90 ", "account ", "ref a1", "im sarah ", "my name is ", " ", "\x00", "0\u200b", "\ud800", "🙂"]


@pytest.mark.parametrize("piece", OVERLONG)
def test_time_is_bounded(piece: str) -> None:
    """Four times as much of a text made for the purpose takes about four times as long, not sixteen."""
    whole = (piece * (MAX_LENGTH // len(piece) + 1))[:MAX_LENGTH]
    part = whole[: MAX_LENGTH // 4]
    # Measured again only where another process was in the way.
    assert any(_seconds(whole) < 12 * max(_seconds(part), 0.002) for _ in range(5))


def test_time_of_an_ordinary_message() -> None:
    """A small part of a millisecond, for every message goes through here: less than to count to 30,000."""
    text = "Hi, my partner and I both work 30 hours and earn about £32,000 each, can we get tax free childcare now?"
    assert min(_seconds(text) for _ in range(50)) < min(_seconds_of(lambda: sum(range(30_000))) for _ in range(50))


def _seconds(text: str) -> float:
    return _seconds_of(lambda: scrub(text))


def _seconds_of(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


_PIECES = [data for finds in FINDS.values() for find in finds for data in find] + HARMLESS
_PIECES += [f"[{kind.value}]" for kind in Kind] + [" ", ", ", "\n", "\x00", "\u200d", "account ", "dob ", "ref ", "im "]
_MESSAGES = st.one_of(
    st.text(max_size=200),
    st.text(alphabet=st.characters(codec=None, categories=["Cs", "Cf", "Cc", "Nd", "Zs", "Pd"]), max_size=60),
    st.text(alphabet="0123456789 -./abcnisort@£\n", max_size=120),
    st.lists(st.sampled_from(_PIECES), max_size=12).map("".join),
)


@often()
@given(_MESSAGES)
def test_scrubbing_again_changes_nothing(text: str) -> None:
    """Any text can be scrubbed, and what comes out has no personal data left to find."""
    scrubbed = scrub(text)
    assert scrub(scrubbed.text) == Scrubbed(scrubbed.text, ())


@often()
@given(_MESSAGES)
def test_kinds_tell_what_was_replaced(text: str) -> None:
    """Each kind has a placeholder in the text; without kinds, the text is what it was."""
    scrubbed = scrub(text)
    assert len(set(scrubbed.kinds)) == len(scrubbed.kinds)
    assert all(f"[{kind.value}]" in scrubbed.text for kind in scrubbed.kinds)
    assert scrubbed.kinds or scrubbed.text == text


@often(0.6)
@given(st.sampled_from([(kind, *find) for kind, finds in FINDS.items() for find in finds]), st.data())
def test_a_find_survives_in_no_company(find: tuple[Kind, str, str, str], data: st.DataObject) -> None:
    """Whatever sentences stand around it, the data of a find is not in the text that comes out."""
    _, start, secret, end = find
    others = data.draw(st.lists(st.sampled_from(HARMLESS), min_size=2, max_size=2))
    assert secret not in scrub(f"{others[0]}. {start}{secret}{end}.\n{others[1]}").text


@pytest.mark.parametrize(
    "text",
    [
        "my number is 07700 900123",
        "its JK 48 21 73 B",
        "JK 48 21 73 B",
        "hi, call me on 07700 900123 please",
        "my name is Sarah Jones",
        "email me at jo@gmail.com thanks",
        "sort code 20-45-77 account 43918206",
        "my date of birth is 3/4/91, hello?",
    ],
)
def test_only_personal_data_is_not_answerable(text: str) -> None:
    """A message that only gives personal data asks nothing."""
    assert not is_answerable(scrub(text))


@pytest.mark.parametrize(
    "text",
    [
        "my name is Sarah Jones, can i get universal credit",
        "ni JK 48 21 73 B why does it say ive gaps",
        "DOB 3/4/91 and they say thats a child",
        "how much is child benefit",
        "uc?",
        "hi",
    ],
)
def test_a_question_beside_personal_data_is_answerable(text: str) -> None:
    """A message with a question left in it can be answered, and one without personal data is never withheld."""
    assert is_answerable(scrub(text))
