"""The driver on servers of other releases and parameters."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from oracle_standin import Standin

if TYPE_CHECKING:
    from collections.abc import Iterator

    import oracledb

pytestmark = pytest.mark.standin


@pytest.fixture
def connection(request: pytest.FixtureRequest) -> Iterator[oracledb.Connection]:
    """Give a connection to a stand-in started with the options that the test names."""
    with (
        Standin(users={"APP": "app"}, **request.param) as standin,
        closing(standin.connect("APP")) as opened,
    ):
        yield opened


@pytest.mark.parametrize("connection", [{"profile": "12.2"}], indirect=True)
def test_12_2_is_announced_and_takes_every_kind_of_call(connection: oracledb.Connection) -> None:
    assert connection.version == "12.2.0.1.0"
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE t (id NUMBER, name VARCHAR2(10), text CLOB)")
    cursor.executemany(
        "INSERT INTO t VALUES (:1, :2, :3)", [(n, f"n{n}", "x" * 5000) for n in range(300)]
    )
    connection.commit()
    rows = cursor.execute("SELECT id, name, text FROM t ORDER BY id", fetch_lobs=False).fetchall()
    assert rows == [(n, f"n{n}", "x" * 5000) for n in range(300)]
    out = cursor.var(str)
    cursor.execute("BEGIN :1 := 'back'; END;", [out])
    assert out.getvalue() == "back"


@pytest.mark.parametrize("connection", [{"extended_strings": True}], indirect=True)
def test_extended_strings_travel_among_others(connection: oracledb.Connection) -> None:
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE t (wide VARCHAR2(32767), id NUMBER, raw_bytes RAW(20000))")
    row = ("ä" * 16000, 7, b"\xff" * 20000)
    cursor.execute("INSERT INTO t VALUES (:1, :2, :3)", row)
    assert cursor.execute("SELECT * FROM t").fetchall() == [row]
    assert [column.display_size for column in cursor.description or ()] == [32767, 127, 20000]


@pytest.mark.parametrize("connection", [{"charset": "WE8MSWIN1252"}], indirect=True)
def test_a_single_byte_character_set_loses_what_it_has_not(connection: oracledb.Connection) -> None:
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE t (a VARCHAR2(3))")
    cursor.execute("INSERT INTO t VALUES (:1)", ["äö日"])
    assert cursor.execute("SELECT a FROM t").fetchall() == [("äö¿",)]


@pytest.mark.parametrize(
    ("connection", "longest"),
    [({}, 4000), ({"extended_strings": True}, 32767)],
    indirect=["connection"],
)
def test_padding_ends_at_the_longest_text(connection: oracledb.Connection, longest: int) -> None:
    query = "SELECT LENGTH(RPAD('x', 40000, 'y')), LENGTH(LPAD('x', 40000)) FROM dual"
    assert connection.cursor().execute(query).fetchone() == (longest, longest)
