"""Extended ROWID: 18 base-64 characters for object, file, block and row.

Source: SQL Language Reference, "Rowid Values": OOOOOOFFFBBBBBBRRR, digits A-Z, a-z, 0-9, + and /.
"""

from __future__ import annotations

from oracle_standin.protocol import OracleError

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_LENGTH = 18


def _digits(number: int, width: int) -> str:
    return "".join(_ALPHABET[number >> 6 * place & 63] for place in reversed(range(width)))


def rowid_text(object_id: int, file: int, block: int, row: int) -> str:
    """Return the 18 characters of a ROWID."""
    return _digits(object_id, 6) + _digits(file, 3) + _digits(block, 6) + _digits(row, 3)


def rowid_parts(text: str) -> tuple[int, int, int, int]:
    """Return object, file, block and row of a ROWID.

    Raises OracleError 1410 when the text is not 18 characters of the alphabet.
    """
    if len(text) != _LENGTH:
        raise OracleError(1410, "invalid ROWID")
    try:
        values = [_VALUES[character] for character in text]
    except KeyError as error:
        raise OracleError(1410, "invalid ROWID") from error
    object_id, file, block, row = (
        _number(values[start:end]) for start, end in ((0, 6), (6, 9), (9, 15), (15, 18))
    )
    return object_id, file, block, row


def _number(values: list[int]) -> int:
    total = 0
    for value in values:
        total = total << 6 | value
    return total
