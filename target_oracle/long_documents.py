"""Long JSON texts bound as the driver's own documents instead of temporary LOBs.

A CLOB bind costs a temporary LOB and two round trips per value. The driver encodes a document by
itself (OSON), which goes with its row.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import oracledb

from oracle_core.types import BindPlan, Family, row_of
from target_oracle.binding import binding
from target_oracle.document_numbers import DECODER, DOUBTFUL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from target_oracle.batch import Batch
    from target_oracle.binding import Binding
    from target_oracle.statements import LoadColumn

_FIRST_CLIENT = (21,)
"""Older Oracle Client libraries have no type for JSON (thick mode)."""

_NATIVE = BindPlan("{}", oracledb.DB_TYPE_JSON, list)


def with_documents(batch: Batch) -> Batch:
    """Return the batch with JSON columns bound natively whose texts would become LOBs."""
    if not _driver_has_documents():
        return batch
    columns, values = list(batch.columns), list(batch.values)
    for position, column in enumerate(batch.columns):
        if _is_document(column) and _is_long(binding(column, values[position])):
            documents = _documents(values[position])
            if documents is not None:
                columns[position] = replace(column, plan=_NATIVE)
                values[position] = documents
    return replace(batch, columns=columns, values=values)


def _driver_has_documents() -> bool:
    return oracledb.is_thin_mode() or oracledb.clientversion()[:1] >= _FIRST_CLIENT


def _is_document(column: LoadColumn) -> bool:
    # A staging table keeps documents as text and binds them without an expression.
    return row_of(column.type).family is Family.JSON and column.plan.expression != "{}"


def _is_long(bound: Binding) -> bool:
    return bound.db_type is oracledb.DB_TYPE_CLOB


def _documents(texts: Sequence[object]) -> list[object] | None:
    """Return the values of JSON texts; None where a number of theirs is doubtful."""
    present = [str(text) for text in texts if text is not None]
    # The driver encodes 38 digits for certain; of more the server makes its NUMBER from the text.
    if any(map(DOUBTFUL.search, present)):
        return None
    return [None if text is None else DECODER.decode(str(text)) for text in texts]
