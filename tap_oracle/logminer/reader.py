"""From ranges of redo to the last changes of the keys of tables, window by window.

One pass reads the redo for any number of tables, because reading it is what costs the server.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import DataError, describe
from tap_oracle.changes import GapError, Truncated
from tap_oracle.logminer.contents import COMMIT, MISSING_SCN, ROLLBACK, START, whole_statements
from tap_oracle.logminer.position import LogPosition
from tap_oracle.logminer.session import UNKNOWN_OWNER, MissingLogError
from tap_oracle.logminer.table_changes import Folded, TableChanges
from tap_oracle.logminer.windows import WindowSize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_oracle.logminer.contents import LogRow
    from tap_oracle.logminer.session import MiningSession
    from tap_oracle.logminer.transactions import CommittedTransaction

# ORA-00308, ORA-27037: the file is gone; ORA-00310: another sequence; ORA-01284: it cannot be
# opened; ORA-01291: a log is missing.
_LOST_REDO = frozenset({"ORA-00308", "ORA-00310", "ORA-01284", "ORA-01291", "ORA-27037"})
_NOT_OF_TABLES = frozenset({START, COMMIT, ROLLBACK, MISSING_SCN})
_KEEP_LOGS = "keep archived logs longer than the longest pause between two runs"


@dataclass(frozen=True, slots=True)
class Reached:
    """Everything up to a position has been yielded."""

    position: LogPosition


@dataclass(frozen=True, slots=True)
class Stopped:
    """The changes of a table cannot be read; nothing of it follows."""

    error: GapError | DataError


LogEvent = Folded | Truncated | Reached | Stopped


class LogReader:
    """Reads the changes of tables in one pass over the redo."""

    def __init__(
        self,
        session: MiningSession,
        tables: Sequence[TableChanges],
        *,
        size: WindowSize | None = None,
        flush_seconds: float = 0,
    ) -> None:
        """Prepare to read; nothing is mined yet.

        Args:
            session: The session that mines.
            tables: The tables, each with what was delivered before.
            size: The size of the first window.
            flush_seconds: Time from `read` on after which all redo up to its end is in the files.
        """
        self._session = session
        self._tables = list(tables)
        self._stream = tables[0].stream
        self._size = size or WindowSize()
        self._by_name = {
            (table.table.name.schema.name, table.table.name.table.name): table for table in tables
        }
        self._by_object = {number: table for table in tables for number in table.table.objects}
        self._flush_seconds = flush_seconds
        self._started: dict[bytes, LogRow] = {}
        self._xid_of_slot: dict[bytes, bytes] = {}
        self._changed: dict[bytes, list[TableChanges]] = {}

    def read(self, end: LogPosition) -> Iterator[tuple[TableChanges, LogEvent]]:
        """Yield what was committed after the starts of the tables, up to a position.

        Args:
            end: The position of now.

        Raises:
            GapError: If redo is missing.
        """
        tables = self._tables
        # What was open at a bookmark began at its `restart_scn`; TableChanges drops what was
        # committed before the bookmark.
        first = min(min(table.start.restart_scn, table.start.scn + 1) for table in tables)
        flushed_at = time.monotonic() + self._flush_seconds
        try:
            while first <= end.scn and self._tables:
                last = self._size.end(first, end.scn)
                if last == end.scn:
                    # A transaction has its SCN before its redo is in the file: mined at once, it
                    # would be missed, and the bookmark would lie behind it.
                    time.sleep(max(0.0, flushed_at - time.monotonic()))
                rows = 0
                for row in whole_statements(self._mined(first, last)):
                    rows += 1
                    for table, transaction in self._taken(row):
                        yield from self._committed(table, transaction)
                yield from self._ends_of_window(self._position_after(last, end))
                self._size = self._size.after(seconds=self._session.seconds, rows=rows)
                first = last + 1
        finally:
            # Also those that were dropped on the way: their transactions may be in temporary
            # files.
            for table in tables:
                table.close()

    def drop(self, table: TableChanges) -> None:
        """Leave a table out of what follows."""
        if table in self._tables:
            self._tables.remove(table)

    def _taken(self, row: LogRow) -> Sequence[tuple[TableChanges, CommittedTransaction]]:
        """Give a row to the tables that it concerns; return what it commits.

        A transaction begins for a table with its first change there, so that those of other
        tables cost next to nothing.
        """
        row = self._with_whole_xid(row)
        operation, xid = row.operation, row.xid
        if operation not in _NOT_OF_TABLES:
            table_of_row = self._table_of(row)
            if table_of_row is not None:
                self._changed_by(xid, table_of_row)
                table_of_row.take(row)
        elif operation == START:
            self._started[xid] = row
            self._xid_of_slot[row.slot] = xid
            # An earlier transaction of this XID has no end in the redo; its tables drop it.
            for table in self._changed.get(xid, ()):
                table.take(row)
        elif operation == MISSING_SCN:
            cause = f"LogMiner reports missing redo at SCN {row.scn}"
            raise GapError(self._stream, cause, first_scn=row.scn, last_scn=None)
        else:
            self._started.pop(xid, None)
            taken = [(table, table.take(row)) for table in self._changed.pop(xid, ())]
            return [(table, transaction) for table, transaction in taken if transaction]
        return ()

    def _with_whole_xid(self, row: LogRow) -> LogRow:
        """Give a row that only says its slot to the transaction that is open there."""
        if row.has_whole_xid:
            return row
        return row._replace(xid=self._xid_of_slot.get(row.slot, row.xid))

    def _changed_by(self, xid: bytes, table: TableChanges) -> None:
        """Let a transaction begin for a table that it has not changed yet."""
        holders = self._changed.get(xid)
        if holders is None:
            holders = self._changed[xid] = []
        if table not in holders:
            holders.append(table)
            # The START comes before a transaction's first change, when its tables are not known
            # yet.
            if xid in self._started:
                table.take(self._started[xid])

    def _table_of(self, row: LogRow) -> TableChanges | None:
        """Return the table of a change; the dictionary does not name those of older versions."""
        if row.owner == UNKNOWN_OWNER:
            return None if row.data_object is None else self._by_object.get(row.data_object)
        return self._by_name.get((row.owner or "", row.table or ""))

    def _committed(
        self, table: TableChanges, transaction: CommittedTransaction
    ) -> Iterator[tuple[TableChanges, LogEvent]]:
        if table not in self._tables:
            transaction.close()
            return
        try:
            for event in table.committed(transaction):
                yield table, event
        except (GapError, DataError) as error:
            self.drop(table)
            yield table, Stopped(error)

    def _ends_of_window(self, position: LogPosition) -> Iterator[tuple[TableChanges, LogEvent]]:
        for table in list(self._tables):
            for event in table.rest():
                yield table, event
            # The pass begins at the oldest bookmark; no stream is moved back behind its own.
            if position.scn > table.start.scn and table in self._tables:
                yield table, Reached(position)

    def _position_after(self, last: int, end: LogPosition) -> LogPosition:
        """Return the position after a window: what is open there has to be read again."""
        open_since = min((row.scn for row in self._started.values()), default=last + 1)
        return LogPosition(last, min(last + 1, end.restart_scn, open_since), end.incarnation)

    def _mined(self, first: int, last: int) -> Iterator[LogRow]:
        try:
            yield from self._session.mine([table.table for table in self._tables], first, last)
        except MissingLogError as error:
            hole = error.hole
            raise GapError(
                self._stream,
                str(hole),
                first_scn=hole.first_scn,
                last_scn=hole.last_scn,
                advice=_KEEP_LOGS,
            ) from error
        except oracledb.Error as error:
            fault = describe(error)
            if fault.code not in _LOST_REDO:
                raise
            raise GapError(
                self._stream,
                f"redo is missing or purged ({fault.code})",
                first_scn=first,
                last_scn=last,
                advice=_KEEP_LOGS,
            ) from error
