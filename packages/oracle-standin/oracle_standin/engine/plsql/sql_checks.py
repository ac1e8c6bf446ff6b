"""SQL in blocks and units before it runs: its tables, and for a stored unit all of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.plsql.assignment import expanded, wrong_number
from oracle_standin.engine.plsql.compile_errors import (
    CompileError,
    compile_error,
    is_refusal,
    sql_error,
)
from oracle_standin.engine.plsql.lookup import find_relation, row_of
from oracle_standin.engine.plsql.positions import position_in
from oracle_standin.engine.plsql.scope import Record, blank_record
from oracle_standin.engine.plsql.sql_parts import named_tables
from oracle_standin.engine.plsql.statements import prepared, with_columns
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.plsql import nodes
    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.expressions import Rewritten
    from oracle_standin.engine.plsql.kinds import RecordType
    from oracle_standin.engine.plsql.nodes import Fragment
    from oracle_standin.engine.plsql.scope import Scope
    from oracle_standin.rows import Column

_NO_TABLES = ("DUAL", "TABLE", "SELECT", "VALUES", "LATERAL")
_CONTROL = ("COMMIT", "ROLLBACK", "SAVEPOINT", "LOCK", "SET")


def check_tables(statement: Fragment, context: Context) -> None:
    """Raise ORA-00942 for a table that is not there."""
    for schema, name, token in named_tables(statement):
        if token.is_word(*_NO_TABLES):
            continue
        if find_relation(schema, name, context) is None:
            missing = OracleError(942, "table or view does not exist")
            raise sql_error(position_in(statement.source, token.start), missing)


def check_sql(statement: nodes.Sql, scope: Scope, context: Context) -> None:
    """Check a statement: its tables, for a stored unit its columns and the number of targets."""
    check_tables(statement.statement, context)
    if not context.thorough or statement.statement.tokens[0].is_word(*_CONTROL):
        return
    columns = _asked(prepared(statement, scope, context), statement.statement, context)
    if not statement.statement.tokens[0].is_word("SELECT", "WITH"):
        return
    if not statement.into:
        text = "PLS-00428: an INTO clause is expected in this SELECT statement"
        raise compile_error(statement.position, text)
    targets = expanded(statement.into, scope, context)
    if len(columns) != len(targets):
        raise sql_error(statement.position, wrong_number(len(columns), len(targets)))


def record_of(query: Fragment, scope: Scope, context: Context) -> Record:
    """Return the record of a loop over a query; without fields unless it is of a stored unit."""
    check_tables(query, context)
    columns: Sequence[Column] = ()
    if context.thorough:
        columns = _asked(with_columns(query, scope, context), query, context)
    return blank_record("", row_of(columns))


def check_query(query: Fragment, scope: Scope, context: Context) -> RecordType:
    """Check the query of a declared cursor and return the type of its rows."""
    check_tables(query, context)
    quiet = replace(context, checking=True)
    return row_of(_asked(with_columns(query, scope, quiet), query, context))


def _asked(sql: Rewritten, statement: Fragment, context: Context) -> Sequence[Column]:
    try:
        return context.host.examine(sql.text, sql.binds)
    except CompileError:
        raise
    except OracleError as error:
        if is_refusal(error):
            raise
        raise sql_error(statement.start, error) from None
