"""Conversion of fetched columns to JSON values, one column at a time."""

from __future__ import annotations

import datetime as dt
import math
import struct
from binascii import b2a_base64
from decimal import Decimal
from typing import TYPE_CHECKING, cast

import msgspec

from oracle_core.types.durations import iso_from_day_to_second, iso_from_year_to_month

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from oracle_core.types.plans import JsonSchemaOptions

_JSON = msgspec.json.Decoder(float_hook=Decimal)
_FLOAT32 = struct.Struct("<f")


def integers(column: Sequence[object], options: JsonSchemaOptions) -> list[object]:
    """Return whole numbers as int, whichever type the driver returned."""
    del options
    return [value if value is None or type(value) is int else _int(value) for value in column]


def _int(value: object) -> int | Decimal:
    """Return an int; a fraction, as a stale view may return, keeps its digits."""
    if isinstance(value, Decimal):
        whole = int(value)
        return whole if whole == value else value
    msg = "a NUMBER arrived as a float; fetch with fetch_decimals"
    raise TypeError(msg)


def decimals(column: Sequence[object], options: JsonSchemaOptions) -> Sequence[object]:
    """Return exact decimals: as numbers, or as text with `use_singer_decimal`."""
    if any(type(value) is float for value in column):
        msg = "a NUMBER arrived as a float; fetch with fetch_decimals"
        raise TypeError(msg)
    if not options.use_singer_decimal:
        return column
    return [
        None if value is None else f"{value:f}" for value in cast("list[Decimal | None]", column)
    ]


def doubles(column: Sequence[object], options: JsonSchemaOptions) -> list[object]:
    """Return finite numbers as they are, NaN and the infinities as the options say."""
    return [_finite(value, options) for value in cast("Iterable[float | None]", column)]


def floats(column: Sequence[object], options: JsonSchemaOptions) -> list[object]:
    """Return single precision with its shortest round-trip digits (0.1, not 0.10000000149)."""
    return [
        _finite(None if value is None else _shortest(value), options)
        for value in cast("Iterable[float | None]", column)
    ]


def _finite(value: float | None, options: JsonSchemaOptions) -> object:
    if value is None or math.isfinite(value):
        return value
    if options.non_finite == "null":
        return None
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _shortest(value: float) -> float:
    if not math.isfinite(value):
        return value
    exact = _FLOAT32.pack(value)
    # A single always keeps six digits and never needs more than nine (IEEE 754, binary32).
    for digits in range(6, 9):
        candidate = float(f"{value:.{digits}g}")
        try:
            if _FLOAT32.pack(candidate) == exact:
                return candidate
        # Rounded up, a value next to the largest single is beyond the range of struct.
        except OverflowError:
            continue
    return float(f"{value:.9g}")


def count_non_finite(column: Iterable[object]) -> int:
    """Return the number of NaN and infinities in a fetched column, for the warning."""
    return sum(isinstance(value, float) and not math.isfinite(value) for value in column)


def naive_datetimes(column: Sequence[object], options: JsonSchemaOptions) -> list[object]:
    """Return wall clocks with the offset that `naive_timezone` has at that time.

    A fraction is written with 6 digits where it is not zero.
    """
    zone = options.naive_timezone
    values = cast("Iterable[dt.datetime | None]", column)
    if zone is dt.UTC:
        return [None if value is None else value.isoformat() + "+00:00" for value in values]
    return [None if value is None else value.replace(tzinfo=zone).isoformat() for value in values]


def naive_texts(column: Sequence[object], options: JsonSchemaOptions) -> list[object]:
    """Return wall clocks with an offset, from text under the mask `SYYYY-MM-DD"T"HH24:MI:SS[.FFn]`.

    A year before 1 keeps Oracle's own number with a minus (`-4712` is 4712 BC; no year is
    0) and is labelled `+00:00`.
    """
    zone = options.naive_timezone
    values = cast("Iterable[str | None]", column)
    if zone is dt.UTC:
        return [None if value is None else value.lstrip() + "+00:00" for value in values]
    return [None if value is None else _labelled(value.lstrip(), zone) for value in values]


def _labelled(text: str, zone: dt.tzinfo) -> str:
    # Python's datetime begins with year 1.
    if text.startswith("-"):
        return text + "+00:00"
    moment = dt.datetime.fromisoformat(text[:19]).replace(tzinfo=zone)
    return text + moment.isoformat()[19:]


def zoned_texts(column: Sequence[object], options: JsonSchemaOptions) -> list[object]:
    """Return zoned moments fetched as text, without the mask's blank before a year AD."""
    del options
    return [
        None if value is None else value.lstrip() for value in cast("Iterable[str | None]", column)
    ]


def day_to_second(column: Sequence[object], options: JsonSchemaOptions) -> list[object]:
    """Return intervals of days as ISO 8601 durations."""
    del options
    values = cast("Iterable[str | None]", column)
    return [None if value is None else iso_from_day_to_second(value) for value in values]


def year_to_month(column: Sequence[object], options: JsonSchemaOptions) -> list[object]:
    """Return intervals of months as ISO 8601 durations."""
    del options
    values = cast("Iterable[str | None]", column)
    return [None if value is None else iso_from_year_to_month(value) for value in values]


def base64_texts(column: Sequence[object], options: JsonSchemaOptions) -> list[object]:
    """Return binary values in base64 (RFC 4648, with padding, in one line)."""
    del options
    values = cast("Iterable[bytes | None]", column)
    return [
        None if value is None else b2a_base64(value, newline=False).decode() for value in values
    ]


def json_documents(column: Sequence[object], options: JsonSchemaOptions) -> list[object]:
    """Return parsed JSON text; fractional numbers become exact decimals."""
    del options
    values = cast("Iterable[str | None]", column)
    return [None if value is None else _JSON.decode(value) for value in values]
