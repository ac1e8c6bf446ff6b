"""The types of the data model in PostgreSQL: storage, order, indexes, conversions."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

Connection = psycopg.Connection[tuple[Any, ...]]

NUMERIC_BASED = ["DATE", "TIMESTAMP", "TSLTZ", "INTERVALDS"]


@pytest.fixture
def session(owner: Connection) -> Connection:
    owner.execute("SELECT set_config('ora.time_zone', '+02:00', false)")
    owner.execute("SELECT set_config('ora.nls_date_format', 'YYYY-MM-DD', false)")
    return owner


def value(connection: Connection, expression: str) -> Any:
    row = connection.execute(f"SELECT {expression}".encode()).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize("name", NUMERIC_BASED)
def test_types_of_seconds_round_compare_and_have_extremes(session: Connection, name: str) -> None:
    kind = f'ora."{name}"'
    assert value(session, f"'1.23456'::{kind}(30,3)") == "1.235"
    assert value(session, f"'1.5'::{kind} < '10'::{kind}")
    assert value(session, f"max(v) FROM (VALUES ('9'::{kind}), ('10')) AS t (v)") == "10"
    assert value(session, f"count(DISTINCT v) FROM (VALUES ('1'::{kind}), ('1.0')) AS t (v)") == 1


@pytest.mark.parametrize("name", [*NUMERIC_BASED, "INTERVALYM", "ROWID"])
def test_types_can_be_indexed(session: Connection, name: str) -> None:
    session.execute(f'CREATE TEMP TABLE indexed (v ora."{name}" PRIMARY KEY)'.encode())
    session.execute("INSERT INTO indexed VALUES ('1'), ('2')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        session.execute("INSERT INTO indexed VALUES ('2')")
    session.execute("DROP TABLE indexed")


def test_zoned_values_are_equal_at_the_same_instant(session: Connection) -> None:
    session.execute('CREATE TEMP TABLE zoned (v ora."TSTZ" PRIMARY KEY)')
    session.execute("INSERT INTO zoned VALUES (ROW(3600, '+01:00'))")
    with pytest.raises(psycopg.errors.UniqueViolation):
        session.execute("INSERT INTO zoned VALUES (ROW(3600, 'UTC'))")
    session.execute("DROP TABLE zoned")


@pytest.mark.parametrize("name", ["CLOB", "NCLOB", "LONG", "BLOB", "LONGRAW", "ROWID"])
def test_large_types_keep_their_identity(session: Connection, name: str) -> None:
    assert value(session, f"pg_typeof(NULL::ora.\"{name}\")::text LIKE '%{name}%'")


@pytest.mark.parametrize(
    ("source", "column", "stored"),
    [
        ("'90061.75'::ora.\"TIMESTAMP\"", 'ora."DATE"', "90061"),
        ("'-0.5'::ora.\"TIMESTAMP\"", 'ora."DATE"', "-1"),
        ("'7200'::ora.\"TIMESTAMP\"", 'ora."TSTZ"', "(0,+02:00)"),
        ("'7200'::ora.\"TIMESTAMP\"", 'ora."TSLTZ"', "0"),
        ("ROW(0, 'UTC')::ora.\"TSTZ\"", 'ora."TIMESTAMP"', "0"),
        ("'0'::ora.\"TSLTZ\"", 'ora."TIMESTAMP"', "7200"),
        ("'2024-02-29'::text", 'ora."DATE"', "1709164800"),
        ("' 12.50 '::text", "numeric", "12.50"),
        ("'0aF'::text", "bytea", "\\x00af"),
        ("'yes'::text", "boolean", "true"),
        ("0.50::numeric", "varchar(5)", ".5"),
        ("'0'::ora.\"DATE\"", "varchar(10)", "1970-01-01"),
        ("'\\x0aff'::bytea", "varchar(10)", "0AFF"),
        ("'x'::text", 'ora."CLOB"', "x"),
        ("1::numeric", "boolean", "true"),
        ("true", "numeric(1,0)", "1"),
    ],
)
def test_assignment(session: Connection, source: str, column: str, stored: str) -> None:
    session.execute(f"CREATE TEMP TABLE target (v {column})".encode())
    session.execute(f"INSERT INTO target SELECT {source}".encode())
    assert value(session, "v::text FROM target" if column != "bytea" else "v FROM target") in {
        stored,
        bytes.fromhex(stored[2:]) if stored.startswith("\\x") else stored,
    }
    session.execute("DROP TABLE target")


def test_indexes_on_text_serve_literals_and_lists(session: Connection) -> None:
    session.execute("CREATE TEMP TABLE named (v varchar(20) PRIMARY KEY)")
    session.execute("INSERT INTO named SELECT format('n%s', g) FROM generate_series(1, 5000) AS g")
    session.execute("ANALYZE named")
    for condition in ("v = 'n7'::bpchar", "v IN ('n7'::bpchar, 'n8'::bpchar)", "v = 'n7'::text"):
        plan = session.execute(f"EXPLAIN SELECT * FROM named WHERE {condition}".encode())
        assert any("Index" in line for (line,) in plan.fetchall()), condition
    session.execute("DROP TABLE named")
