"""dbt on what the pair loads: `make test-dbt`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from oracle_standin.testing.fixtures import HR_EMPLOYEES

from catalog.command.main import main
from demo.pipeline import PROJECT, Pipeline

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

pytestmark = [pytest.mark.oracle, pytest.mark.dbt]

MELTANO = PROJECT / ".venv-meltano" / "bin" / "meltano"
DBT = PROJECT / ".meltano" / "utilities" / "dbt-oracle" / "venv" / "bin" / "dbt"

HOSTILE = (
    'CREATE TABLE "order lines" ("level" NUMBER(9) PRIMARY KEY, "a b" VARCHAR2(10), "SELECT" DATE)',
    """COMMENT ON TABLE "order lines" IS 'it''s "quoted": {{ env_var("HOME") }} {% raw %}'""",
    """COMMENT ON COLUMN "order lines"."a b" IS '- # : | > {# 100 % }}'""",
    'CREATE TABLE "Order Lines" ("ROWNUM" NUMBER(9) NOT NULL, n NUMBER(9))',
    'CREATE TABLE "größe 😀" ("ä" NUMBER(9) PRIMARY KEY, "{{ x }}" NUMBER(9))',
    'CREATE TABLE child (id NUMBER(9) PRIMARY KEY, line NUMBER(9) REFERENCES "order lines")',
    'CREATE TABLE dollar$hash# (id NUMBER(9), "group" NUMBER(9))',
)
ROWS = (
    "INSERT INTO \"order lines\" VALUES (1, 'x', DATE '2025-01-01')",
    "INSERT INTO child VALUES (1, 1)",
    'INSERT INTO "größe 😀" VALUES (1, 2)',
)


def dbt_environment(database: OracleDatabase, user: str, folder: Path) -> dict[str, str]:
    config = database.config(user)
    values = {name: str(value) for name, value in config.items()} | {"schema": user}
    return {
        **os.environ,
        **{f"DBT_ORACLE_{name.upper()}": value for name, value in values.items()},
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }


@pytest.fixture
def pipeline(
    oracle_database: OracleDatabase, hr_schema: str, fresh_schema: str, tmp_path: Path
) -> Pipeline:
    """Return this project's pipeline and models, with the demo's schemas renamed to the test's."""
    found = MELTANO if MELTANO.exists() else shutil.which("meltano")
    assert found, "Meltano is missing: `make test-dbt` installs it"
    project = tmp_path / "project"
    shutil.copytree(PROJECT / "dbt", project / "dbt")
    for path in (PROJECT / "meltano.yml", PROJECT / "dbt" / "models" / "staging" / "sources.yml"):
        text = re.sub(r"\bHR_COPY\b", fresh_schema, path.read_text(encoding="utf-8"))
        text = re.sub(r"\bHR\b", hr_schema, text)
        (project / path.relative_to(PROJECT)).write_text(text, encoding="utf-8")
    (project / "plugins").symlink_to(PROJECT / "plugins")
    (project / ".meltano").symlink_to(PROJECT / ".meltano")
    environment = {**os.environ, "MELTANO_ENVIRONMENT": "demo"}
    for prefix, user in (("SOURCE_ORACLE", hr_schema), ("TARGET_ORACLE", fresh_schema)):
        for name, value in oracle_database.config(user).items():
            environment[f"{prefix}_{name.upper()}"] = str(value)
    return Pipeline(Path(found), tmp_path, environment, project)


def write_staging(config: dict[str, Any], schema: str, folder: Path) -> None:
    settings = folder.parent.parent / "config.json"
    settings.write_text(json.dumps(config), encoding="utf-8")
    options = ["--config", str(settings), "--schema", schema, "--out", str(folder)]
    done = CliRunner().invoke(main, ["dbt", *options])
    assert done.exit_code == 0, done.stderr


def test_the_pipeline_ends_in_tested_models(
    pipeline: Pipeline, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    assert pipeline.run("tap-oracle", "target-oracle", "dbt-oracle:build") == 0

    (counted,) = oracle_database.rows(fresh_schema, "SELECT COUNT(*) FROM employees")
    (summed,) = oracle_database.rows(fresh_schema, "SELECT SUM(employees) FROM department_payroll")
    (placed,) = oracle_database.rows(
        fresh_schema, "SELECT COUNT(department_id) FROM stg_hr__employees"
    )
    assert counted == (HR_EMPLOYEES,)
    assert summed == placed

    with closing(oracle_database.connect(fresh_schema)) as connection:
        connection.cursor().execute(
            "UPDATE departments SET budget = 1, updated_at = TIMESTAMP '2030-01-01 00:00:00'"
            " WHERE department_id = 100"
        )
        connection.commit()
    assert pipeline.run("dbt-oracle:build") == 0
    versions = oracle_database.rows(
        fresh_schema, "SELECT COUNT(*) FROM departments_history WHERE department_id = 100"
    )
    assert versions == [(2,)]


def test_hostile_names_and_comments_build(
    oracle_database: OracleDatabase, fresh_schema: str, tmp_path: Path
) -> None:
    with closing(oracle_database.connect(fresh_schema)) as connection:
        for statement in (*HOSTILE, *ROWS):
            connection.cursor().execute(statement)
        connection.commit()
    project = tmp_path / "dbt"
    project.mkdir()
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / "dbt" / name, project / name)
    staging = project / "models" / "staging"
    write_staging(oracle_database.config(fresh_schema), fresh_schema, staging)
    done = subprocess.run(
        [str(DBT), "build", "--no-use-colors", "--project-dir", project, "--profiles-dir", project],
        env=dbt_environment(oracle_database, fresh_schema, tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "ERROR=0" in done.stdout and "WARN=0" in done.stdout
    assert len(list(staging.iterdir())) == 6
