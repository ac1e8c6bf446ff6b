"""Intervals and durations."""

from __future__ import annotations

import pytest

from oracle_core.types.durations import (
    day_to_second_from_iso,
    iso_from_day_to_second,
    iso_from_year_to_month,
    year_to_month_from_iso,
)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("+01 02:03:04.567000", "P1DT2H3M4.567S"),
        ("+000000000 00:00:00.000000000", "PT0S"),
        ("-00 00:00:00.000000001", "-PT0.000000001S"),
        ("-999999999 23:59:59.999999999", "-P999999999DT23H59M59.999999999S"),
        ("+02 00:00:00", "P2D"),
        ("+00 01:00:00", "PT1H"),
    ],
)
def test_days(text: str, iso: str) -> None:
    assert iso_from_day_to_second(text) == iso
    back = day_to_second_from_iso(iso)
    assert iso_from_day_to_second(back) == iso


@pytest.mark.parametrize(
    ("text", "iso"),
    [("+1234-05", "P1234Y5M"), ("-00-01", "-P1M"), ("+00-00", "P0M"), ("+02-00", "P2Y")],
)
def test_months(text: str, iso: str) -> None:
    assert iso_from_year_to_month(text) == iso
    assert iso_from_year_to_month(year_to_month_from_iso(iso)) == iso


@pytest.mark.parametrize(
    ("iso", "text"),
    [
        ("PT36H", "+1 12:00:00"),
        ("P1W", "+7 00:00:00"),
        ("PT90M0.50S", "+0 01:30:00.5"),
        ("+P1D", "+1 00:00:00"),
        ("PT1,5S", "+0 00:00:01.5"),
    ],
)
def test_other_durations_of_days(iso: str, text: str) -> None:
    assert day_to_second_from_iso(iso) == text


def test_months_are_carried_to_years() -> None:
    assert year_to_month_from_iso("-P14M") == "-1-02"


@pytest.mark.parametrize(
    "iso", ["", "P", "PT", "P1DT", "1D", "P1S", "PT1", "P-1D", "P1.5D", "x", "PT٣S"]
)
def test_what_is_no_duration(iso: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        day_to_second_from_iso(iso)
    with pytest.raises(ValueError, match="duration"):
        year_to_month_from_iso(iso)


def test_months_and_days_do_not_mix() -> None:
    with pytest.raises(ValueError, match="years or months"):
        day_to_second_from_iso("P1M")
    with pytest.raises(ValueError, match="days or times"):
        year_to_month_from_iso("P1YT1S")


@pytest.mark.parametrize("text", ["", "1", "+01 02:03", "+01-02-03", "P1D"])
def test_what_is_no_interval(text: str) -> None:
    with pytest.raises(ValueError, match="INTERVAL"):
        iso_from_day_to_second(text)
    with pytest.raises(ValueError, match="INTERVAL"):
        iso_from_year_to_month(text)
