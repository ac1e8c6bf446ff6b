"""Which STATE may leave: only one whose rows are all committed, and soon after they are."""

from __future__ import annotations

import errno
import sys
from collections import deque
from typing import TYPE_CHECKING, Protocol

from oracle_core.command import OutputClosedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# A bound of memory, for a stream whose rows wait while STATE after STATE comes.
_MOST_WAITING = 64


class Pending(Protocol):
    """Something that holds rows which are not committed."""

    @property
    def oldest(self) -> int | None:
        """Number of the oldest row held, None when there is none."""


class StateBarrier:
    """Holds STATE values until every row that came before them is committed.

    Rows are numbered in the order of the input, over all streams. Values pass through as the JSON
    text they came in, so that no number in them changes; an empty one never leaves, because it
    would wipe what an orchestrator has stored.
    """

    def __init__(self, write: Callable[[bytes], None]) -> None:
        """Emit through `write`, which gets one line with its newline."""
        self._write = write
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._emitted = b""
        self.rows = 0

    def number(self, count: int) -> int:
        """Number `count` rows and return the number of the first, counted from 1."""
        first = self.rows + 1
        self.rows += count
        return first

    def take(self, value: bytes) -> None:
        """Take a STATE; it covers every row numbered so far."""
        if value.replace(b" ", b"") == b"{}":
            return
        if self._waiting and self._waiting[-1][0] == self.rows:
            self._waiting.pop()  # the newer of two with no row between says more
        self._waiting.append((self.rows, value))
        if len(self._waiting) > _MOST_WAITING:
            del self._waiting[1]  # any one may be passed over, except the last

    def uncommitted(self, pending: Iterable[Pending]) -> int:
        """Return the number of the oldest row that is not committed, or of the next to come."""
        held = [batch.oldest for batch in pending]
        return min((row for row in held if row is not None), default=self.rows + 1)

    def release(self, pending: Iterable[Pending]) -> bool:
        """Emit the newest STATE whose rows are all committed; return whether one left."""
        uncommitted = self.uncommitted(pending)
        newest = None
        while self._waiting and self._waiting[0][0] < uncommitted:
            newest = self._waiting.popleft()[1]
        # An orchestrator stores every line that it reads; an equal one has no news for it.
        if newest is None or newest == self._emitted:
            return False
        self._write(newest + b"\n")
        self._emitted = newest
        return True


def write_stdout(line: bytes) -> None:
    """Write a whole line to standard output and flush it.

    With PYTHONUNBUFFERED the stream below is raw and may take only a part of what it is given.

    Raises:
        OutputClosedError: If the reader of the pipe is gone.
    """
    out = sys.stdout.buffer
    rest = memoryview(line)
    try:
        while rest:
            rest = rest[out.write(rest) or 0 :]
        out.flush()
    except OSError as error:
        if error.errno not in {errno.EPIPE, errno.EBADF}:
            raise
        raise OutputClosedError from None
