"""The SELECT of a stream: names through `TableName` and `Identifier` alone, values always bound."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oracle_core.identifiers import Identifier, TableName

BOOKMARK = "bookmark"
END = "end_bound"
LIMIT = "row_limit"
SCN = "scn"
ROWSCN = "row_scn"


@dataclass(frozen=True)
class Bind:
    """A value for a placeholder: the SQL around it, the value, and the driver's type if it matters.

    `sql` contains `:name`, for example `TO_DATE(:bookmark, 'YYYY-MM-DD"T"HH24:MI:SS')`.
    """

    sql: str
    value: object
    input_type: object | None = None
    name: str = BOOKMARK


@dataclass(frozen=True)
class Condition:
    """A condition of the WHERE clause and the binds in it."""

    sql: str
    binds: tuple[Bind, ...] = ()


@dataclass(frozen=True)
class KeyRange:
    """The rows of an INCREMENTAL stream that are due: all at or after `start`, in order.

    With a start, rows whose key is NULL are left out, because they have no place in the order;
    without one they come first, so that the last row of a fetch always carries the bookmark.
    """

    column: Identifier
    start: Bind | None = None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The condition of the start, if there is one."""
        if self.start is None:
            return ()
        return (Condition(f"{self.column.sql} >= {self.start.sql}", (self.start,)),)

    @property
    def order(self) -> str:
        """The ORDER BY list."""
        nulls = " NULLS FIRST" if self.start is None else ""
        return f"{self.column.sql} ASC{nulls}"


def late_rows(column: Identifier, start: Bind, scn: int) -> Condition:
    """Return the condition of rows before `start` that were committed after an SCN.

    ORA_ROWSCN is never lower than the SCN of a row's last commit, but may be higher, because it is
    kept by block unless the table has ROWDEPENDENCIES: neighbours come again (SQL Language
    Reference, "ORA_ROWSCN Pseudocolumn").
    """
    sql = f"({column.sql} < {start.sql} OR {column.sql} IS NULL) AND ORA_ROWSCN > :{ROWSCN}"
    return Condition(sql, (start, Bind(f":{ROWSCN}", scn, name=ROWSCN)))


@dataclass(frozen=True)
class Statement:
    """SQL text with its binds; `input_types` go to `Cursor.setinputsizes` before it is run."""

    sql: str
    binds: Mapping[str, Any] = field(default_factory=dict)
    input_types: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Extras:
    """What the operator adds to the SELECT of a stream with `stream_options`; trusted text."""

    where: str = ""
    hint: str = ""
    order_by: str = ""


def select(
    table: TableName,
    expressions: Sequence[str],
    *,
    scn: int | None = None,
    conditions: Sequence[Condition] = (),
    key_range: KeyRange | None = None,
    limit: int | None = None,
    extras: Extras | None = None,
) -> Statement:
    """Return the SELECT of a stream.

    Args:
        table: The exact names of schema and table.
        expressions: One SQL expression per column, made from `Identifier.sql`.
        scn: The SCN as of which the table is read; its newest state without one.
        conditions: What a row must fulfil.
        key_range: Rows and order of an INCREMENTAL stream; all rows in any order without it.
        limit: Maximum number of rows (12.1 and later, SQL Language Reference,
            "row_limiting_clause").
        extras: The operator's text.

    Returns:
        One statement. `>=` reads the boundary rows again, since rows with an equal key may have
        come after the bookmark was taken.
    """
    extras = extras or Extras()
    hint = f"/*+ {extras.hint} */ " if extras.hint else ""
    parts = [f"SELECT {hint}{', '.join(expressions)}", f"FROM {table.sql}"]
    binds: list[Bind] = []
    if scn is not None:
        # Before any alias, the other order is an error on older releases.
        parts.append(f"AS OF SCN :{SCN}")
        binds.append(Bind(f":{SCN}", scn, name=SCN))
    every = [*conditions, *(key_range.conditions if key_range else ())]
    if extras.where:
        # In brackets, or an OR in the operator's text would undo the conditions that follow.
        every.insert(0, Condition(f"({extras.where})"))
    if every:
        parts.append(f"WHERE {' AND '.join(condition.sql for condition in every)}")
        binds += [bind for condition in every for bind in condition.binds]
    # The bookmark stands on the order of the key, so that the operator's order cannot replace it.
    order = key_range.order if key_range else extras.order_by
    if order:
        parts.append(f"ORDER BY {order}")
    if limit is not None:
        # Not ROWNUM, which counts rows before they are sorted.
        parts.append(f"FETCH FIRST :{LIMIT} ROWS ONLY")
        binds.append(Bind(f":{LIMIT}", limit, name=LIMIT))
    return Statement(
        " ".join(parts),
        {bind.name: bind.value for bind in binds},
        {bind.name: bind.input_type for bind in binds if bind.input_type is not None},
    )
