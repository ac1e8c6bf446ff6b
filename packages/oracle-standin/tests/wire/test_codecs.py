from __future__ import annotations

import contextlib
import datetime as dt
import json
import math
import struct
from decimal import ROUND_HALF_UP, Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_standin import codecs
from oracle_standin.codecs import DateTime
from oracle_standin.protocol import OracleError

PLAIN = Context(prec=200)

numbers = st.builds(
    lambda digits, exponent, sign: Decimal(f"{sign}{digits}E{exponent}"),
    st.integers(0, 10**38 - 1),
    st.integers(-125, 80),
    st.sampled_from(["", "-"]),
)
days = st.integers(-2440588 + 1000, 2932896)


@given(numbers)
def test_numbers_of_38_digits_keep_every_digit(value: Decimal) -> None:
    encoded = codecs.number_from_text(str(value))
    assert Decimal(codecs.number_to_text(encoded)) == value
    assert codecs.number_from_text(format(value, "f")) == encoded


@given(st.lists(numbers, min_size=2, max_size=2))
def test_number_bytes_sort_like_numbers(pair: list[Decimal]) -> None:
    left, right = (codecs.number_from_text(str(value)) for value in pair)
    assert (left < right) == (pair[0] < pair[1])


@given(st.integers(1, 10**60))
def test_long_numbers_round_half_away_from_zero(value: int) -> None:
    digits = len(str(value))
    kept = 40 if digits % 2 == 0 else 39
    expected = Context(prec=kept, rounding=ROUND_HALF_UP).create_decimal(value)
    assert Decimal(codecs.number_to_text(codecs.number_from_text(str(value)))) == expected
    negative = codecs.number_to_text(codecs.number_from_text(f"-{value}"))
    assert Decimal(negative) == expected.copy_negate()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", "0"),
        ("-0.00", "0"),
        ("-.05", "-0.05"),
        ("12300", "12300"),
        ("+1.50e2", "150"),
        (" 7 ", "7"),
        ("1E-131", "0"),
        ("9" * 41, "1" + "0" * 41),
        ("1E125", "1" + "0" * 125),
    ],
)
def test_number_text(text: str, expected: str) -> None:
    assert codecs.number_to_text(codecs.number_from_text(text)) == expected


@pytest.mark.parametrize("text", ["1E126", "-1E126", "9" * 127])
def test_numbers_of_1e126_and_more_overflow(text: str) -> None:
    with pytest.raises(OracleError, match="ORA-01426"):
        codecs.number_from_text(text)


@pytest.mark.parametrize("text", ["", "x", "1,5", "--1", "NaN", "1e", ".", "\u0661"])
def test_text_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(OracleError, match="ORA-01722"):
        codecs.number_from_text(text)


@given(days)
def test_days_and_dates_agree(number: int) -> None:
    year, month, day = codecs.civil_from_days(number)
    assert codecs.days_from_civil(year, month, day) == number
    if 1 <= year <= 9999:
        assert dt.date(year, month, day) == dt.date(1970, 1, 1) + dt.timedelta(days=number)


@given(st.integers(-210_000_000_000, 253_402_300_799), st.integers(0, 999_999_999))
def test_seconds_become_fields_and_bytes_and_back(seconds: int, nanosecond: int) -> None:
    total = Decimal(seconds) + Decimal(nanosecond) / 10**9
    text = format(total.normalize(PLAIN), "f")
    if total >= 253_402_300_800:
        return
    moment = codecs.seconds_to_datetime(text)
    assert Decimal(codecs.datetime_to_seconds(moment)) == total
    assert codecs.datetime_from_bytes(codecs.timestamp_to_bytes(moment)) == moment
    whole = moment._replace(nanosecond=0)
    assert codecs.datetime_from_bytes(codecs.date_to_bytes(moment)) == whole


@given(st.integers(-200_000_000_000, 253_400_000_000), st.integers(-14 * 60, 14 * 60))
def test_zoned_timestamps_hold_the_instant_and_the_offset(seconds: int, offset: int) -> None:
    local = codecs.seconds_to_datetime(f"{seconds}.5")._replace(offset_minutes=offset)
    encoded = codecs.timestamp_tz_to_bytes(local)
    assert codecs.datetime_from_bytes(encoded) == local
    in_utc = codecs.datetime_from_bytes(encoded[:11])
    clock = Decimal(codecs.datetime_to_seconds(local))
    assert Decimal(codecs.datetime_to_seconds(in_utc)) == clock - offset * 60


