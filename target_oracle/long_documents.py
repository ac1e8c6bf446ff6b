"""Long JSON texts bound as the driver's own documents instead of temporary LOBs.

A CLOB bind costs a temporary LOB and two round trips per value. The driver encodes a document by
itself (OSON), which goes with its row.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import oracledb

from oracle_core.types import BindPlan, Family, row_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from target_oracle.batch import Batch
    from target_oracle.binding import Binding
    from target_oracle.statements import LoadColumn

_FIRST_CLIENT = (21,)
"""Older Oracle Client libraries have no type for JSON (thick mode)."""

# A document holds numbers as NUMBER. What may be beyond its 38 certain digits or its range, the
# server judges from the text, as it does without this module.
_DOUBTFUL_NUMBER = re.compile(r"\d[\d.]{38}|\d[eE][-+]?\d")
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_NATIVE = BindPlan("{}", oracledb.DB_TYPE_JSON, list)


def with_documents(batch: Batch) -> Batch:
    """Return the batch with JSON columns bound natively whose texts would become LOBs."""
    if not _driver_has_documents():
        return batch
    columns, values = list(batch.columns), list(batch.values)
    for position, each in enumerate(batch.bindings()):
        if _is_long_document(columns[position], each):
            documents = _documents(values[position])
            if documents is not None:
                columns[position] = replace(columns[position], plan=_NATIVE)
                values[position] = documents
    return replace(batch, columns=columns, values=values)


def _driver_has_documents() -> bool:
    return oracledb.is_thin_mode() or oracledb.clientversion()[:1] >= _FIRST_CLIENT


def _is_long_document(column: LoadColumn, bound: Binding) -> bool:
    # A staging table keeps documents as text and binds them without an expression.
    return (
        bound.db_type is oracledb.DB_TYPE_CLOB
        and row_of(column.type).family is Family.JSON
        and column.plan.expression != "{}"
    )


def _documents(texts: Sequence[object]) -> list[object] | None:
    """Return the values of JSON texts; None where a number of theirs is doubtful."""
    present = [str(text) for text in texts if text is not None]
    if any(map(_DOUBTFUL_NUMBER.search, present)):
        return None
    return [None if text is None else _DECODER.decode(str(text)) for text in texts]
