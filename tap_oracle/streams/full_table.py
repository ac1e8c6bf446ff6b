"""FULL_TABLE: every row of a table, each run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tap_oracle.catalog_entry import FULL_TABLE
from tap_oracle.query import Statement, select
from tap_oracle.streams.base import OracleStream

if TYPE_CHECKING:
    from tap_oracle.plan import StreamPlan
    from tap_oracle.writer import Row


class FullTableStream(OracleStream):
    """Reads all rows in the order in which Oracle gives them; it has no bookmark."""

    def statement(self, plan: StreamPlan) -> Statement:
        """Return the SELECT of all rows."""
        return select(self.entry.table, plan.expressions, limit=self.row_limit)

    def advance(self, plan: StreamPlan, last_row: Row) -> None:
        """Note the method; a bookmark of an earlier INCREMENTAL run stays what it was."""
        del plan, last_row
        version = self.table_version()
        kept = self.bookmark if version is None else replace(self.bookmark, version=version)
        self.keep(replace(kept, replication_method=FULL_TABLE))

    def table_version(self) -> int | None:
        """Return the start of the run in epoch seconds, when versions are asked for."""
        if self.config.get("emit_activate_version_messages"):
            return self._initialized_at // 1000
        return None
