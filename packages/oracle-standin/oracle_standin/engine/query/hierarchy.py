"""CONNECT BY: trees, and the rows that are made from DUAL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.names import quoted
from oracle_standin.engine.query import connect_by, joined_rows, nodes, query_nodes, sources, tree
from oracle_standin.engine.query.render import render
from oracle_standin.engine.query.scope import Source

if TYPE_CHECKING:
    from oracle_standin.engine.query.scope import Output


_Order = tuple[nodes.OrderItem, ...]


def rows(
    select: query_nodes.Select, order: _Order, siblings: _Order, out: Output
) -> tuple[query_nodes.Select, _Order, str]:
    """Return a hierarchical block as a plain one, its order, and FROM with its rows."""
    bound = _bound(select)
    if bound is not None:
        return select, order, _generated_rows(select, bound, out)
    select, (order, siblings) = joined_rows.as_one(select, (order, siblings), out)
    return connect_by.rows(select, order, siblings, out)


def _bound(select: query_nodes.Select) -> nodes.Binary | None:
    """Return the condition of SELECT ... FROM dual CONNECT BY LEVEL <= n; None for any other."""
    source = select.sources[0] if len(select.sources) == 1 else None
    condition = select.connect_by
    if source is None or not sources.is_dual(source) or select.start_with is not None:
        return None
    if not isinstance(condition, nodes.Binary) or condition.operator not in {"<", "<="}:
        return None
    counter = isinstance(condition.left, nodes.Name) and condition.left.is_word("LEVEL", "ROWNUM")
    operators = (*select.items, select.where, condition.right)
    plain = not any(connect_by.is_operator(node) for node in tree.walk(operators))
    return condition if counter and plain else None


def _generated_rows(select: query_nodes.Select, condition: nodes.Binary, out: Output) -> str:
    """Return the levels as rows. The first one is always there: its condition is not tested."""
    bound = f"({render(condition.right, out)})::numeric"
    last = (
        f"pg_catalog.floor({bound})"
        if condition.operator == "<="
        else (f"(pg_catalog.ceil({bound}) - 1)")
    )
    source = select.sources[0]
    reference = source.reference if isinstance(source, query_nodes.Table) else ""
    alias = quoted(reference)
    out.scope.sources.append(Source(reference, columns=("DUMMY",)))
    out.scope.level = out.scope.rownum = f'{alias}."ora$level"'
    numbers = f"pg_catalog.generate_series(1::numeric, GREATEST({last}, 1)) AS n"
    made = f'SELECT n AS "ora$level", \'X\'::text AS "DUMMY" FROM {numbers}'  # noqa: S608
    return f"({made}) AS {alias}"
