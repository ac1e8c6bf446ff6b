"""`BENCH.WIDE10`: ten columns of the types that most tables are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.backend import Bind, ExecuteOptions
from oracle_standin.codecs import DateTime, date_to_bytes, number_from_text, timestamp_to_bytes
from oracle_standin.protocol import CharsetForm, Row, TypeCode

if TYPE_CHECKING:
    from oracle_standin.backend import BackendSession

USER = "BENCH"
PASSWORD = "bench"  # noqa: S105 - documented, of a database that keeps nothing
TABLE = "WIDE10"
DISTINCT_ROWS = 10_000
"""Rows that are really there; a read of more rows repeats them."""

CREATE = """CREATE TABLE wide10 (
  id NUMBER(18) NOT NULL,
  qty NUMBER(9),
  amount NUMBER(12,2),
  ratio NUMBER(20,10),
  name VARCHAR2(40 CHAR),
  city VARCHAR2(40 CHAR),
  street VARCHAR2(40 CHAR),
  note VARCHAR2(40 CHAR),
  d DATE,
  ts TIMESTAMP(6))"""

_INSERT = "INSERT INTO wide10 VALUES (:1, :2, :3, :4, :5, :6, :7, :8, :9, :10)"
_NUMBER = (TypeCode.NUMBER, CharsetForm.NONE, 22)
_TEXT = (TypeCode.VARCHAR, CharsetForm.DATABASE, 160)
_BINDS = tuple(
    Bind(str(position), type_code, form, size)
    for position, (type_code, form, size) in enumerate(
        (
            *(_NUMBER,) * 4,
            *(_TEXT,) * 4,
            (TypeCode.DATE, CharsetForm.NONE, 7),
            (TypeCode.TIMESTAMP, CharsetForm.NONE, 11),
        ),
        1,
    )
)


def fill(session: BackendSession, rows: int) -> None:
    """Create the table in the session's schema, with `rows` rows."""
    session.execute(CREATE, (), ((),), ExecuteOptions())
    options = ExecuteOptions(iterations=rows, commit=True)
    session.execute(_INSERT, _BINDS, [_row(number) for number in range(1, rows + 1)], options)


def _row(number: int) -> Row:
    """Return a row whose values vary in length as real ones do; one text in ten is NULL."""
    moment = DateTime(
        2024, number % 12 + 1, number % 28 + 1, number % 24, number % 60, number % 59, 0
    )
    fraction = number * 7919 % 1_000_000 * 1000
    return (
        number_from_text(str(number)),
        number_from_text(str(number * 7919 % 1_000_000_000)),
        number_from_text(f"{number * 31 % 1_000_000}.{number % 100:02d}"),
        number_from_text(f"{'-' if number % 2 else ''}0.{number * 104_729 % 10**10:010d}"),
        f"Customer {number:08d} Ltd".encode(),
        f"Saint-Germain {number % 500:05d}".encode(),
        f"{number % 300} Long Acre Avenue".encode(),
        None if number % 10 == 0 else f"delivered on time {number % 97}".encode(),
        date_to_bytes(moment),
        timestamp_to_bytes(moment._replace(nanosecond=fraction)),
    )
