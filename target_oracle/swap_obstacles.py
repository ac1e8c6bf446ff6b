"""Why a table cannot be replaced by another one: asked before anything is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from target_oracle.foreign_keys import referring

if TYPE_CHECKING:
    import oracledb

    from oracle_core.identifiers import Identifier, TableName
    from oracle_core.server import Server

Strategy = Literal["rename", "exchange"]

_OWN_FOREIGN_KEYS = """
SELECT 'it has foreign key ' || F.CONSTRAINT_NAME FROM ALL_CONSTRAINTS F
 WHERE F.CONSTRAINT_TYPE = 'R' AND F.OWNER = :1 AND F.TABLE_NAME = :2
"""
_LOGS = """
SELECT 'it has materialized view log ' || L.LOG_TABLE FROM ALL_MVIEW_LOGS L
 WHERE L.LOG_OWNER = :1 AND L.MASTER = :2
"""
_KIND = """
SELECT PARTITIONED, TEMPORARY, IOT_TYPE, CLUSTER_NAME FROM ALL_TABLES
 WHERE OWNER = :1 AND TABLE_NAME = :2
"""
_OTHER_KINDS = """
SELECT 'it is an external table' FROM ALL_EXTERNAL_TABLES WHERE OWNER = :1 AND TABLE_NAME = :2
UNION ALL
SELECT 'it is a materialized view' FROM ALL_MVIEWS WHERE OWNER = :3 AND CONTAINER_NAME = :4
"""
# Only columns that a user made: the hidden ones of indexes are made again with these.
_COLUMNS = """
SELECT 'column ' || COLUMN_NAME || ' is virtual, invisible or an identity' FROM ALL_TAB_COLS
 WHERE OWNER = :1 AND TABLE_NAME = :2 AND USER_GENERATED = 'YES'
   AND (VIRTUAL_COLUMN = 'YES' OR HIDDEN_COLUMN = 'YES' OR IDENTITY_COLUMN = 'YES')
UNION ALL
SELECT 'index ' || INDEX_NAME || ' is of type ' || INDEX_TYPE FROM ALL_INDEXES
 WHERE TABLE_OWNER = :3 AND TABLE_NAME = :4 AND INDEX_TYPE NOT IN
       ('NORMAL', 'BITMAP', 'FUNCTION-BASED NORMAL', 'FUNCTION-BASED BITMAP', 'LOB')
"""
# These belong to the old table, which a rename drops; an exchange keeps the table.
_ATTACHED = """
SELECT 'it has trigger ' || TRIGGER_NAME FROM ALL_TRIGGERS
 WHERE TABLE_OWNER = :1 AND TABLE_NAME = :2
UNION ALL
SELECT 'it has row-level security policy ' || POLICY_NAME FROM ALL_POLICIES
 WHERE OBJECT_OWNER = :3 AND OBJECT_NAME = :4
UNION ALL
SELECT 'it has supplemental log group ' || LOG_GROUP_NAME FROM ALL_LOG_GROUPS
 WHERE OWNER = :5 AND TABLE_NAME = :6
"""
# An exchange makes global indexes unusable (VLDB and Partitioning Guide, "Maintenance of Global
# Partitioned Indexes").
_GLOBAL_INDEXES = """
SELECT 'index ' || INDEX_NAME || ' is not local' FROM ALL_INDEXES
 WHERE TABLE_OWNER = :1 AND TABLE_NAME = :2 AND PARTITIONED = 'NO' AND INDEX_TYPE <> 'LOB'
"""
_PARTITIONED_INDEXES = """
SELECT OWNER, INDEX_NAME FROM ALL_INDEXES
 WHERE TABLE_OWNER = :1 AND TABLE_NAME = :2 AND PARTITIONED = 'YES' AND INDEX_TYPE <> 'LOB'
