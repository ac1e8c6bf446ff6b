"""Walking and changing the syntax tree."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from oracle_standin.engine.query import nodes, query_nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NodeType = TypeVar("NodeType")


def walk(node: Any, *, into_queries: bool = True) -> Iterator[nodes.Node]:  # noqa: ANN401
    """Yield a node, or each of a tuple, and all below; subqueries only with `into_queries`."""
    if isinstance(node, tuple):
        for item in node:
            yield from walk(item, into_queries=into_queries)
        return
    if not isinstance(node, nodes.Node) or (
        isinstance(node, query_nodes.Query) and not into_queries
    ):
        return
    yield node
    for value in _children(node).values():
        yield from walk(value, into_queries=into_queries)


def _children(node: Any) -> dict[str, Any]:  # noqa: ANN401
    values = {field.name: getattr(node, field.name) for field in fields(node)}
    return {name: value for name, value in values.items() if isinstance(value, nodes.Node | tuple)}


def substitute(node: NodeType, change: Callable[[nodes.Node], nodes.Node | None]) -> NodeType:
    """Return a copy of a tree in which `change` has replaced nodes; None leaves a node as it is.

    What `change` returns is not searched again.
    """
    result: Any = _substituted(node, change)
    return result  # type: ignore[no-any-return]


def _substituted(node: Any, change: Callable[[nodes.Node], nodes.Node | None]) -> Any:  # noqa: ANN401
    if isinstance(node, tuple):
        return tuple(_substituted(item, change) for item in node)
    if not isinstance(node, nodes.Node):
        return node
    changed = change(node)
    if changed is not None:
        return changed
    new = {name: _substituted(value, change) for name, value in _children(node).items()}
    copied: Any = node
    return replace(copied, **new) if new else node


def conjuncts(condition: nodes.Expression | None) -> list[nodes.Expression]:
    """Return the parts of a condition that AND joins at its top."""
    if condition is None:
        return []
    if isinstance(condition, nodes.Binary) and condition.operator == "AND":
        return [*conjuncts(condition.left), *conjuncts(condition.right)]
    return [condition]


def conjunction(parts: list[nodes.Expression]) -> nodes.Expression | None:
    """Join conditions with AND; None when there are none."""
    result: nodes.Expression | None = None
    for part in parts:
        result = part if result is None else nodes.Binary("AND", result, part)
    return result


def as_of(query: query_nodes.Query, flashback: query_nodes.Flashback) -> query_nodes.Query:
    """Return a query whose tables are read as they were, unless they say themselves of when."""
    inherited = replace(flashback, inherited=True)

    def moved(node: nodes.Node) -> nodes.Node | None:
        if isinstance(node, query_nodes.Table) and node.flashback is None:
            return replace(node, flashback=inherited)
        return None

    return substitute(query, moved)
