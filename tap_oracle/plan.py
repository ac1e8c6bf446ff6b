"""How a stream's rows become JSON values: one plan per column, applied to whole columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oracle_core.errors import ConfigurationError
from oracle_core.identifiers import Identifier
from oracle_core.types import Family, fetch_plan, row_of, unsupported_reason
from oracle_core.types.decode import base64_texts, count_non_finite
from oracle_core.types.plans import PLACE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from oracle_core.types.oracle_type import OracleType
    from oracle_core.types.plans import FetchPlan, JsonSchemaOptions
    from tap_oracle.catalog_entry import CatalogEntry
    from tap_oracle.writer import Row

# NUMBER takes up to 22 bytes (SQL Language Reference, "NUMBER Data Type"), moments fewer.
_NUMBER_BYTES = 24
_CUT_FAMILIES = frozenset({Family.DECIMAL, Family.TEXT, Family.WALL_CLOCK, Family.BINARY})


@dataclass(frozen=True)
class ColumnPlan:
    """One selected column: its property, its SELECT expression and how its values are decoded."""

    name: str
    type: OracleType
    fetch: FetchPlan
    computed: str | None = None

    @property
    def identifier(self) -> Identifier:
        """The name of the column for SQL."""
        return Identifier(self.name)

    @property
    def may_be_empty(self) -> bool:
        """Whether it holds LOBs, which may be empty without being NULL; a LONG may not."""
        is_lob = row_of(self.type).is_large and not self.type.kind.startswith("LONG")
        return is_lob and self.computed is None

    @property
    def can_be_cut(self) -> bool:
        """Whether ranges of its values can be read: numbers, text, moments and RAW."""
        row = row_of(self.type)
        return row.orderable and row.family in _CUT_FAMILIES

    @property
    def expression(self) -> str:
        """The column in the SELECT list."""
        if self.computed is None:
            return self.fetch.select(self.identifier)
        return self.fetch.expression.replace(PLACE, f"({self.computed})")


@dataclass
class StreamPlan:
    """The selected columns in the order of the catalog.

    With `marks_empty` the SELECT list ends with a mark per LOB column, because the driver returns
    an empty LOB that it fetches as a value as None. `non_finite` counts NaN and infinities,
    because JSON has no number for them.
    """

    columns: tuple[ColumnPlan, ...]
    options: JsonSchemaOptions
    marks_empty: bool = False
    non_finite: int = field(default=0, init=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The properties of a record, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def expressions(self) -> tuple[str, ...]:
        """The SELECT list."""
        marks = (
            f"CASE WHEN {self.columns[place].identifier.sql} IS NOT NULL THEN 1 END"
            for place in self._marked
        )
        return (*(column.expression for column in self.columns), *marks)

    @property
    def _marked(self) -> tuple[int, ...]:
        """The places of the columns whose marks follow the columns, in their order."""
        if not self.marks_empty:
            return ()
        return tuple(place for place, column in enumerate(self.columns) if column.may_be_empty)

    @property
    def width(self) -> int:
        """Bytes of a row without large objects, as its types declare them."""
        return sum(column.type.length or _NUMBER_BYTES for column in self.columns)

    @property
    def has_long(self) -> bool:
        """Whether a column is a LONG or LONG RAW, which no row limit in SQL goes with (ORA-00997).

        The limiting clause becomes a window function over an inline view.
        """
        return any(column.type.kind.startswith("LONG") for column in self.columns)

    @property
    def buffer_bytes(self) -> int:
        """Bytes that thick mode allocates per row: four per character of the declared length."""
        return sum(
            (column.type.length or _NUMBER_BYTES) * (1 if column.type.char_used is None else 4)
            for column in self.columns
        )

    @property
    def has_large_objects(self) -> bool:
        """Whether a row may hold values of any size."""
        return any(column.fetch.is_large for column in self.columns)

    def position(self, name: str) -> int:
        """Return the place of a property in a row."""
        return self.names.index(name)

    def values(self, rows: Sequence[Row], *, keeps_bytes: bool = False) -> Iterable[Row]:
        """Return rows of JSON values for rows as the driver returns them.

        Args:
            rows: What was fetched.
            keeps_bytes: Whether binary values stay as they are, for an encoder that writes them in
                base64 by itself. A large one is then not in memory as text, too.

        Raises:
            TypeError: If a number arrived as a float, which would have lost digits.
        """
        marked = self._marked
        # Rows whose columns need no decoding go on as the driver made them.
        if not rows or (not marked and all(column.fetch.decode is None for column in self.columns)):
            return rows
        # One call per column and fetch, not one per value.
        fetched: list[Sequence[object]] = list(zip(*rows, strict=True))
        for place, marks in zip(marked, fetched[len(self.columns) :], strict=True):
            empty = "" if row_of(self.columns[place].type).family is Family.TEXT else b""
            fetched[place] = [
                empty if value is None and mark is not None else value
                for value, mark in zip(fetched[place], marks, strict=True)
            ]
        decoded = self._decoded(fetched[: len(self.columns)], keeps_bytes=keeps_bytes)
        return zip(*decoded, strict=True)

    def documents(self, rows: Sequence[Row]) -> Iterator[dict[str, object]]:
        """Yield rows as records, for what works record by record."""
        for row in self.values(rows):
            yield dict(zip(self.names, row, strict=True))

    def _decoded(
        self, fetched: Iterable[Sequence[object]], *, keeps_bytes: bool
    ) -> Iterator[Sequence[object]]:
        for column, values in zip(self.columns, fetched, strict=True):
            # Only BINARY_FLOAT and BINARY_DOUBLE hold NaN and infinities.
            if row_of(column.type).family is Family.REAL:
                self.non_finite += count_non_finite(values)
            is_kept = keeps_bytes and column.fetch.decode is base64_texts
            yield values if is_kept else column.fetch.values(values, self.options)


def plan_stream(
    entry: CatalogEntry,
    names: Iterable[str],
    options: JsonSchemaOptions,
    *,
    any_year: bool = False,
    marks_empty: bool = False,
) -> StreamPlan:
    """Return the plan of the selected columns of a stream.

    Args:
        entry: The stream.
        names: The selected columns, in the order of the catalog.
        options: How values are represented.
        any_year: Whether dates are read as text, because some lie before year 1.
        marks_empty: Whether the statement marks LOBs that are not NULL.

    Raises:
        ConfigurationError: If no column is selected, or one has no type or a type that cannot be
            read.
    """
    columns = tuple(_plan_column(entry, name, any_year=any_year) for name in names)
    if not columns:
        msg = f"catalog: stream '{entry.stream_id}' is selected without a column that can be read"
        raise ConfigurationError(msg)
    return StreamPlan(columns, options, marks_empty)


def _plan_column(entry: CatalogEntry, name: str, *, any_year: bool) -> ColumnPlan:
    column_type = entry.types.get(name)
    if column_type is None:
        msg = (
            f"catalog: stream '{entry.stream_id}' does not name the Oracle type of '{name}' and "
            "the dictionary does not know the column; discover again"
        )
        raise ConfigurationError(msg)
    reason = unsupported_reason(column_type)
    if reason is not None:
        msg = f"catalog: stream '{entry.stream_id}', column '{name}': {reason}"
        raise ConfigurationError(msg)
    fetch = fetch_plan(column_type, any_year=any_year)
    return ColumnPlan(name, column_type, fetch, entry.expressions.get(name))
