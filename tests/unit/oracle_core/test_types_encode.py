"""JSON values as binds: exact, or refused without showing the value."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import pytest

from oracle_core.errors import DataError
from oracle_core.types import bind_plan, parse


def bound(spelled: str, *values: object, native: bool = False) -> list[object]:
    return bind_plan(parse(spelled), native=native).values(values)


def refusal(spelled: str, value: object, *, native: bool = False) -> str:
    with pytest.raises(DataError) as caught:
        bound(spelled, None, value, native=native)
    assert caught.value.position == 1
    assert caught.value.exit_code == 1
    return str(caught.value)


def test_numbers() -> None:
    values = [1, None, Decimal("1.50"), "2.5", True, 0.1, 10**39, "-0.0", Decimal("1E+2")]
    assert bound("NUMBER", *values) == [
        1,
        None,
        Decimal("1.50"),
        Decimal("2.5"),
        Decimal(1),
        Decimal("0.1"),
        Decimal(10**39),
        Decimal(0),
        Decimal(100),
    ]


@pytest.mark.parametrize(
    ("spelled", "value"),
    [
        ("NUMBER(12,2)", Decimal("1.2300")),
        ("NUMBER(5,-2)", 12300),
        ("NUMBER(3,5)", Decimal("0.00999")),
        ("NUMBER(9)", Decimal("7.0")),
        ("NUMBER", Decimal("9" * 40 + "0" * 86)),
        ("NUMBER", Decimal("1E-130")),
        ("NUMBER", -(10**125)),
        ("FLOAT(126)", Decimal("3.1415926535897932384626433832795028841")),
    ],
)
def test_numbers_that_fit(spelled: str, value: object) -> None:
    assert bound(spelled, value) == [value]


@pytest.mark.parametrize(
    ("spelled", "value", "part"),
    [
        ("NUMBER(12,2)", Decimal("1.234"), "scale of 2"),
        ("NUMBER(12,2)", "1.234", "scale of 2"),
        ("NUMBER(9)", Decimal("0.5"), "scale of 0"),
        ("INTEGER", 0.5, "scale of 0"),
        ("NUMBER(5,-2)", 12345, "scale of -2"),
        ("NUMBER(5,-2)", Decimal(12345), "scale of -2"),
        ("NUMBER", Decimal("1" * 41), "more digits"),
        ("NUMBER", Decimal("1" + "1" * 39 + "0"), "more digits"),
        ("NUMBER", 10**126, "range"),
        ("NUMBER", Decimal("1E-131"), "range"),
        ("NUMBER", math.nan, "NaN"),
        ("NUMBER", "Infinity", "NaN"),
        ("NUMBER", "12x", "not a number"),
        ("NUMBER", [1], "list"),
        ("FLOAT(10)", Decimal("1.2345"), "4 digits"),
    ],
)
def test_numbers_that_would_lose_digits(spelled: str, value: object, part: str) -> None:
    text = refusal(spelled, value)
    assert part in text
    assert str(value) not in text


def test_doubles() -> None:
    found = bound("BINARY_DOUBLE", 1, Decimal("0.1"), "Infinity", "-Infinity", None)
    assert found == [1.0, 0.1, math.inf, -math.inf, None]
    assert math.isnan(bound("BINARY_DOUBLE", "NaN")[0])  # type: ignore[arg-type]
    assert "range" in refusal("BINARY_DOUBLE", Decimal("1E+400"))


def test_texts() -> None:
    values = ["a", "", 5, Decimal("0.10"), True, {"a": [1]}, ["é"], None]
    assert bound("VARCHAR2(40 CHAR)", *values) == [
        "a",
        "",
        "5",
        "0.10",
        "true",
        '{"a":[1]}',
        '["é"]',
        None,
    ]


def test_json() -> None:
    assert bound("JSON", "x", {"a": Decimal("1.10")}, None) == ['"x"', '{"a":1.10}', None]


def test_booleans() -> None:
    assert bound("BOOLEAN", True, 0, "TRUE", None) == [True, False, True, None]
    assert "boolean" in refusal("BOOLEAN", "maybe")
    assert bound("NUMBER(1)", True, False) == [1, 0]


def test_binary() -> None:
    assert bound("RAW(4)", "AP8=", "", b"\x01", None) == [b"\0\xff", b"", b"\x01", None]
    assert "base64" in refusal("BLOB", "not base64!")
    assert "base64" in refusal("BLOB", "é")


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-29T13:14:15+00:00",
        "2024-02-29T13:14:15Z",
        "2024-02-29 13:14:15",
        "2024-02-29T13:14:15.000+02:00",
        "2024-02-29T13:14:15.0000000000-0330",
    ],
)
def test_dates_keep_the_wall_clock(text: str) -> None:
    assert bound("DATE", text) == ["2024-02-29T13:14:15"]
    assert bound("DATE", text, native=True) == [dt.datetime(2024, 2, 29, 13, 14, 15)]  # noqa: DTZ001


def test_dates_without_time() -> None:
    assert bound("DATE", "2024-02-29") == ["2024-02-29T00:00:00"]
    assert bound("TIMESTAMP(6)", "2024-02-29T10:30") == ["2024-02-29T10:30:00.000000000"]


def test_years_before_one() -> None:
    assert bound("DATE", "-4712-01-01T00:00:00+00:00") == ["-4712-01-01T00:00:00"]
    assert "before 1" in refusal("DATE", "-4712-01-01T00:00:00+00:00", native=True)


def test_timestamps() -> None:
    text = "2024-02-29T13:14:15.123456+00:00"
    moment = dt.datetime(2024, 2, 29, 13, 14, 15, 123456)  # noqa: DTZ001
    assert bound("TIMESTAMP(6)", text, native=True) == [moment]
    assert bound("TIMESTAMP(6)", text) == ["2024-02-29T13:14:15.123456000"]
    assert bound("TIMESTAMP(9)", "2024-02-29T13:14:15.123456789Z", native=True) == [
        "2024-02-29T13:14:15.123456789"
    ]


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize(
    ("spelled", "text"),
    [
        ("DATE", "2024-02-29T13:14:15.5"),
        ("TIMESTAMP(3)", "2024-02-29T13:14:15.123456+00:00"),
        ("TIMESTAMP(0)", "2024-02-29T13:14:15.1+00:00"),
        ("TIMESTAMP(6)", "2024-02-29T13:14:15.1234567+00:00"),
        ("TIMESTAMP(6) WITH TIME ZONE", "2024-02-29T13:14:15.1234567Z"),
        ("TIMESTAMP(9)", "2024-02-29T13:14:15.1234567891Z"),
    ],
)
def test_fractions_are_never_cut(spelled: str, text: str, native: bool) -> None:
    assert "fraction digits" in refusal(spelled, text, native=native)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-29T13:14:15.123456789-03:30", "2024-02-29T13:14:15.123456789-03:30"),
        ("2024-02-29T13:14:15Z", "2024-02-29T13:14:15.000000000+00:00"),
        ("2024-02-29t13:14:15z", "2024-02-29T13:14:15.000000000+00:00"),
        ("2024-02-29T13:14:15", "2024-02-29T13:14:15.000000000+00:00"),
        ("2024-02-29", "2024-02-29T00:00:00.000000000+00:00"),
        ("2024-02-29T13:14:15+02", "2024-02-29T13:14:15.000000000+02:00"),
        ("2024-02-29T13:14:15,5+0200", "2024-02-29T13:14:15.500000000+02:00"),
    ],
)
def test_zoned_moments(text: str, expected: str) -> None:
    assert bound("TIMESTAMP(9) WITH TIME ZONE", text) == [expected]
    assert bound("TIMESTAMP(9) WITH LOCAL TIME ZONE", text) == [expected]


@pytest.mark.parametrize(
    "value", ["", "yesterday", "2024-2-9", 20240229, "13:14:15", "2024-02-29T"]
)
@pytest.mark.parametrize("native", [True, False])
def test_what_is_no_date(value: object, native: bool) -> None:
    assert "ISO 8601" in refusal("DATE", value, native=native)


def test_days_that_do_not_exist() -> None:
    assert "does not exist" in refusal("DATE", "2023-02-29T00:00:00+00:00", native=True)


def test_intervals() -> None:
    assert bound("INTERVAL DAY(9) TO SECOND(9)", "P1DT0.5S", None) == ["+1 00:00:00.5", None]
    assert bound("INTERVAL YEAR TO MONTH", "-P1Y2M") == ["-1-02"]
    assert "not a value of" in refusal("INTERVAL YEAR TO MONTH", "P1D")


@pytest.mark.parametrize(
    ("spelled", "value"),
    [
        ("BINARY_DOUBLE", Decimal("0.1")),
        ("BINARY_DOUBLE", Decimal("0.10000000000000001")),  # %.17g of the same double
        ("BINARY_DOUBLE", Decimal(0.1)),  # noqa: RUF032 - all 55 digits of the double
        ("BINARY_DOUBLE", 2**53),
        ("BINARY_DOUBLE", Decimal("5E-324")),
        ("BINARY_DOUBLE", "1.7976931348623157E308"),
        ("BINARY_FLOAT", Decimal("0.1")),
        ("BINARY_FLOAT", 16_777_216),
        ("BINARY_FLOAT", Decimal("3.4028235E38")),
        ("BINARY_FLOAT", Decimal("-0.000")),
    ],
)
def test_numbers_that_binary_floating_point_keeps(spelled: str, value: object) -> None:
    (stored,) = bound(spelled, value)
    assert stored == pytest.approx(float(value), rel=1e-7)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spelled", "value"),
    [
        ("BINARY_DOUBLE", 2**53 + 1),
        ("BINARY_DOUBLE", Decimal("0.12345678901234567890")),
        ("BINARY_DOUBLE", "1E-400"),
        ("BINARY_DOUBLE", Decimal("9" * 38)),
        ("BINARY_FLOAT", 16_777_217),
        ("BINARY_FLOAT", Decimal("16777217.123")),
        ("BINARY_FLOAT", Decimal("0.123456789")),
    ],
)
def test_digits_that_binary_floating_point_loses(spelled: str, value: object) -> None:
    assert "more digits" in refusal(spelled, value)


@pytest.mark.parametrize(
    ("spelled", "value"), [("BINARY_FLOAT", Decimal("1E39")), ("BINARY_DOUBLE", Decimal("1E309"))]
)
def test_numbers_beyond_binary_floating_point(spelled: str, value: object) -> None:
    assert "beyond the range" in refusal(spelled, value)


@pytest.mark.parametrize("spelled", ["DATE", "TIMESTAMP(6)", "TIMESTAMP(9)"])
@pytest.mark.parametrize("native", [False, True])
def test_an_instant_with_an_offset_does_not_fit_a_wall_clock(spelled: str, native: bool) -> None:
    plan = bind_plan(parse(spelled), native=native, is_instant=True)
    utc = ["2024-05-06T07:08:09Z", None, "2024-05-06T07:08:09+00:00", "2024-05-06"]
    assert plan.values(utc) == bind_plan(parse(spelled), native=native).values(utc)
    with pytest.raises(DataError, match="has an offset") as caught:
        plan.values([None, "2024-05-06T07:08:09+02:00"])
    assert caught.value.position == 1


def test_vectors_become_arrays_of_their_format() -> None:
    (single,) = bound("VECTOR(3, FLOAT32)", [Decimal("0.1"), 2, Decimal("0.100000001")])
    assert single.typecode == "f"  # type: ignore[attr-defined]
    assert bound("VECTOR(2, FLOAT64)", "[0.1, 1e300]")[0].tolist() == [0.1, 1e300]  # type: ignore[attr-defined]
    assert bound("VECTOR(2, INT8)", [1, -128])[0].typecode == "b"  # type: ignore[attr-defined]
    assert bound("VECTOR", [0.5])[0].typecode == "d"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("spelled", "value"),
    [
        ("VECTOR(1, FLOAT32)", [Decimal("0.123456789")]),
        ("VECTOR(1, FLOAT32)", [16_777_217]),
        ("VECTOR(1, FLOAT32)", [Decimal("1e39")]),
        ("VECTOR(1, FLOAT64)", [Decimal("0.12345678901234567890")]),
        ("VECTOR(1, INT8)", [128]),
        ("VECTOR(1, INT8)", [Decimal("0.5")]),
        ("VECTOR(1, FLOAT32)", {"a": 1}),
    ],
)
def test_elements_that_a_vector_would_change(spelled: str, value: object) -> None:
    assert refusal(spelled, value)


@pytest.mark.parametrize(
    ("spelling", "values"),
    [
        ("NUMBER(9,2)", [1, None, Decimal("1.25"), Decimal("-0.5")]),
        ("NUMBER", [10**38 - 1, Decimal("1E-7"), None, Decimal("0.123456789")]),
        ("DATE", ["2024-02-03T04:05:06+00:00", None, "0001-01-01T00:00:00+00:00"]),
        ("TIMESTAMP(6)", ["2024-02-03T04:05:06.123456+00:00", None]),
    ],
)
def test_a_column_at_once_is_what_its_values_are_one_by_one(
    spelling: str, values: list[object]
) -> None:
    plan = bind_plan(parse(spelling), native=True)
    slowly = [plan.values([value, "1" if isinstance(value, int) else value])[0] for value in values]
    assert plan.values(values) == slowly
    too_fine = {"NUMBER(9,2)": Decimal("1.255"), "DATE": "2024-02-30T00:00:00+00:00"}
    if spelling in too_fine:
        with pytest.raises(DataError) as refused:
            plan.values([*values, too_fine[spelling]])
        assert refused.value.position == len(values)


@pytest.mark.parametrize("offset", ["+00:53:28", "-00:00:28"])
def test_an_offset_with_seconds_is_refused_where_it_is_kept(offset: str) -> None:
    value = f"1890-01-01T00:00:00{offset}"
    for native in (False, True):
        refused = refusal("TIMESTAMP WITH TIME ZONE", value, native=native)
        assert "offset has seconds" in refused
        # As any other offset, it only labels the wall clock of a column without a zone.
        bare = "1890-01-01T00:00:00"
        assert bound("DATE", value, native=native) == bound("DATE", bare, native=native)
    assert bound("TIMESTAMP WITH TIME ZONE", "1890-01-01T00:00:00+00:53:00") == bound(
        "TIMESTAMP WITH TIME ZONE", "1890-01-01T00:00:00+00:53"
    )


@pytest.mark.parametrize(
    "moment",
    ["2024-W05-1T00:00:00+00:00", "1582-10-10T00:00:00+00:00", "2024-01-01T24:00:00+00:00"],
)
@pytest.mark.parametrize("beside", [None, "2024-02-03T04:05:06+00:00", "2024-02-03"])
def test_python_alone_would_take_these_moments(moment: str, beside: str | None) -> None:
    plan = bind_plan(parse("DATE"), native=True)
    with pytest.raises(DataError) as refused:
        plan.values([beside, moment])
    assert refused.value.position == 1


@pytest.mark.parametrize("native", [True, False])
def test_digits_of_other_scripts_are_no_moment(native: bool) -> None:
    assert "not a date and time" in refusal("DATE", "\u0662024-01-01", native=native)


@pytest.mark.parametrize("offset", ["+16:00", "-01:60", "+99:99"])
def test_an_offset_that_oracle_does_not_know_is_refused_where_it_is_kept(offset: str) -> None:
    for value in (f"2024-01-01T00:00:00{offset}", f"2024-01-01 00:00{offset}"):
        assert "offset that does not exist" in refusal("TIMESTAMP WITH TIME ZONE", value)
    assert bound("TIMESTAMP WITH TIME ZONE", "2024-01-01T00:00:00-15:59")
