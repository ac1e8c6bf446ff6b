"""The modes that a session can run, the grants it lacks, and the database's relevant settings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import oracledb

from catalog.grants import (
    ARCHIVE,
    LOG_DATABASE,
    QUOTA,
    Mode,
    Wanted,
    grantable,
    log_table,
    needs,
)
from catalog.introspect import take_inventory
from catalog.name_filter import EXCLUSION
from catalog.rights import session_rights
from catalog.synonyms import scope_of
from catalog.tablespaces import default_tablespaces, users_with_quota
from oracle_core import dictionary, server
from oracle_core.errors import describe
from oracle_core.identifiers import Identifier, IdentifierError, TableName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from catalog.grants import Need, Privilege
    from catalog.model import Inventory
    from catalog.name_filter import NameFilter
    from catalog.rights import SessionRights
    from catalog.table_assembly import Depth
    from oracle_core.dictionary_rows import LogSettingsRow

# Without a right a view is not there (ORA-00942), a function neither (ORA-00904).
_HIDDEN = frozenset({"ORA-00942", "ORA-01031", "ORA-00904"})
_NO_LOGGING = "NO"
# V$ names are synonyms; grants are on the views V_$ behind them (ORA-02030).
_SYS_VIEW_PREFIX = "V_$"

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class ModeCheck:
    """Whether a mode is possible; `missing` and `advised` are statements for an administrator."""

    mode: Mode
    is_possible: bool
    missing: tuple[str, ...] = ()
    advised: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DatabaseCheck:
    """Settings of the database; None where the session lacks the privilege to read one."""

    character_set: str | None
    max_string_size: str | None
    log_mode: str | None
    supplemental_logging: str | None
    undo_retention_seconds: int | None
    clock_difference_seconds: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """Result of a check."""

    user: str
    tables: int
    modes: tuple[ModeCheck, ...]
    database: DatabaseCheck


def check(
    connection: oracledb.Connection,
    names: NameFilter,
    *,
    target_schema: str | None = None,
    depth: Depth | None = None,
) -> Report:
    """Return what the session can do with the selected tables.

    The report comes from the data dictionary alone; nothing is changed or tried.

    Args:
        connection: An open session.
        names: Filter of schemas and tables. Tables that it names without wildcards are included
            even when the session does not see them.
        target_schema: Schema that the target loads; the user's own by default.
        depth: Whether views and synonyms are included.
    """
    rights = session_rights(connection)
    inventory = take_inventory(connection, names, depth)
    seen = grantable(inventory)
    tables = tuple(sorted({*seen.tables, *_unseen(names, inventory)}))
    wanted = Wanted(
        tables,
        seen.directories,
        default_tablespaces(connection, rights, {target_schema or rights.user}),
    )
    schemas = {rights.user, *([target_schema] if target_schema else ())}
    held = _Held(connection, rights, schemas)
    log_settings = _allowed(lambda: next(dictionary.supplemental_logging(connection), None))
    # Not the filter's scope: the table behind a synonym may be in any schema.
    places = scope_of(((str(t.schema), str(t.table)) for t in tables), rights.wide_family)
    logged = {(row.owner, row.name) for row in dictionary.logged_tables(connection, places)}
    modes = []
    for mode in Mode:
        missing, advised = _unmet(mode, rights.user, wanted, held, target_schema)
        if mode is Mode.LOG_BASED:
            missing += _logging(log_settings, tables, logged)
        reads = mode is not Mode.TARGET
        is_possible = not missing and (bool(tables) or not reads)
        modes.append(ModeCheck(mode, is_possible, tuple(missing), tuple(advised)))
    database = _database(connection, rights, log_settings)
    return Report(rights.user, len(seen.tables), tuple(modes), database)


def _unseen(names: NameFilter, inventory: Inventory) -> Iterator[TableName]:
    """Yield the tables that the filter names without wildcards and the inventory does not have."""
    # A table that the inventory has but no grant opens, such as a broken view, is not asked for;
    # nor is a synonym, whose table is.
    seen = {(table.schema, table.name) for table in inventory.tables}
    for glob in names.tables:
        if glob.startswith(EXCLUSION):
            continue
        schema, _, table = glob.partition("." if "." in glob else "-")
        is_exact = bool(schema and table) and not set("*?") & set(glob)
        if is_exact and names.admits(schema, table) and (schema, table) not in seen:
            try:
                yield TableName(Identifier(schema), Identifier(table))
            except IdentifierError:
                continue


def _unmet(
    mode: Mode, user: str, wanted: Wanted, held: _Held, target_schema: str | None
) -> tuple[list[str], list[str]]:
    """Return the grants that a mode lacks, and the optional ones that would improve it."""
    missing: list[str] = []
    advised: list[str] = []
    for need in needs(mode, user, wanted, target_schema=target_schema):
        if not held.meets(need):
            (advised if need.is_optional else missing).append(f"{need.least.grant(user)};")
    return missing, advised


def _logging(
    settings: LogSettingsRow | None, tables: tuple[TableName, ...], logged: set[tuple[str, str]]
) -> list[str]:
    """Return the statements after which the tables can be mined; unknown settings count as off."""
    missing = []
    if settings is not None and settings.log_mode == "NOARCHIVELOG":
        missing.append(f"{ARCHIVE};")
    # IMPLICIT, where a key level of logging includes the minimal one, is enough.
    if settings is None or settings.minimal == _NO_LOGGING:
        missing.append(f"{LOG_DATABASE};")
    if settings is not None and settings.holds_keys:
        return missing
    missing += [
        f"{log_table(table)};"
        for table in tables
        if (table.schema.name, table.table.name) not in logged
    ]
    return missing


class _Held:
    """The privileges that the session has."""

    def __init__(
        self, connection: oracledb.Connection, rights: SessionRights, schemas: Iterable[str]
    ) -> None:
        self._rights = rights
        self._objects = {
            (row.privilege, row.owner, row.name)
            for row in dictionary.granted_objects(connection)
            if row.grantee in rights.grantees
        }
        self._schema_privileges: frozenset[tuple[str, str | None]] = rights.schema_privileges
        self._with_quota = users_with_quota(connection, rights, {rights.user, *schemas})

    def meets(self, need: Need) -> bool:
        """Return whether the session has one of the privileges that satisfy a need."""
        return any(self._has(privilege) for privilege in need.privileges)

    def _has(self, privilege: Privilege) -> bool:
        if privilege.name == QUOTA:
            owner = privilege.schema or self._rights.user
            # Only an administrator sees the quota of another user; it is not called missing then.
            is_known = owner == self._rights.user or self._rights.sees_dba_views
            return not is_known or owner in self._with_quota
        if privilege.directory is not None:
            # Directories belong to SYS, whoever created them (SQL Language Reference, "CREATE
            # DIRECTORY").
            return (privilege.name, "SYS", privilege.directory) in self._objects
        if privilege.on is None:
            where = (privilege.name, privilege.schema)
            return privilege.name in self._rights.granted or where in self._schema_privileges
        schema, name = privilege.on.schema.name, privilege.on.table.name
        if schema == "SYS" and name.startswith(_SYS_VIEW_PREFIX) and self._rights.sees_dba_views:
            return True
        # 23ai: GRANT SELECT ANY TABLE ON SCHEMA (SQL Language Reference, "GRANT").
        in_schema = (f"{privilege.name} ANY TABLE", schema) in self._schema_privileges
        return in_schema or (privilege.name, schema, name) in self._objects


def _database(
    connection: oracledb.Connection, rights: SessionRights, log_settings: LogSettingsRow | None
) -> DatabaseCheck:
    undo = _allowed(lambda: next(dictionary.undo_retention(connection), None))
    now = next(dictionary.clock(connection)).replace(tzinfo=dt.UTC)
    difference = (now - dt.datetime.now(dt.UTC)).total_seconds()
    return DatabaseCheck(
        character_set=rights.database.character_set,
        max_string_size=server.read_server(connection).max_string_size,
        log_mode=log_settings.log_mode if log_settings else None,
        supplemental_logging=log_settings.minimal if log_settings else None,
        undo_retention_seconds=int(undo) if undo else None,
        clock_difference_seconds=round(difference, 1) + 0.0,  # never -0.0
    )


def _allowed(ask: Callable[[], Answer | None]) -> Answer | None:
    """Return the answer, or None where the session lacks the privilege to ask."""
    try:
        return ask()
    except oracledb.DatabaseError as error:
        if describe(error).code in _HIDDEN:
            return None
        raise
