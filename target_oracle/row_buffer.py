"""The rows of one stream that wait for their batch."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from target_oracle.lines import LONG_LINE_BYTES

if TYPE_CHECKING:
    from target_oracle.rows import Rows


_COPIES = 4
"""A long value is in memory in its line, as text, as bound and once more while it is sent."""


class RowBuffer:
    """Rows in the order of the input, with their size and the lines that they came in.

    `size` is in bytes of input. `first_received` is when the oldest of them came.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._rows: Rows | None = None
        self.size = self._long_bytes = 0
        self.first_received = dt.datetime.now(dt.UTC)
        # Where runs begin: position of a row, its line, and the file of that line.
        self._lines: list[tuple[int, int, str]] = []

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._rows) if self._rows else 0

    def add(self, rows: Rows, size: int, line: int, file: str = "") -> None:
        """Add rows of consecutive lines, `size` bytes of input, the first from line `line`.

        The lines are those of the input, or of the file of a BATCH.
        """
        self._lines.append((len(self), line, file))
        if self._rows:
            self._rows.extend(rows)
        else:
            self.first_received = dt.datetime.now(dt.UTC)
            self._rows = rows
        self.size += size
        if size >= LONG_LINE_BYTES * len(rows):
            self._long_bytes += size

    @property
    def weight(self) -> int:
        """About how many bytes of memory the rows take until they are loaded."""
        return self.size + (_COPIES - 1) * self._long_bytes

    def first(self, count: int) -> Rows | None:
        """Return the first rows, None where there are none; all of them as they are."""
        return self._rows.first(count) if self._rows else None

    def place_of(self, position: int) -> str:
        """Return the line that a row came in, for messages."""
        start, line, file = max(place for place in self._lines if place[0] <= position)
        number = f"line {line + position - start}"
        return f"{number} of the file {file}" if file else number

    def drop(self, count: int) -> None:
        """Forget the first rows."""
        if self._rows is None or count >= len(self._rows):
            self.clear()
            return
        # The size of a single row is not kept: rows count for their share.
        self.size -= self.size * count // len(self._rows)
        self._long_bytes -= self._long_bytes * count // len(self._rows)
        self._rows.drop(count)
        shifted = [(start - count, line, file) for start, line, file in self._lines]
        last_before = max((i for i, place in enumerate(shifted) if place[0] <= 0), default=0)
        self._lines = shifted[last_before:]

    def clear(self) -> None:
        """Forget all rows."""
        self._rows, self._lines = None, []
        self.size = self._long_bytes = 0
