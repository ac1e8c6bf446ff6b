"""One batch of bind values, column by column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from target_oracle.binding import binding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from target_oracle.binding import Binding
    from target_oracle.statements import LoadColumn


@dataclass(frozen=True, slots=True)
class Batch:
    """Bind values of one batch, a sequence of `rows` values per column."""

    columns: Sequence[LoadColumn]
    values: Sequence[Sequence[object]]
    rows: int

    def pick(self, positions: Sequence[int]) -> Batch:
        """Return the batch of some of the rows."""
        values = [[column[position] for position in positions] for column in self.values]
        return Batch(self.columns, values, len(positions))

    def bindings(self) -> list[Binding]:
        """Return how each column is bound."""
        return [binding(c, values) for c, values in zip(self.columns, self.values, strict=True)]
