"""FULL_TABLE: every row of a table as of one moment, each run."""

from __future__ import annotations

from oracle_core.state import BOOKMARK_VERSION
from tap_oracle.chunks import CHUNKS
from tap_oracle.streams.full_read import FullReadStream


class FullTableStream(FullReadStream):
    """Reads all rows in each run."""

    @property
    def is_read_in_full(self) -> bool:
        """True."""
        return True

    @property
    def expected_rows(self) -> int | None:
        """The number of rows by the optimizer's statistics, at the time of the discovery."""
        return self.entry.row_count

    def note_beginning(self) -> None:
        """Note what this load is; the value of an earlier INCREMENTAL run stays in the bookmark."""
        progress = self._progress
        self.change_bookmark(
            {
                "bookmark_version": BOOKMARK_VERSION,
                "replication_method": self.replication_method,
                "scn": self._moment.scn if progress is None else progress.scn,
                "version": self._version,
                CHUNKS: self.progress_in_bookmark,
            }
        )

    def finish(self) -> None:
        """Write the version, and take the chunks out of the bookmark."""
        self.change_bookmark({CHUNKS: None})
        self.services.snapshots.end_stream()
        super().finish()

    def table_version(self) -> int | None:
        """Return the version that the records carry."""
        return self._version

    def version_of_load(self) -> int | None:
        """Return when the load began where versions are asked for, else None."""
        if not self.services.settings.emit_activate_version_messages:
            return None
        known = self.version_of_unfinished_load
        return self.started_at_seconds if known is None else known
