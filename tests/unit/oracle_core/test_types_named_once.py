"""Only the type table lists Oracle types: no other module has a set of their names."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from oracle_core.types import TYPE_TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parents[3]
PACKAGES = ("oracle_core", "catalog", "tap_oracle", "target_oracle", "singer_oracle_cli")
GRAMMAR = PROJECT / "oracle_core/types/parse.py"
"""The parser names the words that it reads, each with its rule."""

TYPE_NAMES = frozenset(TYPE_TABLE)


def collections_of_names(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield literals most of whose elements are names of types, two at least."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Set, ast.List, ast.Tuple)):
            elements: list[ast.expr | None] = list(node.elts)
        elif isinstance(node, ast.Dict) and not _is_dispatch(node):
            elements = list(node.keys)
        else:
            continue
        texts = [element.value for element in elements if isinstance(element, ast.Constant)]
        names = TYPE_NAMES.intersection(text for text in texts if isinstance(text, str))
        if len(names) >= 2 and 2 * len(names) > len(elements):
            yield node


def _is_dispatch(node: ast.Dict) -> bool:
    """Return whether a mapping chooses code, which is not a fact about a type."""
    return all(isinstance(value, (ast.Name, ast.Attribute)) for value in node.values)


def test_the_check_finds_them() -> None:
    source = 'A = frozenset({"CLOB", "BLOB"}); B = ("DATE", "x"); C = {"CHAR": 1, "RAW": 2}'
    tree = ast.parse(source)
    assert len(list(collections_of_names(tree))) == 2


@pytest.mark.parametrize("package", [name for name in PACKAGES if (PROJECT / name).is_dir()])
def test_no_collection_of_type_names(package: str) -> None:
    places = [
        f"{path.relative_to(PROJECT)}:{node.lineno}"
        for path in sorted((PROJECT / package).rglob("*.py"))
        if path != GRAMMAR
        for node in collections_of_names(ast.parse(path.read_text("utf-8")))
    ]
    assert places == []
