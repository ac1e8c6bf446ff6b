"""Rows that are encoded once and sent again and again."""

from __future__ import annotations

from itertools import accumulate
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_standin.protocol import Row
    from oracle_standin.rows import Column


class Recording:
    """One projection of a table: its columns, and its rows as they travel."""

    def __init__(self, columns: tuple[Column, ...], rows: Sequence[Row]) -> None:
        """Keep the rows until the first fetch says how they are encoded."""
        self.columns = columns
        self.size = len(rows)
        self._rows = rows
        self._lock = Lock()
        self._twice = b""
        self._offsets: Sequence[int] = ()

    def page(self, start: int, count: int, encode: Callable[[Sequence[Row]], bytes]) -> bytes:
        """Return `count` encoded rows from position `start` on, going round at the end."""
        with self._lock:
            if not self._offsets:
                self._record(encode)
        start %= self.size
        rounds, rest = divmod(count, self.size)
        offsets = self._offsets
        whole = self._twice[offsets[start] : offsets[start + self.size]] * rounds if rounds else b""
        return whole + self._twice[offsets[start] : offsets[start + rest]]

    def rows(self, start: int, count: int) -> list[Row]:
        """Return the same rows as values."""
        return [self._rows[position % self.size] for position in range(start, start + count)]

    def _record(self, encode: Callable[[Sequence[Row]], bytes]) -> None:
        pieces = [encode([row]) for row in self._rows] * 2
        self._twice = b"".join(pieces)
        self._offsets = [0, *accumulate(map(len, pieces))]


class Replay:
    """A `RowSource` that plays a recording until it has given `total` rows."""

    def __init__(self, recording: Recording, total: int) -> None:
        """Start at the first row."""
        self._recording = recording
        self._left = total
        self._position = 0

    def fetch(self, count: int) -> list[Row]:
        """Return further rows as values."""
        start, taken = self._take(count)
        return self._recording.rows(start, taken)

    def fetch_encoded(
        self, count: int, encode: Callable[[Sequence[Row]], bytes]
    ) -> tuple[bytes, int]:
        """Return further rows as they travel, and their number."""
        start, taken = self._take(count)
        return self._recording.page(start, taken, encode), taken

    def _take(self, count: int) -> tuple[int, int]:
        taken = min(count, self._left)
        start = self._position
        self._position += taken
        self._left -= taken
        return start, taken

    def close(self) -> None:
        """Give no more rows."""
        self._left = 0
