"""The two entry points: a statement, and an expression of DDL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.backend import OracleError
from oracle_standin.engine.contract import Translation
from oracle_standin.engine.query import (
    change_nodes,
    changes,
    dml,
    expressions,
    merges,
    nodes,
    queries,
    tree,
)
from oracle_standin.engine.query.cursor import Cursor
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.engine.query.render import render
from oracle_standin.engine.query.scope import Output

if TYPE_CHECKING:
    from oracle_standin.engine.contract import TranslationContext


def translate(statement: str, context: TranslationContext) -> Translation:
    """Translate a query or DML statement.

    Raises OracleError: syntax errors with Oracle's codes, 904 and 942 for unknown names, 1008 for
    missing binds, 3001 for what the stand-in does not do.
    """
    cursor = Cursor(statement)
    parsed = dml.statement(cursor)
    _check_binds(cursor, context)
    _check_from(parsed, context)
    out = Output(context)
    if isinstance(parsed, change_nodes.MultiInsert):
        return _multi_insert(parsed, context)
    text = _render(parsed, out)
    return _translation(parsed, text, out)


def translate_expression(text: str, context: TranslationContext) -> str:
    """Translate a scalar expression or a condition; columns are written without a table."""
    cursor = Cursor(text)
    parsed = expressions.expression(cursor)
    if not cursor.at_end():
        raise cursor.error(933)
    return render(parsed, Output(context))


def _check_binds(cursor: Cursor, context: TranslationContext) -> None:
    if context.binds and len(context.binds) < cursor.bind_count:
        raise OracleError(1008, "not all variables bound")


def _check_from(parsed: change_nodes.Statement, context: TranslationContext) -> None:
    if context.profile != "19":
        return
    for node in tree.walk(parsed):
        if isinstance(node, nodes.Select) and not node.sources:
            raise OracleError(923, "FROM keyword not found where expected")


def _render(parsed: change_nodes.Statement, out: Output) -> str:
    if isinstance(parsed, nodes.Query):
        return queries.render_query(parsed, out)
    if isinstance(parsed, change_nodes.Insert):
        return changes.render_insert(parsed, out)
    if isinstance(parsed, change_nodes.Update):
        return changes.render_update(parsed, out)
    if isinstance(parsed, change_nodes.Delete):
        return changes.render_delete(parsed, out)
    if isinstance(parsed, change_nodes.Merge):
        return merges.render_merge(parsed, out)
    raise OracleError(900, "invalid SQL statement")


def _translation(parsed: change_nodes.Statement, text: str, out: Output) -> Translation:
    is_query = isinstance(parsed, nodes.Query)
    returning = 0
    if isinstance(parsed, change_nodes.Insert | change_nodes.Update | change_nodes.Delete):
        returning = len(parsed.returning)
    return Translation(
        text,
        "SELECT" if is_query else type(parsed).__name__.upper(),
        tuple(out.parameters),
        returning,
        locks_rows=out.locks_rows,
        writes=out.writes or not is_query,
        lock_wait_seconds=out.lock_wait_seconds,
        flashback=tuple(out.flashback),
    )


def _multi_insert(parsed: change_nodes.MultiInsert, context: TranslationContext) -> Translation:
    parts = []
    for branch in parsed.branches:
        out = Output(context)
        text = changes.render_branches(change_nodes.MultiInsert((branch,), parsed.query), out)[0]
        if out.flashback:
            refuse("flashback in a multitable INSERT")
        parts.append(Translation(text, "INSERT", tuple(out.parameters), writes=True))
    first, *others = parts
    return Translation(first.sql, first.keyword, first.parameters, writes=True, extra=tuple(others))
