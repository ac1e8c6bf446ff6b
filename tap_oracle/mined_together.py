"""One pass over the redo for all LOG_BASED streams of a run that LogMiner reads.

Reading redo is what LogMiner costs the server, whatever the number of tables. A stream that cannot
be read in the pass is left to its own reading afterwards, which meets the cause again and deals
with it as its settings say.
"""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import OracleError, describe
from oracle_core.pool import pooled_source
from tap_oracle.change_sources import FLASHBACK, logminer_point, lost_history
from tap_oracle.logminer.connections import MiningConnection
from tap_oracle.logminer.position import LogPosition, current_position, position_of
from tap_oracle.logminer.reader import LogReader, Stopped
from tap_oracle.logminer.readiness import reasons_against
from tap_oracle.logminer.session import MOST_TABLES, MiningSession, mined_table
from tap_oracle.logminer.source import change_events
from tap_oracle.logminer.table_changes import TableChanges
from tap_oracle.streams import LogBasedStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tap_oracle.blocks import Block
    from tap_oracle.services import StreamServices
    from tap_oracle.streams import OracleStream
    from tap_oracle.streams.change_blocks import ChangeBlocks

_LOGGER = logging.getLogger("tap-oracle")


@dataclass(frozen=True)
class _Member:
    stream: LogBasedStream
    blocks: ChangeBlocks


class MinedTogether:
    """The streams of a run whose changes are read in one pass."""

    def __init__(self, streams: Iterable[OracleStream], services: StreamServices) -> None:
        """Choose the streams by their bookmarks; nothing is asked yet.

        Args:
            streams: The streams of the run.
            services: Those of the run.
        """
        self._services = services
        # Opened on the first call only, where the run's session is bound to a transaction.
        self._own_session = pooled_source(services.settings.connection, module="tap-oracle")
        self._mining = MiningConnection(services.settings.connection)
        self._streams = [
            stream
            for stream in streams
            if isinstance(stream, LogBasedStream)
            and not stream.is_read_in_full
            and position_of(stream.bookmark) is not None
        ]

    def blocks(self) -> Iterator[tuple[LogBasedStream, Block]]:
        """Yield the changes of the streams; none where there are not two to read together."""
        settings = self._services.settings
        if settings.log_based_method == FLASHBACK or len(self._streams) < 2:
            return
        with closing(self._own_session), closing(self._mining):
            for begin in range(0, len(self._streams), MOST_TABLES):
                streams = self._streams[begin : begin + MOST_TABLES]
                try:
                    yield from self._pass(streams)
                except (OracleError, oracledb.Error) as error:
                    # No warning: a stream that is read alone meets the cause again and reports it.
                    _LOGGER.info(
                        "The redo of %d streams cannot be read in one pass: %s; each is read alone",
                        len(streams),
                        describe(error).report,
                    )

    def _pass(self, streams: Sequence[LogBasedStream]) -> Iterator[tuple[LogBasedStream, Block]]:
        session, mining = self._session(), self._mining.session()
        end = current_position(mining)
        fit = [stream for stream in streams if self._is_fit(stream, end)]
        if len(fit) < 2:
            return
        point = logminer_point(end)
        members = {}
        for stream in fit:
            # The limit is one for the process, however many tables are read.
            changes = self._table_changes(
                stream, self._services.settings.log_memory_bytes // len(fit)
            )
            blocks = stream.change_blocks(stream.bookmark, session, point)
            members[changes] = _Member(stream, blocks)
        _LOGGER.info("Reading the redo of %d streams in one pass, to SCN %d", len(fit), end.scn)
        reader = LogReader(
            MiningSession(mining),
            list(members),
            flush_seconds=self._services.settings.log_flush_seconds,
        )
        yield from self._read(reader, members, end)

    def _read(
        self, reader: LogReader, members: dict[TableChanges, _Member], end: LogPosition
    ) -> Iterator[tuple[LogBasedStream, Block]]:
        size = self._services.settings.array_size_rows
        for changes, event in reader.read(end):
            member = members.get(changes)
            if member is None:
                continue
            try:
                if isinstance(event, Stopped):
                    raise event.error
                # All blocks of an event before the first is written: a stream that fails here goes
                # on alone, from its bookmark, and has written no part of the event.
                made = [
                    member.blocks.block(change)
                    for change in change_events(event, member.blocks.plan, size)
                ]
            except (OracleError, oracledb.Error) as error:
                _LOGGER.info(
                    "Stream '%s' leaves the pass over the redo: %s",
                    member.stream.name,
                    describe(error).report,
                )
                reader.drop(changes)
                del members[changes]
                continue
            for block in made:
                yield member.stream, block
        for member in members.values():
            # After the last window alone: a pass that breaks off leaves the streams to read on by
            # themselves.
            member.stream.is_delivered = True
            member.blocks.report_non_finite()

    def _session(self) -> oracledb.Connection:
        """Return a session that may begin transactions and see later SCNs than the run's."""
        if self._services.snapshots.is_one_session:
            return self._own_session.connection()
        return self._services.session()

    def _is_fit(self, stream: LogBasedStream, end: LogPosition) -> bool:
        start = position_of(stream.bookmark)
        # A gap is what the stream's own reading treats as `on_gap` says.
        if start is None or lost_history(stream.name, stream.bookmark, logminer_point(end)):
            return False
        return not reasons_against(self._mining.session(), self._session(), stream.entry)

    def _table_changes(self, stream: LogBasedStream, memory_limit_bytes: int) -> TableChanges:
        start = position_of(stream.bookmark)
        assert start is not None  # noqa: S101 - `_is_fit` has checked it
        return TableChanges(
            mined_table(self._mining.session(), self._session(), stream.entry.table),
            stream.entry.key_properties,
            start,
            stream=stream.name,
            memory_limit_bytes=memory_limit_bytes,
        )
