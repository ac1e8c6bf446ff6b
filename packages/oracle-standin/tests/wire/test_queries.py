from __future__ import annotations

import datetime as dt
import threading
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import oracledb
import pytest

from tests.wire.fake_rows import DOCUMENTS, GEN_COLUMNS, ROWID, TYPED_COLUMNS, TYPED_ROW

if TYPE_CHECKING:
    from oracle_standin.wire.listener import Listener
    from tests.wire.conftest import Connect
    from tests.wire.fix_backend import FakeBackend


def test_every_type_is_read(cursor: oracledb.Cursor) -> None:
    cursor.execute("select * from typed", fetch_decimals=True)
    rows = cursor.fetchall()
    moment = dt.datetime(2024, 2, 29, 23, 59, 58, 123456)  # noqa: DTZ001 - a wall clock
    assert rows[0] == (
        Decimal("-12345678901234567890.0123456789"),
        "héllo \U0001f600",
        "abc  ",
        "日本",
        moment.replace(microsecond=0),
        moment,
        moment,
        moment,
        -1.5e300,
        0.25,
        bytes(range(16)),
        dt.timedelta(seconds=-93784.5),
        oracledb.IntervalYM(-1, -2),
        ROWID,
        ROWID,
        "long text" * 100,
        bytes(1000),
    )
    assert rows[1] == (None,) * len(TYPED_ROW)


def test_describe_information(cursor: oracledb.Cursor) -> None:
    cursor.execute("select * from typed")
    assert cursor.description is not None
    by_name = {column.name: column for column in cursor.description}
    assert list(by_name) == [column.name for column in TYPED_COLUMNS]
    assert (by_name["N"].precision, by_name["N"].scale) == (38, 10)
    assert (by_name["V"].display_size, by_name["V"].internal_size) == (20, 80)
    assert by_name["NV"].type_code is oracledb.DB_TYPE_NVARCHAR
    assert by_name["TS"].scale == 9
    assert (by_name["IDS"].precision, by_name["IDS"].scale) == (2, 6)
    assert by_name["UID"].type_code is oracledb.DB_TYPE_UROWID


def test_native_booleans(cursor: oracledb.Cursor) -> None:
    assert cursor.execute("select * from booleans").fetchall() == [(True,), (False,), (None,)]


def test_json_documents(cursor: oracledb.Cursor) -> None:
    for _ in range(2):
        rows = cursor.execute("select * from documents").fetchall()
        assert [row[0] for row in rows] == DOCUMENTS


def test_literals_and_nulls(cursor: oracledb.Cursor) -> None:
    cursor.execute("select 1, 'text', null, -2.5, '' from dual")
    assert cursor.fetchone() == (1, "text", None, 2.5, None)


@pytest.mark.parametrize("array_size", [1, 7, 100, 5000])
@pytest.mark.parametrize("row_count", [0, 1, 2, 99, 100, 101, 1234])
def test_pages_of_any_size_give_all_rows(
    cursor: oracledb.Cursor, array_size: int, row_count: int
) -> None:
    cursor.arraysize = array_size
    rows = cursor.execute(f"select * from gen({row_count})").fetchall()
    assert [row[0] for row in rows] == list(range(row_count))
    assert cursor.rowcount == row_count
    assert cursor.fetchone() is None


def test_prefetch_of_nothing_and_of_everything(cursor: oracledb.Cursor) -> None:
    for prefetch in (0, 1, 500, 501):
        cursor.prefetchrows = prefetch
        cursor.execute("select * from gen(500)")
        assert len(cursor.fetchall()) == 500


def test_a_statement_runs_again_without_describe(cursor: oracledb.Cursor) -> None:
    for number in range(5):
        assert cursor.execute("select :n from dual", n=number).fetchall() == [(number,)]


def test_columns_that_changed_are_described_again(
    cursor: oracledb.Cursor, backend: FakeBackend
) -> None:
    with cursor.connection.cursor() as other:
        other.execute("insert into changing values (:1)", ["a"])
        assert cursor.execute("select * from changing").fetchall() == [("a",)]
        backend.tables.clear()
        other.execute("insert into changing values (:1, :2)", [1, "b"])
    assert cursor.execute("select * from changing").fetchall() == [(1, "b")]


def test_a_query_closed_early_leaves_the_connection_usable(
    connection: oracledb.Connection,
) -> None:
    for _ in range(60):
        with connection.cursor() as cursor:
            cursor.execute("select * from gen(1000)")
            assert cursor.fetchone() is not None
    with connection.cursor() as cursor:
        assert cursor.execute("select 1 from dual").fetchone() == (1,)


def test_more_statements_than_the_client_caches(cursor: oracledb.Cursor) -> None:
    for number in range(100):
        assert cursor.execute(f"select {number} from dual").fetchone() == (number,)


def test_parse_describes_without_running(cursor: oracledb.Cursor) -> None:
    cursor.parse("select * from gen(5)")
    assert cursor.description is not None
    assert len(cursor.description) == len(GEN_COLUMNS)
    cursor.parse("insert into t values (:1)")


