"""A list of log rows that moves to a temporary file when memory is short."""

from __future__ import annotations

import tempfile
from typing import IO, TYPE_CHECKING

import msgspec

from tap_oracle.logminer.contents import LogRow

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[LogRow])
_LENGTH_BYTES = 8
_ROW_BYTES = 400
"""About what a row takes beside its statement."""


class SpillingRows:
    """Rows in the order in which they were added; `size` counts the bytes in memory.

    The file has no name and is open to its owner alone, because it holds values of rows; it is
    gone when it is closed or the process ends.
    """

    def __init__(self) -> None:
        """Begin empty and in memory."""
        self._rows: list[LogRow] = []
        self._file: IO[bytes] | None = None
        self.size = 0
        self.count = 0

    def add(self, row: LogRow) -> int:
        """Add a row and return about how many bytes it takes."""
        self._rows.append(row)
        self.count += 1
        size = _ROW_BYTES + len(row.sql_redo or "")
        self.size += size
        return size

    def spill(self) -> int:
        """Move what is in memory to the file and return how many bytes that frees."""
        if not self._rows:
            return 0
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="tap-oracle-")  # noqa: SIM115 - closed by close
        # A frame per spill, after its length, so that reading back decodes one at a time.
        frame = _ENCODER.encode(self._rows)
        self._file.write(len(frame).to_bytes(_LENGTH_BYTES, "big"))
        self._file.write(frame)
        freed, self.size, self._rows = self.size, 0, []
        return freed

    def __iter__(self) -> Iterator[LogRow]:
        """Yield all rows; may be repeated."""
        if self._file is not None:
            self._file.seek(0)
            while header := self._file.read(_LENGTH_BYTES):
                yield from _DECODER.decode(self._file.read(int.from_bytes(header, "big")))
        yield from self._rows

    def close(self) -> None:
        """Forget the rows and remove the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._rows, self.size, self.count = [], 0, 0
