"""Every value survives source -> target -> source again, compared by SQL."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from demo.compare import contents
from tests.fix_plugins import Plugin, select

if TYPE_CHECKING:
    import oracledb
    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.oracle


@dataclass(frozen=True)
class Mover:
    """Moves tables between two schemas through the two plugin processes."""

    database: OracleDatabase
    tap: Plugin
    target: Plugin

    def move(self, source: str, copy: str, tables: set[str], **settings: Any) -> None:
        """Copy tables of one user's schema into another's, FULL_TABLE."""
        config = self.database.config(source, filter_schemas=[source])
        discovered = self.tap.run(config, "--discover")
        assert discovered.code == 0, discovered.stderr
        wanted = {f"{source}-{table}" for table in tables}
        catalog = select(
            json.loads(discovered.stdout),
            lambda stream: "" if stream in wanted else None,
        )
        extracted = self.tap.run(config, catalog=catalog)
        assert extracted.code == 0, extracted.stderr
        loading = self.database.config(copy, default_target_schema=copy, **settings)
        loaded = self.target.run(loading, stdin=extracted.stdout)
        assert loaded.code == 0, loaded.stderr

    def assert_equal(self, source: str, copy: str, table: str) -> None:
        """Compare column types and all values of one table in two schemas."""
        with (
            closing(self.database.connect(source)) as left,
            closing(self.database.connect(copy)) as right,
        ):
            assert contents(left, source, table) == contents(right, copy, table)


@pytest.fixture
def mover(oracle_database: OracleDatabase, tap: Plugin, target: Plugin) -> Mover:
    return Mover(oracle_database, tap, target)


def test_all_types_travel_twice_unchanged(
    mover: Mover, hr_schema: str, fresh_schema: str, other_schema: str
) -> None:
    mover.move(hr_schema, fresh_schema, {"ALL_TYPES"})
    mover.assert_equal(hr_schema, fresh_schema, "ALL_TYPES")
    mover.move(fresh_schema, other_schema, {"ALL_TYPES"})
    mover.assert_equal(hr_schema, other_schema, "ALL_TYPES")


def test_whole_sample_travels_unchanged(mover: Mover, hr_schema: str, fresh_schema: str) -> None:
    tables = {"REGIONS", "COUNTRIES", "DEPARTMENTS", "JOBS", "EMPLOYEES", "JOB_HISTORY"}
    mover.move(hr_schema, fresh_schema, tables)
    for table in sorted(tables):
        mover.assert_equal(hr_schema, fresh_schema, table)


CREATE = """CREATE TABLE random_values (
  id NUMBER(9) PRIMARY KEY,
  n_any NUMBER,
  n_fixed NUMBER(38,12),
  n_int NUMBER(38),
  zoned TIMESTAMP(9) WITH TIME ZONE,
  moment TIMESTAMP(9),
  words VARCHAR2(800 CHAR),
  essay CLOB,
  bits RAW(200),
  blob_ BLOB)"""
INSERT = """INSERT INTO random_values VALUES (:1, TO_NUMBER(:2), TO_NUMBER(:3), TO_NUMBER(:4),
  TO_TIMESTAMP_TZ(:5, 'YYYY-MM-DD HH24:MI:SS.FF9 TZH:TZM'),
  TO_TIMESTAMP(:6, 'YYYY-MM-DD HH24:MI:SS.FF9'), :7, TO_CLOB(:8), HEXTORAW(:9),
  TO_BLOB(HEXTORAW(:10)))"""

_SIGN = st.sampled_from(["", "-"])
_DIGITS = st.text("0123456789", min_size=1, max_size=38)
_numbers = st.builds(
    lambda sign, digits, exponent: f"{sign}{digits}e{exponent}",
    _SIGN,
    _DIGITS,
    st.integers(-120, 80),
)
_fixed = st.builds(
    lambda sign, whole, fraction: f"{sign}{whole}.{fraction}",
    _SIGN,
    st.text("0123456789", min_size=1, max_size=26),
    st.text("0123456789", min_size=1, max_size=12),
)
_integers = st.builds(lambda sign, digits: sign + digits, _SIGN, _DIGITS)


def _is_day_of_oracle(moment: dt.datetime) -> bool:
    """Return whether Oracle's calendar has a day: 5 to 14 October 1582 are not in it."""
    return not dt.date(1582, 10, 4) < moment.date() < dt.date(1582, 10, 15)


_moments = st.builds(
    lambda moment, nanos: f"{moment:%Y-%m-%d %H:%M:%S}.{nanos:09d}".zfill(29),
    st.datetimes().filter(_is_day_of_oracle),
    st.integers(0, 999_999_999),
)
_zoned = st.builds(
    lambda moment, nanos, sign, hours, minutes: (
        f"{moment:%Y-%m-%d %H:%M:%S}.{nanos:09d}".zfill(29) + f" {sign}{hours:02d}:{minutes:02d}"
    ),
    st.datetimes(min_value=__import__("datetime").datetime(1, 1, 3)).filter(_is_day_of_oracle),
    st.integers(0, 999_999_999),
    st.sampled_from("+-"),
    st.integers(0, 11),
    st.integers(0, 59),
)
_alphabet = st.characters(exclude_categories=["Cs"], exclude_characters="\U0010ffff")
_words = st.text(st.one_of(_alphabet, st.sampled_from("\"'\\\n\r\t{}😀é")), max_size=200)
_essays = st.text(_alphabet, max_size=400)
_hex = st.binary(max_size=200).map(lambda value: value.hex().upper())


def _optional(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), strategy, strategy, strategy)


_rows = st.lists(
    st.tuples(
        _optional(_numbers),
        _optional(_fixed),
        _optional(_integers),
        _optional(_zoned),
        _optional(_moments),
        _optional(_words),
        _optional(_essays),
        _optional(_hex),
        _optional(_hex),
    ),
    min_size=1,
    max_size=120,
)


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=_rows)
@example(rows=[("1e-130", "-0.0", "0", None, None, "\x00", "a\x00b", "00", "00")])
def test_random_values_travel_unchanged(
    mover: Mover, rows: list[tuple[str | None, ...]], oracle_database: OracleDatabase
) -> None:
    source, copy = oracle_database.create_user("S"), oracle_database.create_user("C")
    try:
        with closing(oracle_database.connect(source)) as connection:
            _fill(connection, rows)
        mover.move(source, copy, {"RANDOM_VALUES"})
        mover.assert_equal(source, copy, "RANDOM_VALUES")
    finally:
        oracle_database.drop_user(source)
        oracle_database.drop_user(copy)


def _fill(connection: oracledb.Connection, rows: list[tuple[str | None, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        cursor.executemany(INSERT, [(number, *row) for number, row in enumerate(rows, start=1)])
    connection.commit()
