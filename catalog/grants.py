"""Privileges that each mode needs, as least-privilege SQL.

Sources: SQL Language Reference, "GRANT" (READ since 12.1, FLASHBACK), Database Utilities, "Using
LogMiner", and Database Reference, SQL92_SECURITY: TRUE by default since 12.2, so that UPDATE and
DELETE with a condition need SELECT on the table, for which READ does not suffice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from catalog.table_assembly import NOT_GRANTED
from oracle_core.identifiers import Identifier, TableName

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from catalog.model import Inventory


class Mode(Enum):
    """Way of working with the database."""

    DISCOVER = "discover"
    FULL = "full"
    INCREMENTAL = "incremental"
    SNAPSHOT = "snapshot"
    LOG_BASED = "log_based"
    FLASHBACK = "flashback"
    TARGET = "target"


QUOTA = "QUOTA"
DEFAULT_TABLESPACE = "USERS"
"""Tablespace of users in a database made by default, where the real one is not known."""

LOG_DATABASE = "ALTER DATABASE ADD SUPPLEMENTAL LOG DATA"
ARCHIVE = "ALTER DATABASE ARCHIVELOG"
"""Only while the database is mounted and not open (ORA-01126)."""
_READS = ("READ", "SELECT")
_LOADS = ("SELECT", "INSERT", "UPDATE", "DELETE")
_ANY = {
    "READ": ("READ ANY TABLE", "SELECT ANY TABLE"),
    "SELECT": ("SELECT ANY TABLE",),
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
    "V_$ARCHIVE_DEST_STATUS",
    "V_$THREAD",
    "V_$LOGMNR_CONTENTS",
    # V$TRANSACTION shows the transactions of one instance of a cluster.
    "GV_$TRANSACTION",
)


@dataclass(frozen=True, slots=True)
class Privilege:
    """One privilege: on a table or view, on a directory, or a system privilege.

    Attributes:
        name: Name in GRANT.
        on: Table or view of an object privilege.
        schema: Schema that a system privilege is needed in; since 23ai it can be granted there
            alone. For a quota the user who needs it.
        directory: Directory of an object privilege.
        tablespace: Tablespace of a quota.
    """

    name: str
    on: TableName | None = None
    schema: str | None = None
    directory: str | None = None
    tablespace: str | None = None

    def grant(self, user: str) -> str:
        """Return the statement that grants the privilege to a user."""
        grantee = Identifier(user).sql
        # A quota is a property of its user and not a privilege that GRANT knows.
        if self.name == QUOTA:
            owner = Identifier(self.schema or user).sql
            tablespace = Identifier(self.tablespace or DEFAULT_TABLESPACE).sql
            return f"ALTER USER {owner} QUOTA UNLIMITED ON {tablespace}"
        on = f" ON {self.on.sql}" if self.on else ""
        if self.directory is not None:
            on = f" ON DIRECTORY {Identifier(self.directory).sql}"
        return f"GRANT {self.name}{on} TO {grantee}"


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a mode needs: any one of the privileges suffices, the first is the least.

    Attributes:
        privileges: Privileges that satisfy the need.
        purpose: Reason for the need; for an optional one what is lost without it.
        is_optional: Whether the mode works without it.
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
    """Objects that are read, or loaded in the mode `target`.

    Attributes:
        tables: Tables and views.
        directories: Directories whose files external tables read (Administrator's Guide, "System
            and Object Privileges for External Tables").
        tablespaces: Default tablespaces by user; None stands for every other user.
    """

    tables: tuple[TableName, ...]
    directories: tuple[str, ...] = ()
    tablespaces: Mapping[str | None, str] = field(default_factory=dict)

    def tablespace_of(self, user: str) -> str:
        """Return the tablespace that the tables of a user go to."""
        return self.tablespaces.get(user) or self.tablespaces.get(None) or DEFAULT_TABLESPACE


def grantable(inventory: Inventory) -> Wanted:
    """Return the objects that a grant makes readable.

    Broken views are left out, because GRANT fails on them (ORA-04063), and so are kinds that no
    grant opens.
    """
    tables = [table for table in inventory.tables if table.unreadable in {None, NOT_GRANTED}]
    return Wanted(
        tuple(TableName.of(*table.source) for table in tables),
        tuple(sorted({name for table in tables for name in table.directories})),
    )


def needs(mode: Mode, user: str, wanted: Wanted, *, target_schema: str | None = None) -> list[Need]:
    """Return the needs of a user for a mode.

    Args:
        mode: Way of working.
        user: User who works so; the owner of a table needs nothing to read it.
        wanted: Objects that are read or loaded.
        target_schema: Schema that the target loads; the user's own by default.
    """
    required = [Need((Privilege("CREATE SESSION"),), "to log on")]
    foreign = [table for table in wanted.tables if table.schema.name != user]
    if mode is Mode.TARGET:
        return [*required, *_target(user, foreign, target_schema, wanted)]
    required += [_on(table, "READ", "to read it") for table in foreign]
    required += [
        Need((Privilege("READ", directory=name),), "to read the files of external tables")
        for name in wanted.directories
    ]
    if mode in {Mode.SNAPSHOT, Mode.FLASHBACK, Mode.LOG_BASED}:
        required += [_on(table, "FLASHBACK", "to read it as of an SCN") for table in foreign]
        required.append(_scn())
    if mode is Mode.FLASHBACK:
        required.append(_retention())
    if mode is Mode.INCREMENTAL:
        required.append(_transactions())
    if mode is Mode.LOG_BASED:
        required += _log_based()
    return required


def _on(table: TableName, privilege: str, purpose: str) -> Need:
    # SELECT also allows SELECT FOR UPDATE, which READ does not (SQL Language Reference, "GRANT").
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
    purpose = (
        "to miss no row of an open transaction, on RAC of any instance (without RAC V_$TRANSACTION "
        "is enough); without it set lookback_seconds"
    )
    # The tap asks GV$TRANSACTION first: V$TRANSACTION is blind to the other instances of RAC.
    return _view("GV_$TRANSACTION", purpose, is_optional=True)


def _retention() -> Need:
    purpose = "to say in a message how far back undo reaches"
    return _view("V_$PARAMETER", purpose, is_optional=True)


def _log_based() -> Iterator[Need]:
    yield Need((Privilege("LOGMINING"),), "to mine the redo logs")
    yield Need((Privilege("EXECUTE", _sys("DBMS_LOGMNR")),), "to mine the redo logs")
    for view in LOGMINER_VIEWS:
        yield _view(view, "to find and read the redo logs")


def _target(
    user: str, foreign: Sequence[TableName], schema: str | None, wanted: Wanted
) -> Iterator[Need]:
    if schema is None or schema == user:
        quota = Privilege(QUOTA, tablespace=wanted.tablespace_of(user))
        yield Need((Privilege("CREATE TABLE"),), "to create tables")
        yield Need((quota, Privilege("UNLIMITED TABLESPACE")), "to store rows")
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
    # Space is taken from the quota of the schema's owner, whoever inserts (ORA-01950).
    quota = Privilege(QUOTA, schema=schema, tablespace=wanted.tablespace_of(schema))
    yield Need((quota,), f"where {schema} has no quota yet (ORA-01950)", is_optional=True)
    for name in _LOADS:
        # The creator of a table in another schema has no privilege on it.
        purpose = f"for tables that are created in {schema} later; since 23ai ON SCHEMA is enough"
        yield Need((Privilege(_ANY[name][0], schema=schema),), purpose, is_optional=True)


@dataclass(frozen=True, slots=True)
class GrantStatement:
    """One statement for an administrator, without a semicolon, and its purpose."""

    sql: str
    purpose: str
    is_optional: bool = False


def grant_statements(
    mode: Mode, user: str, wanted: Wanted, *, target_schema: str | None = None
) -> list[GrantStatement]:
    """Return the statements that grant a user the needs of a mode, and no more.

    Args:
        mode: Way of working.
        user: Grantee.
        wanted: Objects that are read or loaded.
        target_schema: Schema that the target loads.
    """
    statements = [
        GrantStatement(need.least.grant(user), need.purpose, need.is_optional)
        for need in needs(mode, user, wanted, target_schema=target_schema)
    ]
    if mode is Mode.LOG_BASED:
        statements.append(
            GrantStatement(LOG_DATABASE, "so that the redo logs identify the changed row")
        )
        statements += [
            GrantStatement(log_table(table), f"{table}: so that the redo logs hold whole rows")
            for table in wanted.tables
        ]
    # Reversed twice: of equal statements the first purpose stays, at the place of the last.
    return list({statement.sql: statement for statement in reversed(statements)}.values())[::-1]


def log_table(table: TableName) -> str:
    """Return the statement that logs whole rows of a table."""
    return f"ALTER TABLE {table.sql} ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS"
