"""Rows of one key within a batch: the last one wins, where Oracle takes two keys as equal."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from oracle_core.types import row_of
from oracle_core.types.type_row import Family

if TYPE_CHECKING:
    from collections.abc import Sequence

    from target_oracle.statements import LoadColumn

# `datetime` ends at microseconds; the three digits behind them are compared as text.
_MICROSECONDS_END = 26  # YYYY-MM-DDTHH:MI:SS.ffffff
_FRACTION_END = 29


def positions_to_load(
    columns: Sequence[LoadColumn], values: Sequence[Sequence[object]]
) -> list[int] | None:
    """Return the last position of each key, in order, or None when no key comes twice.

    Args:
        columns: the columns of the load.
        values: their bind values, a sequence per column.
    """
    keys = [
        _comparable(column, values[position])
        for position, column in enumerate(columns)
        if column.is_key
    ]
    key_of_row: Sequence[object] = keys[0] if len(keys) == 1 else list(zip(*keys, strict=True))
    if len(set(key_of_row)) == len(key_of_row):
        return None
    last = {key: position for position, key in enumerate(key_of_row)}
    return sorted(last.values())


def _comparable(column: LoadColumn, values: Sequence[object]) -> Sequence[object]:
    """Return key values such that two are equal where Oracle takes them as one key."""
    row = row_of(column.type)
    if row.is_padded:
        # Blank-padded semantics (SQL Language Reference, "Data Type Comparison Rules").
        return [str(value).rstrip(" ") for value in values]
    if row.family is Family.INSTANT:
        return [_instant(str(value)) for value in values]
    return values


def _instant(text: str) -> object:
    """Return what makes zoned texts of one instant equal; years before 1 compare as text."""
    if text.startswith("-"):
        return text
    moment = dt.datetime.fromisoformat(text[:_MICROSECONDS_END] + text[_FRACTION_END:])
    # Not astimezone: at the ends of the calendar the UTC year may leave the range of datetime.
    offset = moment.utcoffset() or dt.timedelta()
    seconds = moment.replace(tzinfo=None) - dt.datetime.min - offset  # noqa: DTZ901
    return seconds, text[_MICROSECONDS_END:_FRACTION_END]
