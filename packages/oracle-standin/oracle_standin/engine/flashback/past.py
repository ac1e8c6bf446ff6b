"""Gives tables as they were, to whatever statement asks for them.

What a table held at an SCN never changes. Each answer is therefore kept as a relation of its own
that any session may read, whatever it has changed itself and whenever its transaction began; the
least recently used ones go.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

from oracle_standin.engine.flashback import past_sql
from oracle_standin.engine.flashback.history import History, HistoryUnavailableError
from oracle_standin.engine.names import engine_name, quoted
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from oracle_standin.engine.contract import ObjectRef

    Connection = psycopg.Connection[tuple[Any, ...]]

_KEPT = 32
_LOCK_PATIENCE = "10s"
_COMMIT_LOCK = "(7291, 1)"  # that of ora.record_commit
_READ_ON_BYTES = 256 << 20  # well below `max_slot_wal_keep_size`
_LAG = """
SELECT coalesce(max(pg_current_wal_lsn() - confirmed_flush_lsn), 0)::bigint
FROM pg_replication_slots WHERE slot_name = 'ora_changes'
"""
_SHAPE = """
SELECT CASE WHEN NOT a.attisdropped THEN a.attname::text END,
  CASE WHEN NOT a.attisdropped THEN format_type(a.atttypid, a.atttypmod) END
FROM pg_attribute a WHERE a.attrelid = %s AND a.attnum > 0 ORDER BY a.attnum
"""
_BOUNDS = """
SELECT (SELECT max(scn) FROM ora.commits), ora.oldest_scn(), ora.structure_scn(%s::oid)
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A table as it was: at SCN `high`, or its versions from `low` to `high`.

    It is read with the rights on what was `asked` for: the table itself or a view over it.
    For versions None stands for MINVALUE and MAXVALUE.
    """

    table: ObjectRef
    asked: ObjectRef
    needs_flashback: bool
    low: int | None
    high: int | None
    versions: bool = False


@dataclass(frozen=True, slots=True)
class _Limits:
    """The newest commit, the oldest state that is kept, and since when the table is as it is."""

    newest: int
    oldest: int
    structure: int


class Past:
    """Makes and keeps past tables; one for a database, used by all sessions."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        """Work over two connections of the owner's."""
        self._history = History(connect())
        self._connection = connect()
        self._connection.execute("SET search_path = pg_catalog, ora")
        self._connection.execute(f"SET lock_timeout = '{_LOCK_PATIENCE}'")
        # Of an earlier run over the same data.
        self._connection.execute("DROP SCHEMA ora_past CASCADE; CREATE SCHEMA ora_past")
        self._connection.execute("GRANT USAGE ON SCHEMA ora_past TO PUBLIC")
        self._lock = threading.Lock()
        self._names = itertools.count(1)
        self._made: dict[tuple[object, ...], str] = {}
        self._used: dict[str, int] = {}
        self._oids: dict[str, int] = {}

    @contextlib.contextmanager
    def tables(self, wanted: Sequence[Wanted], user: str) -> Iterator[list[tuple[str, int]]]:
        """Give the names and oids of past tables, which stay while the context is open.

        Raises OracleError: 1031 without the FLASHBACK privilege, 8181 for an SCN that was never,
        1555 and 30052 for one that is too long ago, 30053 and 30054 for an upper limit that is in
        the future or below the lower one, 1466 when the table has changed since.
        """
        names: list[str] = []
        try:
            with self._lock:
                for one in wanted:
                    names.append(self._table(one, user))
                    self._used[names[-1]] = self._used.get(names[-1], 0) + 1
            yield [(f"ora_past.{name}", self._oids[name]) for name in names]
        finally:
            with self._lock:
                for name in names:
                    self._used[name] -= 1

    def check(self, scn: int | None) -> int:
        """Return an SCN if it can be gone back to; raises OracleError 8181 or 1555."""
        with self._lock:
            limits = self._limits(0)
        return _checked_moment(scn, limits)

    def follow_log(self) -> None:
        """Read all that was committed before this call from the log.

        Raises OracleError 54 when a commit takes too long, 1291 when the log is lost.
        """
        with self._lock:
            try:
                with self._connection.transaction():
                    self._run(f"SELECT pg_advisory_xact_lock{_COMMIT_LOCK}")
                    self._history.read()
            except psycopg.errors.LockNotAvailable:
                raise OracleError(54, "resource busy: a transaction is being committed") from None
            except HistoryUnavailableError:
                raise OracleError(1291, "missing log file") from None

    def close(self) -> None:
        """Close the connections."""
        self._history.close()
        self._connection.close()

    # ------------------------------------------------------------------------------- making

    def _table(self, wanted: Wanted, user: str) -> str:
        self._check_privileges(wanted, user)
        limits = self._limits(wanted.table.oid)
        low, high = _checked(wanted, limits)
        columns = self._columns(wanted.table)
        key = (wanted.table.oid, wanted.versions, low, high, limits.structure, columns)
        found = self._made.pop(key, None)
        if found is None:
            self._make_room()
            found = self._make(wanted.table, low, high, versions=wanted.versions)
        self._made[key] = found
        return found

    def _make(self, table: ObjectRef, low: int | None, high: int, *, versions: bool) -> str:
        name = f"p{next(self._names)}"
        try:
            with self._connection.transaction():
                self._fill(name, table, low, high, versions=versions)
        except psycopg.errors.LockNotAvailable:
            raise OracleError(54, "resource busy: the table is locked exclusively") from None
        except HistoryUnavailableError:
            raise _too_old() from None
        self._oids[name] = int(self._value(f"SELECT 'ora_past.{name}'::regclass::oid::bigint"))
        return name

    def _fill(
        self, name: str, table: ObjectRef, low: int | None, high: int, *, versions: bool
    ) -> None:
        place = f"{quoted(table.owner)}.{quoted(table.name)}"
        # Before the commit lock: who holds the table exclusively may be about to commit.
        self._run(f"LOCK TABLE {place} IN ACCESS SHARE MODE")
        self._run(f"SELECT pg_advisory_xact_lock{_COMMIT_LOCK}")
        # Nothing was committed since: the rows are those that are there, whatever the log says.
        # The log is not read for them, which costs more than all else, unless much has gathered.
        is_current = not versions and high == self._limits(table.oid).newest
        if not is_current or self._value(_LAG) > _READ_ON_BYTES:
            self._history.read()
        # The log may have told of a truncation, or may have been lost.
        limits = self._limits(table.oid)
        _check_start(low if versions and low is not None else high, limits)
        shape = past_sql.TableShape(table.oid, place, self._columns(table), limits.structure)
        if versions:
            query = past_sql.versions_between(shape, low or 0, high)
        elif is_current:
            query = past_sql.current(shape)
        else:
            query = past_sql.as_of(shape, high)
        literal = query.replace("'", "''")
        definitions = past_sql.column_definitions(shape, versions=versions)
        rows = f"SELECT * FROM ora.past_rows('{literal}') AS f ({definitions})"  # noqa: S608
        self._run(f"CREATE MATERIALIZED VIEW ora_past.{name} AS {rows}")
        self._run(f"GRANT SELECT ON ora_past.{name} TO PUBLIC")

    def _columns(self, table: ObjectRef) -> tuple[tuple[str, str] | None, ...]:
        return past_sql.columns_of(self._connection.execute(_SHAPE, (table.oid,)).fetchall())

    def _make_room(self) -> None:
        """Drop the least recently used tables beyond the number kept, if nobody reads them."""
        for key, name in list(self._made.items()):
            if len(self._made) < _KEPT:
                return
            if not self._used.get(name):
                # It may have gone with what it depended on.
                self._run(f"DROP MATERIALIZED VIEW IF EXISTS ora_past.{name}")
                del self._made[key], self._oids[name]
                self._used.pop(name, None)

    # ------------------------------------------------------------------------------- checks

    def _check_privileges(self, wanted: Wanted, user: str) -> None:
        table = wanted.asked
        if table.owner == user:
            return
        may_read, may_go_back = self._connection.execute(
            "SELECT has_table_privilege(%s, %s::oid, 'SELECT'), ora.may_flash_back(%s, %s::oid)",
            (engine_name(user), table.oid, user, table.oid),
        ).fetchall()[0]
        if not may_read:
            message = f'table or view "{table.owner}"."{table.name}" does not exist'
            raise OracleError(942, message)
        if wanted.needs_flashback and not may_go_back:
            raise OracleError(1031, "insufficient privileges")

    def _limits(self, relid: int) -> _Limits:
        rows = self._connection.execute(_BOUNDS, (relid,)).fetchall()
        return _Limits(*map(int, rows[0]))

    def _run(self, sql: str) -> None:
        self._connection.execute(sql.encode())

    def _value(self, sql: str) -> Any:  # noqa: ANN401
        return self._connection.execute(sql.encode()).fetchall()[0][0]


