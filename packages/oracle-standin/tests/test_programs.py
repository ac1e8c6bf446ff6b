"""Stored procedures and arrays through the unmodified driver."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from typing import TYPE_CHECKING

import oracledb
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.standin

GRANTS = ("CREATE SESSION", "CREATE TABLE", "CREATE PROCEDURE")
PACKAGE = """
CREATE PACKAGE lists AS
  TYPE numbers IS TABLE OF NUMBER INDEX BY PLS_INTEGER;
  TYPE texts IS TABLE OF NVARCHAR2(20) INDEX BY PLS_INTEGER;
  TYPE dates IS TABLE OF DATE INDEX BY PLS_INTEGER;
  PROCEDURE turn (n IN OUT numbers, t OUT texts, d IN OUT dates);
END;"""
BODY = """
CREATE PACKAGE BODY lists AS
  PROCEDURE turn (n IN OUT numbers, t OUT texts, d IN OUT dates) IS
  BEGIN
    FOR i IN 1 .. n.COUNT LOOP
      t(i) := 'ä' || TO_CHAR(n(i));
      n(i) := -n(i);
      d(i) := d(i) + 1;
    END LOOP;
  END;
END;"""


@pytest.fixture
def cursor(oracle_database: OracleDatabase) -> Iterator[oracledb.Cursor]:
    user = oracle_database.create_user("P", grants=GRANTS)
    with closing(oracle_database.connect(user)) as connection:
        yield connection.cursor()
    oracle_database.drop_user(user)


def warning(cursor: oracledb.Cursor) -> str:
    return "" if cursor.warning is None else str(cursor.warning.full_code)


def test_arrays_go_in_and_out(cursor: oracledb.Cursor) -> None:
    cursor.execute(PACKAGE)
    cursor.execute(BODY)
    numbers = cursor.arrayvar(oracledb.DB_TYPE_NUMBER, [1, 2.5], 10)
    texts = cursor.arrayvar(oracledb.DB_TYPE_NVARCHAR, 3, 20)
    days = [dt.datetime(2024, 2, 28, 13), dt.datetime(2024, 2, 29)]  # noqa: DTZ001 - DATE
    dates = cursor.arrayvar(oracledb.DB_TYPE_DATE, days)
    cursor.callproc("lists.turn", [numbers, texts, dates])
    assert numbers.getvalue() == [-1, -2.5]
    assert texts.getvalue() == ["ä1", "ä2.5"]
    assert dates.getvalue() == [day + dt.timedelta(days=1) for day in days]


def test_an_array_without_room(cursor: oracledb.Cursor) -> None:
    cursor.execute(PACKAGE)
    cursor.execute(BODY)
    numbers = cursor.arrayvar(oracledb.DB_TYPE_NUMBER, [1, 2])
    texts = cursor.arrayvar(oracledb.DB_TYPE_NVARCHAR, 1, 20)
    dates = cursor.arrayvar(oracledb.DB_TYPE_DATE, [dt.datetime(2024, 1, 1)] * 2)  # noqa: DTZ001
    with pytest.raises(oracledb.DatabaseError, match="ORA-06513"):
        cursor.callproc("lists.turn", [numbers, texts, dates])


def test_calls_and_warnings(cursor: oracledb.Cursor) -> None:
    head = "CREATE OR REPLACE FUNCTION f (a NUMBER, b VARCHAR2 := 'x') RETURN VARCHAR2 IS"
    cursor.execute(f"{head}\nBEGIN\nRETURN b || nothing;\nEND;")
    assert warning(cursor) == "DPY-7000"
    cursor.execute("SELECT line, text FROM user_errors ORDER BY sequence FETCH FIRST 1 ROW ONLY")
    assert cursor.fetchall() == [(3, "PLS-00201: identifier 'NOTHING' must be declared")]
    cursor.execute(f"{head}\nBEGIN\nRETURN b || a;\nEND;")
    assert warning(cursor) == ""
    assert cursor.callfunc("f", str, [1]) == "x1"
    assert cursor.callfunc("f", str, keyword_parameters={"b": "y", "a": 2}) == "y2"
    with pytest.raises(oracledb.DatabaseError, match="PLS-00306"):
        cursor.callfunc("f", str, [1, 2, 3])


def test_executemany_gives_each_result(cursor: oracledb.Cursor) -> None:
    cursor.execute("CREATE PROCEDURE twice (a NUMBER, b OUT NUMBER) IS BEGIN b := a * 2; END;")
    out = cursor.var(int, arraysize=3)
    cursor.setinputsizes(None, out)
    cursor.executemany("BEGIN twice(:1, :2); END;", [(1,), (2,), (3,)])
    assert out.values == [2, 4, 6]
