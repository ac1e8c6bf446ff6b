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
    """Bind values of one batch, a sequence of `rows` values per column.

    `picked` are the positions of the rows in the batch that they were picked from.
    """

    columns: Sequence[LoadColumn]
    values: Sequence[Sequence[object]]
    rows: int
    picked: Sequence[int] | None = None

    @property
    def positions(self) -> Sequence[int]:
        """Position of each row in the whole batch."""
        return range(self.rows) if self.picked is None else self.picked

    def pick(self, positions: Sequence[int]) -> Batch:
        """Return the batch of some of the rows."""
        values = [[column[position] for position in positions] for column in self.values]
        picked = [self.positions[position] for position in positions]
        return Batch(self.columns, values, len(positions), picked)

    def bindings(self) -> list[Binding]:
        """Return how each column is bound."""
        return [binding(c, values) for c, values in zip(self.columns, self.values, strict=True)]
