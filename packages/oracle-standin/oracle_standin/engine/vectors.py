"""How vectors are kept in the engine, and what a type modifier of ora."VECTOR" says.

A value is text: format, dimensions, the elements as an array, and the positions as an array when it
is sparse, such as `2 3 {1,2.5,-3}` for a FLOAT32. A modifier packs dimensions, format and storage.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from oracle_standin.codecs import (
    Vector,
    VectorFormat,
    VectorShape,
    vector_from_bytes,
    vector_to_bytes,
)
from oracle_standin.codecs.vectors import DIMENSIONS_A_BYTE, MAX_DIMENSIONS
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Sequence

_MODIFIER_HEADER = 5  # varchar's modifier counts from 4, and its length from 1
_ANY_STORAGE, _DENSE, _SPARSE = 0, 1, 2
_STORAGE = {None: _ANY_STORAGE, False: _DENSE, True: _SPARSE}
_WORDS = {"*": None, "DENSE": False, "SPARSE": True}
_SPARSENESS = {_ANY_STORAGE: None, _DENSE: False, _SPARSE: True}


def type_name(shape: VectorShape) -> str:
    """Return the type in PostgreSQL of values of a shape."""
    return f'ora."VECTOR"({modifier(shape) - _MODIFIER_HEADER + 1})'


def modifier(shape: VectorShape) -> int:
    """Return PostgreSQL's modifier of a shape."""
    packed = shape.dimensions * 32 + (shape.format or 0) * 4 + _STORAGE[shape.sparse]
    return packed + _MODIFIER_HEADER


def shape(modifier: int) -> VectorShape:
    """Return the shape that a modifier of PostgreSQL's means; -1 is any."""
    if modifier < 0:
        return VectorShape()
    packed = modifier - _MODIFIER_HEADER
    number = packed // 4 % 8
    return VectorShape(
        packed // 32, VectorFormat(number) if number else None, _SPARSENESS[packed % 4]
    )


def common_shape(shapes: Sequence[VectorShape]) -> VectorShape:
    """Return the shape that a union of values of some shapes has: what they agree in.

    Values of different dimensions are not described as sparse (the driver's tests say so).
    """
    first = shapes[0]
    same_dimensions = all(item.dimensions == first.dimensions for item in shapes)
    same_storage = all(item.sparse == first.sparse for item in shapes)
    return VectorShape(
        first.dimensions if same_dimensions else 0,
        first.format if all(item.format == first.format for item in shapes) else None,
        first.sparse if same_dimensions and same_storage else None,
    )


def declared_shape(words: Sequence[str]) -> VectorShape:
    """Return the shape that the words between the parentheses of VECTOR(...) mean.

    Raises OracleError 51801 for dimensions out of range, 51802 for an unknown format and 51813 for
    BINARY dimensions that fill no whole bytes.
    """
    count, name, storage = (*words, *("*", "*", "DENSE")[len(words) :])[:3]
    specification = "Invalid VECTOR type specification: Invalid dimension"
    if count != "*" and not (count.isdecimal() and 1 <= int(count) <= MAX_DIMENSIONS):
        valid = "Valid values can either be * (i.e. flexible) or an integer between 1 and 65535"
        raise OracleError(51801, f"{specification} count ('{count}'). {valid}")
    if name not in ("*", *VectorFormat.__members__):
        raise OracleError(51802, f"{specification} format ('{name}')")
    if storage not in _WORDS or len(words) > 3:
        raise OracleError(907, "missing right parenthesis")
    dimensions = 0 if count == "*" else int(count)
    if name == "BINARY" and dimensions % DIMENSIONS_A_BYTE:
        message = "Vector of BINARY format should have a dimension count that is a multiple of 8"
        raise OracleError(51813, message)
    if name == "BINARY" and storage == "SPARSE":
        what = "a sparse vector of BINARY format"
        raise not_in_this_standin(what)
    return VectorShape(dimensions, None if name == "*" else VectorFormat[name], _WORDS[storage])


def encode(image: bytes) -> bytes:
    """Return the engine's text of an image; ORA-51805 for what is no number."""
    vector = vector_from_bytes(image)
    for place, element in enumerate(vector.elements, 1):
        if not math.isfinite(element):
            what = f"dimension value {place} is either not a number or infinity"
            raise OracleError(51805, f"Vector is not properly formatted ({what})")
    digits = "%.9g" if vector.format is VectorFormat.FLOAT32 else "%.17g"
    elements = ",".join(digits % element for element in vector.elements)
    text = f"{vector.format:d} {vector.dimensions} {{{elements}}}"
    if vector.positions is not None:
        text += f" {{{','.join(map(str, vector.positions))}}}"
    return text.encode()


def decode(text: bytes) -> bytes:
    """Return the image of the engine's text."""
    number, dimensions, elements, *positions = text.decode().split(" ")
    return vector_to_bytes(
        Vector(
            VectorFormat(int(number)),
            int(dimensions),
            tuple(map(float, _items(elements))),
            tuple(map(int, _items(positions[0]))) if positions else None,
        )
    )


def _items(array: str) -> list[str]:
    return array[1:-1].split(",") if len(array) > 2 else []
