"""What the driver's own test suite showed about the stand-in; each of these failed before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import oracledb
import pyarrow as pa
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.standin


@pytest.fixture
def connection(oracle_database: OracleDatabase, fresh_schema: str) -> Iterator[oracledb.Connection]:
    with oracle_database.connect(fresh_schema) as connection:
        yield connection


@pytest.mark.parametrize(
    ("before", "after", "first", "second"),
    [
        ("cast('a' as varchar2(15))", "to_clob('b')", "a", "b"),
        ("cast('a' as varchar2(15))", "to_nclob('é')", "a", "é"),
        ("cast('a' as char(1))", "to_clob('b')", "a", "b"),
        ("hextoraw('0A')", "to_blob(hextoraw('0B'))", b"\n", b"\x0b"),
        ("1", "cast('b' as varchar2(15))", 1, "b"),
    ],
)
def test_a_view_changes_its_type_under_an_open_statement(
    connection: oracledb.Connection, before: str, after: str, first: object, second: object
) -> None:
    cursor = connection.cursor()
    for expression, expected in ((before, first), (after, second), (after, second)):
        cursor.execute(f"create or replace view changing as select {expression} c from dual")
        cursor.execute("select c from changing")
        assert cursor.fetchall() == [(expected,)]


def test_the_first_batch_of_a_data_frame_has_its_lobs(connection: oracledb.Connection) -> None:
    statement = "select to_clob(level) c from dual connect by level <= 5"
    for _ in range(2):  # the second run finds the statement in the client's cache
        batches = list(connection.fetch_df_batches(statement, size=2))
        texts = [pa.table(batch).column("C").to_pylist() for batch in batches]
        assert texts == [["1", "2"], ["3", "4"], ["5"]]


def test_round_trips_and_parses_are_counted(
    oracle_database: OracleDatabase, connection: oracledb.Connection
) -> None:
    def counters() -> dict[str, int]:
        with oracle_database.connect() as admin, admin.cursor() as cursor:
            cursor.execute(
                "select n.name, s.value from v$sesstat s join v$statname n"
                " on n.statistic# = s.statistic# where s.sid = :sid",
                sid=connection.session_id,
            )
            return dict(cursor.fetchall())

    before = counters()
    with connection.cursor() as cursor:
        for _ in range(3):
            cursor.execute("select level from dual connect by level <= 1")
            assert cursor.fetchall() == [(1,)]
    after = counters()
    trips, parses = "SQL*Net roundtrips to/from client", "parse count (total)"
    assert after[trips] - before[trips] == 3
    assert after[parses] - before[parses] == 1


def test_a_killed_session_is_undone_and_dead(
    oracle_database: OracleDatabase, connection: oracledb.Connection, fresh_schema: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("create table t (x number)")
        cursor.execute("insert into t values (1)")
    victim = f"{connection.session_id},{connection.serial_num}"
    oracle_database.administer(f"alter system kill session '{victim}'")
    with connection.cursor() as cursor, pytest.raises(oracledb.DatabaseError, match="DPY-4011"):
        cursor.execute("select * from t")
    assert not connection.is_healthy()
    assert oracle_database.rows(fresh_schema, "select count(*) from t") == [(0,)]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("alter system kill session '1'", "ORA-00026"),
        ("alter system kill session '60000,1'", "ORA-00030"),
        ("alter system flush shared_pool", "ORA-03001"),
    ],
)
def test_kill_session_errors(oracle_database: OracleDatabase, statement: str, code: str) -> None:
    with pytest.raises(oracledb.DatabaseError, match=code):
        oracle_database.administer(statement)


def test_no_session_kills_itself(oracle_database: OracleDatabase) -> None:
    with oracle_database.connect() as admin, admin.cursor() as cursor:
        own = f"{admin.session_id},{admin.serial_num}"
        with pytest.raises(oracledb.DatabaseError, match="ORA-00027"):
            cursor.execute(f"alter system kill session '{own}'")


def test_killing_needs_the_privilege(connection: oracledb.Connection) -> None:
    with connection.cursor() as cursor, pytest.raises(oracledb.DatabaseError, match="ORA-01031"):
        cursor.execute("alter system kill session '1,1'")


def test_passwords_are_changed_while_connected_and_at_logon(
    oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    first = oracle_database.passwords[fresh_schema]
    dsn, user = oracle_database.dsn, f'"{fresh_schema}"'
    with oracle_database.connect(fresh_schema) as connection:
        with pytest.raises(oracledb.DatabaseError, match="ORA-28008"):
            connection.changepassword("wrong", "second")
        connection.changepassword(first, "second/@")
        with pytest.raises(oracledb.DatabaseError, match="ORA-00988"):
            connection.changepassword("second/@", "1" * 1500)
        with pytest.raises(oracledb.DatabaseError, match="ORA-28218"):
            connection.changepassword("second/@", "a" * 1025)
    with pytest.raises(oracledb.DatabaseError, match="ORA-01017"):
        oracledb.connect(user=user, password=first, newpassword="third", dsn=dsn)
    with oracledb.connect(user=user, password="second/@", newpassword="third", dsn=dsn) as found:
        assert found.username == user
    third = oracledb.connect(user=user, password="third", dsn=dsn, terminal="tty9")
    with third, third.cursor() as cursor:
        cursor.execute("select sys_context('userenv', 'terminal') from dual")
        assert cursor.fetchone() == ("tty9",)


@pytest.mark.parametrize(
    "statement", ["select :rowid from dual", "insert into t (x) values (:Date)"]
)
def test_reserved_words_are_no_bind_names(connection: oracledb.Connection, statement: str) -> None:
    with connection.cursor() as cursor, pytest.raises(oracledb.DatabaseError, match="ORA-01745"):
        cursor.parse(statement)


def test_quoted_binds_may_be_reserved_words(connection: oracledb.Connection) -> None:
    with connection.cursor() as cursor:
        assert cursor.execute('select :"DATE" from dual', ["x"]).fetchone() == ("x",)


def test_application_contexts_are_set_at_logon_and_later(
    oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    connection = oracledb.connect(
        user=f'"{fresh_schema}"',
        password=oracle_database.passwords[fresh_schema],
        dsn=oracle_database.dsn,
        appcontext=[("CLIENTCONTEXT", "first", "1"), ("CLIENTCONTEXT", "second", "2")],
    )
    query = "select sys_context('clientcontext', :1) from dual"
    with connection, connection.cursor() as cursor:
        assert cursor.execute(query, ["FIRST"]).fetchone() == ("1",)
        connection.set_app_context("CLIENTCONTEXT", SECOND="two", third="3")
        found = [cursor.execute(query, [name]).fetchone() for name in ("first", "second", "third")]
        assert found == [("1",), ("two",), ("3",)]
        connection.clear_app_context("CLIENTCONTEXT")
        assert cursor.execute(query, ["second"]).fetchone() == (None,)
        connection.set_app_context("OTHER", A="1")
        with pytest.raises(oracledb.DatabaseError, match="ORA-28267"):
            connection.ping()


def test_the_client_is_told_of_another_current_schema(connection: oracledb.Connection) -> None:
    seen = [connection.current_schema]
    change = "alter session set current_schema = "
    with connection.cursor() as cursor:
        for statement in (f"{change}sys", f"begin execute immediate '{change}system'; end;"):
            cursor.execute(statement)
            seen.append(connection.current_schema)
    assert seen == [None, "SYS", "SYSTEM"]


@pytest.mark.parametrize("count", [1, 2, 225, 3000])
def test_the_rowid_of_the_last_row_of_many(connection: oracledb.Connection, count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("create table numbered (id number primary key)")
        cursor.executemany("insert into numbered values (:1)", [(n,) for n in range(count)])
        found = cursor.lastrowid
        cursor.execute("select id from numbered where rowid = :1", [found])
        assert cursor.fetchone() == (count - 1,)
        rows = [(0,), (1,), (9999,), (9999,)]
        cursor.executemany("insert into numbered values (:1 + 5000)", rows, batcherrors=True)
        assert len(cursor.getbatcherrors()) == 1
