"""`oracle-catalog check` and `grants`: what ten users lack, and that the grants printed mend it."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from catalog.command.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

FORMAT = ("--format", "json")
SESSION = ("CREATE SESSION",)
READER = ("CREATE SESSION", 'READ ON {schema}."A"', 'READ ON {schema}."B"')
FLASHBACK = ('FLASHBACK ON {schema}."A"', 'FLASHBACK ON {schema}."B"')
SCN = ("READ ON SYS.V_$DATABASE",)

USERS: dict[str, tuple[tuple[str, ...], dict[str, str | None]]] = {
    "nothing but a session": (SESSION, {"full": 'GRANT READ ON {schema}."B"'}),
    "one table of two": (READER[:2], {"full": 'GRANT READ ON {schema}."B"'}),
    "both tables": (READER, {"full": None, "discover": None, "snapshot": "GRANT FLASHBACK ON"}),
    "flashback on one": (
        (*READER, FLASHBACK[0], *SCN),
        {"snapshot": 'GRANT FLASHBACK ON {schema}."B"'},
    ),
    "flashback without an SCN": (
        (*READER, *FLASHBACK),
        {"snapshot": 'GRANT READ ON "SYS"."V_$DATABASE"'},
    ),
    "a whole snapshot": ((*READER, *FLASHBACK, *SCN), {"snapshot": None}),
    "everything readable": (
        ("CREATE SESSION", "SELECT ANY TABLE", "FLASHBACK ANY TABLE", "SELECT ANY DICTIONARY"),
        {"snapshot": None, "incremental": None, "log_based": "GRANT LOGMINING"},
    ),
    "no table of its own": (SESSION, {"target": "GRANT CREATE TABLE"}),
    "a target": (("CREATE SESSION", "CREATE TABLE"), {"target": None}),
    "only writing": (
        ("CREATE SESSION", 'INSERT ON {schema}."A"'),
        {"full": 'GRANT READ ON {schema}."A"'},
    ),
}
"""Name -> what the user was granted, and for each mode the grant it must miss, None for none."""


@pytest.fixture(scope="module")
def owner(oracle_database: OracleDatabase) -> Iterator[str]:
    user = oracle_database.create_user("T")
    with closing(oracle_database.connect(user)) as connection:
        connection.cursor().execute("CREATE TABLE a (id NUMBER(5) PRIMARY KEY)")
        connection.cursor().execute("CREATE TABLE b (id NUMBER(5) PRIMARY KEY)")
    yield user
    oracle_database.drop_user(user)


def command(database: OracleDatabase, user: str, folder: Path, *arguments: str) -> Result:
    config = folder / f"{user}.json"
    config.write_text(json.dumps(database.config(user)), encoding="utf-8")
    return CliRunner().invoke(main, [*arguments, "--config", str(config)])


def checked(
    database: OracleDatabase, user: str, owner: str, folder: Path
) -> dict[str, dict[str, Any]]:
    tables = [option for name in "AB" for option in ("--table", f"{owner}.{name}")]
    done = command(database, user, folder, "check", "--format", "json", *tables)
    assert done.exit_code == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["user"] == user
    assert report["database"]["character_set"]
    assert abs(report["database"]["clock_difference_seconds"]) < 3600
    return {mode["mode"]: mode for mode in report["modes"]}


@pytest.mark.parametrize("name", USERS)
def test_what_a_user_lacks(
    name: str, oracle_database: OracleDatabase, owner: str, tmp_path: Path
) -> None:
    granted, expected = USERS[name]
    schema = f'"{owner}"'
    grants = tuple(grant.format(schema=schema) for grant in granted)
    user = oracle_database.create_user("C", grants=grants)
    try:
        modes = checked(oracle_database, user, owner, tmp_path)
        for mode, grant in expected.items():
            missing = modes[mode]["missing"]
            if grant is None:
                assert not missing, (mode, missing)
                assert modes[mode]["is_possible"]
                continue
            wanted = grant.format(schema=schema)
            assert any(line.startswith(wanted) for line in missing), (mode, missing)
            assert all(line.endswith(";") for line in missing)
            assert not modes[mode]["is_possible"]
    finally:
        oracle_database.drop_user(user)


def test_a_user_that_may_not_log_on(oracle_database: OracleDatabase, tmp_path: Path) -> None:
    user = oracle_database.create_user("C", grants=())
    try:
        done = command(oracle_database, user, tmp_path, "check")
    finally:
        oracle_database.drop_user(user)
    assert done.exit_code == 1
    assert "grant CREATE SESSION" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "mode", ["discover", "full", "incremental", "snapshot", "target", "log_based", "flashback"]
)
def test_the_grants_that_are_printed_are_enough(
    mode: str, oracle_database: OracleDatabase, owner: str, tmp_path: Path
) -> None:
    user = oracle_database.create_user("C", grants=())
    try:
        options = ("--mode", mode, "--user", user, "--schema", owner)
        done = command(oracle_database, owner, tmp_path, "grants", *options)
        assert done.exit_code == 0, done.stderr
        statements = [
            line.partition(";")[0] for line in done.stdout.splitlines() if not line.startswith("--")
        ]
        oracle_database.administer(*statements)
        answer = checked(oracle_database, user, owner, tmp_path)[mode]
        assert answer == {"mode": mode, "is_possible": True, "missing": [], "advised": []}
    finally:
        oracle_database.drop_user(user)


def test_a_target_loads_another_schema_with_the_grants_that_are_printed(
    target: Plugin, oracle_database: OracleDatabase, fresh_schema: str, tmp_path: Path
) -> None:
    with closing(oracle_database.connect(fresh_schema)) as connection:
        connection.cursor().execute("CREATE TABLE a (id NUMBER(5) PRIMARY KEY)")
    user = oracle_database.create_user("C", grants=())
    try:
        options = ("--mode", "target", "--user", user, "--target-schema", fresh_schema)
        done = command(oracle_database, fresh_schema, tmp_path, "grants", *options)
        lines = done.stdout.splitlines()[1:]
        needed = [line.partition(";")[0] for line in lines if "optional" not in line]
        assert all(fresh_schema in line for line in needed if " ON " in line)
        oracle_database.administer(*needed)
        config = oracle_database.config(user, default_target_schema=fresh_schema)
        loaded = target.run(config, stdin=one_record("A"))
        assert loaded.code == 0, loaded.stderr
        refused = target.run(config, stdin=one_record("B"))
        assert refused.code == 1

        oracle_database.administer(*(line.partition(";")[0] for line in lines))
        loaded = target.run(config, stdin=one_record("C"))
        assert loaded.code == 0, loaded.stderr
        for table in "AC":
            assert oracle_database.rows(fresh_schema, f"SELECT id FROM {table}") == [(1,)]
        asked = ("check", "--format", "json", "--target-schema", fresh_schema)
        report = json.loads(command(oracle_database, user, tmp_path, *asked).stdout)
        (mode,) = (one for one in report["modes"] if one["mode"] == "target")
        assert mode == {"mode": "target", "is_possible": True, "missing": [], "advised": []}
    finally:
        oracle_database.drop_user(user)


def one_record(table: str) -> bytes:
    schema = {
        "type": "SCHEMA",
        "stream": f"HR-{table}",
        "key_properties": ["ID"],
        "schema": {"properties": {"ID": {"type": "integer", "x-sql-datatype": "NUMBER(5)"}}},
    }
    record = {"type": "RECORD", "stream": f"HR-{table}", "record": {"ID": 1}}
    return "".join(f"{json.dumps(message)}\n" for message in (schema, record)).encode()


def test_the_string_size_is_that_of_the_parameter(
    oracle_database: OracleDatabase, owner: str, tmp_path: Path
) -> None:
    with closing(oracle_database.connect()) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT value FROM v$parameter WHERE name = 'max_string_size'")
        (parameter,) = cursor.fetchone() or ("",)
    report = json.loads(command(oracle_database, owner, tmp_path, "check", *FORMAT).stdout)
    assert report["database"]["max_string_size"] == parameter


def test_read_does_not_satisfy_a_target(
    oracle_database: OracleDatabase, owner: str, tmp_path: Path
) -> None:
    grants = ("CREATE SESSION", *(f'{name} ON "{owner}"."A"' for name in ("READ", "INSERT")))
    user = oracle_database.create_user("C", grants=grants)
    try:
        options = ("--format", "json", "--target-schema", owner, "--table", f"{owner}.A")
        report = json.loads(command(oracle_database, user, tmp_path, "check", *options).stdout)
        (mode,) = (one for one in report["modes"] if one["mode"] == "target")
        on_table = [line for line in mode["missing"] if " ON " in line]
        assert on_table == [
            f'GRANT {name} ON "{owner}"."A" TO "{user}";' for name in ("SELECT", "UPDATE", "DELETE")
        ]
        assert not any("QUOTA" in line for line in (*mode["missing"], *mode["advised"]))
    finally:
        oracle_database.drop_user(user)


def test_quota_is_printed_for_the_owner_of_the_target_schema(
    oracle_database: OracleDatabase, owner: str, tmp_path: Path
) -> None:
    options = ("--mode", "target", "--user", "LOADER", "--target-schema", owner)
    done = command(oracle_database, owner, tmp_path, "grants", *options)
    assert f'ALTER USER "{owner}" QUOTA UNLIMITED ON "USERS";  -- optional' in done.stdout


def test_what_no_grant_opens_is_not_asked_for(
    oracle_database: OracleDatabase, fresh_schema: str, tmp_path: Path
) -> None:
    with closing(oracle_database.connect(fresh_schema)) as connection:
        for statement in (
            "CREATE GLOBAL TEMPORARY TABLE passing (id NUMBER(5))",
            "CREATE TABLE gone (id NUMBER(5))",
            "CREATE VIEW broken AS SELECT id FROM gone",
            "DROP TABLE gone",
            "CREATE TABLE a (id NUMBER(5))",
        ):
            connection.cursor().execute(statement)
    options = ("--mode", "full", "--user", "LOADER", "--schema", fresh_schema)
    done = command(oracle_database, fresh_schema, tmp_path, "grants", *options)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines()[2:] == [f'GRANT READ ON "{fresh_schema}"."A" TO "LOADER";']

    user = oracle_database.create_user("C", grants=("SELECT ANY TABLE", "CREATE SESSION"))
    try:
        named = ("--table", f"{fresh_schema}.A", "--table", f"{fresh_schema}.BROKEN")
        done = command(oracle_database, user, tmp_path, "check", "--format", "json", *named)
        assert json.loads(done.stdout)["tables"] == 1
    finally:
        oracle_database.drop_user(user)


def test_grants_of_the_other_modes(
    oracle_database: OracleDatabase, owner: str, tmp_path: Path
) -> None:
    def printed(*options: str) -> str:
        done = command(
            oracle_database,
            owner,
            tmp_path,
            "grants",
            "--user",
            "LOADER",
            "--schema",
            owner,
            *options,
        )
        assert done.exit_code == 0, done.stderr
        return done.stdout

    own = printed("--mode", "target")
    assert 'GRANT CREATE TABLE TO "LOADER";' in own
    assert owner not in own
    other = printed("--mode", "target", "--target-schema", owner)
    assert f'GRANT INSERT ON "{owner}"."A" TO "LOADER";' in other
    plain = json.loads(printed("--mode", "incremental", "--format", "json"))
    assert (plain["mode"], plain["user"]) == ("incremental", "LOADER")
    assert {
        "sql": f'GRANT READ ON "{owner}"."A" TO "LOADER"',
        "purpose": f"{owner}.A: to read it",
        "is_optional": False,
    } in plain["statements"]
    assert plain["statements"][-1]["is_optional"] is True
    mining = printed("--mode", "log_based")
    assert 'GRANT LOGMINING TO "LOADER";' in mining
    assert f'ALTER TABLE "{owner}"."B" ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS;' in mining
