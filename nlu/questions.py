"""The known questions: Rasa NLU files under nlu/questions/, read with the line of each example."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.classifier import Kind
from bot.errors import TrainingError


@dataclass(frozen=True)
class Example:
    """One known question, and where it stands."""

    text: str
    intent: str
    kind: Kind
    path: Path
    line: int

    @property
    def expected(self) -> str:
        """The slug of the answer or urgent-help message that is right, or "" where none is."""
        return self.intent if self.kind in (Kind.ANSWER, Kind.URGENT) else ""


def question_paths(folder: Path) -> list[Path]:
    """The NLU files of a folder, sorted by name."""
    return sorted(folder.glob("*.yml"))


def load_examples(folder: Path) -> list[Example]:
    """All known questions of a folder. Raises TrainingError for the first file that can't be read."""
    examples = [example for path in question_paths(folder) for example in read_examples(path)]
    if not examples:
        raise TrainingError(f"{folder} holds no questions: add a file such as maternity.yml in Rasa's NLU format.")
    return examples


def kinds_of(examples: Sequence[Example]) -> dict[str, Kind]:
    """What each intent stands for."""
    return {example.intent: example.kind for example in examples}


def intent_names(kinds: Mapping[str, Kind]) -> list[tuple[str, str]]:
    """The name of each answer's intent, such as smp_amount, as one more question for it: "smp amount"."""
    answers = [intent for intent, kind in kinds.items() if kind is Kind.ANSWER]
    return [(intent.replace("_", " ").lower(), intent) for intent in answers]


def read_examples(path: Path) -> Iterator[Example]:
    """The questions of one file. Raises TrainingError naming the file and the line."""
    try:
        root = YAML(typ="safe").compose(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"{path}:1: The file can't be read: {error}.") from error
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise TrainingError(f"{path}:{mark.line + 1 if mark else 1}: The file is not valid YAML.") from error
    for item in _items(_value(root, "nlu")):
        yield from _examples_of(item, path)


def _examples_of(item: Node, path: Path) -> Iterator[Example]:
    intent, examples = _value(item, "intent"), _value(item, "examples")
    line = item.start_mark.line + 1
    if not isinstance(intent, ScalarNode) or not isinstance(examples, ScalarNode):
        raise TrainingError(f"{path}:{line}: Each entry needs an `intent` and `examples: |`.")
    kind = _kind(item, path)
    # The examples of a block scalar begin on the line after its mark.
    for number, text in enumerate(examples.value.splitlines(), examples.start_mark.line + 2):
        if not text.startswith("- ") or not text[2:].strip():
            raise TrainingError(f"{path}:{number}: An example must begin with `- ` and have a text.")
        yield Example(text[2:].strip(), intent.value, kind, path, number)


def _kind(item: Node, path: Path) -> Kind:
    named = _value(_value(item, "metadata"), "kind")
    if not isinstance(named, ScalarNode):
        return Kind.ANSWER
    try:
        return Kind(named.value)
    except ValueError as error:
        known = ", ".join(kind.value for kind in Kind)
        line = named.start_mark.line + 1
        raise TrainingError(f"{path}:{line}: The kind {named.value!r} is none of {known}.") from error


def _value(node: Any, key: str) -> Node | None:
    if not isinstance(node, MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _items(node: Node | None) -> list[Node]:
    return node.value if isinstance(node, SequenceNode) else []
