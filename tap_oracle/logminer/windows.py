"""How much redo to read with one call: SCN ranges that grow and shrink with what a call costs."""

from __future__ import annotations

from dataclasses import dataclass, replace

FIRST_SCNS = 50_000
MIN_SCNS = 1_000
MAX_SCNS = 50_000_000
MAX_ROWS = 200_000
SLOW_SECONDS = 20.0
FAST_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class WindowSize:
    """The number of SCNs in the next window.

    SCNs do not measure redo: a busy second has many, an idle one few, and 26ai counts faster than
    19c. So the size follows the time and the rows of the windows before.
    """

    scns: int = FIRST_SCNS

    def after(self, *, seconds: float, rows: int) -> WindowSize:
        """Return the size for the next window.

        Args:
            seconds: how long the last window took.
            rows: how many rows of V$LOGMNR_CONTENTS it had.
        """
        if seconds > SLOW_SECONDS or rows > MAX_ROWS:
            return replace(self, scns=max(self.scns // 2, MIN_SCNS))
        # Well below the limit, so that sizes do not swing between doubling and halving.
        if seconds < FAST_SECONDS and rows < MAX_ROWS // 4:
            return replace(self, scns=min(self.scns * 2, MAX_SCNS))
        return self

    def end(self, first: int, last: int) -> int:
        """Return the last SCN of a window that begins at `first`, at most `last`."""
        return min(first + self.scns - 1, last)
