"""The session that mines: its parameters, the log files it names, and the rows it reads.

V$LOGMNR_CONTENTS belongs to the session that called START_LOGMNR, and its literals follow that
session's NLS parameters; so mining has a session of its own.

Source: PL/SQL Packages and Types Reference, DBMS_LOGMNR; Database Utilities, "Using LogMiner" and
"Steps in a Typical LogMiner Session".
"""

from __future__ import annotations

import logging
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import describe
from tap_oracle.logminer import log_files
from tap_oracle.logminer.contents import COLUMNS, LogRow
from tap_oracle.logminer.literals import MINING_PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from oracle_core.identifiers import TableName
    from tap_oracle.logminer.log_files import MissingLog

_LOGGER = logging.getLogger(__name__)

ROWS_PER_FETCH = 5_000
UNKNOWN_OWNER = "UNKNOWN"
"""SEG_OWNER of changes whose table the dictionary does not name any more."""

MOST_TABLES = 200
"""Tables of one query, each with two bind variables."""

ROOT_ID = 1

_CONTAINER = "SELECT SYS_CONTEXT('USERENV', 'CON_ID'), SYS_CONTEXT('USERENV', 'CON_NAME') FROM dual"
_ADD_FILE = "BEGIN DBMS_LOGMNR.ADD_LOGFILE(logFileName => :name, options => {}); END;"
_NEW, _ADD = "DBMS_LOGMNR.NEW", "DBMS_LOGMNR.ADDFILE"
# The online catalog needs no dictionary in the redo. CONTINUOUS_MINE is gone since 19c (PL/SQL
# Packages and Types Reference, DBMS_LOGMNR), so that files are named here.
_START = """
BEGIN DBMS_LOGMNR.START_LOGMNR(startScn => :first_scn, endScn => :last_scn,
  options => DBMS_LOGMNR.DICT_FROM_ONLINE_CATALOG + DBMS_LOGMNR.NO_ROWID_IN_STMT); END;
"""
_END = "BEGIN DBMS_LOGMNR.END_LOGMNR; END;"
# START, COMMIT, MISSING_SCN and ROLLBACK name no table.
_CONTENTS = f"""
SELECT {", ".join(COLUMNS)} FROM v$logmnr_contents
WHERE scn BETWEEN :first_scn AND :last_scn AND (operation_code IN (6, 7, 34, 36)
  OR seg_owner = 'UNKNOWN'"""  # noqa: S608 - names of columns that stand in `contents`
# The root sees the redo of all pluggable databases, in which schemas and tables may have equal
# names.
_OF_CONTAINER = " AND src_con_name = :container"
_OBJECTS = """
SELECT object_id FROM all_objects
WHERE owner = :owner AND object_name = :table_name AND object_type LIKE 'TABLE%'
"""


class Place(Enum):
    """Where the session mines, which decides who finds the log files."""

    WHOLE_DATABASE = "a database without containers"
    ROOT = "the root container"
    PLUGGABLE = "a pluggable database"


@dataclass(frozen=True, slots=True)
class MinedTable:
    """The table whose changes are wanted.

    Attributes:
        name: its exact names.
        objects: its object ids, partitions included, by which rows that the dictionary cannot
            name any more are recognised.
        container: the pluggable database it is in, where that is mined from the root.
    """

    name: TableName
    objects: frozenset[int]
    container: str | None = None


