"""Brings the table of a stream to what the stream needs, and says what would be done."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import oracledb

from oracle_core.errors import DatabaseError, describe
from target_oracle.column_move import interrupted_moves
from target_oracle.comments import changed_comments
from target_oracle.ddl import Plan, plan, refuse_when
from target_oracle.errors import LoadError
from target_oracle.table_spec import read_comments, read_table
from target_oracle.table_swap import TableSwap

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from oracle_core.identifiers import TableName
    from oracle_core.server import Server
    from target_oracle.settings import OnTypeChange
    from target_oracle.table_spec import ExistingTable, TableSpec

Result = TypeVar("Result")

# ORA-00942 is what a session without any right on a table gets too.
MISSING_RIGHT = frozenset({"ORA-01031", "ORA-00942", "ORA-41900"})
BUSY = frozenset({"ORA-00054", "ORA-04021"})
"""Another session holds a lock of the table, or uses a definition that would change."""

RETRY_PAUSE_SECONDS = 0.5

_LOGGER = logging.getLogger("target-oracle")
_DONE_BY_ANOTHER = frozenset({"ORA-00955", "ORA-01430"})
"""The name is taken, the column is there: another session was quicker with the same change."""
_NO_SCHEMA = "ORA-01918"


def patiently(
    action: Callable[[], Result],
    timeout_seconds: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Result:
    """Return the result of DDL that other sessions may hold up.

    DDL_LOCK_TIMEOUT lets the database itself wait for row and table locks, but not for the
    locks of the library cache (ORA-04021), nor in every statement.

    Raises:
        oracledb.Error: If the database refuses it, or is still busy after the timeout.
    """
    deadline = clock() + timeout_seconds
    while True:
        try:
            return action()
        except oracledb.Error as error:
            if describe(error).code not in BUSY or clock() >= deadline:
                raise
        sleep(RETRY_PAUSE_SECONDS)


class DdlSession(Protocol):
    """A session in which tables are changed, with no transaction open."""

    @property
    def connection(self) -> oracledb.Connection:
        """The open session."""

    @property
    def server(self) -> Server:
        """What the database can."""

    def reported(self, where: str) -> AbstractContextManager[None]:
        """Turn what the database refuses in the body into a LoadError."""

    def execute_ddl(self, statement: str) -> None:
        """Run one statement that commits."""

    def run_ddl(self, action: Callable[[oracledb.Connection], Any], where: str) -> Any:  # noqa: ANN401 - the action's result
        """Run what commits by itself, and again in a new session."""

    def ddl_grant(self, table: TableName) -> str:
        """Return the right that a change of a table needs."""


class TableChanges:
    """Plans and runs the changes of tables in a session."""

    def __init__(self, session: DdlSession) -> None:
        """Change tables in `session`, with no transaction open."""
        self._session = session

    def ensure(
        self, spec: TableSpec, *, stream: str, freeze: bool, on_type_change: OnTypeChange
    ) -> Plan:
        """Create or change a table as a stream needs.

        Raises:
            TableMismatchError: If a column does not fit, or a change is forbidden.
            LoadError: If the database refuses a change.
        """
        session, where = self._session, f"stream '{stream}': table {spec.name}"
        # Twice: another session may make the same change between reading and changing.
        for is_last in (False, True):
            existing = self._read(spec, where)
            if existing is None and not freeze and self._repaired(spec, where):
                existing = self._read(spec, where)
            ending = self._interrupted(spec, existing)
            if ending:
                refuse_when(freeze, spec, stream, "; ".join(ending))
                self._run_all(ending, spec.name, where)
                existing = self._read(spec, where)
            planned = self._plan(spec, existing, stream, freeze, on_type_change)
            try:
                self._run_all(planned.statements, spec.name, where)
            except DatabaseError as error:
                if is_last or error.fault.code not in _DONE_BY_ANOTHER:
                    raise LoadError(str(error)) from None
            else:
                break
        for move in planned.moves:
            session.run_ddl(move.run, f"{where}: move column {move.column}")
        if not freeze:
            self._comment(spec, where)
        return planned

    def preview(
        self, spec: TableSpec, *, stream: str, freeze: bool, on_type_change: OnTypeChange
    ) -> tuple[str, ...]:
        """Return the statements that `ensure` would run; nothing is changed.

        Raises:
            TableMismatchError: If a column does not fit, or a change is forbidden.
            LoadError: If the dictionary cannot be read.
        """
        where = f"stream '{stream}': table {spec.name}"
        existing = self._read(spec, where)
        ending = self._interrupted(spec, existing)
        if ending:  # what follows depends on it
            return tuple(ending)
        planned = self._plan(spec, existing, stream, freeze, on_type_change)
        if freeze:
            return planned.all_statements
        with self._session.reported(where):
            return planned.all_statements + self._comments(spec)

    def _plan(
        self,
        spec: TableSpec,
        existing: ExistingTable | None,
        stream: str,
        freeze: bool,  # noqa: FBT001 - a setting
        on_type_change: OnTypeChange,
    ) -> Plan:
        session = self._session
        planned = plan(
            spec,
            existing,
            freeze=freeze,
            stream=stream,
            server=session.server,
            on_type_change=on_type_change,
        )
        with session.reported(f"stream '{stream}': table {spec.name}"):
            for move in planned.moves:
                move.refuse_index(session.connection)
        return planned

    def _read(self, spec: TableSpec, where: str) -> ExistingTable | None:
        with self._session.reported(where):
            return read_table(self._session.connection, spec.name)

    def _repaired(self, spec: TableSpec, where: str) -> bool:
        """Put a table back that a killed run left without its name."""
        swap = TableSwap(spec.name, "rename", self._session.server.name_bytes)
        return bool(self._session.run_ddl(swap.repair, where))

    def _interrupted(self, spec: TableSpec, existing: ExistingTable | None) -> list[str]:
        return interrupted_moves(spec, existing, self._session.server) if existing else []

    def _comments(self, spec: TableSpec) -> tuple[str, ...]:
        if not spec.comments:
            return ()
        present = read_comments(self._session.connection, spec.name)
        return changed_comments(spec.name, spec.comments, present)

    def _comment(self, spec: TableSpec, where: str) -> None:
        """Bring comments up to date; without the right to comment the load goes on."""
        with self._session.reported(where):
            statements = self._comments(spec)
        try:
            self._run_all(statements, spec.name, where)
        except LoadError as error:
            _LOGGER.warning("%s; the rows are loaded without new comments", error)
        except DatabaseError as error:
            raise LoadError(str(error)) from None

    def _run_all(self, statements: Sequence[str], table: TableName, where: str) -> None:
        for statement in statements:
            _LOGGER.info("Table %s: %s", table, " ".join(statement.split()))
            try:
                self._session.execute_ddl(statement)
            except oracledb.Error as error:
                fault = describe(error, where=where)
                if fault.code in MISSING_RIGHT:
                    what = f"{fault.report}; {self._session.ddl_grant(table)}"
                    raise LoadError(what) from None
                if fault.code == _NO_SCHEMA:
                    what = (
                        f"{where}: there is no schema {table.schema} ({fault.code}); create its "
                        "user, or correct default_target_schema (its case follows identifier_style)"
                    )
                    raise LoadError(what) from None
                raise DatabaseError(fault) from None
