"""Transactions that are open while a stream is read: their rows are committed behind the bookmark.

A row is stamped when it is written and becomes visible when its transaction commits, maybe hours
later. The next run therefore starts before the bookmark, by the age of the oldest transaction
that was open. Ages are differences of the server's clock, so that neither the client's clock nor
the time zone of the key matters.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import describe
from oracle_core.server import is_physical_standby

if TYPE_CHECKING:
    from collections.abc import Callable

_LOGGER = logging.getLogger("tap-oracle")

AUTO, ROWSCN, OFF = "auto", "rowscn", "off"

MARGIN_SECONDS = 2
"""START_DATE counts whole seconds, and a transaction may begin between this query and the next."""

LONG_SECONDS = 3_600
"""An open transaction older than this is worth a warning: every run reads so much again."""

# A transaction that has only just begun may show START_SCN 0. V$TRANSACTION shows the
# transactions of one instance; on RAC, GV$TRANSACTION shows those of all.
_OLDEST = """SELECT CEIL((SYSDATE - MIN(t.start_date)) * 86400), MIN(NULLIF(t.start_scn, 0))
FROM {} t"""
_VIEWS = ("gv$transaction", "v$transaction")
_NO_RIGHT = frozenset({"ORA-00942", "ORA-01031", "ORA-41900"})


@dataclass(frozen=True, slots=True)
class OpenTransactions:
    """What was open at a moment.

    Attributes:
        age_seconds: Age of the oldest open transaction, 0 where none was open.
        start_scn: SCN at which the oldest one began; None where none was open.
    """

    age_seconds: int
    start_scn: int | None

    @property
    def lookback_seconds(self) -> int:
        """How far before its bookmark the next run starts."""
        return max(0, self.age_seconds) + MARGIN_SECONDS


class LateCommits:
    """Asks for open transactions, and warns once where that is not allowed."""

    def __init__(
        self, session: Callable[[], oracledb.Connection], mode: str, lookback_seconds: int
    ) -> None:
        """Ask nothing yet.

        Args:
            session: Returns the open session.
            mode: The setting `late_commits`.
            lookback_seconds: The setting, which helps where nothing else does.
        """
        self._session = session
        self.mode = mode
        self._lookback_seconds = lookback_seconds
        self._views = list(_VIEWS)
        self._has_warned = False
        self._is_standby: bool | None = None

    def warn_if_blind(self, stream: str) -> None:
        """Warn once in a run that open transactions cannot be seen.

        Args:
            stream: The stream that meets it first.
        """
        if self.mode != AUTO or self._has_warned or self.note() is not None:
            return
        self._has_warned = True
        if self._is_standby and not self._lookback_seconds:
            _LOGGER.warning(
                "Stream '%s': this is a physical standby, where open transactions of the primary "
                "cannot be seen, so that rows committed after they were stamped may be missed; set "
                "lookback_seconds or late_commits (rowscn)",
                stream,
            )
        elif not self._lookback_seconds:
            # The grant goes to GV_$TRANSACTION: GV$TRANSACTION is a synonym of it (ORA-02030).
            _LOGGER.warning(
                "Stream '%s': open transactions cannot be seen, so that rows committed after "
                "they were stamped may be missed; GRANT READ ON SYS.GV_$TRANSACTION, or set "
                "lookback_seconds or late_commits (rowscn)",
                stream,
            )

    def note(self) -> OpenTransactions | None:
        """Return what is open now; None where it is not asked for or cannot be seen."""
        if self.mode == OFF:
            return None
        if self._is_standby is None:
            self._is_standby = is_physical_standby(self._session())
        if self._is_standby:
            # Its V$TRANSACTION is empty, which does not mean that nothing is open.
            return None
        while self._views:
            try:
                with self._session().cursor() as cursor:
                    row = cursor.execute(_OLDEST.format(self._views[0])).fetchone()
            except oracledb.DatabaseError as error:
                if describe(error).code not in _NO_RIGHT:
                    raise
                # Not asked again in this run: each stream would pay a round trip for the same
                # refusal.
                self._views.pop(0)
                continue
            # MIN over no transaction is NULL.
            age, start_scn = row or (None, None)
            noted = OpenTransactions(int(age or 0), None if start_scn is None else int(start_scn))
            if noted.age_seconds > LONG_SECONDS:
                _LOGGER.warning(
                    "A transaction has been open for %d seconds; INCREMENTAL streams read that "
                    "much before their bookmarks again",
                    noted.age_seconds,
                )
            return noted
        return None
