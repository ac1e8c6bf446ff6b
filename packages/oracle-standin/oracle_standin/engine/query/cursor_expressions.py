"""CURSOR expressions: the rows of a query as a value in a select list.

Source: SQL Language Reference, "CURSOR Expressions". They stand in the outermost select list, or in
that of another one; elsewhere they are ORA-22902.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from oracle_standin.engine.query import nodes, query_nodes
from oracle_standin.engine.query.refusals import refuse

_ALIAS = "ORA$CURSOR"


@dataclass(frozen=True, slots=True)
class Nested:
    """What describes the rows of a CURSOR expression, and of those in its own select list."""

    description: query_nodes.Query
    nested: tuple[Nested, ...]


def prepared(query: query_nodes.Query) -> tuple[query_nodes.Query, tuple[Nested, ...]]:
    """Return a query whose CURSOR expressions can be written, and what describes each of them."""
    body = query.body
    if not isinstance(body, query_nodes.Select):
        return query, ()
    items: list[query_nodes.SelectItem] = []
    found: list[Nested] = []
    for item in body.items:
        if not isinstance(item.value, query_nodes.CursorOf):
            items.append(item)
            continue
        if body.connect_by is not None:
            refuse("a CURSOR expression in a hierarchical query")
        rows, nested = prepared(item.value.query)
        items.append(replace(item, value=query_nodes.CursorRows(rows)))
        found.append(_within(query, Nested(rows, nested)))
    return (replace(query, body=replace(body, items=tuple(items))) if found else query), (*found,)


def _within(outer: query_nodes.Query, nested: Nested) -> Nested:
    """Return the descriptions of a query that may name columns of the query around it."""
    inner = tuple(_within(outer, item) for item in nested.nested)
    return Nested(_described(outer, nested.description), inner)


def _described(outer: query_nodes.Query, query: query_nodes.Query) -> query_nodes.Query:
    sources = outer.body.sources if isinstance(outer.body, query_nodes.Select) else ()
    star = query_nodes.SelectItem(nodes.Star((_ALIAS,)), "*", aliased=False)
    derived = query_nodes.Derived(query, _ALIAS, lateral=True)
    return query_nodes.Query(
        query_nodes.Select((star,), (*sources, derived)), with_queries=outer.with_queries
    )
