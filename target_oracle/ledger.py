"""The ledger of loads: one row per committed batch, written in the transaction of its data.

A row that is there proves that its batch was committed, so a connection that was lost during
COMMIT leaves no doubt (`Ledger.is_committed`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import describe
from oracle_core.history.run_id import time_ordered_id
from oracle_core.identifiers import TableName

if TYPE_CHECKING:
    from oracle_core.identifiers import Identifier

LOADS = "SINGER_LOADS"

_UNIQUE_VIOLATED = "ORA-00001"


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Rows that one batch touched.

    MERGE does not tell updates from inserts: `merged` counts both.
    """

    inserted: int = 0
    merged: int = 0
    deleted: int = 0

    def __add__(self, other: RowCounts) -> RowCounts:
        """Return the sums."""
        return RowCounts(
            self.inserted + other.inserted,
            self.merged + other.merged,
            self.deleted + other.deleted,
        )


def new_load_id() -> str:
    """Return an id that sorts by time."""
    return time_ordered_id(dt.datetime.now(dt.UTC))


@dataclass(frozen=True, slots=True)
class LoadEntry:
    """What the ledger keeps of a batch beside its row counts; `started_at` is UTC."""

    stream: str
    table: TableName
    batch_number: int
    byte_count: int
    state: bytes | None = None
    load_id: str = field(default_factory=new_load_id)
    started_at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))


class Ledger:
    """The table SINGER_LOADS of one schema, for one run."""

    def __init__(self, schema: Identifier, run_id: str) -> None:
        """Write rows of `run_id`; nothing is sent yet."""
        self.table = TableName.of(schema.name, LOADS)
        self.run_id = run_id

    def ddl(self) -> str:
        """Return CREATE TABLE."""
        return (
            f"CREATE TABLE {self.table.sql} (\n"
            "  LOAD_ID VARCHAR2(36 BYTE) NOT NULL PRIMARY KEY,\n"
            "  RUN_UUID VARCHAR2(36 BYTE) NOT NULL,\n"
            "  STREAM VARCHAR2(4000 BYTE),\n"
            # Two names of up to 128 bytes and a dot.
            "  TABLE_NAME VARCHAR2(300 BYTE) NOT NULL,\n"
            "  BATCH_NO NUMBER(18) NOT NULL,\n"
            "  ROWS_INSERTED NUMBER(18),\n"
            "  ROWS_UPDATED NUMBER(18),\n"
            "  ROWS_DELETED NUMBER(18),\n"
            "  BYTE_COUNT NUMBER(18),\n"
            "  STATE_DIGEST VARCHAR2(64 BYTE),\n"
            "  STARTED_AT TIMESTAMP(6) NOT NULL,\n"
            "  COMMITTED_AT TIMESTAMP(6) NOT NULL\n"
            ")"
        )

    def record(self, cursor: oracledb.Cursor, entry: LoadEntry, counts: RowCounts) -> None:
        """Insert the row of a batch, just before the COMMIT of its data."""
        digest = None if entry.state is None else hashlib.sha256(entry.state).hexdigest()
        # Without it the driver binds the last one as DATE, which has no fraction of a second.
        cursor.setinputsizes(*([None] * 10), oracledb.DB_TYPE_TIMESTAMP)
        cursor.execute(
            f"INSERT INTO {self.table.sql} (LOAD_ID, RUN_UUID, STREAM, TABLE_NAME, BATCH_NO, "  # noqa: S608
            "ROWS_INSERTED, ROWS_UPDATED, ROWS_DELETED, BYTE_COUNT, STATE_DIGEST, STARTED_AT, "
            "COMMITTED_AT) VALUES (:1, :2, :3, :4, :5, :6, :7, :8, :9, :10, :11, "
            "SYS_EXTRACT_UTC(SYSTIMESTAMP))",
            [
                entry.load_id,
                self.run_id,
                entry.stream.encode()[:4000].decode(errors="ignore"),
                f"{entry.table.schema.name}.{entry.table.table.name}",
                entry.batch_number,
                counts.inserted,
                counts.merged,
                counts.deleted,
                entry.byte_count,
                digest,
                # The column has no zone; its times are UTC.
                entry.started_at.replace(tzinfo=None),
            ],
        )

    def is_committed(self, connection: oracledb.Connection, entry: LoadEntry) -> bool:
        """Return whether a batch was committed by a session that was lost during COMMIT.

        An INSERT of the same id is the question: while the lost session's transaction still lives,
        the server makes it wait for that transaction's end, so that the answer is final; a SELECT
        would see the row missing although its COMMIT is still to come.

        Raises:
            oracledb.Error: If the database does not answer.
        """
        try:
            with connection.cursor() as cursor:
                self.record(cursor, entry, RowCounts())
        except oracledb.IntegrityError as error:
            if describe(error).code != _UNIQUE_VIOLATED:
                raise
            return True
        finally:
            # The row was only the question.
            connection.rollback()
        return False
