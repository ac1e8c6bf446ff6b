"""CONNECT BY over DUAL, the usual way to make rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.names import quoted
from oracle_standin.engine.query import nodes, query_nodes
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.engine.query.render import render
from oracle_standin.engine.query.scope import Source

if TYPE_CHECKING:
    from oracle_standin.engine.query.scope import Output


def generated_rows(select: query_nodes.Select, out: Output) -> str:
    """Return FROM for SELECT ... FROM dual CONNECT BY LEVEL <= n: the levels as rows.

    The first row is always there: its condition is not tested.
    """
    source = select.sources[0] if len(select.sources) == 1 else None
    if (
        not isinstance(source, query_nodes.Table)
        or source.name != "DUAL"
        or select.start_with is not None
        or not isinstance(select.connect_by, nodes.Binary)
    ):
        refuse("CONNECT BY over anything but DUAL")
    condition = select.connect_by
    counter = isinstance(condition.left, nodes.Name) and condition.left.is_word("LEVEL", "ROWNUM")
    if not counter or condition.operator not in {"<", "<="}:
        refuse("CONNECT BY with another condition than LEVEL <= n")
    bound = f"({render(condition.right, out)})::numeric"
    last = (
        f"pg_catalog.floor({bound})"
        if condition.operator == "<="
        else (f"(pg_catalog.ceil({bound}) - 1)")
    )
    alias = quoted(source.reference)
    out.scope.sources.append(Source(source.reference, columns=("LEVEL",)))
    out.scope.level = out.scope.rownum = f'{alias}."LEVEL"'
    return f'pg_catalog.generate_series(1::numeric, GREATEST({last}, 1)) AS {alias} ("LEVEL")'
