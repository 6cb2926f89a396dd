"""The form in which an answer is written."""

from __future__ import annotations

from starlette.datastructures import FormData

from bot.answers import NATIONS
from bot.console.page import text
from bot.publishing.answer_fields import AnswerFields, SourceFields

MOST_SOURCES = 10
SPARE_SOURCES = 2


def fields_in(data: FormData) -> AnswerFields:
    """What was typed."""
    nations = {str(value) for value in data.getlist("nations")}
    sources = (_source(data, number) for number in range(1, MOST_SOURCES + 1))
    return AnswerFields(
        title=text(data, "title", 200),
        nations=tuple(nation for nation in NATIONS if nation in nations),
        owner=text(data, "owner", 200),
        sources=tuple(source for source in sources if source.title or source.url),
        reviewed=text(data, "reviewed", 10),
        review_by=text(data, "review_by", 10),
        body=text(data, "body"),
        variants={nation: text(data, f"variant-{nation}") for nation in NATIONS},
    )


def source_rows(fields: AnswerFields) -> list[SourceFields]:
    """The rows of sources to show: those that there are, and some to be filled in."""
    return [*fields.sources, *[SourceFields()] * SPARE_SOURCES][:MOST_SOURCES]


def _source(data: FormData, number: int) -> SourceFields:
    nation = text(data, f"source-{number}-nation", 20)
    return SourceFields(
        title=text(data, f"source-{number}-title", 200),
        url=text(data, f"source-{number}-url", 1000),
        nation=nation if nation in NATIONS else "",
    )
