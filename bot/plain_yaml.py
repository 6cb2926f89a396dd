"""YAML whose text stays text.

Rasa, once it has been imported, makes ruamel put the environment's variables where `${NAME}` stands, in every safe
loader of the process: a draft could ask for a token. Its `!env_var` is plain text here.
"""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor


class PlainConstructor(SafeConstructor):  # type: ignore[misc]  # ruamel has no types for it
    """Makes plain values, and nothing of the environment's."""


PlainConstructor.add_constructor("!env_var", SafeConstructor.construct_yaml_str)


def load_plain(text: str, constructor: type[SafeConstructor] = PlainConstructor) -> Any:
    """The values of a document. Raises YAMLError or ValueError where it is none."""
    yaml = YAML(typ="safe")
    yaml.Constructor = constructor
    try:
        return yaml.load(text)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
