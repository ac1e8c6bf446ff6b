"""Reads a YAML file into a dataclass; errors name the file and the line."""

from __future__ import annotations

import re
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, TypeVar, get_args, get_type_hints

import msgspec
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = TypeVar("Kind")

_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
"""One step of the path that a validation error ends with: a field, or a place in a list."""


class YamlFileError(ValueError):
    """The file is not YAML, or does not match the dataclass."""

    def __init__(self, file: str, node: yaml.Node | None, what: str, *, line: int = 0) -> None:
        """Build the message for a node, or for a line counted from 0."""
        place = line if node is None else node.start_mark.line
        super().__init__(f"{file}, line {place + 1}: {' '.join(what.split())}")


def read(text: str, kind: type[Kind], *, file: str) -> Kind:
    """Return the content of a file as a dataclass.

    Args:
        text: Content of the file.
        kind: The dataclass.
        file: Name of the file in messages.

    Raises:
        YamlFileError: If the text is not YAML, or a field is missing, unknown, repeated or of the
            wrong type.
    """
    try:
        # Nodes know their lines, which the loaded content does not.
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        raise YamlFileError(file, None, error.problem or "not YAML", line=line) from error
    except yaml.YAMLError as error:
        raise YamlFileError(file, None, str(error)) from error
    for node, what in _wrong_fields(root, kind):
        raise YamlFileError(file, node, what)
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        # msgspec ends its message with the path, for example - at `$.rules[0].tables`.
        what, _, path = str(error).partition(" - at ")
        raise YamlFileError(file, _node_at(root, path), what) from error


def _wrong_fields(node: yaml.Node | None, kind: object) -> Iterator[tuple[yaml.Node, str]]:
    """Yield fields that are unknown or repeated, which `msgspec` would drop silently."""
    if isinstance(node, yaml.SequenceNode):
        for element in node.value:
            yield from _wrong_fields(element, kind)
    if not isinstance(node, yaml.MappingNode) or not isinstance(kind, type):
        return
    # The annotations themselves are texts (PEP 563).
    hints = get_type_hints(kind)
    seen: set[str] = set()
    for key, value in node.value:
        if key.value not in hints:
            yield key, f"unknown field {key.value}"
        elif key.value in seen:
            yield key, f"the field {key.value} is there twice"
        else:
            inner = next((part for part in _parts(hints[key.value]) if is_dataclass(part)), None)
            if inner is not None:
                yield from _wrong_fields(value, inner)
        seen.add(key.value)


def _parts(hint: object) -> Iterator[object]:
    """Yield a type and its arguments, such as the element type of a tuple."""
    yield hint
    for part in get_args(hint):
        yield from _parts(part)


def _node_at(root: yaml.Node | None, path: str) -> yaml.Node | None:
    """Return the node at a path such as `$.rules[0].tables`, as far as the path exists."""
    node = root
    for field, place in _STEP.findall(path):
        if place and isinstance(node, yaml.SequenceNode):
            node = node.value[int(place)]
        elif field and isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == field), node)
    return node
