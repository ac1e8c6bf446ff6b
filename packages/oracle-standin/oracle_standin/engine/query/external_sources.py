"""Writes external tables: a placeholder for the rows that are read when the statement runs.

Source: SQL Language Reference, external_table_clause; Error Messages, ORA-30657.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.contract import FlashbackSource, Translation
from oracle_standin.engine.names import quoted
from oracle_standin.engine.query import flashbacks
from oracle_standin.engine.query.scope import Source
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.contract import ObjectRef
    from oracle_standin.engine.query import query_nodes
    from oracle_standin.engine.query.scope import Output

_KIND = "x"


def applies(ref: ObjectRef) -> bool:
    """Return whether an object is an external table."""
    return ref.kind == _KIND


def refuse_change(ref: ObjectRef) -> None:
    """Raise OracleError 30657 for a change of an external table."""
    if applies(ref):
        raise OracleError(30657, "operation not supported on external organized table")


def source(table: query_nodes.Table, ref: ObjectRef, out: Output) -> str:
    """Return the placeholder of an external table's rows, and put it in the scope."""
    flashbacks.refuse_here(table)
    columns = tuple(out.context.resolver.columns(ref))
    placeholder = f"ora_external.ora$placeholder${len(out.flashback) + 1}$"
    out.scope.sources.append(Source(table.reference, ref, columns))
    empty = f"{quoted(ref.owner)}.{quoted(ref.name)}"
    nothing = Translation("", "SELECT")
    out.flashback.append(
        FlashbackSource(
            placeholder,
            table=ref,
            asked=out.asked or ref,
            needs_flashback=False,
            limits=nothing,
            versions=False,
            empty=empty,
            external=True,
        )
    )
    return placeholder
