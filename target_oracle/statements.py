"""The statements of a load: every name quoted, every value bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_core.types import row_of
from target_oracle.ddl import names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_core.identifiers import Identifier, TableName
    from oracle_core.types.oracle_type import OracleType
    from oracle_core.types.plans import BindPlan


@dataclass(frozen=True, slots=True)
class LoadColumn:
    """A column of a load: its name, its type in the table, and how its values are bound."""

    name: Identifier
    type: OracleType
    plan: BindPlan
    is_key: bool = False

    def placeholder(self, number: int) -> str:
        """Return the SQL of the column's value from bind `number`."""
        return self.value(f":{number}")

    def value(self, operand: str) -> str:
        """Return the SQL of the column's value from an operand that holds its bind value.

        A key of type CHAR is cast, because Oracle ignores trailing blanks only where both sides
        are CHAR (SQL Language Reference, "Data Type Comparison Rules").
        """
        value = self.plan.placeholder(operand)
        if self.is_key and row_of(self.type).is_padded:
            return f"CAST({value} AS {self.type.ddl()})"
        return value


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL and, for each bind in order, the position of its column in the load."""

    sql: str
    order: tuple[int, ...]


def _long_last(columns: Sequence[LoadColumn], long: frozenset[int]) -> list[int]:
    """Return positions with long values after the short ones and LOB columns last (ORA-24816).

    The server judges what a bind may become, so that a LOB column counts whatever its values.
    """
    return sorted(
        range(len(columns)),
        key=lambda position: (columns[position].plan.takes_lobs, position in long),
    )


def insert(table: TableName, columns: Sequence[LoadColumn], long: frozenset[int]) -> Statement:
    """Return INSERT of one row; `long` are the positions of columns bound as LONG or LOB."""
    order = _long_last(columns, long)
    values = (columns[position].placeholder(i) for i, position in enumerate(order, start=1))
    listed = names([columns[position].name for position in order])
    sql = f"INSERT INTO {table.sql} ({listed}) VALUES ({', '.join(values)})"  # noqa: S608
    return Statement(sql, tuple(order))


def merge(table: TableName, columns: Sequence[LoadColumn]) -> Statement:
    """Return MERGE of one row: update by key, else insert.

    The key columns are never updated (ORA-38104); a table of keys alone is only inserted into.
    """
    source = ", ".join(
        f"{column.placeholder(i)} AS {column.name.sql}" for i, column in enumerate(columns, start=1)
    )
    on = " AND ".join(f"t.{c.name.sql} = s.{c.name.sql}" for c in columns if c.is_key)
    changes = ", ".join(f"t.{c.name.sql} = s.{c.name.sql}" for c in columns if not c.is_key)
    update = f"WHEN MATCHED THEN UPDATE SET {changes} " if changes else ""
    listed = names([column.name for column in columns])
    values = ", ".join(f"s.{column.name.sql}" for column in columns)
    sql = (
        # A query needs a FROM clause before 23ai.
        f"MERGE INTO {table.sql} t USING (SELECT {source} FROM dual) s ON ({on}) "  # noqa: S608
        f"{update}WHEN NOT MATCHED THEN INSERT ({listed}) VALUES ({values})"
    )
    return Statement(sql, tuple(range(len(columns))))


def update(table: TableName, columns: Sequence[LoadColumn], long: frozenset[int]) -> Statement:
    """Return UPDATE of one row by its key, long values after the short ones."""
    changed = [i for i in _long_last(columns, long) if not columns[i].is_key]
    keys = [i for i, column in enumerate(columns) if column.is_key]
    parts = [
        f"{columns[position].name.sql} = {columns[position].placeholder(i)}"
        for i, position in enumerate([*changed, *keys], start=1)
    ]
    changes, where = parts[: len(changed)], parts[len(changed) :]
    sql = f"UPDATE {table.sql} SET {', '.join(changes)} WHERE {' AND '.join(where)}"  # noqa: S608
    return Statement(sql, (*changed, *keys))


def delete(table: TableName, columns: Sequence[LoadColumn]) -> Statement:
    """Return DELETE of one row by its key."""
    keys = [i for i, column in enumerate(columns) if column.is_key]
    where = " AND ".join(
        f"{columns[position].name.sql} = {columns[position].placeholder(i)}"
        for i, position in enumerate(keys, start=1)
    )
    return Statement(f"DELETE FROM {table.sql} WHERE {where}", tuple(keys))  # noqa: S608


def delete_older(table: TableName, version: Identifier, *, with_null: bool) -> str:
    """Return DELETE of the rows of other versions; the binds are those of `_is_older`."""
    return f"DELETE FROM {table.sql} WHERE {_is_older(version, 1, with_null=with_null)}"  # noqa: S608


def mark_older(
    table: TableName, version: Identifier, deleted_at: Identifier, *, with_null: bool
) -> str:
    """Return UPDATE that marks the rows of other versions; bind 1 is the time."""
    # As text, since the driver binds a datetime without its zone.
    moment = "TO_TIMESTAMP_TZ(:1, 'YYYY-MM-DD\"T\"HH24:MI:SS.FF9TZH:TZM')"
    older = _is_older(version, 2, with_null=with_null)
    return (
        f"UPDATE {table.sql} SET {deleted_at.sql} = {moment} "  # noqa: S608
        f"WHERE {older} AND {deleted_at.sql} IS NULL"
    )


def _is_older(version: Identifier, first_bind: int, *, with_null: bool) -> str:
    """Return the condition that a row is of another version than this run's.

    Binds are the version that is made current and the highest of this run. A version above that
    is of an older kind: some targets count in milliseconds, some in seconds. Rows without a
    version were loaded before versions were switched on.
    """
    condition = f"{version.sql} < :{first_bind} OR {version.sql} > :{first_bind + 1}"
    return f"({condition} OR {version.sql} IS NULL)" if with_null else f"({condition})"
