"""`sync` with the schedules of this project, as Meltano itself lists them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from oracle_scheduler.command.main import main
from oracle_scheduler.jobfile import JobKind, pipeline_of

PROJECT = Path(__file__).parents[3]
MELTANO = PROJECT / ".venv-meltano" / "bin" / "meltano"

pytestmark = pytest.mark.skipif(not MELTANO.exists(), reason="`make test` installs Meltano")


def called(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_schedule_of_this_project_becomes_a_pipeline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A project of its own: Meltano writes into the one that it lists.
    shutil.copy(PROJECT / "meltano.yml", tmp_path)
    (tmp_path / "plugins").symlink_to(PROJECT / "plugins")
    monkeypatch.setenv("ORACLE_SCHEDULER_STORE_URL", f"sqlite:///{tmp_path}/store.db")
    called("migrate")
    options = ("--meltano", str(MELTANO), "--meltano-project", str(tmp_path))
    sync = ("sync", *options, "--environment", "demo", "--timezone", "Europe/Berlin")
    (document,) = json.loads(called(*sync, "--dry-run", "--format", "json"))
    pipeline = pipeline_of(json.dumps(document), "meltano")
    assert (pipeline.schedule.cron, pipeline.schedule.timezone) == ("0 2 * * *", "Europe/Berlin")
    (job,) = pipeline.jobs
    assert (job.kind, job.command, job.meltano_environment, job.state_ids) == (
        JobKind.MELTANO,
        "oracle-to-oracle",
        "demo",
        ("demo:tap-oracle-to-target-oracle",),
    )
    stored = json.loads(called(*sync, "--format", "json"))
    assert stored == {"stored": ["oracle-to-oracle-nightly"], "removed": []}
    (row,) = json.loads(called("pipelines", "--format", "json"))
    assert (row["name"], row["is_paused"]) == ("oracle-to-oracle-nightly", False)
    assert row["next_time"], "it has a time"
