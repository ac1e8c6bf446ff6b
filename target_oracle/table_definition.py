"""Reads what a table is beyond its rows, so that another one can be made like it.

The table is in the schema of the session or in one where the session has ANY rights; what cannot
be copied is found by `obstacles`, before anything is touched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oracle_core import dictionary
from oracle_core.dictionary import Scope
from oracle_core.identifiers import Identifier

if TYPE_CHECKING:
    from collections.abc import Mapping

    import oracledb

    from oracle_core.identifiers import TableName
    from oracle_core.types import OracleType

_STORAGE = """
SELECT TABLESPACE_NAME, PCT_FREE, LOGGING, COMPRESSION, COMPRESS_FOR
  FROM ALL_TABLES WHERE OWNER = :1 AND TABLE_NAME = :2
"""
# DATA_DEFAULT is a LONG, which no condition takes; its length tells whether there is one.
_DEFAULTS = """
SELECT COLUMN_NAME, DEFAULT_ON_NULL, DATA_DEFAULT FROM ALL_TAB_COLS
 WHERE OWNER = :1 AND TABLE_NAME = :2 AND DEFAULT_LENGTH IS NOT NULL AND VIRTUAL_COLUMN = 'NO'
"""
# SEARCH_CONDITION is a LONG; SEARCH_CONDITION_VC holds it as VARCHAR2, where it is short enough
# (`swap_obstacles` refuses a table where it may not be).
_CONSTRAINTS = """
SELECT CONSTRAINT_NAME, CONSTRAINT_TYPE, GENERATED, STATUS, DEFERRABLE, DEFERRED, INDEX_NAME,
       SEARCH_CONDITION_VC
  FROM ALL_CONSTRAINTS
 WHERE OWNER = :1 AND TABLE_NAME = :2 AND CONSTRAINT_TYPE IN ('P', 'U', 'C')
 ORDER BY CONSTRAINT_TYPE, CONSTRAINT_NAME
"""
_CONSTRAINT_COLUMNS = """
SELECT CONSTRAINT_NAME, COLUMN_NAME FROM ALL_CONS_COLUMNS
 WHERE OWNER = :1 AND TABLE_NAME = :2 AND POSITION IS NOT NULL ORDER BY CONSTRAINT_NAME, POSITION
"""
_INDEXES = """
SELECT OWNER, INDEX_NAME, INDEX_TYPE, UNIQUENESS, TABLESPACE_NAME, PARTITIONED, VISIBILITY,
       GENERATED
  FROM ALL_INDEXES WHERE TABLE_OWNER = :1 AND TABLE_NAME = :2 AND INDEX_TYPE <> 'LOB'
 ORDER BY INDEX_NAME
"""
# A descending column is an expression too; its COLUMN_NAME is that of a hidden column.
_INDEX_COLUMNS = """
SELECT INDEX_NAME, COLUMN_POSITION, COLUMN_NAME, DESCEND FROM ALL_IND_COLUMNS
 WHERE TABLE_OWNER = :1 AND TABLE_NAME = :2 ORDER BY INDEX_NAME, COLUMN_POSITION
"""
_INDEX_EXPRESSIONS = """
SELECT INDEX_NAME, COLUMN_POSITION, COLUMN_EXPRESSION FROM ALL_IND_EXPRESSIONS
 WHERE TABLE_OWNER = :1 AND TABLE_NAME = :2
"""
_GRANTS = """
SELECT PRIVILEGE, GRANTEE, GRANTABLE, HIERARCHY FROM ALL_TAB_PRIVS
 WHERE TABLE_SCHEMA = :1 AND TABLE_NAME = :2 ORDER BY GRANTEE, PRIVILEGE
"""
_COLUMN_GRANTS = """
SELECT PRIVILEGE, GRANTEE, GRANTABLE, COLUMN_NAME FROM ALL_COL_PRIVS
 WHERE TABLE_SCHEMA = :1 AND TABLE_NAME = :2 ORDER BY GRANTEE, PRIVILEGE, COLUMN_NAME
"""

_NOT_NULL = re.compile(r'\s*"[^"]+"\s+IS\s+NOT\s+NULL\s*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """A column; `default` is the text of its DEFAULT."""

    name: Identifier
    type: OracleType
    is_nullable: bool
    default: str | None = None
    default_on_null: bool = False


@dataclass(frozen=True, slots=True)
class ConstraintFacts:
    """A primary (P) or unique (U) key, or a check (C) with its condition.

    `name` is None for one that Oracle named, `index` for a key whose index Oracle named.
    """

    kind: str
    name: Identifier | None
    columns: tuple[Identifier, ...]
    condition: str | None
    index: Identifier | None
    ending: str


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """An index that somebody named; `parts` are the SQL of its columns and expressions."""

    name: Identifier
    kind: str
    parts: tuple[str, ...]
    tablespace: str | None
    is_local: bool
    is_visible: bool


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """A table without its rows."""

    columns: tuple[ColumnFacts, ...]
    storage: str
    constraints: tuple[ConstraintFacts, ...]
    indexes: tuple[IndexFacts, ...]
    grants: tuple[tuple[str, str], ...]
    """What is granted, and to whom with which options."""


def read_definition(connection: oracledb.Connection, table: TableName) -> TableDefinition:
    """Return the definition of a table that has no obstacle.

    Raises:
        oracledb.Error: If the dictionary cannot be read.
    """
    rows = _Rows(connection, table)
    indexes = rows.of(_INDEXES)
    named = {name for _, name, *_, generated in indexes if generated != "Y"}
    return TableDefinition(
        _columns(connection, table, rows),
        _storage(rows.of(_STORAGE)[0]),
        _constraints(rows, named),
        _indexes(rows, indexes),
        _grants(rows),
    )


class _Rows:
    """Rows of the dictionary about one table."""

    def __init__(self, connection: oracledb.Connection, table: TableName) -> None:
        self._connection = connection
        self._binds = [table.schema.name, table.table.name]

    def of(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query bound by owner and name."""
        with self._connection.cursor() as cursor:
            cursor.execute(query, self._binds)
            return list(cursor)


