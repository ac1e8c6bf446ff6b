"""Writes INSERT, UPDATE and DELETE."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.names import quoted
from oracle_standin.engine.query import (
    change_nodes,
    external_sources,
    nodes,
    pseudo_columns,
    query_nodes,
    row_numbers,
    sources,
)
from oracle_standin.engine.query.queries import render_query
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.engine.query.render import as_text, render
from oracle_standin.engine.query.scope import Source
from oracle_standin.protocol import OracleError, TypeCode

if TYPE_CHECKING:
    from oracle_standin.backend import Bind
    from oracle_standin.engine.query.scope import Output


def enter_target(table: query_nodes.Table, out: Output) -> tuple[Source, str]:
    """Put the table that is changed in the scope; return it and `"OWNER"."TABLE" AS "ALIAS"`."""
    if sources.is_dual(table):
        raise OracleError(1031, "insufficient privileges")
    ref = sources.resolve(table, out)
    external_sources.refuse_change(ref)
    view = out.context.resolver.view(ref)
    if view is not None and view.read_only:
        raise OracleError(42399, "cannot perform a DML operation on a read-only view")
    columns = tuple(out.context.resolver.columns(ref))
    source = Source(table.reference, ref, columns, stored=ref.kind in {"r", "p"})
    out.scope.sources.append(source)
    return source, f"{sources.relation(ref)} AS {source.sql}"


def target_columns(source: Source, listed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns that values are given for; ORA-00957 for one named twice."""
    if len(set(listed)) != len(listed):
        raise OracleError(957, "duplicate column name")
    return listed or source.columns or ()


def check_count(columns: tuple[str, ...], values: int) -> None:
    """Raise ORA-00947 or ORA-00913 when there are too few or too many values."""
    if columns and values < len(columns):
        raise OracleError(947, "not enough values")
    if columns and values > len(columns):
        raise OracleError(913, "too many values")


def stored_value(node: nodes.Expression, out: Output) -> str:
    """Return a value to store, which may be DEFAULT."""
    if isinstance(node, nodes.Default):
        return "DEFAULT"
    text = render(node, out)
    pseudo_columns.note_drawn(node, out)
    return text


def stored_row(values: tuple[nodes.Expression, ...], out: Output) -> str:
    """Return the values of a row, which draws its own from sequences."""
    out.scope.drawn.clear()
    return ", ".join(stored_value(value, out) for value in values)


def _column_list(columns: tuple[str, ...]) -> str:
    return f" ({', '.join(map(quoted, columns))})" if columns else ""


def _returning(items: tuple[nodes.Expression, ...], positions: tuple[int, ...], out: Output) -> str:
    """Return the RETURNING clause; what goes into a text is text, as the NLS settings write it."""
    if not items:
        return ""
    binds = out.context.binds
    texts = {place for place in positions if place < len(binds) and _is_text(binds[place])}
    written = [
        as_text(item, out) if place in texts else render(item, out)
        for item, place in zip(items, positions, strict=True)
    ]
    return f" RETURNING {', '.join(written)}"


def _is_text(bind: Bind) -> bool:
    return bind.type_code in {TypeCode.VARCHAR, TypeCode.CHAR}


# -------------------------------------------------------------------------------- INSERT


def render_insert(insert: change_nodes.Insert, out: Output) -> str:
    """Return the PostgreSQL text of an INSERT."""
    if insert.target.partition is not None:
        refuse("INSERT INTO a partition by name")
    source, target = enter_target(insert.target, out)
    columns = target_columns(source, insert.columns)
    if insert.query is not None:
        _check_query_count(columns, insert.query)
        text = render_query(insert.query, out)
    else:
        _check_rows(insert, columns, out)
        rows = [stored_row(row, out) for row in insert.rows]
        text = "VALUES " + ", ".join(f"({row})" for row in rows)
    returning = _returning(insert.returning, insert.return_binds, out)
    return f"INSERT INTO {target}{_column_list(columns)} {text}{returning}"


def _check_rows(insert: change_nodes.Insert, columns: tuple[str, ...], out: Output) -> None:
    if len(insert.rows) > 1 and not out.context.server.since(23):
        raise OracleError(933, "SQL command not properly ended")
    for row in insert.rows:
        check_count(columns, len(row))
        row_numbers.refuse_rownum(row)


def _check_query_count(columns: tuple[str, ...], query: query_nodes.Query) -> None:
    body = query.body
    if isinstance(body, query_nodes.Select) and not any(
        isinstance(item.value, nodes.Star) for item in body.items
    ):
        check_count(columns, len(body.items))


_ROWS = "ora$rows"
_NUMBERED = '"ora$numbered"'


