"""INCREMENTAL: rows at or after the bookmark, in the order of the replication key."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_core.state import BOOKMARK_VERSION, state_value
from tap_oracle.blocks import Block, Piece
from tap_oracle.catalog_entry import INCREMENTAL
from tap_oracle.late_commits import OFF, ROWSCN
from tap_oracle.query import END, Condition, KeyRange, Statement, late_rows, select
from tap_oracle.starting_point import (
    bookmark_bind,
    check_key_type,
    earlier,
    end_value,
    is_later,
    is_moment,
    starting_value,
)
from tap_oracle.streams.base import OracleStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from oracle_core.state import BookmarkValue
    from tap_oracle.late_commits import OpenTransactions
    from tap_oracle.plan import ColumnPlan, StreamPlan
    from tap_oracle.query import Bind
    from tap_oracle.streams.base import RowEncoder
    from tap_oracle.writer import Row


REREAD_FROM = "reread_from"
"""Key of the bookmark: the value of the replication key at which the next run starts."""

COLUMNS = "columns"
"""Key of the bookmark: a digest of the columns that the last run read."""

ROWSCN_FROM = "rowscn_from"
"""Key of the bookmark: the SCN after which rows may have been committed late."""


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
        self.services.late_commits.warn_if_blind(self.name)
        return [Piece(moment=moment)]

    def statement(self, plan: StreamPlan, piece: Piece) -> Statement:
        """Return the SELECT of the rows that are due.

        Raises:
            ConfigurationError: If the key has no order, or the bookmark is not a value of it.
        """
        column = self._key_column(plan)
        check_key_type(self.name, column)
        start = self._start(plan, column)
        return select(
            self.entry.table,
            plan.expressions,
            scn=piece.moment.as_of,
            conditions=self._end_conditions(plan, column),
            key_range=KeyRange(column.identifier, start),
            limit=self.limit_in_sql(plan),
            extras=self._extras,
        )

    def _start(self, plan: StreamPlan, column: ColumnPlan) -> Bind | None:
        settings = self.services.settings
        value = starting_value(
            column,
            self._known_value(),
            start_date=settings.start_date,
            lookback_seconds=settings.lookback_seconds,
            naive_timezone=plan.options.naive_timezone,
            reread_from=self._reread_from(),
        )
        return None if value is None else bookmark_bind(self.name, column, value)

    def _end_conditions(self, plan: StreamPlan, column: ColumnPlan) -> list[Condition]:
        settings = self.services.settings
        value = end_value(column, settings.end_bound, plan.options.naive_timezone)
        if value is None:
            return []
        bind = bookmark_bind(self.name, column, value, END)
        return [Condition(f"{column.identifier.sql} < {bind.sql}", (bind,))]

    # Late commits

    def _reread_from(self) -> BookmarkValue:
        """Return where rows committed late may begin, as the last run noted it."""
        if self.services.late_commits.mode == OFF or self._known_value() is None:
            return None
        value = self.stream_state.get(REREAD_FROM)
        return value if isinstance(value, str) else None

    def _read_once(self, piece: Piece) -> Iterator[Block]:
        """Yield late rows, then the rows that are due, then the bookmark of the whole read."""
        plan = self.plan()
        column = self._key_column(plan)
        encode = self.encoder(plan, piece.version)
        # Before the rows are read: a transaction that commits between the two would be in neither.
        noted = piece.moment.noted or self.services.late_commits.note()
        yield from self._late_blocks(plan, column, encode)
        newest = None
        for rows, lines in self.encoded(plan, encode, self.statement(plan, piece)):
            bookmark = self.bookmark_after(plan, rows[-1])
            newest = bookmark.get("replication_key_value", newest)
            until_the_end = self._reread_mark(column, newest, noted, is_complete=False)
            yield Block(lines, len(rows), {**bookmark, **until_the_end})
            del rows, lines  # before the next fetch
        self.report_non_finite(plan)
        mark = self._reread_mark(column, newest, noted, is_complete=True)
        columns = {COLUMNS: columns_digest(self.selected_schema)}
        # A block without lines: the mark moves once every row has been written.
        yield Block(b"", 0, {**mark, **_scn_mark(piece, noted), **columns})

    def _reread_mark(
        self,
        column: ColumnPlan,
        newest: BookmarkValue,
        noted: OpenTransactions | None,
        *,
        is_complete: bool,
    ) -> Mapping[str, Any]:
        """Return where the next run starts, so that it meets what was open in this one.

        Until all rows are written, the mark of the run before stays, which lies earlier.
        """
        value = self._known_value() if newest is None else newest
        if noted is None or value is None or not is_moment(column.type):
            # A mark that is not renewed would have the same rows read in every run.
            return {REREAD_FROM: None} if is_complete else {}
        if not is_complete and self._reread_from() is not None:
            return {}
        return {REREAD_FROM: earlier(str(value), noted.lookback_seconds)}

    def _late_blocks(
        self, plan: StreamPlan, column: ColumnPlan, encode: RowEncoder
    ) -> Iterator[Block]:
        """Yield rows before the start that were committed since the last run, by ORA_ROWSCN."""
        since = self.stream_state.get(ROWSCN_FROM)
        start = self._start(plan, column)
        if (
            self.services.late_commits.mode != ROWSCN
            or not isinstance(since, int)
            or start is None
            or self.row_limit is not None
        ):
            return
        # Without AS OF, which ORA_ROWSCN does not go with (SQL Language Reference, "ORA_ROWSCN
        # Pseudocolumn").
        conditions = [late_rows(column.identifier, start, since)]
        statement = select(
            self.entry.table,
            plan.expressions,
            conditions=[*conditions, *self._end_conditions(plan, column)],
            # Late rows move no bookmark, so that their order does not matter.
            extras=replace(self._extras, order_by=""),
        )
        for rows, lines in self.encoded(plan, encode, statement):
            yield Block(lines, len(rows))
            del rows, lines  # before the next fetch

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
        # Only moments have a lookback, whose rows lie before the bookmark.
        if known is None or not is_moment(column.type):
            return False
        return not is_later(str(value), str(known))

    def _known_value(self) -> BookmarkValue:
        """Return the value of the bookmark, if it belongs to this key."""
        bookmark = self.bookmark
        if bookmark.replication_key != self.replication_key:
            return None
        return bookmark.replication_key_value


def _scn_mark(piece: Piece, noted: OpenTransactions | None) -> Mapping[str, Any]:
    """Return the SCN of the read, and the one after which rows may be committed late."""
    scn = piece.moment.scn
    if scn is None:
        return {}
    oldest = scn if noted is None or noted.start_scn is None else min(scn, noted.start_scn)
    return {"scn": scn, ROWSCN_FROM: oldest}


def columns_digest(schema: Mapping[str, Any]) -> str:
    """Return what changes with the names of the columns in a JSON schema."""
    # Sorted, because another order of the columns changes no record.
    names = "\n".join(sorted(schema["properties"]))
    return hashlib.sha256(names.encode()).hexdigest()[:12]
