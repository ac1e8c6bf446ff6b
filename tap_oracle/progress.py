"""What a stream has written: counted, shown while it runs, and reported in one line at its end."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging

_BAR_WIDTH = 24
_BAR_SECONDS = 0.2


@dataclass
class StreamProgress:
    """Rows and bytes that a stream has written in this run, and how often a part came again.

    `expected_rows` is the optimizer's estimate, None where there is none.
    """

    rows: int = 0
    size: int = 0
    rereads: int = 0
    scn: int | None = None
    expected_rows: int | None = None
    # monotonic: a clock that is set in the night must not show negative rates.
    started: float = field(default_factory=time.monotonic)
    shown: float = field(default_factory=time.monotonic)

    def add(self, *, rows: int, size: int) -> None:
        """Add what a block holds; `size` is in bytes."""
        self.rows += rows
        self.size += size

    @property
    def seconds(self) -> float:
        """Time since the stream began."""
        return time.monotonic() - self.started

    @property
    def share(self) -> float | None:
        """The part of the expected rows that has been written, at most 1."""
        if not self.expected_rows:
            return None
        return min(1.0, self.rows / self.expected_rows)

    def summary(self) -> str:
        """Return rows, seconds and rows per second for a message."""
        seconds = self.seconds
        rate = round(self.rows / seconds) if seconds else 0
        return f"{self.rows:,} rows in {seconds:.1f} s ({rate:,} rows/s)"

    def show(self, logger: logging.Logger, stream: str, interval_seconds: float) -> None:
        """Show how far the stream is: a bar on a terminal, else a line per interval.

        Args:
            logger: Where lines go.
            stream: Name of the stream.
            interval_seconds: Time between two lines; 0 for none.
        """
        if not interval_seconds:
            return
        on_terminal = sys.stderr.isatty()
        now = time.monotonic()
        if now - self.shown < (_BAR_SECONDS if on_terminal else interval_seconds):
            return
        self.shown = now
        share = self.share
        if on_terminal:
            # Standard output belongs to the messages.
            sys.stderr.write(f"\r\x1b[K{_bar(share)}{stream}: {self.summary()}\r")
            sys.stderr.flush()
        else:
            about = "" if share is None else f", about {share:.0%}"
            logger.info("Stream '%s': %s so far%s", stream, self.summary(), about)

    def clear(self) -> None:
        """Remove the bar from a terminal."""
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _bar(share: float | None) -> str:
    if share is None:
        return ""
    full = round(share * _BAR_WIDTH)
    return f"[{'#' * full}{'.' * (_BAR_WIDTH - full)}] {share:4.0%} "
