"""The SELECT of a stream: names through `TableName` and `Identifier` alone, values always bound."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oracle_core.identifiers import Identifier, TableName

BOOKMARK = "bookmark"
LIMIT = "row_limit"


@dataclass(frozen=True)
class Bind:
    """A value for a placeholder: the SQL around it, the value, and the driver's type if it matters.

    `sql` holds `:bookmark`, for example `TO_DATE(:bookmark, 'YYYY-MM-DD"T"HH24:MI:SS')`.
    """

    sql: str
    value: object
    input_type: object | None = None


@dataclass(frozen=True)
class KeyRange:
    """The rows of an INCREMENTAL stream that are due: all at or after `start`, in order.

    With a start, rows whose key is NULL are left out, because they have no place in the order;
    without one they come first, so that the last row of a chunk always carries the bookmark.
    """

    column: Identifier
    start: Bind | None = None


@dataclass(frozen=True)
class Statement:
    """SQL text with its binds; `input_types` go to `Cursor.setinputsizes` before it is run."""

    sql: str
    binds: Mapping[str, Any] = field(default_factory=dict)
    input_types: Mapping[str, Any] = field(default_factory=dict)


def select(
    table: TableName,
    expressions: Sequence[str],
    *,
    key_range: KeyRange | None = None,
    limit: int | None = None,
) -> Statement:
    """Return the SELECT of a stream.

    Args:
        table: The exact names of schema and table.
        expressions: One SQL expression per column, made from `Identifier.sql`.
        key_range: Rows and order of an INCREMENTAL stream; all rows in any order without it.
        limit: Maximum number of rows (12.1 and later, SQL Language Reference,
            "row_limiting_clause").

    Returns:
        One statement. `>=` reads the boundary rows again, since rows with an equal key may have
        come after the bookmark was taken.
    """
    parts = [f"SELECT {', '.join(expressions)}", f"FROM {table.sql}"]
    binds: dict[str, Any] = {}
    input_types: dict[str, Any] = {}
    if key_range is not None:
        column = key_range.column.sql
        if key_range.start is None:
            parts.append(f"ORDER BY {column} ASC NULLS FIRST")
        else:
            parts.append(f"WHERE {column} >= {key_range.start.sql} ORDER BY {column} ASC")
            binds[BOOKMARK] = key_range.start.value
            if key_range.start.input_type is not None:
                input_types[BOOKMARK] = key_range.start.input_type
    if limit is not None:
        parts.append(f"FETCH FIRST :{LIMIT} ROWS ONLY")
        binds[LIMIT] = limit
    return Statement(" ".join(parts), binds, input_types)
