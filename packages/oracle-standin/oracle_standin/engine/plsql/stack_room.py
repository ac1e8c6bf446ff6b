"""Room on Python's stack for PL/SQL calls within each other, while blocks run."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

DEEPEST_CALL = 200
"""Oracle's limit is its memory (Error Messages, ORA-06500)."""

_FRAMES_A_CALL = 50  # a call of a procedure is about thirty of Python's


class StackRoom:
    """Raises Python's recursion limit from the first block that begins to the last that ends.

    The limit is the whole process's: left raised, it would let other parsers in the process, such
    as those of JSON, go deeper than they were tested to go.
    """

    def __init__(self) -> None:
        """Begin with no block running."""
        self._lock = threading.Lock()
        self._blocks = 0
        self._usual = 0

    def __enter__(self) -> None:
        """Make room for one more block."""
        with self._lock:
            if self._blocks == 0:
                self._usual = sys.getrecursionlimit()
                sys.setrecursionlimit(max(self._usual, _FRAMES_A_CALL * DEEPEST_CALL))
            self._blocks += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the room back with the last block."""
        with self._lock:
            self._blocks -= 1
            if self._blocks == 0:
                sys.setrecursionlimit(self._usual)
