"""Keys, foreign keys and indexed columns of tables, joined from rows of the data dictionary."""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from catalog.model import ForeignKey, Key, KeyKind
from oracle_core import dictionary
from oracle_core.dictionary import MAX_IN_LIST, UNIQUE_KINDS, Family, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import oracledb

    from oracle_core.dictionary_rows import ConstraintColumnRow, ConstraintRow, IndexRow

_CONSTRAINTS = {"P": KeyKind.PRIMARY, "U": KeyKind.UNIQUE}
_USABLE_INDEX = frozenset({"VALID", "N/A"})
"""N/A is the status of a partitioned index (Database Reference, "ALL_INDEXES")."""

_TableKey = tuple[str, str]
_Name = tuple[str, str]
"""Schema and name of a constraint."""


class TableKeys:
    """Keys, foreign keys and indexed columns, by table.

    The dictionary gives constraints, indexes and their columns each in one statement; here they
    are joined by name.
    """

    def __init__(
        self, connection: oracledb.Connection, scope: Scope, tables: frozenset[_TableKey]
    ) -> None:
        """Read the rows of the tables.

        Args:
            connection: An open session.
            scope: Scope of the statements.
            tables: Schema and name of the tables.
        """
        self._connection = connection
        self._scope = scope
        constraints = [
            row
            for row in dictionary.constraints(connection, scope)
            if (row.owner, row.table) in tables
        ]
        # Not only of the tables: a foreign key may refer to one outside of the filter that is in
        # the scope.
        self._columns = _columns_by_constraint(dictionary.constraint_columns(connection, scope))
        self._unique = [row for row in constraints if row.kind in UNIQUE_KINDS and row.is_enforced]
        self._references = [row for row in constraints if row.kind not in UNIQUE_KINDS]
        self._indexes = _indexes(connection, scope, tables)

    def keys(self) -> dict[_TableKey, list[Key]]:
        """Return enforced constraints and usable unique indexes: what keeps rows unique."""
        keys: dict[_TableKey, list[Key]] = defaultdict(list)
        for row in sorted(self._unique, key=lambda row: row.constraint):
            if constrained := self._columns_of(row):
                key = Key(row.constraint, _CONSTRAINTS[row.kind], constrained)
                keys[row.owner, row.table].append(key)
        for index, columns in self._indexes:
            if index.is_unique and columns:
                keys[index.owner, index.table].append(
                    Key(index.index_name, KeyKind.UNIQUE_INDEX, tuple(columns))
                )
        return keys

    def _columns_of(self, row: ConstraintRow) -> tuple[str, ...]:
        # None where the constraint was dropped between the two statements: each of them sees the
        # dictionary of its own moment.
        _, columns = self._columns.get((row.owner, row.constraint), (None, ()))
        return tuple(columns)

    def indexed_columns(self) -> dict[_TableKey, list[str]]:
        """Return the columns that usable indexes start with, each once, by name of the index."""
        first: dict[_TableKey, dict[str, None]] = defaultdict(dict)
        # An index serves a range of values and their order only on the column that it starts with.
        for index, columns in self._indexes:
            if columns:
                first[index.owner, index.table][columns[0]] = None
        return {table: list(columns) for table, columns in first.items()}

    def foreign_keys(self) -> dict[_TableKey, list[ForeignKey]]:
        """Return the foreign keys, disabled ones too, by name.

        At most one more statement is sent, for keys that are referred to outside of the scope.
        """
        referred = self._columns | _columns_by_constraint(self._referred_columns())
        keys: dict[_TableKey, list[ForeignKey]] = defaultdict(list)
        for row in sorted(self._references, key=lambda row: row.constraint):
            name, columns = _referred(row), self._columns_of(row)
            if name in referred and columns:
                (schema, table), referred_columns = referred[name]
                keys[row.owner, row.table].append(
                    ForeignKey(
                        name=row.constraint,
                        columns=columns,
                        referred_schema=schema,
                        referred_table=table,
                        referred_columns=tuple(referred_columns),
                        is_enforced=row.is_enforced,
                    )
                )
        return keys

    def _referred_columns(self) -> Iterable[ConstraintColumnRow]:
        """Return the columns of keys that foreign keys refer to outside of the scope."""
        missing = {_referred(row) for row in self._references} - self._columns.keys()
        if not missing:
            return ()
        owners = tuple(sorted({owner for owner, _ in missing}))
        names = tuple(sorted({name for _, name in missing}))
        # USER_* views end at the own schema; a foreign key may refer to another one.
        family = Family.ALL if self._scope.family is Family.USER else self._scope.family
        if len(names) > MAX_IN_LIST:
            # The names narrow the scan only while one IN list can hold them (ORA-01795).
            names = ()
        scope = replace(Scope(owners, family=family), table_names=names)
        return dictionary.referred_columns(self._connection, scope)


def _referred(row: ConstraintRow) -> _Name:
    return row.referred_owner or "", row.referred_constraint or ""


def _columns_by_constraint(
    rows: Iterable[ConstraintColumnRow],
) -> dict[_Name, tuple[_TableKey, list[str]]]:
    """Return table and columns of each constraint, the columns in the order of the constraint."""
    positioned: dict[_Name, tuple[_TableKey, list[tuple[int, str]]]] = {}
    for owner, table, constraint, column, position in rows:
        entry = positioned.setdefault((owner, constraint), ((owner, table), []))
        entry[1].append((position, sys.intern(column)))
    return {
        name: (table, [column for _, column in sorted(columns)])
        for name, (table, columns) in positioned.items()
    }


def _indexes(
    connection: oracledb.Connection, scope: Scope, tables: frozenset[_TableKey]
) -> list[tuple[IndexRow, list[str]]]:
    """Return usable indexes with their columns in order, by name of the index."""
    # The owner of the index is part of its name: another schema may index a table (Database
    # Reference, "ALL_INDEXES").
    usable = {
        (row.table, row.index_owner, row.index_name): row
        for row in dictionary.indexes(connection, scope)
        if row.status in _USABLE_INDEX and (row.owner, row.table) in tables
    }
    positioned: Mapping[tuple[str, str, str], list[tuple[int, str]]] = {key: [] for key in usable}
    for row in dictionary.index_columns(connection, scope):
        columns = positioned.get((row.table, row.index_owner, row.index_name))
        if columns is not None:
            columns.append((row.position, sys.intern(row.column)))
    # The server gives them in no order; equal schemas shall have equal catalogs.
    by_name = sorted(usable, key=lambda key: key[2])
    return [(usable[key], [column for _, column in sorted(positioned[key])]) for key in by_name]
