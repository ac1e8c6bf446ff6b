"""Whether a column that exists can take a stream's values, and what it must become if not quite.

Source of what MODIFY may do to a column with data: SQL Language Reference, "ALTER TABLE" (modify
column properties); ORA-01439, 01440, 01441, 22858 and 30082 say the rest.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_core.types.oracle_type import MAX_NUMBER_PRECISION, OracleType

if TYPE_CHECKING:
    from collections.abc import Callable

_TEXT_LARGE = frozenset({"CLOB", "NCLOB", "LONG"})
_TEXT_SIZED = frozenset({"VARCHAR2", "NVARCHAR2", "CHAR", "NCHAR", "ROWID", "UROWID"})
_PADDED = frozenset({"CHAR", "NCHAR"})
_NATIONAL = frozenset({"NVARCHAR2", "NCHAR"})
_BINARY_NUMBERS = frozenset({"BINARY_FLOAT", "BINARY_DOUBLE"})
_NAIVE_TIMES = frozenset({"DATE", "TIMESTAMP"})
_ROWID_LENGTH = 18
_BYTES_PER_CHARACTER = 4
_MAX_TEXT = {"VARCHAR2": 4000, "NVARCHAR2": 2000, "CHAR": 2000, "NCHAR": 1000}

_FAMILIES: dict[str, str] = {
    **dict.fromkeys(_TEXT_LARGE | _TEXT_SIZED, "text"),
    **dict.fromkeys({"NUMBER", "FLOAT", *_BINARY_NUMBERS}, "number"),
    **dict.fromkeys(
        {*_NAIVE_TIMES, "TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH LOCAL TIME ZONE"}, "time"
    ),
    **dict.fromkeys({"RAW", "LONG RAW", "BLOB"}, "binary"),
}

_LOOSELY: frozenset[tuple[str, str]] = frozenset(
    {("BOOLEAN", "NUMBER"), ("JSON", "CLOB"), ("XMLTYPE", "CLOB"), ("VECTOR", "CLOB")}
)
"""(existing, wanted) of unlike families that fit where the wanted type is only our own default."""


def fit(existing: OracleType, wanted: OracleType, *, declared: bool) -> OracleType | None:
    """Return the type that the column must have to take the values, or None where none does.

    Args:
        existing: the type of the column now.
        wanted: the type that the SCHEMA asks for.
        declared: whether the SCHEMA says so itself (x-sql-datatype, maxLength, bounds). A type that
            is only our default for a JSON type asks for no change of a column of its family.

    Returns:
        `existing` itself where nothing has to change.
    """
    if existing.ddl() == wanted.ddl():
        return existing
    family = _FAMILIES.get(existing.kind)
    if family is None or family != _FAMILIES.get(wanted.kind):
        if existing.kind == wanted.kind:
            return _wider_interval(existing, wanted)
        loosely = not declared and (existing.kind, wanted.kind) in _LOOSELY
        return existing if loosely else None
    return existing if not declared else _DECLARED[family](existing, wanted)


def _wider_interval(existing: OracleType, wanted: OracleType) -> OracleType | None:
    if not existing.kind.startswith("INTERVAL"):
        return existing if existing.kind in {"JSON", "XMLTYPE", "BOOLEAN"} else None
    digits = max(existing.precision or 2, wanted.precision or 2)
    if existing.kind == "INTERVAL YEAR TO MONTH":
        return _changed(existing, precision=digits, scale=existing.scale)
    fraction = max(existing.fraction_digits, wanted.fraction_digits)
    return _changed(existing, precision=digits, scale=fraction)


def _changed(
    existing: OracleType, *, precision: int | None = None, scale: int | None = None
) -> OracleType:
    wider = replace(existing, precision=precision, scale=scale)
    return existing if wider.ddl() == existing.ddl() else wider


def _fit_text(  # noqa: PLR0911 - one return a rule
    existing: OracleType, wanted: OracleType
) -> OracleType | None:
    if existing.kind in _TEXT_LARGE:
        return existing
    if wanted.kind in _TEXT_LARGE:
        return None  # ORA-22858: text cannot be modified to CLOB
    if existing.kind in _PADDED and wanted.kind not in _PADDED:
        return None  # blanks would be added to every value
    length = wanted.length or _ROWID_LENGTH
    in_characters = wanted.char_used == "C" or wanted.kind in _NATIONAL
    if _holds(existing, length, in_characters=in_characters):
        return existing
    if existing.kind not in _MAX_TEXT or length > _MAX_TEXT[existing.kind]:
        return None
    longest = max(existing.length or 0, length)
    if existing.kind in _NATIONAL:
        return replace(existing, length=longest)
    unit = existing.char_used if not in_characters else "C"
    return replace(existing, length=longest, char_used=unit)


def _holds(existing: OracleType, length: int, *, in_characters: bool) -> bool:
    have = existing.length or 0
    if existing.kind in {"ROWID", "UROWID"}:
        return length <= _ROWID_LENGTH
    if in_characters and existing.kind not in _NATIONAL and existing.char_used != "C":
        return have >= length * _BYTES_PER_CHARACTER
    return have >= length


def _fit_number(  # noqa: PLR0911 - one return a rule
    existing: OracleType, wanted: OracleType
) -> OracleType | None:
    if existing.kind in _BINARY_NUMBERS:
        holds = wanted.kind == "BINARY_FLOAT" and existing.kind == "BINARY_DOUBLE"
        return existing if holds else None
    if existing.kind == "FLOAT":
        if wanted.kind != "FLOAT":
            return None
        return _changed(existing, precision=max(existing.precision or 126, wanted.precision or 126))
    if existing.integer_digits is None:
        return existing
    plain = OracleType("NUMBER")
    if wanted.kind != "NUMBER" or wanted.integer_digits is None:
        return plain
    scale = max(existing.scale or 0, wanted.scale or 0)
    whole = max(existing.integer_digits, wanted.integer_digits)
    if (whole, scale) == (existing.integer_digits, existing.scale or 0):
        return existing
    if whole + scale > MAX_NUMBER_PRECISION:
        return plain
    return OracleType("NUMBER", precision=whole + scale, scale=scale)


def _fit_time(existing: OracleType, wanted: OracleType) -> OracleType | None:
    if existing.kind == "DATE":
        return wanted if wanted.kind == "TIMESTAMP" else None
    takes = {
        "TIMESTAMP": _NAIVE_TIMES,
        "TIMESTAMP WITH LOCAL TIME ZONE": {"TIMESTAMP WITH LOCAL TIME ZONE"},
        "TIMESTAMP WITH TIME ZONE": set(_FAMILIES),
    }[existing.kind]
    if wanted.kind not in takes:
        return None
    return _changed(existing, scale=max(existing.fraction_digits, wanted.fraction_digits))


def _fit_binary(existing: OracleType, wanted: OracleType) -> OracleType | None:
    if existing.kind != "RAW":
        return existing
    if wanted.kind != "RAW":
        return None
    return replace(existing, length=max(existing.length or 0, wanted.length or 0))


_DECLARED: dict[str, Callable[[OracleType, OracleType], OracleType | None]] = {
    "text": _fit_text,
    "number": _fit_number,
    "time": _fit_time,
    "binary": _fit_binary,
}
