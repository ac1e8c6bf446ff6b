"""Random values go to Oracle's form and back without losing a digit."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import struct
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_core.errors import DataError
from oracle_core.types import (
    JsonSchemaOptions,
    bind_plan,
    decode,
    encode,
    encode_numbers,
    fetch_plan,
    parse,
)
from oracle_core.types.durations import (
    day_to_second_from_iso,
    iso_from_day_to_second,
    iso_from_year_to_month,
    year_to_month_from_iso,
)

if TYPE_CHECKING:
    from oracle_core.types.oracle_type import OracleType

PLAIN = JsonSchemaOptions()
_JSON = msgspec.json.Encoder(decimal_format="number")


def through_json(value: object) -> object:
    return json.loads(_JSON.encode(value), parse_float=Decimal)


@st.composite
def numbers(draw: st.DrawFn) -> tuple[OracleType, Decimal]:
    precision = draw(st.integers(1, 38))
    scale = draw(st.integers(-10, 38))
    digits = draw(st.integers(-(10**precision) + 1, 10**precision - 1))
    number = Decimal(digits).as_tuple()
    value = Decimal((number.sign, number.digits, -scale))
    return parse(f"NUMBER({precision},{scale})"), value


@given(numbers())
def test_numbers_survive(case: tuple[OracleType, Decimal]) -> None:
    oracle_type, value = case
    sent = fetch_plan(oracle_type).values([value], PLAIN)
    back = bind_plan(oracle_type).values([through_json(sent[0])])[0]
    assert back == value


@given(numbers(), st.integers(1, 9))
def test_no_digit_beyond_the_scale_is_dropped(case: tuple[OracleType, Decimal], last: int) -> None:
    oracle_type, value = case
    sign, digits, _ = value.as_tuple()
    finer = Decimal((sign, (*digits, last), -(oracle_type.scale or 0) - 1))
    with pytest.raises(DataError):
        bind_plan(oracle_type).values([finer])


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_single_precision_survives(value: float) -> None:
    sent = decode.floats([value], PLAIN)[0]
    back = encode_numbers.doubles([through_json(sent)])[0]
    assert struct.pack("<f", back) == struct.pack("<f", value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_double_precision_survives(value: float) -> None:
    sent = decode.doubles([value], PLAIN)[0]
    assert encode_numbers.doubles([through_json(sent)]) == [value]


def is_day_of_oracle(moment: dt.datetime) -> bool:
    """Return whether Oracle's calendar has a day: 5 to 14 October 1582 are not in it."""
    return not dt.date(1582, 10, 4) < moment.date() < dt.date(1582, 10, 15)


@given(st.datetimes().filter(is_day_of_oracle), st.timezones())
def test_wall_clocks_survive_any_label(moment: dt.datetime, zone: dt.tzinfo) -> None:
    options = JsonSchemaOptions(naive_timezone=zone)
    try:
        sent = decode.naive_datetimes([moment], options)
    except OverflowError:
        return  # Python cannot say the offset at the very end of its calendar.
    assert bind_plan(parse("TIMESTAMP(6)"), native=True).values(sent) == [moment]
    text = bind_plan(parse("TIMESTAMP(6)")).values(sent)[0]
    assert text == moment.isoformat(timespec="microseconds") + "000"


zoned = st.datetimes(
    min_value=dt.datetime(1, 1, 3),  # noqa: DTZ001
    max_value=dt.datetime(9999, 12, 29),  # noqa: DTZ001
    timezones=st.integers(-14 * 60, 14 * 60).map(
        lambda minutes: dt.timezone(dt.timedelta(minutes=minutes))
    ),
).filter(is_day_of_oracle)


@given(zoned, st.integers(0, 999))
def test_zoned_moments_survive(moment: dt.datetime, nanoseconds: int) -> None:
    clock, offset = moment.isoformat(timespec="microseconds")[:26], moment.isoformat()[-6:]
    fetched = f" {clock}{nanoseconds:03}{offset}"
    sent = decode.zoned_texts([fetched], PLAIN)
    assert bind_plan(parse("TIMESTAMP(9) WITH TIME ZONE")).values(sent) == [fetched.strip()]


@given(
    st.booleans(), st.integers(0, 999_999_999), st.integers(0, 86_399), st.integers(0, 999_999_999)
)
def test_intervals_of_days_survive(negative: bool, days: int, seconds: int, fraction: int) -> None:
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{fraction:09}"
    text = f"{'-' if negative else '+'}{days:09} {clock}"
    iso = iso_from_day_to_second(text)
    assert iso_from_day_to_second(day_to_second_from_iso(iso)) == iso
    back = day_to_second_from_iso(iso)
    is_zero = not (days or seconds or fraction)
    assert (back[0] == "-") == (negative and not is_zero)
    assert int(back[1:].split()[0]) == days


@given(st.booleans(), st.integers(0, 999_999_999), st.integers(0, 11))
def test_intervals_of_months_survive(negative: bool, years: int, months: int) -> None:
    sign = "-" if negative and (years or months) else "+"
    text = f"{sign}{years}-{months:02}"
    assert year_to_month_from_iso(iso_from_year_to_month(text)) == text


@given(st.binary())
def test_binary_survives(value: bytes) -> None:
    sent = decode.base64_texts([value], PLAIN)
    assert encode.binaries(sent) == [value]


@given(st.text())
def test_text_survives(value: str) -> None:
    assert bind_plan(parse("CLOB")).values(fetch_plan(parse("CLOB")).values([value], PLAIN)) == [
        value
    ]


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats()
    | st.decimals(allow_nan=True, allow_infinity=True),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
SPELLED = [
    "NUMBER", "NUMBER(9,2)", "FLOAT(20)", "BINARY_DOUBLE", "VARCHAR2(9 CHAR)", "RAW(9)", "DATE",
    "TIMESTAMP(9)", "TIMESTAMP(6) WITH TIME ZONE", "INTERVAL DAY TO SECOND", "BOOLEAN",
    "INTERVAL YEAR TO MONTH", "CLOB",
]  # fmt: skip


@given(st.sampled_from(SPELLED), anything, st.booleans())
def test_whatever_comes_is_bound_or_refused(spelled: str, value: object, native: bool) -> None:
    with contextlib.suppress(DataError):
        assert len(bind_plan(parse(spelled), native=native).values([value])) == 1
