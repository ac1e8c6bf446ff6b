"""A session of the bench server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from oracle_standin.backend import CountedRows, ExecuteOptions, Result
from oracle_standin.bench import wide10
from oracle_standin.bench.replay import Recording, Replay
from oracle_standin.bench.statements import Action, Request, request
from oracle_standin.codecs import number_from_text
from oracle_standin.protocol import not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oracle_standin.backend import BackendSession, Bind, Interrupt, SessionUsage
    from oracle_standin.bench.counts import Counts
    from oracle_standin.open_cursors import OpenCursors
    from oracle_standin.protocol import BindValue, Row
    from oracle_standin.rows import Column

_CHECK = "BENCH_CHECK"
_ALL_IDS = f"SELECT id FROM {wide10.USER}.{wide10.TABLE}"  # noqa: S608 - constants
_ONCE: tuple[tuple[BindValue, ...], ...] = ((),)

_KEPT = "SINGER_LOAD"
"""Tables that are kept with their rows: a target's ledger and locks, which it reads again."""

_STAGED = "SINGER_STG_"
"""Staging tables of a target: what they hold is counted again where one statement moves it on."""


class BenchSession:
    """Answers reads and writes of `BENCH` tables itself; its inner session does the rest."""

    def __init__(
        self, inner: BackendSession, counts: Counts, seconds_per_write: float = 0.0
    ) -> None:
        """Take over a session of the engine; each written row takes `seconds_per_write`."""
        self._inner = inner
        self._seconds_per_write = seconds_per_write
        self._counts = counts
        self._pending: dict[str, int] = {}
        self._checked: set[tuple[str, tuple[Bind, ...]]] = set()
        self._settings: tuple[str, ...] = ()

    @property
    def usage(self) -> SessionUsage:
        """Return the session's counters, for the wire to count in."""
        return self._inner.usage

    @property
    def open_cursors(self) -> OpenCursors:
        """Return the session's cursors that are values."""
        return self._inner.open_cursors

    def check(self) -> None:
        """Raise OracleError 28 when the session was killed."""
        self._inner.check()

    @property
    def in_transaction(self) -> bool:
        """Return whether rows were counted or changed since the last commit."""
        return bool(self._pending) or self._inner.in_transaction

    @property
    def current_schema(self) -> str:
        """Return the schema that unqualified names resolve to."""
        return self._inner.current_schema

    # Statements

    def execute(
        self,
        statement: str,
        binds: Sequence[Bind],
        rows: Sequence[Sequence[BindValue]],
        options: ExecuteOptions,
    ) -> Result:
        """Run a statement; see `BackendSession`."""
        asked = request(statement)
        if self._is_ours(asked):
            total = self._total(asked.table)
            if asked.action is Action.COUNT and total:
                return self._count(statement, total)
            if asked.action is Action.READ and asked.table == wide10.TABLE and total:
                return self._read(asked, total)
            if asked.action is Action.WRITE and (staged := self._staged(asked)):
                return self._move(statement, asked, staged, options)
            if asked.action is Action.WRITE:
                counted = CountedRows(len(rows), rows[0] if rows else ())
                return self.execute_counted(statement, binds, counted, options)
        self._refuse_counted(asked)
        result = self._inner.execute(statement, binds, rows, options)
        self._note(asked, statement)
        return result

    def describe(self, statement: str, binds: Sequence[Bind]) -> tuple[Column, ...]:
        """Return the columns of a query without running it."""
        return self._inner.describe(statement, binds)

    def _is_ours(self, asked: Request) -> bool:
        schema = asked.schema or self.current_schema
        is_kept = asked.table.startswith(_KEPT)
        return asked.action is not Action.OTHER and schema == wide10.USER and not is_kept

    def _refuse_counted(self, asked: Request) -> None:
        """Raise OracleError 3001 for a statement that needs rows which were only counted."""
        if asked.keyword not in {"SELECT", "WITH", "DELETE"}:
            return
        for table in asked.names & (self._counts.rows.keys() | self._pending.keys()):
            what = f"anything but COUNT(*) and a full read of WIDE10 (here: {table})"
            refusal = not_in_this_standin(f"on the bench server, {what}")
            raise refusal

    def _note(self, asked: Request, statement: str) -> None:
        """Remember what a statement of the engine changed for us."""
        if asked.keyword == "ALTER" and "SESSION" in asked.names:
            self._settings += (statement,)
        elif asked.keyword == "ROLLBACK" and "TO" not in asked.names:
            self._pending.clear()
        elif asked.keyword in {"COMMIT", "CREATE", "ALTER", "DROP", "TRUNCATE"}:
            self._keep()  # DDL commits
        if asked.action is Action.EMPTY and self._is_ours(asked):
            self._counts.forget(asked.table)
            if asked.table == wide10.TABLE:
                self._counts.recordings.clear()
        if asked.keyword in {"CREATE", "ALTER", "DROP"}:
            self._checked.clear()

    # Reads

    def _total(self, table: str) -> int:
        return self._counts.rows.get(table, 0) + self._pending.get(table, 0)

    def _count(self, statement: str, total: int) -> Result:
        columns = self._inner.describe(statement, ())
        row = (number_from_text(str(total)),)
        return Result(columns=columns, rows=Replay(Recording(columns, [row]), 1))

    def _read(self, asked: Request, total: int) -> Result:
        key = (self.current_schema, *self._settings, asked.plain)
        recording = self._counts.recordings.get(key)
        if recording is None:
            recording = self._record(asked.plain)
            self._counts.recordings[key] = recording
        return Result(columns=recording.columns, rows=Replay(recording, total))

    def _record(self, statement: str) -> Recording:
        """Have the engine answer for the rows that are there.

        Raises OracleError 3001 when that does not give one row for each of them, as an aggregate.
        """
        columns, rows = self._answer(statement)
        _, there = self._answer(_ALL_IDS)
        if len(rows) != len(there):
            refusal = not_in_this_standin("on the bench server, an aggregate of WIDE10")
            raise refusal
        return Recording(columns, rows)

    def _answer(self, statement: str) -> tuple[tuple[Column, ...], list[Row]]:
        result = self._inner.execute(statement, (), _ONCE, ExecuteOptions())
        if result.columns is None or result.rows is None:
            message = "a query without columns"
            raise TypeError(message)
        rows = result.rows.fetch(wide10.DISTINCT_ROWS + 1)
        result.rows.close()
        return result.columns, rows

    # Writes

    def _staged(self, asked: Request) -> int:
        """Return how many rows were counted in the staging table that a statement reads."""
        sources = [name for name in asked.names if name.startswith(_STAGED) and name != asked.table]
        return sum(map(self._total, sources))

    def _move(self, statement: str, asked: Request, rows: int, options: ExecuteOptions) -> Result:
        """Count the rows of a staging table in the table that they go to.

        The engine runs the statement on its own tables, which have no rows, so that names and
        types are checked.
        """
        self._inner.execute(statement, (), _ONCE, ExecuteOptions())
        self._pending[asked.table] = self._pending.get(asked.table, 0) + rows
        if options.commit:
            self.commit()
        return Result(row_count=rows)

    def counts(self, statement: str) -> bool:
        """Return whether a statement writes into a `BENCH` table."""
        asked = request(statement)
        return asked.action is Action.WRITE and self._is_ours(asked)

    def execute_counted(
        self,
        statement: str,
        binds: Sequence[Bind],
        rows: CountedRows,
        options: ExecuteOptions,
    ) -> Result:
        """Count rows, after the first one was really written once, and taken back.

        Those written into `WIDE10` are not counted: it keeps its size, so that a tap and a target
        can run against it at once.
        """
        asked = request(statement)
        what = _not_counted(asked, binds)
        if what:
            refusal = not_in_this_standin(f"on the bench server, {what}")
            raise refusal
        self._check(statement, tuple(binds), rows.first)
        if self._seconds_per_write:
            # What the rows cost a database on a machine of its own, seen from the client.
            time.sleep(self._seconds_per_write * rows.count)
        if asked.keyword != "UPDATE" and asked.table != wide10.TABLE:
            self._pending[asked.table] = self._pending.get(asked.table, 0) + rows.count
        if options.commit:
            self.commit()
        counts = [1] * rows.count if options.row_counts else []
        return Result(row_count=rows.count, row_counts=counts)

    def _check(self, statement: str, binds: tuple[Bind, ...], first: Sequence[BindValue]) -> None:
        """Raise the error that the first row of a statement meets."""
        if (statement, binds) in self._checked:
            return
        inner, options = self._inner, ExecuteOptions()
        inner.execute(f"SAVEPOINT {_CHECK}", (), _ONCE, options)
        try:
            inner.execute(statement, binds, [first], options)
        finally:
            inner.execute(f"ROLLBACK TO SAVEPOINT {_CHECK}", (), _ONCE, options)
        self._checked.add((statement, binds))

    # Transactions and the session

    def _keep(self) -> None:
        self._counts.add(self._pending)
        self._pending.clear()

    def commit(self) -> None:
        """Keep what was counted."""
        self._inner.commit()
        self._keep()

    def rollback(self) -> None:
        """Forget what was counted since the last commit."""
        self._inner.rollback()
        self._pending.clear()

    def set_current_schema(self, name: str) -> None:
        """Do what ALTER SESSION SET CURRENT_SCHEMA does."""
        self._inner.set_current_schema(name)

    def set_client_attributes(self, attributes: Mapping[str, str]) -> None:
        """Set MODULE, ACTION and the like."""
        self._inner.set_client_attributes(attributes)

    def set_context(self, namespace: str, values: Mapping[str, str]) -> None:
        """Set or clear an application context."""
        self._inner.set_context(namespace, values)

    def watch(self, interrupt: Interrupt) -> None:
        """Look at `interrupt` while working from now on."""
        self._inner.watch(interrupt)

    def close(self) -> None:
        """Roll back and free everything."""
        self._pending.clear()
        self._inner.close()


def _not_counted(asked: Request, binds: Sequence[Bind]) -> str:
    """Return what is wrong with a write whose rows cannot be told from its binds, or ""."""
    if any(bind.is_return for bind in binds):
        return "RETURNING"
    if asked.keyword == "INSERT" and "SELECT" in asked.names:
        return "INSERT from a query"
    if asked.keyword != "INSERT" and not binds:
        return f"{asked.keyword} without bind variables"
    return ""
