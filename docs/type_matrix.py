"""What happens to values of each kind in an existing column of each type.

The tables of `docs/types.md` are made from here, and `tests/oracle/test_type_matrix.py` proves
each cell by values at the edges.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from oracle_core.identifiers import Identifier
from oracle_core.server import Server
from oracle_core.types import json_schema, parse
from oracle_core.types.fit import fit, holds
from target_oracle.properties import properties_of
from target_oracle.table_spec import column_specs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from oracle_core.types import OracleType
    from target_oracle.table_spec import ColumnSpec

SERVER = Server(release=(23, 6), compatible=(23, 6))

COLUMNS = (
    "NUMBER",
    "NUMBER(9)",
    "NUMBER(12,2)",
    "FLOAT(53)",
    "BINARY_FLOAT",
    "BINARY_DOUBLE",
    "CHAR(10 CHAR)",
    "VARCHAR2(40 BYTE)",
    "VARCHAR2(40 CHAR)",
    "NVARCHAR2(40)",
    "CLOB",
    "NCLOB",
    "RAW(16)",
    "BLOB",
    "DATE",
    "TIMESTAMP(6)",
    "TIMESTAMP(9)",
    "TIMESTAMP(6) WITH TIME ZONE",
    "TIMESTAMP(6) WITH LOCAL TIME ZONE",
    "INTERVAL DAY(2) TO SECOND(6)",
    "INTERVAL YEAR(2) TO MONTH",
    "JSON",
    "BOOLEAN",
    "VECTOR(3, FLOAT32)",
)
"""Types of existing columns; each is also a type that a stream may declare."""

KINDS: Mapping[str, Mapping[str, Any]] = {
    "integer": {"type": "integer"},
    "integer, 0 to 99999": {"type": "integer", "minimum": 0, "maximum": 99_999},
    "number": {"type": "number"},
    "singer.decimal": {"type": "string", "format": "singer.decimal"},
    "boolean": {"type": "boolean"},
    "string": {"type": "string"},
    "string, maxLength 20": {"type": "string", "maxLength": 20},
    "date-time": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"},
    "base64": {"type": "string", "contentEncoding": "base64"},
    "object or array": {"type": ["object", "array"]},
    "string or integer": {"type": ["string", "integer"]},
}
"""Kinds of properties without `x-sql-datatype`."""


class Verdict(Enum):
    """What the target does; the value is the mark in the tables."""

    EXACT = "="
    WIDENED = "+"
    CHECKED = "?"
    REFUSED = "·"


LEGEND = (
    (Verdict.EXACT, "every value is stored exactly"),
    (Verdict.WIDENED, "the column is widened (ALTER TABLE … MODIFY), then every value is exact"),
    (Verdict.CHECKED, "the column stays, and each value is exact or ends the load"),
    (Verdict.REFUSED, "the load stops before its first row"),
)


def declared_schemas() -> dict[str, Mapping[str, Any]]:
    """Return the schema of each type as the tap writes it."""
    return {spelled: json_schema(parse(spelled), nullable=False) for spelled in COLUMNS}


def wanted_column(schema: Mapping[str, Any]) -> ColumnSpec:
    """Return the column that a property with this schema asks for."""
    properties = properties_of({"properties": {"v": schema}}, (), validate=True)
    (spec,) = column_specs(properties, {"v": Identifier("V")}, keyed=False, server=SERVER)
    return spec


def fitted(schema: Mapping[str, Any], column: str) -> tuple[Verdict, OracleType | None]:
    """Return the verdict, and the type that the column then has; None where it is refused."""
    wanted, existing = wanted_column(schema), parse(column)
    result = fit(existing, wanted.type, declared=wanted.declared)
    if result is None:
        return Verdict.REFUSED, None
    if result != existing:
        return Verdict.WIDENED, result
    is_exact = holds(existing, wanted.type)
    return Verdict.EXACT if is_exact else Verdict.CHECKED, existing


def matrix(schemas: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, list[Verdict]]]:
    """Yield the rows of a table: an existing column, and its verdict for each schema."""
    for column in COLUMNS:
        yield column, [fitted(schema, column)[0] for schema in schemas.values()]


def matrix_lines() -> Iterator[str]:
    """Yield the chapter of `docs/types.md`."""
    yield "## Values in columns that exist"
    yield ""
    yield "A value is stored exactly, or the load stops and names stream, property and line. Rows"
    yield "are the columns of the table, columns what the stream sends:"
    yield ""
    yield from (f"- `{verdict.value}` {meaning}" for verdict, meaning in LEGEND)
    yield ""
    yield "Three things look like changes and are not: a CHAR column shows text with blanks up to"
    yield "its length, which Oracle ignores in comparisons; an empty text is NULL in Oracle; a JSON"
    yield 'value in a text column is JSON text, so that `"1"` and `1` stay different. A moment with'
    yield "an offset other than UTC is refused by DATE and TIMESTAMP columns, unless the stream"
    yield "declares such a type itself: then the offset is only the label of a wall clock."
    yield "NUMBER holds 38 digits and more (39 or 40 where they begin at an even place): what has"
    yield "more is refused, as a number inside of a document for a column of type JSON is."
    yield ""
    yield "### Properties without `x-sql-datatype`"
    yield ""
    yield from _table(KINDS)
    yield ""
    yield "### Properties with `x-sql-datatype`, as `tap-oracle` writes them"
    yield ""
    yield "The numbers above the columns are those of the rows."
    yield ""
    yield from _table(declared_schemas(), is_numbered=True)


def _table(schemas: Mapping[str, Mapping[str, Any]], *, is_numbered: bool = False) -> Iterator[str]:
    heads = [str(place) for place in range(1, len(schemas) + 1)] if is_numbered else list(schemas)
    yield f"| Column | {' | '.join(heads)} |"
    yield f"| --- |{' :-: |' * len(heads)}"
    for place, (column, verdicts) in enumerate(matrix(schemas), start=1):
        name = f"{place} `{column}`" if is_numbered else f"`{column}`"
        yield f"| {name} | {' | '.join(verdict.value for verdict in verdicts)} |"