def test_errors_have_code_text_and_offset(cursor: oracledb.Cursor) -> None:
    with pytest.raises(oracledb.DatabaseError) as caught:
        cursor.execute("select * from nosuch")
    error = caught.value.args[0]
    assert (error.code, error.offset) == (942, 14)
    assert error.message.startswith("ORA-00942: table or view does not exist")
    assert cursor.execute("select 1 from dual").fetchone() == (1,)


def test_a_fault_of_the_engine_is_an_error(cursor: oracledb.Cursor) -> None:
    with pytest.raises(oracledb.DatabaseError, match="ORA-00604"):
        cursor.execute("select boom from t")
    assert cursor.execute("select 1 from dual").fetchone() == (1,)


@pytest.mark.parametrize("statement", ["select 'a from dual", 'select "a from dual'])
def test_statements_that_are_no_tokens(cursor: oracledb.Cursor, statement: str) -> None:
    with pytest.raises(oracledb.DatabaseError):
        cursor.execute(statement)
    assert cursor.execute("select 1 from dual").fetchone() == (1,)


def test_what_is_not_there_is_refused_by_name(connection: oracledb.Connection) -> None:
    with (
        connection.cursor(scrollable=True) as scrollable,
        pytest.raises(oracledb.DatabaseError, match=r"ORA-03001.*scrollable"),
    ):
        scrollable.execute("select * from gen(5)")
    with connection.cursor() as cursor:
        assert cursor.execute("select 1 from dual").fetchone() == (1,)


def test_a_cursor_that_was_never_opened_comes_back_without_rows(cursor: oracledb.Cursor) -> None:
    variable = cursor.var(oracledb.DB_TYPE_CURSOR)
    cursor.execute("begin :1 := :2; end;", [variable, 1])
    never_opened = variable.getvalue()
    with pytest.raises(oracledb.DatabaseError, match="DPY-4025"):
        never_opened.fetchall()


def test_twelve_connections_at_once(connect: Connect) -> None:
    counts: list[int] = []

    def work(number: int) -> None:
        with closing(connect(sdu=512 << number % 8)) as connection:
            with connection.cursor() as cursor:
                rows = [(row, f"text {row}") for row in range(2000)]
                cursor.executemany(f"insert into thread{number} values (:1, :2)", rows)
                cursor.execute(f"select * from thread{number}")
                counts.append(len(cursor.fetchall()))
            connection.commit()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert counts == [2000] * 12


def test_a_pool_gives_and_takes_connections(listener: Listener) -> None:
    pool = oracledb.create_pool(
        user="scott", password="tiger", dsn=listener.dsn, min=1, max=3, ping_interval=0
    )
    try:
        for _ in range(3):
            with pool.acquire() as first, pool.acquire() as second:
                for connection in (first, second):
                    with connection.cursor() as cursor:
                        cursor.execute("insert into pooled values (:1)", [1])
    finally:
        pool.close()


def test_session_attributes_reach_the_engine(
    connection: oracledb.Connection, backend: FakeBackend
) -> None:
    connection.module = "loader"
    connection.action = ""
    connection.client_identifier = "me"
    connection.clientinfo = "x" * 64
    connection.dbop = "op"
    connection.ping()
    assert backend.sessions[0].attributes == {
        "MODULE": "loader",
        "ACTION": "",
        "CLIENT_IDENTIFIER": "me",
        "CLIENT_INFO": "x" * 64,
        "DBOP": "op",
    }
    connection.client_identifier = ""
    connection.module = None  # type: ignore[assignment]
    connection.ping()
    assert backend.sessions[0].attributes["CLIENT_IDENTIFIER"] == ""
    connection.current_schema = "HR"
    with connection.cursor() as cursor:
        assert cursor.execute("select user from dual").fetchone() == ("HR",)


def test_a_schema_that_does_not_exist(connection: oracledb.Connection) -> None:
    connection.current_schema = "NOSUCH"
    with pytest.raises(oracledb.DatabaseError, match="ORA-01435"):
        connection.ping()
    connection.current_schema = "HR"
    connection.ping()


def test_transactions_are_announced(connection: oracledb.Connection) -> None:
    seen = []
    with connection.cursor() as cursor:
        for end in (connection.commit, connection.rollback):
            cursor.execute("insert into t values (:1)", [1])
            seen.append(connection.transaction_in_progress)
            end()
            seen.append(connection.transaction_in_progress)
        connection.autocommit = True
        cursor.execute("insert into t values (:1)", [1])
        seen.append(connection.transaction_in_progress)
    assert seen == [True, False, True, False, False]


def test_ddl_runs_every_time(cursor: oracledb.Cursor, backend: FakeBackend) -> None:
    for _ in range(3):
        cursor.execute("create table x (a number)")
    assert len(backend.statements) == 3


def test_a_compilation_warning_is_reported(cursor: oracledb.Cursor) -> None:
    cursor.execute("create view warning as select 1 from dual")
    assert cursor.warning is not None
