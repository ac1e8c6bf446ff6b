"""Images of vectors, written and read; as text; what is no image."""

from __future__ import annotations

import array
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_standin.codecs import (
    Vector,
    VectorFormat,
    VectorShape,
    vector_from_bytes,
    vector_to_bytes,
    vector_to_text,
)
from oracle_standin.engine import vectors
from oracle_standin.protocol import OracleError

_ELEMENTS = {
    VectorFormat.FLOAT32: st.floats(width=32, allow_nan=False, allow_infinity=False),
    VectorFormat.FLOAT64: st.floats(allow_nan=False, allow_infinity=False),
    VectorFormat.INT8: st.integers(-128, 127),
    VectorFormat.BINARY: st.integers(0, 255),
}


@st.composite
def any_vector(draw: st.DrawFn) -> Vector:
    vector_format = draw(st.sampled_from(VectorFormat))
    elements = tuple(draw(st.lists(_ELEMENTS[vector_format], min_size=1, max_size=40)))
    count = len(elements)
    if vector_format is VectorFormat.BINARY:
        return Vector(vector_format, count * 8, elements)
    if draw(st.booleans()):
        return Vector(vector_format, count, elements)
    positions = draw(st.sets(st.integers(0, 65534), min_size=count, max_size=count))
    return Vector(vector_format, 65535, elements, tuple(sorted(positions)))


@given(any_vector())
def test_an_image_is_read_as_it_was_written(vector: Vector) -> None:
    assert vector_from_bytes(vector_to_bytes(vector)) == vector


@given(any_vector())
def test_the_engine_keeps_the_vector(vector: Vector) -> None:
    text = vectors.encode(vector_to_bytes(vector))
    assert vector_from_bytes(vectors.decode(text)) == vector


@given(any_vector())
def test_text_is_a_literal_of_the_same_numbers(vector: Vector) -> None:
    read = numbers_of(vector_to_text(vector))
    wanted = [*map(float, vector.elements)]
    if vector.positions is not None:
        assert read[: 1 + len(wanted)] == [vector.dimensions, *vector.positions]
        read = read[1 + len(wanted) :]
    if vector.format is VectorFormat.FLOAT32:
        read = [*struct.unpack(f"{len(read)}f", struct.pack(f"{len(read)}f", *read))]
    assert read == wanted


def numbers_of(text: str) -> list[float]:
    return [float(item) for item in text.replace("[", "").replace("]", "").split(",")]


def test_an_image_byte_by_byte() -> None:
    image = vector_to_bytes(Vector(VectorFormat.FLOAT32, 2, (1.0, -2.0)))
    assert image[:9] == bytes.fromhex("db 00 0012 02 00000002")
    assert image[17:] == bytes.fromhex("bf800000 3fffffff")
    sparse = vector_to_bytes(Vector(VectorFormat.INT8, 5, (7, -1), (1, 3)))
    assert sparse[:9] == bytes.fromhex("db 02 0032 04 00000005")
    assert sparse[17:] == bytes.fromhex("0002 00000001 00000003 07 ff")
    binary = vector_to_bytes(Vector(VectorFormat.BINARY, 16, (201, 15)))
    assert binary[:17] == bytes.fromhex("db 01 0010 05 00000010 0000000000000000")
    assert binary[17:] == bytes((201, 15))


@pytest.mark.parametrize(
    ("vector", "text"),
    [
        (Vector(VectorFormat.FLOAT32, 2, tuple(array.array("f", [34.6, 77.8]))),
         "[3.45999985E+001,7.78000031E+001]"),
        (Vector(VectorFormat.FLOAT64, 2, (1.1, -1e-100)), "[1.1000000000000001E+000,-1.0E-100]"),
        (Vector(VectorFormat.INT8, 3, (10, -20, 30)), "[10,-20,30]"),
        (Vector(VectorFormat.INT8, 5, (1,), (4,)), "[5,[4],[1]]"),
    ],
)  # fmt: skip
def test_text_as_documented(vector: Vector, text: str) -> None:
    assert vector_to_text(vector) == text


@pytest.mark.parametrize(
    "image",
    [b"", b"\xdb", bytes(30), bytes.fromhex("db 00 0012 09 00000001") + bytes(12),
     vector_to_bytes(Vector(VectorFormat.FLOAT32, 2, (1.0, 2.0)))[:-1]],
)  # fmt: skip
def test_what_is_no_image(image: bytes) -> None:
    with pytest.raises(OracleError, match="ORA-51807"):
        vector_from_bytes(image)


@pytest.mark.parametrize("element", [math.inf, -math.inf, math.nan])
def test_what_is_no_number_is_refused(element: float) -> None:
    image = vector_to_bytes(Vector(VectorFormat.FLOAT64, 2, (0.0, element)))
    with pytest.raises(OracleError, match=r"ORA-51805.*dimension value 2"):
        vectors.encode(image)


@pytest.mark.parametrize("dimensions", [0, 1, 65535])
@pytest.mark.parametrize("vector_format", [None, *VectorFormat])
@pytest.mark.parametrize("sparse", [None, False, True])
def test_a_modifier_keeps_the_shape(
    dimensions: int, vector_format: VectorFormat | None, sparse: bool | None
) -> None:
    shape = VectorShape(dimensions, vector_format, sparse)
    assert vectors.shape(vectors.modifier(shape)) == shape


def test_what_shapes_have_in_common() -> None:
    two = VectorShape(2, VectorFormat.INT8)
    assert vectors.common_shape([two, two]) == two
    assert vectors.common_shape([two, VectorShape(3, VectorFormat.INT8)]) == VectorShape(
        0, VectorFormat.INT8, None
    )
    assert vectors.common_shape([two, VectorShape(2, VectorFormat.FLOAT32)]).format is None
