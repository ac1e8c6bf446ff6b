"""What a stream has written: counted, and reported in one line at its end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass
class StreamProgress:
    """Rows and bytes that a stream has written in this run, and how often a part came again."""

    rows: int = 0
    size: int = 0
    rereads: int = 0
    scn: int | None = None
    started: float = field(default_factory=time.monotonic)

    def add(self, *, rows: int, size: int) -> None:
        """Add what a block holds; `size` is in bytes."""
        self.rows += rows
        self.size += size

    @property
    def seconds(self) -> float:
        """Time since the stream began."""
        return time.monotonic() - self.started

    def summary(self) -> str:
        """Return rows, seconds and rows per second for a message."""
        seconds = self.seconds
        rate = round(self.rows / seconds) if seconds else 0
        return f"{self.rows:,} rows in {seconds:.1f} s ({rate:,} rows/s)"
