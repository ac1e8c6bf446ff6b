"""The value of a CURSOR expression: rows in one text, each a record after its length.

A record is PostgreSQL's text of a row: fields between parentheses, an empty one NULL, one in quotes
with quotes and backslashes doubled.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from oracle_standin.engine import values
from oracle_standin.open_cursors import ListedRows, OpenCursor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from oracle_standin.engine.values import Decoder
    from oracle_standin.open_cursors import OpenCursors
    from oracle_standin.protocol import Row
    from oracle_standin.rows import Column

_FIELD = re.compile(rb'(?:"((?:[^"\\]|""|\\\\)*)"|([^,]*))(,|$)', re.DOTALL)
_DOUBLED = re.compile(rb'""|\\\\')


def decoder(columns: tuple[Column, ...], decoders: Sequence[Decoder], kept: OpenCursors) -> Decoder:
    """Return the function from a value's text to an open cursor's value."""

    def decode(text: bytes) -> bytes:
        rows = [_row(fields, columns, decoders) for fields in records(text)]
        return kept.add(OpenCursor(columns, ListedRows(rows)))

    return decode


def _row(
    fields: Sequence[bytes | None], columns: Sequence[Column], decoders: Sequence[Decoder]
) -> Row:
    return tuple(
        None
        if field is None or (not field and column.type_code in values.PLAIN_TEXT)
        else decode(field)
        for field, column, decode in zip(fields, columns, decoders, strict=True)
    )


def records(text: bytes) -> Iterator[list[bytes | None]]:
    """Yield the fields of each record."""
    place = 0
    while place < len(text):
        colon = text.index(b":", place)
        end = colon + 1 + int(text[place:colon])
        yield list(_fields(text[colon + 2 : end - 1]))
        place = end


def _fields(record: bytes) -> Iterator[bytes | None]:
    place, more = 0, True
    while more:
        match = _FIELD.match(record, place)
        if match is None:
            message = f"no field of a record at {place}"
            raise ValueError(message)
        quoted, bare, comma = match.groups()
        yield (bare or None) if quoted is None else _DOUBLED.sub(_single, quoted)
        place, more = match.end(), bool(comma)


def _single(match: re.Match[bytes]) -> bytes:
    return match[0][:1]