def _columns(
    connection: oracledb.Connection, table: TableName, rows: _Rows
) -> tuple[ColumnFacts, ...]:
    defaults = {name: (on_null == "YES", text) for name, on_null, text in rows.of(_DEFAULTS)}
    scope = Scope((table.schema.name,), table_names=(table.table.name,))
    columns = [row for row in dictionary.columns(connection, scope) if not row.is_system_made]
    shapes: Mapping[tuple[str, str, str], OracleType] = {}
    if any(row.data_type == "VECTOR" for row in columns):
        shapes = dictionary.vector_types(connection, scope)
    return tuple(
        ColumnFacts(
            Identifier(row.name),
            shapes.get((row.owner, row.table, row.name), row.type),
            row.is_nullable,
            (defaults[row.name][1] or "").strip() or None if row.name in defaults else None,
            defaults.get(row.name, (False, ""))[0],
        )
        for row in columns
    )


def _storage(row: tuple[Any, ...]) -> str:
    tablespace, free, logging, compression, compress_for = row
    parts = [f'TABLESPACE "{tablespace}"'] if tablespace else []
    if free is not None:
        parts.append(f"PCTFREE {free}")
    if logging == "NO":
        parts.append("NOLOGGING")
    if compression == "ENABLED" and compress_for in ("BASIC", "ADVANCED"):
        parts.append(f"ROW STORE COMPRESS {compress_for}")
    elif compression == "ENABLED" and compress_for:
        parts.append(f"COLUMN STORE COMPRESS FOR {compress_for}")
    return " ".join(parts)


def _constraints(rows: _Rows, named_indexes: set[str]) -> tuple[ConstraintFacts, ...]:
    columns: dict[str, list[Identifier]] = {}
    for constraint, column in rows.of(_CONSTRAINT_COLUMNS):
        columns.setdefault(constraint, []).append(Identifier(column))
    constraints = []
    for name, kind, generated, status, deferrable, deferred, index, condition in rows.of(
        _CONSTRAINTS
    ):
        if kind == "C" and (condition is None or _NOT_NULL.fullmatch(condition)):
            continue  # part of the column
        ending = ""
        if deferrable == "DEFERRABLE":
            ending += f" DEFERRABLE INITIALLY {deferred}"
        if status == "DISABLED":
            ending += " DISABLE"
        constraints.append(
            ConstraintFacts(
                kind,
                None if generated == "GENERATED NAME" else Identifier(name),
                tuple(columns.get(name, ())),
                condition,
                Identifier(index) if index in named_indexes else None,
                ending,
            )
        )
    return tuple(constraints)


def _indexes(rows: _Rows, indexes: list[tuple[Any, ...]]) -> tuple[IndexFacts, ...]:
    expressions = {(name, place): text for name, place, text in rows.of(_INDEX_EXPRESSIONS)}
    parts: dict[str, dict[int, str]] = {}
    for name, place, column, descend in rows.of(_INDEX_COLUMNS):
        sql = str(expressions.get((name, place), f'"{column}"')).strip()
        parts.setdefault(name, {})[place] = sql + (" DESC" if descend == "DESC" else "")
    return tuple(
        IndexFacts(
            Identifier(name),
            "BITMAP " if "BITMAP" in kind else "UNIQUE " if unique == "UNIQUE" else "",
            tuple(text for _, text in sorted(parts[name].items())),
            tablespace,
            partitioned == "YES",
            visibility != "INVISIBLE",
        )
        for _, name, kind, unique, tablespace, partitioned, visibility, generated in indexes
        if generated != "Y"
    )


def _grants(rows: _Rows) -> tuple[tuple[str, str], ...]:
    grants = []
    for privilege, grantee, grantable, hierarchy in rows.of(_GRANTS):
        ending = " WITH HIERARCHY OPTION" if hierarchy == "YES" else ""
        ending += " WITH GRANT OPTION" if grantable == "YES" else ""
        grants.append((privilege, _grantee(grantee) + ending))
    for privilege, grantee, grantable, column in rows.of(_COLUMN_GRANTS):
        ending = " WITH GRANT OPTION" if grantable == "YES" else ""
        grants.append((f'{privilege} ("{column}")', _grantee(grantee) + ending))
    return tuple(grants)


def _grantee(name: str) -> str:
    # PUBLIC is a keyword; in quotes it would be the name of a user.
    return name if name == "PUBLIC" else f'"{name}"'
