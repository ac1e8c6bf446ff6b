"""Queries of the data dictionary: one statement per question, independent of the tables' number.

The statements are in `dictionary_statements`. Each exists for three families of views: `ALL_*`
shows what the session may see, `DBA_*` everything and faster, `USER_*` the session's own schema.
Names are always bound.

Source: Database Reference, "Static Data Dictionary Views".
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import oracledb

from oracle_core.dictionary_rows import (
    ColumnCommentRow,
    ColumnRow,
    ConstraintColumnRow,
    ConstraintRow,
    GrantedObjectRow,
    IdentityRow,
    IndexColumnRow,
    IndexRow,
    KeyColumnRow,
    LoggedTableRow,
    LogSettingsRow,
    ObjectRow,
    PartitionedTableRow,
    PartitionRow,
    ReadableRow,
    SessionFactRow,
    SnapshotRow,
    SpecialTableRow,
    SynonymRow,
    TableCommentRow,
    TableRow,
    TablespaceRow,
    VectorColumnRow,
)
from oracle_core.dictionary_statements import STATEMENTS, Statement
from oracle_core.errors import describe

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    from oracle_core.types.oracle_type import OracleType

    Row = TypeVar("Row")

_LOGGER = logging.getLogger(__name__)

ARRAY_SIZE_ROWS = 5_000
UNIQUE_KINDS = frozenset({"P", "U"})
MAX_IN_LIST = 1_000
"""Maximum number of expressions in an IN list (ORA-01795)."""

# ORACLE_MAINTAINED is Y or N, while COMMON beside it is YES or NO (Database Reference, ALL_USERS).
_NOT_ORACLES_OWN = "(SELECT u.username FROM all_users u WHERE u.oracle_maintained = 'N')"
_OWNER = re.compile(r"<(\w+\.\w+)>")


class Family(Enum):
    """Family of dictionary views; the value is their prefix."""

    ALL = "all"
    DBA = "dba"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Scope:
    r"""The schemas and tables that a question covers.

    Patterns are those of LIKE, `\` before a `%`, `_` or `\` that stands for itself.

    Attributes:
        owners: Exact names of schemas; None for every schema that is not maintained by Oracle.
        table_patterns: Patterns of `SCHEMA.TABLE` and `SCHEMA-TABLE`; empty for all.
        not_table_patterns: Patterns of excluded tables.
        family: Family of views that is read.
        table_names: Exact names of tables in any of the schemas; empty for all.
    """

    owners: tuple[str, ...] | None = None
    table_patterns: tuple[str, ...] = ()
    not_table_patterns: tuple[str, ...] = ()
    family: Family = Family.ALL
    table_names: tuple[str, ...] = ()


def statement_text(statement: Statement, scope: Scope) -> tuple[str, dict[str, str]]:
    """Return the SQL text of a question for a scope, and its binds."""
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
            conditions.append(_any_of(statement.name, scope.table_names, "name", binds))
    sql = statement.sql.replace("{scope}", " AND ".join(conditions) or "1 = 1")
    sql = sql.replace("{family}", scope.family.value)
    # USER_* views have no column for the owner: it is the session's user.
    return _OWNER.sub("USER" if scope.family is Family.USER else r"\1", sql), binds


def _owner_conditions(column: str, scope: Scope, binds: dict[str, str]) -> list[str]:
    if scope.family is Family.USER:
        return []
    if scope.owners is None:
        return [f"{column} IN {_NOT_ORACLES_OWN}"]
    return [_any_of(column, scope.owners, "owner", binds)]


def _any_of(column: str, values: Sequence[str], prefix: str, binds: dict[str, str]) -> str:
    """Return a condition with one IN list per `MAX_IN_LIST` values; false without values."""
    lists = [
        f"{column} IN ({', '.join(_bound(values[start : start + MAX_IN_LIST], prefix, binds))})"
        for start in range(0, len(values), MAX_IN_LIST)
    ]
    return f"({' OR '.join(lists)})" if lists else "1 = 0"


def _bound(values: Sequence[str], prefix: str, binds: dict[str, str]) -> list[str]:
    """Bind values under new names and return their placeholders."""
    placeholders = []
    for value in values:
        name = f"{prefix}_{len(binds)}"
        binds[name] = value
        placeholders.append(f":{name}")
    return placeholders


def _any_like(
    expressions: tuple[str, ...], patterns: tuple[str, ...], binds: dict[str, str]
) -> str:
    conditions = [
        # LIKE has no escape character of its own (SQL Language Reference, "LIKE Condition").
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
        # One more than the array: small results end without another round trip (Python driver
        # guide, tuning).
        cursor.prefetchrows = ARRAY_SIZE_ROWS + 1
        cursor.execute(sql, binds)
        while batch := cursor.fetchmany():
            for values in batch:
                yield row(*values)


def session_facts(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[SessionFactRow]:
    """Yield facts about the session: user, roles, privileges, schemas, character sets."""
    return _ask(connection, "session_facts", scope, SessionFactRow)


def session_facts_23(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[SessionFactRow]:
    """Yield the same facts and the privileges on whole schemas (23ai)."""
    return _ask(connection, "session_facts_23", scope, SessionFactRow)


def tables(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[TableRow]:
    """Yield tables by owner and name.

    The containers of materialized views are among them. Left out are the recycle bin, nested
    tables, secondary objects of domain indexes, and the overflow and mapping segments of
    index-organised tables.
    """
    return _ask(connection, "tables", scope, TableRow)


def columns(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[ColumnRow]:
    """Yield columns of tables and views by owner, table and position, hidden ones included."""
    return _ask(connection, "columns", scope, ColumnRow)


def vector_columns_23(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[VectorColumnRow]:
    """Yield dimensions and formats of VECTOR columns (23ai)."""
    return _ask(connection, "vector_columns_23", scope, VectorColumnRow)


def vector_types(
    connection: oracledb.Connection, scope: Scope
) -> dict[tuple[str, str, str], OracleType]:
    """Return the types of VECTOR columns with dimensions and format, by owner, table and column.

    The first releases of 23ai have the type but may lack ALL_TAB_COLS.VECTOR_INFO (ORA-00904);
    nothing is returned there.
    """
    try:
        rows = list(vector_columns_23(connection, scope))
    except oracledb.DatabaseError as error:
        if describe(error).code != "ORA-00904":
            raise
        _LOGGER.debug("This release does not show the dimensions of VECTOR columns (ORA-00904)")
        return {}
    return {(row.owner, row.table, row.column): row.type for row in rows}


def constraints(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[ConstraintRow]:
    """Yield primary, unique and foreign keys, in no order."""
    return _ask(connection, "constraints", scope, ConstraintRow)


def constraint_columns(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[ConstraintColumnRow]:
    """Yield the columns of primary, unique and foreign keys, in no order."""
    return _ask(connection, "constraint_columns", scope, ConstraintColumnRow)


def referred_columns(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[ConstraintColumnRow]:
    """Yield the columns of the constraints that the scope's `table_names` name, in no order."""
    return _ask(connection, "referred_columns", scope, ConstraintColumnRow)


def keys(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[KeyColumnRow]:
    """Yield the columns of primary and unique keys by owner, table, constraint and position."""
    columns: dict[tuple[str, str], list[ConstraintColumnRow]] = {}
    for column in constraint_columns(connection, scope):
        columns.setdefault((column.owner, column.constraint), []).append(column)
    unique = [row for row in constraints(connection, scope) if row.kind in UNIQUE_KINDS]
    for row in sorted(unique, key=lambda row: (row.owner, row.table, row.constraint)):
        positioned = columns.get((row.owner, row.constraint), ())
        for column in sorted(positioned, key=lambda column: column.position):
            yield KeyColumnRow(*row[:6], column.column, column.position)


def indexes(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[IndexRow]:
    """Yield indexes, in no order."""
    return _ask(connection, "indexes", scope, IndexRow)


def index_columns(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[IndexColumnRow]:
    """Yield the columns of indexes, in no order.

    An indexed expression appears as a hidden column `SYS_NC…$`.
    """
    return _ask(connection, "index_columns", scope, IndexColumnRow)


def special_tables(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[SpecialTableRow]:
    """Yield the tables that are materialized views, external, or of an object type."""
    return _ask(connection, "special_tables", scope, SpecialTableRow)


def partitions(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[PartitionRow]:
    """Yield partitions, in no order."""
    return _ask(connection, "partitions", scope, PartitionRow)


def partitioned_tables(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[PartitionedTableRow]:
    """Yield partitioned tables with their method."""
    return _ask(connection, "partitioned_tables", scope, PartitionedTableRow)


def synonyms(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[SynonymRow]:
    """Yield the synonyms whose objects are in the scope, in no order."""
    return _ask(connection, "synonyms", scope, SynonymRow)


def named_synonyms(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[SynonymRow]:
    """Yield the synonyms whose own names are in the scope, in no order."""
    return _ask(connection, "named_synonyms", scope, SynonymRow)


def readable(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[ReadableRow]:
    """Yield the grants of SELECT and READ that the session sees, with their grantees."""
    return _ask(connection, "readable", scope, ReadableRow)


def snapshot(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[SnapshotRow]:
    """Yield one row: number of objects, time of the newest DDL, and time of the database."""
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
    """Yield the privileges on objects that the session sees, with their grantees."""
    return _ask(connection, "granted_objects", scope, GrantedObjectRow)


def quotas(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[TablespaceRow]:
    """Yield the tablespaces in which users may store more; the family is USER or DBA."""
    return _ask(connection, "quotas", scope, TablespaceRow)


def default_tablespaces(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[TablespaceRow]:
    """Yield the default tablespaces of users; the family is USER or DBA."""
    return _ask(connection, "default_tablespaces", scope, TablespaceRow)


def database_tablespace(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[str]:
    """Yield the tablespace of users for whom none is named: USERS, on Autonomous DATA."""
    return _ask(connection, "database_tablespace", scope, str)


def clock(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[dt.datetime]:
    """Yield the time of the database in UTC."""
    return _ask(connection, "clock", scope, _only)


def supplemental_logging(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[LogSettingsRow]:
    """Yield one row: supplemental logging and log mode of the database."""
    return _ask(connection, "supplemental_logging", scope, LogSettingsRow)


def undo_retention(connection: oracledb.Connection, scope: Scope | None = None) -> Iterator[str]:
    """Yield the undo retention in seconds."""
    return _ask(connection, "undo_retention", scope, str)


def logged_tables(
    connection: oracledb.Connection, scope: Scope | None = None
) -> Iterator[LoggedTableRow]:
    """Yield tables whose primary keys or all of whose columns are logged."""
    return _ask(connection, "logged_tables", scope, LoggedTableRow)


def _only(value: dt.datetime) -> dt.datetime:
    return value
