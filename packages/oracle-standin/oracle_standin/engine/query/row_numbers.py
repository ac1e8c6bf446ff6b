"""ROWNUM: conditions on it become LIMIT.

ROWNUM counts the rows that pass WHERE, before ORDER BY, GROUP BY and DISTINCT work on them
(SQL Language Reference, "ROWNUM Pseudocolumn"). Where a block has one of those, its source and
WHERE move into a subquery that is limited.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.query import function_names, joined_rows, nodes, query_nodes, tree
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.engine.query.render import render
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.query.scope import Output

_ROWNUM = nodes.Name(("ROWNUM",), (False,))
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


def uses_rownum(node: nodes.Node | tuple[nodes.Node, ...] | None) -> bool:
    """Return whether ROWNUM of this block is used, subqueries left aside."""
    return any(_is_rownum(found) for found in tree.walk(node, into_queries=False))


def _is_rownum(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.is_word("ROWNUM")


_Order = tuple[nodes.OrderItem, ...]
_LIMITED = "ora$limited"
_NUMBERED = "ora$rownum"


def separate(
    select: query_nodes.Select, order: _Order, out: Output
) -> tuple[query_nodes.Select, _Order, list[nodes.Expression]]:
    """Split the conditions on ROWNUM from a block, as conditions that limit its rows.

    The order comes back too: its keys may have moved into a subquery.
    """
    parts = tree.conjuncts(select.where)
    limits = [part for part in parts if uses_rownum(part)]
    grouped = select.distinct or select.group_by or select.having or _aggregates(select)
    if not limits and not (grouped and _numbers_groups(select)):
        return select, order, []
    if select.connect_by is not None and (order or grouped):
        refuse("a condition on ROWNUM in a hierarchical query with ORDER BY, GROUP BY or DISTINCT")
    if order and not grouped and _is_join(select):
        return *_computed_inside(select, order), []
    if order or grouped:
        if _is_join(select):
            select, (order, _) = joined_rows.as_one(select, (order, ()), out)
        return *_pushed_down(select, order), []
    rest = tree.conjunction([part for part in parts if not uses_rownum(part)])
    return replace(select, where=rest), order, limits


def _numbers_groups(select: query_nodes.Select) -> bool:
    """Return whether an aggregate takes ROWNUM, which counts the rows before they are grouped."""
    return any(
        isinstance(node, nodes.Call) and node.over is None and uses_rownum(node.arguments)
        for node in tree.walk((*select.items, select.having), into_queries=False)
    )


def _is_join(select: query_nodes.Select) -> bool:
    plain = len(select.sources) == 1 and isinstance(
        select.sources[0], query_nodes.Table | query_nodes.Derived
    )
    return not plain and not any(isinstance(item.value, nodes.Star) for item in select.items)


def _computed_inside(
    select: query_nodes.Select, order: _Order
) -> tuple[query_nodes.Select, _Order]:
    """Move a join with its columns and sort keys into a limited subquery, which is then sorted."""
    inner: list[query_nodes.SelectItem] = []

    def moved(value: nodes.Expression) -> nodes.Name:
        name = f"ora$c{len(inner)}"
        inner.append(query_nodes.SelectItem(value, name, aliased=True))
        return nodes.Name((name,), (True,))

    outer = [replace(item, value=moved(item.value), aliased=True) for item in select.items]
    aliases = {item.name for item in select.items if item.aliased}
    keys = tuple(
        item
        if isinstance(item.key, nodes.Number)
        or (isinstance(item.key, nodes.Name) and item.key.parts[0] in aliases)
        else replace(item, key=moved(item.key))
        for item in order
    )
    source = query_nodes.Derived(query_nodes.Query(replace(select, items=tuple(inner))), _LIMITED)
    return query_nodes.Select(tuple(outer), (source,)), keys


def _aggregates(select: query_nodes.Select) -> bool:
    return any(
        isinstance(node, nodes.Call)
        and (
            node.over is not None
            or (len(node.parts) == 1 and node.parts[0] in function_names.AGGREGATES)
        )
        for node in tree.walk(select.items, into_queries=False)
    )


def _pushed_down(select: query_nodes.Select, order: _Order) -> tuple[query_nodes.Select, _Order]:
    """Move the source and the conditions into a subquery that is limited and numbers its rows."""
    source = select.sources[0] if len(select.sources) == 1 else None
    if not isinstance(source, query_nodes.Table | query_nodes.Derived):
        refuse("ROWNUM with ORDER BY, GROUP BY or an aggregate over this kind of source")
    alias = source.reference if isinstance(source, query_nodes.Table) else source.alias
    items = [query_nodes.SelectItem(nodes.Star(), "*", aliased=False)]
    outside = (select.items, order, select.group_by, select.having)
    if any(_is_rowid(node) for part in outside for node in tree.walk(part)):
        row_identifier = nodes.Name(("ROWID",), (False,))
        items.append(query_nodes.SelectItem(row_identifier, "ROWID", aliased=False))
    outer = replace(select, sources=(), where=None)
    if any(uses_rownum(part) for part in outside):
        items.append(query_nodes.SelectItem(_ROWNUM, _NUMBERED, aliased=True))
        outer, order = tree.substitute((outer, order), _numbered)
    inner = query_nodes.Select(tuple(items), (source,), where=select.where)
    derived = query_nodes.Derived(query_nodes.Query(inner), alias)
    return replace(outer, sources=(derived,)), order


def _numbered(node: nodes.Node) -> nodes.Node | None:
    return nodes.Name((_NUMBERED,), (True,)) if _is_rownum(node) else None


def _is_rowid(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.parts[-1] == "ROWID" and not node.quoted[-1]


def limit_clause(limits: list[nodes.Expression], out: Output) -> str:
    """Return LIMIT for conditions on ROWNUM, empty without any."""
    if not limits:
        return ""
    counts = [count for limit in limits for count in _counts(limit, out)]
    # NULL is no limit to PostgreSQL and LEAST passes over it: unlimited parts drop out.
    return f" LIMIT LEAST({', '.join(counts)})::int8"


def _counts(limit: nodes.Expression, out: Output) -> list[str]:
    if isinstance(limit, nodes.Between) and _is_rownum(limit.operand) and not limit.negated:
        return [_count(">=", limit.low, out), _count("<=", limit.high, out)]
    if isinstance(limit, nodes.Row) and len(limit.items) == 1:
        return [count for part in tree.conjuncts(limit.items[0]) for count in _counts(part, out)]
    if isinstance(limit, nodes.Binary) and limit.operator in _FLIPPED:
        if _is_rownum(limit.left) and not uses_rownum(limit.right):
            return [_count(limit.operator, limit.right, out)]
        if _is_rownum(limit.right) and not uses_rownum(limit.left):
            return [_count(_FLIPPED[limit.operator], limit.left, out)]
    return refuse("this use of ROWNUM in a condition")


def _count(operator: str, bound: nodes.Expression, out: Output) -> str:
    """Return how many rows pass `ROWNUM operator bound`, NULL for all of them.

    The first row is number 1, and there is no second row before a first one has passed.
    """
    if any(isinstance(node, nodes.Name) and len(node.parts) > 1 for node in tree.walk(bound)):
        refuse("a comparison of ROWNUM with a column")
    value = f"({render(bound, out)})::numeric"
    if operator == "<=":
        return f"CASE WHEN {value} >= 1 THEN pg_catalog.floor({value}) ELSE 0 END"
    if operator == "<":
        return f"CASE WHEN {value} > 1 THEN pg_catalog.ceil({value}) - 1 ELSE 0 END"
    if operator == "=":
        return f"CASE WHEN {value} = 1 THEN 1 ELSE 0 END"
    passes = f"{value} < 1" if operator == ">" else f"{value} <= 1"
    return f"CASE WHEN {passes} THEN NULL ELSE 0 END"


def limited_rows(
    where: nodes.Expression | None,
) -> tuple[nodes.Expression | None, list[nodes.Expression]]:
    """Split the condition of an UPDATE or DELETE into the rest and what limits its rows."""
    parts = tree.conjuncts(where)
    limits = [part for part in parts if uses_rownum(part)]
    rest = tree.conjunction([part for part in parts if not uses_rownum(part)])
    return rest, limits


def refuse_rownum(node: nodes.Node | tuple[nodes.Node, ...] | None) -> None:
    """Raise ORA-00976 where ROWNUM may not stand."""
    if uses_rownum(node):
        raise OracleError(976, "Specified pseudocolumn or operator not allowed here.")
