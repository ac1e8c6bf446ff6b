"""The method that reads the changes of a stream, and the points in the log that bound them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import oracledb

from oracle_core.errors import ConfigurationError, DatabaseError, describe
from oracle_core.state import BOOKMARK_VERSION
from tap_oracle.catalog_entry import LOG_BASED
from tap_oracle.changes import GapError
from tap_oracle.flashback.reader import current_scn
from tap_oracle.flashback.source import COLUMNS, SEGMENTS, FlashbackSource
from tap_oracle.logminer.connections import MiningConnection
from tap_oracle.logminer.position import INCARNATION, RESTART_SCN, LogPosition, incarnation_of
from tap_oracle.logminer.readiness import reasons_against
from tap_oracle.logminer.source import LogMinerSource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from oracle_core.state import Bookmark
    from tap_oracle.catalog_entry import CatalogEntry
    from tap_oracle.settings import TapSettings

    Source = LogMinerSource | FlashbackSource

_LOGGER = logging.getLogger("tap-oracle")

LOGMINER, FLASHBACK = "logminer", "flashback"
METHOD = "log_based_method"
"""Key of the bookmark: the method that wrote it."""

# None removes the key and value that an INCREMENTAL run may have left.
_BOOKMARK: Mapping[str, Any] = {
    "bookmark_version": BOOKMARK_VERSION,
    "replication_method": LOG_BASED,
    "replication_key": None,
    "replication_key_value": None,
    # Where an older tap's full load stopped.
    "ORA_ROWSCN": None,
}


@dataclass(frozen=True)
class LogPoint:
    """A point in the log, from which or up to which changes are read.

    Attributes:
        scn: Its SCN.
        bookmark: The keys of a bookmark that stands there.
        position: The position in the redo, where LogMiner reads it.
    """

    scn: int
    bookmark: Mapping[str, Any]
    position: LogPosition | None = None

    def moved_to(self, scn: int) -> LogPoint:
        """Return the point of a later SCN.

        What is open there was open here, or has begun since: the beginning of the oldest open
        transaction, which a position holds, is not later than this SCN.
        """
        position = None if self.position is None else replace(self.position, scn=scn)
        return LogPoint(scn, {**self.bookmark, "scn": scn}, position)


class ChangeSources:
    """The ways to the changes of one stream."""

    def __init__(
        self,
        entry: CatalogEntry,
        settings: TapSettings,
        session: Callable[[], oracledb.Connection],
    ) -> None:
        """Open nothing yet.

        Args:
            entry: The stream as the catalog describes it.
            settings: The settings of the tap.
            session: Returns an open session where the table is.
        """
        self._entry = entry
        self._settings = settings
        self._session = session
        self._mining = MiningConnection(settings.connection)

    def close(self) -> None:
        """Close the session that mines, if there is one."""
        self._mining.close()

    def chosen(self) -> Source:
        """Return the source of the method that is wanted and possible.

        Raises:
            ConfigurationError: If LogMiner is wanted and not possible.
        """
        settings = self._settings
        if settings.log_based_method == FLASHBACK:
            return self.flashback()
        reasons = self._reasons_against_logminer()
        if not reasons:
            return LogMinerSource(
                self._mining.session(),
                self._session(),
                self._entry,
                memory_limit_bytes=settings.log_memory_bytes,
                array_size_rows=settings.array_size_rows,
                flush_seconds=settings.log_flush_seconds,
            )
        name = self._entry.stream_id
        if settings.log_based_method == LOGMINER:
            msg = f"stream '{name}' cannot be read by LogMiner: {'; '.join(reasons)}"
            raise ConfigurationError(msg)
        _LOGGER.info(
            "Stream '%s': by flashback, because LogMiner cannot be used: %s",
            name,
            "; ".join(reasons),
        )
        return self.flashback()

    def flashback(self) -> FlashbackSource:
        """Return the source by Flashback Version Query."""
        size = self._settings.array_size_rows
        return FlashbackSource(self._session(), self._entry, array_size_rows=size)

    def _reasons_against_logminer(self) -> list[str]:
        try:
            return reasons_against(self._mining.session(), self._session(), self._entry)
        # Any error is a reason, so that `auto` goes on by flashback without an account for mining.
        except (oracledb.Error, DatabaseError) as error:
            return [describe(error).report]

    def now(self, source: Source) -> LogPoint:
        """Return the point of now.

        Args:
            source: What `chosen` returned.
        """
        if isinstance(source, FlashbackSource):
            # Before the SCN, so that the next run finds DDL that comes in between.
            definition = source.definition()
            scn = current_scn(self._session())
            # Without the first the next run does not take it for a position of LogMiner
            # (`position_of`).
            place = {RESTART_SCN: None, INCARNATION: incarnation_of(self._session())}
            keys = {**_BOOKMARK, METHOD: FLASHBACK, "scn": scn, **place, **definition}
            return LogPoint(scn, keys)
        return logminer_point(source.position())


def lost_history(stream: str, bookmark: Bookmark, now: LogPoint) -> GapError | None:
    """Return the gap where the SCN of a bookmark means nothing in this database any more.

    Args:
        stream: The stream.
        bookmark: What was delivered before.
        now: The point of now.
    """
    before, scn = bookmark.extra.get(INCARNATION), bookmark.scn or 0
    # Not known before the first run of this version by flashback, nor without READ on V$DATABASE.
    if isinstance(before, int) and now.bookmark.get(INCARNATION) not in {None, before}:
        cause = "the database was opened with RESETLOGS since, and SCNs start again from there"
    elif scn > now.scn:
        cause = (
            f"the database is at SCN {now.scn}, before the bookmark: it was restored, or is "
            "another one"
        )
    else:
        return None
    return GapError(stream, cause, first_scn=scn + 1, last_scn=None)


def logminer_point(position: LogPosition) -> LogPoint:
    """Return the point of a position in the redo."""
    # LogMiner finds DDL in the redo and needs no definition in the bookmark.
    gone = {SEGMENTS: None, COLUMNS: None}
    keys = {**_BOOKMARK, METHOD: LOGMINER, **gone, **position.bookmark()}
    return LogPoint(position.scn, keys, position)
