"""LogMiner as one session uses it: the log files it has named and the range it mines.

The range is in settings of the session, where V$LOGMNR_CONTENTS finds it.

Source: PL/SQL Packages and Types Reference, DBMS_LOGMNR.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Query = Callable[..., list[tuple[Any, ...]]]

NEW, REMOVEFILE, ADDFILE = 1, 2, 3
"""Options of ADD_LOGFILE."""

START_OPTIONS = {
    "COMMITTED_DATA_ONLY": 2,
    "SKIP_CORRUPTION": 4,
    "DDL_DICT_TRACKING": 8,
    "DICT_FROM_ONLINE_CATALOG": 16,
    "DICT_FROM_REDO_LOGS": 32,
    "NO_SQL_DELIMITER": 64,
    "PRINT_PRETTY_SQL": 512,
    "CONTINUOUS_MINE": 1024,
    "NO_ROWID_IN_STMT": 2048,
    "STRING_LITERALS_IN_STMT": 4096,
}
"""Options of START_LOGMNR and their bits."""

_NEEDED = ("DICT_FROM_ONLINE_CATALOG", "NO_ROWID_IN_STMT")
_REFUSED = ("PRINT_PRETTY_SQL", "STRING_LITERALS_IN_STMT")
_SCN_AT = """
SELECT coalesce(max(c.scn), 0) FROM ora.commits c WHERE ora.instant_seconds(c.at) <= %s
"""
_NOTHING = {"ora.mining_from": "", "ora.mining_to": "", "ora.mining_options": ""}


@dataclass(frozen=True, slots=True)
class Range:
    """What to mine: SCNs, or times in seconds since 1970, which count without SCNs."""

    first_scn: int | None
    last_scn: int | None
    first_time: float | None
    last_time: float | None


class Mining:
    """The LogMiner session of one session."""

    def __init__(
        self,
        query: Query,
        follow_log: Callable[[], None],
        user: str,
        apply: Callable[[Mapping[str, str]], None],
    ) -> None:
        """Mine for `user`.

        `query` sees what is committed, `follow_log` reads the redo up to now, and `apply` sets
        settings of the session.
        """
        self._query, self._follow_log = query, follow_log
        self._user = user
        self._apply = apply
        self._has_file = False
        self._started = False

    # ------------------------------------------------------------------------------ log files

    def add_file(self, name: str, option: int) -> None:
        """Name a log file; raises OracleError 1283, 1284 or 1289."""
        if option == REMOVEFILE:
            self.remove_file(name)
            return
        if option not in {NEW, ADDFILE}:
            raise _invalid_options()
        if name != self._log_member():
            raise OracleError(1284, f"file {name} cannot be opened")
        if option == ADDFILE and self._has_file:
            raise OracleError(1289, f"cannot add duplicate logfile {name}")
        self._set_file(named=True)

    def remove_file(self, name: str) -> None:
        """Leave a log file out; raises OracleError 1290 for one that was not named."""
        if not self._has_file or name != self._log_member():
            raise OracleError(1290, f"cannot remove unlisted logfile {name}")
        self._set_file(named=False)

    def _set_file(self, *, named: bool) -> None:
        # After a change of the list START_LOGMNR must be called again.
        self._has_file, self._started = named, False
        self._apply({"ora.mining_file": "1" if named else "", **_NOTHING})

    def _log_member(self) -> str:
        return str(self._query("SELECT ora.log_member()")[0][0])

    # ---------------------------------------------------------------------- beginning and end

    def start(self, wanted: Range, options: int) -> None:
        """Mine a range from now on.

        Without a named file the server finds the log itself, as in a pluggable database, but must
        be told a range. Raises OracleError: 1031 without LOGMINING, 1281 and 1282 for a range that
        ends before it begins, 1283, 1298 and 44609 for options, 1291 for redo that is gone or
        never was, 1292 without file and range.
        """
        if not self._may_mine():
            raise OracleError(1031, "insufficient privileges")
        _check_options(options)
        if not self._has_file and wanted == Range(None, None, None, None):
            message = "no log file has been specified for the current LogMiner session"
            raise OracleError(1292, message)
        _check_range(wanted)
        self._follow_log()
        low, high = self._scns(wanted)
        self._started = True
        self._apply(
            {
                "ora.mining_from": str(low),
                "ora.mining_to": "" if high is None else str(high),
                "ora.mining_options": str(options),
            }
        )

    def _may_mine(self) -> bool:
        query = "SELECT %s = 'SYS' OR ora.has_privilege(%s, 'LOGMINING')"
        return bool(self._query(query, (self._user, self._user))[0][0])

    def _scns(self, wanted: Range) -> tuple[int, int | None]:
        """Return the SCNs of a range; raises OracleError 1291."""
        since, first = self._query("SELECT ora.logging_since(), ora.first_redo_scn()")[0]
        if since is None:
            what = "LogMiner without supplemental logging"
            raise not_in_this_standin(what)
        low, high = wanted.first_scn, wanted.last_scn
        if low is None and high is None:
            low, high = self._scn_at(wanted.first_time), self._scn_at(wanted.last_time)
        low = first if low is None else low
        if low < first:
            raise OracleError(1291, "missing log file")
        return low, high

    def _scn_at(self, time: float | None) -> int | None:
        """Return the newest SCN at a time: 0 for a time before all of them."""
        if time is None:
            return None
        return int(self._query(_SCN_AT, (time,))[0][0])

    def end(self) -> None:
        """End the LogMiner session; raises OracleError 1307 when there is none."""
        if not self._has_file and not self._started:
            raise OracleError(1307, "no LogMiner session is currently active")
        self._set_file(named=False)

    def read_on(self) -> None:
        """Make what was committed since the last time visible to the session, if it mines."""
        if self._started:
            self._follow_log()


def _check_options(options: int) -> None:
    chosen = {name for name, bit in START_OPTIONS.items() if options & bit}
    if options & ~sum(START_OPTIONS.values()):
        raise _invalid_options()
    if "CONTINUOUS_MINE" in chosen:
        message = "CONTINUOUS_MINE is desupported for use with DBMS_LOGMNR.START_LOGMNR."
        raise OracleError(44609, message)
    other_dictionary = chosen & {"DICT_FROM_REDO_LOGS", "DDL_DICT_TRACKING"}
    if "DICT_FROM_ONLINE_CATALOG" in chosen and other_dictionary:
        raise OracleError(1298, "conflicting dictionary option")
    for name in _NEEDED:
        if name not in chosen:
            raise not_in_this_standin(what=f"LogMiner without {name}")
    for name in _REFUSED:
        if name in chosen:
            raise not_in_this_standin(what=f"LogMiner with {name}")


def _check_range(wanted: Range) -> None:
    low, high = wanted.first_scn, wanted.last_scn
    if (low or 0) < 0 or (high is not None and high < (low or 0)):
        raise OracleError(1281, "SCN range specified is invalid")
    start, end = wanted.first_time, wanted.last_time
    if start is not None and end is not None and end < start:
        raise OracleError(1282, "date range specified is invalid")


def _invalid_options() -> OracleError:
    return OracleError(1283, "Options parameter specified is invalid")
