"""Rows that the SCHEMA, their column or the database refuses (`on_bad_row: table`).

They go into `<TABLE>_ERR` in the transaction of the batch that they came with, so that a row is
either in the table or there, whatever happens.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import oracledb

from oracle_core.errors import ConfigurationError, DataError, describe
from oracle_core.fault_table import FaultClass
from oracle_core.identifiers import Identifier, TableName
from target_oracle.errors import LoadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from oracle_core.server import Server
    from target_oracle.properties import Property
    from target_oracle.rows import Row, Rows
    from target_oracle.session import TargetSession
    from target_oracle.settings import TargetSettings

SUFFIX = "_ERR"
REFUSED_BY_SCHEMA = "SCHEMA"
"""Error code of what no code of Oracle names."""

_LOGGER = logging.getLogger("target-oracle")
_JSON = msgspec.json.Encoder(decimal_format="number")
_LONGEST_ERROR = 1000  # characters, so that 4,000 bytes hold it in any character set


def error_table(table: TableName, server: Server) -> TableName:
    """Return the table of refused rows of a table."""
    name = Identifier(table.table.name + SUFFIX).shorten(server.name_bytes)
    return TableName(table.schema, name)


def error_table_ddl(table: TableName) -> str:
    """Return CREATE TABLE of a table of refused rows."""
    return (
        f"CREATE TABLE {table.sql} (\n"
        '  "_SDC_ERROR_CODE" VARCHAR2(20 BYTE),\n'
        '  "_SDC_ERROR" VARCHAR2(4000 BYTE),\n'
        '  "_SDC_RECORD" CLOB,\n'
        '  "_SDC_RECEIVED_AT" TIMESTAMP(6)\n'
        ")"
    )


@dataclass(frozen=True, slots=True)
class BadRow:
    """One refused row: the code and text of the error, and the record as JSON."""

    code: str
    error: str
    record: str
    received_at: dt.datetime


class BadRows:
    """The refused rows of one stream, on their way into its table of errors.

    Args:
        stream: The stream, for messages.
        table: The table of errors.
        most: Maximum rows per stream.
    """

    def __init__(self, stream: str, table: TableName, most: int) -> None:
        """Start with none."""
        self.table = table
        self.written = 0
        self.on_written: Callable[[int], object] | None = None
        """Gets the number of rows of every transaction that was committed."""
        self._stream = stream
        self._most = most
        self._waiting: list[BadRow] = []
        self._of_attempt: list[BadRow] = []
        self.record_of: Callable[[int], str] = str
        """Returns the record of a position of the batch in hand as JSON."""

    @property
    def are_waiting(self) -> bool:
        """Whether rows wait for the next transaction."""
        return bool(self._waiting)

    def add(self, code: str, error: str, record: str) -> None:
        """Add a row that was refused before it was sent.

        Raises:
            LoadError: If there are more than `bad_rows_max`.
        """
        self._waiting.append(_bad_row(code, error, record))
        self._check()

    @property
    def refused(self) -> int:
        """Rows that the database refused in this transaction."""
        return len(self._of_attempt)

    def begin_attempt(self) -> None:
        """Forget what the database refused in a transaction that was rolled back."""
        self._of_attempt = []

    def note_refused(self, errors: Iterable[Any], positions: Sequence[int]) -> None:
        """Note the rows of an array that the database refused.

        Args:
            errors: The driver's batch errors.
            positions: Position in the batch of each row of the array.

        Raises:
            oracledb.DatabaseError: For an error that is not one of the row: no space, a deadlock.
            LoadError: If there are more than `bad_rows_max`.
        """
        for error in errors:
            failure = oracledb.DatabaseError(error)
            fault = describe(failure)
            if fault.klass is not FaultClass.DATA:
                raise failure
            record = self.record_of(positions[error.offset])
            self._of_attempt.append(_bad_row(fault.code, str(error.message), record))
        self._check()

    def write(self, cursor: oracledb.Cursor) -> None:
        """Insert the rows into the table of errors, in the caller's transaction."""
        rows = [*self._waiting, *self._of_attempt]
        if not rows:
            return
        # Declared, so that all batches share one cursor; a record beyond 32,767 bytes needs a LOB.
        cursor.setinputsizes(20, 4000, oracledb.DB_TYPE_CLOB, oracledb.DB_TYPE_TIMESTAMP)
        cursor.executemany(
            f'INSERT INTO {self.table.sql} ("_SDC_ERROR_CODE", "_SDC_ERROR", "_SDC_RECORD", '  # noqa: S608
            '"_SDC_RECEIVED_AT") VALUES (:1, :2, :3, :4)',
            [(row.code, row.error, row.record, row.received_at) for row in rows],
        )

    def end_attempt(self) -> int:
        """Count the rows after the transaction was committed.

        Returns:
            Number of rows that were sent and that the database refused.
        """
        by_database = len(self._of_attempt)
        count = len(self._waiting) + by_database
        self.written += count
        self._waiting, self._of_attempt = [], []
        if count and self.on_written is not None:
            self.on_written(count)
        return by_database

    def _check(self) -> None:
        total = self.written + len(self._waiting) + len(self._of_attempt)
        if total > self._most:
            what = (
                f"stream '{self._stream}': more than {self._most} rows were refused "
                f"(bad_rows_max); the newest are not kept, earlier ones are in {self.table}"
            )
            raise LoadError(what)


