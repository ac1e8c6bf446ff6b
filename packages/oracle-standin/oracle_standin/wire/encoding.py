"""How integers and byte strings are written in messages.

"Universal" integers are a length byte and that many bytes, big-endian, 0 being the length alone.
Byte strings up to 252 bytes follow a length byte; longer ones come in chunks after a 254, and the
length 0 is NULL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from oracle_standin.protocol import Value

    ColumnEncoder = Callable[[Iterable[Value]], Iterable[bytes]]
    """Writes the values of one column as they travel."""

MAX_SHORT_LENGTH = 252
LONG_LENGTH = 254
CHUNK_BYTES = 32767
NULL = b"\x00"

LENGTH_BYTE = [bytes((length,)) for length in range(256)]
_SMALL = [b"\x00"] + [bytes((1, number)) for number in range(1, 256)]


def unsigned(number: int) -> bytes:
    """Return a universal unsigned integer of up to 8 bytes."""
    if number < 256:
        return _SMALL[number]
    size = (number.bit_length() + 7) // 8
    return LENGTH_BYTE[size] + number.to_bytes(size, "big")


def signed(number: int) -> bytes:
    """Return a universal signed integer: bit 7 of the length is the sign."""
    if number >= 0:
        return unsigned(number)
    magnitude = unsigned(-number)
    return LENGTH_BYTE[magnitude[0] | 0x80] + magnitude[1:]


def sized(content: bytes) -> bytes:
    """Return a byte string with its length; an empty one reads as NULL."""
    length = len(content)
    if length <= MAX_SHORT_LENGTH:
        return LENGTH_BYTE[length] + content
    parts = [LENGTH_BYTE[LONG_LENGTH]]
    for start in range(0, length, CHUNK_BYTES):
        chunk = content[start : start + CHUNK_BYTES]
        parts += (unsigned(len(chunk)), chunk)
    parts.append(NULL)
    return b"".join(parts)


def twice_sized(content: bytes | str) -> bytes:
    """Return a byte string (text as UTF-8) after its universal length; empty is one zero byte."""
    plain = content.encode() if isinstance(content, str) else content
    return unsigned(len(plain)) + sized(plain) if plain else NULL
