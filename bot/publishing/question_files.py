"""Example questions in Rasa's NLU files: read, and added to without disturbing anything else in the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import Reader

from bot.errors import DraftError

HEADER = (
    "# How people ask about {service}. The intent is the slug of the answer. Add a line for each new way of asking.\n"
)
NEW_FILE = HEADER + 'version: "3.1"\n\nnlu:\n'
MAX_LENGTH = 500
"""The most characters that one example question may have."""


def clean_questions(text: str) -> list[str]:
    """The questions of a form, one a line: without what YAML can't hold, list dashes, blank lines and repetitions."""
    lines = [Reader.NON_PRINTABLE.sub("", line) for line in text.splitlines()]
    cleaned = [re.sub(r"^[-*•]\s+", "", " ".join(line.split()))[:MAX_LENGTH].strip() for line in lines]
    kept = {question_key(line): line for line in reversed(cleaned) if line.strip("-*• ")}
    return list(reversed(kept.values()))


def question_key(text: str) -> str:
    """What is the same for two questions that differ in case, spacing or punctuation alone."""
    return " ".join(re.findall(r"\w+", text.lower())) or text


def questions_in(text: str) -> dict[str, list[str]]:
    """The example questions of each intent of a file. Raises DraftError where it is no NLU file."""
    found: dict[str, list[str]] = {}
    for intent, examples in _entries(text).items():
        lines = (line.removeprefix("- ").strip() for line in examples.value.splitlines())
        found[intent] = [line for line in lines if line]
    return found


def add_questions(text: str, intent: str, questions: Sequence[str]) -> str:
    """The file with questions at the end of an intent's, or under a new intent; those that stand there are left out.

    Raises DraftError where the file is no NLU file, or would no longer be one.
    """
    entries = _entries(text)
    known = {question_key(line) for line in questions_in(text).get(intent, ())}
    new = [question for question in questions if question_key(question) not in known]
    if not new:
        return text
    added = _append(text, entries[intent], new) if intent in entries else _new_entry(text, intent, new)
    if questions_in(added) != {**questions_in(text), intent: [*questions_in(text).get(intent, ()), *new]}:
        raise DraftError(f"The example questions for {intent} can't be written: reword them in plain characters.")
    return added


def _append(text: str, examples: ScalarNode, questions: Iterable[str]) -> str:
    lines = text.splitlines(keepends=True)
    first = last = examples.start_mark.line + 1
    indent = re.match(r"\s*", lines[first])[0] if first < len(lines) else ""  # type: ignore[index]
    if not indent:
        raise DraftError("The examples must begin on the line after `examples: |`.")
    for number in range(first, len(lines)):
        if lines[number].strip() and not lines[number].startswith(indent):
            break
        last = number if lines[number].strip() else last
    if not lines[last].endswith("\n"):
        lines[last] += "\n"
    lines[last + 1 : last + 1] = [f"{indent}- {question}\n" for question in questions]
    return "".join(lines)


def _new_entry(text: str, intent: str, questions: Iterable[str]) -> str:
    lines = "".join(f"    - {question}\n" for question in questions)
    gap = "" if text.rstrip().endswith("nlu:") else "\n"
    return f"{text.rstrip()}\n{gap}- intent: {intent}\n  examples: |\n{lines}"


def _entries(text: str) -> Mapping[str, ScalarNode]:
    """The node of each intent's examples."""
    try:
        root = YAML(typ="safe").compose(text)
    except YAMLError as error:
        raise DraftError("The file of example questions is not valid YAML: run `signpost check`.") from error
    found: dict[str, ScalarNode] = {}
    items = _value(root, "nlu")
    for item in items.value if isinstance(items, SequenceNode) else ():
        intent, examples = _value(item, "intent"), _value(item, "examples")
        if isinstance(intent, ScalarNode) and isinstance(examples, ScalarNode):
            found.setdefault(intent.value, examples)
    return found


def _value(node: object, key: str) -> Node | None:
    if not isinstance(node, MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)
