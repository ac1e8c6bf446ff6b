"""The moment that a run reads: one SCN, and how the user's rights allow reading at it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import describe
from tap_oracle.query import Condition, select

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_core.identifiers import TableName
    from tap_oracle.catalog_entry import CatalogEntry
    from tap_oracle.late_commits import OpenTransactions

_LOGGER = logging.getLogger("tap-oracle")

RUN, STREAM, NONE = "run", "stream", "none"

SCN_SOURCES = (
    ("V$DATABASE", "SELECT d.current_scn FROM v$database d"),
    ("DBMS_FLASHBACK", "SELECT dbms_flashback.get_system_change_number FROM dual"),
    # Needs no right, but maps time to SCNs in steps of about three seconds (SQL Language
    # Reference, "SCN_TO_TIMESTAMP"), so that it may name a moment shortly before now.
    ("TIMESTAMP_TO_SCN", "SELECT TIMESTAMP_TO_SCN(SYSTIMESTAMP) FROM dual"),
)
"""Ways to the current SCN, the most exact first."""

# Without EXECUTE on it, DBMS_FLASHBACK is an unknown name: ORA-00904.
_NO_RIGHT = frozenset({"ORA-00942", "ORA-00904", "ORA-01031", "ORA-06550", "ORA-41900"})
_NOT_AS_OF = frozenset({"ORA-01031", "ORA-22818", "ORA-02000", "ORA-30051"})

NO_PAST = "ORA-08187"
"""An external table has no past (SQL Language Reference, flashback_query_clause).

