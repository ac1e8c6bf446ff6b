"""From the redo of one table to the last change of each key."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from tap_oracle.changes import GapError, Truncated
from tap_oracle.logminer.contents import (
    DDL,
    LOB_CHANGES,
    LOB_LOCATOR,
    NO_CHANGE,
    ROW_CHANGES,
)
from tap_oracle.logminer.fold import ChangeFold, KeyState
from tap_oracle.logminer.redo_sql import RedoParser
from tap_oracle.logminer.transactions import TransactionBuffer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_oracle.logminer.contents import LogRow
    from tap_oracle.logminer.position import LogPosition
    from tap_oracle.logminer.session import MinedTable
    from tap_oracle.logminer.transactions import CommittedTransaction

_LOGGER = logging.getLogger(__name__)

KEYS_AT_ONCE = 100_000
"""Keys that are folded in memory before they are delivered."""

# SQL_REDO of DDL is the text of the user, comments included.
_DDL = re.compile(
    r"(?is)\A(?:\s|/\*.*?\*/|--[^\n]*\n)*+(?P<verb>[a-z]+)\s+(?P<kind>[a-z]+)(?P<rest>.*)"
)
# Maintenance of partitions writes no redo of single rows, nor does a filter: since 12.2 MOVE, SPLIT
# and MERGE leave out the rows that do not meet it (SQL Language Reference, ALTER TABLE,
# filter_condition). PARTITIONS names several (partition_extended_names).
_REMOVES_ROWS = re.compile(
    r"(?i)\b(?:(?:truncate|drop|exchange)\s+(?:sub)?partitions?|including\s+rows)\b"
)
_COMMENT = re.compile(r"(?s)/\*.*?\*/|--[^\n]*")


@dataclass(frozen=True, slots=True)
class Folded:
    """Last states of keys, in the order of their commits."""

    states: Sequence[KeyState]


class TableChanges:
    """The transactions that change one table, and what they leave of its keys.

    Attributes:
        table: What identifies the table in the redo.
        stream: The stream, for messages.
        start: What was delivered before.
    """

    def __init__(
        self,
        table: MinedTable,
        key_columns: Sequence[str],
        start: LogPosition,
        *,
        stream: str,
        memory_limit_bytes: int,
    ) -> None:
        """Begin without a change.

        Args:
            table: What identifies the table in the redo.
            key_columns: The columns that identify a row.
            start: What was delivered before.
            stream: The stream, for messages.
            memory_limit_bytes: Memory for transactions whose end has not been read.
        """
        self.table = table
        self.stream = stream
        self.start = start
        self._parser = RedoParser(table.name)
        self._fold = ChangeFold(key_columns, place=str(table.name))
        self._buffer = TransactionBuffer(memory_limit_bytes)

    def take(self, row: LogRow) -> CommittedTransaction | None:
        """Take the next row of the redo.

        Returns:
            The transaction that the row commits, if it changed the table; for `committed`.
        """
        return self._buffer.take(row)

    def rest(self) -> Iterator[Folded]:
        """Yield the states that have not been yielded."""
        if len(self._fold):
            yield Folded(self._fold.take())

    def close(self) -> None:
        """Forget what is open."""
        self._buffer.close()

    def committed(self, transaction: CommittedTransaction) -> Iterator[Folded | Truncated]:
        """Fold a transaction, and yield what does not wait for the end of the window.

        Args:
            transaction: One that `take` returned; it is closed.

        Raises:
            GapError: If a change cannot be read.
        """
        try:
            # Delivered by an earlier run: the redo is read again from the oldest open transaction
            # on.
            if transaction.scn <= self.start.scn:
                return
            # Not behind a sound bookmark: its `restart_scn` lies before all that was open.
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
                    # What was folded of the rows before is void with them.
                    fold.clear()
                    yield Truncated()
                continue
            # STATUS is 2 where older redo does not fit the table's present definition; INFO says
            # why.
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
            _LOGGER.info("Stream '%s': TRUNCATE TABLE at SCN %d", self.stream, row.scn)
            return True
        if (verb, kind) == ("DROP", "TABLE") or _REMOVES_ROWS.search(_COMMENT.sub(" ", rest)):
            self._fail(f"{what} removed rows whose keys are not in the redo", row.scn)
        if kind == "TABLE" and verb != "CREATE":
            _LOGGER.warning(
                "Stream '%s': %s at SCN %d changed the table; discover again to read new columns",
                self.stream,
                what,
                row.scn,
            )
        return False

    def _fail(self, cause: str, scn: int) -> NoReturn:
        raise GapError(self.stream, cause, first_scn=scn, last_scn=None)
