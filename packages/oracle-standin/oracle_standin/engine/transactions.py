"""Oracle's transactions on a PostgreSQL connection.

A transaction begins with the first statement that changes or locks something. A failed statement
is undone alone: it runs behind a savepoint, or, as the first one, in a transaction that ends with
it. Reads outside a transaction leave none behind, so that an idle reader never blocks DDL.

Session settings are not transactional in Oracle but are in PostgreSQL: those made inside a
transaction are made again when it is rolled back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from oracle_standin.engine import names
from oracle_standin.engine.link import EngineFailureError, Link, Step
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from psycopg.pq.abc import PGresult

_T = TypeVar("_T")

_STATEMENT = b'"ora$statement"'
_SAVE = Step(b"SAVEPOINT " + _STATEMENT)
_RELEASE = Step(b"RELEASE " + _STATEMENT)
_UNDO = b"ROLLBACK TO " + _STATEMENT + b"; RELEASE " + _STATEMENT
_COMMIT = b"SELECT ora.record_commit(); COMMIT"

READ_COMMITTED = "READ COMMITTED"
SERIALIZABLE = "SERIALIZABLE"


@dataclass(frozen=True, slots=True)
class Setting:
    """Statements before and after another one, in the same round trip."""

    on: tuple[Step, ...]
    off: tuple[Step, ...]


class Transaction:
    """The transaction state of one session."""

    def __init__(self, link: Link) -> None:
        """Start without a transaction."""
        self._link = link
        self._open = False
        self._savepoints: list[str] = []
        self._settings: dict[str, str] = {}
        self._session_level = READ_COMMITTED
        self._constraint_timing: str | None = None
        self.changed = False
        """Whether the transaction has changed or locked anything."""
        self.generation = 0
        """Counts ended transactions."""

    @property
    def open(self) -> bool:
        """Return whether a transaction of the engine is open."""
        return self._open

    # ------------------------------------------------------------------------- statements

    def run(self, step: Step, *, changes: bool, setting: Setting | None = None) -> PGresult:
        """Run one statement, under a setting where one is given; failing, it alone is undone.

        Raises EngineFailureError.
        """
        before, after = (setting.on, setting.off) if setting else ((), ())
        if self._open:
            return self._run_behind_savepoint((*before, step, *after), len(before), changes=changes)
        if changes or self._session_level != READ_COMMITTED:
            return self._run_first((*before, step, *after), len(before), changes=changes)
        if setting is None:
            return self._link.run_step(step)
        return self._link.run_steps((*before, step, *after))[len(before)]

    def _run_behind_savepoint(
        self, steps: Sequence[Step], place: int, *, changes: bool
    ) -> PGresult:
        try:
            result = self._link.run_steps((_SAVE, *steps, _RELEASE))[1 + place]
        except EngineFailureError:
            self._undo_statement()
            raise
        self.changed = self.changed or changes
        return result

    def _run_first(self, steps: Sequence[Step], place: int, *, changes: bool) -> PGresult:
        try:
            begin = [Step(text) for text in self._begin_texts()]
            result = self._link.run_steps((*begin, *steps))[len(begin) + place]
        except EngineFailureError:
            self._link.run_simple(b"ROLLBACK")
            raise
        self._open = True
        self.changed = changes
        return result

    def protect(self, work: Callable[[], _T], *, changes: bool) -> _T:
        """Run several statements as one; when one fails, all of them are undone."""
        began = not self._open
        self.begin()
        if not began:
            self._link.run_simple(_SAVE.sql)
        try:
            result = work()
        except BaseException:
            self._abandon(began=began)
            raise
        if not began:
            self._link.run_simple(_RELEASE.sql)
        elif not changes:
            self.rollback()
        self.changed = self.changed or changes
        return result

    def _abandon(self, *, began: bool) -> None:
        if self._link.closed:
            return
        if began:
            self.rollback()
        else:
            self._undo_statement()

    def _undo_statement(self) -> None:
        if not self._link.closed:
            self._link.run_simple(_UNDO)

    def protect_block(self, work: Callable[[], _T]) -> _T:
        """Run a PL/SQL block: its statements may end transactions; failing, it is undone.

        What the block itself committed stays; everything after that is undone.
        """
        name = f"ora$block{len(self._savepoints)}${self.generation}"
        was_open, generation = self._open, self.generation
        savepoints = list(self._savepoints)
        if was_open:
            self._link.run_simple(f'SAVEPOINT "{name}"'.encode())
        try:
            result = work()
        except BaseException:
            if was_open and generation == self.generation and not self._link.closed:
                self._link.run_simple(f'ROLLBACK TO "{name}"; RELEASE "{name}"'.encode())
                self._savepoints = savepoints
                self._apply_settings()
            else:
                self.rollback()
            raise
        # Releasing would drop the savepoints that the block has set.
        if was_open and generation == self.generation and savepoints == self._savepoints:
            self._link.run_simple(f'RELEASE "{name}"'.encode())
        return result

    # ----------------------------------------------------------------- beginning and ending

    def begin(self) -> None:
        """Open a transaction unless one is open."""
        if not self._open:
            self._link.run_simple(b"; ".join(self._begin_texts()))
            self._open = True

    def _begin_texts(self) -> list[bytes]:
        serializable = self._session_level == SERIALIZABLE
        begin = b"BEGIN ISOLATION LEVEL REPEATABLE READ" if serializable else b"BEGIN"
        return [begin, *self._timing()]

    def _timing(self) -> list[bytes]:
        if self._constraint_timing is None:
            return []
        return [f"SET CONSTRAINTS ALL {self._constraint_timing}".encode()]

    def begin_special(self, modes: str) -> None:
        """Open a transaction with PostgreSQL's modes and fix what it sees at this moment.

        Raises OracleError 1453 inside a transaction.
        """
        if self.changed:
            raise OracleError(1453, "SET TRANSACTION must be first statement of transaction")
        self.rollback()
        texts = [f"BEGIN {modes}".encode(), *self._timing(), b"SELECT 1"]
        self._link.run_simple(b"; ".join(texts))
        self._open = True

    def set_session_level(self, level: str) -> None:
        """Set the isolation level of transactions to come."""
        self._session_level = level

    def set_constraint_timing(self, timing: str | None) -> None:
        """Set when deferrable constraints are checked, in this and later transactions.

        Raises EngineFailureError when rows of this transaction contradict.
        """
        self._constraint_timing = timing
        if self._open and timing is not None:
            self._link.run_simple(self._timing()[0])

    def commit(self) -> None:
        """End the transaction; raises EngineFailureError when a deferred constraint fails."""
        if not self._open:
            return
        try:
            self._link.run_simple(_COMMIT)
        except EngineFailureError:
            self.rollback()
            raise
        self._settings.clear()
        self._ended()

    def rollback(self) -> None:
        """End the transaction and undo it."""
        if not self._open:
            return
        if not self._link.closed:
            self._link.run_simple(b"ROLLBACK")
        self._ended()
        self._apply_settings()
        self._settings.clear()

    def _ended(self) -> None:
        self._open = False
        self.changed = False
        self._savepoints.clear()
        self.generation += 1

    # --------------------------------------------------------------------------- savepoints

    def savepoint(self, name: str) -> None:
        """Set a savepoint; one of the same name is moved."""
        self.begin()
        self._link.run_simple(f"SAVEPOINT {names.quoted(name)}".encode())
        if name in self._savepoints:
            self._savepoints.remove(name)
        self._savepoints.append(name)

    def rollback_to(self, name: str) -> None:
        """Undo back to a savepoint, which stays; raises OracleError 1086 without it."""
        if name not in self._savepoints:
            message = f"savepoint '{name}' never established in this session or is invalid"
            raise OracleError(1086, message)
        self._link.run_simple(f"ROLLBACK TO {names.quoted(name)}".encode())
        del self._savepoints[self._savepoints.index(name) + 1 :]
        self._apply_settings()

    # ----------------------------------------------------------------------------- settings

    def set_parameters(self, parameters: Mapping[str, str]) -> None:
        """Set PostgreSQL parameters of the session, whatever becomes of the transaction."""
        if self._open:
            self._settings.update(parameters)
        self._set(parameters)

    def _apply_settings(self) -> None:
        if self._settings and not self._link.closed:
            self._set(self._settings)

    def _set(self, parameters: Mapping[str, str]) -> None:
        calls: list[str] = []
        values: list[bytes | None] = []
        for name, value in parameters.items():
            values += (name.encode(), value.encode())
            position = len(values)
            calls.append(f"pg_catalog.set_config(${position - 1}, ${position}, false)")
        self._link.run_step(Step(f"SELECT {', '.join(calls)}".encode(), tuple(values)))