def _bad_row(code: str, error: str, record: str) -> BadRow:
    # The column has no zone; its times are UTC.
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    return BadRow(code, error[:_LONGEST_ERROR], record, now)


def record_text(properties: Sequence[Property], row: Row) -> str:
    """Return a row as the JSON of its record."""
    named = zip((prop.name for prop in properties), row, strict=False)
    return _JSON.encode({name: _finite(value) for name, value in named}).decode()


def _finite(value: object) -> object:
    # JSON has no NaN and no infinity (RFC 8259, section 6).
    if isinstance(value, Decimal) and not value.is_finite():
        return str(value)
    return value


def create_error_table(connection: oracledb.Connection, table: TableName, *, freeze: bool) -> None:
    """Create a table of refused rows where it is missing; DDL, which commits.

    Raises:
        ConfigurationError: If it is missing and `freeze_schema` forbids it.
        oracledb.Error: If the database refuses it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            # CREATE TABLE takes IF NOT EXISTS from 23ai on only.
            "SELECT COUNT(*) FROM ALL_TABLES WHERE OWNER = :1 AND TABLE_NAME = :2",
            [table.schema.name, table.table.name],
        )
        if cursor.fetchone() != (0,):
            return
        if freeze:
            what = f"the table {table} is missing and freeze_schema is set"
            raise ConfigurationError(what, setting="on_bad_row")
        cursor.execute(error_table_ddl(table))


def open_error_table(
    session: TargetSession, settings: TargetSettings, stream: str, table: TableName
) -> BadRows:
    """Return what keeps the refused rows of a stream; their table is made where it is missing."""
    errors = error_table(table, session.server)
    session.run_ddl(
        lambda c: create_error_table(c, errors, freeze=settings.freeze_schema),
        f"stream '{stream}': create {errors}",
    )
    return BadRows(stream, errors, settings.bad_rows_max)


def without_refused(
    rows: Rows, bad: BadRows, properties: Sequence[Property], encode: Callable[[Rows], object]
) -> Rows:
    """Return the rows that their columns take; `bad` gets the others.

    Args:
        rows: The rows of a batch.
        bad: Where refused rows go.
        properties: The properties of the rows.
        encode: Makes bind values of rows, or raises DataError with a position.
    """
    kept = rows
    while kept:
        # `encode` stops at the first bad row, so that it is called again without it.
        try:
            encode(kept)
        except DataError as error:
            if error.position is None:
                raise
            row = kept.row(error.position)
            kept = kept.without(error.position)
            bad.add(REFUSED_BY_SCHEMA, str(error), record_text(properties, row))
        else:
            break
    bad.record_of = lambda position: record_text(properties, kept.row(position))
    return kept


def warn_of_refused(of_streams: Iterable[BadRows | None]) -> None:
    """Log how many rows a run refused and where they are, if any was."""
    bad = [rows for rows in of_streams if rows is not None and rows.written]
    if bad:
        listed = ", ".join(f"{rows.written} in {rows.table}" for rows in bad)
        total = sum(rows.written for rows in bad)
        _LOGGER.warning("%d rows were refused (on_bad_row): %s", total, listed)
