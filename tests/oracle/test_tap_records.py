"""Records of real tables: every type at its edges, keys, resuming, both paths."""

from __future__ import annotations

import base64
import json
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from oracle_standin.testing.fixtures import HR_EMPLOYEES, HR_JOB_HISTORY

from tests.fix_plugins import select

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Finished, Plugin

pytestmark = pytest.mark.oracle


def catalog_of(
    tap: Plugin, config: dict[str, Any], choose: Callable[[str], str | None] = lambda _: ""
) -> dict[str, Any]:
    done = tap.run(config, "--discover")
    assert done.code == 0, done.stderr
    return select(json.loads(done.stdout), choose)


def exact_records(done: Finished) -> list[dict[str, Any]]:
    assert done.code == 0, done.stderr
    messages = [json.loads(line, parse_float=Decimal) for line in done.stdout.splitlines()]
    return [message["record"] for message in messages if message["type"] == "RECORD"]


@pytest.fixture
def all_types(
    tap: Plugin, oracle_database: OracleDatabase, hr_schema: str
) -> Callable[..., dict[int, dict[str, Any]]]:
    def read(**settings: Any) -> dict[int, dict[str, Any]]:
        config = oracle_database.config(
            hr_schema, filter_tables=f"{hr_schema}.ALL_TYPES", **settings
        )
        done = tap.run(config, catalog=catalog_of(tap, config))
        return {record["ID"]: record for record in exact_records(done)}

    return read


def test_ordinary_values(all_types: Callable[..., dict[int, dict[str, Any]]]) -> None:
    row = all_types()[1]

    assert row["N_ANY"] == Decimal("1234567890.0987654321")
    assert row["N_INT38"] == 42
    assert row["N_DEC"] == Decimal("0.1")
    assert row["N_NEG"] == 12300
    assert row["N_FRAC"] == Decimal("0.00123")
    assert row["N_INTEGER"] == -7
    assert row["N_FLOAT"] == Decimal("3.14159265358979323846264338327950288")
    assert row["B_FLOAT"] == Decimal("0.1")
    assert row["B_DOUBLE"] == Decimal("0.1")
    assert row["T_CHAR"] == "padded    "
    assert row["T_VARCHAR2"] == 'He said "it\'s fine",\nthen left.'
    assert row["T_NCHAR"] == "nchar     "
    assert row["T_NVARCHAR2"] == "Grüße aus Zürich"
    assert row["T_CLOB"] == "a short text"
    assert row["R_RAW"] == "ASNFZ4mrze8="
    assert row["R_BLOB"] == "yv4="
    assert row["D_DATE"] == "2024-02-29T13:14:15+00:00"
    assert row["TS_0"] == "2024-02-29T13:14:15+00:00"
    assert row["TS_6"] == "2024-02-29T13:14:15.123456+00:00"
    assert row["TS_9"] == "2024-02-29T13:14:15.123456789+00:00"
    assert row["TS_TZ"] == "2024-02-29T13:14:15.123456789+05:30"
    assert row["TS_LTZ"] == "2024-02-29T07:44:15.123456+00:00"
    assert row["IV_DS"] == "P1DT2H3M4.5S"
    assert row["IV_YM"] == "P1Y2M"


def test_values_at_the_edges(all_types: Callable[..., dict[int, dict[str, Any]]]) -> None:
    rows = all_types()
    smallest, largest, near_zero, empty = (rows[number] for number in (2, 3, 4, 5))

    assert largest["N_ANY"] == int("9" * 40) * 10**86
    assert smallest["N_INT38"] == -int("9" * 38)
    assert largest["N_DEC"] == Decimal(f"{'9' * 28}.{'9' * 10}")
    assert largest["N_FLOAT"] == 10**125
    assert smallest["B_DOUBLE"] == Decimal("-1.7976931348623157E+308")
    assert largest["B_FLOAT"] == Decimal("3.4028235E+38")
    assert smallest["T_VARCHAR2"] == "\x01\t\r\n\x7f  "
    assert largest["T_VARCHAR2"] == "😀" * 250 + "é" * 750
    assert largest["T_NCLOB"] == "日本語\u2028" * 60
    assert smallest["D_DATE"] == "0001-01-01T00:00:00+00:00"
    assert largest["D_DATE"] == "9999-12-31T23:59:59+00:00"
    assert largest["TS_9"] == "9999-12-31T23:59:59.999999999+00:00"
    assert smallest["TS_TZ"] == "0001-01-02T00:00:00.000000001-12:00"
    assert largest["TS_TZ"] == "9999-12-30T23:59:59.999999999+14:00"
    assert near_zero["N_ANY"] == Decimal("1E-130")
    assert near_zero["N_FLOAT"] == Decimal("1E-130")
    assert near_zero["TS_TZ"] == "1969-12-31T23:59:59.100000000-00:30"
    assert near_zero["IV_YM"] == "-P1M"
    assert {name for name, value in empty.items() if value is not None} == {"ID", "LABEL"}


