"""`singer-oracle` against a database."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from singer_oracle_cli.main import main
from tests.oracle.loader import ID, Loader, record_line, schema_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result
    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.oracle

Call = "Callable[..., Result]"


@pytest.fixture
def call(
    oracle_database: OracleDatabase, fresh_schema: str, tmp_path: Path
) -> Callable[..., Result]:
    """Return a function that runs the command as the user of a fresh schema."""
    config = tmp_path / "config.json"

    def run(*arguments: str, code: int = 0, **settings: Any) -> Result:
        config.write_text(json.dumps(oracle_database.config(fresh_schema) | settings), "utf-8")
        result = CliRunner().invoke(main, [*arguments, "--config", str(config)])
        assert result.exit_code == code, (result.output, result.exception)
        assert oracle_database.passwords[fresh_schema] not in result.output
        return result

    return run


def test_connect_names_server_user_and_character_set(
    call: Callable[..., Result], fresh_schema: str
) -> None:
    facts = json.loads(call("connect", "--format", "json").stdout)
    assert facts["user"] == fresh_schema
    assert facts["character_set"] == "AL32UTF8"
    assert facts["driver_mode"] == "thin"
    assert facts["round_trip_ms"] > 0
    assert facts["is_encrypted"] is False
    assert "character set" in call("connect").stdout


def test_connect_with_a_wrong_password(call: Callable[..., Result]) -> None:
    result = call("connect", code=1, password="canary-4410")
    assert "ORA-01017" in result.stderr
    assert "canary-4410" not in result.output


ROWS = (
    "SELECT level AS id, 'ü' || level AS name, CAST(NULL AS DATE) AS d FROM dual CONNECT BY level"
)


def test_query_in_every_format(call: Callable[..., Result]) -> None:
    statement = f" -- why\n{ROWS} <= TO_NUMBER(:most)"
    arguments = ("query", statement, "--bind", "most=3")
    assert json.loads(call(*arguments, "--format", "json").stdout)[2] == {
        "ID": 3, "NAME": "ü3", "D": None
    }  # fmt: skip
    lines = call(*arguments, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["ID"] for line in lines] == [1, 2, 3]
    rows = list(csv.reader(io.StringIO(call(*arguments, "--format", "csv").stdout)))
    assert rows == [["ID", "NAME", "D"], ["1", "ü1", ""], ["2", "ü2", ""], ["3", "ü3", ""]]
    assert call(*arguments).stdout.splitlines()[1].split() == ["1", "ü1"]
    data = call(*arguments, "--format", "parquet").stdout_bytes
    assert pq.read_table(io.BytesIO(data)).column("NAME").to_pylist() == ["ü1", "ü2", "ü3"]


def test_numbers_keep_their_digits(call: Callable[..., Result]) -> None:
    statement = "SELECT 12345678901234567890.123456789 AS n FROM dual"
    (row,) = json.loads(call("query", statement, "--format", "json").stdout)
    assert row == {"N": "12345678901234567890.123456789"}


def test_a_limit_says_that_there_is_more(call: Callable[..., Result]) -> None:
    result = call("query", f"{ROWS} <= 5", "--limit", "2", "--format", "csv")
    assert len(result.stdout.splitlines()) == 3
    assert "more than 2 rows" in result.stderr
    assert "more than" not in call("query", f"{ROWS} <= 5", "--limit", "5").stderr


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM t",
        "/* SELECT */ DROP TABLE t",
        " -- SELECT\nTRUNCATE TABLE t",
        "BEGIN NULL; END;",
        "SELECTION",
        "",
    ],
)
def test_only_queries_are_run(call: Callable[..., Result], statement: str) -> None:
    assert "only SELECT and WITH" in call("query", statement, code=2).stderr


def test_a_refused_query_names_the_code(call: Callable[..., Result]) -> None:
    assert "ORA-00942" in call("query", "SELECT * FROM nowhere", code=1).stderr


def test_health_of_a_connection_without_history(call: Callable[..., Result]) -> None:
    result = json.loads(call("health", "--format", "json").stdout)
    verdicts = {check["name"]: check["verdict"] for check in result["checks"]}
    assert verdicts["connection"] == "ok"
    assert verdicts["run history"] == "unknown"
    failed = json.loads(call("health", "--format", "json", code=1, password="wrong-42").stdout)
    assert failed["checks"][0]["verdict"] == "failed"


def test_health_of_pool_and_modes(call: Callable[..., Result]) -> None:
    result = json.loads(call("health", "--format", "json").stdout)
    verdicts = {check["name"]: check["verdict"] for check in result["checks"]}
    assert verdicts["pool"] == "ok"
    assert verdicts["mode target"] == "ok"
    assert verdicts["mode log_based"] == "off"
    needed = call("health", "--need", "log_based", "--need", "target", code=1).stdout
    assert "singer-oracle catalog check" in needed
    assert "mode" not in call("health", "--no-modes").stdout


@pytest.mark.parametrize("bind", ["other=1", "id=1,x=2", ""])
def test_binds_that_do_not_fit_are_named(call: Callable[..., Result], bind: str) -> None:
    given = [f"--bind={part}" for part in bind.split(",") if part]
    result = call("query", "SELECT :id AS n FROM dual", *given, code=2)
    assert "--bind" in result.stderr
    assert ", ".join(part.partition("=")[0] for part in given if "other" in part) in result.stderr


def test_a_table_of_something_else_is_named(
    call: Callable[..., Result], oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    oracle_database.execute(fresh_schema, "CREATE TABLE job_history (employee_id NUMBER(6))")
    for arguments in (("list",), ("show", "01"), ("export",), ("prune", "--keep-days", "1")):
        result = call("history", *arguments, code=2)
        assert "is a table of something else" in result.stderr
        assert "--table" in result.stderr
    assert "is a table of something else" in call("health", "--no-modes").stdout


def test_a_table_of_an_older_version_is_named(
    call: Callable[..., Result], oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    oracle_database.execute(
        fresh_schema,
        "CREATE TABLE job_history (run_id NUMBER, id VARCHAR2(255), status VARCHAR2(50), "
        "application_name VARCHAR2(255))",
    )
    assert "history migrate" in call("history", "list", code=2).stderr


def test_a_report_that_cannot_be_written(call: Callable[..., Result], tmp_path: Path) -> None:
    call("history", "migrate")
    out = str(tmp_path / "no" / "report.html")
    assert "cannot be written" in call("history", "report", "--out", out, code=2).stderr


def test_a_history_in_oracle(call: Callable[..., Result]) -> None:
    assert "there is no run history" in call("history", "list", code=2).stderr
    assert "12 migrations run" in call("history", "migrate").stdout
    assert json.loads(call("history", "list", "--format", "json").stdout) == []


def test_the_catalog_is_a_part(call: Callable[..., Result]) -> None:
    assert "user" in call("catalog", "check", "--format", "json").stdout


def test_compliance_of_a_load(
    call: Callable[..., Result], loader: Loader, fresh_schema: str, tmp_path: Path
) -> None:
    audit = tmp_path / "audit.jsonl"
    loader.load(schema_line(ID), record_line({"ID": 1}), audit_file=str(audit))
    asked = ("history", "compliance", "--audit-file", str(audit), "--from")
    told = json.loads(call(*asked, "2026-01-01", "--format", "json").stdout)
    tables = {line["table"].removeprefix(f"{fresh_schema}."): line for line in told["loads"]}
    assert {name: line["changes"] for name, line in tables.items()} == {
        "T": "CREATE, LOAD",
        "SINGER_LOADS": "CREATE",
        "SINGER_LOAD_LOCKS": "CREATE",
    }
    load = tables["T"]
    assert (load["user"], load["rows"], load["runs"]) == (fresh_schema, 1, 1)
    verdicts = {line["fact"]: line["verdict"] for line in told["facts"]}
    assert verdicts["audit file"] == "ok"
    assert verdicts["encryption"] == "failed"
    assert json.loads(call(*asked, "2199-01-01", "--format", "json").stdout)["loads"] == []
    assert f"{fresh_schema}.T" in call(*asked, "2026-01-01").stdout
    lines = audit.read_text(encoding="utf-8").splitlines()
    audit.write_text("\n".join(lines[1:]) + "\n", encoding="utf-8")
    assert "does not continue the chain" in call(*asked, "2026-01-01", code=2).stderr
