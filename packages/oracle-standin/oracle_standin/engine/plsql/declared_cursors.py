"""Declared cursors: OPEN, loops over them, and their end.

Source: PL/SQL Language Reference, "Explicit Cursors" and "Cursor FOR LOOP Statement". FETCH, CLOSE
and the attributes are those of cursor variables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.plsql.calls import received
from oracle_standin.engine.plsql.compile_errors import compile_error, not_declared
from oracle_standin.engine.plsql.scope import blank_record
from oracle_standin.engine.plsql.statements import run_rewritten, with_columns
from oracle_standin.open_cursors import OpenCursor
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Generator

    from oracle_standin.engine.plsql import nodes
    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.scope import DeclaredCursor, Record, Scope


def must_be_declared(call: nodes.Call, scope: Scope) -> DeclaredCursor:
    """Return the cursor that OPEN or a loop names; raises PLS-00201 and PLS-00456."""
    names = call.name.split(".")
    found = scope.cursor(names)
    if found is None and scope.named(names) is not None:
        raise compile_error(call.position, f"PLS-00456: item '{call.name}' is not a cursor")
    if found is None:
        raise not_declared(call.position, call.name)
    return found


def open_declared(call: nodes.Call, scope: Scope, context: Context) -> OpenCursor:
    """Run the query of a declared cursor; raises ORA-06511 when it is open."""
    declared = must_be_declared(call, scope)
    opened = context.host.open_cursors
    if opened.is_open(declared.variable.value):
        raise OracleError(6511, "PL/SQL: cursor already open")
    inner = received(call, declared.program, scope, context)
    result = run_rewritten(with_columns(declared.query, inner, context), context)
    if result.rows is None or result.columns is None:
        raise OracleError(6539, "target of OPEN must be a query")
    cursor = OpenCursor(result.columns, result.rows)
    declared.variable.value = opened.add(cursor)
    return cursor


def rows_of(call: nodes.Call, scope: Scope, context: Context) -> Generator[Record]:
    """Open a declared cursor, give its rows and close it."""
    cursor = open_declared(call, scope, context)
    declared = must_be_declared(call, scope)
    try:
        while rows := cursor.rows.fetch(1):
            cursor.found = True
            cursor.fetched += 1
            record = blank_record("", declared.row)
            for field, value in zip(record.fields.values(), rows[0], strict=True):
                field.value = value
            yield record
    finally:
        close(declared, context)


def close(declared: DeclaredCursor, context: Context) -> None:
    """Close a declared cursor if it is open, as the end of its block does."""
    opened = context.host.open_cursors
    if opened.is_open(declared.variable.value):
        opened.take(declared.variable.value).rows.close()
