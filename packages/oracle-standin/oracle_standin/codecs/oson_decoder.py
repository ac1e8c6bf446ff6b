"""OSON to JSON text: everything that clients send, vectors and intervals excepted."""

from __future__ import annotations

import json
from typing import Any

from oracle_standin.codecs import oson_format as oson
from oracle_standin.codecs.binary import binary_double_from_bytes, binary_float_from_bytes
from oracle_standin.codecs.datetimes import DateTime, datetime_from_bytes
from oracle_standin.codecs.numbers import number_to_text
from oracle_standin.protocol import not_in_this_standin


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
            raise oson.syntax_error()
        self._position += count
        return content

    def _integer(self, width: int) -> int:
        return int.from_bytes(self._raw(width), "big")

    def document(self) -> Any:  # noqa: ANN401 - whatever JSON holds
        if self._raw(3) != oson.MAGIC:
            raise oson.syntax_error()
        version, flags = self._integer(1), self._integer(2)
        self._relative = bool(flags & oson.RELATIVE_OFFSETS)
        tree_width = 4 if flags & oson.TREE_SIZE_4 else 2
        if flags & oson.SCALAR:
            self._integer(tree_width)
        else:
            self._read_names(version, flags, tree_width)
        self._tree = self._position
        return self._node()

    def _read_names(self, version: int, flags: int, tree_width: int) -> None:
        if flags & oson.NAME_COUNT_4:
            self._id_bytes = 4
        elif flags & oson.NAME_COUNT_2:
            self._id_bytes = 2
        count = self._integer(self._id_bytes)
        width = 4 if flags & oson.NAMES_SIZE_4 else 2
        size = self._integer(width)
        long_count = long_size = long_width = 0
        if version == oson.VERSION_LONG_NAMES:
            long_width = 2 if self._integer(2) & oson.LONG_NAMES_SIZE_2 else 4
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
        if code & oson.CONTAINER:
            return self._container(code, start - self._tree)
        if code in oson.WORDS:
            return oson.WORDS[code]
        if code in oson.SIZED_TEXT:
            return self._raw(self._integer(oson.SIZED_TEXT[code])).decode("utf-8", "replace")
        if code in oson.SIZED_BINARY:
            return self._raw(self._integer(oson.SIZED_BINARY[code])).hex().upper()
        if code in oson.DATETIMES:
            return _iso(datetime_from_bytes(self._raw(oson.DATETIMES[code])))
        return self._number_or_inline(code)

    def _number_or_inline(self, code: int) -> Any:  # noqa: ANN401 - whatever JSON holds
        if code == oson.NUMBER:
            return oson.Digits(number_to_text(self._raw(self._integer(1))))
        if code == oson.BINARY_DOUBLE:
            return binary_double_from_bytes(self._raw(8))
        if code == oson.BINARY_FLOAT:
            return binary_float_from_bytes(self._raw(4))
        if code & 0xF0 in {0x20, 0x60}:
            return oson.Digits(number_to_text(self._raw((code & 0x0F) + 1)))
        if code & 0xF0 in {0x40, 0x50}:
            return oson.Digits(number_to_text(self._raw(code & 0x0F)))
        if code < 0x20:
            return self._raw(code).decode("utf-8", "replace")
        refusal = not_in_this_standin(f"JSON value of type {code:#x}")
        raise refusal

    def _child_count(self, code: int) -> int:
        return self._integer({0x00: 1, 0x08: 2, 0x10: 4}[code & oson.SHARED_NAMES])

    def _container(self, code: int, own_offset: int) -> Any:  # noqa: ANN401 - dict or list
        offset_width = 4 if code & oson.OFFSETS_4 else 2
        is_object = not code & 0x40
        field_ids: list[int] = []
        if code & oson.SHARED_NAMES == oson.SHARED_NAMES:
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
        raise oson.syntax_error() from error
    return _serialized(document).encode()


def _serialized(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    """Return JSON text; `json.dumps` alone would quote the digits."""
    if isinstance(value, dict):
        members = (f"{json.dumps(key)}:{_serialized(child)}" for key, child in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_serialized, value)) + "]"
    if isinstance(value, oson.Digits):
        return str.__str__(value)
    return json.dumps(value, ensure_ascii=False)