No refusal for the run: a transaction would give it none either, and it is read as it is now.
"""

REREAD_CODES = frozenset({"ORA-01555", "ORA-01466", "ORA-08180", "ORA-08181", NO_PAST})
"""The state as of an SCN is gone (undo overwritten), was made unreadable by DDL, or never was."""


class Way(Enum):
    """How rows are read."""

    AS_OF = "AS OF SCN"
    TRANSACTION = "in a read-only transaction"
    STATEMENT = "statement by statement"


@dataclass(frozen=True, slots=True)
class Moment:
    """What a piece of a stream sees.

    Attributes:
        scn: With `AS_OF` the SCN of the rows; otherwise one that is not later than what is read,
            so that changes after it may or may not be included. None if none can be had.
        way: How rows are read.
        noted: The transactions that were open, where it was noted before.
    """

    scn: int | None = None
    way: Way = Way.STATEMENT
    noted: OpenTransactions | None = None

    @property
    def as_of(self) -> int | None:
        """The SCN for the AS OF clause, None where there is none."""
        return self.scn if self.way is Way.AS_OF else None


def current_scn(session: oracledb.Connection) -> tuple[int, str] | None:
    """Return the current SCN and where it comes from, None if nothing shows one.

    Args:
        session: An open session.

    Raises:
        oracledb.Error: If something else than a missing right is wrong.
    """
    for source, sql in SCN_SOURCES:
        try:
            with session.cursor() as cursor:
                row = cursor.execute(sql).fetchone()
        except oracledb.DatabaseError as error:
            if describe(error).code not in _NO_RIGHT:
                raise
            continue
        if row is not None and row[0] is not None:
            return int(row[0]), source
    return None


def refusal_of_as_of(session: oracledb.Connection, table: TableName, scn: int) -> str | None:
    """Return the code with which the database refuses to read a table as of an SCN.

    Args:
        session: An open session.
        table: The table or view.
        scn: The SCN.

    Returns:
        None if it can be read, or if it fails for another reason, which reading it will tell.
    """
    # No row is wanted: the parse alone checks the rights.
    statement = select(table, ["1"], scn=scn, conditions=[Condition("1 = 0")])
    try:
        with session.cursor() as cursor:
            cursor.execute(statement.sql, dict(statement.binds)).fetchone()
    except oracledb.DatabaseError as error:
        code = describe(error).code
        return code if code in _NOT_AS_OF else None
    return None


class Snapshots:
    """Decides at which moment each stream is read; one for a run, in the process that writes."""

    def __init__(
        self,
        session: Callable[[], oracledb.Connection],
        mode: str,
        note: Callable[[], OpenTransactions | None],
    ) -> None:
        """Decide nothing yet.

        Args:
            session: Returns the open session.
            mode: The setting `snapshot`.
            note: Returns the transactions that are open now, if it is known.
        """
        self._session = session
        self._mode = mode
        self._note = note
        self._user: str | None = None
        self._run: Moment | None = None
        self._transaction_of: oracledb.Connection | None = None

    @property
    def is_one_session(self) -> bool:
        """Whether this session alone can read the moment of the run."""
        return self._run is not None and self._run.way is Way.TRANSACTION

    def begin(self, in_full: Sequence[CatalogEntry]) -> None:
        """Choose the moment of the run.

        Args:
            in_full: The tables that are read in full.
        """
        if self._mode == RUN and in_full:
            self._run = self._moment(in_full)
        elif self._mode != NONE:
            self._run = Moment(self._scn())

    def of_full_read(self, entry: CatalogEntry) -> Moment:
        """Return the moment at which a table is read in full."""
        if self._mode == STREAM:
            return self._moment([entry])
        moment = self._run or Moment()
        if moment.way is Way.TRANSACTION and self._session() is not self._transaction_of:
            _LOGGER.warning("The session was lost, and the read-only transaction with it")
            # A new session has a transaction of its own, and the rest of the run is read in it.
            moment = self._run = self._read_only()
        return moment

    def can_read_later(self, entry: CatalogEntry) -> bool:
        """Return whether any session can read a table as of an SCN after the run's moment."""
        scn = None if self.is_one_session else self._scn()
        if scn is None:
            return False
        return self._is_own_table(entry) or not refusal_of_as_of(self._session(), entry.table, scn)

    def of_now(self) -> Moment:
        """Return the moment of now, for a table of which `can_read_later` is true."""
        return Moment(self._scn(), Way.AS_OF)

    def of_increment(self) -> Moment:
        """Return the moment of a stream that reads what is newer than its bookmark."""
        moment = self._run or Moment()
        return moment if moment.way is Way.TRANSACTION else Moment(moment.scn)

    def end_stream(self) -> None:
        """End what was begun for one stream."""
        if self._mode == STREAM and self._transaction_of is not None:
            self._transaction_of.rollback()
            self._transaction_of = None

    def renewed(self, moment: Moment) -> Moment:
        """Return a newer moment of the same way, after the old one has become unreadable."""
        if moment.way is Way.TRANSACTION:
            renewed = self._read_only()
            # With a moment per stream the next stream begins a transaction of its own.
            self._run = renewed if self._run is not None else None
            return renewed
        return Moment(self._scn(), moment.way)

    def _scn(self) -> int | None:
        reading = current_scn(self._session())
        return None if reading is None else reading[0]

    def _moment(self, entries: Sequence[CatalogEntry]) -> Moment:
        session = self._session()
        reading = current_scn(session)
        if reading is None:
            _LOGGER.info("No SCN can be read; reading in a read-only transaction instead")
            return self._read_only()
        scn, source = reading
        refused = {
            entry.table.sql: code
            for entry in entries
            # An owner needs no FLASHBACK on own tables, so that they cost no round trip.
            if not self._is_own_table(entry)
            and (code := refusal_of_as_of(session, entry.table, scn)) is not None
        }
        if not refused:
            _LOGGER.info("Reading as of SCN %d, from %s", scn, source)
            return Moment(scn, Way.AS_OF)
        _LOGGER.info(
            "Reading in one read-only transaction and one session, because %s cannot be read as "
            "of an SCN (%s); with GRANT FLASHBACK ON the table it can",
            _some(refused),
            ", ".join(sorted(set(refused.values()))),
        )
        return self._read_only()

    def _is_own_table(self, entry: CatalogEntry) -> bool:
        """Return whether no right can be missing; a view may read the tables of others."""
        if self._user is None:
            with self._session().cursor() as cursor:
                row = cursor.execute("SELECT USER FROM dual").fetchone()
            self._user = str(row[0]) if row else ""
        return str(entry.table.schema) == self._user and not entry.is_view

    def _read_only(self) -> Moment:
        session = self._session()
        # SET TRANSACTION has to come first in its transaction (ORA-01453).
        session.rollback()
        # Before the transaction begins: what is open then is not seen in it.
        noted = self._note()
        # Before the transaction too: the SCN must not be later than what is read.
        scn = self._scn()
        with session.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        self._transaction_of = session
        return Moment(scn, Way.TRANSACTION, noted)


def _some(names: Sequence[str] | dict[str, str], most: int = 3) -> str:
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
