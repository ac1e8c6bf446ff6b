"""The changes of a stream by Flashback Version Query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_oracle.changes import Advanced, Changed, GapError, KeyChange
from tap_oracle.flashback.reader import VersionReader

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    import oracledb

    from oracle_core.state import Bookmark
    from tap_oracle.catalog_entry import CatalogEntry
    from tap_oracle.changes import Event
    from tap_oracle.plan import StreamPlan

SEGMENTS, COLUMNS = "log_segments", "log_columns"
"""Keys of the bookmark: what DDL changes that makes versions unreachable or incomplete."""

MAX_SEGMENTS = 200
"""Ids kept in the bookmark; a table of more partitions is not watched for TRUNCATE of one."""


class FlashbackSource:
    """The versions of one stream's table."""

    def __init__(
        self, session: oracledb.Connection, entry: CatalogEntry, *, array_size_rows: int
    ) -> None:
        """Prepare to read.

        Args:
            session: An open session.
            entry: The stream as the catalog describes it.
            array_size_rows: Maximum rows per fetch.
        """
        self._reader = VersionReader(session, entry)
        self._entry = entry
        self._array_size_rows = array_size_rows

    def definition(self) -> Mapping[str, Any]:
        """Return the keys of the bookmark that change with the table's definition.

        To be asked for before the SCN of a bookmark that keeps it: what changes in between is
        then found by the next run. Where LogMiner goes on from that SCN, no later run compares
        definitions, and it is asked for after the SCN.
        """
        segments = self._reader.segments()
        return {
            SEGMENTS: segments if len(segments) <= MAX_SEGMENTS else None,
            COLUMNS: self._reader.columns_digest(),
        }

    def commit_times(self, scns: Sequence[int]) -> Mapping[int, dt.datetime]:
        """Return when transactions were committed, by the server's clock."""
        return self._reader.commit_times(scns)

    def events(
        self, plan: StreamPlan, start: Bookmark, last_scn: int, definition: Mapping[str, Any]
    ) -> Iterator[Event]:
        """Yield what was committed after a bookmark up to an SCN.

        Args:
            plan: The columns.
            start: The bookmark, with its SCN.
            last_scn: The SCN of now.
            definition: What `definition` returned, before that SCN or after it as said there.

        Raises:
            GapError: If undo does not reach back to the bookmark, or DDL came in between.
        """
        after_scn = start.scn or 0
        cause = _incompatible_change(start.extra, definition)
        if cause is not None:
            raise GapError(self._entry.stream_id, cause, first_scn=after_scn + 1, last_scn=last_scn)
        if after_scn < last_scn:
            yield from self._changed(plan, after_scn, last_scn)
        yield Advanced({"scn": max(last_scn, after_scn)})

    def _changed(self, plan: StreamPlan, after_scn: int, last_scn: int) -> Iterator[Changed]:
        batch: list[KeyChange] = []
        for version in self._reader.read(
            plan,
            after_scn=after_scn,
            last_scn=last_scn,
            array_size_rows=self._array_size_rows,
        ):
            # The versions query selects large objects as NULL.
            must_read = version.is_present and plan.has_large_objects
            # Without a time: VERSIONS_STARTTIME is slow (Development Guide, "Using Oracle
            # Flashback Version Query").
            batch.append(KeyChange(version.row, version.scn, None, version.is_present, must_read))
            if len(batch) >= self._array_size_rows:
                yield Changed(batch)
                batch = []
        if batch:
            yield Changed(batch)


def _incompatible_change(before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """Return what DDL did that leaves no versions of the rows before; None if nothing.

    The versions of rows end where the table's structure changes (Development Guide, "Using Oracle
    Flashback Version Query"), and TRUNCATE leaves none of the rows that it removes.
    """
    segments, segments_now = before.get(SEGMENTS) or [], after[SEGMENTS]
    # A new segment is harmless: its rows are new versions too.
    if segments_now is not None and set(segments) - set(segments_now):
        return "the table or a partition was truncated, moved or dropped"
    if before.get(COLUMNS) not in {None, after[COLUMNS]}:
        return "the columns of the table were changed"
    return None
