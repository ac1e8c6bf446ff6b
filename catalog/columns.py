"""The columns of tables and views, from the data dictionary."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from catalog.model import Column
from oracle_core import dictionary
from oracle_core.types import unsupported_reason

if TYPE_CHECKING:
    import oracledb

    from oracle_core.dictionary import Scope
    from oracle_core.dictionary_rows import ColumnRow

_TableKey = tuple[str, str]
_VECTOR = "VECTOR"


def columns_of(
    connection: oracledb.Connection,
    scope: Scope,
    tables: frozenset[tuple[str, str]],
    *,
    details: bool,
) -> dict[tuple[str, str], list[Column]]:
    """Return the columns of tables in their order, without those that nobody declared.

    Args:
        connection: an open session.
        scope: which schemas and tables.
        tables: schema and name of the tables that are meant.
        details: whether it is asked which kind an identity column has.
    """
    comments = {
        (row.owner, row.table, row.column): row.comment
        for row in dictionary.column_comments(connection, scope)
    }
    identities: dict[tuple[str, str, str], str] = {}
    if details:
        identities = {
            (row.owner, row.table, row.column): row.generation
            for row in dictionary.identity_columns(connection, scope)
        }
    found: dict[_TableKey, list[Column]] = defaultdict(list)
    for row in dictionary.columns(connection, scope):
        key = (row.owner, row.table)
        if key in tables and not (row.is_hidden and row.is_system_made):
            place = (*key, row.name)
            identity = identities.get(place, "YES") if row.is_identity else None
            found[key].append(_column(row, comments.get(place), identity))
    if any(column.type.kind == _VECTOR for columns in found.values() for column in columns):
        _add_vector_shapes(found, connection, scope)
    return found


def _add_vector_shapes(
    found: dict[_TableKey, list[Column]], connection: oracledb.Connection, scope: Scope
) -> None:
    """Give VECTOR columns their dimensions and format, which other databases cannot be asked."""
    types = {
        (row.owner, row.table, row.column): row.type
        for row in dictionary.vector_columns_23(connection, scope)
    }
    for key, columns in found.items():
        found[key] = [
            replace(column, type=types.get((*key, column.name), column.type))
            if column.type.kind == _VECTOR
            else column
            for column in columns
        ]


def _column(row: ColumnRow, comment: str | None, identity: str | None) -> Column:
    oracle_type = row.type
    return Column(
        name=row.name,
        type=oracle_type,
        nullable=row.is_nullable,
        comment=comment,
        unsupported=_unreadable_name(row.name) or unsupported_reason(oracle_type),
        identity=identity,
        is_virtual=row.is_virtual,
        is_invisible=row.is_hidden,
        is_default_on_null=row.default_on_null == "YES",
    )


def _unreadable_name(name: str) -> str | None:
    """Say why no statement can name the column, if none can."""
    return "its name holds a character that cannot be quoted" if '"' in name else None
