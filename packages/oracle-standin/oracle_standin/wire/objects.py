"""Object values as they travel.

An object is its type's identifier, its own, a snapshot, a version, the length of its image, flags,
and the image. An XMLTYPE's image holds the document's text, whatever its length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.protocol import TypeCode
from oracle_standin.wire.encoding import NULL, sized, unsigned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oracle_standin.protocol import Value
    from oracle_standin.rows import Column

_NO_PREFIX = 0x84
"""Image flags: of a version since 8.1, without a prefix segment."""
_IMAGE_VERSION = 1
_LONG_LENGTH = 254
_XML_VERSION = 1
_XML_IS_TEXT = 4
_NULL_OBJECT = NULL * 6


def is_xml(column: Column) -> bool:
    """Return whether a column of objects is one of XMLTYPE."""
    return column.type_code is TypeCode.OBJECT and column.type_name == "XMLTYPE"


def xml_columns(values: Iterable[Value]) -> list[bytes]:
    """Return the column values of XML documents, given as text in UTF-8."""
    return [_NULL_OBJECT if value is None else _object(_xml_image(value)) for value in values]


def image_columns(values: Iterable[Value]) -> list[bytes]:
    """Return the column values of objects and collections, given as their images."""
    return [_NULL_OBJECT if value is None else _object(value) for value in values]


def _xml_image(text: bytes) -> bytes:
    content = bytes((_XML_VERSION,)) + _XML_IS_TEXT.to_bytes(4, "big") + text
    header = bytes((_NO_PREFIX, _IMAGE_VERSION, _LONG_LENGTH))
    length = len(header) + 4 + len(content)
    return header + length.to_bytes(4, "big") + content


def _object(image: bytes) -> bytes:
    return b"".join((NULL * 4, unsigned(len(image)), NULL, sized(image)))
