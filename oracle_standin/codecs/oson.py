"""OSON, Oracle's binary JSON: JSON text to bytes and back.

An image is a header, the field names (hash, offset and text of each, sorted by hash) and a tree of
nodes. A container node lists field ids (objects only) and the offset of each child in the tree.
Numbers are Oracle NUMBERs, so that every digit survives.

Writing keeps to a plain subset (one-byte hashes, 4-byte offsets); reading takes all that clients
send. Field names over 255 bytes are refused.

Source: the encoder and decoder of the public thin drivers.
"""

from __future__ import annotations

import json
import struct
from typing import Any

from oracle_standin.backend import OracleError, not_in_this_standin
from oracle_standin.codecs.binary import binary_double_from_bytes, binary_float_from_bytes
from oracle_standin.codecs.datetimes import DateTime, datetime_from_bytes
from oracle_standin.codecs.numbers import number_from_text, number_to_text

_MAGIC = b"\xffJZ"
_VERSION_SHORT_NAMES = 1
_VERSION_LONG_NAMES = 3
_MAX_SHORT_NAME = 255

_RELATIVE_OFFSETS = 0x01
_INLINE_LEAF = 0x02
_LENGTH_IN_CODE = 0x04
_NAME_COUNT_4 = 0x08
_SCALAR = 0x10
_HASH_1 = 0x0100
_NAME_COUNT_2 = 0x0400
_NAMES_SIZE_4 = 0x0800
_TREE_SIZE_4 = 0x1000
_TINY_NODES = 0x2000
_LONG_NAMES_SIZE_2 = 0x0100

_OBJECT = 0x84
_ARRAY = 0xC0
_OFFSETS_4 = 0x20
_CONTAINER = 0x80
_SHARED_NAMES = 0x18
_NULL, _TRUE, _FALSE = 0x30, 0x31, 0x32
_STRING_1, _STRING_2, _STRING_4 = 0x33, 0x37, 0x38
_NUMBER = 0x34
_ID = 0x7E
_BINARY_2, _BINARY_4 = 0x3A, 0x3B
_DATETIMES = {0x3C: 7, 0x7D: 7, 0x39: 11, 0x7C: 13}
_BINARY_DOUBLE, _BINARY_FLOAT = 0x36, 0x7F
_WORDS = {_NULL: None, _TRUE: True, _FALSE: False}
_SIZED_TEXT = {_STRING_1: 1, _STRING_2: 2, _STRING_4: 4}
_SIZED_BINARY = {_ID: 1, _BINARY_2: 2, _BINARY_4: 4}


class _Digits(str):
    """A JSON number as it is written; the type tells it from a string."""

    __slots__ = ()


class _Encoder:
    """Builds the tree of one document; children come after their container."""

    def __init__(self, field_ids: dict[str, int]) -> None:
        self._field_ids = field_ids
        self._id_bytes = _id_bytes(len(field_ids))
        self.tree = bytearray()

    def node(self, value: Any) -> None:  # noqa: ANN401 - whatever JSON holds
        if isinstance(value, dict):
            self._container(_OBJECT, list(value.values()), [self._field_ids[key] for key in value])
        elif isinstance(value, list):
            self._container(_ARRAY, value, [])
        elif isinstance(value, _Digits):
            number = number_from_text(value)
            self.tree += bytes((_NUMBER, len(number))) + number
        elif isinstance(value, str):
            self._text(value.encode("utf-8", "replace"))
        else:
            self.tree.append(_NULL if value is None else _TRUE if value else _FALSE)

    def _text(self, content: bytes) -> None:
        length = len(content)
        if length < 256:
            self.tree += bytes((_STRING_1, length))
        elif length < 65536:
            self.tree += struct.pack(">BH", _STRING_2, length)
        else:
            self.tree += struct.pack(">BI", _STRING_4, length)
        self.tree += content

    def _container(self, code: int, children: list[Any], field_ids: list[int]) -> None:
        count = len(children)
        if count < 256:
            self.tree += struct.pack(">BB", code | _OFFSETS_4, count)
        elif count < 65536:
            self.tree += struct.pack(">BH", code | _OFFSETS_4 | 0x08, count)
        else:
            self.tree += struct.pack(">BI", code | _OFFSETS_4 | 0x10, count)
        for field_id in field_ids:
            self.tree += field_id.to_bytes(self._id_bytes, "big")
        offset = len(self.tree)
        self.tree += bytes(4 * count)
        for child in children:
            struct.pack_into(">I", self.tree, offset, len(self.tree))
            offset += 4
            self.node(child)


