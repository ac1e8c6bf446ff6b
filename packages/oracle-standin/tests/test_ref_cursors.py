"""REF cursors and implicit results through the driver."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import oracledb
import pytest

from oracle_standin import Standin

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.standin


@pytest.fixture(scope="module")
def connection() -> Iterator[oracledb.Connection]:
    with Standin(users={"APP": "app"}) as standin, closing(standin.connect("APP")) as connection:
        yield connection


def test_a_cursor_is_fetched_in_pages_and_goes_back_in(connection: oracledb.Connection) -> None:
    with connection.cursor() as cursor:
        numbers = connection.cursor()
        numbers.arraysize = numbers.prefetchrows = 3
        block = "BEGIN OPEN :c FOR SELECT LEVEL n FROM dual CONNECT BY LEVEL <= 10; END;"
        cursor.execute(block, c=numbers)
        assert [column[0] for column in numbers.description or ()] == ["N"]
        assert [number for (number,) in numbers.fetchmany(4)] == [1, 2, 3, 4]
        # The client has fetched six rows; the block takes the one after them.
        fetched = cursor.var(int)
        cursor.execute("DECLARE n NUMBER; BEGIN FETCH :c INTO n; :n := n; END;", [numbers, fetched])
        assert fetched.getvalue() == 7
        assert [number for (number,) in numbers] == [5, 6, 8, 9, 10]


def test_lobs_of_cursors_are_read(connection: oracledb.Connection) -> None:
    with connection.cursor() as cursor:
        opened = cursor.var(oracledb.DB_TYPE_CURSOR)
        cursor.execute("BEGIN OPEN :c FOR SELECT TO_CLOB('text') FROM dual; END;", [opened])
        ((lob,),) = opened.getvalue().fetchall()
        assert lob.read() == "text"


def test_implicit_results_come_in_order(connection: oracledb.Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DECLARE c SYS_REFCURSOR; BEGIN FOR i IN 1 .. 2 LOOP"
            " OPEN c FOR SELECT i FROM dual; DBMS_SQL.RETURN_RESULT(c);"
            " END LOOP; END;"
        )
        assert [result.fetchall() for result in cursor.getimplicitresults()] == [[(1,)], [(2,)]]


def test_texts_are_described_by_their_bytes(connection: oracledb.Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'abc', CAST('x' AS VARCHAR2(10)), CAST('x' AS NVARCHAR2(10)) FROM dual"
        )
        assert [column[1:4] for column in cursor.description or ()] == [
            (oracledb.DB_TYPE_CHAR, 3, 3),
            (oracledb.DB_TYPE_VARCHAR, 10, 10),
            (oracledb.DB_TYPE_NVARCHAR, 10, 20),
        ]
        assert cursor.fetchall() == [("abc", "x", "x")]