def _checked(wanted: Wanted, limits: _Limits) -> tuple[int | None, int]:
    """Return the limits of what is wanted, MINVALUE and MAXVALUE replaced; raises OracleError."""
    if not wanted.versions:
        scn = _checked_moment(wanted.high, limits)
        _check_start(scn, limits)
        return None, scn
    high = limits.newest if wanted.high is None else wanted.high
    if high > limits.newest:
        raise OracleError(30053, "invalid upper limit snapshot expression")
    if wanted.low is None:
        return max(limits.oldest, limits.structure), high
    # Who goes on behind the last change that was seen may ask before there is another one.
    goes_on = wanted.high is None and wanted.low == limits.newest + 1
    if wanted.low > high and not goes_on:
        raise OracleError(30054, "invalid upper limit snapshot expression")
    if wanted.low <= 0:
        raise _invalid_scn()
    if wanted.low < limits.oldest:
        raise OracleError(30052, "invalid lower limit snapshot expression")
    _check_start(wanted.low, limits)
    return wanted.low, high


def _check_start(scn: int, limits: _Limits) -> None:
    if scn < limits.oldest:
        raise _too_old()
    if scn < limits.structure:
        raise OracleError(1466, "unable to read data - table definition has changed")


def _checked_moment(scn: int | None, limits: _Limits) -> int:
    if scn is None or not 0 < scn <= limits.newest:
        raise _invalid_scn()
    if scn < limits.oldest:
        raise _too_old()
    return scn


def _invalid_scn() -> OracleError:
    return OracleError(8181, "specified number is not a valid system change number")


def _too_old() -> OracleError:
    message = 'snapshot too old: rollback segment number  with name "" too small'
    return OracleError(1555, message)
