"""Reads views as they were: the past of a view is its query over the past of its tables.

Source: SQL Language Reference, flashback_query_clause: AS OF takes a table, a view or a
materialized view; VERSIONS takes no view, but may stand in the query that defines one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.names import quoted
from oracle_standin.engine.query import queries, query_nodes, selects, tree
from oracle_standin.engine.query.cursor import Cursor
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.engine.query.scope import Scope, Source
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.contract import ObjectRef, ViewDefinition
    from oracle_standin.engine.query import nodes
    from oracle_standin.engine.query.scope import Output


def definition(table: query_nodes.Table, ref: ObjectRef, out: Output) -> ViewDefinition | None:
    """Return the view whose query is read in its place, None for what is read by its name."""
    view = out.context.resolver.view(ref)
    if view is None:
        return None
    if table.flashback is not None and table.flashback.versions:
        raise OracleError(30051, "VERSIONS clause not allowed here")
    moved = table.flashback is not None or out.context.session_scn is not None
    return view if moved or view.flashback else None


def source(table: query_nodes.Table, ref: ObjectRef, view: ViewDefinition, out: Output) -> str:
    """Return a view's query as a source, and put it in the scope.

    Its names are those of the view's schema, and it is read with the rights of the view's owner.
    """
    query = selects.query(Cursor(view.text))
    if table.flashback is not None:
        query = tree.as_of(query, table.flashback)
    elif ref.owner != out.context.user and out.context.session_scn is None:
        _refuse_present_tables(query)
    columns = tuple(out.context.resolver.columns(ref))
    kept = out.scope, out.context, out.asked
    out.scope = Scope()
    out.context = replace(
        out.context,
        current_schema=view.name_schema,
        resolver=out.context.resolver.within(view.name_schema),
    )
    out.asked = out.asked or ref
    try:
        text = queries.render_query(query, out)
    finally:
        out.scope, out.context, out.asked = kept
    out.scope.sources.append(Source(table.reference, ref, columns))
    return f"({text}) AS {quoted(table.reference)} ({', '.join(map(quoted, columns))})"


def _refuse_present_tables(query: query_nodes.Query) -> None:
    """Refuse what would be read with the rights of the reader in the place of the view's owner."""
    named = {item.name for node in tree.walk(query) for item in _with_queries(node)}
    tables = (node for node in tree.walk(query) if isinstance(node, query_nodes.Table))
    present = {table.name for table in tables if table.flashback is None}
    if present - named - {"DUAL"}:
        refuse("another user's view of both past and present tables")


def _with_queries(node: nodes.Node) -> tuple[query_nodes.WithQuery, ...]:
    return node.with_queries if isinstance(node, query_nodes.Query) else ()
