"""Set-based statements from a staging table into the stream's table.

The staging table holds bind values and the number of each row; the conversions that array binds
have around their placeholders stand here around the staging table's columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_core.identifiers import Identifier
from target_oracle.ddl import names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_core.identifiers import TableName
    from target_oracle.statements import LoadColumn

ROW_NUMBER = Identifier("_SDC_STAGE_ROW")
"""Column of a staging table: the order of its rows."""

_ZONED = 'SYYYY-MM-DD"T"HH24:MI:SS.FF9TZR'
_RANK = Identifier("_SDC_STAGE_RANK")


def folded(
    staging: TableName, columns: Sequence[LoadColumn], deleted_at: Identifier | None, *, live: bool
) -> str:
    """Return the query of the last row per key; of all rows where no column is a key.

    MERGE fails where its source has a key twice (ORA-30926), and inserts both rows where the key
    is new.

    Args:
        staging: The staging table.
        columns: The columns that are loaded.
        deleted_at: The column that marks a row as deleted, if marked rows are to be deleted.
        live: Whether the rows without the mark are wanted, or those with it.
    """
    values = ", ".join(f"{c.value('g.' + c.name.sql)} AS {c.name.sql}" for c in columns)
    keys = [column.name.sql for column in columns if column.is_key]
    listed = ", ".join(f"r.{column.name.sql}" for column in columns)
    rows = f"SELECT {values}, g.{ROW_NUMBER.sql} FROM {staging.sql} g"  # noqa: S608
    conditions = []
    if keys:
        # By the converted key: unlike bind values may be one key in the table.
        order = f"PARTITION BY {', '.join('v.' + key for key in keys)} ORDER BY"
        rank = f"ROW_NUMBER() OVER ({order} v.{ROW_NUMBER.sql} DESC) AS {_RANK.sql}"
        rows = f"SELECT v.*, {rank} FROM ({rows}) v"  # noqa: S608
        conditions.append(f"r.{_RANK.sql} = 1")
    if deleted_at is not None:
        conditions.append(f"r.{deleted_at.sql} IS {'' if live else 'NOT '}NULL")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {listed} FROM ({rows}) r{where}"  # noqa: S608


def merge(
    table: TableName, columns: Sequence[LoadColumn], source: str, *, only_different: bool = False
) -> str:
    """Return MERGE of a query's rows: update by key, else insert; keys are never updated.

    Args:
        table: The table of the stream.
        columns: The columns that are loaded.
        source: The query.
        only_different: Whether rows that are equal already are left alone, which spares undo,
            redo and triggers.
    """
    on = " AND ".join(f"t.{c.name.sql} = s.{c.name.sql}" for c in columns if c.is_key)
    # Columns of the ON clause cannot be updated (ORA-38104).
    changes = ", ".join(f"t.{c.name.sql} = s.{c.name.sql}" for c in columns if not c.is_key)
    update = f"WHEN MATCHED THEN UPDATE SET {changes} " if changes else ""
    if changes and only_different:
        differences = " OR ".join(_differs(column) for column in columns if not column.is_key)
        update += f"WHERE {differences} "
    listed = names([column.name for column in columns])
    values = ", ".join(f"s.{column.name.sql}" for column in columns)
    return (
        f"MERGE INTO {table.sql} t USING ({source}) s ON ({on}) "  # noqa: S608
        f"{update}WHEN NOT MATCHED THEN INSERT ({listed}) VALUES ({values})"
    )


def _differs(column: LoadColumn) -> str:
    """Return the condition that a column's stored value is not exactly the new one.

    DECODE takes two NULLs as equal. Where Oracle takes unlike values as equal (instants at two
    offsets, 0 and -0) or cannot compare, the row counts as different.
    """
    old, new = f"t.{column.name.sql}", f"s.{column.name.sql}"
    match column.type.kind:
        case "CLOB" | "NCLOB" | "BLOB":
            return (
                f"DBMS_LOB.COMPARE({old}, {new}) <> 0 OR {old} IS NULL AND {new} IS NOT NULL "
                f"OR {old} IS NOT NULL AND {new} IS NULL"
            )
        case "TIMESTAMP WITH TIME ZONE":
            texts = ", ".join(f"TO_CHAR({value}, '{_ZONED}')" for value in (old, new))
            return f"DECODE({texts}, 1, 0) = 0"
        case "BINARY_FLOAT" | "BINARY_DOUBLE":
            return f"DECODE({old}, {new}, 1, 0) = 0 OR {old} = 0"
        case "JSON" | "XMLTYPE" | "VECTOR" | "LONG" | "LONG RAW":
            return "1 = 1"
        case _:
            return f"DECODE({old}, {new}, 1, 0) = 0"


def delete_missing(table: TableName, columns: Sequence[LoadColumn], source: str) -> str:
    """Return DELETE of the rows whose key is not in a query's rows."""
    keys = [column.name for column in columns if column.is_key]
    same = " AND ".join(f"s.{key.sql} = t.{key.sql}" for key in keys)
    return f"DELETE FROM {table.sql} t WHERE NOT EXISTS (SELECT 1 FROM ({source}) s WHERE {same})"  # noqa: S608


def insert(table: TableName, columns: Sequence[LoadColumn], source: str) -> str:
    """Return INSERT of a query's rows."""
    return f"INSERT INTO {table.sql} ({names([c.name for c in columns])}) {source}"


def delete_matching(table: TableName, columns: Sequence[LoadColumn], source: str) -> str:
    """Return DELETE of the rows whose key is in a query's rows."""
    keys = [column.name for column in columns if column.is_key]
    same = " AND ".join(f"s.{key.sql} = t.{key.sql}" for key in keys)
    return f"DELETE FROM {table.sql} t WHERE EXISTS (SELECT 1 FROM ({source}) s WHERE {same})"  # noqa: S608
