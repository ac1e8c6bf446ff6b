"""Runs the statements of cursor variables; their values are numbers of the session's cursors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.plsql import cursor_nodes, nodes
from oracle_standin.engine.plsql.assignment import expanded, store, store_row
from oracle_standin.engine.plsql.expressions import Evaluated, integer
from oracle_standin.engine.plsql.lookup import find_cursor
from oracle_standin.engine.plsql.statements import (
    all_rows,
    bound_text,
    collect,
    run_rewritten,
    with_columns,
)
from oracle_standin.lexer import StatementKind
from oracle_standin.open_cursors import OpenCursor
from oracle_standin.protocol import OracleError, TypeCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.backend import Result
    from oracle_standin.engine.plsql.arguments import Arguments
    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.host import Host
    from oracle_standin.engine.plsql.nodes import Target
    from oracle_standin.engine.plsql.scope import Scope


def run(statement: cursor_nodes.VariableStatement, scope: Scope, context: Context) -> None:
    """Run one of the statements."""
    match statement:
        case cursor_nodes.OpenFor():
            _open(statement, scope, context)
        case cursor_nodes.Fetch():
            _fetch(statement, scope, context)
        case cursor_nodes.Close():
            value = find_cursor(statement.cursor, scope, context).value
            context.host.open_cursors.take(value).rows.close()


def _open(statement: cursor_nodes.OpenFor, scope: Scope, context: Context) -> None:
    """Open a query; a cursor that the variable stands for is closed before."""
    result = _result(statement, scope, context)
    if result.rows is None or result.columns is None:
        raise OracleError(6539, "target of OPEN must be a query")
    opened = context.host.open_cursors
    value = find_cursor(statement.cursor, scope, context).value
    if opened.is_open(value):
        opened.take(value).rows.close()
    found = opened.add(OpenCursor(result.columns, result.rows))
    store(statement.cursor, Evaluated(TypeCode.CURSOR, found), scope, context)


def _result(statement: cursor_nodes.OpenFor, scope: Scope, context: Context) -> Result:
    if statement.is_static:
        return run_rewritten(with_columns(statement.query, scope, context), context)
    dynamic = nodes.Immediate(statement.position, statement.query, (), statement.using, ())
    sql, parts, _ = bound_text(dynamic, scope, context)
    if parts.kind is not StatementKind.QUERY:
        raise OracleError(6539, "target of OPEN must be a query")
    return run_rewritten(sql, context)


def _fetch(statement: cursor_nodes.Fetch, scope: Scope, context: Context) -> None:
    """Give targets the values of the next row; after the last one they keep theirs."""
    value = find_cursor(statement.cursor, scope, context).value
    cursor = context.host.open_cursors.find(value)
    targets = expanded(statement.into, scope, context)
    if statement.is_bulk:
        _fetch_many(statement, cursor, targets, scope, context)
        return
    rows = cursor.rows.fetch(1)
    cursor.found = bool(rows)
    if rows:
        cursor.fetched += 1
        store_row(targets, cursor.columns, rows[0], scope, context)


def _fetch_many(
    statement: cursor_nodes.Fetch,
    cursor: OpenCursor,
    targets: Sequence[Target],
    scope: Scope,
    context: Context,
) -> None:
    """Give tables all further rows, or as many as LIMIT says; %FOUND means that there were so many.

    Source: PL/SQL Language Reference, "Row Limits for Bulk FETCH Operations (LIMIT Clause)".
    """
    most = None if statement.limit is None else integer(statement.limit, scope, context)
    rows = all_rows(cursor.rows) if most is None else cursor.rows.fetch(most)
    types = [column.type_code for column in cursor.columns]
    count = collect(targets, types, rows, scope, context)
    cursor.fetched += count
    cursor.found = count == most


def return_result(host: Host, arguments: Arguments) -> Arguments:
    """Do what DBMS_SQL.RETURN_RESULT does: the client gets the rows that were not fetched."""
    host.open_cursors.give_back(arguments["RC"])
    return {}