def render_branches(insert: change_nodes.MultiInsert, out: Output) -> str:
    """Return an INSERT for each INTO of an INSERT ALL, over one run of the query, and their sum."""
    parts = [f"{quoted(_ROWS)} AS MATERIALIZED ({render_query(insert.query, out)})"]
    out.scope.with_names[_ROWS] = ()
    star = query_nodes.SelectItem(nodes.Star(), "*", aliased=False)
    rows = query_nodes.Query(query_nodes.Select((star,), (query_nodes.Table(None, _ROWS, None),)))
    counts = []
    for number, branch in enumerate(insert.branches):
        name = f'"ora$insert{number}"'
        parts.append(f"{name} AS ({_branch(branch, rows, out)} RETURNING 1)")
        counts.append(f"(SELECT pg_catalog.count(*) FROM {name})")  # noqa: S608
    return f"WITH {', '.join(parts)} SELECT {' OPERATOR(pg_catalog.+) '.join(counts)}"


def _branch(branch: change_nodes.InsertBranch, query: query_nodes.Query, out: Output) -> str:
    out.enter()
    source, target = enter_target(branch.target, out)
    columns = target_columns(source, branch.columns)
    out.scope.sources.clear()
    derived = query_nodes.Derived(query, out.new_name())
    values = branch.values or (nodes.Star(),)
    if branch.values:
        check_count(columns, len(branch.values))
    items = tuple(
        query_nodes.SelectItem(value, f"V{number}", aliased=False)
        for number, value in enumerate(values, start=1)
    )
    select = query_nodes.Select(items, (derived,), where=branch.condition)
    text = render_query(query_nodes.Query(select), out)
    out.leave()
    return f"INSERT INTO {target}{_column_list(columns)} {text}"


# ----------------------------------------------------------------------- UPDATE and DELETE


def render_update(update: change_nodes.Update, out: Output) -> str:
    """Return the PostgreSQL text of an UPDATE."""
    source, target = enter_target(update.target, out)
    if row_numbers.uses_rownum(update.assignments):
        out.scope.rownum = f'{_NUMBERED}."n"'
        rows = _numbered_rows(update, source, out)
        assigned = f"{render_assignments(update.assignments, out)} FROM ({rows}) AS {_NUMBERED}"
        row = f"{source.sql}.tableoid, {source.sql}.ctid"
        where = f' WHERE ({row}) = ({_NUMBERED}."t", {_NUMBERED}."c")'
    else:
        assigned = render_assignments(update.assignments, out)
        where = _where(update.where, update.target, source, out)
    returning = _returning(update.returning, update.return_binds, out)
    return f"UPDATE {target} SET {assigned}{where}{returning}"  # noqa: S608


def _numbered_rows(update: change_nodes.Update, source: Source, out: Output) -> str:
    """Return the query of the rows to change with their numbers: SET column = ROWNUM."""
    values = {
        "t": nodes.Typed(f"{source.sql}.tableoid"),
        "c": nodes.Typed(f"{source.sql}.ctid"),
        "n": nodes.Name(("ROWNUM",), (False,)),
    }
    items = tuple(
        query_nodes.SelectItem(value, name, aliased=True) for name, value in values.items()
    )
    table = replace(update.target, alias=update.target.reference)
    select = query_nodes.Select(items, (table,), where=update.where)
    return render_query(query_nodes.Query(select), out)


def render_assignments(assignments: tuple[change_nodes.Assignment, ...], out: Output) -> str:
    """Return what follows SET; ORA-00957 for a column set twice."""
    named = [column for assignment in assignments for column in assignment.columns]
    if len(set(named)) != len(named):
        raise OracleError(957, "duplicate column name")
    return ", ".join(_assignment(assignment, out) for assignment in assignments)


def _assignment(assignment: change_nodes.Assignment, out: Output) -> str:
    value = stored_value(assignment.value, out)
    if len(assignment.columns) == 1:
        return f"{quoted(assignment.columns[0])} = {value}"
    return f"({', '.join(map(quoted, assignment.columns))}) = {value}"


def render_delete(delete: change_nodes.Delete, out: Output) -> str:
    """Return the PostgreSQL text of a DELETE."""
    source, target = enter_target(delete.target, out)
    where = _where(delete.where, delete.target, source, out)
    returning = _returning(delete.returning, delete.return_binds, out)
    return f"DELETE FROM {target}{where}{returning}"  # noqa: S608


def _where(
    condition: nodes.Expression | None, table: query_nodes.Table, source: Source, out: Output
) -> str:
    rest, limits = row_numbers.limited_rows(condition)
    if limits:
        return f" WHERE {_limited(condition, table, source, out)}"
    parts = [render(rest, out)] if rest is not None else []
    if table.partition is not None:
        parts.append(sources.partition_condition(source, table.partition))
    return f" WHERE {' AND '.join(parts)}" if parts else ""


def _limited(
    condition: nodes.Expression | None, table: query_nodes.Table, source: Source, out: Output
) -> str:
    """Return a condition for the first rows only: WHERE ... AND ROWNUM <= n."""
    inner = replace(table, alias=table.reference)
    row = nodes.Typed(f"ROW({source.sql}.tableoid, {source.sql}.ctid)")
    select = query_nodes.Select(
        (query_nodes.SelectItem(row, "R", aliased=False),), (inner,), where=condition
    )
    chosen = render_query(query_nodes.Query(select), out)
    return f"ROW({source.sql}.tableoid, {source.sql}.ctid) = ANY (ARRAY({chosen}))"
