"""Which views of the dictionary are asked, how often, and what may not be read."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import oracledb
import pytest
from oracle_standin.testing.fixtures import HR_EMPLOYEES

from catalog.introspect import take_inventory
from catalog.name_filter import NameFilter
from catalog.rights import session_rights
from catalog.table_assembly import NOT_GRANTED
from oracle_core.dictionary import Family
from tests.oracle.catalog_steps import WHOLE, by_name, read_whole

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

MAX_STATEMENTS = 18


def test_every_family_of_views_finds_the_same(
    oracle_database: OracleDatabase, hr_schema: str, fresh_schema: str
) -> None:
    oracle_database.execute(
        hr_schema,
        *(
            f'GRANT READ ON {table} TO "{fresh_schema}"'
            for table in ("ALL_TYPES", "COUNTRIES", "DEPARTMENTS", "EMPLOYEES", "JOBS")
        ),
        f'GRANT READ ON JOB_HISTORY TO "{fresh_schema}"',
        f'GRANT READ ON REGIONS TO "{fresh_schema}"',
    )
    families = []
    for user in (hr_schema, fresh_schema, None):
        with closing(oracle_database.connect(user)) as connection:
            families.append(session_rights(connection).family(NameFilter((hr_schema,))))
    own, granted, dba = (
        read_whole(oracle_database, user, hr_schema) for user in (hr_schema, fresh_schema, None)
    )

    assert families == [Family.USER, Family.ALL, Family.DBA]
    assert own.tables == granted.tables == dba.tables
    employees = by_name(own)["EMPLOYEES"]
    assert employees.estimate.rows == HR_EMPLOYEES
    assert employees.estimate.analyzed_at is not None
    assert len(own.problems) == 0


def test_what_is_seen_and_may_not_be_read_is_reported(
    tap: Plugin, oracle_database: OracleDatabase, fresh_schema: str, other_schema: str
) -> None:
    oracle_database.execute(
        other_schema,
        "CREATE TABLE written (id NUMBER(5) PRIMARY KEY)",
        "CREATE TABLE shown (id NUMBER(5) PRIMARY KEY)",
        f'GRANT INSERT ON written TO "{fresh_schema}"',
        f'GRANT READ ON shown TO "{fresh_schema}"',
    )
    found = read_whole(oracle_database, fresh_schema, other_schema)

    assert [(one.table, one.reason) for one in found.problems] == [("WRITTEN", NOT_GRANTED)]
    config = oracle_database.config(fresh_schema, filter_schemas=[other_schema])
    done = tap.run(config, "--discover")
    assert done.code == 0
    assert "WRITTEN: no SELECT or READ privilege" in done.stderr
    streams = {one["tap_stream_id"]: one for one in json.loads(done.stdout)["streams"]}
    root = streams[f"{other_schema}-WRITTEN"]["metadata"][0]["metadata"]
    assert root["inclusion"] == "unsupported"
    assert root["reason"] == NOT_GRANTED
    records = tap.run(config)
    assert records.code == 0, records.stderr


def test_the_number_of_statements_of_everything(
    oracle_database: OracleDatabase, fresh_schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed: list[str] = []
    execute = oracledb.Cursor.execute

    def counted(cursor: Any, statement: Any, *arguments: Any, **options: Any) -> Any:
        executed.append(statement)
        return execute(cursor, statement, *arguments, **options)

    oracle_database.execute(fresh_schema, "CREATE TABLE t0 (id NUMBER(5) PRIMARY KEY, d DATE)")
    counts = []
    for number in (1, 12):
        oracle_database.execute(
            fresh_schema,
            *(f"CREATE TABLE t{number}_{place} (id NUMBER(5))" for place in range(number)),
        )
        with monkeypatch.context() as patched:
            patched.setattr(oracledb.Cursor, "execute", counted)
            for schemas in ((fresh_schema,), ()):
                executed.clear()
                with closing(oracle_database.connect(fresh_schema)) as connection:
                    take_inventory(connection, NameFilter(schemas), WHOLE)
                counts.append(len(executed))

    assert counts[:2] == counts[2:]
    assert max(counts) <= MAX_STATEMENTS
