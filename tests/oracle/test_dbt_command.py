"""`oracle-catalog dbt` on a real schema."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from catalog.dbt import SOURCES_FILE
from demo.pipeline import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.oracle
STAGING = PROJECT / "dbt" / "models" / "staging"


def run(config: dict[str, Any], folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    settings = folder / "config.json"
    settings.write_text(json.dumps(config))
    return subprocess.run(
        [
            *(sys.executable, "-m", "catalog.command.main", "dbt", "--config", str(settings)),
            *("--out", str(folder / "models"), *options),
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_project_of_the_demo_is_what_the_command_writes(
    oracle_database: OracleDatabase, hr_schema: str, tmp_path: Path
) -> None:
    options = ("--schema", hr_schema, "--target-schema", "HR_COPY", "--loaded-at", "UPDATED_AT")
    done = run(oracle_database.config(hr_schema), tmp_path, *options)
    assert done.returncode == 0, done.stderr

    made = {
        path.name.replace(hr_schema.lower(), "hr"): path.read_text(encoding="utf-8")
        .replace(hr_schema.lower(), "hr")
        .replace(hr_schema, "HR")
        for path in (tmp_path / "models").iterdir()
    }
    assert made == {path.name: path.read_text(encoding="utf-8") for path in STAGING.iterdir()}
    assert "relationships" in made[SOURCES_FILE]

    again = run(oracle_database.config(hr_schema), tmp_path, *options)
    assert again.stderr.strip().endswith("0 changed")


def test_a_wrong_password_is_one_line(
    oracle_database: OracleDatabase, fresh_schema: str, tmp_path: Path
) -> None:
    config = oracle_database.config(fresh_schema) | {"password": "wrong-one"}
    done = run(config, tmp_path)

    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("ERROR ") and "ORA-01017" in line
    assert "wrong-one" not in line


def test_a_configuration_that_names_no_database_is_2(tmp_path: Path) -> None:
    done = run({"user": "somebody"}, tmp_path)

    assert done.returncode == 2
    assert done.stderr.startswith("ERROR ")
