"""Assembles committed transactions from redo in the order in which it was written.

LogMiner's own COMMITTED_DATA_ONLY does the same inside the database, but it holds each transaction
in the server's PGA until its end (ORA-04036, ORA-04030 on large ones) and shows of a transaction
that began before the mined range only the rest. Here a transaction waits at the client, in a file
when it is large, and from window to window.

Source: Database Reference, V$LOGMNR_CONTENTS (ROLLBACK, XID, OPERATION_CODE).
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_oracle.logminer.contents import (
    COMMIT,
    DELETE,
    INSERT,
    ROLLBACK,
    START,
    UPDATE,
)
from tap_oracle.logminer.spill import SpillingRows

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from tap_oracle.logminer.contents import LogRow

_LOGGER = logging.getLogger(__name__)

_UNDONE_BY = {INSERT: DELETE, DELETE: INSERT, UPDATE: UPDATE}
"""Operation of a row with ROLLBACK = 1 -> the operation that it undoes."""


@dataclass(slots=True)
class _OpenTransaction:
    """A transaction whose end has not been read; `start_scn` is None if its start was not."""

    start_scn: int | None
    rows: SpillingRows = field(default_factory=SpillingRows)
    has_undo: bool = False


@dataclass(slots=True)
class CommittedTransaction:
    """A transaction that changed rows and was committed.

    Attributes:
        scn: the SCN of its commit.
        time: when it was committed, by the server's clock.
        start_scn: the SCN at which it began; None if that lies before what was mined.
        is_uncertain: whether a row says that a change was undone and not which one.
    """

    scn: int
    time: dt.datetime | None
    start_scn: int | None
    is_uncertain: bool
    _rows: SpillingRows
    _undone: frozenset[int]

    def changes(self) -> Iterator[LogRow]:
        """Yield what lasted, in order: not what a rollback to a savepoint undid."""
        for position, row in enumerate(self._rows):
            if not row.is_undo and position not in self._undone:
                yield row

    def close(self) -> None:
        """Release the rows."""
        self._rows.close()


class TransactionBuffer:
    """Transactions that are open as far as the redo was read."""

    def __init__(self, memory_limit_bytes: int) -> None:
        """Begin without any.

        Args:
            memory_limit_bytes: from there on the largest transactions go to temporary files.
        """
        self._limit = memory_limit_bytes
        self._open: dict[bytes, _OpenTransaction] = {}
        self._size = 0

    def take(self, row: LogRow) -> CommittedTransaction | None:
        """Take the next row of the redo.

        Returns:
            The transaction that the row commits, if it changed anything; the caller closes it.
        """
        if row.operation == START:
            self._begin(row)
        elif row.operation == ROLLBACK:
            self._discard(row.xid)
        elif row.operation == COMMIT:
            return self._commit(row)
        else:
            self._add(row)
        return None

    def close(self) -> None:
        """Forget all of them."""
        for xid in list(self._open):
            self._discard(xid)

    def _begin(self, row: LogRow) -> None:
        """Open a transaction; one of the same XID ended without a trace and is dropped."""
        earlier = self._open.get(row.xid)
        if earlier is not None and earlier.rows.count:
            _LOGGER.warning(
                "LogMiner shows transaction %s begin again at SCN %d; its %d earlier changes, "
                "whose end is not in the redo, are dropped",
                row.xid.hex().upper(),
                row.scn,
                earlier.rows.count,
            )
        self._discard(row.xid)
        self._open[row.xid] = _OpenTransaction(row.scn)

    def _add(self, row: LogRow) -> None:
        transaction = self._open.get(row.xid)
        if transaction is None:
            transaction = self._open[row.xid] = _OpenTransaction(None)
        self._size += transaction.rows.add(row)
        transaction.has_undo |= bool(row.is_undo)
        if self._size > self._limit:
            self._spill()

    def _spill(self) -> None:
        # The largest one frees the most memory per file.
        largest = max(self._open.values(), key=lambda transaction: transaction.rows.size)
        self._size -= largest.rows.spill()

    def _discard(self, xid: bytes) -> None:
        transaction = self._open.pop(xid, None)
        if transaction is not None:
            self._size -= transaction.rows.size
            transaction.rows.close()

    def _commit(self, row: LogRow) -> CommittedTransaction | None:
        transaction = self._open.pop(row.xid, None)
        if transaction is None or not transaction.rows.count:
            return None
        self._size -= transaction.rows.size
        undone, is_uncertain = (
            # Most transactions undo nothing and need no second pass over their rows.
            _undone(transaction.rows) if transaction.has_undo else (frozenset(), False)
        )
        return CommittedTransaction(
            row.scn,
            row.timestamp,
            transaction.start_scn,
            is_uncertain,
            transaction.rows,
            undone,
        )


def _undone(rows: SpillingRows) -> tuple[frozenset[int], bool]:
    """Find the changes that were undone within their transaction.

    Undo is applied in the opposite order: each row with ROLLBACK = 1 undoes the newest change of
    the same ROW_ID that is left and of the opposite operation.

    Returns:
        Their positions, and whether a row undoes a change that was not found.
    """
    lasting: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    undone: set[int] = set()
    is_uncertain = False
    for position, row in enumerate(rows):
        # Rows of several tables in one cluster may have the same ROWID (SQL Language Reference,
        # "ROWID Pseudocolumn").
        place = (row.table, row.row_id)
        if not row.is_undo:
            lasting[*place, row.operation].append(position)
            continue
        candidates = lasting[*place, _UNDONE_BY.get(row.operation, row.operation)]
        if candidates:
            undone.add(candidates.pop())
        else:
            is_uncertain = True
    return frozenset(undone), is_uncertain
