"""All the rules that find personal data by its shape, in their order."""

from __future__ import annotations

from bot.personal_data import accounts, addresses, contacts, people, references, spoken

# The most specific shapes come first, for a rule does not see what an earlier one has found.
RULES = (
    contacts.EMAIL,
    contacts.SPELT_EMAIL,
    contacts.NI_NUMBER,
    contacts.NI_NUMBER_LIKE,
    accounts.IBAN_GB,
    accounts.IBAN,
    references.DRIVING_LICENCE,
    accounts.CARD,
    accounts.SORT_CODE_AND_ACCOUNT,
    references.SHARE_CODE,
    references.NHS_NUMBER,
    references.UTR,
    contacts.PHONE,
    contacts.HELPLINE,
    accounts.CARD_LIKE,
    spoken.BANK,
    spoken.CARD,
    spoken.PHONE,
    people.NUMERIC_DATE_OF_BIRTH,
    people.WRITTEN_DATE_OF_BIRTH,
    people.PART_DATE_OF_BIRTH,
    addresses.ADDRESS,
    addresses.STREET,
    accounts.MONEY,
    accounts.YEARS,
    accounts.ACCOUNT,
    accounts.SORT_CODE,
    accounts.SORT_CODE_LIKE,
    accounts.ACCOUNT_LIKE,
    accounts.DATE,
    references.REFERENCE,
    contacts.NI_NUMBER_RUN_IN,
    contacts.PHONE_LIKE,
    contacts.SHORT_PHONE,
)
