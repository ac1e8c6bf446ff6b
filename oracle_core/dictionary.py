"""Asks the data dictionary, set-based: one statement a question, whatever the number of tables.

The statements are in `dictionary_statements`. Each exists for three families of views: `ALL_*`
shows what the session may see, `DBA_*` everything and faster, `USER_*` the session's own schema.
Names are bound, never written into the text.

Source: Database Reference, "Static Data Dictionary Views".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from oracle_core.dictionary_rows import (
    ColumnCommentRow,
    ColumnRow,
    ForeignKeyColumnRow,
    GrantedObjectRow,
    IdentityRow,
    IndexColumnRow,
    KeyColumnRow,
    ObjectRow,
    PartitionRow,
    ReadableRow,
    SessionFactRow,
    SnapshotRow,
    SpecialTableRow,
    SynonymRow,
    TableCommentRow,
    TableRow,
    UserRow,
    VectorColumnRow,
)
from oracle_core.dictionary_statements import STATEMENTS, Statement

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    import oracledb

    Row = TypeVar("Row")

ARRAY_SIZE_ROWS = 5_000
MAX_IN_LIST = 1_000
"""Expressions that one IN list takes (ORA-01795)."""

_NOT_ORACLES_OWN = "(SELECT u.username FROM all_users u WHERE u.oracle_maintained = 'N')"
_OWNER = re.compile(r"<(\w+\.\w+)>")


class Family(Enum):
    """Which views of the dictionary are read; the value is their prefix."""

    ALL = "all"
    DBA = "dba"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Scope:
    r"""Which schemas and tables a question is about.

    Patterns are those of LIKE, `\` before a `%`, `_` or `\` that stands for itself.

    Attributes:
        owners: exact names of schemas; empty for every schema that is not Oracle's own.
        owner_patterns: patterns of schemas; empty for all of `owners`.
        not_owner_patterns: patterns of schemas that are not meant.
        table_patterns: patterns of `SCHEMA.TABLE` and `SCHEMA-TABLE`; empty for all.
        not_table_patterns: patterns of tables that are not meant.
        family: which views are read.
        table_names: exact names of tables, whatever their schema; empty for all.
    """

    owners: tuple[str, ...] = ()
    owner_patterns: tuple[str, ...] = ()
    not_owner_patterns: tuple[str, ...] = ()
    table_patterns: tuple[str, ...] = ()
    not_table_patterns: tuple[str, ...] = ()
    family: Family = Family.ALL
    table_names: tuple[str, ...] = ()


def statement_text(statement: Statement, scope: Scope) -> tuple[str, dict[str, str]]:
    """Complete a statement for a scope.

    Returns:
        SQL text and its binds.
    """
    binds: dict[str, str] = {}
    if "{scope}" not in statement.sql:
        return statement.sql, binds
    conditions = _owner_conditions(statement.owner, scope, binds)
    if statement.name:
        spellings = tuple(f"{statement.owner} || '{mark}' || {statement.name}" for mark in ".-")
        if scope.table_patterns:
            conditions.append(_any_like(spellings, scope.table_patterns, binds))
        if scope.not_table_patterns:
            conditions.append(f"NOT {_any_like(spellings, scope.not_table_patterns, binds)}")
        if scope.table_names:
            names = ", ".join(_bound(scope.table_names, "name", binds))
            conditions.append(f"{statement.name} IN ({names})")
    sql = statement.sql.replace("{scope}", " AND ".join(conditions) or "1 = 1")
    sql = sql.replace("{family}", scope.family.value)
    # A foreign key of an own table may refer to another schema.
    foreign = Family.ALL if scope.family is Family.USER else scope.family
    sql = sql.replace("{foreign}", foreign.value)
    # USER_* views have no column for the owner: it is the session's user.
    return _OWNER.sub("USER" if scope.family is Family.USER else r"\1", sql), binds


def _owner_conditions(column: str, scope: Scope, binds: dict[str, str]) -> list[str]:
    if scope.family is Family.USER:
        return []
    conditions = []
    if scope.owners:
        lists = []
        for start in range(0, len(scope.owners), MAX_IN_LIST):
            chunk = scope.owners[start : start + MAX_IN_LIST]
            lists.append(f"{column} IN ({', '.join(_bound(chunk, 'owner', binds))})")
        conditions.append(f"({' OR '.join(lists)})")
    else:
        conditions.append(f"{column} IN {_NOT_ORACLES_OWN}")
    if scope.owner_patterns:
        conditions.append(_any_like((column,), scope.owner_patterns, binds))
    if scope.not_owner_patterns:
        conditions.append(f"NOT {_any_like((column,), scope.not_owner_patterns, binds)}")
    return conditions


def _bound(values: Sequence[str], prefix: str, binds: dict[str, str]) -> list[str]:
    """Bind values under new names and return their placeholders."""
    found = []
    for value in values:
        name = f"{prefix}_{len(binds)}"
        binds[name] = value
        found.append(f":{name}")
    return found


def _any_like(
    expressions: tuple[str, ...], patterns: tuple[str, ...], binds: dict[str, str]
) -> str:
    conditions = [
        f"{expression} LIKE {place} ESCAPE '\\'"
        for expression in expressions
        for place in _bound(patterns, "pattern", binds)
    ]
    return f"({' OR '.join(conditions)})"


def _ask(
    connection: oracledb.Connection, question: str, scope: Scope | None, row: Callable[..., Row]
) -> Iterator[Row]:
    sql, binds = statement_text(STATEMENTS[question], scope or Scope())
    with connection.cursor() as cursor:
        cursor.arraysize = ARRAY_SIZE_ROWS
        cursor.prefetchrows = ARRAY_SIZE_ROWS + 1
        cursor.execute(sql, binds)
        while batch := cursor.fetchmany():
            for values in batch:
                yield row(*values)


def session_facts(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[SessionFactRow]:
    """Yield what the session is and may: user, roles, privileges, character sets."""
    return _ask(connection, "session_facts", scope, SessionFactRow)


def session_facts_23(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[SessionFactRow]:
    """Yield the same with the privileges on whole schemas, which 23ai knows."""
    return _ask(connection, "session_facts_23", scope, SessionFactRow)


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


def columns(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[ColumnRow]:
    """Yield columns of tables and views by owner, table and place, hidden ones included."""
    return _ask(connection, "columns", scope, ColumnRow)


def vector_columns_23(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[VectorColumnRow]:
    """Yield what VECTOR columns ask of their values; the view says so since 23ai."""
    return _ask(connection, "vector_columns_23", scope, VectorColumnRow)


def keys(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[KeyColumnRow]:
    """Yield the columns of primary and unique keys by owner, table, constraint and place."""
    return _ask(connection, "keys", scope, KeyColumnRow)


def index_columns(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[IndexColumnRow]:
    """Yield the columns of unique indexes and the first column of others, in their order.

    An indexed expression appears as a hidden column `SYS_NC…$`.
    """
    return _ask(connection, "index_columns", scope, IndexColumnRow)


def foreign_keys(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[ForeignKeyColumnRow]:
    """Yield the columns of foreign keys with the columns that they refer to."""
    return _ask(connection, "foreign_keys", scope, ForeignKeyColumnRow)


def special_tables(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[SpecialTableRow]:
    """Yield the tables that are materialized views, external, or of an object type."""
    return _ask(connection, "special_tables", scope, SpecialTableRow)


def partitions(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[PartitionRow]:
    """Yield partitions by owner, table and place."""
    return _ask(connection, "partitions", scope, PartitionRow)


def synonyms(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[SynonymRow]:
    """Yield the synonyms whose objects are in the scope."""
    return _ask(connection, "synonyms", scope, SynonymRow)


def named_synonyms(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[SynonymRow]:
    """Yield the synonyms whose own names are in the scope, without those of Oracle's objects."""
    return _ask(connection, "named_synonyms", scope, SynonymRow)


def readable(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[ReadableRow]:
    """Yield the objects on which somebody granted the session SELECT or READ."""
    return _ask(connection, "readable", scope, ReadableRow)


def snapshot(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[SnapshotRow]:
    """Yield one row: how many objects there are, the newest DDL, and the time of the database."""
    return _ask(connection, "snapshot", scope, SnapshotRow)


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


def granted_objects(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[GrantedObjectRow]:
    """Yield the privileges on objects that the session has by a grant."""
    return _ask(connection, "granted_objects", scope, GrantedObjectRow)


def quotas(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[str]:
    """Yield the tablespaces in which the session's user may store more."""
    return _ask(connection, "quotas", scope, str)


def clock(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[dt.datetime]:
    """Yield the time of the database in UTC."""
    return _ask(connection, "clock", scope, _only)


def supplemental_logging(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[tuple[str, str]]:
    """Yield minimal supplemental logging (YES, NO, IMPLICIT) and the log mode of the database."""
    return _ask(connection, "supplemental_logging", scope, lambda minimal, mode: (minimal, mode))


def undo_retention(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[str]:
    """Yield the seconds that undo is to be kept."""
    return _ask(connection, "undo_retention", scope, str)


def logged_tables(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[ReadableRow]:
    """Yield tables all of whose columns are logged."""
    return _ask(connection, "logged_tables", scope, ReadableRow)


def _only(value: dt.datetime) -> dt.datetime:
    return value
