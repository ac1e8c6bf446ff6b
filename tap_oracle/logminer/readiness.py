"""Whether a table's changes can be mined, and what to do where they cannot."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import oracledb

from catalog.grants import LOG_DATABASE, log_table
from oracle_core.errors import describe
from oracle_core.server import is_physical_standby, release_of
from tap_oracle.logminer.literals import unsupported_reason
from tap_oracle.logminer.position import NO_RIGHT
from tap_oracle.logminer.session import Place, container_of, refuses_to_mine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_core.server import Release
    from tap_oracle.catalog_entry import CatalogEntry

FIRST_WITH_LONG_NAMES = (23, 0)
NAME_BYTES_BEFORE_23 = 30
"""Longer names of tables and columns are not supported by LogMiner up to 21c (Database Utilities,
"Supported Databases and Redo Log File Versions")."""

FIRST_IN_CONTAINERS = (21, 0)
"""First release whose pluggable databases can all be mined from within."""

_LOGGING = """
SELECT d.supplemental_log_data_min, d.supplemental_log_data_pk, d.supplemental_log_data_all,
  d.log_mode, d.current_scn FROM v$database d
"""
# A pluggable database may have logging of its own, which V$DATABASE does not show; since 12.2.
_LOGGING_OF_CONTAINER = """
SELECT s.minimal, s.primary_key, s.all_column FROM dba_supplemental_logging s
"""
# A group that is not ALWAYS logs its columns only when one of them changes (Database Utilities,
# "Supplemental Logging").
_LOG_GROUPS = """
SELECT g.log_group_name, g.log_group_type FROM all_log_groups g
WHERE g.owner = :owner AND g.table_name = :table_name AND g.always = 'ALWAYS'
"""
# One statement per view: the optimizer often fails on joins of dictionary views.
_LOG_GROUP_COLUMNS = """
SELECT c.log_group_name, c.column_name FROM all_log_group_columns c
WHERE c.owner = :owner AND c.table_name = :table_name
"""
_WHOLE_KEYS = frozenset({"ALL COLUMN LOGGING", "PRIMARY KEY LOGGING"})


def reasons_against(
    mining: oracledb.Connection, session: oracledb.Connection, entry: CatalogEntry
) -> list[str]:
    """Return why a table cannot be mined, each with the way out; none where it can.

    Args:
        mining: The session that mines.
        session: A session where the table is.
        entry: The stream as the catalog describes it.
    """
    release = release_of(session)
    reasons = [*_of_types(entry), *_of_names(entry, release)]
    try:
        with closing(mining.cursor()) as cursor:
            ((minimal, keys, everything, mode, scn),) = cursor.execute(_LOGGING).fetchall()
    except oracledb.Error as error:
        return [*reasons, f"V$DATABASE cannot be read ({describe(error).code})"]
    if is_physical_standby(mining):
        reasons.append("a physical standby does not show what is open at the primary")
    if mode != "ARCHIVELOG":
        reasons.append("the database does not archive its redo logs (NOARCHIVELOG)")
    levels = {"YES"} & {keys, everything}
    # IMPLICIT is enough: a level of keys implies it (Database Reference, V$DATABASE).
    if minimal == "NO" or not levels:
        own_minimal, own_levels = _logging_of_container(session)
        minimal = own_minimal if minimal == "NO" else minimal
        levels |= own_levels
    if minimal == "NO":
        reasons.append(f"supplemental logging is off; run {LOG_DATABASE}")
    if not levels and not _logs_keys(session, entry):
        reasons.append(f"the redo does not hold the keys of rows; run {log_table(entry.table)}")
    if not reasons and _needs_root(mining, release, int(scn)):
        reasons.append("this release mines a pluggable database in the root; set common_user")
    return reasons


def _logging_of_container(session: oracledb.Connection) -> tuple[str, set[str]]:
    """Return whether a pluggable database has minimal logging, and which levels of keys are on."""
    if container_of(session)[0] is not Place.PLUGGABLE:
        return "NO", set()
    try:
        with closing(session.cursor()) as cursor:
            ((minimal, *levels),) = cursor.execute(_LOGGING_OF_CONTAINER).fetchall()
    except oracledb.DatabaseError as error:
        # Most users may not read it, and then what V$DATABASE says has to do.
        if describe(error).code not in NO_RIGHT:
            raise
        return "NO", set()
    return minimal, {"YES"} & set(levels)


def _needs_root(mining: oracledb.Connection, release: Release, scn: int) -> bool:
    if release >= FIRST_IN_CONTAINERS or container_of(mining)[0] is not Place.PLUGGABLE:
        return False
    # Tried, because updates of 19c mine pluggable databases from within too.
    return refuses_to_mine(mining, scn)


def _of_types(entry: CatalogEntry) -> Iterator[str]:
    for name, column_type in entry.types.items():
        reason = unsupported_reason(column_type)
        if reason is not None:
            yield f"column {name}: {reason}"
    # Selected or not: LogMiner ignores the whole table (Database Utilities, "Using LogMiner").
    for name in entry.unsupported_columns:
        yield f"column {name}: LogMiner leaves out tables with columns of its type"


def _of_names(entry: CatalogEntry, release: Release) -> Iterator[str]:
    names = [entry.table.schema.name, entry.table.table.name, *entry.schema["properties"]]
    longest = max(names, key=lambda name: len(name.encode()))
    if release < FIRST_WITH_LONG_NAMES and len(longest.encode()) > NAME_BYTES_BEFORE_23:
        yield f"the name {longest} is longer than the {NAME_BYTES_BEFORE_23} bytes of LogMiner"


def _logs_keys(session: oracledb.Connection, entry: CatalogEntry) -> bool:
    binds = {"owner": entry.table.schema.name, "table_name": entry.table.table.name}
    with closing(session.cursor()) as cursor:
        groups = dict(cursor.execute(_LOG_GROUPS, binds).fetchall())
        if _WHOLE_KEYS & set(groups.values()):
            return True
        columns = cursor.execute(_LOG_GROUP_COLUMNS, binds).fetchall()
    return {column for group, column in columns if group in groups} >= set(entry.key_properties)
