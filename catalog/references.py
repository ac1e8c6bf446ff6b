"""Foreign keys, read in one statement."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_core.dictionary import ARRAY_SIZE_ROWS, Scope, statement_text
from oracle_core.dictionary_statements import Statement

if TYPE_CHECKING:
    import oracledb

FOREIGN_KEYS = Statement(
    "SELECT k.owner, k.table_name, k.constraint_name, k.status, n.column_name, r.owner,"
    " r.table_name, m.column_name"
    " FROM all_constraints k"
    " JOIN all_cons_columns n ON n.owner = k.owner AND n.constraint_name = k.constraint_name"
    " AND n.table_name = k.table_name"
    " JOIN all_constraints r ON r.owner = k.r_owner AND r.constraint_name = k.r_constraint_name"
    " JOIN all_cons_columns m ON m.owner = r.owner AND m.constraint_name = r.constraint_name"
    " AND m.table_name = r.table_name AND m.position = n.position"
    " WHERE {scope} AND k.constraint_type = 'R' AND k.table_name NOT LIKE 'BIN$%'"
    " ORDER BY k.owner, k.table_name, k.constraint_name, n.position",
    "k.owner",
    "k.table_name",
)


@dataclass(frozen=True, slots=True)
class Reference:
    """One foreign key; `columns` and `parent_columns` belong together by place."""

    schema: str
    table: str
    name: str
    columns: tuple[str, ...]
    parent_schema: str
    parent_table: str
    parent_columns: tuple[str, ...]


def references(
    connection: oracledb.Connection, scope: Scope | None = None
) -> tuple[Reference, ...]:
    """Read the enabled foreign keys, by schema, table and name."""
    sql, binds = statement_text(FOREIGN_KEYS, scope or Scope())
    pairs: dict[tuple[str, str, str, str, str], list[tuple[str, str]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.arraysize = ARRAY_SIZE_ROWS
        for owner, table, name, status, column, *parent in cursor.execute(sql, binds):
            if status == "ENABLED":
                pairs[owner, table, name, parent[0], parent[1]].append((column, parent[2]))
    return tuple(
        Reference(
            schema,
            table,
            name,
            tuple(column for column, _ in columns),
            parent_schema,
            parent_table,
            tuple(column for _, column in columns),
        )
        for (schema, table, name, parent_schema, parent_table), columns in pairs.items()
    )
