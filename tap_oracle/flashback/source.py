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

SEGMENTS = "log_segments"
"""Key of the bookmark: ids of the table's segments, which TRUNCATE and MOVE replace."""

MAX_SEGMENTS = 200
"""Ids kept in the bookmark; a table of more partitions is not watched for TRUNCATE."""


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

    def bookmark(self) -> Mapping[str, Any]:
        """Return the keys of the bookmark that say which segments the table has."""
        segments = self._reader.data_objects()
        return {SEGMENTS: segments if len(segments) <= MAX_SEGMENTS else None}

    def commit_times(self, scns: Sequence[int]) -> Mapping[int, dt.datetime]:
        """Return when transactions were committed, by the server's clock."""
        return self._reader.commit_times(scns)

    def events(self, plan: StreamPlan, start: Bookmark, last_scn: int) -> Iterator[Event]:
        """Yield what was committed after a bookmark up to an SCN.

        Args:
            plan: The columns.
            start: The bookmark, with its SCN.
            last_scn: The SCN of now.

        Raises:
            GapError: If undo does not reach back to the bookmark, or rows vanished without
                versions.
        """
        first_scn = (start.scn or 0) + 1
        segments = self.bookmark()
        self._check_segments(start, segments, first_scn, last_scn)
        if first_scn <= last_scn:
            versions = self._reader.read(
                plan,
                first_scn=first_scn,
                last_scn=last_scn,
                array_size_rows=self._array_size_rows,
            )
            batch: list[KeyChange] = []
            for version in versions:
                must_read = version.is_present and plan.has_large_objects
                batch.append(
                    KeyChange(version.row, version.scn, None, version.is_present, must_read)
                )
                if len(batch) >= self._array_size_rows:
                    yield Changed(batch)
                    batch = []
            if batch:
                yield Changed(batch)
        yield Advanced({"scn": max(last_scn, start.scn or 0), **segments})

    def _check_segments(
        self, start: Bookmark, segments: Mapping[str, Any], first_scn: int, last_scn: int
    ) -> None:
        before = start.extra.get(SEGMENTS)
        if not isinstance(before, list) or segments[SEGMENTS] is None:
            return
        if set(before) - set(segments[SEGMENTS]):
            raise GapError(
                self._entry.stream_id,
                "the table or a partition was truncated, moved or dropped, which leaves no "
                "versions of its rows",
                first_scn=first_scn,
                last_scn=last_scn,
            )
