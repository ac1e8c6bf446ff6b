"""Reads the changes of one table by Flashback Version Query."""

from __future__ import annotations

import hashlib
from contextlib import closing
from typing import TYPE_CHECKING, Any

import oracledb

from oracle_core.errors import ConfigurationError, describe
from oracle_core.scn import SCN_STATEMENTS
from tap_oracle.changes import GapError
from tap_oracle.fetching import fetch_rows
from tap_oracle.flashback.versions import VersionFold, select_versions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from oracle_core.errors import Fault
    from tap_oracle.catalog_entry import CatalogEntry
    from tap_oracle.flashback.versions import LastVersion
    from tap_oracle.plan import StreamPlan
    from tap_oracle.query import Statement
    from tap_oracle.writer import Row

# ORA-22924: LOBs out of line keep old versions in their own segment, whatever UNDO_RETENTION says.
# ORA-30052: the lower bound lies before UNDO_RETENTION.
_TOO_OLD = frozenset({"ORA-01555", "ORA-22924", "ORA-30052", "ORA-08181", "ORA-08180"})
# Without EXECUTE on it, DBMS_FLASHBACK is an unknown name: ORA-00904.
_NOT_GRANTED = frozenset({"ORA-00942", "ORA-00904", "ORA-01031"})
_DEFINITION_CHANGED = "ORA-01466"
# Fine-grained auditing of the table refuses bind variables in the VERSIONS clause (Error Help).
_AUDITED = "ORA-46378"
_RETENTION = """
SELECT p.name, p.value FROM v$parameter p WHERE p.name IN ('undo_retention', 'undo_tablespace')
"""
_CHANGED_SINCE = """
SELECT COUNT(*) FROM all_objects o
WHERE o.owner = :owner AND o.object_name = :table_name AND o.object_type LIKE 'TABLE%'
  AND o.last_ddl_time >= CAST(SCN_TO_TIMESTAMP(:scn) AS DATE) - 3 / 86400
"""
"""The map of SCNs to times is exact to three seconds (SQL Language Reference, SCN_TO_TIMESTAMP)."""
# A partitioned table has no segment and no DATA_OBJECT_ID of its own; its partitions have.
_SEGMENTS = """
SELECT o.data_object_id FROM all_objects o
WHERE o.owner = :owner AND o.object_name = :table_name AND o.object_type LIKE 'TABLE%'
  AND o.data_object_id IS NOT NULL
ORDER BY o.data_object_id
"""
_COLUMNS = """
SELECT c.column_name, c.data_type, c.data_length, c.data_precision, c.data_scale
FROM all_tab_cols c WHERE c.owner = :owner AND c.table_name = :table_name
ORDER BY c.internal_column_id
"""
_SCNS_PER_CALL = 100


