"""The changes of a stream by LogMiner, as rows such as a query would have fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_oracle.changes import Advanced, Changed, KeyChange, Truncated
from tap_oracle.logminer.literals import fetched_values
from tap_oracle.logminer.position import current_position
from tap_oracle.logminer.reader import LogReader, Reached, Stopped
from tap_oracle.logminer.session import MiningSession, mined_table
from tap_oracle.logminer.table_changes import Folded, TableChanges

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import oracledb

    from tap_oracle.catalog_entry import CatalogEntry
    from tap_oracle.changes import Event
    from tap_oracle.logminer.fold import KeyState
    from tap_oracle.logminer.position import LogPosition
    from tap_oracle.plan import StreamPlan


class LogMinerSource:
    """The redo of one stream's table."""

    def __init__(
        self,
        mining: oracledb.Connection,
        session: oracledb.Connection,
        entry: CatalogEntry,
        *,
        memory_limit_bytes: int,
        array_size_rows: int,
        flush_seconds: float,
    ) -> None:
        """Prepare to mine.

        Args:
            mining: A session for mining alone, in the root or where the table is.
            session: A session where the table is.
            entry: The stream as the catalog describes it.
            memory_limit_bytes: Memory for transactions whose end has not been read.
            array_size_rows: Maximum changes at once.
            flush_seconds: Time after which redo up to an SCN is in the files.
        """
        self._flush_seconds = flush_seconds
        self._array_size_rows = array_size_rows
        self._connection = mining
        self._mining = MiningSession(mining)
        self._table = mined_table(mining, session, entry.table)
        self._entry = entry
        self._memory_limit_bytes = memory_limit_bytes

    def position(self) -> LogPosition:
        """Return the position of now."""
        return current_position(self._connection)

    def events(self, plan: StreamPlan, start: LogPosition, end: LogPosition) -> Iterator[Event]:
        """Yield what was committed after one position up to another.

        Args:
            plan: The columns.
            start: What was delivered before.
            end: The position of now.

        Raises:
            GapError: If redo is missing or cannot be read.
        """
        table = TableChanges(
            self._table,
            self._entry.key_properties,
            start,
            stream=self._entry.stream_id,
            memory_limit_bytes=self._memory_limit_bytes,
        )
        reader = LogReader(self._mining, [table], flush_seconds=self._flush_seconds)
        for _, event in reader.read(end):
            if isinstance(event, Stopped):
                raise event.error
            yield from change_events(event, plan, self._array_size_rows)


def change_events(
    event: Folded | Truncated | Reached, plan: StreamPlan, array_size_rows: int
) -> Iterator[Event]:
    """Yield what the reader of the redo says of a table as events of its stream.

    Args:
        event: The event of the reader.
        plan: The columns.
        array_size_rows: Maximum changes at once.
    """
    if isinstance(event, Folded):
        for begin in range(0, len(event.states), array_size_rows):
            yield Changed(key_changes(event.states[begin : begin + array_size_rows], plan))
    elif isinstance(event, Reached):
        yield Advanced(event.position.bookmark())
    else:
        yield event


def key_changes(states: Sequence[KeyState], plan: StreamPlan) -> list[KeyChange]:
    """Return the states of keys as rows, decoded a column at a time.

    Large objects are not taken from the redo: it holds what was written to them, not their value.

    Args:
        states: What the redo says.
        plan: The columns.

    Raises:
        DataError: If a literal is not one of its column's type.
    """
    columns: list[list[object]] = []
    images = [state.image for state in states]
    for column in plan.columns:
        if column.fetch.is_large:
            columns.append([None] * len(states))
            continue
        # None also for a column that was not logged; `must_read` below has its row read.
        literals = [image.get(column.name) for image in images]
        columns.append(fetched_values(literals, column.type, column.fetch))
    logged = {column.name for column in plan.columns if not column.fetch.is_large}
    has_large_objects = len(logged) < len(plan.columns)
    return [
        KeyChange(
            row,
            state.scn,
            state.time,
            state.is_present,
            # Where keys alone are logged, an UPDATE holds the key and what it changed, not the
            # row.
            must_read=state.is_uncertain
            or (state.is_present and (has_large_objects or not logged <= state.image.keys())),
        )
        for state, row in zip(states, zip(*columns, strict=True), strict=True)
    ]
