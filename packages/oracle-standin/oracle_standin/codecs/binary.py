"""BINARY_DOUBLE and BINARY_FLOAT: IEEE 754, big-endian, made to sort as bytes.

A positive number has its sign bit set, a negative one all its bits flipped.
"""

from __future__ import annotations

import struct

from oracle_standin.protocol import OracleError

_DOUBLE = struct.Struct(">d")
_FLOAT = struct.Struct(">f")
_FLIP = bytes(255 - byte for byte in range(256))


def _sortable(plain: bytes) -> bytes:
    if plain[0] & 0x80:
        return plain.translate(_FLIP)
    return bytes((plain[0] | 0x80,)) + plain[1:]


def _plain(sortable: bytes) -> bytes:
    if sortable[0] & 0x80:
        return bytes((sortable[0] & 0x7F,)) + sortable[1:]
    return sortable.translate(_FLIP)


def binary_double_to_bytes(value: float) -> bytes:
    """Return the 8 bytes of a BINARY_DOUBLE; Oracle has no negative zero, it becomes 0."""
    return _sortable(_DOUBLE.pack(value + 0.0))


def binary_double_from_bytes(value: bytes) -> float:
    """Return the number in 8 bytes; raises OracleError 1722 for another length."""
    return _unpack(_DOUBLE, value)


def binary_float_to_bytes(value: float) -> bytes:
    """Return the 4 bytes of a BINARY_FLOAT; raises OracleError 1426 when it is out of range."""
    try:
        return _sortable(_FLOAT.pack(value + 0.0))
    except OverflowError as error:
        raise OracleError(1426, "numeric overflow") from error


def binary_float_from_bytes(value: bytes) -> float:
    """Return the number in 4 bytes; raises OracleError 1722 for another length."""
    return _unpack(_FLOAT, value)


def _unpack(layout: struct.Struct, value: bytes) -> float:
    if len(value) != layout.size:
        raise OracleError(1722, "invalid number")
    number: float = layout.unpack(_plain(value))[0]
    return number
