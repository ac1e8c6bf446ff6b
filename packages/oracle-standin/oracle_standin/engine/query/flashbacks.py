"""Writes tables as they were: AS OF, VERSIONS BETWEEN, and sessions that DBMS_FLASHBACK moved.

Source: SQL Language Reference, flashback_query_clause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.contract import FlashbackSource, Translation
from oracle_standin.engine.flashback.past_sql import VERSION_COLUMNS
from oracle_standin.engine.names import quoted
from oracle_standin.engine.query import query_nodes, tree
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.engine.query.render import render
from oracle_standin.engine.query.scope import Output, Source
from oracle_standin.engine.resolver import TEMPORARY_SCHEMA
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.contract import ObjectRef
    from oracle_standin.engine.query import nodes

_TABLES = {"r", "p"}
_DICTIONARY = "SYS"


def refuse_here(table: query_nodes.Table) -> None:
    """Raise OracleError 8187 when something that has no past carries a flashback clause."""
    if table.flashback is not None and not table.flashback.inherited:
        raise OracleError(8187, "snapshot expression not allowed here")


def applies(table: query_nodes.Table, ref: ObjectRef, out: Output) -> bool:
    """Return whether a table is read as it was.

    A session that DBMS_FLASHBACK has moved reads all tables of users so; the dictionary and
    temporary tables it sees as they are. Raises OracleError for what has no past.
    """
    flashback = table.flashback
    current_only = ref.owner in {_DICTIONARY, TEMPORARY_SCHEMA}
    if flashback is None and (out.context.session_scn is None or current_only):
        return False
    if current_only:
        raise OracleError(8187, "snapshot expression not allowed here")
    if ref.kind not in _TABLES:
        refuse("flashback of a materialized view")
    if table.partition is not None:
        refuse("PARTITION together with flashback")
    return True


def source(table: query_nodes.Table, ref: ObjectRef, out: Output) -> str:
    """Return the placeholder of a table as it was, and put it in the scope."""
    columns = tuple(out.context.resolver.columns(ref))
    versions = table.flashback is not None and table.flashback.versions
    placeholder = f"ora_past.ora$placeholder${len(out.flashback) + 1}$"
    out.scope.sources.append(Source(table.reference, ref, columns, numbered=True))
    limits = _limits(table.flashback, out)
    empty = _empty(ref, columns, versions=versions)
    asked = out.asked or ref
    written_in_view = table.flashback is not None and not table.flashback.inherited
    needed = out.asked is None or not written_in_view
    found = FlashbackSource(placeholder, ref, asked, needed, limits, versions, empty)
    out.flashback.append(found)
    return placeholder


def _limits(flashback: query_nodes.Flashback | None, out: Output) -> Translation:
    if flashback is None:
        return Translation(f"SELECT NULL::numeric, {out.context.session_scn}::numeric", "SELECT")
    # Neither columns nor subqueries are allowed: a scope of their own has none.
    own = Output(out.context)
    lower = _limit(flashback.lower, own, times=flashback.times)
    upper = _limit(flashback.upper, own, times=flashback.times)
    return Translation(f"SELECT {lower}, {upper}", "SELECT", tuple(own.parameters))


def _limit(node: nodes.Expression | None, out: Output, *, times: bool) -> str:
    if node is None:
        return "NULL::numeric"
    if any(isinstance(part, query_nodes.Subquery) for part in tree.walk(node)):
        raise OracleError(22818, "Subquery expressions not allowed here")
    text = render(node, out)
    return f"ora.past_scn({text})" if times else f"({text})::numeric"


def _empty(ref: ObjectRef, columns: tuple[str, ...], *, versions: bool) -> str:
    listed = [quoted(column) for column in columns]
    listed.append('NULL::ora."ROWID" AS "ROWID"')
    if versions:
        listed += [f'NULL::{kind} AS "{name}"' for name, kind in VERSION_COLUMNS.items()]
    return f"(SELECT {', '.join(listed)} FROM {quoted(ref.owner)}.{quoted(ref.name)})"  # noqa: S608
