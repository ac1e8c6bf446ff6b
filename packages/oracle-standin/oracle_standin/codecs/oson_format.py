"""The numbers of an OSON image, Oracle's binary JSON, and what both directions share.

An image is a header, the field names (hash, offset and text of each, sorted by hash) and a tree of
nodes. A container node lists field ids (objects only) and the offset of each child in the tree.
Numbers are Oracle NUMBERs, so that every digit survives.

Source: the encoder and decoder of the public thin drivers.
"""

from __future__ import annotations

from oracle_standin.protocol import OracleError

MAGIC = b"\xffJZ"
VERSION_SHORT_NAMES = 1
VERSION_LONG_NAMES = 3
MAX_SHORT_NAME = 255

RELATIVE_OFFSETS = 0x01
INLINE_LEAF = 0x02
LENGTH_IN_CODE = 0x04
NAME_COUNT_4 = 0x08
SCALAR = 0x10
HASH_1 = 0x0100
NAME_COUNT_2 = 0x0400
NAMES_SIZE_4 = 0x0800
TREE_SIZE_4 = 0x1000
TINY_NODES = 0x2000
LONG_NAMES_SIZE_2 = 0x0100

OBJECT = 0x84
ARRAY = 0xC0
OFFSETS_4 = 0x20
CONTAINER = 0x80
SHARED_NAMES = 0x18
NULL, TRUE, FALSE = 0x30, 0x31, 0x32
STRING_1, STRING_2, STRING_4 = 0x33, 0x37, 0x38
NUMBER = 0x34
ID = 0x7E
BINARY_2, BINARY_4 = 0x3A, 0x3B
DATETIMES = {0x3C: 7, 0x7D: 7, 0x39: 11, 0x7C: 13}
BINARY_DOUBLE, BINARY_FLOAT = 0x36, 0x7F
WORDS = {NULL: None, TRUE: True, FALSE: False}
SIZED_TEXT = {STRING_1: 1, STRING_2: 2, STRING_4: 4}
SIZED_BINARY = {ID: 1, BINARY_2: 2, BINARY_4: 4}


class Digits(str):
    """A JSON number as it is written; the type tells it from a string."""

    __slots__ = ()


def syntax_error() -> OracleError:
    """Return the error for what is neither JSON nor an image."""
    return OracleError(40441, "JSON syntax error")
