"""Objects and collections as they travel, and the descriptions of their types.

Both formats are those that python-oracledb reads (its `dbobject.pyx` and `dbobject_cache.pyx`).

An image is a header and the attributes, or the elements after their number. A value follows its
length; an object within an object has neither header nor length; a collection, and whatever is in
one, is an image of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.engine import values
from oracle_standin.protocol import CharsetForm, TypeCode, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_standin.engine.values import Decoder

    _Pack = Callable[[list[str | None]], bytes]
    _Encode = Callable[[str | None], bytes]

_OBJECT_FLAGS = 0x84  # of a version since 8.1, without a prefix segment
_COLLECTION_FLAGS = 0x88  # the same, a collection with its prefix segment
_PREFIX_SEGMENT = b"\x01\x01"
_VERSION = 1
_MAX_SHORT_LENGTH = 245
_LONG_LENGTH = b"\xfe"
_NULL_OBJECT = b"\xfd"
_NULL = b"\xff"

_HEADER_BYTES = 18
_NESTED_TABLE, _VARRAY = 2, 3
_UTF8_CHARSET, _UTF16_CHARSET = 873, 2000
_UNKNOWN_SCALE = -127

_PLAIN_CODES = {
    TypeCode.DATE: 2,
    TypeCode.BINARY_FLOAT: 37,
    TypeCode.BINARY_DOUBLE: 45,
    TypeCode.BOOLEAN: 8,
}
_SCALED_CODES = {TypeCode.TIMESTAMP: 21, TypeCode.TIMESTAMP_TZ: 23, TypeCode.TIMESTAMP_LTZ: 33}
_TEXT_CODES = {TypeCode.CHAR: 1, TypeCode.VARCHAR: 7}
_FLOAT_CODE, _NUMBER_CODE, _RAW_CODE, _OBJECT_CODE, _COLLECTION_CODE = 5, 6, 19, 27, 28


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of an object, or the element of a collection, which has no name."""

    name: str | None
    type_code: TypeCode
    charset_form: CharsetForm
    data_type: str
    length: int
    precision: int | None
    scale: int | None
    shape: Shape | None


@dataclass(frozen=True, slots=True)
class Shape:
    """A type made by CREATE TYPE; `collection` is TABLE, VARYING ARRAY or None for an object."""

    owner: str
    name: str
    oid: bytes
    collection: str | None
    upper_bound: int | None
    parts: tuple[Attribute, ...]


# ------------------------------------------------------------------------------ descriptions


def description_of(shape: Shape) -> bytes:
    """Return the description of a type; raises OracleError 3001 for what the driver cannot read."""
    if shape.collection is None:
        return description([_part(part) for part in shape.parts])
    kind = _VARRAY if shape.collection == "VARYING ARRAY" else _NESTED_TABLE
    bound = shape.upper_bound or 0
    entry = bytes((_COLLECTION_CODE,))
    after = _HEADER_BYTES + len(entry) + 9
    entry += after.to_bytes(4, "big") + bound.to_bytes(4, "big") + bytes((kind,))
    return description([entry]) + _part(shape.parts[0])


def description(parts: Sequence[bytes]) -> bytes:
    """Return a description with these parts after its header."""
    header = bytes(8) + len(parts).to_bytes(2, "big")
    return header.ljust(_HEADER_BYTES, b"\0") + b"".join(parts)


def _part(part: Attribute) -> bytes:
    code = part.type_code
    if part.shape is not None:
        return bytes((_OBJECT_CODE,)).ljust(6, b"\0")
    if code is TypeCode.NUMBER:
        return _number(part)
    if code in _TEXT_CODES:
        charset = _UTF16_CHARSET if part.charset_form is CharsetForm.NATIONAL else _UTF8_CHARSET
        size = part.length.to_bytes(2, "big")
        return bytes((_TEXT_CODES[code], *size, part.charset_form)) + charset.to_bytes(2, "big")
    if code is TypeCode.RAW:
        return bytes((_RAW_CODE,)) + part.length.to_bytes(2, "big")
    if code in _SCALED_CODES:
        return bytes((_SCALED_CODES[code], part.scale or 0))
    if code in _PLAIN_CODES:
        return bytes((_PLAIN_CODES[code],))
    raise _refusal(part)


def _number(part: Attribute) -> bytes:
    if part.data_type == "FLOAT":
        return bytes((_FLOAT_CODE, part.precision or 0))
    precision = part.precision or (0 if part.scale is None else 38)
    scale = _UNKNOWN_SCALE if part.scale is None else part.scale
    return bytes((_NUMBER_CODE, precision & 0xFF, scale & 0xFF))


def _refusal(part: Attribute) -> Exception:
    return not_in_this_standin(f"{part.data_type} within an object")


# ------------------------------------------------------------------------------------ images


def decoder(shape: Shape, time_zone: str) -> Decoder:
    """Return the function from a value's text in the engine to its image."""
    pack = _packer(shape, time_zone)

    def decode(text: bytes) -> bytes:
        return _image(shape, pack(_texts(text)))

    return decode


def _texts(text: bytes) -> list[str | None]:
    """Return the texts that a value of the engine is made of."""
    found: list[str | None] = json.loads(bytes.fromhex(text[2:].decode()))["values"]
    return found


def _image(shape: Shape, content: bytes) -> bytes:
    is_object = shape.collection is None
    flags = _OBJECT_FLAGS if is_object else _COLLECTION_FLAGS
    body = content if is_object else _PREFIX_SEGMENT + content
    header = bytes((flags, _VERSION)) + _LONG_LENGTH
    return header + (len(header) + 4 + len(body)).to_bytes(4, "big") + body


def _packer(shape: Shape, time_zone: str) -> _Pack:
    """Return the function from the texts of a value to what follows the header of its image."""
    in_collection = shape.collection is not None
    encoders = [_encoder(part, time_zone, apart=in_collection) for part in shape.parts]
    if not in_collection:
        return lambda texts: b"".join(
            encode(text) for encode, text in zip(encoders, texts, strict=True)
        )
    encode = encoders[0]
    return lambda texts: b"\0" + _length(len(texts)) + b"".join(map(encode, texts))


def _encoder(part: Attribute, time_zone: str, *, apart: bool) -> _Encode:
    if part.shape is not None:
        return _object_encoder(part.shape, time_zone, apart=apart)
    decode = values.decoder(part.type_code, time_zone)
    if part.type_code is TypeCode.BOOLEAN:
        return lambda text: _NULL if text is None else b"\x04\0\0\0" + decode(text.encode())
    _part(part)  # refuses what has no description
    if part.charset_form is CharsetForm.NATIONAL:
        return lambda text: _sized(None if text is None else text.encode("utf-16-be"))
    return lambda text: _sized(None if text is None else decode(text.encode()))


def _object_encoder(shape: Shape, time_zone: str, *, apart: bool) -> _Encode:
    pack = _packer(shape, time_zone)
    is_image = apart or shape.collection is not None

    def encode(text: str | None) -> bytes:
        if text is None:
            return _NULL if is_image else _NULL_OBJECT
        content = pack(_texts(text.encode()))
        return _sized(_image(shape, content)) if is_image else content

    return encode


def _length(number: int) -> bytes:
    if number <= _MAX_SHORT_LENGTH:
        return bytes((number,))
    return _LONG_LENGTH + number.to_bytes(4, "big")


def _sized(value: bytes | None) -> bytes:
    return _NULL if value is None else _length(len(value)) + value
