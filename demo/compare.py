"""Compares two tables by what SQL says of them: exact digits, all fractions, types and rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import oracledb

_TEXT_FORMS = (
    ("DATE", "TO_CHAR({}, 'SYYYY-MM-DD HH24:MI:SS')"),
    ("WITH TIME ZONE", "TO_CHAR({}, 'SYYYY-MM-DD HH24:MI:SS.FF9 TZH:TZM')"),
    ("TIMESTAMP", "TO_CHAR({}, 'SYYYY-MM-DD HH24:MI:SS.FF9')"),
    ("INTERVAL", "TO_CHAR({})"),
    ("RAW", "RAWTOHEX({})"),
    ("ROWID", "ROWIDTOCHAR({})"),
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a table holds: its column types, its number of rows and a digest of their values."""

    columns: tuple[tuple[Any, ...], ...]
    rows: int
    digest: str


def contents(connection: oracledb.Connection, owner: str, table: str) -> Contents:
    """Read a whole table in the order of its primary key and digest it.

    Raises LookupError when the table does not exist or has no primary key.
    """
    columns = tuple(_columns(connection, owner, table))
    keys = _keys(connection, owner, table)
    if not columns or not keys:
        message = f"{owner}.{table} does not exist or has no primary key"
        raise LookupError(message)
    forms = ", ".join(_form(name, data_type) for name, data_type, *_ in columns)
    order = ", ".join(f'"{key}"' for key in keys)
    query = f'SELECT {forms} FROM "{owner}"."{table}" ORDER BY {order}'  # noqa: S608
    digest, rows = hashlib.sha256(), 0
    with connection.cursor() as cursor:
        cursor.arraysize = 5_000
        for row in cursor.execute(query, fetch_decimals=True, fetch_lobs=False):
            digest.update(repr(row).encode())
            rows += 1
    return Contents(columns, rows, digest.hexdigest())


def _form(name: str, data_type: str) -> str:
    for part, form in _TEXT_FORMS:
        if part in data_type:
            return form.format(f'"{name}"')
    return f'"{name}"'


def _columns(connection: oracledb.Connection, owner: str, table: str) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        yield from cursor.execute(
            """SELECT column_name, data_type, data_precision, data_scale, char_length, char_used,
                      CASE WHEN data_type = 'RAW' THEN data_length END
               FROM all_tab_columns WHERE owner = :owner AND table_name = :name
               ORDER BY column_id""",
            owner=owner,
            name=table,
        )


def _keys(connection: oracledb.Connection, owner: str, table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT k.column_name FROM all_constraints c
               JOIN all_cons_columns k
                 ON k.owner = c.owner AND k.constraint_name = c.constraint_name
                AND k.table_name = c.table_name
               WHERE c.owner = :owner AND c.table_name = :name AND c.constraint_type = 'P'
               ORDER BY k.position""",
            owner=owner,
            name=table,
        )
        return [name for (name,) in cursor]
