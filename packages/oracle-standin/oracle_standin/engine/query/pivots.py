"""PIVOT and UNPIVOT: read, and turned into the queries that they stand for.

Source: SQL Language Reference, SELECT, pivot_clause and unpivot_clause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.query import expressions, function_names, nodes, query_nodes, tree
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from oracle_standin.engine.query.cursor import Cursor

    _Item = TypeVar("_Item")

_Columns = tuple[str, ...]


def read(
    cursor: Cursor, source: query_nodes.FromItem
) -> query_nodes.Pivot | query_nodes.Unpivot | None:
    """Read PIVOT or UNPIVOT behind a source; None when there is neither."""
    if cursor.skip_words("PIVOT"):
        return _pivot(cursor, source)
    if cursor.skip_words("UNPIVOT"):
        return _unpivot(cursor, source)
    return None


def _pivot(cursor: Cursor, source: query_nodes.FromItem) -> query_nodes.Pivot:
    if cursor.at_word("XML"):
        refuse("PIVOT XML")
    cursor.expect_open()
    measures = _list(cursor, lambda: _aliased(cursor, expressions.expression(cursor)))
    for measure, _ in measures:
        aggregate = isinstance(measure, nodes.Call) and measure.name in function_names.AGGREGATES
        if not aggregate:
            raise OracleError(56902, "expect aggregate function inside pivot operation")
    if len(measures) > 1 and sum(alias is None for _, alias in measures) > 1:
        raise OracleError(918, "column ambiguously defined")
    cursor.expect_words("FOR")
    columns = _names(cursor)
    cursor.expect_words("IN")
    cursor.expect_open()
    if cursor.at_word("SELECT", "ANY"):
        raise cursor.error(936)
    values = _list(cursor, lambda: _aliased(cursor, expressions.expression(cursor)))
    cursor.expect_close()
    cursor.expect_close()
    return query_nodes.Pivot(source, measures, columns, values)


def _unpivot(cursor: Cursor, source: query_nodes.FromItem) -> query_nodes.Unpivot:
    include_nulls = cursor.skip_words("INCLUDE", "NULLS")
    if not include_nulls:
        cursor.skip_words("EXCLUDE", "NULLS")
    cursor.expect_open()
    measures = _names(cursor)
    cursor.expect_words("FOR")
    labels = _names(cursor)
    cursor.expect_words("IN")
    cursor.expect_open()
    groups = _list(cursor, lambda: _labelled(cursor))
    cursor.expect_close()
    cursor.expect_close()
    if any(len(columns) != len(measures) for columns, _ in groups):
        raise OracleError(56901, "non-constant expression is not allowed for pivot|unpivot values")
    return query_nodes.Unpivot(source, measures, labels, groups, include_nulls)


def _list(cursor: Cursor, item: Callable[[], _Item]) -> tuple[_Item, ...]:
    found = [item()]
    while cursor.skip_operator(","):
        found.append(item())
    return tuple(found)


def _aliased(cursor: Cursor, value: nodes.Expression) -> tuple[nodes.Expression, str | None]:
    if cursor.skip_words("AS"):
        return value, cursor.name()
    alias = cursor.at_name() and not cursor.at_word("FOR")
    return value, cursor.name() if alias else None


def _names(cursor: Cursor) -> _Columns:
    return cursor.names_in_parentheses() if cursor.at_operator("(") else (cursor.name(),)


def _labelled(cursor: Cursor) -> tuple[_Columns, tuple[nodes.Expression, ...]]:
    columns = _names(cursor)
    if not cursor.skip_words("AS"):
        return columns, (nodes.Text("_".join(columns)),)
    label = expressions.primary(cursor)
    return columns, label.items if isinstance(label, nodes.Row) else (label,)


# ------------------------------------------------------------------------------- as queries


def as_query(item: query_nodes.Pivot | query_nodes.Unpivot, columns: _Columns) -> query_nodes.Query:
    """Return the query that a clause over a source with these columns stands for."""
    if isinstance(item, query_nodes.Pivot):
        return query_nodes.Query(_pivoted(item, columns))
    return query_nodes.Query(_unpivoted(item, columns))


def _column(name: str) -> nodes.Name:
    return nodes.Name((name,), (True,))


def _kept(columns: _Columns) -> tuple[query_nodes.SelectItem, ...]:
    return tuple(query_nodes.SelectItem(_column(name), name, aliased=True) for name in columns)


def _pivoted(item: query_nodes.Pivot, columns: _Columns) -> query_nodes.Select:
    """Return a block that groups by all columns that the clause does not name."""
    named = {
        node.parts[-1]
        for node in tree.walk(tuple(measure for measure, _ in item.measures))
        if isinstance(node, nodes.Name)
    }
    kept = tuple(column for column in columns if column not in named | set(item.columns))
    cells = tuple(
        query_nodes.SelectItem(_cell(measure, item.columns, value), name, aliased=True)
        for value, alias in item.values
        for measure, suffix in item.measures
        for name in ["_".join(part for part in (alias or _label(value), suffix) if part)]
    )
    group = query_nodes.GroupBy(tuple(_column(name) for name in kept)) if kept else None
    return query_nodes.Select((*_kept(kept), *cells), (item.source,), group_by=group)


def _label(value: nodes.Expression) -> str:
    """Return the name of a column without an alias: the value as it is written."""
    if isinstance(value, nodes.Text):
        return f"'{value.value}'"
    if isinstance(value, nodes.Number):
        return value.text
    if isinstance(value, nodes.Row):
        return "_".join(map(_label, value.items))
    return refuse("a value of PIVOT without an alias that is neither a number nor a text")


def _cell(
    measure: nodes.Expression, columns: _Columns, value: nodes.Expression
) -> nodes.Expression:
    """Return an aggregate over the rows in which the columns have a value."""
    values = value.items if isinstance(value, nodes.Row) else (value,)
    if len(values) != len(columns):
        raise OracleError(947, "not enough values")
    tests = [
        nodes.Binary("=", _column(name), wanted)
        for name, wanted in zip(columns, values, strict=True)
    ]
    condition = tree.conjunction(list(tests))
    if not isinstance(measure, nodes.Call) or condition is None:
        raise OracleError(56902, "expect aggregate function inside pivot operation")
    first = measure.arguments[0]
    counted = nodes.Number("1") if isinstance(first, nodes.Star) else first
    chosen = nodes.Case(None, ((condition, counted),), None)
    arguments = (chosen, *measure.arguments[1:])
    return nodes.Call(measure.parts, arguments, measure.distinct, within=measure.within)


def _unpivoted(item: query_nodes.Unpivot, columns: _Columns) -> query_nodes.Body:
    """Return the blocks that make one row of each group of columns."""
    used = {name for names, _ in item.groups for name in names}
    kept = _kept(tuple(column for column in columns if column not in used))
    body: query_nodes.Body | None = None
    for names, labels in item.groups:
        block = _group(item, kept, names, labels)
        body = block if body is None else _all_of(body, block)
    if body is None:
        raise OracleError(936, "missing expression")
    return body


def _all_of(left: query_nodes.Body, right: query_nodes.Body) -> query_nodes.Body:
    return query_nodes.SetOperation("UNION", keep_duplicates=True, left=left, right=right)


def _group(
    item: query_nodes.Unpivot,
    kept: tuple[query_nodes.SelectItem, ...],
    names: _Columns,
    labels: tuple[nodes.Expression, ...],
) -> query_nodes.Select:
    shown = labels if len(labels) == len(item.labels) else labels * len(item.labels)
    marks = tuple(
        query_nodes.SelectItem(_varying(label), name, aliased=True)
        for label, name in zip(shown, item.labels, strict=True)
    )
    cells = tuple(
        query_nodes.SelectItem(_column(name), measure, aliased=True)
        for name, measure in zip(names, item.measures, strict=True)
    )
    present: nodes.Expression | None = None
    for name in () if item.include_nulls else names:
        test = nodes.Is(_column(name), "NULL", negated=True)
        present = test if present is None else nodes.Binary("OR", present, test)
    return query_nodes.Select((*kept, *marks, *cells), (item.source,), where=present)


def _varying(label: nodes.Expression) -> nodes.Expression:
    return nodes.Cast(label, "varchar") if isinstance(label, nodes.Text) else label
