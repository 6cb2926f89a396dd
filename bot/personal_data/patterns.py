"""All the rules that find personal data by its shape, in their order."""

from __future__ import annotations

from bot.personal_data import accounts, contacts, people, references

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
    references.NHS_NUMBER,
    references.UTR,
    contacts.PHONE,
    contacts.HELPLINE,
    accounts.CARD_LIKE,
    people.NUMERIC_DATE_OF_BIRTH,
    people.WRITTEN_DATE_OF_BIRTH,
    people.PART_DATE_OF_BIRTH,
    people.ADDRESS,
    people.STREET,
    accounts.MONEY,
    accounts.YEARS,
    accounts.ACCOUNT,
    accounts.SORT_CODE,
    accounts.DATE,
    references.REFERENCE,
    contacts.PHONE_LIKE,
)