def test_the_year_before_1_is_minus_1() -> None:
    assert codecs.seconds_to_datetime("-62135596801") == DateTime(-1, 12, 31, 23, 59, 59)
    assert codecs.date_to_bytes(DateTime(-4712, 1, 1))[:2] == bytes((100 - 47, 100 - 12))


@pytest.mark.parametrize("year", [0, 10000, -4713])
def test_years_that_oracle_does_not_have_are_refused(year: int) -> None:
    with pytest.raises(OracleError, match="ORA-01841"):
        codecs.date_to_bytes(DateTime(year, 1, 1))


@pytest.mark.parametrize("value", [b"", b"\x78\x7c\x02", bytes(7), bytes(13)])
def test_bytes_that_are_no_date_are_refused(value: bytes) -> None:
    with pytest.raises(OracleError, match="ORA-01801"):
        codecs.datetime_from_bytes(value)


@given(st.floats(allow_nan=False))
def test_doubles_survive(value: float) -> None:
    assert codecs.binary_double_from_bytes(codecs.binary_double_to_bytes(value)) == value


@given(st.floats(width=32, allow_nan=False))
def test_floats_survive(value: float) -> None:
    assert codecs.binary_float_from_bytes(codecs.binary_float_to_bytes(value)) == value


def test_special_floats() -> None:
    assert math.isnan(codecs.binary_double_from_bytes(codecs.binary_double_to_bytes(math.nan)))
    assert codecs.binary_double_to_bytes(-0.0) == codecs.binary_double_to_bytes(0.0)
    assert codecs.binary_double_to_bytes(1.0) == b"\xbf" + struct.pack(">d", 1.0)[1:]
    with pytest.raises(OracleError, match="ORA-01426"):
        codecs.binary_float_to_bytes(1e300)


@given(st.integers(-(10**9) * 86400, 10**9 * 86400), st.integers(0, 999_999_999))
def test_day_intervals_survive(seconds: int, nanosecond: int) -> None:
    total = Decimal(seconds) + Decimal(nanosecond) / 10**9
    if abs(total) >= 10**9 * 86400:
        return
    encoded = codecs.interval_ds_to_bytes(format(total, "f"))
    assert Decimal(codecs.interval_ds_from_bytes(encoded)) == total


@given(st.integers(-12 * 999_999_999, 12 * 999_999_999))
def test_month_intervals_survive(months: int) -> None:
    assert codecs.interval_ym_from_bytes(codecs.interval_ym_to_bytes(months)) == months


@pytest.mark.parametrize("text", ["86400000000000", "-86400000000000"])
def test_intervals_over_nine_digits_of_days_are_refused(text: str) -> None:
    with pytest.raises(OracleError, match="ORA-01873"):
        codecs.interval_ds_to_bytes(text)


# A field name has at most 255 bytes here, a character up to four.
field_names = st.text(max_size=63)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**37), 10**37) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(field_names, inner, max_size=5),
    max_leaves=30,
)


@given(documents)
def test_json_documents_survive(document: object) -> None:
    text = json.dumps(document).encode()
    assert json.loads(codecs.oson_to_json(codecs.oson_from_json(text))) == document


@pytest.mark.parametrize("text", [b"", b"{", b"NaN", b"[1,]", b"\xff"])
def test_text_that_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(OracleError, match="ORA-40441"):
        codecs.oson_from_json(text)


@given(st.binary(max_size=60))
def test_damaged_images_are_refused(image: bytes) -> None:
    good = codecs.oson_from_json(b'{"a": [1, "x", null]}')
    for damaged in (image, good[: len(image)], good[:6] + image):
        with contextlib.suppress(OracleError):
            codecs.oson_to_json(damaged)


@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**16 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**16 - 1),
)
def test_rowids_survive(object_id: int, file: int, block: int, row: int) -> None:
    text = codecs.rowid_text(object_id, file, block, row)
    assert len(text) == 18
    assert codecs.rowid_parts(text) == (object_id, file, block, row)


@pytest.mark.parametrize("text", ["", "AAAA", "A" * 17 + "!", "A" * 19])
def test_text_that_is_no_rowid_is_refused(text: str) -> None:
    with pytest.raises(OracleError, match="ORA-01410"):
        codecs.rowid_parts(text)