def oson_from_json(text: bytes) -> bytes:
    """Return the OSON image of a JSON text in UTF-8.

    Raises OracleError 40441 when the text is not JSON.
    """
    try:
        value = json.loads(
            text, parse_float=_Digits, parse_int=_Digits, parse_constant=_refuse_constant
        )
    except ValueError as error:
        raise _syntax_error() from error
    names = sorted(_names(value, set()), key=_name_order)
    encoder = _Encoder({name: position for position, name in enumerate(names, 1)})
    encoder.node(value)
    tree = bytes(encoder.tree)
    is_large = len(tree) > 0xFFFF
    flags = _INLINE_LEAF | _LENGTH_IN_CODE | (_TREE_SIZE_4 if is_large else 0)
    size = len(tree).to_bytes(4 if is_large else 2, "big")
    if not isinstance(value, dict | list):
        return _header(flags | _SCALAR) + size + tree
    more_flags, counts, segment = _name_segment(names)
    flags |= more_flags | _HASH_1 | _TINY_NODES
    return b"".join((_header(flags), counts, size, b"\x00\x00", segment, tree))


def _header(flags: int) -> bytes:
    return _MAGIC + bytes((_VERSION_SHORT_NAMES,)) + struct.pack(">H", flags)


def _refuse_constant(_text: str) -> None:
    raise _syntax_error()


def _syntax_error() -> OracleError:
    return OracleError(40441, "JSON syntax error")


def _names(value: Any, found: set[str]) -> set[str]:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, dict):
        found.update(value)
        for child in value.values():
            _names(child, found)
    elif isinstance(value, list):
        for child in value:
            _names(child, found)
    return found


def _hash(name: bytes) -> int:
    """Return the hash of a field name (FNV-1a, 32 bits)."""
    value = 0x811C9DC5
    for byte in name:
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def _name_order(name: str) -> tuple[int, int, bytes]:
    content = name.encode("utf-8", "replace")
    return _hash(content) & 0xFF, len(content), content


def _id_bytes(name_count: int) -> int:
    return 1 if name_count < 256 else 2 if name_count < 65536 else 4


def _name_segment(names: list[str]) -> tuple[int, bytes, bytes]:
    """Return the flags, the header's counts, and hashes, offsets and texts of the field names."""
    contents = [name.encode("utf-8", "replace") for name in names]
    if any(len(content) > _MAX_SHORT_NAME for content in contents):
        refusal = not_in_this_standin("a JSON field name over 255 bytes")
        raise refusal
    flags = {1: 0, 2: _NAME_COUNT_2, 4: _NAME_COUNT_4}[_id_bytes(len(names))]
    texts = b"".join(bytes((len(content),)) + content for content in contents)
    width = 2
    if len(texts) > 0xFFFF:
        flags |= _NAMES_SIZE_4
        width = 4
    hashes = bytes(_hash(content) & 0xFF for content in contents)
    offsets = bytearray()
    offset = 0
    for content in contents:
        offsets += offset.to_bytes(width, "big")
        offset += len(content) + 1
    counts = len(names).to_bytes(_id_bytes(len(names)), "big") + len(texts).to_bytes(width, "big")
    return flags, counts, hashes + bytes(offsets) + texts


