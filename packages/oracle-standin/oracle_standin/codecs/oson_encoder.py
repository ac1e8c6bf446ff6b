"""JSON text to OSON, in a plain subset: one-byte hashes and 4-byte offsets.

Field names over 255 bytes are refused.
"""

from __future__ import annotations

import json
import struct
from typing import Any

from oracle_standin.codecs import oson_format as oson
from oracle_standin.codecs.numbers import number_from_text
from oracle_standin.protocol import not_in_this_standin


class _Encoder:
    """Builds the tree of one document; children come after their container."""

    def __init__(self, field_ids: dict[str, int]) -> None:
        self._field_ids = field_ids
        self._id_bytes = _id_bytes(len(field_ids))
        self.tree = bytearray()

    def node(self, value: Any) -> None:  # noqa: ANN401 - whatever JSON holds
        if isinstance(value, dict):
            self._container(
                oson.OBJECT, list(value.values()), [self._field_ids[key] for key in value]
            )
        elif isinstance(value, list):
            self._container(oson.ARRAY, value, [])
        elif isinstance(value, oson.Digits):
            number = number_from_text(value)
            self.tree += bytes((oson.NUMBER, len(number))) + number
        elif isinstance(value, str):
            self._text(value.encode("utf-8", "replace"))
        else:
            self.tree.append(oson.NULL if value is None else oson.TRUE if value else oson.FALSE)

    def _text(self, content: bytes) -> None:
        length = len(content)
        if length < 256:
            self.tree += bytes((oson.STRING_1, length))
        elif length < 65536:
            self.tree += struct.pack(">BH", oson.STRING_2, length)
        else:
            self.tree += struct.pack(">BI", oson.STRING_4, length)
        self.tree += content

    def _container(self, code: int, children: list[Any], field_ids: list[int]) -> None:
        count = len(children)
        if count < 256:
            self.tree += struct.pack(">BB", code | oson.OFFSETS_4, count)
        elif count < 65536:
            self.tree += struct.pack(">BH", code | oson.OFFSETS_4 | 0x08, count)
        else:
            self.tree += struct.pack(">BI", code | oson.OFFSETS_4 | 0x10, count)
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
            text, parse_float=oson.Digits, parse_int=oson.Digits, parse_constant=_refuse_constant
        )
    except ValueError as error:
        raise oson.syntax_error() from error
    names = sorted(_names(value, set()), key=_name_order)
    encoder = _Encoder({name: position for position, name in enumerate(names, 1)})
    encoder.node(value)
    tree = bytes(encoder.tree)
    is_large = len(tree) > 0xFFFF
    flags = oson.INLINE_LEAF | oson.LENGTH_IN_CODE | (oson.TREE_SIZE_4 if is_large else 0)
    size = len(tree).to_bytes(4 if is_large else 2, "big")
    if not isinstance(value, dict | list):
        return _header(flags | oson.SCALAR) + size + tree
    more_flags, counts, segment = _name_segment(names)
    flags |= more_flags | oson.HASH_1 | oson.TINY_NODES
    return b"".join((_header(flags), counts, size, b"\x00\x00", segment, tree))


def _header(flags: int) -> bytes:
    return oson.MAGIC + bytes((oson.VERSION_SHORT_NAMES,)) + struct.pack(">H", flags)


def _refuse_constant(_text: str) -> None:
    raise oson.syntax_error()


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
    if any(len(content) > oson.MAX_SHORT_NAME for content in contents):
        refusal = not_in_this_standin("a JSON field name over 255 bytes")
        raise refusal
    flags = {1: 0, 2: oson.NAME_COUNT_2, 4: oson.NAME_COUNT_4}[_id_bytes(len(names))]
    texts = b"".join(bytes((len(content),)) + content for content in contents)
    width = 2
    if len(texts) > 0xFFFF:
        flags |= oson.NAMES_SIZE_4
        width = 4
    hashes = bytes(_hash(content) & 0xFF for content in contents)
    offsets = bytearray()
    offset = 0
    for content in contents:
        offsets += offset.to_bytes(width, "big")
        offset += len(content) + 1
    counts = len(names).to_bytes(_id_bytes(len(names)), "big") + len(texts).to_bytes(width, "big")
    return flags, counts, hashes + bytes(offsets) + texts
