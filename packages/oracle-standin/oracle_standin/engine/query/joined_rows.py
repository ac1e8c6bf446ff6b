"""Makes one source of a join, for hierarchical queries, which work on the joined rows.

Oracle joins first, by ON and by those conditions of WHERE that name more than one table; the other
conditions are looked at last, on the finished tree (SQL Language Reference, "Hierarchical
Queries").
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.query import nodes, query_nodes, sources, tree
from oracle_standin.engine.query.refusals import refuse

if TYPE_CHECKING:
    from oracle_standin.engine.query.scope import Output

_JOINED = "ora$joined"
_Columns = dict[str, tuple[str, ...]]
_Order = tuple[nodes.OrderItem, ...]
_Orders = tuple[_Order, _Order]


def as_one(
    select: query_nodes.Select, orders: _Orders, out: Output
) -> tuple[query_nodes.Select, _Orders]:
    """Return a block and its orders over one subquery that joins."""
    if len(select.sources) == 1 and not isinstance(select.sources[0], query_nodes.Join):
        return select, orders
    columns = _columns(select.sources, out)
    parts = tree.conjuncts(select.where)
    joining = [part for part in parts if len(_tables(part, columns)) > 1]
    kept = tree.conjunction([part for part in parts if part not in joining])
    items = tuple(
        query_nodes.SelectItem(
            nodes.Name((table, name), (True, True)), f"{table}.{name}", aliased=True
        )
        for table, names in columns.items()
        for name in names
    )
    inner = query_nodes.Select(items, select.sources, where=tree.conjunction(joining))
    derived = query_nodes.Derived(query_nodes.Query(inner), _JOINED)
    outer = replace(
        select,
        items=_without_stars(select.items, columns),
        sources=(derived,),
        where=kept,
    )

    def renamed(node: nodes.Node) -> nodes.Node | None:
        if node is derived:
            return derived
        table = _table(node, columns) if isinstance(node, nodes.Name) else None
        if table is None or not isinstance(node, nodes.Name):
            return None
        return nodes.Name((_JOINED, f"{table}.{node.parts[-1]}"), (True, True))

    return tree.substitute(outer, renamed), tree.substitute(orders, renamed)


def _columns(items: tuple[query_nodes.FromItem, ...], out: Output) -> _Columns:
    found: _Columns = {}
    for node in tree.walk(items, into_queries=False):
        if isinstance(node, query_nodes.Join) and (node.natural or node.using):
            refuse("CONNECT BY over a join with USING or NATURAL")
        if isinstance(node, query_nodes.Table):
            found[node.reference] = sources.columns_of(node, out)
        elif isinstance(node, query_nodes.Derived):
            found[node.alias or ""] = sources.query_columns(node.query, out)
    if not all(found.values()):
        refuse("CONNECT BY over a join with a subquery whose columns are not listed")
    return found


def _table(name: nodes.Name, columns: _Columns) -> str | None:
    if name.qualifier is not None:
        return name.qualifier if name.parts[-1] in columns.get(name.qualifier, ()) else None
    owners = [table for table, names in columns.items() if name.parts[0] in names]
    return owners[0] if len(owners) == 1 else None


def _tables(part: nodes.Expression, columns: _Columns) -> set[str]:
    names = (node for node in tree.walk(part, into_queries=False) if isinstance(node, nodes.Name))
    return {table for name in names if (table := _table(name, columns)) is not None}


def _without_stars(
    items: tuple[query_nodes.SelectItem, ...], columns: _Columns
) -> tuple[query_nodes.SelectItem, ...]:
    found: list[query_nodes.SelectItem] = []
    for item in items:
        if not isinstance(item.value, nodes.Star):
            found.append(item)
            continue
        tables = item.value.qualifier[-1:] or tuple(columns)
        found.extend(
            query_nodes.SelectItem(nodes.Name((table, name), (True, True)), name, aliased=False)
            for table in tables
            for name in columns.get(table, ())
        )
    return tuple(found)
