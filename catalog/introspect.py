"""From the data dictionary to the model, in a number of statements that no schema changes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from catalog.model import Column, Key, KeyKind, Schema, Table, TableKind
from catalog.names import NameFilter
from oracle_core import dictionary
from oracle_core.types import unsupported_reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    import oracledb

    from oracle_core.dictionary import Scope
    from oracle_core.dictionary_rows import ColumnRow

TableKey = tuple[str, str]
"""Schema and table."""

_CONSTRAINTS = {"P": KeyKind.PRIMARY, "U": KeyKind.UNIQUE}
_USABLE_INDEX = frozenset({"VALID", "N/A"})
"""N/A is the status of a partitioned index (Database Reference, "ALL_INDEXES")."""


def introspect(
    connection: oracledb.Connection,
    names: NameFilter | None = None,
    *,
    include_views: bool = True,
) -> tuple[Schema, ...]:
    """Read tables and views with their columns, keys and comments.

    Eight statements, seven without views. Oracle's own schemas, the recycle bin, nested-table
    storage and global temporary tables, whose rows no other session sees, are left out.

    Args:
        connection: an open session; it sees what its user may read.
        names: which schemas and tables are meant; all by default.
        include_views: whether views are read too.

    Returns:
        Schemas that hold something, by name, their tables by name.
    """
    wanted = names or NameFilter()
    scope = dictionary.Scope(owners=wanted.exact_schemas or ())
    kinds, row_counts = _tables(connection, scope)
    if include_views:
        for view in dictionary.views(connection, scope):
            kinds[view.owner, view.name] = TableKind.VIEW
    chosen = sorted(key for key in kinds if wanted.admits(*key))
    comments = {
        (row.owner, row.table): row.comment for row in dictionary.table_comments(connection, scope)
    }
    columns = _columns(connection, scope, frozenset(chosen))
    keys = _keys(connection, scope)
    schemas: dict[str, list[Table]] = defaultdict(list)
    for schema, name in chosen:
        table = Table(
            schema=schema,
            name=name,
            kind=kinds[schema, name],
            columns=tuple(columns.get((schema, name), ())),
            keys=tuple(keys.get((schema, name), ())),
            comment=comments.get((schema, name)),
            row_count=row_counts.get((schema, name)),
        )
        schemas[schema].append(table)
    return tuple(Schema(name, tuple(tables)) for name, tables in schemas.items())


def _tables(
    connection: oracledb.Connection, scope: Scope
) -> tuple[dict[TableKey, TableKind], dict[TableKey, int]]:
    """Return what the tables are and how many rows the last analysis counted."""
    kinds: dict[TableKey, TableKind] = {}
    row_counts: dict[TableKey, int] = {}
    for table in dictionary.tables(connection, scope):
        if table.is_temporary:
            continue
        kinds[table.owner, table.name] = TableKind.TABLE
        if table.num_rows is not None:
            row_counts[table.owner, table.name] = int(table.num_rows)
    for view in dictionary.materialized_views(connection, scope):
        if (view.owner, view.container_name) in kinds:
            kinds[view.owner, view.container_name] = TableKind.MATERIALIZED_VIEW
    return kinds, row_counts


def _columns(
    connection: oracledb.Connection, scope: Scope, tables: frozenset[TableKey]
) -> dict[TableKey, list[Column]]:
    """Return the columns of tables in their order, without those that nobody declared."""
    comments = {
        (row.owner, row.table, row.column): row.comment
        for row in dictionary.column_comments(connection, scope)
    }
    found: dict[TableKey, list[Column]] = defaultdict(list)
    for row in dictionary.columns(connection, scope):
        key = (row.owner, row.table)
        if key in tables and not (row.is_hidden and row.is_system_made):
            found[key].append(_column(row, comments.get((*key, row.name))))
    return found


def _column(row: ColumnRow, comment: str | None) -> Column:
    oracle_type = row.type
    return Column(
        name=row.name,
        type=oracle_type,
        nullable=row.is_nullable,
        comment=comment,
        unsupported=_unreadable_name(row.name) or unsupported_reason(oracle_type),
    )


def _unreadable_name(name: str) -> str | None:
    """Say why no statement can name the column, if none can."""
    return "its name holds a character that cannot be quoted" if '"' in name else None


def _keys(connection: oracledb.Connection, scope: Scope) -> dict[TableKey, list[Key]]:
    """Return what keeps rows unique: enforced and validated keys, and usable unique indexes."""
    constraints = (
        ((row.owner, row.table), row.constraint, _CONSTRAINTS[row.kind], row.column)
        for row in dictionary.keys(connection, scope)
        if row.is_enforced
    )
    indexes = (
        ((row.owner, row.table), row.index, KeyKind.UNIQUE_INDEX, row.column)
        for row in dictionary.unique_index_columns(connection, scope)
        if row.status in _USABLE_INDEX
    )
    keys: dict[TableKey, list[Key]] = defaultdict(list)
    for (table, name, kind), columns in _grouped([*constraints, *indexes]).items():
        keys[table].append(Key(name, kind, tuple(columns)))
    return keys


def _grouped(
    rows: Iterable[tuple[TableKey, str, KeyKind, str]],
) -> dict[tuple[TableKey, str, KeyKind], list[str]]:
    """Collect the columns of each key; the rows come in the order of the columns."""
    grouped: dict[tuple[TableKey, str, KeyKind], list[str]] = defaultdict(list)
    for table, name, kind, column in rows:
        grouped[table, name, kind].append(column)
    return grouped
