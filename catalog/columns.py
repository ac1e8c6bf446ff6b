"""The columns of tables and views, from the data dictionary."""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from catalog.model import Column
from oracle_core import dictionary
from oracle_core.types import unsupported_reason

if TYPE_CHECKING:
    import oracledb

    from oracle_core.dictionary import Scope
    from oracle_core.dictionary_rows import ColumnRow

TableKey = tuple[str, str]
"""Schema and table."""

_TABLE_OF = attrgetter("owner", "table")
_VECTOR = "VECTOR"


def columns_of(
    connection: oracledb.Connection,
    scope: Scope,
    tables: frozenset[TableKey],
    *,
    details: bool,
) -> dict[TableKey, tuple[Column, ...]]:
    """Return the columns of tables in their order, without those that nobody declared.

    A large dictionary has a million columns: their comments are let go table by table, and a name
    that many tables use is kept once.

    Args:
        connection: an open session.
        scope: which schemas and tables.
        tables: schema and name of the tables that are meant.
        details: whether it is asked which kind an identity column has.
    """
    comments = _comments(connection, scope, tables)
    identities: dict[tuple[str, str, str], str] = {}
    if details:
        identities = {
            (row.owner, row.table, row.column): row.generation
            for row in dictionary.identity_columns(connection, scope)
        }
    found: dict[TableKey, tuple[Column, ...]] = {}
    for table, rows in groupby(dictionary.columns(connection, scope), key=_TABLE_OF):
        if table in tables:
            said = comments.pop(table, {})
            found[table] = tuple(
                _column(row, said.get(row.name), identities.get((*table, row.name)))
                for row in rows
                if not (row.is_hidden and row.is_system_made)
            )
    vectors = {
        table: columns
        for table, columns in found.items()
        if any(column.type.kind == _VECTOR for column in columns)
    }
    return found | _with_shapes(vectors, connection, scope) if vectors else found


def _with_shapes(
    tables: dict[TableKey, tuple[Column, ...]], connection: oracledb.Connection, scope: Scope
) -> dict[TableKey, tuple[Column, ...]]:
    """Give VECTOR columns their dimensions and format, which other databases cannot be asked."""
    types = {
        (row.owner, row.table, row.column): row.type
        for row in dictionary.vector_columns_23(connection, scope)
    }
    return {
        table: tuple(
            replace(column, type=types.get((*table, column.name), column.type))
            if column.type.kind == _VECTOR
            else column
            for column in columns
        )
        for table, columns in tables.items()
    }


def _comments(
    connection: oracledb.Connection, scope: Scope, tables: frozenset[TableKey]
) -> dict[TableKey, dict[str, str]]:
    """Return the comments by table and column; they come in no order, which costs no sorting."""
    found: dict[TableKey, dict[str, str]] = defaultdict(dict)
    for owner, table, column, comment in dictionary.column_comments(connection, scope):
        if (owner, table) in tables:
            found[owner, table][sys.intern(column)] = comment
    return found


def _column(row: ColumnRow, comment: str | None, generation: str | None) -> Column:
    oracle_type = row.type
    return Column(
        name=sys.intern(row.name),
        type=oracle_type,
        nullable=row.is_nullable,
        comment=comment,
        unsupported=_unreadable_name(row.name) or unsupported_reason(oracle_type),
        identity=(generation or "YES") if row.is_identity else None,
        is_virtual=row.is_virtual,
        is_invisible=row.is_hidden,
        is_default_on_null=row.default_on_null == "YES",
    )


def _unreadable_name(name: str) -> str | None:
    """Say why no statement can name the column, if none can."""
    return "its name holds a character that cannot be quoted" if '"' in name else None
