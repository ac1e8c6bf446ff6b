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
from oracle_standin.testing.fixtures import HR_EMPLOYEES

from demo import runs
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
    (project / "plugins").symlink_to(PROJECT / "plugins")
    (project / ".meltano").symlink_to(PROJECT / ".meltano")
    environment = {
        **os.environ,
        "MELTANO_ENVIRONMENT": "demo",
        **runs.telemetry_environment(tmp_path),
    }
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
    assert len(written.read_text(encoding="utf-8").splitlines()) == HR_EMPLOYEES


def test_two_runs_move_what_changed_and_are_the_same_everywhere(
    pipeline: Pipeline,
    oracle_database: OracleDatabase,
    hr_schema: str,
    fresh_schema: str,
    tmp_path: Path,
) -> None:
    assert pipeline.run("tap-oracle", "target-oracle") == 0
    first_state = state_of(pipeline)
    first = first_state["job_history"]["runs"]
    assert [run["status"] for run in first.values()] == ["SUCCESS"]
    (only,) = first.values()
    assert only["streams"][f"{hr_schema}-EMPLOYEES"]["rows"] == HR_EMPLOYEES

    assert pipeline.run("tap-oracle", "target-oracle") == 0
    second_state = state_of(pipeline)
    second = second_state["job_history"]["runs"]
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

        config = oracle_database.config(fresh_schema)
        places = runs.everywhere([first_state, second_state], copy, config, tmp_path)
    expected = places[0]
    for seen in places:
        assert seen
        for run, told in zip(seen, expected[-len(seen) :], strict=True):
            assert run.agrees_with(told), (run, told)


def test_the_state_can_be_in_oracle(
    pipeline: Pipeline, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    config = oracle_database.config(fresh_schema)
    backend = {
        "MELTANO_STATE_BACKEND_URI": f"oracle://{oracle_database.dsn}",
        "MELTANO_STATE_BACKEND_ORACLE_USER": fresh_schema,
        "MELTANO_STATE_BACKEND_ORACLE_PASSWORD": config["password"],
    }
    run = dataclasses.replace(pipeline, environment={**pipeline.environment, **backend})
    assert run.run("tap-oracle", "target-oracle") == 0
    ((run_id, _),) = state_of(run)["job_history"]["runs"].items()
    assert oracle_database.rows(fresh_schema, "SELECT state_id, run_uuid FROM singer_state") == [
        ("demo:tap-oracle-to-target-oracle", run_id)
    ]
