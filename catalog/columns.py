"""Columns of tables and views, from the data dictionary."""

from __future__ import annotations

import logging
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

_LOGGER = logging.getLogger(__name__)

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
    """Return the declared columns of tables in their order.

    A large dictionary has a million columns. Their comments are therefore released table by table,
    and a name that many tables use is kept once.

    Args:
        connection: An open session.
        scope: Scope of the statements.
        tables: Schema and name of the selected tables.
        details: Whether the kind of identity columns is read.
    """
    comments = _comments(connection, scope, tables)
    identities = _identities(connection, scope) if details else {}
    columns_by_table: dict[TableKey, tuple[Column, ...]] = {}
    # groupby relies on the ORDER BY of the statement.
    for table, rows in groupby(dictionary.columns(connection, scope), key=_TABLE_OF):
        if table in tables:
            remarks = comments.pop(table, {})
            columns_by_table[table] = tuple(
                _column(row, remarks.get(row.name), identities.get((*table, row.name)))
                for row in rows
                # Columns of function-based indexes, extended statistics and unused columns are left
                # out; an invisible column that a user declared stays.
                if not (row.is_hidden and row.is_system_made)
            )
    # DATA_TYPE of a vector lacks its parameters. The statement that has them needs 23ai, so that it
    # is sent only where there is a vector.
    vectors = {
        table: columns
        for table, columns in columns_by_table.items()
        if any(column.type.kind == _VECTOR for column in columns)
    }
    return columns_by_table | _with_shapes(vectors, connection, scope)


def _identities(connection: oracledb.Connection, scope: Scope) -> dict[tuple[str, str, str], str]:
    return {
        (row.owner, row.table, row.column): row.generation
        for row in dictionary.identity_columns(connection, scope)
    }


def _with_shapes(
    tables: dict[TableKey, tuple[Column, ...]], connection: oracledb.Connection, scope: Scope
) -> dict[TableKey, tuple[Column, ...]]:
    """Return tables with the dimensions and formats of their VECTOR columns."""
    if not tables:
        return tables
    types = dictionary.vector_types(connection, scope)
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
    """Return the comments by table and column; the server does not sort them."""
    comments: dict[TableKey, dict[str, str]] = defaultdict(dict)
    for owner, table, column, comment in dictionary.column_comments(connection, scope):
        if (owner, table) in tables:
            comments[owner, table][sys.intern(column)] = comment
    return comments


def _column(row: ColumnRow, comment: str | None, generation: str | None) -> Column:
    oracle_type = row.type
    return Column(
        name=sys.intern(row.name),
        type=oracle_type,
        nullable=row.is_nullable,
        comment=comment,
        unsupported=_unreadable_name(row.name) or unsupported_reason(oracle_type),
        # Without details the kind is not asked for: IDENTITY_COLUMN says YES alone.
        identity=(generation or "YES") if row.is_identity else None,
        is_virtual=row.is_virtual,
        is_invisible=row.is_hidden,
        is_default_on_null=row.default_on_null == "YES",
    )


def _unreadable_name(name: str) -> str | None:
    """Return the reason why no statement can name the column, or None."""
    # Double quotes have no escape (SQL Language Reference, "Database Object Names and Qualifiers").
    return "its name holds a character that cannot be quoted" if '"' in name else None