"""
# Its TABLE_NAME has no owner, so that each index is asked for by its own name.
_LOCALITY = "SELECT LOCALITY FROM ALL_PART_INDEXES WHERE OWNER = :1 AND INDEX_NAME = :2"
# SEARCH_CONDITION_VC is cut off at 4,000 bytes (Database Reference, "ALL_CONSTRAINTS"), which may
# fall within a character of up to four.
_LONG_CHECKS = """
SELECT 'the condition of check constraint ' || CONSTRAINT_NAME || ' is too long to be copied'
  FROM ALL_CONSTRAINTS
 WHERE OWNER = :1 AND TABLE_NAME = :2 AND CONSTRAINT_TYPE = 'C'
   AND LENGTHB(SEARCH_CONDITION_VC) >= 3997
"""
_PARTITIONS = """
SELECT PARTITION_COUNT, SUBPARTITIONING_TYPE FROM ALL_PART_TABLES
 WHERE OWNER = :1 AND TABLE_NAME = :2
"""
_FOR_ALL = (_OWN_FOREIGN_KEYS, _LOGS, _OTHER_KINDS, _COLUMNS, _LONG_CHECKS)
_FURTHER = {"rename": (_ATTACHED,), "exchange": (_GLOBAL_INDEXES,)}

_OTHER_SCHEMA_RIGHTS = (
    "CREATE ANY TABLE",
    "ALTER ANY TABLE",
    "DROP ANY TABLE",
    "SELECT ANY TABLE",
    "INSERT ANY TABLE",
    "CREATE ANY INDEX",
)


def obstacle(connection: oracledb.Connection, table: TableName, strategy: Strategy) -> str | None:
    """Return why a strategy cannot replace a table, None where it can or there is no table.

    Raises:
        oracledb.Error: If the dictionary cannot be read.
    """
    binds = [table.schema.name, table.table.name]
    foreign_keys = referring(connection, table)
    if foreign_keys:
        return f"foreign key {foreign_keys[0].owner}.{foreign_keys[0].name} refers to it"
    with connection.cursor() as cursor:
        row = cursor.execute(_KIND, binds).fetchone()
        if row is None:
            return None
        kind = _unsuitable_kind(cursor, row, binds, strategy)
        if kind is not None:
            return kind
        for query in (*_FOR_ALL, *_FURTHER[strategy]):
            count = query.count(":")
            # Binds by position: every placeholder takes one.
            row = cursor.execute(query, (binds * count)[:count]).fetchone()
            if row is not None:
                return str(row[0])
        return _global_index(cursor, binds) if strategy == "exchange" else None


def _global_index(cursor: oracledb.Cursor, binds: list[str]) -> str | None:
    """Return the obstacle of an index whose partitions are not those of the table."""
    for owner, index in cursor.execute(_PARTITIONED_INDEXES, binds).fetchall():
        if cursor.execute(_LOCALITY, [owner, index]).fetchone() != ("LOCAL",):
            return f"index {index} is not local"
    return None


def _unsuitable_kind(
    cursor: oracledb.Cursor, row: tuple[Any, ...], binds: list[str], strategy: Strategy
) -> str | None:
    partitioned, temporary, iot_type, cluster = row
    if temporary == "Y" or iot_type or cluster:
        return "it is temporary, index-organized or in a cluster"
    if strategy == "rename":
        return "it is partitioned" if partitioned == "YES" else None
    parts = cursor.execute(_PARTITIONS, binds).fetchone()
    if parts is None or parts[0] != 1 or parts[1] != "NONE":
        return (
            "it was not made for it: it must have one partition and no subpartitions, as the "
            "target makes it"
        )
    return None


def missing_rights(
    connection: oracledb.Connection, schema: Identifier, own: Identifier, server: Server
) -> list[str]:
    """Return the privileges that a session lacks to make and drop tables in a schema.

    Raises:
        oracledb.Error: If the dictionary cannot be read.
    """
    with connection.cursor() as cursor:
        held = {name for (name,) in cursor.execute("SELECT PRIVILEGE FROM SESSION_PRIVS")}
        if schema == own:
            return [name for name in ("CREATE TABLE",) if name not in held]
        # Schema privileges came with 23ai and are not in SESSION_PRIVS.
        if server.release >= (23,):
            cursor.execute(
                "SELECT PRIVILEGE FROM SESSION_SCHEMA_PRIVS WHERE SCHEMA = :1", [schema.name]
            )
            held |= {name for (name,) in cursor}
    return [name for name in _OTHER_SCHEMA_RIGHTS if name not in held]
