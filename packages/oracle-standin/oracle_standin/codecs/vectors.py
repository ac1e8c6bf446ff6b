"""VECTOR images: a header, a norm, and the elements as BINARY_FLOAT, BINARY_DOUBLE or bytes.

    0xDB, version, 2 bytes of flags, format, 4 bytes of dimensions, 8 bytes of norm,
    [2 bytes of count, 4 bytes a position, when it is sparse,] elements

A BINARY vector packs eight dimensions into a byte, and each byte counts as an element here.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from oracle_standin.codecs.binary import binary_double_to_bytes
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_DIMENSIONS = 65535
DIMENSIONS_A_BYTE = 8
_MAGIC = 0xDB
_HEADER = struct.Struct(">BBHBI")
_NORM_BYTES = 8
_HAS_NORM, _HAS_ROOM_FOR_NORM, _IS_SPARSE = 0x02, 0x10, 0x20
_VERSION_DENSE, _VERSION_BINARY, _VERSION_SPARSE = 0, 1, 2


class VectorFormat(IntEnum):
    """How the elements are stored, by the numbers that images and describe information carry."""

    FLOAT32 = 2
    FLOAT64 = 3
    INT8 = 4
    BINARY = 5


@dataclass(frozen=True, slots=True)
class VectorShape:
    """What a VECTOR column asks of its values: 0 and None where anything goes."""

    dimensions: int = 0
    format: VectorFormat | None = None
    sparse: bool | None = False


@dataclass(frozen=True, slots=True)
class Vector:
    """A value; `positions` are those of its elements when it is sparse, counted from 0."""

    format: VectorFormat
    dimensions: int
    elements: tuple[float, ...]
    positions: tuple[int, ...] | None = None


_BITS = {VectorFormat.FLOAT32: ("f", "I", 32), VectorFormat.FLOAT64: ("d", "Q", 64)}
_BYTES = {VectorFormat.INT8: "b", VectorFormat.BINARY: "B"}


def vector_to_bytes(vector: Vector) -> bytes:
    """Return the image of a vector."""
    version, flags, norm = _VERSION_DENSE, _HAS_ROOM_FOR_NORM, bytes(_NORM_BYTES)
    if vector.format is VectorFormat.BINARY:
        version = _VERSION_BINARY
    else:
        flags |= _HAS_NORM
        norm = binary_double_to_bytes(math.hypot(*vector.elements))
    places = b""
    if vector.positions is not None:
        version, flags = _VERSION_SPARSE, flags | _IS_SPARSE
        count = len(vector.positions)
        places = struct.pack(f">H{count}I", count, *vector.positions)
    header = _HEADER.pack(_MAGIC, version, flags, vector.format, vector.dimensions)
    return header + norm + places + _packed(vector.format, vector.elements)


def _packed(vector_format: VectorFormat, elements: Sequence[float]) -> bytes:
    count = len(elements)
    if vector_format in _BYTES:
        return struct.pack(f"{count}{_BYTES[vector_format]}", *map(int, elements))
    real, whole, width = _BITS[vector_format]
    sign, every = 1 << (width - 1), (1 << width) - 1
    bits = struct.unpack(f">{count}{whole}", struct.pack(f">{count}{real}", *elements))
    sortable = (number ^ every if number & sign else number | sign for number in bits)
    return struct.pack(f">{count}{whole}", *sortable)


def vector_from_bytes(image: bytes) -> Vector:
    """Return the vector of an image; raises OracleError 51807 for bytes that are none."""
    try:
        return _read(image)
    except (struct.error, ValueError):
        message = "Vector is not properly formatted"
        raise OracleError(51807, message) from None


def _read(image: bytes) -> Vector:
    magic, version, flags, number, dimensions = _HEADER.unpack_from(image)
    if magic != _MAGIC or version > _VERSION_SPARSE:
        raise ValueError(magic)
    vector_format = VectorFormat(number)
    position = _HEADER.size
    if flags & (_HAS_NORM | _HAS_ROOM_FOR_NORM):
        position += _NORM_BYTES
    count, positions = dimensions, None
    if flags & _IS_SPARSE:
        (count,) = struct.unpack_from(">H", image, position)
        positions = struct.unpack_from(f">{count}I", image, position + 2)
        position += 2 + 4 * count
    elif vector_format is VectorFormat.BINARY:
        count = dimensions // DIMENSIONS_A_BYTE
    elements = _unpacked(vector_format, image, position, count)
    return Vector(vector_format, dimensions, elements, positions)


def _unpacked(
    vector_format: VectorFormat, image: bytes, position: int, count: int
) -> tuple[float, ...]:
    if vector_format in _BYTES:
        return struct.unpack_from(f"{count}{_BYTES[vector_format]}", image, position)
    real, whole, width = _BITS[vector_format]
    sign, every = 1 << (width - 1), (1 << width) - 1
    sortable = struct.unpack_from(f">{count}{whole}", image, position)
    bits = (number ^ sign if number & sign else number ^ every for number in sortable)
    return struct.unpack(f">{count}{real}", struct.pack(f">{count}{whole}", *bits))


def vector_to_text(vector: Vector) -> str:
    """Return a vector as FROM_VECTOR writes it: whole numbers, or 9 or 17 digits and exponent."""
    elements = ",".join(_element(vector.format, element) for element in vector.elements)
    if vector.positions is None:
        return f"[{elements}]"
    positions = ",".join(map(str, vector.positions))
    return f"[{vector.dimensions},[{positions}],[{elements}]]"


def _element(vector_format: VectorFormat, element: float) -> str:
    if vector_format in _BYTES:
        return str(int(element))
    digits = 8 if vector_format is VectorFormat.FLOAT32 else 16
    mantissa, _, exponent = f"{element:.{digits}e}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}E{exponent[0]}{exponent[1:]:0>3}"