def test_options(all_types: Callable[..., dict[int, dict[str, Any]]]) -> None:
    row = all_types(use_singer_decimal=True, naive_timezone="Europe/Berlin")[1]

    assert row["N_ANY"] == "1234567890.0987654321"
    assert row["N_DEC"] in {"0.1", "0.1000000000"}
    assert row["N_INT38"] == 42
    assert row["D_DATE"] == "2024-02-29T13:14:15+01:00"
    assert row["TS_9"] == "2024-02-29T13:14:15.123456789+01:00"
    assert row["TS_TZ"] == "2024-02-29T13:14:15.123456789+05:30"


def test_both_paths_give_equal_lines(
    tap: Plugin, oracle_database: OracleDatabase, hr_schema: str
) -> None:
    config = oracle_database.config(hr_schema, filter_tables=f"{hr_schema}.*", array_size_rows=100)
    catalog = catalog_of(tap, config, lambda name: None if name.endswith("EMPLOYEES") else "")
    flattened = {**config, "flattening_enabled": True, "flattening_max_depth": 1}
    outputs = []
    for settings in (config, flattened):
        done = tap.run(settings, catalog=catalog)
        assert done.code == 0, done.stderr
        outputs.append(
            [
                line.partition(b',"time_extracted":')[0]
                for line in done.stdout.splitlines()
                if b'"type":"RECORD"' in line
            ]
        )

    assert len(outputs[0]) > HR_JOB_HISTORY
    assert outputs[0] == outputs[1]


def test_the_whole_sample(tap: Plugin, oracle_database: OracleDatabase, hr_schema: str) -> None:
    config = oracle_database.config(hr_schema, filter_schemas=[hr_schema])
    done = tap.run(config)

    assert done.code == 0, done.stderr
    assert len(done.records(f"{hr_schema}-EMPLOYEES")) == HR_EMPLOYEES
    assert len(done.records(f"{hr_schema}-JOB_HISTORY")) == HR_JOB_HISTORY
    assert done.stderr.count(": FULL_TABLE, ") == 7
    assert done.stderr.count(" rows/s)") == 8  # one line per stream, and the total
    assert "record by record" not in done.stderr
    assert done.errors() == []
    (run,) = done.states()[-1]["job_history"]["runs"].values()
    assert run["status"] == "SUCCESS"
    assert run["streams"][f"{hr_schema}-EMPLOYEES"]["rows"] == HR_EMPLOYEES


