"""Options of single streams against a database: conditions and computed columns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.fix_plugins import select

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Finished, Plugin

pytestmark = pytest.mark.oracle


@pytest.fixture
def table(oracle_database: OracleDatabase, fresh_schema: str) -> str:
    oracle_database.execute(
        fresh_schema,
        "CREATE TABLE t (id NUMBER(5) PRIMARY KEY, name VARCHAR2(20), born DATE)",
        "INSERT INTO t VALUES (1, 'Ann', DATE '2001-02-03')",
        "INSERT INTO t VALUES (2, 'Bob', DATE '1999-12-31')",
        "INSERT INTO t VALUES (3, NULL, NULL)",
    )
    return fresh_schema


def run_with(
    tap: Plugin, database: OracleDatabase, owner: str, options: dict[str, Any], **settings: Any
) -> Finished:
    config = database.config(owner, filter_schemas=owner, **settings)
    discovered = tap.run(config, "--discover")
    catalog = select(json.loads(discovered.stdout), lambda _: "")
    return tap.run({**config, "stream_options": {f"{owner}-*": options}}, catalog=catalog)


COLUMNS = {
    "LOUD": "UPPER(name) || '!'",
    "YEAR": "EXTRACT(YEAR FROM born)",
    "NEXT_DAY": "born + 1",
    "AT": "FROM_TZ(CAST(born AS TIMESTAMP(3)), '+02:00')",
}


@pytest.mark.parametrize("parallelism", [1, 2])
def test_conditions_and_computed_columns(
    tap: Plugin, oracle_database: OracleDatabase, table: str, parallelism: int
) -> None:
    options = {"where": "born IS NOT NULL", "order_by": '"ID" DESC', "columns": COLUMNS}
    done = run_with(tap, oracle_database, table, options, parallelism=parallelism)

    assert done.code == 0, done.stderr
    rows = done.records(f"{table}-T")
    assert [row["ID"] for row in rows] == [2, 1]
    assert rows[1]["LOUD"] == "ANN!"
    assert rows[1]["YEAR"] == 2001
    assert rows[1]["NEXT_DAY"] == "2001-02-04T00:00:00+00:00"
    assert rows[1]["AT"].startswith("2001-02-03T00:00:00")
    assert rows[1]["AT"].endswith("+02:00")
    (schema,) = [message for message in done.messages() if message["type"] == "SCHEMA"]
    properties = schema["schema"]["properties"]
    assert list(properties) == ["ID", "NAME", "BORN", *COLUMNS]
    assert properties["NEXT_DAY"]["x-sql-datatype"] == "DATE"
    assert properties["YEAR"]["type"] == ["number", "null"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"X": "no_such_column"}, "column 'X' is wrong (ORA-00904)"),
        ({"X": "1 +"}, "column 'X' is wrong (ORA-00936)"),
        ({"NAME": "1"}, "has a column 'NAME' already"),
    ],
)
def test_expressions_that_cannot_be_are_refused(
    tap: Plugin,
    oracle_database: OracleDatabase,
    table: str,
    columns: dict[str, str],
    message: str,
) -> None:
    done = run_with(tap, oracle_database, table, {"columns": columns})

    assert done.code == 2
    assert message in done.errors()[0]
