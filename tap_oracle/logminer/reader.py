"""From a range of redo to the last change of each key, window by window."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import oracledb

from oracle_core.errors import describe
from tap_oracle.changes import GapError, Truncated
from tap_oracle.logminer.contents import (
    DDL,
    LOB_CHANGES,
    LOB_LOCATOR,
    MISSING_SCN,
    NO_CHANGE,
    ROW_CHANGES,
    whole_statements,
)
from tap_oracle.logminer.fold import ChangeFold, KeyState
from tap_oracle.logminer.position import LogPosition
from tap_oracle.logminer.redo_sql import RedoParser
from tap_oracle.logminer.session import MissingLogError
from tap_oracle.logminer.transactions import TransactionBuffer
from tap_oracle.logminer.windows import WindowSize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_oracle.logminer.contents import LogRow
    from tap_oracle.logminer.session import MinedTable, MiningSession
    from tap_oracle.logminer.transactions import CommittedTransaction

_LOGGER = logging.getLogger(__name__)

KEYS_AT_ONCE = 100_000
"""Keys that are folded in memory before they are delivered."""

_LOST_REDO = frozenset({"ORA-00308", "ORA-00310", "ORA-01284", "ORA-01291", "ORA-27037"})
_KEEP_LOGS = "keep archived logs longer than the longest pause between two runs"
_DDL = re.compile(
    r"(?is)\A(?:\s|/\*.*?\*/|--[^\n]*\n)*+(?P<verb>[a-z]+)\s+(?P<kind>[a-z]+)(?P<rest>.*)"
)
_REMOVES_ROWS = re.compile(r"(?i)\b(?:truncate|drop|exchange)\s+(?:sub)?partition\b")


@dataclass(frozen=True, slots=True)
class Folded:
    """Last states of keys, in the order of their commits."""

    states: Sequence[KeyState]


@dataclass(frozen=True, slots=True)
class Reached:
    """Everything up to a position has been yielded."""

    position: LogPosition


class LogReader:
    """Reads the changes of one table."""

    def __init__(
        self,
        session: MiningSession,
        table: MinedTable,
        key_columns: Sequence[str],
        *,
        stream: str,
        memory_limit_bytes: int,
        size: WindowSize | None = None,
    ) -> None:
        """Prepare to read; nothing is mined yet.

        Args:
            session: The session that mines.
            table: The table.
            key_columns: The columns that identify a row.
            stream: The stream, for messages.
            memory_limit_bytes: Memory for transactions whose end has not been read.
            size: The size of the first window.
        """
        self._session = session
        self._table = table
        self._stream = stream
        self._parser = RedoParser(table.name)
        self._fold = ChangeFold(key_columns, place=str(table.name))
        self._buffer = TransactionBuffer(memory_limit_bytes)
        self._size = size or WindowSize()

    def read(self, start: LogPosition, end: LogPosition) -> Iterator[Folded | Truncated | Reached]:
        """Yield what was committed after one position up to another.

        Args:
            start: What was delivered before.
            end: The position of now.

        Raises:
            GapError: If redo is missing or cannot be read.
        """
        first = min(start.restart_scn, start.scn + 1)
        try:
            while first <= end.scn:
                last = self._size.end(first, end.scn)
                rows = 0
                for row in whole_statements(self._mined(first, last)):
                    rows += 1
                    if row.operation == MISSING_SCN:
                        self._fail(f"LogMiner reports missing redo at SCN {row.scn}", row.scn)
                    transaction = self._buffer.take(row)
                    if transaction is not None:
                        yield from self._committed(transaction, start.scn)
                if len(self._fold):
                    yield Folded(self._fold.take())
                if last > start.scn:
                    yield Reached(self._position_after(last, end))
                self._size = self._size.after(seconds=self._session.seconds, rows=rows)
                first = last + 1
        finally:
            self._buffer.close()

    def _position_after(self, last: int, end: LogPosition) -> LogPosition:
        """Return the position after a window: what is open there has to be read again."""
        open_since = self._buffer.oldest_start_scn
        starts = [last + 1, end.restart_scn, *([] if open_since is None else [open_since])]
        return LogPosition(last, min(starts), end.incarnation)

    def _mined(self, first: int, last: int) -> Iterator[LogRow]:
        try:
            yield from self._session.mine(self._table, first, last)
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

    def _committed(
        self, transaction: CommittedTransaction, delivered_scn: int
    ) -> Iterator[Folded | Truncated]:
        try:
            if transaction.scn <= delivered_scn:
                return
            if transaction.start_scn is None:
                self._fail("a transaction began before the redo that was read", transaction.scn)
            yield from self._folded(transaction)
        finally:
            transaction.close()

    def _folded(self, transaction: CommittedTransaction) -> Iterator[Folded | Truncated]:
        fold = self._fold
        fold.begin(transaction.scn, transaction.time, is_uncertain=transaction.is_uncertain)
        has_located_object = False
        for row in transaction.changes():
            if row.operation in NO_CHANGE:
                continue
            if row.operation == DDL:
                if self._removes_rows(row):
                    fold.clear()
                    yield Truncated()
                continue
            if not row.is_readable or row.sql_redo is None:
                self._fail(row.info or "LogMiner could not write the change as SQL", row.scn)
            if row.operation in ROW_CHANGES:
                fold.apply(self._parser.parse(row.operation, row.sql_redo), row.row_id)
            elif row.operation in LOB_CHANGES:
                has_located_object |= self._touch_large_object(row, has_located_object)
            else:
                self._fail(
                    f"LogMiner shows operation {row.operation}, which is not supported", row.scn
                )
            if len(fold) >= KEYS_AT_ONCE:
                yield Folded(fold.take())
        fold.end()

    def _touch_large_object(self, row: LogRow, has_located_object: bool) -> bool:  # noqa: FBT001
        """Mark the row of a large object; the writes that follow its locator belong to it."""
        image = self._parser.row_of_large_object(row.sql_redo or "")
        if image is not None:
            self._fold.touch(image, row.row_id)
            return True
        if row.operation == LOB_LOCATOR or not has_located_object:
            self._fail("a large object was written and its row is not named", row.scn)
        return False

    def _removes_rows(self, row: LogRow) -> bool:
        """Log a DDL statement; return whether it emptied the table.

        Raises:
            GapError: If it removed rows or the table without a trace of which.
        """
        match = _DDL.match(row.sql_redo or "")
        verb, kind, rest = (part.upper() for part in match.groups()) if match else ("", "", "")
        what = f"{verb} {kind}".strip() or "DDL"
        if (verb, kind) == ("TRUNCATE", "TABLE"):
            _LOGGER.info("Stream '%s': TRUNCATE TABLE at SCN %d", self._stream, row.scn)
            return True
        if (verb, kind) == ("DROP", "TABLE") or _REMOVES_ROWS.search(rest):
            self._fail(f"{what} removed rows whose keys are not in the redo", row.scn)
        if kind == "TABLE" and verb != "CREATE":
            _LOGGER.warning(
                "Stream '%s': %s at SCN %d changed the table; discover again to read new columns",
                self._stream,
                what,
                row.scn,
            )
        return False

    def _fail(self, cause: str, scn: int) -> NoReturn:
        raise GapError(self._stream, cause, first_scn=scn, last_scn=None)
