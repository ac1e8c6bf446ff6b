"""What a load does to tables: overwriting, changes of schema, names, versions."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.oracle.loader import ID, ZONED, Loader, record_line, schema_line

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle


def test_overwrite_replaces_all_rows(loader: Loader) -> None:
    schema = schema_line(ID)
    loader.load(schema, record_line({"ID": 1}), record_line({"ID": 2}))
    loader.load(schema, record_line({"ID": 3}), load_method="overwrite")
    assert loader.rows("SELECT id FROM t") == [(3,)]
    loader.load(schema, load_method="overwrite")
    assert loader.rows("SELECT id FROM t") == []


def test_schema_changes_add_and_widen(loader: Loader) -> None:
    text = {"type": ["string", "null"]}
    loader.load(
        schema_line({**ID, "A": {**text, "maxLength": 3}}), record_line({"ID": 1, "A": "abc"})
    )
    number = {"type": ["number", "null"], "x-sql-datatype": "NUMBER(9,2)"}
    loader.load(
        schema_line({**ID, "A": {**text, "maxLength": 5}, "N": number}),
        record_line({"ID": 2, "A": "abcde", "N": 1.25}),
        schema_line({**ID, "A": {**text, "maxLength": 5}, "N": number, "M": number}),
        record_line({"ID": 3, "M": 2.5}),
    )
    assert loader.rows("SELECT id, a, n, m FROM t ORDER BY id") == [
        (1, "abc", None, None),
        (2, "abcde", Decimal("1.25"), None),
        (3, None, None, Decimal("2.5")),
    ]


def test_not_null_is_lifted_where_the_stream_has_nulls(loader: Loader) -> None:
    loader.execute("CREATE TABLE t (id NUMBER(18) PRIMARY KEY, a VARCHAR2(10) NOT NULL)")
    loader.load(
        schema_line({**ID, "A": {"type": ["string", "null"], "maxLength": 5}}),
        record_line({"ID": 1}),
    )
    assert loader.rows("SELECT id, a FROM t") == [(1, None)]


def test_a_table_of_the_user_is_used_as_it_is(loader: Loader) -> None:
    loader.execute(
        'CREATE TABLE "T" (id NUMBER PRIMARY KEY, a VARCHAR2(2000), extra DATE DEFAULT SYSDATE,'
        " v NUMBER GENERATED ALWAYS AS (id * 2) VIRTUAL)"
    )
    loader.load(
        schema_line({**ID, "A": {"type": "string"}, "V": {"type": ["number", "null"]}}),
        record_line({"ID": 1, "A": "x", "V": 7}),
        freeze_schema=True,
    )
    assert loader.rows("SELECT id, a, v FROM t WHERE extra IS NOT NULL") == [(1, "x", 2)]


def test_names_keep_their_case_when_asked(loader: Loader) -> None:
    properties = {"id": {"type": "integer"}, "Id": {"type": "string"}, 'odd"name': {"type": "null"}}
    loader.load(
        schema_line(properties, keys=("id",), stream="Mixed Case"),
        record_line({"id": 1, "Id": "x"}, stream="Mixed Case"),
        identifier_style="exact",
    )
    assert loader.rows('SELECT "id", "Id", "odd_name" FROM "Mixed Case"') == [(1, "x", None)]


def test_another_schema_takes_the_tables(
    target: Plugin, oracle_database: OracleDatabase, fresh_schema: str, other_schema: str
) -> None:
    loader = Loader(target, oracle_database, fresh_schema)
    lines = [schema_line(ID), record_line({"ID": 1})]
    error = loader.error(*lines, default_target_schema=other_schema)
    assert "GRANT CREATE ANY TABLE" in error
    owner = Loader(target, oracle_database, other_schema)
    owner.execute(
        "CREATE TABLE t (id NUMBER(18) PRIMARY KEY)", f'GRANT SELECT ON t TO "{fresh_schema}"'
    )
    error = loader.error(*lines, default_target_schema=other_schema)
    assert f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{other_schema}"."T"' in error
    owner.execute(f'GRANT INSERT, UPDATE ON t TO "{fresh_schema}"')
    loader.load(*lines, default_target_schema=other_schema.lower())
    assert owner.rows("SELECT id FROM t") == [(1,)]


def test_metadata_columns(loader: Loader) -> None:
    line = record_line({"ID": 1}, time_extracted="2024-01-02T03:04:05.678Z", version=9)
    loader.load(schema_line(ID), line, add_record_metadata=True)
    found = loader.rows(
        f"""SELECT TO_CHAR("_SDC_EXTRACTED_AT", '{ZONED}'), "_SDC_TABLE_VERSION", "_SDC_DELETED_AT"
        FROM t WHERE "_SDC_BATCHED_AT" >= "_SDC_RECEIVED_AT" """
    )
    assert found == [("2024-01-02T03:04:05.678000000+00:00", 9, None)]


@pytest.mark.parametrize("hard", [True, False])
def test_versions_replace_earlier_rows(loader: Loader, hard: bool) -> None:
    def run(version: int, *ids: int) -> None:
        loader.load(
            schema_line(ID),
            *(record_line({"ID": i}, version=version) for i in ids),
            json.dumps({"type": "ACTIVATE_VERSION", "stream": "HR-T", "version": version}),
            hard_delete=hard,
        )

    run(1, 1, 2)
    run(2, 2, 3)
    query = 'SELECT id FROM t WHERE "_SDC_DELETED_AT" IS NULL ORDER BY id'
    assert loader.rows(query) == [(2,), (3,)]
    assert loader.rows("SELECT COUNT(*) FROM t") == [(2 if hard else 3,)]
    run(3, 1)
    assert loader.rows(query) == [(1,)]


@pytest.mark.parametrize("hard", [True, False])
def test_rows_from_before_there_were_versions_are_replaced(loader: Loader, hard: bool) -> None:
    older = 1_700_000_000_000  # milliseconds, as pipelinewise-tap-oracle counts versions
    loader.load(schema_line(ID), *(record_line({"ID": number}) for number in (1, 2)))
    loader.load(schema_line(ID), record_line({"ID": 3}, version=older))
    loader.load(
        schema_line(ID),
        record_line({"ID": 2}, version=1_700_000_100),
        json.dumps({"type": "ACTIVATE_VERSION", "stream": "HR-T", "version": 1_700_000_100}),
        hard_delete=hard,
    )
    assert loader.rows('SELECT id FROM t WHERE "_SDC_DELETED_AT" IS NULL') == [(2,)]
    assert loader.rows("SELECT COUNT(*) FROM t") == [(1 if hard else 3,)]


def test_the_log_has_one_line_per_stream_and_a_total(loader: Loader) -> None:
    streams = ["HR-A", "HR-B", "HR-C"]
    lines = [
        line
        for stream in streams
        for line in (schema_line(ID, stream=stream), record_line({"ID": 1}, stream))
    ]
    loader.load(*lines)
    done = loader.load(*lines)
    written = [line for line in done.stderr.splitlines() if "METRIC" not in line]
    for stream in streams:
        assert sum(stream in line for line in written) == 1, done.stderr
    assert sum("3 rows of 3 streams" in line for line in written) == 1
    assert len(written) <= len(streams) + 3, done.stderr
