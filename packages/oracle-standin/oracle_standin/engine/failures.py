"""What PostgreSQL says about a failed statement, from a raw result or a psycopg exception."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.pq import DiagnosticField

if TYPE_CHECKING:
    import psycopg
    from psycopg.pq.abc import PGresult


@dataclass(frozen=True, slots=True)
class Failure:
    """The fields of a PostgreSQL error that decide its Oracle counterpart; "" where absent."""

    sqlstate: str
    message: str
    detail: str = ""
    schema: str = ""
    table: str = ""
    column: str = ""
    constraint: str = ""


_FIELDS = (
    DiagnosticField.SQLSTATE,
    DiagnosticField.MESSAGE_PRIMARY,
    DiagnosticField.MESSAGE_DETAIL,
    DiagnosticField.SCHEMA_NAME,
    DiagnosticField.TABLE_NAME,
    DiagnosticField.COLUMN_NAME,
    DiagnosticField.CONSTRAINT_NAME,
)


def from_result(result: PGresult) -> Failure:
    """Return the failure that a raw result reports."""
    fields = [(result.error_field(field) or b"").decode(errors="replace") for field in _FIELDS]
    if not fields[0]:  # the connection broke: libpq has a message and nothing else
        return Failure("08006", result.error_message.decode(errors="replace").strip())
    return Failure(*fields)


def from_exception(error: psycopg.Error) -> Failure:
    """Return the failure that an exception reports."""
    diagnosis = error.diag
    return Failure(
        diagnosis.sqlstate or "08006",
        diagnosis.message_primary or str(error).strip(),
        diagnosis.message_detail or "",
        diagnosis.schema_name or "",
        diagnosis.table_name or "",
        diagnosis.column_name or "",
        diagnosis.constraint_name or "",
    )
