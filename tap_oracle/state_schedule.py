"""When STATE messages are due: after a number of rows or a time, and at the end of the run."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

INTERVAL_SECONDS = 10.0
"""Time after which a STATE is due although few rows were written."""


@dataclass
class StateSchedule:
    """Writes STATE messages neither for every row nor for every stream.

    A STATE holds the bookmarks of all streams, so that one per small stream would make the
    output grow with the square of the number of streams (issue 10, point 5).

    Attributes:
        write: Writes a STATE message.
        rows_between: Rows after which a STATE is due.
        clock: Returns monotonic seconds.
    """

    write: Callable[[], None]
    rows_between: int
    clock: Callable[[], float] = time.monotonic
    _rows: int = field(default=0, init=False)
    _is_dirty: bool = field(default=False, init=False)
    _written_at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        """Start the clock."""
        self._written_at = self.clock()

    def changed(self, rows: int = 0) -> None:
        """Note that the state covers more than the last STATE message says.

        Args:
            rows: Rows written since the last call.
        """
        self._rows += rows
        self._is_dirty = True

    def write_if_due(self) -> None:
        """Write a STATE message if enough was written or enough time has passed."""
        is_late = self.clock() - self._written_at >= INTERVAL_SECONDS
        if self._is_dirty and (self._rows >= self.rows_between or is_late):
            self.write_now()

    def write_if_changed(self) -> None:
        """Write a STATE message unless the last one says the same."""
        if self._is_dirty:
            self.write_now()

    def write_now(self) -> None:
        """Write a STATE message."""
        self.write()
        self._rows = 0
        self._is_dirty = False
        self._written_at = self.clock()
