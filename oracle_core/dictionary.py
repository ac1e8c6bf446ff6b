"""Every data dictionary statement, set-based: one for each question, whatever the number of tables.

All read `ALL_*` views, which show what the session may see and need no privilege of their own, and
only columns that Oracle 12.2 has. Names are bound, never written into the text. LONG columns of
the dictionary are left out, because each costs a round trip a row.

Source: Database Reference, "Static Data Dictionary Views".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_core.dictionary_rows import (
    ColumnCommentRow,
    ColumnRow,
    IdentityRow,
    KeyColumnRow,
    MaterializedViewRow,
    ObjectRow,
    TableCommentRow,
    TableRow,
    UniqueIndexColumnRow,
    UserRow,
    ViewRow,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    import oracledb

    Row = TypeVar("Row")

ARRAY_SIZE_ROWS = 5_000
MAX_IN_LIST = 1_000
"""Expressions that one IN list takes (ORA-01795)."""

NO_PRIVILEGE = "none: the view shows what the user may see"


@dataclass(frozen=True, slots=True)
class Statement:
    """One question to the dictionary.

    `sql` holds `{scope}` where the condition on owner and name goes; `owner` and `name` are the
    columns that it is put on, `name` None where only the owner counts.
    """

    sql: str
    owner: str
    name: str | None = None
    privilege: str = NO_PRIVILEGE


@dataclass(frozen=True, slots=True)
class Scope:
    r"""Which schemas and tables a question is about.

    Attributes:
        owners: exact names of schemas; empty for every schema that is not Oracle's own.
        name_patterns: LIKE patterns of table names, `\` before a `%` or `_` that stands for
            itself; empty for all.
    """

    owners: tuple[str, ...] = ()
    name_patterns: tuple[str, ...] = ()


_NOT_ORACLES_OWN = "(SELECT u.username FROM all_users u WHERE u.oracle_maintained = 'N')"

STATEMENTS: dict[str, Statement] = {
    "users": Statement(
        "SELECT u.username FROM all_users u WHERE u.oracle_maintained = 'N'"
        " AND {scope} ORDER BY u.username",
        "u.username",
    ),
    "tables": Statement(
        "SELECT t.owner, t.table_name, t.num_rows, t.partitioned, t.temporary, t.iot_type"
        " FROM all_tables t WHERE {scope} AND t.nested = 'NO' AND t.secondary = 'N'"
        " AND t.dropped = 'NO' AND (t.iot_type IS NULL OR t.iot_type = 'IOT')"
        " AND t.table_name NOT LIKE 'BIN$%' ORDER BY t.owner, t.table_name",
        "t.owner",
        "t.table_name",
    ),
    "views": Statement(
        "SELECT v.owner, v.view_name FROM all_views v WHERE {scope} ORDER BY v.owner, v.view_name",
        "v.owner",
        "v.view_name",
    ),
    "materialized_views": Statement(
        "SELECT m.owner, m.mview_name, m.container_name FROM all_mviews m WHERE {scope}"
        " ORDER BY m.owner, m.mview_name",
        "m.owner",
        "m.mview_name",
    ),
    "columns": Statement(
        "SELECT c.owner, c.table_name, c.column_name, c.data_type, c.data_type_owner,"
        " c.data_length, c.data_precision, c.data_scale, c.char_length, c.char_used, c.nullable,"
        " c.column_id, c.hidden_column, c.virtual_column, c.user_generated, c.identity_column"
        " FROM all_tab_cols c WHERE {scope} AND c.table_name NOT LIKE 'BIN$%'"
        " ORDER BY c.owner, c.table_name, c.column_id, c.internal_column_id",
        "c.owner",
        "c.table_name",
    ),
    "keys": Statement(
        "SELECT k.owner, k.table_name, k.constraint_name, k.constraint_type, k.status,"
        " k.validated, n.column_name, n.position FROM all_constraints k JOIN all_cons_columns n"
        " ON n.owner = k.owner AND n.constraint_name = k.constraint_name"
        " AND n.table_name = k.table_name WHERE {scope} AND k.constraint_type IN ('P', 'U')"
        " AND k.table_name NOT LIKE 'BIN$%'"
        " ORDER BY k.owner, k.table_name, k.constraint_name, n.position",
        "k.owner",
        "k.table_name",
    ),
    "unique_index_columns": Statement(
        "SELECT i.table_owner, i.table_name, i.index_name, i.status, n.column_name,"
        " n.column_position FROM all_indexes i JOIN all_ind_columns n"
        " ON n.index_owner = i.owner AND n.index_name = i.index_name"
        " WHERE {scope} AND i.uniqueness = 'UNIQUE' AND i.table_name NOT LIKE 'BIN$%'"
        " ORDER BY i.table_owner, i.table_name, i.index_name, n.column_position",
        "i.table_owner",
        "i.table_name",
    ),
    "table_comments": Statement(
        "SELECT d.owner, d.table_name, d.comments FROM all_tab_comments d WHERE {scope}"
        " AND d.comments IS NOT NULL ORDER BY d.owner, d.table_name",
        "d.owner",
        "d.table_name",
    ),
    "column_comments": Statement(
        "SELECT d.owner, d.table_name, d.column_name, d.comments FROM all_col_comments d"
        " WHERE {scope} AND d.comments IS NOT NULL ORDER BY d.owner, d.table_name",
        "d.owner",
        "d.table_name",
    ),
    "identity_columns": Statement(
        "SELECT y.owner, y.table_name, y.column_name, y.generation_type"
        " FROM all_tab_identity_cols y WHERE {scope} ORDER BY y.owner, y.table_name",
        "y.owner",
        "y.table_name",
    ),
    "objects": Statement(
        "SELECT o.owner, o.object_name, o.object_type, o.status, o.object_id, o.last_ddl_time"
        " FROM all_objects o WHERE {scope} AND o.subobject_name IS NULL"
        " AND o.object_type IN ('TABLE', 'VIEW', 'MATERIALIZED VIEW')"
        " ORDER BY o.owner, o.object_name, o.object_type",
        "o.owner",
        "o.object_name",
    ),
}
"""Name of the question -> statement; the functions below ask them."""


def statement_text(statement: Statement, scope: Scope) -> tuple[str, dict[str, str]]:
    """Complete a statement for a scope.

    Returns:
        SQL text and its binds.
    """
    binds: dict[str, str] = {}
    conditions = [_owner_condition(statement.owner, scope, binds)]
    if scope.name_patterns and statement.name:
        conditions.append(_any_like(statement.name, scope.name_patterns, binds))
    return statement.sql.replace("{scope}", " AND ".join(conditions)), binds


def _owner_condition(column: str, scope: Scope, binds: dict[str, str]) -> str:
    if not scope.owners:
        return f"{column} IN {_NOT_ORACLES_OWN}"
    lists = []
    for start in range(0, len(scope.owners), MAX_IN_LIST):
        names = []
        for owner in scope.owners[start : start + MAX_IN_LIST]:
            name = f"owner_{len(binds)}"
            binds[name] = owner
            names.append(f":{name}")
        lists.append(f"{column} IN ({', '.join(names)})")
    return f"({' OR '.join(lists)})"


def _any_like(column: str, patterns: tuple[str, ...], binds: dict[str, str]) -> str:
    conditions = []
    for place, pattern in enumerate(patterns):
        binds[f"pattern_{place}"] = pattern
        conditions.append(f"{column} LIKE :pattern_{place} ESCAPE '\\'")
    return f"({' OR '.join(conditions)})"


def _ask(
    connection: oracledb.Connection, question: str, scope: Scope | None, row: Callable[..., Row]
) -> Iterator[Row]:
    sql, binds = statement_text(STATEMENTS[question], scope or Scope())
    with connection.cursor() as cursor:
        cursor.arraysize = ARRAY_SIZE_ROWS
        cursor.prefetchrows = ARRAY_SIZE_ROWS + 1
        for values in cursor.execute(sql, binds):
            yield row(*values)


def users(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[UserRow]:
    """Yield users that are not Oracle's own, by name."""
    return _ask(connection, "users", scope, UserRow)


def tables(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[TableRow]:
    """Yield tables by owner and name.

    The containers of materialized views are among them. Left out are the recycle bin, nested
    tables, secondary objects of domain indexes, and the overflow and mapping segments of
    index-organised tables.
    """
    return _ask(connection, "tables", scope, TableRow)


def views(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[ViewRow]:
    """Yield views by owner and name."""
    return _ask(connection, "views", scope, ViewRow)


def materialized_views(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[MaterializedViewRow]:
    """Yield materialized views by owner and name."""
    return _ask(connection, "materialized_views", scope, MaterializedViewRow)


def columns(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[ColumnRow]:
    """Yield columns of tables and views by owner, table and place, hidden ones included."""
    return _ask(connection, "columns", scope, ColumnRow)


def keys(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[KeyColumnRow]:
    """Yield the columns of primary and unique keys by owner, table, constraint and place."""
    return _ask(connection, "keys", scope, KeyColumnRow)


def unique_index_columns(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[UniqueIndexColumnRow]:
    """Yield the columns of unique indexes by owner, table, index and place.

    An indexed expression appears as a hidden column `SYS_NC…$`.
    """
    return _ask(connection, "unique_index_columns", scope, UniqueIndexColumnRow)


def table_comments(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[TableCommentRow]:
    """Yield the comments of tables and views that have one."""
    return _ask(connection, "table_comments", scope, TableCommentRow)


def column_comments(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[ColumnCommentRow]:
    """Yield the comments of columns that have one."""
    return _ask(connection, "column_comments", scope, ColumnCommentRow)


def identity_columns(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[IdentityRow]:
    """Yield identity columns by owner and table."""
    return _ask(connection, "identity_columns", scope, IdentityRow)


def objects(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[ObjectRow]:
    """Yield tables, views and materialized views as objects with status and time of last DDL."""
    return _ask(connection, "objects", scope, ObjectRow)
