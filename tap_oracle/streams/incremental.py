"""INCREMENTAL: rows at or after the bookmark, in the order of the replication key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_core.identifiers import Identifier
from oracle_core.state import BOOKMARK_VERSION, state_value
from tap_oracle.blocks import Piece
from tap_oracle.catalog_entry import INCREMENTAL
from tap_oracle.query import KeyRange, Statement, select
from tap_oracle.starting_point import (
    bookmark_bind,
    check_key_type,
    is_later,
    is_moment,
    starting_value,
)
from tap_oracle.streams.base import OracleStream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from oracle_core.state import BookmarkValue
    from tap_oracle.plan import ColumnPlan, StreamPlan
    from tap_oracle.writer import Row


class IncrementalStream(OracleStream):
    """Reads rows whose key is at or after the bookmark.

    `>=`, because rows with the key of the bookmark may have been committed after it was saved:
    those of the boundary are read again, and a target with keys updates them. Rows whose key is
    NULL have no place in the order: they come with the first run, before all others, and later
    only after their key has been set.
    """

    @property
    def is_sorted(self) -> bool:
        """True: the query orders by the replication key."""
        return True

    def pieces(self) -> Sequence[Piece]:
        """Return the stream as one piece, because its rows come in order."""
        moment = self.services.snapshots.of_increment()
        if moment.scn is not None:
            self.change_bookmark({"scn": moment.scn})
        return [Piece(moment=moment)]

    def statement(self, plan: StreamPlan, piece: Piece) -> Statement:
        """Return the SELECT of the rows that are due.

        Raises:
            ConfigurationError: If the key has no order, or the bookmark is not a value of it.
        """
        column = self._key_column(plan)
        check_key_type(self.name, column)
        value = starting_value(
            column,
            self._known_value(),
            start_date=self.services.settings.start_date,
            lookback_seconds=self.services.settings.lookback_seconds,
            naive_timezone=plan.options.naive_timezone,
        )
        start = None if value is None else bookmark_bind(self.name, column, value)
        return select(
            self.entry.table,
            plan.expressions,
            scn=piece.moment.as_of,
            key_range=KeyRange(Identifier(column.name), start),
            limit=self.row_limit,
            extras=self._extras,
        )

    def bookmark_after(self, plan: StreamPlan, last_row: Row) -> Mapping[str, Any]:
        """Return the bookmark at the last row; it never moves back, nor to NULL.

        With `lookback_seconds` the first rows lie before the bookmark.
        """
        column = self._key_column(plan)
        fetched = last_row[plan.position(column.name)]
        value = state_value(column.fetch.values([fetched], plan.options)[0])
        if value is None or self._is_behind(column, value):
            return {}
        return {
            "bookmark_version": BOOKMARK_VERSION,
            "replication_method": INCREMENTAL,
            "replication_key": column.name,
            "replication_key_value": value,
        }

    def _key_column(self, plan: StreamPlan) -> ColumnPlan:
        return plan.columns[plan.position(str(self.replication_key))]

    def _is_behind(self, column: ColumnPlan, value: BookmarkValue) -> bool:
        known = self._known_value()
        if known is None or not is_moment(column.type):
            return False
        return not is_later(str(value), str(known))

    def _known_value(self) -> BookmarkValue:
        """Return the value of the bookmark, if it belongs to this key."""
        bookmark = self.bookmark
        if bookmark.replication_key != self.replication_key:
            return None
        return bookmark.replication_key_value