class _Decoder:
    """Reads one image."""

    def __init__(self, image: bytes) -> None:
        self._image = image
        self._position = 0
        self._names: list[str] = []
        self._id_bytes = 1
        self._tree = 0
        self._relative = False

    def _raw(self, count: int) -> bytes:
        content = self._image[self._position : self._position + count]
        if len(content) < count:
            raise _syntax_error()
        self._position += count
        return content

    def _integer(self, width: int) -> int:
        return int.from_bytes(self._raw(width), "big")

    def document(self) -> Any:  # noqa: ANN401 - whatever JSON holds
        if self._raw(3) != _MAGIC:
            raise _syntax_error()
        version, flags = self._integer(1), self._integer(2)
        self._relative = bool(flags & _RELATIVE_OFFSETS)
        tree_width = 4 if flags & _TREE_SIZE_4 else 2
        if flags & _SCALAR:
            self._integer(tree_width)
        else:
            self._read_names(version, flags, tree_width)
        self._tree = self._position
        return self._node()

    def _read_names(self, version: int, flags: int, tree_width: int) -> None:
        if flags & _NAME_COUNT_4:
            self._id_bytes = 4
        elif flags & _NAME_COUNT_2:
            self._id_bytes = 2
        count = self._integer(self._id_bytes)
        width = 4 if flags & _NAMES_SIZE_4 else 2
        size = self._integer(width)
        long_count = long_size = long_width = 0
        if version == _VERSION_LONG_NAMES:
            long_width = 2 if self._integer(2) & _LONG_NAMES_SIZE_2 else 4
            long_count, long_size = self._integer(4), self._integer(4)
        self._integer(tree_width)
        self._integer(2)  # number of tiny nodes
        self._read_segment(count, 1, width, size)
        if long_count:
            self._read_segment(long_count, 2, long_width, long_size)

    def _read_segment(self, count: int, length_width: int, width: int, size: int) -> None:
        """Read a segment of names; hashes are as wide as the lengths of the names."""
        self._raw(count * length_width)
        offsets = [self._integer(width) for _ in range(count)]
        texts = self._raw(size)
        for offset in offsets:
            start = offset + length_width
            length = int.from_bytes(texts[offset:start], "big")
            self._names.append(texts[start : start + length].decode("utf-8", "replace"))

    def _node(self) -> Any:  # noqa: ANN401 - whatever JSON holds
        start = self._position
        code = self._integer(1)
        if code & _CONTAINER:
            return self._container(code, start - self._tree)
        if code in _WORDS:
            return _WORDS[code]
        if code in _SIZED_TEXT:
            return self._raw(self._integer(_SIZED_TEXT[code])).decode("utf-8", "replace")
        if code in _SIZED_BINARY:
            return self._raw(self._integer(_SIZED_BINARY[code])).hex().upper()
        if code in _DATETIMES:
            return _iso(datetime_from_bytes(self._raw(_DATETIMES[code])))
        return self._number_or_inline(code)

    def _number_or_inline(self, code: int) -> Any:  # noqa: ANN401 - whatever JSON holds
        if code == _NUMBER:
            return _Digits(number_to_text(self._raw(self._integer(1))))
        if code == _BINARY_DOUBLE:
            return binary_double_from_bytes(self._raw(8))
        if code == _BINARY_FLOAT:
            return binary_float_from_bytes(self._raw(4))
        if code & 0xF0 in {0x20, 0x60}:
            return _Digits(number_to_text(self._raw((code & 0x0F) + 1)))
        if code & 0xF0 in {0x40, 0x50}:
            return _Digits(number_to_text(self._raw(code & 0x0F)))
        if code < 0x20:
            return self._raw(code).decode("utf-8", "replace")
        refusal = not_in_this_standin(f"JSON value of type {code:#x}")
        raise refusal

    def _child_count(self, code: int) -> int:
        return self._integer({0x00: 1, 0x08: 2, 0x10: 4}[code & _SHARED_NAMES])

    def _container(self, code: int, own_offset: int) -> Any:  # noqa: ANN401 - dict or list
        offset_width = 4 if code & _OFFSETS_4 else 2
        is_object = not code & 0x40
        field_ids: list[int] = []
        if code & _SHARED_NAMES == _SHARED_NAMES:
            field_ids, count = self._shared_names(offset_width)
        else:
            count = self._child_count(code)
            if is_object:
                field_ids = [self._integer(self._id_bytes) for _ in range(count)]
        base = self._tree + (own_offset if self._relative else 0)
        offsets = [self._integer(offset_width) for _ in range(count)]
        children = []
        for offset in offsets:
            self._position = base + offset
            children.append(self._node())
        if not is_object:
            return children
        keys = (self._names[field_id - 1] for field_id in field_ids)
        return dict(zip(keys, children, strict=True))

    def _shared_names(self, offset_width: int) -> tuple[list[int], int]:
        """Return the field ids of the object that this one shares them with."""
        offset = self._integer(offset_width)
        back = self._position
        self._position = self._tree + offset
        count = self._child_count(self._integer(1))
        field_ids = [self._integer(self._id_bytes) for _ in range(count)]
        self._position = back
        return field_ids, count


def _iso(moment: DateTime) -> str:
    text = f"{moment.year:04d}-{moment.month:02d}-{moment.day:02d}"
    text += f"T{moment.hour:02d}:{moment.minute:02d}:{moment.second:02d}"
    if moment.nanosecond:
        text += f".{moment.nanosecond:09d}".rstrip("0")
    if moment.offset_minutes is not None:
        hours, minutes = divmod(abs(moment.offset_minutes), 60)
        text += f"{'-' if moment.offset_minutes < 0 else '+'}{hours:02d}:{minutes:02d}"
    return text


def oson_to_json(image: bytes) -> bytes:
    """Return the JSON text of an OSON image in UTF-8, keys in the image's order.

    Dates become ISO 8601 text and binary values hexadecimal text, as JSON_SERIALIZE does. Raises
    OracleError 40441 for a damaged image and 3001 for extended types (vectors, intervals).
    """
    try:
        document = _Decoder(image).document()
    except (IndexError, KeyError) as error:
        raise _syntax_error() from error
    return _serialized(document).encode()


def _serialized(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    """Return JSON text; `json.dumps` alone would quote the digits."""
    if isinstance(value, dict):
        members = (f"{json.dumps(key)}:{_serialized(child)}" for key, child in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_serialized, value)) + "]"
    if isinstance(value, _Digits):
        return str.__str__(value)
    return json.dumps(value, ensure_ascii=False)
