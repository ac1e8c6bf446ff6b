"""`meltano run tap-oracle target-oracle`: what moves, and what the state remembers."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demo.compare import contents
from demo.pipeline import PROJECT, Pipeline, state_of

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.oracle

TABLES = ("REGIONS", "COUNTRIES", "DEPARTMENTS", "JOBS", "EMPLOYEES", "JOB_HISTORY", "ALL_TYPES")
MELTANO = PROJECT / ".venv-meltano" / "bin" / "meltano"


@pytest.fixture
def meltano() -> Path:
    found = MELTANO if MELTANO.exists() else shutil.which("meltano")
    assert found, "Meltano is missing: `make test` installs it"
    return Path(found)


@pytest.fixture
def pipeline(
    oracle_database: OracleDatabase,
    hr_schema: str,
    fresh_schema: str,
    meltano: Path,
    tmp_path: Path,
) -> Pipeline:
    """Return this project's pipeline, with the schemas of the demo renamed to the test's."""
    project = tmp_path / "project"
    project.mkdir()
    text = (PROJECT / "meltano.yml").read_text(encoding="utf-8")
    text = re.sub(r"\bHR_COPY\b", fresh_schema, text)
    text = re.sub(r"\bHR\b", hr_schema, text)
    (project / "meltano.yml").write_text(text, encoding="utf-8")
    (project / ".meltano").symlink_to(PROJECT / ".meltano")
    environment = {**os.environ, "MELTANO_ENVIRONMENT": "demo"}
    for prefix, user in (("SOURCE_ORACLE", hr_schema), ("TARGET_ORACLE", fresh_schema)):
        for name, value in oracle_database.config(user).items():
            environment[f"{prefix}_{name.upper()}"] = str(value)
    return Pipeline(meltano, tmp_path, environment, project)


def test_a_loader_that_is_not_ours_takes_the_lines(
    pipeline: Pipeline, hr_schema: str, tmp_path: Path
) -> None:
    environment = {**pipeline.environment, "TARGET_JSONL_DESTINATION_PATH": str(tmp_path / "lines")}
    run = dataclasses.replace(pipeline, environment=environment)

    assert run.run("tap-oracle", "target-jsonl") == 0
    (written,) = (tmp_path / "lines").glob(f"{hr_schema}-EMPLOYEES-*.jsonl")
    assert len(written.read_text(encoding="utf-8").splitlines()) == 20_000


def test_a_second_run_with_nothing_changed_moves_boundary_rows_only(
    pipeline: Pipeline, oracle_database: OracleDatabase, hr_schema: str, fresh_schema: str
) -> None:
    assert pipeline.run("tap-oracle", "target-oracle") == 0
    first = state_of(pipeline)["job_history"]["runs"]
    assert [run["status"] for run in first.values()] == ["SUCCESS"]
    (only,) = first.values()
    assert only["streams"][f"{hr_schema}-EMPLOYEES"]["rows"] == 20_000

    assert pipeline.run("tap-oracle", "target-oracle") == 0
    second = state_of(pipeline)["job_history"]["runs"]
    assert [run["status"] for run in second.values()] == ["SUCCESS", "SUCCESS"]
    newest = second[max(second)]
    moved = {name: stream["rows"] for name, stream in newest["streams"].items()}
    assert moved == {f"{hr_schema}-{table}": 1 for table in TABLES}

    with (
        closing(oracle_database.connect(hr_schema)) as source,
        closing(oracle_database.connect(fresh_schema)) as copy,
    ):
        for table in TABLES:
            assert contents(source, hr_schema, table) == contents(copy, fresh_schema, table), table
