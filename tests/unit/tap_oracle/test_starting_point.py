"""Where an INCREMENTAL stream starts."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from oracle_core.types import fetch_plan, parse
from tap_oracle.plan import ColumnPlan
from tap_oracle.starting_point import earlier, is_later, starting_value

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def column(sql_datatype: str) -> ColumnPlan:
    oracle_type = parse(sql_datatype)
    return ColumnPlan("K", oracle_type, fetch_plan(oracle_type))


@pytest.mark.parametrize(
    ("moment", "seconds", "expected"),
    [
        ("2024-03-01T00:00:00.123456789+05:30", 1, "2024-02-29T23:59:59.123456789+05:30"),
        ("2024-03-01T00:00:00+00:00", 86_400, "2024-02-29T00:00:00+00:00"),
        ("2024-03-01T00:00:00+00:00", 0, "2024-03-01T00:00:00+00:00"),
        ("0001-01-01T00:00:00+00:00", 1, "0001-01-01T00:00:00+00:00"),
        ("-4712-01-01T00:00:00+00:00", 60, "-4712-01-01T00:00:00+00:00"),
    ],
)
def test_going_back_keeps_every_digit(moment: str, seconds: int, expected: str) -> None:
    assert earlier(moment, seconds) == expected


@pytest.mark.parametrize(
    ("moment", "than", "later"),
    [
        ("2024-01-01T00:00:00.000000002+00:00", "2024-01-01T00:00:00.000000001+00:00", True),
        ("2024-01-01T00:00:00+00:00", "2024-01-01T01:00:00+02:00", True),
        ("2024-01-01T01:00:00+01:00", "2024-01-01T00:00:00Z", False),
        ("2024-01-01T00:00:00.5+00:00", "2024-01-01T00:00:00.500000+00:00", False),
        ("0001-01-01T00:00:00+00:00", "-0001-12-31T23:59:59+00:00", True),
        ("1969-12-31T23:59:59.9+00:00", "1969-12-31T23:59:59.1+00:00", True),
    ],
)
def test_moments_are_compared_as_instants(moment: str, than: str, later: bool) -> None:
    assert is_later(moment, than) is later


@pytest.mark.parametrize(
    ("sql_datatype", "bookmark", "start_date", "lookback", "zone", "expected"),
    [
        ("NUMBER", 5, "2024-01-01T00:00:00Z", 60, dt.UTC, 5),
        ("NUMBER", None, "2024-01-01T00:00:00Z", 60, dt.UTC, None),
        ("VARCHAR2(9)", "x", None, 60, dt.UTC, "x"),
        ("DATE", None, "2024-01-01T00:00:00Z", 0, dt.UTC, "2024-01-01T00:00:00+00:00"),
        ("DATE", None, "2024-01-01T00:00:00Z", 0, BERLIN, "2024-01-01T01:00:00+01:00"),
        ("DATE", None, "2024-01-01", 0, BERLIN, "2024-01-01T00:00:00+01:00"),
        ("DATE", None, None, 60, dt.UTC, None),
        (
            "TIMESTAMP(6)",
            "2024-06-01T00:00:00+00:00",
            "2024-01-01T00:00:00Z",
            60,
            dt.UTC,
            "2024-05-31T23:59:00+00:00",
        ),
        (
            "TIMESTAMP(6) WITH TIME ZONE",
            "2024-06-01T00:00:00+00:00",
            "2025-01-01T00:00:00Z",
            60,
            dt.UTC,
            "2025-01-01T00:00:00+00:00",
        ),
    ],
)
def test_the_start(
    sql_datatype: str,
    bookmark: str | int | None,
    start_date: str | None,
    lookback: int,
    zone: dt.tzinfo,
    expected: object,
) -> None:
    assert (
        starting_value(
            column(sql_datatype),
            bookmark,
            start_date=start_date,
            lookback_seconds=lookback,
            naive_timezone=zone,
        )
        == expected
    )
