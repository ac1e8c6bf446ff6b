"""Keys, foreign keys and indexed columns of tables, from the data dictionary."""

from __future__ import annotations

import sys
from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING

from catalog.model import ForeignKey, Key, KeyKind
from oracle_core import dictionary

if TYPE_CHECKING:
    from collections.abc import Iterable

    import oracledb

    from oracle_core.dictionary import Scope
    from oracle_core.dictionary_rows import IndexColumnRow

_CONSTRAINTS = {"P": KeyKind.PRIMARY, "U": KeyKind.UNIQUE}
_USABLE_INDEX = frozenset({"VALID", "N/A"})
"""N/A is the status of a partitioned index (Database Reference, "ALL_INDEXES")."""

_TableKey = tuple[str, str]


def keys_of(
    connection: oracledb.Connection, scope: Scope, indexes: Iterable[IndexColumnRow]
) -> dict[_TableKey, list[Key]]:
    """Return what keeps rows unique: enforced and validated keys, and usable unique indexes."""
    constraints = (
        ((row.owner, row.table), row.constraint, _CONSTRAINTS[row.kind], row.column)
        for row in dictionary.keys(connection, scope)
        if row.is_enforced
    )
    unique_indexes = (
        ((row.owner, row.table), row.index, KeyKind.UNIQUE_INDEX, row.column)
        for row in indexes
        if row.is_unique and row.status in _USABLE_INDEX
    )
    keys: dict[_TableKey, list[Key]] = defaultdict(list)
    for (table, name, kind), columns in _grouped([*constraints, *unique_indexes]).items():
        keys[table].append(Key(name, kind, tuple(columns)))
    return keys


def _grouped(
    rows: Iterable[tuple[_TableKey, str, KeyKind, str]],
) -> dict[tuple[_TableKey, str, KeyKind], list[str]]:
    """Collect the columns of each key; the rows come in the order of the columns."""
    grouped: dict[tuple[_TableKey, str, KeyKind], list[str]] = defaultdict(list)
    for table, name, kind, column in rows:
        grouped[table, name, kind].append(sys.intern(column))
    return grouped


def indexed_columns_of(rows: Iterable[IndexColumnRow]) -> dict[_TableKey, list[str]]:
    """Return the columns that usable indexes start with, each once, in the order of the indexes."""
    found: dict[_TableKey, dict[str, None]] = defaultdict(dict)
    for row in rows:
        if row.position == 1 and row.status in _USABLE_INDEX:
            found[row.owner, row.table][sys.intern(row.column)] = None
    return {table: list(columns) for table, columns in found.items()}


def foreign_keys_of(
    connection: oracledb.Connection, scope: Scope
) -> dict[_TableKey, list[ForeignKey]]:
    """Return the foreign keys of tables, disabled ones too, by name."""
    found: dict[_TableKey, list[ForeignKey]] = defaultdict(list)
    rows = dictionary.foreign_keys(connection, scope)
    for (owner, table, name), group in groupby(
        rows, key=lambda row: (row.owner, row.table, row.constraint)
    ):
        columns = list(group)
        first = columns[0]
        found[owner, table].append(
            ForeignKey(
                name=name,
                columns=tuple(row.column for row in columns),
                referred_schema=first.referred_owner,
                referred_table=first.referred_table,
                referred_columns=tuple(row.referred_column for row in columns),
                is_enforced=first.status == "ENABLED" and first.validated == "VALIDATED",
            )
        )
    return found
