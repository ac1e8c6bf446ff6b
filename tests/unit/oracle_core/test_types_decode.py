"""What the driver gives, as JSON values."""

from __future__ import annotations

import datetime as dt
import math
import struct
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from oracle_core.types import JsonSchemaOptions, decode, fetch_plan, parse
from tap_oracle.writer import encode_message

PLAIN = JsonSchemaOptions()
TEXT = JsonSchemaOptions(use_singer_decimal=True, non_finite="string")
BERLIN = JsonSchemaOptions(naive_timezone=ZoneInfo("Europe/Berlin"))


def test_integers() -> None:
    column = [1, None, Decimal(10**37), Decimal("1E+2")]
    found = decode.integers(column, PLAIN)
    assert found == [1, None, 10**37, 100]
    assert all(value is None or type(value) is int for value in found)


def test_a_fraction_among_integers_keeps_its_digits() -> None:
    assert decode.integers([Decimal("0.5")], PLAIN) == [Decimal("0.5")]


@pytest.mark.parametrize("spelled", ["NUMBER", "NUMBER(9)", "NUMBER(12,2)", "FLOAT(126)"])
def test_a_float_never_passes_for_a_number(spelled: str) -> None:
    with pytest.raises(TypeError, match="fetch_decimals"):
        fetch_plan(parse(spelled)).values([0.5], PLAIN)


def test_decimals() -> None:
    column = [Decimal("0.10"), None, Decimal("1E+3")]
    assert decode.decimals(column, PLAIN) == column
    assert decode.decimals(column, TEXT) == ["0.10", None, "1000"]


def test_single_precision_has_its_shortest_digits() -> None:
    column = [struct.unpack("<f", struct.pack("<f", value))[0] for value in (0.1, 3.4028235e38)]
    assert decode.floats([*column, None], PLAIN) == [0.1, 3.4028235e38, None]


def test_non_finite() -> None:
    column = [math.nan, math.inf, -math.inf, 1.5, None]
    assert decode.doubles(column, PLAIN) == [None, None, None, 1.5, None]
    assert decode.floats(column, TEXT) == ["NaN", "Infinity", "-Infinity", 1.5, None]
    assert decode.count_non_finite(column) == 3


def test_wall_clocks_are_labelled() -> None:
    summer, winter = dt.datetime(2024, 7, 1, 12), dt.datetime(2024, 1, 1, 12, 0, 0, 10)  # noqa: DTZ001
    assert decode.naive_datetimes([summer, None, winter], PLAIN) == [
        "2024-07-01T12:00:00+00:00",
        None,
        "2024-01-01T12:00:00.000010+00:00",
    ]
    assert decode.naive_datetimes([summer, None, winter], BERLIN) == [
        "2024-07-01T12:00:00+02:00",
        None,
        "2024-01-01T12:00:00.000010+01:00",
    ]


def test_wall_clocks_as_text() -> None:
    column = [" 2024-07-01T12:00:00.123456789", None, "-4712-01-01T00:00:00"]
    assert decode.naive_texts(column, PLAIN) == [
        "2024-07-01T12:00:00.123456789+00:00",
        None,
        "-4712-01-01T00:00:00+00:00",
    ]
    assert decode.naive_texts(column, BERLIN) == [
        "2024-07-01T12:00:00.123456789+02:00",
        None,
        "-4712-01-01T00:00:00+00:00",
    ]


def test_zoned_moments_keep_their_offset() -> None:
    column = [" 2024-07-01T12:00:00.123456789-03:30", None]
    assert decode.zoned_texts(column, PLAIN) == ["2024-07-01T12:00:00.123456789-03:30", None]


def test_base64() -> None:
    assert decode.base64_texts([b"", b"\0\xff", None], PLAIN) == ["", "AP8=", None]


def test_json_keeps_digits() -> None:
    column = ['{"a": [0.10, 12345678901234567890123, null]}', None, '"x"']
    assert decode.json_documents(column, PLAIN) == [
        {"a": [Decimal("0.10"), 12345678901234567890123, None]},
        None,
        "x",
    ]


def test_intervals() -> None:
    assert decode.day_to_second(["+01 02:03:04.500000", None], PLAIN) == [
        "P1DT2H3M4.5S",
        None,
    ]
    assert decode.year_to_month(["-1234-05", None], PLAIN) == ["-P1234Y5M", None]


def test_json_keeps_u_0000() -> None:
    """It stands in JSON text as an escape only (RFC 8259, section 7)."""
    text = '{"a\\u0000": "\\u0000x"}'
    (document,) = decode.json_documents([text], PLAIN)
    assert document == {"a\0": "\0x"}
    assert encode_message(document) == b'{"a\\u0000":"\\u0000x"}\n'
