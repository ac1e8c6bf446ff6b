"""Whether a column holds the values of a type, and what it must become if it does not.

`holds` answers for a comparison of schemas as well as for a load; `fit` adds what MODIFY may do
to a column with data. Source: SQL Language Reference, "ALTER TABLE" (modify column properties);
ORA-01439, 01440, 01441, 22858 and 30082 say the rest.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_core.types.oracle_type import MAX_NUMBER_PRECISION, TIMESTAMP_TZ, OracleType
from oracle_core.types.table import json_schema, row_of
from oracle_core.types.type_row import Family

if TYPE_CHECKING:
    from collections.abc import Callable

BYTES_PER_CHARACTER = 4
"""Bytes that a character takes at most in AL32UTF8."""

_ROWID_LENGTH = 18
_LONGEST_FIXED = 22  # NUMBER; moments, intervals and floats are shorter
_BYTES_PER_NATIONAL_CHARACTER = 2  # NVARCHAR2(n) counts UTF-16 code units
LENGTH_BYTES = 2
"""What an index adds to a column of more than 127 bytes for its length (ORA-01450)."""

_FLOAT_BITS = 126
_DIGITS_PER_BIT = 0.30103  # SQL Language Reference, "FLOAT Data Type"
_REAL_SCALE = 30  # decimal places within the exponents of BINARY_FLOAT


def holds(column: OracleType, values: OracleType) -> bool:
    """Return whether a column of one type takes every value of another exactly.

    NaN and the infinities of binary floating-point numbers are left out: they are judged value by
    value.

    Args:
        column: The type of the column.
        values: The type whose values are stored.
    """
    if column == values:
        return True
    families = (row_of(column).family, row_of(values).family)
    rule = _HOLDS.get(families)
    return rule is not None and rule(column, values)


def takes_over(new: OracleType, old: OracleType) -> bool:
    """Return whether a column may change its type without a reader noticing.

    Args:
        new: The type after the change.
        old: The type before.

    Returns:
        Whether the new type holds every value of the old one and its JSON Schema has the same
        form: the same types and format, and a bound where there was one.
    """
    if old == new:
        return True
    if row_of(old).family is not row_of(new).family or not holds(new, old):
        return False
    before, after = json_schema(old), json_schema(new)
    is_same = all(before.get(word) == after.get(word) for word in ("type", "format"))
    return is_same and ("maxLength" in before) == ("maxLength" in after)


def fit(existing: OracleType, wanted: OracleType, *, declared: bool) -> OracleType | None:
    """Return the type that a column must have to take a stream's values, None where none does.

    Args:
        existing: The type of the column now.
        wanted: The type that the SCHEMA asks for.
        declared: Whether the SCHEMA says so itself (x-sql-datatype, maxLength, bounds). What is
            only our default for a JSON type may be more than the values need: numbers are
            widened where MODIFY can, any other column stays as it is, and each value is checked
            when it is bound.

    Returns:
        `existing` itself where nothing has to change.
    """
    if holds(existing, wanted):
        return existing
    families = (row_of(existing).family, row_of(wanted).family)
    if not declared and families in _CHECKED and families not in _WIDENED_BY_DEFAULT:
        return existing
    widen = _WIDENED.get(families)
    wider = widen(existing, wanted) if widen else None
    if wider is None and not declared and families in _CHECKED:
        return existing
    return wider


def key_bytes(oracle_type: OracleType, bytes_per_character: int = BYTES_PER_CHARACTER) -> int:
    """Return the bytes that a column takes in an index at most (ORA-01450).

    Args:
        oracle_type: The type of the column.
        bytes_per_character: What a character takes in the database's character set.
    """
    length = oracle_type.length or _LONGEST_FIXED
    if oracle_type.is_national:
        length *= _BYTES_PER_NATIONAL_CHARACTER
    elif oracle_type.char_used == "C":
        length *= bytes_per_character
    return length + LENGTH_BYTES


# What a column holds


def _text_holds(column: OracleType, values: OracleType) -> bool:
    to, of = row_of(column), row_of(values)
    if to.sized is None:
        return True
    if of.sized is None or (to.is_padded and not of.is_padded):
        return False  # blanks would be added to every value
    have, need = column.length or 1, values.length or 1
    if values.char_used == "C" and column.char_used == "B":
        need *= BYTES_PER_CHARACTER
    return have >= need


def _text_holds_rowid(column: OracleType, values: OracleType) -> bool:
    return _text_holds(column, _as_text(values))


def _as_text(rowid: OracleType) -> OracleType:
    return OracleType("VARCHAR2", length=rowid.length or _ROWID_LENGTH, char_used="B")


def _is_large(column: OracleType, values: OracleType) -> bool:
    del values
    return row_of(column).is_large


def _rowid_holds(column: OracleType, values: OracleType) -> bool:
    return row_of(column).sized is not None or row_of(values).sized is None


def _decimal_holds(column: OracleType, values: OracleType) -> bool:
    whole = column.integer_digits
    if column.kind == "FLOAT":
        digits = decimal_digits(values)
        return digits is not None and digits <= (decimal_digits(column) or 0)
    if whole is None:
        return True
    need = values.integer_digits
    return need is not None and need <= whole and (values.scale or 0) <= (column.scale or 0)


def decimal_digits(oracle_type: OracleType) -> int | None:
    """Return the significant digits that a NUMBER or FLOAT holds, None where only NUMBER does."""
    if oracle_type.kind == "FLOAT":
        return math.ceil((oracle_type.precision or _FLOAT_BITS) * _DIGITS_PER_BIT)
    if oracle_type.precision is None and oracle_type.scale is None:
        return None
    return oracle_type.precision or MAX_NUMBER_PRECISION


def _real_holds_decimal(column: OracleType, values: OracleType) -> bool:
    digits = decimal_digits(values)
    if digits is None or digits > row_of(column).digits:
        return False
    return values.scale is not None and abs(values.scale) <= _REAL_SCALE


def _decimal_holds_real(column: OracleType, values: OracleType) -> bool:
    del values
    return column.kind == "NUMBER" and column.integer_digits is None


def _decimal_holds_boolean(column: OracleType, values: OracleType) -> bool:
    del values
    return column.integer_digits is None or column.integer_digits >= 1


def _real_holds(column: OracleType, values: OracleType) -> bool:
    return row_of(column).digits >= row_of(values).digits


def _clock_holds(column: OracleType, values: OracleType) -> bool:
    return column.fraction_digits >= values.fraction_digits and (
        column.kind == values.kind or column.kind != "DATE"
    )


def _instant_holds(column: OracleType, values: OracleType) -> bool:
    # LOCAL TIME ZONE keeps the instant but not its offset.
    is_alike = column.kind in {TIMESTAMP_TZ, values.kind}
    return is_alike and column.fraction_digits >= values.fraction_digits


def _binary_holds(column: OracleType, values: OracleType) -> bool:
    if row_of(column).is_large:
        return True
    return not row_of(values).is_large and (column.length or 1) >= (values.length or 1)


def _interval_holds(column: OracleType, values: OracleType) -> bool:
    return (
        column.kind == values.kind
        and _leading(column) >= _leading(values)
        and column.fraction_digits >= values.fraction_digits
    )


def _leading(interval: OracleType) -> int:
    return 2 if interval.precision is None else interval.precision


def _vector_holds(column: OracleType, values: OracleType) -> bool:
    return column.length in (None, values.length) and column.detail in (None, values.detail)


def _same_kind(column: OracleType, values: OracleType) -> bool:
    return column.kind == values.kind


_HOLDS: dict[tuple[Family, Family], Callable[[OracleType, OracleType], bool]] = {
    (Family.TEXT, Family.TEXT): _text_holds,
    (Family.TEXT, Family.ROWID): _text_holds_rowid,
    (Family.TEXT, Family.JSON): _is_large,
    (Family.TEXT, Family.VECTOR): _is_large,
    (Family.TEXT, Family.XML): _is_large,
    (Family.ROWID, Family.ROWID): _rowid_holds,
    (Family.DECIMAL, Family.DECIMAL): _decimal_holds,
    (Family.DECIMAL, Family.REAL): _decimal_holds_real,
    (Family.DECIMAL, Family.BOOLEAN): _decimal_holds_boolean,
    (Family.REAL, Family.DECIMAL): _real_holds_decimal,
    (Family.REAL, Family.REAL): _real_holds,
    (Family.WALL_CLOCK, Family.WALL_CLOCK): _clock_holds,
    (Family.INSTANT, Family.INSTANT): _instant_holds,
    (Family.INSTANT, Family.WALL_CLOCK): _instant_holds,
    (Family.INTERVAL, Family.INTERVAL): _interval_holds,
    (Family.BINARY, Family.BINARY): _binary_holds,
    (Family.XML, Family.XML): _same_kind,
    (Family.JSON, Family.JSON): _same_kind,
    (Family.BOOLEAN, Family.BOOLEAN): _same_kind,
    (Family.VECTOR, Family.VECTOR): _vector_holds,
}
"""(family of the column, family of the values) -> rule."""


# What MODIFY can make of a column with data


def _wider_text(existing: OracleType, wanted: OracleType) -> OracleType | None:
    to, of = row_of(existing), row_of(wanted)
    if to.sized is None or of.sized is None or (to.is_padded and not of.is_padded):
        return None  # ORA-22858: text cannot be modified to CLOB
    length = wanted.length or 1
    if length > to.sized.extended:  # what the server lacks is not wanted of it, see `stand_in`
        return None
    unit = "C" if wanted.char_used == "C" else existing.char_used
    return replace(existing, length=max(existing.length or 0, length), char_used=unit)


def _wider_text_for_rowid(existing: OracleType, wanted: OracleType) -> OracleType | None:
    return _wider_text(existing, _as_text(wanted))


def _wider_number(existing: OracleType, wanted: OracleType) -> OracleType | None:
    if existing.kind == "FLOAT":
        return _wider_float(existing, wanted)
    plain = OracleType("NUMBER")
    have, need = existing.integer_digits, wanted.integer_digits
    if have is None or need is None:
        return plain
    # More scale needs as much more precision: digits before the point must not get fewer
    # (ORA-01440).
    scale = max(existing.scale or 0, wanted.scale or 0)
    whole = max(have, need)
    if whole + scale > MAX_NUMBER_PRECISION:
        return plain
    return OracleType("NUMBER", precision=whole + scale, scale=scale)


def _wider_float(existing: OracleType, wanted: OracleType) -> OracleType | None:
    digits = decimal_digits(wanted)
    if digits is None:
        return None
    bits = wanted.precision if wanted.kind == "FLOAT" else None
    return replace(existing, precision=bits or _FLOAT_BITS)


def _wider_moment(existing: OracleType, wanted: OracleType) -> OracleType | None:
    digits = max(existing.fraction_digits, wanted.fraction_digits)
    # MODIFY makes a TIMESTAMP of a DATE, but no DATE of a TIMESTAMP.
    if existing.kind == "DATE":
        return replace(wanted, scale=digits)
    wider = replace(existing, scale=digits)
    return wider if holds(wider, wanted) else None


def _wider_interval(existing: OracleType, wanted: OracleType) -> OracleType | None:
    leading = max(_leading(existing), _leading(wanted))
    fraction = max(existing.fraction_digits, wanted.fraction_digits)
    wider = replace(existing, precision=leading, scale=fraction)
    return wider if existing.kind == wanted.kind else None


def _wider_binary(existing: OracleType, wanted: OracleType) -> OracleType | None:
    size = row_of(existing).sized
    if size is None or row_of(wanted).is_large or (wanted.length or 1) > size.extended:
        return None
    return replace(existing, length=max(existing.length or 0, wanted.length or 0))


_WIDENED: dict[tuple[Family, Family], Callable[[OracleType, OracleType], OracleType | None]] = {
    (Family.TEXT, Family.TEXT): _wider_text,
    (Family.TEXT, Family.ROWID): _wider_text_for_rowid,
    (Family.DECIMAL, Family.DECIMAL): _wider_number,
    (Family.DECIMAL, Family.REAL): _wider_number,
    (Family.WALL_CLOCK, Family.WALL_CLOCK): _wider_moment,
    (Family.INSTANT, Family.INSTANT): _wider_moment,
    (Family.INSTANT, Family.WALL_CLOCK): _wider_moment,
    (Family.INTERVAL, Family.INTERVAL): _wider_interval,
    (Family.BINARY, Family.BINARY): _wider_binary,
}

_WIDENED_BY_DEFAULT = frozenset({(Family.DECIMAL, Family.DECIMAL)})
"""Pairs that are widened also for a type that is only our default: numbers without bounds."""

_CHECKED = frozenset(
    {
        (Family.TEXT, Family.TEXT),
        (Family.TEXT, Family.JSON),
        (Family.ROWID, Family.TEXT),
        (Family.DECIMAL, Family.DECIMAL),
        (Family.REAL, Family.DECIMAL),
        (Family.BOOLEAN, Family.DECIMAL),
        (Family.WALL_CLOCK, Family.WALL_CLOCK),
        (Family.WALL_CLOCK, Family.INSTANT),
        (Family.INSTANT, Family.INSTANT),
        (Family.INSTANT, Family.WALL_CLOCK),
        (Family.BINARY, Family.BINARY),
        (Family.JSON, Family.TEXT),
        (Family.XML, Family.TEXT),
        (Family.VECTOR, Family.TEXT),
        (Family.VECTOR, Family.JSON),
    }
)
"""Pairs whose values are checked one by one, for types that are only our default."""
