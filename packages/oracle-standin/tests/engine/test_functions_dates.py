"""Dates, timestamps and intervals: masks, zones, units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin

DAY = "TO_DATE('2024-08-17 13:45:50', 'YYYY-MM-DD HH24:MI:SS')"
MOMENT = "TIMESTAMP '2024-08-17 13:45:50.123456789'"


@pytest.mark.parametrize(
    ("mask", "written"),
    [
        ("YYYY-MM-DD HH24:MI:SS", "2024-08-17 13:45:50"),
        ('YYYY-MM-DD"T"HH24:MI:SS', "2024-08-17T13:45:50"),
        ("DD-MON-RR", "17-AUG-24"),
        ("Dy, dd Mon yyyy", "Sat, 17 Aug 2024"),
        ("DAY|MONTH|", "SATURDAY |AUGUST   |"),
        ("FMDay, Month DD", "Saturday, August 17"),
        ("HH:MI:SS AM", "01:45:50 PM"),
        ("hh12:mi p.m.", "01:45 p.m."),
        ("SYYYY", " 2024"),
        ("YYY YY Y IYYY CC", "024 24 4 2024 21"),
        ("Q WW IW W D DDD J", "3 33 33 3 7 230 2460540"),
        ("SSSSS", "49550"),
        ("ID", "47"),
        ("DDTH", "17TH"),
        ("RM", "VIII"),
        ("FMHH24:MI", "13:45"),
        ("YYYY\\MM", "2024\\08"),
        ("Y,YYY", "2,024"),
        ("DS", "8/17/2024"),
        ("DL", "Saturday, August 17, 2024"),
    ],
)
def test_date_masks(session: UserSession, mask: str, written: str) -> None:
    assert session.value(f"TO_CHAR({DAY}, '{mask}')") == written


@pytest.mark.parametrize(
    ("mask", "written"),
    [
        ("FF9", "123456789"),
        ("FF7|FF6|FF3|FF1", "1234567|123456|123|1"),
        ("FF", "123456789"),
        ("SSXFF3", "50.123"),
        ("HH24:MI:SS.FF9 YYYY", "13:45:50.123456789 2024"),
    ],
)
def test_fractions(session: UserSession, mask: str, written: str) -> None:
    assert session.value(f"TO_CHAR({MOMENT}, '{mask}')") == written


def test_fraction_of_microseconds_has_six_digits(session: UserSession) -> None:
    assert session.value("TO_CHAR(TIMESTAMP '2024-01-01 00:00:00.5', 'FF')") == "500000"


@pytest.mark.parametrize("mask", ["FF", "TZH", "XYZ", "YYYY-BLA", "E"])
def test_masks_that_a_date_does_not_know(session: UserSession, mask: str) -> None:
    assert session.error(f"TO_CHAR({DAY}, '{mask}')").startswith("ORA-01821:")


def test_default_masks_are_those_of_the_session(session: UserSession) -> None:
    assert session.value(f"TO_CHAR({DAY})") == "17-AUG-24"
    session.run("ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY/MM/DD'")
    assert session.value(f"TO_CHAR({DAY})") == "2024/08/17"
    assert session.value(f"TO_CHAR({MOMENT})") == "17-AUG-24 01.45.50.123456789 PM"
    session.run("ALTER SESSION SET NLS_TIMESTAMP_TZ_FORMAT = 'HH24:MI TZR'")
    zoned = f"FROM_TZ({MOMENT}, '+05:30')"
    assert session.value(f"TO_CHAR({zoned})") == "13:45 +05:30"


def test_years_before_christ(session: UserSession) -> None:
    earliest = "TO_DATE('-4712-01-01', 'SYYYY-MM-DD')"
    assert session.value(f"TO_CHAR({earliest}, 'SYYYY-MM-DD BC')") == "-4712-01-01 BC"
    assert session.value(f"TO_CHAR({earliest}, 'FMSYYYY')") == "-4712"


@pytest.mark.parametrize(
    ("text", "mask", "iso"),
    [
        ("2024-02-29", "YYYY-MM-DD", "2024-02-29 00:00:00"),
        ("2024-02-29 23:59:59", "YYYY-MM-DD HH24:MI:SS", "2024-02-29 23:59:59"),
        ("20240131", "YYYYMMDD", "2024-01-31 00:00:00"),
        ("20240131", "YYYY-MM-DD", "2024-01-31 00:00:00"),
        ("2024/01/31", "YYYY-MM-DD", "2024-01-31 00:00:00"),
        ("2024-01-31", "YYYY-MM-DD HH24:MI:SS", "2024-01-31 00:00:00"),
        ("31-JAN-24", "DD-MON-RR", "2024-01-31 00:00:00"),
        ("31-jan-99", "DD-MON-RR", "1999-01-31 00:00:00"),
        ("31-January-2024", "DD-MON-YYYY", "2024-01-31 00:00:00"),
        ("1-2-2024", "DD-MM-YYYY", "2024-02-01 00:00:00"),
        ("01/31/2024 01:02 PM", "MM/DD/YYYY HH:MI AM", "2024-01-31 13:02:00"),
        ("12:30 AM 2024-01-31", "HH:MI PM YYYY-MM-DD", "2024-01-31 00:30:00"),
        ("2024-060", "YYYY-DDD", "2024-02-29 00:00:00"),
        ("2460540", "J", "2024-08-17 00:00:00"),
        ("2024-01-31 49550", "YYYY-MM-DD SSSSS", "2024-01-31 13:45:50"),
        ("2024-01-31T10:11", 'YYYY-MM-DD"T"HH24:MI', "2024-01-31 10:11:00"),
        ("24-AUG-17", "YY-MON-DD", "2024-08-17 00:00:00"),
    ],
)
def test_to_date(session: UserSession, text: str, mask: str, iso: str) -> None:
    written = f"TO_CHAR(TO_DATE('{text}', '{mask}'), 'YYYY-MM-DD HH24:MI:SS')"
    assert session.value(written) == iso


@pytest.mark.parametrize(
    ("text", "mask", "code"),
    [
        ("2024-13-01", "YYYY-MM-DD", 1843),
        ("2024-xx-01", "YYYY-MM-DD", 1843),
        ("2024-02-30", "YYYY-MM-DD", 1839),
        ("2024-02-32", "YYYY-MM-DD", 1847),
        ("2023-02-29", "YYYY-MM-DD", 1839),
        ("2024-01-aa", "YYYY-MM-DD", 1858),
        ("2024-01-01T00", "YYYY-MM-DD HH24", 1861),
        ("2024-01-01 00", "YYYY-MM-DD", 1830),
        ("2024", "YYYY-MM", 1840),
        ("24:00", "HH24:MI", 1850),
        ("13:00", "HH:MI", 1849),
        ("10:60", "HH24:MI", 1851),
        ("10:00:60", "HH24:MI:SS", 1852),
        ("0000-01-01", "YYYY-MM-DD", 1841),
        ("2024-366", "YYYY-DDD", 0),
        ("2023-366", "YYYY-DDD", 1848),
        ("01-01", "MM-MM", 1816),
        ("2024-01-01", "YYYY-MM-ZZ", 1821),
        ("2024-01-01", "YYYY-MM-WW", 1820),
        ("10 AM", "HH24 AM", 1818),
        ("1-1-2024", "FXDD-MM-YYYY", 1862),
    ],
)
def test_to_date_errors(session: UserSession, text: str, mask: str, code: int) -> None:
    expression = f"TO_DATE('{text}', '{mask}')"
    if code == 0:
        assert session.value(expression)
    else:
        assert session.error(expression).startswith(f"ORA-{code:05d}:")


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("TO_TIMESTAMP('2024-01-31 10:11:12.5', 'YYYY-MM-DD HH24:MI:SS.FF')", "12.500000000"),
        ("TO_TIMESTAMP('2024-01-31 10:11:12', 'YYYY-MM-DD HH24:MI:SS.FF')", "12.000000000"),
        ("TO_TIMESTAMP('20240131101112987654321', 'YYYYMMDDHH24MISSFF9')", "12.987654321"),
    ],
)
def test_to_timestamp(session: UserSession, expression: str, written: str) -> None:
    assert session.value(f"TO_CHAR({expression}, 'SS.FF9')") == written


def test_zones(session: UserSession) -> None:
    mask = "YYYY-MM-DD HH24:MI TZR TZH:TZM TZD"
    berlin = "TO_TIMESTAMP_TZ('2024-07-01 12:00 Europe/Berlin', 'YYYY-MM-DD HH24:MI TZR')"
    assert session.value(f"TO_CHAR({berlin}, '{mask}')") == (
        "2024-07-01 12:00 Europe/Berlin +02:00 CEST"
    )
    assert session.value(f"TO_CHAR(SYS_EXTRACT_UTC({berlin}), 'HH24:MI')") == "10:00"
    there = f"TO_CHAR({berlin} AT TIME ZONE 'America/New_York', 'HH24:MI TZH')"
    assert session.value(there) == "06:00 -04"
    negative = "TO_TIMESTAMP_TZ('2024-07-01 12:00 -03:30', 'YYYY-MM-DD HH24:MI TZH:TZM')"
    assert session.value(f"TO_CHAR({negative}, 'TZH:TZM')") == "-03:30"
    assert session.value(f"TO_CHAR(SYS_EXTRACT_UTC({negative}), 'HH24:MI')") == "15:30"


def test_times_that_a_zone_does_not_have(session: UserSession) -> None:
    gap = "FROM_TZ(TIMESTAMP '2024-03-31 02:30:00', 'Europe/Berlin')"
    assert session.error(gap).startswith("ORA-01878:")
    assert session.error(f"FROM_TZ({MOMENT}, 'Europe/Nowhere')").startswith("ORA-01882:")


def test_session_zone(session: UserSession) -> None:
    session.run("ALTER SESSION SET TIME_ZONE = 'Asia/Kolkata'")
    assert session.value("SESSIONTIMEZONE") == "Asia/Kolkata"
    assert session.value("TO_CHAR(CURRENT_TIMESTAMP, 'TZH:TZM')") == "+05:30"
    assert session.value("TO_CHAR(SYSTIMESTAMP, 'TZH:TZM')") == "+00:00"
    apart = "ROUND((CURRENT_DATE - SYSDATE) * 24 * 60)"
    assert session.value(apart) == "330"


@pytest.mark.parametrize(
    ("unit", "truncated", "rounded"),
    [
        ("CC", "2001-01-01 00:00:00", "2001-01-01 00:00:00"),
        ("YYYY", "2024-01-01 00:00:00", "2025-01-01 00:00:00"),
        ("IYYY", "2024-01-01 00:00:00", "2024-12-30 00:00:00"),
        ("Q", "2024-07-01 00:00:00", "2024-10-01 00:00:00"),
        ("MONTH", "2024-08-01 00:00:00", "2024-09-01 00:00:00"),
        ("WW", "2024-08-12 00:00:00", "2024-08-19 00:00:00"),
        ("IW", "2024-08-12 00:00:00", "2024-08-19 00:00:00"),
        ("W", "2024-08-15 00:00:00", "2024-08-15 00:00:00"),
        ("DD", "2024-08-17 00:00:00", "2024-08-18 00:00:00"),
        ("DAY", "2024-08-11 00:00:00", "2024-08-18 00:00:00"),
        ("HH", "2024-08-17 13:00:00", "2024-08-17 14:00:00"),
        ("MI", "2024-08-17 13:45:00", "2024-08-17 13:46:00"),
    ],
)
def test_units(session: UserSession, unit: str, truncated: str, rounded: str) -> None:
    mask = "'YYYY-MM-DD HH24:MI:SS'"
    assert session.value(f"TO_CHAR(TRUNC({DAY}, '{unit}'), {mask})") == truncated
    assert session.value(f"TO_CHAR(ROUND({DAY}, '{unit}'), {mask})") == rounded


def test_bad_units(session: UserSession) -> None:
    assert session.error(f"TRUNC({DAY}, 'SS')").startswith("ORA-01899:")
    assert session.error(f"TRUNC({DAY}, 'BLA')").startswith("ORA-01898:")


@pytest.mark.parametrize(
    ("expression", "day"),
    [
        ("ADD_MONTHS(DATE '2024-01-31', 1)", "2024-02-29"),
        ("ADD_MONTHS(DATE '2024-02-29', 12)", "2025-02-28"),
        ("ADD_MONTHS(DATE '2023-02-28', 1)", "2023-03-31"),
        ("ADD_MONTHS(DATE '2024-03-30', -1)", "2024-02-29"),
        ("ADD_MONTHS(TIMESTAMP '2024-01-31 10:00:00.9', 1)", "2024-02-29"),
        ("LAST_DAY(DATE '2024-02-01')", "2024-02-29"),
        ("NEXT_DAY(DATE '2024-02-29', 'MONDAY')", "2024-03-04"),
        ("NEXT_DAY(DATE '2024-02-29', 'thu')", "2024-03-07"),
        ("NEXT_DAY(DATE '1960-02-28', 'SUN')", "1960-03-06"),
    ],
)
def test_months_and_weekdays(session: UserSession, expression: str, day: str) -> None:
    assert session.value(f"TO_CHAR({expression}, 'YYYY-MM-DD')") == day


@pytest.mark.parametrize(
    ("later", "earlier", "months"),
    [
        ("2024-03-31", "2024-02-29", "1"),
        ("2024-03-15", "2024-01-15", "2"),
        ("2024-03-15", "2024-01-20", "1.83870967741935483870967741935483870968"),
        ("2024-01-15", "2024-03-15", "-2"),
    ],
)
def test_months_between(session: UserSession, later: str, earlier: str, months: str) -> None:
    assert session.value(f"MONTHS_BETWEEN(DATE '{later}', DATE '{earlier}')") == months


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("TO_DSINTERVAL('1 02:03:04.567')", "+01 02:03:04.567000"),
        ("TO_DSINTERVAL('-P1DT2H')", "-01 02:00:00.000000"),
        ("NUMTODSINTERVAL(-1.5, 'HOUR')", "-00 01:30:00.000000"),
        ("NUMTODSINTERVAL(123, 'DAY')", "+123 00:00:00.000000"),
        ("INTERVAL '1.123456789' SECOND(2, 9)", "+00 00:00:01.123456789"),
        ("TO_YMINTERVAL('1234-05')", "+1234-05"),
        ("NUMTOYMINTERVAL(-14, 'MONTH')", "-01-02"),
    ],
)
def test_intervals(session: UserSession, expression: str, written: str) -> None:
    assert session.value(f"TO_CHAR({expression})") == written


@pytest.mark.parametrize(
    ("field", "source", "value"),
    [
        ("YEAR", "DATE '2024-08-17'", "2024"),
        ("HOUR", MOMENT, "13"),
        ("SECOND", MOMENT, "50.123456789"),
        ("HOUR", "TIMESTAMP '2024-07-01 12:00:00 +02:00'", "10"),
        ("TIMEZONE_HOUR", "TIMESTAMP '2024-07-01 12:00:00 -03:30'", "-3"),
        ("TIMEZONE_MINUTE", "TIMESTAMP '2024-07-01 12:00:00 -03:30'", "-30"),
        ("SECOND", "TO_DSINTERVAL('-1 02:03:04.5')", "-4.5"),
        ("MONTH", "TO_YMINTERVAL('1-2')", "2"),
    ],
)
def test_extract(session: UserSession, field: str, source: str, value: str) -> None:
    assert session.value(f"EXTRACT({field} FROM {source})") == value


def test_a_date_has_no_hours_to_extract(session: UserSession) -> None:
    assert session.error(f"EXTRACT(HOUR FROM {DAY})").startswith("ORA-30076:")


def test_fractions_are_read_whatever_the_decimal_character(session: UserSession) -> None:
    session.run("ALTER SESSION SET NLS_NUMERIC_CHARACTERS = ',.'")
    moment = "TO_TIMESTAMP('2024-01-31 10:11:12.5', 'YYYY-MM-DD HH24:MI:SS.FF')"
    assert session.value(f"TO_CHAR({moment}, 'SS.FF3')") == "12.500"


def test_exact_punctuation(session: UserSession) -> None:
    assert session.value("TO_CHAR(TO_DATE('2024/01/05', 'YYYY-MM-DD'), 'DD')") == "05"
    assert session.value("TO_CHAR(TO_DATE('2024-01-05', 'FXYYYY-MM-DD'), 'DD')") == "05"
    assert session.error("TO_DATE('2024/01/05', 'FXYYYY-MM-DD')").startswith("ORA-01861")


@pytest.mark.parametrize(
    ("text", "code"),
    [("2024-01-05", "ORA-01861"), ("01/25/2012", "ORA-01843")],
)
def test_dates_under_the_default_format(session: UserSession, text: str, code: str) -> None:
    assert session.error(f"TO_DATE('{text}')").startswith(code)
    assert session.value("TO_CHAR(TO_DATE('20240105', 'YYYY-MM-DD'), 'DDMM')") == "0501"
