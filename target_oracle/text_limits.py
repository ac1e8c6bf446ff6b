"""Text that the database would change without an error, refused before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_core.errors import DataError
from oracle_core.types import OracleType, row_of
from oracle_core.types.type_row import Family

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_core.server import Server

    Check = Callable[[Sequence[object]], None]

_UTF_8 = "utf-8"


def longest_text(server: Server) -> OracleType:
    """Return the longest VARCHAR2 of a database."""
    # Database Reference, "MAX_STRING_SIZE".
    length = 32_767 if server.max_string_size == "EXTENDED" else 4_000
    return OracleType("VARCHAR2", length=length, char_used="B")


def text_checks(oracle_type: OracleType, server: Server, *, is_key: bool) -> tuple[Check, ...]:
    """Return the checks of a column's bind values; each raises DataError with the position.

    Args:
        oracle_type: The type of the column in the table.
        server: What the database can.
        is_key: Whether the column is part of the key.
    """
    row = row_of(oracle_type)
    if row.family is not Family.TEXT:
        return ()
    checks: list[Check] = []
    # The national character set is Unicode whatever that of the database is.
    if server.codec and not oracle_type.is_national:
        checks.append(_refusing_characters_beyond(server.codec, server.charset))
    if is_key and row.is_padded and oracle_type.length:
        checks.append(_refusing_longer_than(oracle_type, server.codec or _UTF_8))
    return tuple(checks)


def _refusing_characters_beyond(codec: str, charset: str) -> Check:
    def check(values: Sequence[object]) -> None:
        texts = [value for value in values if isinstance(value, str)]
        try:
            # One call for the batch; values are looked at one by one only after a failure.
            "".join(texts).encode(codec)
        except UnicodeEncodeError:
            position = next(place for place, value in enumerate(values) if _lacks(value, codec))
            msg = (
                f"a text has a character that the database's character set {charset} lacks and "
                "would replace; use an NVARCHAR2 or NCLOB column"
            )
            raise DataError(msg, position=position) from None

    return check


def _lacks(value: object, codec: str) -> bool:
    try:
        str(value or "").encode(codec)
    except UnicodeEncodeError:
        return True
    return False


def _refusing_longer_than(oracle_type: OracleType, codec: str) -> Check:
    """Return the check of a CHAR key: its CAST cuts without an error, and two keys may meet."""
    longest = oracle_type.length or 1
    counts_bytes = oracle_type.char_used == "B"

    def check(values: Sequence[object]) -> None:
        for position, value in enumerate(values):
            text = str(value or "")
            size = len(text.encode(codec, "replace")) if counts_bytes else len(text)
            if size > longest:
                msg = f"a key is longer than its column of type {oracle_type.ddl()}"
                raise DataError(msg, position=position)

    return check
