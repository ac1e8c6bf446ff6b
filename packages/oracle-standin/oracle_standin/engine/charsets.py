"""Text in a database character set that does not take every character.

Source: Globalization Support Guide, "Choosing a Character Set": what a character set does not have
becomes its replacement character; of WE8MSWIN1252 that is the inverted question mark.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from oracle_standin.protocol import CharsetForm, TypeCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.backend import Bind
    from oracle_standin.protocol import BindValue

_TEXT_TYPES = frozenset({TypeCode.VARCHAR, TypeCode.CHAR, TypeCode.LONG, TypeCode.CLOB})
_ENCODINGS = {"WE8MSWIN1252": "cp1252"}
_REPLACEMENT = "\N{INVERTED QUESTION MARK}"
_HANDLER = "oracle_standin.replacement"


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return _REPLACEMENT * (error.end - error.start), error.end


codecs.register_error(_HANDLER, _replace)


def converted(text: str, charset: str) -> str:
    """Return a text as a database of a character set keeps it."""
    encoding = _ENCODINGS[charset]
    return text.encode(encoding, _HANDLER).decode(encoding)


def converted_rows(
    binds: Sequence[Bind], rows: Sequence[Sequence[BindValue]], charset: str
) -> list[list[BindValue]]:
    """Return bind rows with the values of database text converted; national text stays."""
    positions = [
        position
        for position, bind in enumerate(binds)
        if bind.type_code in _TEXT_TYPES and bind.charset_form is not CharsetForm.NATIONAL
    ]
    changed = [list(row) for row in rows]
    for row in changed:
        for position in positions:
            row[position] = _converted_value(row[position], charset)
    return changed


def _converted_value(value: BindValue, charset: str) -> BindValue:
    if isinstance(value, list):
        return [_converted_bytes(element, charset) for element in value]
    return _converted_bytes(value, charset)


def _converted_bytes(value: bytes | None, charset: str) -> bytes | None:
    if value is None or value.isascii():
        return value
    return converted(value.decode(errors="replace"), charset).encode()
