"""Whether a column's new type takes every value that the old one could hold, in the same form."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle_core.types.oracle_type import OracleType

_GROWS = frozenset({("CHAR", "VARCHAR2"), ("NCHAR", "NVARCHAR2"), ("DATE", "TIMESTAMP")})
"""Kinds that Oracle changes in place without loss, beside equal ones."""

_MAX_BYTES_OF_CHARACTER = 4
"""Bytes that one character takes at most in AL32UTF8."""


def takes_all(old: OracleType, new: OracleType) -> bool:
    """Tell whether the new type holds every value of the old one without changing its form.

    Args:
        old: the type before.
        new: the type after.
    """
    if old == new:
        return True
    is_same_kind = old.kind == new.kind or (old.kind, new.kind) in _GROWS
    if not is_same_kind or (old.owner, old.detail) != (new.owner, new.detail):
        return False
    if new.kind == "NUMBER":
        return _number_takes_all(old, new)
    if new.kind in {"CHAR", "VARCHAR2"}:
        return _text_takes_all(old, new)
    if new.kind.startswith("TIMESTAMP"):
        return old.fraction_digits <= new.fraction_digits
    return _limits_take_all(old, new)


def _limits_take_all(old: OracleType, new: OracleType) -> bool:
    return all(
        _at_least(before, after)
        for before, after in (
            (old.precision, new.precision),
            (old.scale, new.scale),
            (old.length, new.length),
        )
    )


def _number_takes_all(old: OracleType, new: OracleType) -> bool:
    if old.is_integer and not new.is_integer:
        return False  # an integer in JSON becomes a number
    if not _at_least(old.integer_digits, new.integer_digits):
        return False
    is_unbounded = new.precision is None and new.scale is None
    return is_unbounded or (old.scale is not None and (new.scale or 0) >= old.scale)


def _text_takes_all(old: OracleType, new: OracleType) -> bool:
    before, after = old.length or 1, new.length or 1
    if old.char_used == "C" and new.char_used != "C":
        before *= _MAX_BYTES_OF_CHARACTER
    return after >= before


def _at_least(before: int | None, after: int | None) -> bool:
    """Compare limits; None is none at all."""
    return after is None or (before is not None and after >= before)
