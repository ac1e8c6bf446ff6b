"""Oracle's bytes to parameters, and result text to Oracle's bytes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_standin import codecs
from oracle_standin.backend import Bind
from oracle_standin.engine import conversions, values, zones
from oracle_standin.protocol import OracleError, TypeCode

pytestmark = pytest.mark.standin

UTC = "+00:00"
ZURICH = "Europe/Zurich"


def encoded(code: TypeCode, value: bytes | None, zone: str = UTC) -> bytes | None:
    return values.encode(Bind("1", code), value, zone)


def decoded(code: TypeCode, text: bytes, zone: str = UTC) -> bytes:
    return values.decoder(code, zone)(text)


@pytest.mark.parametrize(
    ("code", "value", "parameter"),
    [
        (TypeCode.VARCHAR, "Zürich".encode(), "Zürich".encode()),
        (TypeCode.VARCHAR, b"", None),
        (TypeCode.CHAR, b"", None),
        (TypeCode.CLOB, b"", b""),
        (TypeCode.BLOB, b"", b""),
        (TypeCode.BLOB, b"\0\xff", b"\0\xff"),
        (TypeCode.RAW, b"", None),
        (TypeCode.RAW, b"\x01", b"\x01"),
        (TypeCode.NUMBER, codecs.number_from_text("-0.05"), b"-0.05"),
        (TypeCode.NUMBER, None, None),
        (TypeCode.DATE, codecs.date_to_bytes(codecs.DateTime(1970, 1, 2)), b"86400"),
        (TypeCode.BINARY_DOUBLE, codecs.binary_double_to_bytes(0.1), b"0.1"),
        (TypeCode.BOOLEAN, b"\x01", b"t"),
        (TypeCode.BOOLEAN, b"\x00", b"f"),
        (TypeCode.INTERVAL_YM, codecs.interval_ym_to_bytes(-14), b"-14"),
        (TypeCode.INTERVAL_DS, codecs.interval_ds_to_bytes("-93784.5"), b"-93784.5"),
        (TypeCode.ROWID, b"AAAAABAABAAAAACAAD", bytes((0, 0, 0, 1, 0, 0x40, 0, 2, 0, 3))),
    ],
)
def test_parameters(code: TypeCode, value: bytes | None, parameter: bytes | None) -> None:
    assert encoded(code, value) == parameter


@pytest.mark.parametrize(
    ("code", "parameter_format"),
    [(TypeCode.RAW, 1), (TypeCode.BLOB, 1), (TypeCode.VARCHAR, 0), (TypeCode.NUMBER, 0)],
)
def test_parameter_formats(code: TypeCode, parameter_format: int) -> None:
    assert values.parameter_format(code) == parameter_format


@pytest.mark.parametrize("code", [TypeCode.CURSOR, TypeCode.OBJECT])
def test_types_that_cannot_be_bound_are_refused(code: TypeCode) -> None:
    with pytest.raises(OracleError, match="not in this stand-in"):
        encoded(code, b"x")


def test_a_type_that_no_column_has_is_refused() -> None:
    with pytest.raises(OracleError, match="not in this stand-in"):
        decoded(TypeCode.CURSOR, b"x")


def test_a_zoned_timestamp_keeps_instant_and_offset() -> None:
    moment = codecs.DateTime(2024, 7, 1, 14, 0, 0, 500_000_000, offset_minutes=120)
    parameter = encoded(TypeCode.TIMESTAMP_TZ, codecs.timestamp_tz_to_bytes(moment))
    assert parameter == b"(1719835200.5,+02:00)"
    assert codecs.datetime_from_bytes(decoded(TypeCode.TIMESTAMP_TZ, parameter)) == moment


@pytest.mark.parametrize(
    ("text", "hour", "offset"),
    [(b"(1719835200,Europe/Zurich)", 14, 120), (b'(1704110400,"America/New_York")', 7, -300)],
)
def test_a_region_gives_the_offset_of_the_instant(text: bytes, hour: int, offset: int) -> None:
    moment = codecs.datetime_from_bytes(decoded(TypeCode.TIMESTAMP_TZ, text))
    assert (moment.hour, moment.offset_minutes) == (hour, offset)


def test_a_local_timestamp_is_the_session_zones_wall_clock() -> None:
    wall = codecs.timestamp_to_bytes(codecs.DateTime(2024, 7, 1, 14, 0, 0, 250_000_000))
    assert encoded(TypeCode.TIMESTAMP_LTZ, wall, ZURICH) == b"1719835200.25"
    assert decoded(TypeCode.TIMESTAMP_LTZ, b"1719835200.25", ZURICH) == wall


@pytest.mark.parametrize("text", ["-62135596800", "-0.000000001", "253402300799.999999999", "0.5"])
def test_timestamps_at_the_edges(text: str) -> None:
    packed = decoded(TypeCode.TIMESTAMP, text.encode())
    assert packed == codecs.timestamp_to_bytes(codecs.seconds_to_datetime(text))
    assert encoded(TypeCode.TIMESTAMP, packed) == text.encode()


@given(st.integers(-62135596800 * 10**9, 253402300799 * 10**9))
def test_every_nanosecond_survives(nanoseconds: int) -> None:
    sign = "-" if nanoseconds < 0 else ""
    whole, fraction = divmod(abs(nanoseconds), 10**9)
    text = f"{sign}{whole}.{fraction:09d}".encode()
    packed = decoded(TypeCode.TIMESTAMP, text)
    assert packed == codecs.timestamp_to_bytes(codecs.seconds_to_datetime(text.decode()))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-10**12,
                   max_value=10**12), st.integers(-900, 900))  # fmt: skip
def test_moving_seconds_is_exact(value: Decimal, minutes: int) -> None:
    moved = values._shifted(f"{value:f}".encode(), minutes * 60)
    assert Decimal(moved.decode()) == value + minutes * 60


def test_numbers_the_engine_has_and_oracle_has_not() -> None:
    for text in (b"NaN", b"Infinity", b"-Infinity"):
        with pytest.raises(OracleError, match="ORA-01426"):
            decoded(TypeCode.NUMBER, text)
    assert decoded(TypeCode.BINARY_DOUBLE, b"Infinity") == codecs.binary_double_to_bytes(
        float("inf")
    )


def test_zones_that_do_not_exist() -> None:
    for name in ("Europe/Nowhere", "Mars", "Europe", "../../../../etc/passwd"):
        with pytest.raises(OracleError, match="ORA-01882"):
            zones.offset_at_instant(name, 0)


def test_zone_names_ignore_case() -> None:
    assert zones.offset_at_instant("europe/ZURICH", 1719835200) == 120
    assert zones.offset_at_wall_clock("EUROPE/zurich", 1719842400) == 120


@pytest.mark.parametrize(
    ("have", "want", "value", "converted"),
    [
        (TypeCode.NUMBER, TypeCode.VARCHAR, codecs.number_from_text("-0.5"), b"-.5"),
        (TypeCode.NUMBER, TypeCode.VARCHAR, codecs.number_from_text("0.25"), b".25"),
        (TypeCode.VARCHAR, TypeCode.NUMBER, b"12", codecs.number_from_text("12")),
        (TypeCode.RAW, TypeCode.VARCHAR, b"\xab\x01", b"AB01"),
        (TypeCode.CHAR, TypeCode.VARCHAR, b"a  ", b"a  "),
        (TypeCode.BOOLEAN, TypeCode.NUMBER, b"\x01", codecs.number_from_text("1")),
    ],
)
def test_conversions(have: TypeCode, want: TypeCode, value: bytes, converted: bytes) -> None:
    assert conversions.converter(have, want)(value) == converted


def test_a_conversion_that_needs_a_mask_is_refused() -> None:
    with pytest.raises(OracleError, match=r"ORA-00932.*not in this stand-in"):
        conversions.converter(TypeCode.DATE, TypeCode.VARCHAR)


def test_nul_travels_as_a_noncharacter_and_comes_back() -> None:
    bind = Bind("1", TypeCode.VARCHAR)
    stored = values.encode(bind, b"a\0b", "+00:00")
    assert stored == "a\U0010ffffb".encode()
    assert values.decoder(TypeCode.VARCHAR, "+00:00")(stored) == b"a\0b"
    with pytest.raises(OracleError, match="not in this stand-in"):
        values.encode(bind, "\U0010ffff".encode(), "+00:00")
