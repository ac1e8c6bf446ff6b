"""SQL in blocks, static and dynamic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.backend import Bind, ExecuteOptions, Result
from oracle_standin.engine.plsql.assignment import (
    expanded,
    must_find_table,
    store,
    store_row,
    target_bind,
    wrong_number,
)
from oracle_standin.engine.plsql.compile_errors import CompileError, compile_error
from oracle_standin.engine.plsql.expressions import (
    Evaluated,
    Rewritten,
    evaluate,
    evaluate_as,
    fit,
    rewrite,
)
from oracle_standin.engine.plsql.kinds import DataType
from oracle_standin.engine.plsql.lookup import row_of
from oracle_standin.engine.plsql.scope import Record, Variable
from oracle_standin.engine.plsql.sql_parts import named_tables
from oracle_standin.lexer import StatementKind, outline
from oracle_standin.protocol import CharsetForm, OracleError, TypeCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from oracle_standin.engine.plsql import nodes
    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.nodes import Fragment, Target
    from oracle_standin.engine.plsql.scope import Scope
    from oracle_standin.lexer import Outline
    from oracle_standin.protocol import Row
    from oracle_standin.rows import Column, RowSource

_ROWS_A_FETCH = 500
ANY_TEXT = DataType(TypeCode.CLOB, CharsetForm.DATABASE, "CLOB")


# Static SQL


def with_columns(statement: Fragment, scope: Scope, context: Context) -> Rewritten:
    """Return a statement with its variables as binds, where they are no columns of its tables."""
    columns: set[str] = set()
    for schema, name, _ in named_tables(statement):
        found = context.host.resolver.resolve(schema, name)
        if found is not None:
            columns.update(context.host.resolver.columns(found))
    return rewrite(statement, scope, context, columns)


def run_rewritten(sql: Rewritten, context: Context) -> Result:
    """Run a statement whose variables are binds."""
    result = context.host.execute(sql.text, sql.binds, [sql.values], ExecuteOptions())
    if result.error is not None:
        raise result.error
    return result


def prepared(statement: nodes.Sql, scope: Scope, context: Context) -> Rewritten:
    """Return a static statement for the SQL engine, targets of RETURNING as return binds."""
    sql = with_columns(statement.statement, scope, context)
    if not statement.is_returning:
        return sql
    targets = expanded(statement.into, scope, context)
    for index, target in enumerate(targets):
        declared = target_bind(target, scope, context)
        sql.binds.append(
            Bind(f"INTO{index}", declared.type_code, declared.charset_form, is_return=True)
        )
        sql.values.append(None)
    sql.text += " " + ", ".join(f":INTO{index}" for index in range(len(targets)))
    return sql


def run_sql(statement: nodes.Sql, scope: Scope, context: Context) -> None:
    """Run a static SQL statement with its INTO."""
    sql = prepared(statement, scope, context)
    targets = expanded(statement.into, scope, context)
    result = run_rewritten(sql, context)
    if result.rows is None:
        context.row_count = result.row_count
        binds = sql.binds[-len(targets) :]
        if statement.is_returning and statement.is_bulk:
            rows = result.returning[0] if result.returning else []
            collect(targets, [bind.type_code for bind in binds], rows, scope, context)
        elif statement.is_returning:
            _store_returned(result, binds, targets, scope, context)
        return
    if not statement.into:
        result.rows.close()
        text = "PLS-00428: an INTO clause is expected in this SELECT statement"
        raise compile_error(statement.position, text)
    fetch = _fetch_all if statement.is_bulk else _fetch_one
    fetch(result, targets, scope, context)


def collect(
    targets: Sequence[Target],
    types: Sequence[TypeCode],
    rows: Iterable[Row],
    scope: Scope,
    context: Context,
) -> int:
    """Give tables the columns of rows, from element 1 on, and return the number of rows."""
    tables = [must_find_table(target, scope, context) for target in targets]
    if len(tables) != len(types):
        raise wrong_number(len(types), len(tables))
    for table in tables:
        table.elements = {}
    count = 0
    for count, row in enumerate(rows, start=1):
        for table, code, value in zip(tables, types, row, strict=True):
            fitting = fit(Evaluated(code, value), table.kind.element, context)
            table.put(count, fitting if isinstance(fitting, bytes) else None)
    return count


def _fetch_all(result: Result, targets: Sequence[Target], scope: Scope, context: Context) -> None:
    rows, columns = _rows(result)
    types = [column.type_code for column in columns]
    try:
        context.row_count = collect(targets, types, all_rows(rows), scope, context)
    finally:
        rows.close()


def all_rows(rows: RowSource) -> Iterator[Row]:
    """Give all further rows."""
    while found := rows.fetch(_ROWS_A_FETCH):
        yield from found


def _store_returned(
    result: Result,
    binds: Sequence[Bind],
    targets: Sequence[Target],
    scope: Scope,
    context: Context,
) -> None:
    rows = result.returning[0] if result.returning else []
    if len(rows) > 1:
        raise OracleError(1422, "exact fetch returns more than requested number of rows")
    row = rows[0] if rows else (None,) * len(targets)
    for target, bind, value in zip(targets, binds, row, strict=True):
        store(target, Evaluated(bind.type_code, value), scope, context)


def _fetch_one(result: Result, targets: Sequence[Target], scope: Scope, context: Context) -> None:
    rows, columns = _rows(result)
    try:
        found = rows.fetch(2)
    finally:
        rows.close()
    context.row_count = len(found)
    if not found:
        raise OracleError(1403, "no data found")
    if len(found) > 1:
        raise OracleError(1422, "exact fetch returns more than requested number of rows")
    store_row(targets, columns, found[0], scope, context)


def _rows(result: Result) -> tuple[RowSource, tuple[Column, ...]]:
    if result.rows is None or result.columns is None:
        raise OracleError(900, "invalid SQL statement")
    return result.rows, result.columns


def records(query: Fragment, scope: Scope, context: Context) -> Iterator[Record]:
    """Give each row of a query as a record."""
    rows, columns = _rows(run_rewritten(with_columns(query, scope, context), context))
    kind = row_of(columns)
    try:
        for row in all_rows(rows):
            fields = {
                name: Variable(name, data_type, value)
                for (name, data_type), value in zip(kind.fields, row, strict=True)
            }
            yield Record("", kind, fields)
    finally:
        rows.close()


# Dynamic SQL


def bound_text(
    statement: nodes.Immediate, scope: Scope, context: Context
) -> tuple[Rewritten, Outline, list[Target]]:
    """Return a dynamic statement with its binds, its outline and the targets of RETURNING in it."""
    value = evaluate_as(statement.statement, ANY_TEXT, scope, context)
    if not isinstance(value, bytes):
        raise OracleError(6535, "statement string in EXECUTE IMMEDIATE is NULL or 0 length")
    text = value.decode()
    parts = outline(text)
    sql = Rewritten(text)
    into = _bind_arguments(sql, statement, parts.return_from, scope, context)
    if len(sql.binds) < len(parts.binds):
        raise OracleError(1008, "not all variables bound")
    if len(sql.binds) > len(parts.binds):
        raise OracleError(1006, "bind variable does not exist")
    sql.binds = [
        Bind(name, bind.type_code, bind.charset_form, bind.size_bytes, is_return=bind.is_return)
        for name, bind in zip(parts.binds, sql.binds, strict=True)
    ]
    return sql, parts, into


def run_immediate(statement: nodes.Immediate, scope: Scope, context: Context) -> None:
    """Run EXECUTE IMMEDIATE."""
    sql, parts, into = bound_text(statement, scope, context)
    if parts.kind is StatementKind.QUERY and not statement.into:
        context.host.describe(sql.text, sql.binds)
        return
    try:
        result = run_rewritten(sql, context)
    except CompileError as error:
        raise OracleError(error.code, error.message) from None
    if parts.kind is StatementKind.QUERY:
        fetch = _fetch_all if statement.is_bulk else _fetch_one
        fetch(result, expanded(statement.into, scope, context), scope, context)
        return
    for cursor in result.implicit_results:
        context.host.open_cursors.give_back(cursor)
    context.row_count = result.row_count
    _take_out_values(result, sql, statement, scope, context)
    if into:
        _store_returned(result, sql.binds[-len(into) :], into, scope, context)


def _bind_arguments(
    sql: Rewritten,
    statement: nodes.Immediate,
    return_from: int | None,
    scope: Scope,
    context: Context,
) -> list[Target]:
    """Fill in the binds of USING; return the targets of a RETURNING clause in the text."""
    into: list[Target] = []
    for index, use in enumerate(statement.using):
        if use.target is not None and return_from is not None and index >= return_from:
            into.append(use.target)
            continue
        evaluated = (
            evaluate(use.value, scope, context)
            if use.is_in
            else Evaluated(_using_bind(use.target, scope, context).type_code, None)
        )
        form = CharsetForm.NONE
        size = 0
        if use.target is not None:
            declared = _using_bind(use.target, scope, context)
            form, size = declared.charset_form, declared.size_bytes
        sql.binds.append(Bind(str(index + 1), evaluated.type_code, form, size))
        sql.values.append(evaluated.value)
    into += statement.returning
    for target in into:
        declared = target_bind(target, scope, context)
        sql.binds.append(Bind("", declared.type_code, declared.charset_form, is_return=True))
        sql.values.append(None)
    return into


def _using_bind(target: Target | None, scope: Scope, context: Context) -> Bind:
    if target is None:
        raise OracleError(6536, "IN bind variable bound to an OUT position")
    return target_bind(target, scope, context)


def _take_out_values(
    result: Result,
    sql: Rewritten,
    statement: nodes.Immediate,
    scope: Scope,
    context: Context,
) -> None:
    for position, value in (result.out_values or {}).items():
        target = statement.using[position].target
        if target is None:
            raise OracleError(6536, "IN bind variable bound to an OUT position")
        store(target, Evaluated(sql.binds[position].type_code, value), scope, context)
