"""Rows of target-postgres and of target-oracle, made comparable value by value.

What differs by design counts as equal: Oracle's empty text is NULL, its DATE has a time, it keeps
the offset of a date-time, which PostgreSQL's `timestamp` drops, and a time of day is text there.
Before 23ai a boolean is 0 or 1, and before 21c a document is text.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import oracledb

Rows = list[dict[str, Any]]
Tables = dict[str, Rows]


def plain(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value of PostgreSQL or Oracle as a JSON value.

    Numbers become `{"number": text}` and moments `{"moment": text}`, in UTC; a document stays one.
    """
    if value is None or value == "":
        return None
    if isinstance(value, (dict, list)):
        return {"document": _document(value)}
    if isinstance(value, dt.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(dt.UTC).replace(tzinfo=None)
        return {"moment": value.isoformat()}
    if isinstance(value, dt.date):
        return {"moment": f"{value.isoformat()}T00:00:00"}
    if isinstance(value, dt.time):
        return value.isoformat()
    return _scalar(value)


def _scalar(value: object) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        number = Decimal(repr(value) if isinstance(value, float) else value)
        return {"number": str(number.normalize() + 0)}  # -0 and 0 are one number
    return value


def _document(value: object) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {name: _document(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_document(inner) for inner in value]
    return _scalar(value)


def is_alike(expected: object, found: object, *, is_document: bool = False) -> bool:
    """Return whether two values of `plain` are one, `found` being Oracle's.

    Args:
        expected: The value of PostgreSQL.
        found: The value of Oracle.
        is_document: Whether the column holds documents, which Oracle may keep as text.
    """
    is_text = isinstance(found, str) and not isinstance(expected, str)
    if is_text and (is_document or isinstance(expected, bool)):
        found = plain(json.loads(str(found), parse_float=Decimal))
    if isinstance(expected, bool) and isinstance(found, dict):
        return found == {"number": str(int(expected))}
    return expected == found


def _is_document(value: object) -> bool:
    return isinstance(value, dict) and "document" in value


def oracle_rows(connection: oracledb.Connection, table: str) -> Rows:
    """Return the rows of a table of the session's schema by the names of its columns."""
    types = "SELECT column_name, data_type FROM user_tab_columns WHERE table_name = :1"
    with connection.cursor() as cursor:
        columns = cursor.execute(types, [table]).fetchall()
        # The driver drops the offset of a TIMESTAMP WITH TIME ZONE.
        selected = ", ".join(
            f'SYS_EXTRACT_UTC("{name}")' if kind.endswith("TIME ZONE") else f'"{name}"'
            for name, kind in columns
        )
        cursor.execute(f'SELECT {selected} FROM "{table}"', fetch_lobs=False, fetch_decimals=True)  # noqa: S608
        names = [name for name, _ in columns]
        return [
            {name: plain(value) for name, value in zip(names, row, strict=True)} for row in cursor
        ]


def differences(expected: Rows, found: Rows) -> Iterator[str]:
    """Yield what differs between the rows of a table, those of Oracle being `found`."""
    if len(expected) != len(found):
        yield f"{len(found)} rows instead of {len(expected)}"
        return
    names = {name.upper(): name for row in expected for name in row}
    missing = [upper for upper in names if upper not in (found[0] if found else names)]
    if missing:
        yield f"columns are missing: {', '.join(missing)}"
        return
    documents = {name for row in expected for name, value in row.items() if _is_document(value)}
    flags = {name for row in expected for name, value in row.items() if isinstance(value, bool)}
    # Booleans and documents may look different on the two sides.
    ordering = {u: name for u, name in names.items() if name not in documents | flags}
    left = sorted(expected, key=lambda row: json.dumps([row[name] for name in ordering.values()]))
    right = sorted(found, key=lambda row: json.dumps([row[upper] for upper in ordering]))
    for number, (wanted, got) in enumerate(zip(left, right, strict=True)):
        for upper, name in names.items():
            if not is_alike(wanted[name], got[upper], is_document=name in documents):
                yield f"row {number}, {upper}: {got[upper]!r} instead of {wanted[name]!r}"
