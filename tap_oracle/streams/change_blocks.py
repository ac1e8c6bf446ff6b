"""Blocks of lines for the changes of a LOG_BASED stream, one for each event of its source."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from singer_sdk.singerlib import ActivateVersionMessage

from tap_oracle.blocks import Block
from tap_oracle.change_rows import ChangeRows, server_zone
from tap_oracle.changes import COMMIT_SCN, DELETED_AT, Advanced, Changed
from tap_oracle.flashback.source import FlashbackSource
from tap_oracle.row_reader import RowReader
from tap_oracle.writer import record_encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import oracledb

    from tap_oracle.change_sources import LogPoint
    from tap_oracle.changes import Event
    from tap_oracle.plan import StreamPlan
    from tap_oracle.streams.base import OracleStream
    from tap_oracle.writer import Row

    RowLines = Callable[[Iterable[Row]], bytes]


def row_lines(stream: OracleStream, plan: StreamPlan, version: int | None) -> RowLines:
    """Return the encoder of rows that end in the metadata of changes.

    Args:
        stream: The stream, whose maps may change the records.
        plan: Its columns.
        version: The table version of the records.
    """
    names = (*plan.names, DELETED_AT, COMMIT_SCN)
    if stream.reason_for_single_records is None:
        encode = record_encoder(stream.name, names, version)
        return lambda rows: encode(rows, dt.datetime.now(dt.UTC))
    return lambda rows: b"".join(_mapped_lines(stream, names, rows, version))


def _mapped_lines(
    stream: OracleStream, names: tuple[str, ...], rows: Iterable[Row], version: int | None
) -> Iterator[bytes]:
    extracted_at = dt.datetime.now(dt.UTC)
    for row in rows:
        record = dict(zip(names, row, strict=True))
        for message in stream.mapped_messages(record, version):
            message.time_extracted = extracted_at
            yield stream.services.writer.serialize_message(message)


def activation(stream: OracleStream, version: int | None) -> bytes:
    """Return the ACTIVATE_VERSION message of each mapped stream."""
    return b"".join(
        stream.services.writer.serialize_message(
            ActivateVersionMessage(stream=stream_map.stream_alias, version=version or 0)
        )
        for stream_map in stream.stream_maps
    )


class ChangeBlocks:
    """Makes the blocks of one stream's changes.

    Attributes:
        plan: The columns as the log has them.
    """

    def __init__(
        self, stream: OracleStream, session: oracledb.Connection, now: LogPoint, version: int
    ) -> None:
        """Ask for the zone of the server's clock.

        Args:
            stream: The stream.
            session: A session that reads rows which the log does not hold in full.
            now: The point up to which changes are read.
            version: The table version of the records.
        """
        plan = stream.plan()
        where = stream.options.where or ""
        # Marks of empty LOBs are part of a SELECT; rows of the log have none.
        self.plan = replace(plan, marks_empty=False)
        self._stream = stream
        self._now = now
        self._version = version
        self._rows = ChangeRows(
            stream.entry,
            self.plan,
            RowReader(session, stream.entry, plan, now.scn, where=where),
            server_zone(session),
            FlashbackSource(session, stream.entry, array_size_rows=1).commit_times,
        )

    def block(self, event: Event) -> Block:
        """Return the lines of an event, and the bookmark that follows them."""
        if isinstance(event, Changed):
            rows = list(self._rows.rows(event.changes))
            return Block(row_lines(self._stream, self.plan, self._version)(rows), len(rows))
        if isinstance(event, Advanced):
            # The event's SCN takes precedence: a window may end before `now`.
            bookmark = {**self._now.bookmark, **event.bookmark, "version": self._version}
            return Block(b"", 0, bookmark)
        # TRUNCATE: activating a newer version removes the rows that came before.
        self._version += 1
        return Block(activation(self._stream, self._version), 0)

    def report_non_finite(self) -> None:
        """Warn of the NaN and infinities that were written as null."""
        self._stream.report_non_finite(self.plan)
