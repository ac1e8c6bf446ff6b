"""YAML and JSON as values that know the line they stand on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from oracle_scheduler.jobfile.errors import JobFileError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

# The C parser reads 500 jobs in a few milliseconds; wheels of PyYAML carry it, builds may not.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_EXPONENT = re.compile(r"-?\d+(\.\d+)?[eE][+-]?\d+")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A document and the line of each of its values.

    Attributes:
        file: Name of the file for messages.
        value: The document as plain Python values.
        lines: Path of keys and positions -> line, counted from 1.
    """

    file: str
    value: object
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """Return the line of a value, or of the nearest value around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_document(text: str, file: str) -> Document:
    """Return a YAML or JSON text with the lines of its values.

    Args:
        text: The whole document. JSON is read as YAML, of which it is a part.
        file: Name for messages.

    Raises:
        JobFileError: If the text is not YAML, repeats a key, or holds a tag such as `!!python`.
    """
    loader = _LOADER(text)
    try:
        # Nodes and not values: only they know their lines.
        node = loader.get_single_node()
        lines: dict[Path, int] = {}
        value = None if node is None else _value(loader, node, (), lines, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark is not None else 1
        problem = Problem(file, line, None, f"not valid YAML or JSON: {error.problem}")
        raise JobFileError([problem]) from error
    except yaml.YAMLError as error:
        problem = Problem(file, 1, None, "not valid YAML or JSON")
        raise JobFileError([problem]) from error
    finally:
        loader.dispose()
    return Document(file, value, lines)


def _value(
    loader: yaml.SafeLoader, node: yaml.Node, path: Path, lines: dict[Path, int], file: str
) -> object:
    line = node.start_mark.line + 1
    lines[path] = line
    if isinstance(node, yaml.MappingNode):
        mapping: dict[object, object] = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node)
            # PyYAML would keep the last of the two without a word.
            if key in mapping:
                text = f"the key '{key}' stands here twice"
                raise JobFileError([Problem(file, key_node.start_mark.line + 1, None, text)])
            mapping[key] = _value(loader, value_node, (*path, key), lines, file)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [
            _value(loader, item, (*path, position), lines, file)
            for position, item in enumerate(node.value)
        ]
    # YAML 1.1 reads the number 1e5 of JSON as a text; YAML 1.2 and this reader do not.
    if isinstance(node, yaml.ScalarNode) and not node.style and _EXPONENT.fullmatch(node.value):
        return float(node.value)
    return loader.construct_object(node)
