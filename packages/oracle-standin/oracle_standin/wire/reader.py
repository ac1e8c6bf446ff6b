"""Reading the content of one request, which may still be arriving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.protocol import OracleError
from oracle_standin.wire.encoding import LONG_LENGTH, MAX_SHORT_LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable

_ESCAPE = 253
_MAX_INTEGER_BYTES = 8


class MalformedRequestError(OracleError):
    """A request that cannot be understood; the client sees ORA-03120.

    `detail` is for the log only.
    """

    def __init__(self, detail: str) -> None:
        """Keep what was wrong and where."""
        super().__init__(3120, "two-task conversion routine: integer overflow")
        self.detail = detail


class RequestReader:
    """A position in the bytes of a request.

    `more` is called when the bytes run out; it returns the content of further packets, or raises
    MalformedRequestError when the request is known to be complete. `buffer` and `position` are
    public for the bulk row parser alone.
    """

    __slots__ = ("_more", "buffer", "position")

    def __init__(self, content: bytes, more: Callable[[], bytes]) -> None:
        """Start at the first byte of `content`."""
        self.buffer = content
        self.position = 0
        self._more = more

    def byte(self) -> int:
        """Return the next byte."""
        if self.position >= len(self.buffer):
            self._extend(1)
        value = self.buffer[self.position]
        self.position += 1
        return value

    def raw(self, count: int) -> bytes:
        """Return the next `count` bytes."""
        end = self.position + count
        if end > len(self.buffer):
            self._extend(count)
            end = count
        value = self.buffer[self.position : end]
        self.position = end
        return value

    def _extend(self, count: int) -> None:
        """Drop what was read and wait until `count` bytes are there."""
        parts = [self.buffer[self.position :]]
        available = len(parts[0])
        while available < count:
            part = self._more()
            parts.append(part)
            available += len(part)
        self.buffer = b"".join(parts)
        self.position = 0

    def uint16(self) -> int:
        """Return two bytes, big-endian."""
        return int.from_bytes(self.raw(2), "big")

    def unsigned(self) -> int:
        """Return a universal unsigned integer."""
        size = self.byte()
        if size == 0:
            return 0
        if size > _MAX_INTEGER_BYTES:
            detail = f"integer of {size} bytes before position {self.position}"
            raise MalformedRequestError(detail)
        if size == 1:
            return self.byte()
        return int.from_bytes(self.raw(size), "big")

    def skip(self, layout: str) -> None:
        """Skip fields: one letter each, "b" for a byte and "u" for a universal integer."""
        for letter in layout:
            if letter == "b":
                self.byte()
            else:
                self.unsigned()

    def sized(self) -> bytes | None:
        """Return a byte string, None for NULL (length 0, 255, or the escape of NULL booleans)."""
        length = self.byte()
        if length <= MAX_SHORT_LENGTH:
            return self.raw(length) if length else None
        if length == LONG_LENGTH:
            return self._chunks()
        if length == _ESCAPE:
            self.byte()
        return None

    def _chunks(self) -> bytes:
        parts = []
        while size := self.unsigned():
            parts.append(self.raw(size))
        return b"".join(parts)

    def twice_sized(self) -> bytes:
        """Return a byte string after its universal length, b"" when absent."""
        return (self.sized() or b"") if self.unsigned() else b""

    def text(self) -> str:
        """Return what `twice_sized` returns, as text without the closing NULs of old keys."""
        return decoded(self.twice_sized()).rstrip("\0")


def decoded(content: bytes) -> str:
    """Return UTF-8 text of a request; raises MalformedRequestError when it is none."""
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        detail = "text that is not UTF-8"
        raise MalformedRequestError(detail) from error
