"""3,000 random values of each kind go through wire and engine and come back unchanged.

Two faults that cancel out would hide in a round trip alone, so where the database can say a value
as text, that text is compared too. The seed is fixed: a failure repeats.
"""

from __future__ import annotations

import datetime as dt
import math
import random
import struct
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import oracledb
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.standin

COUNT = 3000
_MASK = "YYYY-MM-DD HH24:MI:SS.FF9"
_EPOCH = dt.datetime(1, 1, 1)  # noqa: DTZ001 - a wall clock, as Oracle's are


@dataclass(frozen=True)
class Kind:
    """A type with random values of it, and how they are written and read."""

    name: str
    column: str
    bind: Any
    value: Callable[[random.Random], Any]
    write: str = ":2"
    said: str = "NULL"
    say: Callable[[str], Any] | None = None

    def __str__(self) -> str:
        return self.name


def number(source: random.Random) -> Decimal:
    """Return a number of up to 40 digits; 40 fit only when they begin a pair of digits."""
    count = source.randint(1, 40)
    digits = source.randint(10 ** (count - 1), 10**count - 1)
    point = source.randint(-128, 125)
    if count == 40 and point % 2:
        point += 1 if point < 0 else -1
    return Decimal((source.randint(0, 1), tuple(map(int, str(digits))), point - count))


def moment(source: random.Random, digits: int = 6) -> dt.datetime:
    """Return a wall clock of the years 1 to 9999."""
    days = source.randint(0, 3652058)
    found = _EPOCH + dt.timedelta(days, source.randint(0, 86399))
    return found.replace(microsecond=source.randint(0, 999999) if digits else 0)


def moment_text(source: random.Random) -> str:
    """Return a wall clock with nine fractional digits."""
    return f"{moment(source, 0).isoformat(' ')}.{source.randint(0, 999999999):09}"


def zoned_text(source: random.Random) -> str:
    """Return a moment with nine fractional digits and an offset; the UTC year stays in range."""
    text = moment_text(source)
    while text[:4] in {"0001", "9999"}:
        text = moment_text(source)
    minutes = source.randint(-12 * 60, 14 * 60)
    sign = "-" if minutes < 0 else "+"
    return f"{text} {sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def double(source: random.Random) -> float:
    """Return a finite double of any size; Oracle knows no negative zero."""
    found = float("nan")
    while not math.isfinite(found) or found == 0:
        (found,) = struct.unpack("<d", source.randbytes(8))
    return found


def single(source: random.Random) -> float:
    """Return a finite float of any size."""
    found = float("nan")
    while not math.isfinite(found) or found == 0:
        (found,) = struct.unpack("<f", source.randbytes(4))
    return found


def interval(source: random.Random) -> dt.timedelta:
    """Return an interval as long as Python and Oracle both have them."""
    days = source.randint(0, 10 ** source.randint(1, 8))
    found = dt.timedelta(days, source.randint(0, 86399), source.randint(0, 999999))
    return -found if source.randint(0, 1) else found


def months(source: random.Random) -> oracledb.IntervalYM:
    """Return an interval of years and months of one sign."""
    sign = source.choice((-1, 1))
    return oracledb.IntervalYM(sign * source.randint(0, 10**8), sign * source.randint(0, 11))


def text(source: random.Random) -> str:
    """Return a text of any characters but surrogates and U+10FFFF."""
    ranges = ((0, 0x7F), (0x80, 0x7FF), (0x800, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x10FFFE))
    count = source.randint(1, 60)
    return "".join(chr(source.randint(*source.choice(ranges))) for _ in range(count))


KINDS = [
    Kind(
        "number", "NUMBER", oracledb.DB_TYPE_NUMBER, number, said="TO_CHAR(v, 'TM9')", say=Decimal
    ),
    Kind("double", "BINARY_DOUBLE", oracledb.DB_TYPE_BINARY_DOUBLE, double),
    Kind("float", "BINARY_FLOAT", oracledb.DB_TYPE_BINARY_FLOAT, single),
    Kind(
        "date",
        "DATE",
        oracledb.DB_TYPE_DATE,
        lambda source: moment(source, 0),
        said="TO_CHAR(v, 'YYYY-MM-DD HH24:MI:SS')",
        say=dt.datetime.fromisoformat,
    ),
    Kind(
        "timestamp",
        "TIMESTAMP(9)",
        oracledb.DB_TYPE_TIMESTAMP,
        moment,
        said="TO_CHAR(v, 'YYYY-MM-DD HH24:MI:SS.FF6')",
        say=dt.datetime.fromisoformat,
    ),
    Kind(
        "nine digits",
        "TIMESTAMP(9)",
        oracledb.DB_TYPE_VARCHAR,
        moment_text,
        write=f"TO_TIMESTAMP(:2, '{_MASK}')",
        said=f"TO_CHAR(v, '{_MASK}')",
        say=str,
    ),
    Kind(
        "zoned",
        "TIMESTAMP(9) WITH TIME ZONE",
        oracledb.DB_TYPE_VARCHAR,
        zoned_text,
        write=f"TO_TIMESTAMP_TZ(:2, '{_MASK} TZH:TZM')",
        said=f"TO_CHAR(v, '{_MASK} TZH:TZM')",
        say=str,
    ),
    Kind("interval", "INTERVAL DAY(9) TO SECOND(9)", oracledb.DB_TYPE_INTERVAL_DS, interval),
    Kind("months", "INTERVAL YEAR(9) TO MONTH", oracledb.DB_TYPE_INTERVAL_YM, months),
    Kind("text", "VARCHAR2(4000)", oracledb.DB_TYPE_VARCHAR, text, said="TO_CHAR(v)", say=str),
    Kind("national text", "NVARCHAR2(2000)", oracledb.DB_TYPE_NVARCHAR, text),
    Kind("CLOB", "CLOB", oracledb.DB_TYPE_CLOB, text, said="TO_CHAR(v)", say=str),
    Kind("RAW", "RAW(100)", oracledb.DB_TYPE_RAW, lambda s: s.randbytes(s.randint(1, 100))),
]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_values_come_back_unchanged(
    kind: Kind, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    source = random.Random(f"round trip of {kind.name}")  # noqa: S311 - no secrets
    values = [kind.value(source) for _ in range(COUNT)]
    with closing(oracle_database.connect(fresh_schema)) as connection:
        cursor = connection.cursor()
        cursor.execute(f"CREATE TABLE t (id NUMBER(9) PRIMARY KEY, v {kind.column})")
        cursor.setinputsizes(None, kind.bind)
        cursor.executemany(f"INSERT INTO t VALUES (:1, {kind.write})", list(enumerate(values)))
        query = f"SELECT v, {kind.said} FROM t ORDER BY id"
        rows = cursor.execute(query, fetch_decimals=True, fetch_lobs=False).fetchall()
    read = [row[0] for row in rows]
    if kind.write == ":2":
        assert different(values, read) == []
    if kind.say is not None:
        assert different(values, [kind.say(row[1]) for row in rows]) == []


def different(sent: list[Any], got: list[Any]) -> list[tuple[Any, Any]]:
    """Return the first few pairs that are not equal."""
    assert len(sent) == len(got)
    return [pair for pair in zip(sent, got, strict=True) if pair[0] != pair[1]][:3]
