"""FULL_TABLE: every row of a table, each run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_core.state import BOOKMARK_VERSION
from tap_oracle.catalog_entry import FULL_TABLE
from tap_oracle.query import Statement, select
from tap_oracle.streams.base import OracleStream

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from tap_oracle.blocks import Piece
    from tap_oracle.plan import StreamPlan
    from tap_oracle.writer import Row


class FullTableStream(OracleStream):
    """Reads all rows in the order in which Oracle returns them."""

    def statement(self, plan: StreamPlan, piece: Piece) -> Statement:
        """Return the SELECT of all rows."""
        del piece
        return select(self.entry.table, plan.expressions, limit=self.row_limit)

    def bookmark_after(self, plan: StreamPlan, last_row: Row) -> Mapping[str, Any]:
        """Return the method and version; a bookmark of an earlier INCREMENTAL run stays."""
        del plan, last_row
        version = self.table_version()
        return {
            "bookmark_version": BOOKMARK_VERSION,
            "replication_method": FULL_TABLE,
            **({} if version is None else {"version": version}),
        }

    def table_version(self) -> int | None:
        """Return the start of the run in epoch seconds, when versions are asked for."""
        if self.services.settings.emit_activate_version_messages:
            return self.started_at_seconds
        return None
