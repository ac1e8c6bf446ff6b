"""The target's session: transactions and DDL, with errors that say what to do."""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

import oracledb

from oracle_core.connection import ConnectionSource
from oracle_core.errors import DatabaseError, describe
from oracle_core.identifiers import MAX_BYTES, MAX_BYTES_BEFORE_12_2, Identifier
from oracle_core.termination import Terminated
from target_oracle.ddl import Plan, plan
from target_oracle.errors import LoadError
from target_oracle.table_spec import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from oracle_core.identifiers import TableName
    from target_oracle.table_spec import TableSpec

_LOGGER = logging.getLogger("target-oracle")
_DONE_BY_ANOTHER = frozenset({"ORA-00955", "ORA-01430"})
"""The name is taken, the column is there: another session was quicker with the same change."""

_MISSING_RIGHT = frozenset({"ORA-01031", "ORA-00942", "ORA-41900"})


class TargetSession:
    """One session, opened when first needed; batches and DDL take turns in it.

    Every method raises `LoadError` for what the database refuses, in our words.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        """Check the settings of the connection."""
        self._source = ConnectionSource(config, module="target-oracle")
        self._user = str(config.get("proxy_user") or config.get("user") or "the user")
        self._connection: oracledb.Connection | None = None
        self._is_abandoned = False

    @property
    def connection(self) -> oracledb.Connection:
        """The open session; a session that died in the middle of the run is not replaced."""
        if self._connection is None:
            self._connection = self._source.connection()
        return self._connection

    @cached_property
    def server_major(self) -> int:
        """The release of the server, for example 19 or 23."""
        return int(self.connection.version.split(".")[0])

    @cached_property
    def name_limit(self) -> int:
        """Bytes of the longest name that the server takes."""
        major, minor = (int(part) for part in self.connection.version.split(".")[:2])
        return MAX_BYTES if (major, minor) >= (12, 2) else MAX_BYTES_BEFORE_12_2

    @cached_property
    def own_schema(self) -> Identifier:
        """The schema of the session."""
        with self._reported("find the schema of the session"), self.connection.cursor() as cursor:
            cursor.execute("SELECT SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') FROM dual")
            row = cursor.fetchone()
        if row is None:
            what = "the session has no current schema; set default_target_schema"
            raise LoadError(what)
        return Identifier(row[0])

    def ensure_table(self, spec: TableSpec, *, stream: str, freeze: bool) -> Plan:
        """Create or change a table as a stream needs; call it with no transaction open.

        Raises:
            TableMismatchError: when a column does not fit, or a change is forbidden.
        """
        where = f"stream '{stream}': table {spec.name}"
        for is_last in (False, True):
            with self._reported(where):
                found = plan(
                    spec, read_table(self.connection, spec.name), freeze=freeze, stream=stream
                )
            try:
                self._run_all(found, spec.name, where)
            except DatabaseError as error:
                if is_last or error.fault.code not in _DONE_BY_ANOTHER:
                    raise LoadError(str(error)) from None
            else:
                return found
        return found

    def _run_all(self, found: Plan, table: TableName, where: str) -> None:
        for statement in found.statements:
            _LOGGER.info("Table %s: %s", table, " ".join(statement.split()))
            try:
                with self.connection.cursor() as cursor:
                    cursor.execute(statement)
            except oracledb.Error as error:
                fault = describe(error, where=where)
                if fault.code in _MISSING_RIGHT:
                    what = f"{fault.report}; {self._ddl_grant(table)}"
                    raise LoadError(what) from None
                raise DatabaseError(fault) from None

    def _ddl_grant(self, table: TableName) -> str:
        own = table.schema == self.own_schema
        right = "CREATE TABLE" if own else "CREATE ANY TABLE and ALTER ANY TABLE"
        return f"missing: GRANT {right} TO {self._user}, or freeze_schema and a table made by hand"

    def truncate(self, table: TableName, stream: str) -> None:
        """Empty a table at once (DDL, which commits)."""
        with (
            self._reported(f"stream '{stream}': empty {table}"),
            self.connection.cursor() as cursor,
        ):
            cursor.execute(f"TRUNCATE TABLE {table.sql}")

    @contextmanager
    def transaction(self, table: TableName, stream: str) -> Iterator[oracledb.Cursor]:
        """Give a cursor; commit at the end of the body, or roll back whatever ends it early."""
        connection = self.connection
        try:
            with self._reported(f"stream '{stream}': load into {table}", table):
                with connection.cursor() as cursor:
                    yield cursor
                connection.commit()
        except Terminated as ended:
            # A call that was broken off may still run, and a rollback would wait for it. The
            # server rolls back when the connection ends with the process.
            self._is_abandoned = ended.forced
            if not ended.forced:
                connection.rollback()
            raise
        except BaseException:
            with suppress(oracledb.Error):  # a session that is gone is rolled back already
                connection.rollback()
            raise

    @contextmanager
    def _reported(self, where: str, table: TableName | None = None) -> Iterator[None]:
        try:
            yield
        except oracledb.Error as error:
            fault = describe(error, where=where)
            grant = ""
            if table is not None and fault.code in _MISSING_RIGHT:
                grant = f"; missing: GRANT SELECT, INSERT, UPDATE ON {table.sql} TO {self._user}"
            what = f"{fault.report}{grant}"
            raise LoadError(what) from None

    def close(self) -> None:
        """End the session; an open transaction is rolled back."""
        if self._is_abandoned:
            return
        self._connection = None
        self._source.close()
