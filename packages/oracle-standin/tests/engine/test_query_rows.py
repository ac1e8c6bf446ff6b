"""Translated statements on the real engine: what Oracle answers, row by row."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from oracle_standin.engine.contract import TranslationContext
from oracle_standin.engine.query import translate
from tests.engine.fixed_tables import FixedTables

if TYPE_CHECKING:
    from collections.abc import Iterator

Connection = psycopg.Connection[tuple[Any, ...]]

SCHEMA = "QUERY_ROWS"
TABLES = {
    "EMP": {
        "ID": "numeric(10,0)",
        "NAME": "varchar(20)",
        "CODE": "bpchar(5)",
        "HIRED": 'ora."DATE"',
        "SEEN": 'ora."TIMESTAMP"(30,6)',
        "NOTE": 'ora."CLOB"',
        "BADGE": "bytea",
    },
    "DEPT": {"ID": "numeric(10,0)", "TITLE": "varchar(20)"},
}
ROWS = """
INSERT INTO "EMP" VALUES
  (1, 'Ada', 'AB', '1706745600', '1706745600.5', 'a note', '\\x0aff'),
  (2, 'Bob', 'CD', '1706832000', NULL, NULL, NULL),
  (3, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO "DEPT" VALUES (1, 'Sales'), (2, 'Ops');
"""


NAMES = {(SCHEMA, table): tuple(columns) for table, columns in TABLES.items()}


class Database:
    """Runs Oracle's statements on a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        found = translate(statement, TranslationContext(SCHEMA, SCHEMA, FixedTables(SCHEMA, NAMES)))
        cursor = self._connection.execute(found.sql.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def database(owner: Connection) -> Iterator[Database]:
    columns = {
        table: ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
        for table, kinds in TABLES.items()
    }
    tables = "".join(f'CREATE TABLE "{name}" ({text});' for name, text in columns.items())
    settings = "".join(
        f"SELECT set_config('ora.{name}', '{value}', false);"
        for name, value in {
            "user": SCHEMA,
            "nls_date_format": "YYYY-MM-DD",
            "nls_timestamp_format": "YYYY-MM-DD HH24:MI:SS.FF",
            "nls_timestamp_tz_format": "YYYY-MM-DD HH24:MI:SS.FF TZR",
            "nls_numeric_characters": ".,",
            "time_zone": "+00:00",
        }.items()
    )
    owner.execute(f'CREATE SCHEMA "{SCHEMA}"'.encode())
    owner.execute(f'SET search_path = "{SCHEMA}", "SYS", pg_catalog, ora'.encode())
    owner.execute((tables + ROWS + settings).encode())
    yield Database(owner)
    owner.execute(f'DROP SCHEMA "{SCHEMA}" CASCADE'.encode())


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("select id from emp where code = 'AB'", [(1,)]),
        ("select id from emp where code in ('AB', 'CD') order by id", [(1,), (2,)]),
        ("select id from emp where name = 'Ada'", [(1,)]),
        ("select id from emp where id = '2'", [(2,)]),
        ("select id from emp where hired = '2024-02-01'", [(1,)]),
        ("select id from emp where seen > date '2024-01-01'", [(1,)]),
        ("select id from emp where badge = '0AFF'", [(1,)]),
        ("select id from emp where name is null", [(3,)]),
        ("select id from emp where (id, name) in ((1, 'Ada'), (2, 'x'))", [(1,)]),
        ("select id from emp where (id, name) in (select id, 'Bob' from dept)", [(2,)]),
        ("select id from emp where id = any (1, 3) order by 1", [(1,), (3,)]),
        ("select id from emp where note like '%no%'", [(1,)]),
        ("select id from emp where id like '1%'", [(1,)]),
        ("select id from emp order by name desc", [(3,), (2,), (1,)]),
        ("select id from emp order by name nulls first, id", [(3,), (1,), (2,)]),
        ("select id x from emp order by x * -1", [(3,), (2,), (1,)]),
    ],
)
def test_conditions_and_order(database: Database, query: str, rows: list[tuple[Any, ...]]) -> None:
    assert database.run(query) == rows


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1/3", Decimal("0." + "3" * 40)),
        ("10/3", Decimal("3." + "3" * 38)),
        ("1 + '2'", Decimal(3)),
        ("'a' || null || 1.50", "a1.5"),
        ("null || ''", None),
        ("date '2024-03-01' - date '2024-02-28'", Decimal(2)),
        ("to_char(date '2024-01-31' + 1.5, 'YYYY-MM-DD HH24')", "2024-02-01 12"),
        ("date '2024-02-29' || ''", "2024-02-29"),
        ("greatest(1, null)", None),
        ("least('b', 'a')", "a"),
        ("nvl(null, 'x')", "x"),
        ("nvl2(1, 'yes', 'no')", "yes"),
        ("decode(null, null, 'none', 'some')", "none"),
        ("decode(2, 1, 'a', 2, 'b', 3)", "b"),
        ("case 1 when 2 then 'x' end", None),
        ("length(123)", Decimal(3)),
        ("trim('  x ')", "x"),
        ("trim(leading '0' from '007')", "7"),
        ("cast(12.345 as number(4,1))", Decimal("12.3")),
        ("cast(1 as varchar2(3)) || 'x'", "1x"),
        ("extract(month from date '2024-05-06')", Decimal(5)),
        ("extract(day from timestamp '2024-01-03 00:00:00' - timestamp '2024-01-01 00:00:00')", 2),
        ("to_char(date '2024-01-31' + interval '1' day, 'DD')", "01"),
        ("to_char(interval '1' hour * 36)", "+01 12:00:00.000000"),
        ("(select count(*) from emp)", Decimal(3)),
        (
            "sys_extract_utc(timestamp '2024-07-01 12:00:00 Europe/Berlin') || ''",
            "2024-07-01 10:00:00.000000",
        ),
    ],
)
def test_values(database: Database, expression: str, value: object) -> None:
    assert database.run(f"select {expression} from dual") == [(value,)]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("select id from emp where rownum <= 2", [(1,), (2,)]),
        ("select id from emp where rownum < 2 and id > 1", [(2,)]),
        ("select id from emp where rownum = 2", []),
        ("select id from emp where rownum > 1", []),
        ("select id, rownum from emp where rownum <= 2 order by id desc", [(2, 2), (1, 1)]),
        ("select count(*) from emp where rownum <= 2", [(2,)]),
        (
            (
                "select id from (select q.id, rownum n from (select id from emp order by id desc) q"
                " where rownum <= 3) where n > 1"
            ),
            [(2,), (1,)],
        ),
        ("select id from emp order by id offset 1 rows fetch next 1 rows only", [(2,)]),
        ("select level from dual connect by level <= 3", [(1,), (2,), (3,)]),
        ("select id from emp minus select id from dept", [(3,)]),
        (
            "select e.id, d.title from emp e, dept d where e.id = d.id(+) order by 1",
            [(1, "Sales"), (2, "Ops"), (3, None)],
        ),
        (
            (
                "select e.id, d.title from emp e, dept d"
                " where e.id = d.id(+) and d.title(+) = 'Ops' order by e.id"
            ),
            [(1, None), (2, "Ops"), (3, None)],
        ),
        ("select listagg(name, '/') within group (order by id desc) from emp", [("Bob/Ada",)]),
        ("select avg(id), count(name) from emp", [(2, 2)]),
        (
            (
                "select id from (select id, row_number() over (order by id desc) r from emp)"
                " where r = 1"
            ),
            [(3,)],
        ),
        ("select max(name) keep (dense_rank last order by id nulls first) from emp", [(None,)]),
        (
            (
                "with n (i) as (select 1 from dual union all select i + 1 from n where i < 3)"
                " select i from n"
            ),
            [(1,), (2,), (3,)],
        ),
        ("select count(*) from emp a join dept using (id)", [(2,)]),
        ("select e.id from emp e where exists (select 1 from dept where id = e.id)", [(1,), (2,)]),
        ("select dummy from dual", [("X",)]),
    ],
)
def test_queries(database: Database, query: str, rows: list[tuple[Any, ...]]) -> None:
    assert database.run(query) == rows


