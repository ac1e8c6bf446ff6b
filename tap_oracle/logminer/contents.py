"""Rows of V$LOGMNR_CONTENTS.

Source: Database Reference, V$LOGMNR_CONTENTS.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - msgspec reads the annotations
from typing import TYPE_CHECKING, NamedTuple

from oracle_core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

INSERT, DELETE, UPDATE, DDL, START, COMMIT, ROLLBACK = 1, 2, 3, 5, 6, 7, 36
LOB_LOCATOR, LOB_WRITE, LOB_TRIM, LOB_ERASE = 9, 10, 11, 29
MISSING_SCN, UNSUPPORTED = 34, 255
"""Values of OPERATION_CODE."""

EXTENDED_TEXT = frozenset({91, 92, 93})
"""OPERATION_CODE of the begin, the pieces and the end of a text of more than 4,000 bytes."""

ROW_CHANGES = frozenset({INSERT, DELETE, UPDATE})
LOB_CHANGES = frozenset({LOB_LOCATOR, LOB_WRITE, LOB_TRIM, LOB_ERASE}) | EXTENDED_TEXT
NO_CHANGE = frozenset({0, 25, 27, 28})
"""INTERNAL, SELECT_FOR_UPDATE, replication markers and rollback notes, which change no row."""

_GOOD = 0
_UNKNOWN_SEQUENCE = b"\xff\xff\xff\xff"


class LogRow(NamedTuple):
    """One row; a statement of several rows is joined by `whole_statements`."""

    scn: int
    xid: bytes
    operation: int
    is_undo: int
    csf: int
    status: int
    timestamp: dt.datetime | None
    thread: int
    rs_id: str | None
    ssn: int | None
    data_object: int | None
    owner: str | None
    table: str | None
    row_id: str | None
    info: str | None
    sql_redo: str | None

    @property
    def is_readable(self) -> bool:
        """Whether LogMiner could write the change as SQL."""
        return self.status == _GOOD and self.operation != UNSUPPORTED

    @property
    def slot(self) -> bytes:
        """The undo segment and slot of the transaction, which one open transaction has."""
        return self.xid[:4]

    @property
    def has_whole_xid(self) -> bool:
        """Whether the XID names one transaction, and not only its slot.

        Undo that is applied names the segment and the slot. LogMiner knows the sequence from the
        change that is undone; where that lies before the range which is mined, the last four bytes
        are all ones.
        """
        return self.xid[4:] != _UNKNOWN_SEQUENCE


COLUMNS = (
    "SCN",
    "XID",
    "OPERATION_CODE",
    "ROLLBACK",
    "CSF",
    "STATUS",
    "TIMESTAMP",
    "THREAD#",
    "RS_ID",
    "SSN",
    "DATA_OBJ#",
    "SEG_OWNER",
    "TABLE_NAME",
    "ROW_ID",
    "INFO",
    "SQL_REDO",
)
"""The view's columns in the order of `LogRow`."""


def whole_statements(rows: Iterable[LogRow]) -> Iterator[LogRow]:
    """Join statements that are too long for one row.

    CSF is 1 where SQL_REDO goes on in the next row, which has the same RS_ID and SSN.

    Raises:
        DataError: If a statement is not followed by its next piece.
    """
    # SQL_REDO is a VARCHAR2(4000).
    pieces: list[str] = []
    first: LogRow | None = None
    for row in rows:
        if first is None and not row.csf:
            yield row
            continue
        if first is None:
            first = row
        elif (row.xid, row.rs_id, row.ssn) != (first.xid, first.rs_id, first.ssn):
            raise _torn(first)
        pieces.append(row.sql_redo or "")
        if not row.csf:
            yield first._replace(sql_redo="".join(pieces), csf=0)
            pieces, first = [], None
    if first is not None:
        raise _torn(first)


def _torn(row: LogRow) -> DataError:
    return DataError(f"LogMiner gave a statement at SCN {row.scn} without its continuation")
