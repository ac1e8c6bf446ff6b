"""`tap-oracle --discover` on a real schema."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import oracledb
import pytest
from oracle_standin.testing.fixtures import HR_EMPLOYEES
from singer_sdk.singerlib import Catalog

from tap_oracle.tap import TapOracle

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle


def discover(tap: Plugin, config: dict[str, Any]) -> dict[str, dict[str, Any]]:
    done = tap.run(config, "--discover")
    assert done.code == 0, done.stderr
    Catalog.from_dict(json.loads(done.stdout))
    return {stream["tap_stream_id"]: stream for stream in json.loads(done.stdout)["streams"]}


def metadata(stream: dict[str, Any], *breadcrumb: str) -> dict[str, Any]:
    (found,) = [
        element["metadata"]
        for element in stream["metadata"]
        if element["breadcrumb"] == list(breadcrumb)
    ]
    assert isinstance(found, dict)
    return found


def test_the_sample(tap: Plugin, oracle_database: OracleDatabase, hr_schema: str) -> None:
    streams = discover(tap, oracle_database.config(hr_schema, filter_schemas=hr_schema))

    names = ["ALL_TYPES", "COUNTRIES", "DEPARTMENTS", "EMPLOYEES", "JOBS", "JOB_HISTORY", "REGIONS"]
    assert list(streams) == [f"{hr_schema}-{name}" for name in names]
    employees = streams[f"{hr_schema}-EMPLOYEES"]
    assert employees["key_properties"] == ["EMPLOYEE_ID"]
    assert employees["schema"]["description"] == "Everybody on the payroll, one row a person"
    assert employees["schema"]["properties"]["SALARY"] == {
        "type": ["number", "null"],
        "x-sql-datatype": "NUMBER(8,2)",
        "description": "Monthly, in the currency of the country",
    }
    assert employees["schema"]["properties"]["LAST_NAME"] == {
        "type": ["string"],
        "maxLength": 40,
        "x-sql-datatype": "VARCHAR2(40 CHAR)",
    }
    root = metadata(employees)
    assert root["schema-name"] == hr_schema
    assert root["table-key-properties"] == ["EMPLOYEE_ID"]
    assert root["row-count"] == HR_EMPLOYEES
    assert root["is-view"] is False
    assert metadata(employees, "properties", "EMPLOYEE_ID")["inclusion"] == "automatic"
    history = streams[f"{hr_schema}-JOB_HISTORY"]
    assert history["key_properties"] == ["EMPLOYEE_ID", "START_DATE"]


def test_every_type_says_its_exact_name(
    tap: Plugin, oracle_database: OracleDatabase, hr_schema: str
) -> None:
    config = oracle_database.config(hr_schema, filter_tables=[f"{hr_schema}.ALL_TYPES"])
    (stream,) = discover(tap, config).values()
    types = {
        name: column["x-sql-datatype"] for name, column in stream["schema"]["properties"].items()
    }

    assert types["N_ANY"] == "NUMBER"
    assert types["N_INT38"] == "NUMBER(38)"
    assert types["N_NEG"] == "NUMBER(5,-2)"
    assert types["N_FRAC"] == "NUMBER(3,5)"
    assert types["N_INTEGER"] == "INTEGER"
    assert types["N_FLOAT"] == "FLOAT(126)"
    assert types["T_CHAR"] == "CHAR(10 CHAR)"
    assert types["T_VARBYTE"] == "VARCHAR2(40 BYTE)"
    assert types["T_NVARCHAR2"] == "NVARCHAR2(200)"
    assert types["TS_TZ"] == "TIMESTAMP(9) WITH TIME ZONE"
    assert types["TS_LTZ"] == "TIMESTAMP(6) WITH LOCAL TIME ZONE"
    assert types["IV_DS"] == "INTERVAL DAY(9) TO SECOND(9)"
    assert types["IV_YM"] == "INTERVAL YEAR(9) TO MONTH"


def test_names_keys_and_views(
    tap: Plugin, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    statements = (
        'CREATE TABLE "Mixed-Case.Name" ("select" NUMBER(5) NOT NULL, "a b" DATE, "é😀" DATE)',
        'CREATE UNIQUE INDEX "u i" ON "Mixed-Case.Name" ("select")',
        "CREATE TABLE no_key (a NUMBER, b NUMBER, CONSTRAINT no_key_uq UNIQUE (a, b))",
        """CREATE TABLE two_keys (b NUMBER(3) NOT NULL, a NUMBER(3) NOT NULL,
             CONSTRAINT two_keys_uq UNIQUE (a), CONSTRAINT two_keys_pk PRIMARY KEY (b, a))""",
        "CREATE VIEW a_view AS SELECT a, b FROM no_key",
    )
    with closing(oracle_database.connect(fresh_schema)) as connection:
        for statement in statements:
            connection.cursor().execute(statement)
    config = oracle_database.config(fresh_schema, filter_schemas=[fresh_schema])
    streams = discover(tap, config)

    mixed = streams[f"{fresh_schema}-Mixed-Case.Name"]
    assert mixed["key_properties"] == ["select"]
    assert list(mixed["schema"]["properties"]) == ["select", "a b", "é😀"]
    assert streams[f"{fresh_schema}-NO_KEY"]["key_properties"] == []
    assert streams[f"{fresh_schema}-TWO_KEYS"]["key_properties"] == ["B", "A"]
    view = streams[f"{fresh_schema}-A_VIEW"]
    assert view["is_view"] is True
    assert metadata(view)["selected-by-default"] is False
    without_views = discover(tap, {**config, "include_views": False})
    assert set(streams) - set(without_views) == {f"{fresh_schema}-A_VIEW"}


def test_a_view_is_read_by_the_keys_that_the_user_names(
    tap: Plugin, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    with closing(oracle_database.connect(fresh_schema)) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE t (id NUMBER(5) PRIMARY KEY, updated_at DATE NOT NULL)")
        cursor.execute("INSERT INTO t VALUES (1, DATE '2024-01-02')")
        cursor.execute("CREATE VIEW v AS SELECT id, updated_at FROM t")
        connection.commit()
    config = oracle_database.config(fresh_schema, filter_tables=f"{fresh_schema}.V")
    (view,) = discover(tap, config).values()
    root = metadata(view)
    assert (root["is-view"], root["selected-by-default"]) == (True, False)
    assert (root["table-key-properties"], root["forced-replication-method"]) == ([], "FULL_TABLE")

    root |= {
        "selected": True,
        "view-key-properties": ["ID"],
        "replication-method": "INCREMENTAL",
        "replication-key": "UPDATED_AT",
    }
    done = tap.run(config, catalog={"streams": [view]})
    assert done.code == 0, done.stderr
    (schema,) = (one for one in done.messages() if one["type"] == "SCHEMA")
    assert schema["key_properties"] == ["ID"]
    assert len(done.records(f"{fresh_schema}-V")) == 1
    bookmark = done.states()[-1]["bookmarks"][f"{fresh_schema}-V"]
    assert bookmark["replication_key_value"].startswith("2024-01-02")


def test_only_what_the_user_may_read(
    tap: Plugin, oracle_database: OracleDatabase, fresh_schema: str, other_schema: str
) -> None:
    with closing(oracle_database.connect(other_schema)) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE shown (id NUMBER(5) PRIMARY KEY)")
        cursor.execute("CREATE TABLE hidden (id NUMBER(5) PRIMARY KEY)")
        cursor.execute(f'GRANT SELECT ON shown TO "{fresh_schema}"')
    streams = discover(tap, oracle_database.config(fresh_schema, filter_schemas=[other_schema]))

    assert list(streams) == [f"{other_schema}-SHOWN"]
    everything = discover(tap, oracle_database.config(fresh_schema))
    assert not {name for name in everything if name.startswith(("SYS-", "SYSTEM-"))}


def test_the_number_of_statements_does_not_depend_on_the_number_of_tables(
    oracle_database: OracleDatabase, fresh_schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed: list[str] = []
    execute = oracledb.Cursor.execute

    def counted(cursor: Any, statement: Any, *arguments: Any, **options: Any) -> Any:
        executed.append(statement)
        return execute(cursor, statement, *arguments, **options)

    def statements_of_discovery() -> int:
        executed.clear()
        tap = TapOracle(config=oracle_database.config(fresh_schema, filter_schemas=[fresh_schema]))
        with closing(tap):
            assert tap.catalog_dict["streams"]
        return len(executed)

    with closing(oracle_database.connect(fresh_schema)) as connection:
        connection.cursor().execute("CREATE TABLE t0 (id NUMBER(5) PRIMARY KEY, a DATE)")
        monkeypatch.setattr(oracledb.Cursor, "execute", counted)
        with_one = statements_of_discovery()
        for number in range(1, 25):
            connection.cursor().execute(f"CREATE TABLE t{number} (id NUMBER(5) PRIMARY KEY)")
        with_many = statements_of_discovery()

    assert with_one == with_many <= 15


def test_an_input_catalog_is_enough(
    oracle_database: OracleDatabase, hr_schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = oracle_database.config(hr_schema, filter_tables=f"{hr_schema}.REGIONS")
    with closing(TapOracle(config=dict(config))) as first:
        catalog = first.catalog_dict
    executed: list[str] = []
    execute = oracledb.Cursor.execute

    def counted(cursor: Any, statement: Any, *arguments: Any, **options: Any) -> Any:
        executed.append(statement)
        return execute(cursor, statement, *arguments, **options)

    monkeypatch.setattr(oracledb.Cursor, "execute", counted)
    # Neither a snapshot nor chunks, which ask more.
    plain = {**config, "snapshot": "none", "chunk_rows": 0}
    with closing(TapOracle(config=plain, catalog=catalog)) as tap:
        tap.run_pipeline()

    # The columns alone are asked for, to name those that the catalog lacks.
    asked = [statement for statement in executed if "all_" in statement.lower()]
    assert len(asked) == 1
    assert "all_tab_cols" in asked[0].lower()
    # Beside it the set-up of the session and the query of the stream.
    assert len(executed) == 3


def test_a_catalog_without_oracle_types_is_completed(
    tap: Plugin, oracle_database: OracleDatabase, hr_schema: str
) -> None:
    config = oracle_database.config(hr_schema, filter_tables=f"{hr_schema}.REGIONS")
    older = {
        "streams": [
            {
                "tap_stream_id": f"{hr_schema}-REGIONS",
                "stream": "REGIONS",
                "schema": {
                    "type": "object",
                    "properties": {
                        "REGION_ID": {"type": ["integer"]},
                        "REGION_NAME": {"type": ["null", "string"]},
                    },
                },
                "metadata": [
                    {
                        "breadcrumb": [],
                        "metadata": {
                            "schema-name": hr_schema,
                            "table-key-properties": ["REGION_ID"],
                            "selected": True,
                        },
                    }
                ],
            }
        ]
    }
    done = tap.run(config, catalog=older)

    assert done.code == 0, done.stderr
    assert {"REGION_ID": 1, "REGION_NAME": "Europe"} in done.records(f"{hr_schema}-REGIONS")
    assert "reading the dictionary" in done.stderr