class VersionReader:
    """The versions of one table in one session."""

    def __init__(self, session: oracledb.Connection, entry: CatalogEntry) -> None:
        """Prepare to read; nothing is asked yet.

        Args:
            session: An open session.
            entry: The stream as the catalog describes it.
        """
        self._session = session
        self._entry = entry
        self._binds = {
            "owner": entry.table.schema.name,
            "table_name": entry.table.table.name,
        }

    def read(
        self, plan: StreamPlan, *, after_scn: int, last_scn: int, array_size_rows: int
    ) -> Iterator[LastVersion]:
        """Yield the last version of each key that changed, in the order of their commits.

        Args:
            plan: The columns; large objects are not read, because undo does not hold them.
            after_scn: The SCN up to which changes are known.
            last_scn: The last SCN of the changes.
            array_size_rows: Maximum rows per fetch.

        Raises:
            GapError: If undo does not reach back to the first SCN, or the table's definition
                changed within the range.
        """
        expressions = [
            "NULL" if column.fetch.is_large else column.expression for column in plan.columns
        ]
        statements = [
            select_versions(
                self._entry.table, expressions, after_scn=after_scn, last_scn=last_scn, bound=bound
            )
            for bound in (True, False)
        ]
        positions = [plan.position(name) for name in self._entry.key_properties]
        # Versions come in no order, so that the last one of a key is known only after all of them.
        fold = VersionFold(positions, last_scn)
        try:
            for rows in self._fetched(statements, plan, array_size_rows):
                fold.add(rows)
        except oracledb.Error as error:
            fault = describe(error)
            cause = self._cause(fault, after_scn)
            if cause is None:
                raise
            raise GapError(
                self._entry.stream_id,
                cause,
                first_scn=after_scn + 1,
                last_scn=last_scn,
                advice="a longer UNDO_RETENTION, or LogMiner, reaches further back",
            ) from error
        yield from fold.last_versions()

    def _fetched(
        self, statements: Iterable[Statement], plan: StreamPlan, array_size_rows: int
    ) -> Iterator[list[Row]]:
        """Yield the rows of the first of the statements that the table's audit policy allows."""
        bound, literal = statements
        try:
            yield from fetch_rows(self._session, bound, plan, array_size_rows=array_size_rows)
        # The parse refuses it, so that no row has been yielded.
        except oracledb.DatabaseError as error:
            if describe(error).code != _AUDITED:
                raise
            yield from fetch_rows(self._session, literal, plan, array_size_rows=array_size_rows)

    def _cause(self, fault: Fault, after_scn: int) -> str | None:
        """Return why the versions are gone; None where to run again may help."""
        if fault.code in _TOO_OLD:
            return f"undo does not reach back so far ({fault.code}); {self._retention()}"
        if fault.code == _DEFINITION_CHANGED and self._was_changed_since(after_scn):
            return f"the table was truncated or its definition changed ({fault.code})"
        return None

    def _was_changed_since(self, scn: int) -> bool:
        """Return whether DDL came after an SCN; a table may also be too young to have a past."""
        try:
            with closing(self._session.cursor()) as cursor:
                ((changed,),) = cursor.execute(
                    _CHANGED_SINCE, {**self._binds, "scn": scn}
                ).fetchall()
        except oracledb.Error:  # the SCN is older than the map of times: so is the table
            return True
        return bool(changed)

    def _retention(self) -> str:
        try:
            with closing(self._session.cursor()) as cursor:
                parameters = dict(cursor.execute(_RETENTION).fetchall())
        except oracledb.Error:
            return "UNDO_RETENTION is not visible to the user"
        return f"UNDO_RETENTION is {parameters.get('undo_retention', 'unknown')} seconds"

    def segments(self) -> list[int]:
        """Return the ids of the table's segments, which TRUNCATE and MOVE replace."""
        return [int(segment) for (segment,) in self._rows(_SEGMENTS)]

    def columns_digest(self) -> str:
        """Return a digest of the table's columns and their types."""
        content = repr([tuple(map(str, row)) for row in self._rows(_COLUMNS)])
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(self._session.cursor()) as cursor:
            cursor.execute(sql, self._binds)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def commit_times(self, scns: Sequence[int]) -> dict[int, dt.datetime]:
        """Return when transactions were committed, to about three seconds, by the server's clock.

        Raises:
            oracledb.Error: If an SCN is older than the database remembers times for (ORA-08181).
        """
        times: dict[int, dt.datetime] = {}
        with closing(self._session.cursor()) as cursor:
            for begin in range(0, len(scns), _SCNS_PER_CALL):
                batch = scns[begin : begin + _SCNS_PER_CALL]
                # Always the same text, so that it is parsed once.
                names = [f"s{number}" for number in range(_SCNS_PER_CALL)]
                columns = ", ".join(f"SCN_TO_TIMESTAMP(:{name})" for name in names)
                padded = [*batch, *([batch[-1]] * (_SCNS_PER_CALL - len(batch)))]
                statement = f"SELECT {columns} FROM dual"  # noqa: S608 - numbered binds
                (row,) = cursor.execute(statement, dict(zip(names, padded, strict=True))).fetchall()
                times.update(zip(padded, row, strict=True))
        return times


def current_scn(session: oracledb.Connection) -> int:
    """Return the current SCN.

    TIMESTAMP_TO_SCN needs no grant, but is exact to seconds only, which would lose changes.

    Raises:
        ConfigurationError: If the user has the right to neither of the ways.
    """
    ways = [SCN_STATEMENTS["v$database"], SCN_STATEMENTS["dbms_flashback"]]
    for way in ways:
        try:
            with closing(session.cursor()) as cursor:
                ((scn,),) = cursor.execute(way.sql).fetchall()
            return int(scn)
        except oracledb.Error as error:
            if describe(error).code not in _NOT_GRANTED:
                raise
    grants = " or ".join(way.privilege for way in ways)
    msg = f"LOG_BASED needs the current SCN; grant {grants} to the user"
    raise ConfigurationError(msg)