def test_a_rowid_finds_its_row(database: Database) -> None:
    (row,) = database.run("select rowid from emp where id = 2")
    text = database.run("select rowidtochar(rowid) from emp where id = 2")[0][0]
    assert len(text) == 18
    assert database.run(f"select id, rowid from emp where rowid = chartorowid('{text}')") == [
        (2, row[0])
    ]
    assert database.run(f"select id from emp where rowid = '{text}'") == [(2,)]
    assert database.run(
        "select count(*) from emp where rowid between 'A' || rpad('A', 17, 'A')"
        " and rpad('/', 18, '/')"
    ) == [(3,)]


def test_dml(database: Database) -> None:
    database.run("insert into dept values (3, 'New')")
    database.run("insert into dept (title, id) select name, id + 10 from emp where id = 1")
    database.run("update dept d set (title) = (select name from emp where id = d.id) where id = 2")
    database.run("update dept set title = default where id = 1")
    database.run("delete dept where id = 3")
    assert database.run("select * from dept order by id") == [(1, None), (2, "Bob"), (11, "Ada")]
    database.run("delete from dept where rownum <= 2")
    assert database.run("select count(*) from dept") == [(1,)]


def test_merge_updates_inserts_and_deletes(database: Database) -> None:
    database.run(
        "merge into dept t using (select 1 id, 'one' title from dual union all"
        " select 2, 'two' from dual union all select 3, 'three' from dual union all"
        " select 4, 'four' from dual) s on (t.id = s.id)"
        " when matched then update set t.title = s.title delete where t.title = 'two'"
        " when not matched then insert (id, title) values (s.id, s.title) where s.id < 4"
    )
    assert database.run("select * from dept order by id") == [(1, "one"), (3, "three")]


def test_values_are_converted_to_the_column(database: Database) -> None:
    database.run(
        "insert into emp (id, name, code, hired, seen, note, badge)"
        " values ('7', 1.50, 7, '2024-02-29', date '2024-02-29', 'text', '0b')"
    )
    assert database.run(
        "select name, code, to_char(hired, 'YYYY-MM-DD'), to_char(seen, 'HH24:MI'), note, badge"
        " from emp where id = 7"
    ) == [("1.5", "7    ", "2024-02-29", "00:00", "text", b"\x0b")]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("select 1/0 from dual", "ORA-01476"),
        ("select 'x' + 1 from dual", "ORA-01722"),
        ("select id from emp where name = 5", "ORA-01722"),
        ("select id from emp where note = 'x'", "ORA-00932"),
        ("select date '2024-01-31' + interval '1' month from dual", "ORA-01839"),
    ],
)
def test_errors_of_values(database: Database, statement: str, code: str) -> None:
    with pytest.raises(psycopg.Error, match=code):
        database.run(statement)
