"""The two entry points: a statement, and an expression of DDL."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.contract import Translation
from oracle_standin.engine.query import (
    change_nodes,
    changes,
    cursor_expressions,
    described_texts,
    dml,
    earlier_releases,
    expressions,
    merges,
    nodes,
    queries,
    query_nodes,
    tree,
)
from oracle_standin.engine.query.cursor import Cursor
from oracle_standin.engine.query.render import render
from oracle_standin.engine.query.scope import Output
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.contract import ObjectRef, TranslationContext


def translate(statement: str, context: TranslationContext) -> Translation:
    """Translate a query or DML statement.

    Raises OracleError: syntax errors with Oracle's codes, 904 and 942 for unknown names, 1008 for
    missing binds, 3001 for what the stand-in does not do.
    """
    cursor = Cursor(statement)
    parsed = dml.statement(cursor)
    _check_binds(cursor, context)
    if not context.server.since(23):
        earlier_releases.check(parsed, context.server)
    out = Output(context)
    if isinstance(parsed, change_nodes.MultiInsert):
        return _multi_insert(parsed, context)
    if isinstance(parsed, query_nodes.Query):
        return _query(*cursor_expressions.prepared(described_texts.sized(parsed)), context)
    text = _render(parsed, out)
    return _translation(parsed, text, out)


def _query(
    query: query_nodes.Query,
    nested: tuple[cursor_expressions.Nested, ...],
    context: TranslationContext,
) -> Translation:
    out = Output(context)
    found = _translation(query, queries.render_query(query, out), out)
    cursors = tuple(_query(item.description, item.nested, context) for item in nested)
    return replace(found, cursors=cursors, national=described_texts.national(query))


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


def _render(parsed: change_nodes.Statement, out: Output) -> str:
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
    is_query = isinstance(parsed, query_nodes.Query)
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
        row_identifier=_row_identifier(parsed, out),
        compared=_compared(parsed),
        read_target=_read_target(parsed, out),
    )


def _read_target(parsed: change_nodes.Statement, out: Output) -> ObjectRef | None:
    """Return what an UPDATE or DELETE changes and reads in its WHERE or SET clause."""
    if isinstance(parsed, change_nodes.Update):
        values = [item.value for item in parsed.assignments]
        reads = parsed.where is not None or any(
            isinstance(node, nodes.Name) for value in values for node in tree.walk(value)
        )
    else:
        reads = isinstance(parsed, change_nodes.Delete) and parsed.where is not None
    return out.scope.sources[0].ref if reads else None


def _compared(parsed: change_nodes.Statement) -> tuple[int, ...] | None:
    """Return which result columns of a query are compared with each other, None for all."""
    if not isinstance(parsed, query_nodes.Query):
        return ()
    body = parsed.body
    if isinstance(body, query_nodes.SetOperation):
        return () if body.operator == "UNION" and body.keep_duplicates else None
    if not isinstance(body, query_nodes.Select):
        return ()
    if body.distinct:
        return None
    keys = (*(body.group_by.items if body.group_by else ()), *(o.key for o in parsed.order_by))
    return tuple(place for place, item in enumerate(body.items) if item.value in keys)


def _row_identifier(parsed: change_nodes.Statement, out: Output) -> str:
    """Return the clause that tells which rows changed, for the driver's `lastrowid`.

    Reading a ROWID takes the privilege to read the table, so it is asked of one's own tables only;
    and not of an INSERT ... SELECT, for which Oracle gives none, nor of all rows of a table.
    """
    if isinstance(parsed, change_nodes.Insert):
        asked = len(parsed.rows) == 1 and not parsed.returning
    elif isinstance(parsed, change_nodes.Update | change_nodes.Delete):
        asked = parsed.where is not None and not parsed.returning
    else:
        asked = False
    source = out.scope.sources[0] if asked else None
    if source is None or source.ref is None or not source.stored:
        return ""
    if source.ref.owner != out.context.user:
        return ""
    return f" RETURNING ora.row_identifier({source.sql}.tableoid, {source.sql}.ctid)"


def _multi_insert(parsed: change_nodes.MultiInsert, context: TranslationContext) -> Translation:
    out = Output(context)
    text = changes.render_branches(parsed, out)
    return Translation(
        text,
        "INSERT",
        tuple(out.parameters),
        writes=True,
        flashback=tuple(out.flashback),
        counts_rows=True,
    )