@pytest.mark.parametrize(
    ("sql_datatype", "values"),
    [
        ("NUMBER(10)", ["1", "2", "2", "30", "200"]),
        ("NUMBER", ["-5", "0.5", "0.51", "1E-20", "9.5"]),
        ("DATE", [f"DATE '2024-01-0{day}' + 0.5" for day in range(1, 6)]),
        ("TIMESTAMP(9)", [f"TIMESTAMP '2024-01-01 00:00:00.00000000{n}'" for n in range(1, 6)]),
        (
            "TIMESTAMP(6) WITH TIME ZONE",
            [f"TIMESTAMP '2024-01-0{hour} 23:00:00.5 +0{hour}:30'" for hour in range(1, 6)],
        ),
        ("VARCHAR2(20)", ["'a'", "'B'", "'é'", "'a b'", "'😀'"]),
        ("CHAR(5)", ["'a'", "'B'", "'ab'", "'A'", "'b'"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_incremental_by_keys_of_every_kind(
    tap: Plugin,
    oracle_database: OracleDatabase,
    fresh_schema: str,
    sql_datatype: str,
    values: list[str],
) -> None:
    with closing(oracle_database.connect(fresh_schema)) as connection:
        cursor = connection.cursor()
        cursor.execute(f"CREATE TABLE t (id NUMBER(5) PRIMARY KEY, k {sql_datatype})")
        cursor.execute("INSERT INTO t (id) VALUES (0)")
        for number, value in enumerate(values, start=1):
            cursor.execute(f"INSERT INTO t VALUES ({number}, {value})")
        connection.commit()
        expected = [row[0] for row in cursor.execute("SELECT id FROM t ORDER BY k NULLS FIRST")]
        config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
        catalog = catalog_of(tap, config, lambda _: "K")
        first = tap.run({**config, "array_size_rows": 2}, catalog=catalog)
        again = tap.run(config, catalog=catalog, state=first.states()[-1])

    found = [record["ID"] for record in exact_records(first)]
    assert sorted(found) == sorted(expected)
    assert found[0] == 0
    boundary = [record["ID"] for record in exact_records(again)]
    assert boundary == [found[-1]]
    assert again.states()[-1]["bookmarks"] == first.states()[-1]["bookmarks"]


def test_only_changed_rows_come_again(
    tap: Plugin, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    with closing(oracle_database.connect(fresh_schema)) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE t (id NUMBER(5) PRIMARY KEY, at TIMESTAMP(6))")
        cursor.executemany(
            "INSERT INTO t VALUES (:1, TIMESTAMP '2024-01-01 00:00:00'"
            " + NUMTODSINTERVAL(:2, 'SECOND'))",
            [(number, number) for number in range(100)],
        )
        connection.commit()
        config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
        catalog = catalog_of(tap, config, lambda _: "AT")
        first = tap.run(config, catalog=catalog)
        cursor.execute("UPDATE t SET at = TIMESTAMP '2025-01-01 00:00:00.000001' WHERE id = 7")
        connection.commit()
        second = tap.run(config, catalog=catalog, state=first.states()[-1])

    stream = f"{fresh_schema}-T"
    assert len(first.records(stream)) == 100
    assert [record["ID"] for record in second.records(stream)] == [99, 7]
    state = second.states()[-1]
    assert state["bookmarks"][stream]["replication_key_value"] == "2025-01-01T00:00:00.000001+00:00"
    assert [run["status"] for run in state["job_history"]["runs"].values()] == ["SUCCESS"] * 2


def test_deselected_columns_are_not_selected_in_sql(
    tap: Plugin, oracle_database: OracleDatabase, hr_schema: str
) -> None:
    config = oracle_database.config(hr_schema, filter_tables=f"{hr_schema}.REGIONS")
    catalog = catalog_of(tap, config)
    for element in catalog["streams"][0]["metadata"]:
        if element["breadcrumb"][-1:] == ["REGION_NAME"]:
            element["metadata"]["selected"] = False
        if element["breadcrumb"][-1:] == ["REGION_ID"]:
            element["metadata"]["selected"] = False
    done = tap.run(config, catalog=catalog)

    assert {tuple(record) for record in exact_records(done)} == {("REGION_ID", "UPDATED_AT")}


def test_the_connection_test(tap: Plugin, oracle_database: OracleDatabase, hr_schema: str) -> None:
    config = oracle_database.config(hr_schema, filter_schemas=hr_schema)
    records = tap.run(config, "--test")
    schemas = tap.run(config, "--test=schema")

    assert (records.code, schemas.code) == (0, 0), records.stderr
    kinds = [message["type"] for message in records.messages()]
    assert kinds.count("SCHEMA") == kinds.count("RECORD") == 7
    assert all(message["schema"]["properties"] for message in schemas.messages())
    assert len(schemas.messages()) == 7


HOSTILE_NAMES = (
    "back\\slash",
    "tab\tand\nnewline",
    "':bind -- /* */",
    "select",
    "Größe 😀",
    "_sdc_batched_at",
    "x" * 128,
)


def test_names_of_every_kind(
    tap: Plugin, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    columns = ", ".join(f'"{name}" NUMBER(5)' for name in HOSTILE_NAMES)
    places = ", ".join(str(number) for number in range(len(HOSTILE_NAMES)))
    with closing(oracle_database.connect(fresh_schema)) as connection:
        cursor = connection.cursor()
        cursor.execute(f'CREATE TABLE "a;b -- \'c" ({columns})')
        cursor.execute(f'INSERT INTO "a;b -- \'c" VALUES ({places})')
        connection.commit()
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
    catalog = catalog_of(tap, config, lambda _: "':bind -- /* */")
    first = tap.run(config, catalog=catalog)
    again = tap.run(config, catalog=catalog, state=first.states()[-1])

    expected = {name: number for number, name in enumerate(HOSTILE_NAMES)}
    assert exact_records(first) == exact_records(again) == [expected]
    assert catalog["streams"][0]["tap_stream_id"] == f"{fresh_schema}-a;b -- 'c"


def test_large_objects(tap: Plugin, oracle_database: OracleDatabase, fresh_schema: str) -> None:
    text, data = "é😀\u2028\n" * 50_000, bytes(range(256)) * 1_000
    with closing(oracle_database.connect(fresh_schema)) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE t (id NUMBER(5) PRIMARY KEY, c CLOB, n NCLOB, b BLOB)")
        cursor.execute("INSERT INTO t VALUES (1, EMPTY_CLOB(), EMPTY_CLOB(), EMPTY_BLOB())")
        cursor.execute("INSERT INTO t VALUES (2, :1, :2, :3)", [text, text[:100], data])
        cursor.execute("INSERT INTO t (id) VALUES (3)")
        connection.commit()
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
    records = {record["ID"]: record for record in exact_records(tap.run(config))}

    assert records[1] == {"ID": 1, "C": "", "N": "", "B": ""}
    assert records[2]["C"] == text
    assert records[2]["N"] == text[:100]
    assert base64.b64decode(records[2]["B"]) == data
    assert records[3] == {"ID": 3, "C": None, "N": None, "B": None}
