"""Which privileges each way of working needs, as least-privilege SQL.

Sources: SQL Language Reference, "GRANT" (READ since 12.1, FLASHBACK), Database Utilities, "Using
LogMiner", and `oracle_core.scn` for the ways to an SCN.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from catalog.table_assembly import NOT_GRANTED
from oracle_core.identifiers import Identifier, TableName

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from catalog.model import Inventory


class Mode(Enum):
    """A way of working."""

    DISCOVER = "discover"
    FULL = "full"
    INCREMENTAL = "incremental"
    SNAPSHOT = "snapshot"
    LOG_BASED = "log_based"
    TARGET = "target"


QUOTA = "QUOTA"
LOG_DATABASE = "ALTER DATABASE ADD SUPPLEMENTAL LOG DATA"
_READS = ("READ", "SELECT")
_LOADS = ("READ", "INSERT", "UPDATE", "DELETE")
_ANY = {
    "READ": ("READ ANY TABLE", "SELECT ANY TABLE"),
    "FLASHBACK": ("FLASHBACK ANY TABLE",),
    "INSERT": ("INSERT ANY TABLE",),
    "UPDATE": ("UPDATE ANY TABLE",),
    "DELETE": ("DELETE ANY TABLE",),
}
LOGMINER_VIEWS = (
    "V_$DATABASE",
    "V_$LOG",
    "V_$LOGFILE",
    "V_$ARCHIVED_LOG",
    "V_$LOGMNR_LOGS",
    "V_$LOGMNR_CONTENTS",
)


@dataclass(frozen=True, slots=True)
class Privilege:
    """One privilege: on a table or view, on a directory, else a system privilege.

    `schema` is where a system privilege is needed: since 23ai it may be granted there alone.
    """

    name: str
    on: TableName | None = None
    schema: str | None = None
    directory: str | None = None

    def grant(self, user: str) -> str:
        """Return the statement that gives the privilege to a user."""
        grantee = Identifier(user).sql
        if self.name == QUOTA:
            return f"ALTER USER {grantee} QUOTA UNLIMITED ON USERS"
        on = f" ON {self.on.sql}" if self.on else ""
        if self.directory is not None:
            on = f" ON DIRECTORY {Identifier(self.directory).sql}"
        return f"GRANT {self.name}{on} TO {grantee}"


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a mode needs: any one of the privileges does, the first is the least.

    `is_optional` says that the mode works without, and `purpose` what is lost then.
    """

    privileges: tuple[Privilege, ...]
    purpose: str
    is_optional: bool = False

    @property
    def least(self) -> Privilege:
        """The privilege to ask for."""
        return self.privileges[0]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read, or loaded in the mode `target`.

    Attributes:
        tables: tables and views.
        directories: those whose files external tables read (Administrator's Guide, "System and
            Object Privileges for External Tables").
    """

    tables: tuple[TableName, ...]
    directories: tuple[str, ...] = ()


def grantable(inventory: Inventory) -> Wanted:
    """Return what a grant makes readable.

    Not the broken views, on which GRANT fails (ORA-04063), nor what no grant opens.
    """
    found = [table for table in inventory.tables if table.unreadable in {None, NOT_GRANTED}]
    return Wanted(
        tuple(TableName.of(*table.source) for table in found),
        tuple(sorted({name for table in found for name in table.directories})),
    )


def needs(mode: Mode, user: str, wanted: Wanted, *, target_schema: str | None = None) -> list[Need]:
    """Return what a user needs for a mode.

    Args:
        mode: the way of working.
        user: who is to work so; the owner of a table needs nothing to read it.
        wanted: what is to be read or loaded.
        target_schema: the schema that the target loads, the user's own by default.
    """
    found = [Need((Privilege("CREATE SESSION"),), "to log on")]
    foreign = [table for table in wanted.tables if table.schema.name != user]
    if mode is Mode.TARGET:
        return [*found, *_target(user, foreign, target_schema)]
    found += [_on(table, "READ", "to read it") for table in foreign]
    found += [
        Need((Privilege("READ", directory=name),), "to read the files of external tables")
        for name in wanted.directories
    ]
    if mode is Mode.SNAPSHOT:
        found += [_on(table, "FLASHBACK", "to read it as of an SCN") for table in foreign]
        found.append(_scn())
    if mode is Mode.INCREMENTAL:
        found.append(_transactions())
    if mode is Mode.LOG_BASED:
        found += _log_based()
    return found


def _on(table: TableName, privilege: str, purpose: str) -> Need:
    same = _READS if privilege == "READ" else (privilege,)
    return Need(
        (
            *(Privilege(name, table) for name in same),
            *(Privilege(name) for name in _ANY[privilege]),
        ),
        f"{table}: {purpose}",
    )


def _sys(name: str) -> TableName:
    return TableName.of("SYS", name)


def _view(name: str, purpose: str, *, is_optional: bool = False) -> Need:
    privileges = tuple(Privilege(read, _sys(name)) for read in _READS)
    return Need(privileges, purpose, is_optional)


def _scn() -> Need:
    way = "to know the current SCN"
    database = _view("V_$DATABASE", way)
    package = Privilege("EXECUTE", _sys("DBMS_FLASHBACK"))
    return Need((*database.privileges, package), way)


def _transactions() -> Need:
    purpose = "so that no row of an open transaction is passed by; without it set lookback_seconds"
    return _view("V_$TRANSACTION", purpose, is_optional=True)


def _log_based() -> Iterator[Need]:
    yield Need((Privilege("LOGMINING"),), "to mine the redo logs")
    yield Need((Privilege("EXECUTE", _sys("DBMS_LOGMNR")),), "to mine the redo logs")
    for view in LOGMINER_VIEWS:
        yield _view(view, "to find and read the redo logs")


def _target(user: str, foreign: Sequence[TableName], schema: str | None) -> Iterator[Need]:
    if schema in {None, user}:
        yield Need((Privilege("CREATE TABLE"),), "to create tables")
        yield Need((Privilege(QUOTA), Privilege("UNLIMITED TABLESPACE")), "to store rows")
        return
    for name, purpose in (
        ("CREATE ANY TABLE", f"to create tables in {schema}"),
        # A primary key makes an index (SQL Language Reference, "CREATE INDEX", Prerequisites).
        ("CREATE ANY INDEX", f"for the keys of tables in {schema}"),
        ("ALTER ANY TABLE", f"to widen tables in {schema}"),
    ):
        yield Need((Privilege(name, schema=schema),), purpose)
    for table in foreign:
        if table.schema.name == schema:
            yield from (_on(table, name, "to load it") for name in _LOADS)
    for name in _LOADS:
        # Who makes a table in another schema has no privilege on it.
        purpose = (
            f"for tables that are made in {schema} from now on; since 23ai ON SCHEMA is enough"
        )
        yield Need((Privilege(_ANY[name][0], schema=schema),), purpose, is_optional=True)


@dataclass(frozen=True, slots=True)
class GrantStatement:
    """One statement for an administrator, without a semicolon, and what it is for."""

    sql: str
    purpose: str
    is_optional: bool = False


def grant_statements(
    mode: Mode, user: str, wanted: Wanted, *, target_schema: str | None = None
) -> list[GrantStatement]:
    """Return the statements that give a user what a mode needs, and no more.

    Args:
        mode: the way of working.
        user: who gets the privileges.
        wanted: what is to be read or loaded.
        target_schema: the schema that the target loads.
    """
    found = [
        GrantStatement(need.least.grant(user), need.purpose, need.is_optional)
        for need in needs(mode, user, wanted, target_schema=target_schema)
    ]
    if mode is Mode.LOG_BASED:
        found.append(GrantStatement(LOG_DATABASE, "so that the redo logs tell which row changed"))
        found += [
            GrantStatement(log_table(table), f"{table}: so that the redo logs hold whole rows")
            for table in wanted.tables
        ]
    return list({statement.sql: statement for statement in reversed(found)}.values())[::-1]


def log_table(table: TableName) -> str:
    """Return the statement that has whole rows of a table logged."""
    return f"ALTER TABLE {table.sql} ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS"
