"""Rows of one stream, kept as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = tuple[Any, ...]
"""The values in property order, then `time_extracted` and `version` of the message (or None)."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows as columns: one list per property, then those of `time_extracted` and `version`.

    The values of a column are checked, encoded and bound together. Turning tuples of 10,000 rows
    into columns costs as much as decoding them, as most of them have left the processor's cache.
    """

    columns: list[list[Any]]

    @classmethod
    def of(cls, *rows: Row) -> Rows:
        """Return the rows that are given as tuples, at least one."""
        return cls([list(column) for column in zip(*rows, strict=True)])

    @property
    def extracted(self) -> list[str | None]:
        """`time_extracted` of each row."""
        return self.columns[-2]

    @property
    def versions(self) -> list[int | None]:
        """Version of each row."""
        return self.columns[-1]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.versions)

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows as tuples."""
        return zip(*self.columns, strict=True)

    def row(self, position: int) -> Row:
        """Return one row."""
        return tuple(column[position] for column in self.columns)

    def first(self, count: int) -> Rows:
        """Return the first rows; all of them as they are."""
        if count >= len(self):
            return self
        return Rows([column[:count] for column in self.columns])

    def without(self, position: int) -> Rows:
        """Return the rows but one."""
        return Rows([[*column[:position], *column[position + 1 :]] for column in self.columns])

    def extend(self, rows: Rows) -> None:
        """Add rows behind these."""
        for column, values in zip(self.columns, rows.columns, strict=True):
            column.extend(values)

    def drop(self, count: int) -> None:
        """Forget the first rows."""
        for column in self.columns:
            del column[:count]


def flat_columns(values: list[Any], width: int) -> list[list[Any]]:
    """Return the columns of rows of `width` values that follow each other in one list."""
    # zip() of the rows would make an iterator per row, each of which the garbage collector visits.
    return [values[position::width] for position in range(width)]