class MiningSession:
    """One session that mines ranges of SCNs, one after the other."""

    def __init__(self, connection: oracledb.Connection) -> None:
        """Fix the parameters that the literals of SQL_REDO follow.

        Args:
            connection: A session that is used for nothing else.
        """
        self._connection = connection
        settings = " ".join(f"{name}='{value}'" for name, value in MINING_PARAMETERS.items())
        self._run(f"ALTER SESSION SET {settings}")
        self.place, _ = container_of(connection)
        self.seconds = 0.0
        """Seconds spent in the database for the last range."""

    def mine(self, tables: Sequence[MinedTable], first_scn: int, last_scn: int) -> Iterator[LogRow]:
        """Yield the redo of tables in a range, with the beginnings and ends of transactions.

        Args:
            tables: The tables, at most `MOST_TABLES`, all in one container.
            first_scn: The first SCN.
            last_scn: The last one, not above the current SCN.

        Raises:
            MissingLogError: If no log file has a part of the range.
            oracledb.Error: If the database reports an error.
        """
        started = time.monotonic()
        # In a pluggable database the server finds the files (Database Utilities, "Steps in a
        # Typical LogMiner Session").
        if self.place is not Place.PLUGGABLE:
            self._name_files(first_scn, last_scn)
        self._run(_START, {"first_scn": first_scn, "last_scn": last_scn})
        self.seconds = time.monotonic() - started
        try:
            yield from self._contents(tables, first_scn, last_scn)
        finally:
            with suppress(oracledb.Error):  # the session may have died, or have ended mining
                self._run(_END)

    def _contents(
        self, tables: Sequence[MinedTable], first_scn: int, last_scn: int
    ) -> Iterator[LogRow]:
        binds: dict[str, object] = {"first_scn": first_scn, "last_scn": last_scn}
        statement = _CONTENTS
        objects: set[int] = set()
        for number, table in enumerate(tables):
            statement += f" OR seg_owner = :owner{number} AND table_name = :table{number}"
            binds[f"owner{number}"] = table.name.schema.name
            binds[f"table{number}"] = table.name.table.name
            objects |= table.objects
        statement += ")"
        if tables[0].container is not None:
            statement += _OF_CONTAINER
            binds["container"] = tables[0].container
        with closing(self._connection.cursor()) as cursor:
            cursor.arraysize = cursor.prefetchrows = ROWS_PER_FETCH
            # The time of the database alone: the size of the next window follows from it.
            started = time.monotonic()
            cursor.execute(statement, binds)
            while rows := cursor.fetchmany():
                self.seconds += time.monotonic() - started
                for row in map(LogRow._make, rows):
                    # Compared here, because a table has an object id per partition.
                    if row.owner != UNKNOWN_OWNER or row.data_object in objects:
                        yield row
                started = time.monotonic()
            self.seconds += time.monotonic() - started

    def _name_files(self, first_scn: int, last_scn: int) -> None:
        binds = {"first_scn": first_scn, "last_scn": last_scn}
        # Online logs first: one that is archived and overwritten before the second question is in
        # the second answer. The other way round it could be in neither, and look purged.
        online = [log_files.log_file(row) for row in self._rows(log_files.ONLINE_LOGS, binds)]
        archived = [log_files.log_file(row) for row in self._rows(log_files.ARCHIVED_LOGS, binds)]
        files = log_files.merged(archived, online)
        threads = [
            log_files.redo_thread(row)
            for row in self._rows(log_files.THREADS, {"last_scn": last_scn})
        ]
        hole = log_files.missing(files, threads, first_scn, last_scn)
        # Before mining, which leaves out the rows of a missing file without an error.
        if hole is not None:
            raise MissingLogError(hole)
        for position, file in enumerate(files):
            # NEW drops the files of the window before (DBMS_LOGMNR.ADD_LOGFILE).
            self._run(_ADD_FILE.format(_ADD if position else _NEW), {"name": file.name})
        _LOGGER.debug("Mining SCN %d to %d in %d log files", first_scn, last_scn, len(files))

    def _rows(self, sql: str, binds: Mapping[str, object]) -> list[tuple[Any, ...]]:
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(sql, dict(binds))
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def _run(self, sql: str, binds: Mapping[str, object] | None = None) -> None:
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(sql, dict(binds or {}))


class MissingLogError(Exception):
    """A range of redo is in no log file; `hole` says which."""

    def __init__(self, hole: MissingLog) -> None:
        """Keep the hole."""
        super().__init__(str(hole))
        self.hole = hole


def container_of(connection: oracledb.Connection) -> tuple[Place, str]:
    """Return what kind of container a session is in, and its name.

    Source: Database Concepts, "CON_ID": 0 is a database without containers, 1 the root.
    """
    with closing(connection.cursor()) as cursor:
        ((number, name),) = cursor.execute(_CONTAINER).fetchall()
    if int(number or 0) == 0:
        return Place.WHOLE_DATABASE, str(name)
    return (Place.ROOT if int(number) == ROOT_ID else Place.PLUGGABLE), str(name)


def refuses_to_mine(connection: oracledb.Connection, scn: int) -> bool:
    """Return whether LogMiner has to be used from the root (ORA-65040).

    Pluggable databases can be mined from within since 21c, and with later updates of 19c.

    Args:
        connection: A session for mining.
        scn: The current SCN.
    """
    binds = {"first_scn": scn, "last_scn": scn}
    with closing(connection.cursor()) as cursor:
        try:
            # Without log files: the server finds them, or refuses a pluggable database at once.
            cursor.execute(_START, binds)
        except oracledb.Error as error:
            if describe(error).code != "ORA-65040":
                raise
            return True
        cursor.execute(_END)
    return False


def mined_table(
    mining: oracledb.Connection, session: oracledb.Connection, name: TableName
) -> MinedTable:
    """Return what identifies a table in the redo.

    Args:
        mining: The session that mines.
        session: A session where the table is.
        name: The table.
    """
    binds = {"owner": name.schema.name, "table_name": name.table.name}
    with closing(session.cursor()) as cursor:
        rows = cursor.execute(_OBJECTS, binds).fetchall()
    objects = frozenset(int(object_id) for (object_id,) in rows)
    place, _ = container_of(mining)
    own_place, container = container_of(session)
    is_elsewhere = place is Place.ROOT and own_place is Place.PLUGGABLE
    return MinedTable(name, objects, container if is_elsewhere else None)
