"""Tables that change with their stream: what is planned, printed, and done with the rows there."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.oracle.loader import ID, Loader, record_line, schema_line

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Finished

pytestmark = pytest.mark.oracle

INTEGER = {"type": ["integer", "null"], "x-sql-datatype": "NUMBER(9)"}
NUMBER = {"type": ["number", "null"], "x-sql-datatype": "NUMBER(12,3)"}
MOMENT = {"type": ["string", "null"], "format": "date-time", "x-sql-datatype": "TIMESTAMP(6)"}
SHORT = {"type": ["string", "null"], "maxLength": 20}
LONG = {"type": ["string", "null"], "maxLength": 100_000}
TYPE = "SELECT data_type FROM user_tab_columns WHERE table_name = 'T' AND column_name = :name"


def dry_run(loader: Loader, *lines: str, code: int = 0, **settings: Any) -> Finished:
    config = loader.database.config(loader.user, **settings)
    text = "".join(line + "\n" for line in lines).encode()
    done = loader.target.run(config, "--dry-run", stdin=text)
    assert done.code == code, done.stderr
    return done


def test_a_dry_run_prints_the_script_and_changes_nothing(loader: Loader) -> None:
    new = schema_line({**ID, "A": {**SHORT, "description": "it's text"}})
    record = record_line({"ID": 1, "A": "x"})
    done = dry_run(loader, new, record)
    assert loader.rows("SELECT table_name FROM user_tables") == []
    assert done.stdout.startswith(b"-- Stream 'HR-T' into ")
    statements = done.stdout.decode().split(";\n")
    assert [s.split('"')[0].split()[-2:] for s in statements[:2]] == [
        ["CREATE", "TABLE"],
        ["ON", "COLUMN"],
    ]
    loader.execute(*(s for s in statements if s))  # the script is what a load would run
    assert b"nothing to change" in dry_run(loader, new, record).stdout
    loader.load(new, record)
    plan = dry_run(loader, schema_line({**ID, "A": LONG, "B": INTEGER}), record)
    assert b'ADD ("B" NUMBER(9))' in plan.stdout
    assert b"until no row is left" in plan.stdout
    assert loader.rows("SELECT a FROM t") == [("x",)]
    versioned = dry_run(loader, new, record_line({"ID": 2}, version=3))
    assert b"_SDC_TABLE_VERSION" in versioned.stdout


def test_a_dry_run_names_what_does_not_fit(loader: Loader) -> None:
    loader.load(schema_line({**ID, "A": MOMENT}))
    done = dry_run(loader, schema_line({**ID, "A": NUMBER}), code=1)
    assert "on_type_change" in done.errors()[0]


def test_text_of_a_length_becomes_clob_and_keeps_values_and_comment(loader: Loader) -> None:
    described = {**SHORT, "description": "a word"}
    loader.load(schema_line({**ID, "A": described}), record_line({"ID": 1, "A": "old"}))
    loader.load(schema_line({**ID, "A": LONG}), record_line({"ID": 2, "A": "n" * 50_000}))
    rows = loader.rows("SELECT a FROM t ORDER BY id")
    assert [len(text) for (text,) in rows] == [3, 50_000]
    assert loader.rows("SELECT comments FROM user_col_comments WHERE column_name = 'A'") == [
        ("a word",)
    ]


@pytest.mark.parametrize(
    ("first", "value", "text"),
    [
        (NUMBER, "-0.5", "-0.5"),
        (NUMBER, "1234.25", "1234.25"),
        (MOMENT, '"2024-02-29T12:30:00.5+00:00"', "2024-02-29T12:30:00.500000"),
    ],
)
def test_a_change_of_family_by_each_setting(
    loader: Loader, first: dict[str, Any], value: str, text: str
) -> None:
    loader.load(schema_line({**ID, "A": first}), record_line(f'{{"ID":1,"A":{value}}}'))
    lines = [schema_line({**ID, "A": SHORT}), record_line({"ID": 2, "A": "word"})]
    error = loader.error(*lines)
    assert "cannot take VARCHAR2(20 CHAR)" in error
    loader.load(*lines, on_type_change="new_column")
    loader.load(*lines, on_type_change="new_column")
    assert loader.rows("SELECT a, a_varchar2 FROM t WHERE id = 2") == [(None, "word")]
    loader.load(*lines, on_type_change="text")
    assert loader.rows("SELECT a FROM t ORDER BY id") == [(text,), ("word",)]
    back = [schema_line({**ID, "A": NUMBER}), record_line({"ID": 3, "A": 7.5})]
    loader.load(*back, on_type_change="text")
    assert loader.rows("SELECT a FROM t WHERE id = 3") == [("7.5",)]


def test_what_a_change_of_type_never_does(loader: Loader) -> None:
    double = {"type": ["number", "null"], "x-sql-datatype": "BINARY_DOUBLE"}
    loader.load(schema_line({**ID, "A": double, "B": MOMENT, "B_NUMBER": INTEGER}))
    key = {"ID": {"type": ["string"], "maxLength": 5}}
    for setting in ("new_column", "text"):
        assert "T.ID is" in loader.error(schema_line(key), on_type_change=setting)
    line = schema_line({**ID, "A": SHORT})
    assert "T.A is BINARY_DOUBLE" in loader.error(line, on_type_change="text")
    taken = schema_line({**ID, "B": NUMBER, "B_NUMBER": INTEGER})
    error = loader.error(taken, on_type_change="new_column")
    assert "belongs to another property" in error
    frozen = loader.error(line, on_type_change="new_column", freeze_schema=True)
    assert "freeze_schema is set" in frozen
    loader.execute("CREATE INDEX t_b ON t (b)")
    indexed = loader.error(schema_line({**ID, "B": SHORT}), on_type_change="text")
    assert "is in index T_B" in indexed


def test_comments_follow_descriptions(loader: Loader) -> None:
    def load(table: str | None, column: str | None) -> None:
        about = {} if column is None else {"description": column}
        message = json.loads(schema_line({**ID, "A": {**SHORT, **about}}))
        if table is not None:
            message["schema"]["description"] = table
        loader.load(json.dumps(message), record_line({"ID": 1}))

    def comments() -> tuple[Any, Any]:
        table = loader.rows("SELECT comments FROM user_tab_comments WHERE table_name = 'T'")
        column = loader.rows(
            "SELECT comments FROM user_col_comments WHERE table_name = 'T' AND column_name = 'A'"
        )
        return table[0][0], column[0][0]

    load("it's a table", "ż" * 5_000)
    assert comments() == ("it's a table", "ż" * 2_000)
    load("another", None)
    assert comments() == ("another", "ż" * 2_000)


def test_options_of_new_tables(loader: Loader, oracle_database: OracleDatabase) -> None:
    reader = oracle_database.create_user(prefix="READER")
    options = {
        "HR-*": {
            "tablespace": "USERS",
            "compression": "ROW STORE COMPRESS ADVANCED",
            "partition": "PARTITION BY RANGE (ID) (PARTITION ALL_ROWS VALUES LESS THAN (MAXVALUE))",
            "grants": ["SELECT TO PUBLIC"],
        },
        "*-T": {"indexes": ["UNIQUE (ID, A)", "(A)"], "grants": [f'SELECT TO "{reader}"']},
    }
    try:
        schema = schema_line({**ID, "A": SHORT})
        loader.load(schema, record_line({"ID": 1, "A": "x"}), table_options=options)
        found = loader.rows("SELECT index_name, uniqueness FROM user_indexes WHERE table_name='T'")
        assert {("T_IX1", "UNIQUE"), ("T_IX2", "NONUNIQUE")} <= set(found)
        assert oracle_database.rows(reader, f'SELECT a FROM "{loader.user}".t') == [("x",)]
        assert loader.rows("SELECT partitioned FROM user_tables WHERE table_name = 'T'") == [
            ("YES",)
        ]
    finally:
        oracle_database.drop_user(reader)
    done = loader.load(schema, code=2, table_options={"*": {"indices": ["(A)"]}})
    assert "did you mean 'indexes'?" in done.stderr


def test_a_change_waits_for_a_lock_as_long_as_it_may(loader: Loader) -> None:
    loader.load(schema_line({**ID, "A": SHORT}), record_line({"ID": 1, "A": "x"}))
    wider = schema_line({**ID, "A": SHORT, "B": SHORT})
    with loader.database.connect(loader.user) as holder, holder.cursor() as cursor:
        cursor.execute("UPDATE t SET a = 'y'")
        assert "ORA-00054" in loader.error(wider, ddl_timeout_seconds=0)
        timer = threading.Timer(1, holder.rollback)
        timer.start()
        loader.load(wider, ddl_timeout_seconds=60)
        timer.join()
    assert loader.rows("SELECT a, b FROM t") == [("x", None)]
