"""Turns joins marked with (+) into LEFT JOIN.

Source: SQL Language Reference, "Outer Joins".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.query import nodes, query_nodes, tree
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.query.scope import Output


def references(sources: tuple[query_nodes.FromItem, ...]) -> _References:
    """Return the names of a FROM list in the order written."""
    return _References(sources)


class _References:
    """The order of the sources of a FROM list, for `*`."""

    def __init__(self, sources: tuple[query_nodes.FromItem, ...]) -> None:
        self._names = [
            node.reference if isinstance(node, query_nodes.Table) else node.alias
            for source in sources
            for node in tree.walk(source, into_queries=False)
            if isinstance(node, query_nodes.Table | query_nodes.Derived)
        ]

    def index(self, name: str) -> int:
        """Return the position of a name; unnamed subqueries come last, in order."""
        return self._names.index(name) if name in self._names else len(self._names)


def to_ansi(select: query_nodes.Select, out: Output) -> query_nodes.Select:
    """Return a block whose (+) conditions have become conditions of LEFT JOINs."""
    parts = tree.conjuncts(select.where)
    marked = [part for part in parts if _marks(part)]
    if not marked:
        return select
    if any(isinstance(source, query_nodes.Join) for source in select.sources):
        message = "old style outer join (+) cannot be used with ANSI joins"
        raise OracleError(25156, message)
    named = {_reference(source): source for source in select.sources}
    conditions: dict[str, list[nodes.Expression]] = {}
    needed: dict[str, set[str]] = {}
    for part in marked:
        if isinstance(part, nodes.Binary) and part.operator == "OR":
            message = "outer join operator (+) not allowed in operand of OR or IN"
            raise OracleError(1719, message)
        optional = {_table_of(name, named, out) for name in _marks(part)}
        if len(optional) > 1:
            message = "a predicate may reference only one outer-joined table"
            raise OracleError(1468, message)
        reference = optional.pop()
        others = {_table_of(name, named, out, strict=False) for name in _names(part)}
        conditions.setdefault(reference, []).append(tree.substitute(part, _unmarked))
        needed.setdefault(reference, set()).update(others - {reference, ""})
    rest = tree.conjunction([part for part in parts if not _marks(part)])
    joined = _joined(named, conditions, needed)
    return query_nodes.Select(
        select.items,
        (joined,),
        select.distinct,
        rest,
        None,
        None,
        select.group_by,
        select.having,
    )


def _joined(
    named: dict[str, query_nodes.FromItem],
    conditions: dict[str, list[nodes.Expression]],
    needed: dict[str, set[str]],
) -> query_nodes.FromItem:
    joined: query_nodes.FromItem | None = None
    placed: set[str] = set()
    for reference, source in named.items():
        if reference not in conditions:
            joined = source if joined is None else query_nodes.Join("CROSS", joined, source)
            placed.add(reference)
    waiting = [reference for reference in named if reference in conditions]
    while waiting:
        ready = next((name for name in waiting if needed[name] <= placed), None)
        if ready is None or joined is None:
            raise OracleError(1416, "two tables cannot be outer-joined to each other")
        condition = tree.conjunction(conditions[ready])
        joined = query_nodes.Join("LEFT", joined, named[ready], condition)
        placed.add(ready)
        waiting.remove(ready)
    if joined is None:
        raise OracleError(1416, "two tables cannot be outer-joined to each other")
    return joined


def _names(node: nodes.Node) -> list[nodes.Name]:
    return [n for n in tree.walk(node, into_queries=False) if isinstance(n, nodes.Name)]


def _marks(node: nodes.Node) -> list[nodes.Name]:
    return [name for name in _names(node) if name.outer]


def _unmarked(node: nodes.Node) -> nodes.Node | None:
    if isinstance(node, nodes.Name) and node.outer:
        return nodes.Name(node.parts, node.quoted)
    return node if isinstance(node, query_nodes.Query) else None


def _reference(source: query_nodes.FromItem) -> str:
    if isinstance(source, query_nodes.Table):
        return source.reference
    return (source.alias or f"#{id(source)}") if isinstance(source, query_nodes.Derived) else ""


def _table_of(
    name: nodes.Name, named: dict[str, query_nodes.FromItem], out: Output, *, strict: bool = True
) -> str:
    """Return the source of a column, empty for one of an outer query unless `strict`."""
    if name.qualifier is not None and name.qualifier in named:
        return name.qualifier
    if name.qualifier is None:
        for reference, source in named.items():
            if name.parts[0] in _columns(source, out):
                return reference
        if len(named) == 1:
            return next(iter(named))
    if strict:
        text = ".".join(f'"{part}"' for part in name.parts)
        raise OracleError(904, f"{text}: invalid identifier")
    return ""


def _columns(source: query_nodes.FromItem, out: Output) -> tuple[str, ...]:
    if isinstance(source, query_nodes.Derived):
        body = source.query.body
        return (
            tuple(item.name for item in body.items) if isinstance(body, query_nodes.Select) else ()
        )
    if not isinstance(source, query_nodes.Table):
        return ()
    ref = out.context.resolver.resolve(source.schema, source.name)
    return tuple(out.context.resolver.columns(ref)) if ref is not None else ()
