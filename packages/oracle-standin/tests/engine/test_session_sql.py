"""Sessions with Oracle's own SQL: translation, DDL, PL/SQL and session statements together."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from oracle_standin import codecs
from oracle_standin.backend import Bind, ExecuteOptions, SessionInfo
from oracle_standin.engine.database import Database
from oracle_standin.engine.server_facts import ServerFacts
from oracle_standin.protocol import CharsetForm, TypeCode
from tests.engine.session.handle import DATE, NUMBER, ONCE, VARCHAR, Handle, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from oracle_standin.engine.session import Session

pytestmark = pytest.mark.standin

_users = itertools.count(1)


@pytest.fixture
def connect(engine_database: Database) -> Iterator[Callable[..., Handle]]:
    name = f"SQL{next(_users)}"
    opened: list[Session] = []
    engine_database.create_user(name, "secret")

    def open_one(user: str = name) -> Handle:
        session = engine_database.open_session(user, SessionInfo(len(opened) + 1, 1))
        opened.append(session)
        return Handle(session)

    yield open_one
    for session in opened:
        session.close()


@pytest.fixture
def one(connect: Callable[..., Handle]) -> Handle:
    return connect()


@pytest.fixture
def two(connect: Callable[..., Handle]) -> Handle:
    return connect()


def test_create_user_folds_names_and_is_idempotent(engine_database: Database) -> None:
    engine_database.create_user("folded", "one")
    verifier = engine_database.verifier("FOLDED")
    assert verifier is not None
    assert verifier.matches(b"one")
    engine_database.create_user("FOLDED", "two")
    assert engine_database.verifier("FOLDED") == verifier
    engine_database.create_user('"exact"', "three")
    assert engine_database.verifier("exact") is not None


def test_a_round_trip_of_rows(one: Handle) -> None:
    one.run(
        "create table t (id number(9) primary key, amount number(9,2), name varchar2(10),"
        " day date, at timestamp(3), raw_bytes raw(4), text clob)"
    )
    day = codecs.date_to_bytes(codecs.DateTime(2024, 2, 29, 1, 2, 3))
    at = codecs.timestamp_to_bytes(codecs.DateTime(2024, 2, 29, 1, 2, 3, 120_000_000))
    one.run(
        "insert into t values (:1, :2, :3, :4, :5, :6, :7)",
        (NUMBER, number(1)),
        (NUMBER, number("12.345")),
        (VARCHAR, "Zoë".encode()),
        (DATE, day),
        (TypeCode.TIMESTAMP, at),
        (TypeCode.RAW, b"\x00\xff"),
        (TypeCode.CLOB, b""),
    )
    assert one.rows("select * from t") == [
        (number(1), number("12.35"), "Zoë".encode(), day, at, b"\x00\xff", b"")
    ]


def test_columns_are_described_as_declared(one: Handle) -> None:
    one.run(
        "create table t (a number(9,2) not null, b number, c integer, d float(63),"
        " e varchar2(10 byte), f varchar2(10 char), g nvarchar2(10), h char(3), i raw(8), j date,"
        " k timestamp(3), l timestamp with time zone, m interval day(3) to second(2),"
        " n interval year to month, o binary_double, p clob, q blob, r boolean, s json)"
    )
    columns = one.session.describe("select * from t", ())
    assert [
        (c.name, c.type_code.name, c.precision, c.scale, c.size_bytes, c.size_chars, c.nullable)
        for c in columns
    ] == [
        ("A", "NUMBER", 9, 2, 22, 0, False),
        ("B", "NUMBER", 0, -127, 22, 0, True),
        ("C", "NUMBER", 38, 0, 22, 0, True),
        ("D", "NUMBER", 63, -127, 22, 0, True),
        ("E", "VARCHAR", 0, 0, 10, 10, True),
        ("F", "VARCHAR", 0, 0, 40, 10, True),
        ("G", "VARCHAR", 0, 0, 20, 10, True),
        ("H", "CHAR", 0, 0, 3, 3, True),
        ("I", "RAW", 0, 0, 8, 0, True),
        ("J", "DATE", 0, 0, 7, 0, True),
        ("K", "TIMESTAMP", 0, 3, 11, 0, True),
        ("L", "TIMESTAMP_TZ", 0, 6, 13, 0, True),
        ("M", "INTERVAL_DS", 3, 2, 11, 0, True),
        ("N", "INTERVAL_YM", 2, 0, 5, 0, True),
        ("O", "BINARY_DOUBLE", 0, 0, 8, 0, True),
        ("P", "CLOB", 0, 0, 4000, 0, True),
        ("Q", "BLOB", 0, 0, 4000, 0, True),
        ("R", "BOOLEAN", 0, 0, 1, 0, True),
        ("S", "JSON", 0, 0, 8200, 0, True),
    ]
    forms = {c.name: c.charset_form for c in columns}
    assert forms["E"] is CharsetForm.DATABASE
    assert forms["G"] is CharsetForm.NATIONAL
    assert forms["A"] is CharsetForm.NONE


def test_lengths_in_bytes_are_kept(one: Handle) -> None:
    one.run("create table t (id number, name varchar2(4 byte), key raw(2))")
    assert one.fails("insert into t (id, name) values (1, 'äöü')") == (
        f'ORA-12899: value too large for column "{one.session.user}"."T"."NAME"'
        " (actual: 6, maximum: 4)"
    )
    assert "(actual: 3, maximum: 2)" in one.fails(
        "insert into t values (1, 'a', :1)", (TypeCode.RAW, b"abc")
    )
    one.run("insert into t (name) values ('äö')")
    assert "(actual: 5, maximum: 4)" in one.fails("update t set name = 'abcde'")


def test_ddl_is_seen_at_once_by_every_session(one: Handle, two: Handle) -> None:
    one.run("create table t (a number)")
    assert two.run("select * from t").columns is not None
    one.run("alter table t add (b varchar2(3))")
    for handle in (one, two):
        columns = handle.run("select * from t").columns
        assert columns is not None
        assert [c.name for c in columns] == ["A", "B"]
    one.run("drop table t")
    assert "ORA-00942" in two.fails("select * from t")


def test_names_longer_than_the_engines(one: Handle, two: Handle) -> None:
    table, column = "T" + "x" * 120, "c" * 128
    one.run(f"create table {table} ({column} number)")
    one.run(f"insert into {table} values (1)")
    result = two.run(f"select {column}, 1 as {'b' * 100} from {table}")
    assert result.columns is not None
    assert [c.name for c in result.columns] == ["C" * 128, "B" * 100]
    assert one.value("select table_name from user_tables") == table.upper()
    assert "ORA-00972" in one.fails(f"create table t{'x' * 128} (a number)")


def test_alter_session(one: Handle) -> None:
    one.run("alter session set nls_date_format = 'YYYY-MM-DD' time_zone = '+03:00'")
    assert one.value("select to_char(date '2024-02-29') from dual") == "2024-02-29"
    assert one.value("select sessiontimezone from dual") == "+03:00"
    one.run("alter session set current_schema = SYSTEM")
    assert one.session.current_schema == "SYSTEM"
    assert one.value("select sys_context('USERENV', 'CURRENT_SCHEMA') from dual") == "SYSTEM"
    assert "ORA-01435" in one.fails("alter session set current_schema = NOBODY_AT_ALL")


def test_isolation_levels(one: Handle, two: Handle) -> None:
    one.run("create table t (a number)")
    one.run("set transaction isolation level serializable")
    assert one.value("select count(*) from t") == "0"
    two.run("insert into t values (1)")
    two.run("commit")
    assert one.value("select count(*) from t") == "0"
    one.run("rollback")
    assert one.value("select count(*) from t") == "1"
    one.run("alter session set isolation_level = serializable")
    assert one.value("select count(*) from t") == "1"
    two.run("insert into t values (2)")
    two.run("commit")
    assert one.value("select count(*) from t") == "1"
    one.run("commit")
    assert one.value("select count(*) from t") == "2"


def test_savepoint_statements(one: Handle) -> None:
    one.run("create table t (a number)")
    one.run("insert into t values (1)")
    one.run("savepoint before_two")
    one.run("insert into t values (2)")
    one.run("rollback to savepoint before_two")
    one.run("commit work")
    assert one.value("select sum(a) from t") == "1"
    assert "ORA-01086" in one.fails("rollback to before_two")


def test_lock_statements(one: Handle, two: Handle) -> None:
    one.run("create table t (a number)")
    one.run("insert into t values (1)")
    one.run("commit")
    one.run("select a from t for update")
    assert "ORA-00054" in two.fails("select a from t for update nowait")
    assert two.rows("select a from t for update skip locked") == []
    assert "ORA-30006" in two.fails("select a from t for update wait 1")
    assert "ORA-00054" in two.fails("lock table t in exclusive mode nowait")
    one.run("rollback")
    two.run("lock table t in exclusive mode nowait")


def test_bulk_merge(one: Handle) -> None:
    one.run("create table t (id number primary key, name varchar2(10))")
    one.run("insert into t values (1, 'old')")
    binds = [Bind("1", NUMBER), Bind("2", VARCHAR)]
    result = one.session.execute(
        "merge into t using (select :1 id, :2 name from dual) s on (t.id = s.id)"
        " when matched then update set t.name = s.name"
        " when not matched then insert (id, name) values (s.id, s.name)",
        binds,
        [[number(1), b"new"], [number(2), b"two"]],
        ExecuteOptions(2),
    )
    assert (result.error, result.row_count) == (None, 2)
    assert one.rows("select name from t order by id") == [(b"new",), (b"two",)]


def test_returning_into(one: Handle) -> None:
    one.run("create table t (id number, name varchar2(10))")
    binds = [
        Bind("1", NUMBER),
        Bind("2", VARCHAR),
        Bind("3", NUMBER, is_return=True),
        Bind("4", VARCHAR, is_return=True),
    ]
    result = one.session.execute(
        "insert into t values (:1, :2) returning id * 2, upper(name) into :3, :4",
        binds,
        [[number(1), b"a", None, None], [number(2), b"b", None, None]],
        ExecuteOptions(2),
    )
    assert result.returning == [[(number(2), b"A")], [(number(4), b"B")]]


def test_insert_all(one: Handle) -> None:
    one.run("create table a (x number)")
    one.run("create table b (x number)")
    result = one.run(
        "insert all into a values (1) into b values (2) into b values (3) select 1 from dual"
    )
    assert result.row_count == 3
    assert one.value("select sum(x) from b") == "5"


def test_global_temporary_rows_belong_to_their_session(one: Handle, two: Handle) -> None:
    one.run("create global temporary table g (a number) on commit preserve rows")
    one.run("create global temporary table h (a number) on commit delete rows")
    for handle, value in ((one, 1), (two, 2)):
        handle.run(f"insert into g values ({value})")
        handle.run(f"insert into h values ({value})")
        assert handle.value("select sum(a) from h") == str(value)
        handle.run("commit")
    assert (one.value("select sum(a) from g"), two.value("select sum(a) from g")) == ("1", "2")
    assert one.value("select count(*) from h") == "0"
    two.run("insert into g values (3)")
    two.run("rollback")
    assert two.value("select sum(a) from g") == "2"
    (column,) = one.session.describe("select a from g", ())
    assert (column.name, column.precision, column.scale) == ("A", 0, -127)


def test_private_temporary_tables(one: Handle, two: Handle) -> None:
    one.run("create table t (a number)")
    one.run("insert into t values (1)")
    one.run("create private temporary table ora$ptt_p (a number) on commit preserve definition")
    one.run("insert into ora$ptt_p values (7)")
    assert two.value("select count(*) from t") == "0"
    assert one.value("select a from ora$ptt_p") == "7"
    assert "ORA-00942" in two.fails("select a from ora$ptt_p")


def test_blocks_with_out_binds(one: Handle) -> None:
    one.run("create table t (a number)")
    binds = [Bind("X", NUMBER), Bind("Y", VARCHAR, size_bytes=100)]
    result = one.session.execute(
        "begin insert into t values (:x); :x := :x + 1; :y := 'done'; end;",
        binds,
        [[number(41), None]],
        ONCE,
    )
    assert result.out_values == {0: number(42), 1: b"done"}
    assert one.session.in_transaction
    assert one.value("select a from t") == "41"


def test_a_failing_block_is_undone(one: Handle) -> None:
    one.run("create table t (a number primary key)")
    one.run("insert into t values (0)")
    assert "ORA-00001" in one.fails(
        "begin insert into t values (1); insert into t values (1); end;"
    )
    assert one.value("select count(*) from t") == "1"


def test_evaluate(one: Handle) -> None:
    column, value = one.session.evaluate(
        ":x + :x * 2", [Bind("X", NUMBER), Bind("X", NUMBER)], [number(2), number(3)]
    )
    assert (column.type_code, value) == (NUMBER, number(8))


def test_refusals(one: Handle) -> None:
    assert "not in this stand-in" in one.fails("explain plan for select 1 from dual")
    assert "ORA-00900" in one.fails("nonsense")
    assert one.run("select 1 from dual").columns is not None


def test_grants_between_users(
    one: Handle, connect: Callable[..., Handle], engine_database: Database
) -> None:
    engine_database.create_user("READER", "x")
    reader = connect("READER")
    owner = one.session.user
    one.run("create table t (a number)")
    assert "ORA-00942" in reader.fails(f"select * from {owner}.t")
    one.run("grant select on t to reader")
    assert reader.value(f"select count(*) from {owner}.t") == "0"
    assert "ORA-01031" in reader.fails(f"delete from {owner}.t")


def test_the_19_profile_says_less() -> None:
    with Database(server=ServerFacts("19")) as database:
        database.create_user("app", "secret")
        handle = Handle(database.open_session("APP", SessionInfo(1, 1)))
        assert handle.fails("select * from none") == "ORA-00942: table or view does not exist"
        handle.run("create table t (a number primary key)")
        handle.run("insert into t values (1)")
        assert handle.fails("insert into t values (1)").endswith("violated")
        handle.session.close()
