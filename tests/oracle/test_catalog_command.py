"""`oracle-catalog generate`, `show` and `diff`, and what goes wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from oracle_standin.testing.fixtures import HR_EMPLOYEES

from tests.oracle.catalog_steps import command, environment

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle


def test_the_command(oracle_database: OracleDatabase, hr_schema: str, tmp_path: Path) -> None:
    settings = environment(oracle_database.config(hr_schema))
    files = []
    for name in ("old", "new"):
        done = command("generate", "--kind", "description", "--schema", hr_schema, **settings)
        assert done.exit_code == 0, done.stderr
        assert done.stderr == ""
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(done.stdout, encoding="utf-8")
    assert command("diff", *map(str, files), "--check").exit_code == 0
    changed = json.loads(files[1].read_text("utf-8"))
    changed["schemas"][0]["tables"].pop()
    files[1].write_text(json.dumps(changed), encoding="utf-8")
    done = command("diff", *map(str, files), "--check", "--format", "json")
    assert done.exit_code == 3
    assert [one["what"] for one in json.loads(done.stdout)["changes"]] == ["table removed"]

    shown = command("show", f"{hr_schema}.EMPLOYEES", **settings)
    assert "NUMBER(8,2)" in shown.stdout
    assert "Monthly, in the currency of the country" in shown.stdout
    assert f"{HR_EMPLOYEES:,} rows" in shown.stdout and "ago)" in shown.stdout
    assert "EMPLOYEES_JOB_FK (JOB_ID) -> " in shown.stdout
    nothing = command("generate", "--table", f"{hr_schema}.NOTHING", **settings)
    assert (nothing.exit_code, json.loads(nothing.stdout)) == (0, {"streams": []})
    assert nothing.stderr.startswith("WARNING no table or view matches")
    listed = command("generate", "--format", "table", **settings)
    assert f"{hr_schema}.EMPLOYEES" in listed.stdout
    in_yaml = command("generate", "--format", "yaml", **settings)
    assert "tap_stream_id" in in_yaml.stdout


def test_the_command_writes_what_the_tap_discovers(
    tap: Plugin, oracle_database: OracleDatabase, hr_schema: str
) -> None:
    config = oracle_database.config(hr_schema, filter_schemas=hr_schema)
    done = command("generate", **environment(config))

    assert json.loads(done.stdout) == json.loads(tap.run(config, "--discover").stdout)


def test_errors_of_the_command(oracle_database: OracleDatabase, hr_schema: str) -> None:
    settings = environment(oracle_database.config(hr_schema))
    wrong = {**settings, "ORACLE_CATALOG_PASSWORD": "wrong-secret"}
    refused = command("check", **wrong)
    assert refused.exit_code == 1
    assert "ORA-01017" in refused.stderr
    assert "wrong-secret" not in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    missing = command("show", f"{hr_schema}.NOTHING", **settings)
    assert missing.exit_code == 2
    assert command("check").exit_code == 2
    unfit = command("check", **{**settings, "ORACLE_CATALOG_PORT": "secret-text"})
    assert unfit.exit_code == 2
    assert "ORACLE_CATALOG_PORT: does not fit" in unfit.stderr
    assert "secret-text" not in unfit.stderr
    process = [sys.executable, "-m", "catalog.command.main", "check"]
    assert subprocess.run(process, capture_output=True, check=False).returncode == 2
    assert command("generate", "--profile", "sap", **settings).exit_code == 2
