"""Texts of a select list whose description PostgreSQL would lose.

A literal is CHAR of its length (SQL Language Reference, "Text Literals"); NVARCHAR2 and NCHAR of a
CAST are in the national character set.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.query import nodes, query_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_CHAR = 2000


def sized(query: query_nodes.Query) -> query_nodes.Query:
    """Return an outermost query whose literals have their lengths as types."""
    body = query.body
    if not isinstance(body, query_nodes.Select):
        return query
    items = tuple(replace(item, value=_sized(item.value)) for item in body.items)
    return replace(query, body=replace(body, items=items))


def _sized(value: nodes.Expression) -> nodes.Expression:
    if isinstance(value, nodes.Text) and 0 < len(value.value) <= _LONGEST_CHAR:
        return nodes.Cast(value, f"bpchar({len(value.value)})")
    return value


def national(query: query_nodes.Query) -> tuple[int, ...]:
    """Return which result columns are a CAST to a national type, as far as `*` lets them count."""
    body = query.body
    items = body.items if isinstance(body, query_nodes.Select) else ()
    return tuple(_national(items))


def _national(items: tuple[query_nodes.SelectItem, ...]) -> Iterator[int]:
    for place, item in enumerate(items):
        if isinstance(item.value, nodes.Star):
            return
        if isinstance(item.value, nodes.Cast) and item.value.national:
            yield place
