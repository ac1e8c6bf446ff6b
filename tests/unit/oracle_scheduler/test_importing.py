"""What Meltano, APScheduler and Executioner know becomes job files."""

from __future__ import annotations

import datetime as dt
import json
import os
import pickle
import stat
import zoneinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger
from click.testing import CliRunner

from oracle_core.errors import ConfigurationError
from oracle_scheduler.child.command import Meltano
from oracle_scheduler.command.main import main
from oracle_scheduler.importing import apscheduler_store, meltano
from oracle_scheduler.jobfile import JobKind, pipeline_of
from oracle_scheduler.service import meltano_hosts
from oracle_scheduler.store.database import Database, sqlite_engine
from oracle_scheduler.store.firing import concurrency_key
from oracle_scheduler.store.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import Sequence

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
LISTED = {
    "schedules": {
        "job": [
            {
                "name": "nightly",
                "interval": "0 2 * * *",
                "cron_interval": "0 2 * * *",
                "env": {"DEPTH": "3"},
                "job": {
                    "name": "oracle-to-oracle",
                    "tasks": ["tap-oracle target-oracle", ["tap-x map target-oracle", "dbt:run"]],
                },
            }
        ],
        "elt": [
            {
                "name": "by-hand",
                "extractor": "tap-oracle",
                "loader": "target-oracle",
                "transform": "skip",
                "interval": "@manual",
                "cron_interval": None,
                "env": {},
            }
        ],
    }
}


def fake_meltano(folder: Path, listed: object, code: int = 0) -> Meltano:
    """Make a program that prints what `meltano schedule list` prints."""
    program = folder / "meltano"
    (folder / "listed.json").write_text(json.dumps(listed))
    program.write_text(f'#!/bin/sh\necho "$@" > asked\ncat listed.json\nexit {code}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return Meltano(str(program), str(folder))


def test_schedules_of_meltano(tmp_path: Path) -> None:
    nightly, by_hand = meltano.schedules(fake_meltano(tmp_path, LISTED), "prod", "Europe/Berlin")
    asked = (tmp_path / "asked").read_text()
    assert asked == "--log-level=error --environment=prod schedule list --format=json\n"
    pipeline = pipeline_of(nightly.text, "x")
    (job,) = pipeline.jobs
    assert (pipeline.name, pipeline.schedule.cron) == ("nightly", "0 2 * * *")
    assert pipeline.schedule.timezone == "Europe/Berlin"
    assert (job.kind, job.command, job.meltano_environment) == (
        JobKind.MELTANO,
        "oracle-to-oracle",
        "prod",
    )
    assert job.state_ids == ("prod:tap-oracle-to-target-oracle", "prod:tap-x-to-target-oracle")
    assert pipeline.env == {"DEPTH": "3"}
    manual = pipeline_of(by_hand.text, "x")
    assert manual.schedule.is_manual
    assert manual.jobs[0].command == "tap-oracle target-oracle"
    shared = set(concurrency_key(job).split()) & set(concurrency_key(manual.jobs[0]).split())
    assert len(shared) == 1, "the state that both write"


def test_meltano_that_cannot_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="ended with 3"):
        meltano.schedules(fake_meltano(tmp_path, LISTED, code=3), None, "UTC")
    with pytest.raises(ConfigurationError, match="did not print"):
        meltano.schedules(fake_meltano(tmp_path, []), None, "UTC")
    with pytest.raises(ConfigurationError, match="cannot be run"):
        meltano.schedules(Meltano("./missing", str(tmp_path)), None, "UTC")


def called(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def test_sync_stores_schedules_and_forgets_those_that_are_gone(tmp_path: Path) -> None:
    program = fake_meltano(tmp_path, LISTED).program
    store = f"sqlite:///{tmp_path}/store.db"
    called("migrate", "--store-url", store)
    options = ("--store-url", store, "--meltano", program, "--meltano-project", str(tmp_path))
    assert "2 schedules are stored, 0 were removed" in called("sync", *options)
    fake_meltano(tmp_path, {"schedules": {"job": LISTED["schedules"]["job"], "elt": []}})
    assert "1 schedules are stored, 1 were removed" in called("sync", *options)
    listed = json.loads(called("pipelines", "--store-url", store, "--format", "json"))
    assert [row["name"] for row in listed] == ["nightly"]


def job_store(folder: Path, entries: dict[str, Any]) -> str:
    """Make a job store as APScheduler 3 has it."""
    url = f"sqlite:///{folder}/jobs.db"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE apscheduler_jobs (id TEXT, job_state BLOB)"))
        for name, state in entries.items():
            row = {"id": name, "state": pickle.dumps(state)}
            connection.execute(sa.text("INSERT INTO apscheduler_jobs VALUES (:id, :state)"), row)
    engine.dispose()
    return url


def state_of(trigger: object, args: Sequence[object] = ()) -> dict[str, Any]:
    """Return what `apscheduler.job.Job.__getstate__` gives."""
    return {
        "version": 1,
        "id": "x",
        "func": "checks:run",
        "trigger": trigger,
        "executor": "default",
        "args": tuple(args),
        "kwargs": {},
        "name": "run",
        "misfire_grace_time": 1,
        "coalesce": True,
        "max_instances": 2,
        "next_run_time": dt.datetime(2027, 1, 1, tzinfo=BERLIN),
    }


@pytest.mark.parametrize(
    ("trigger", "cron"),
    [
        (CronTrigger(hour=2, minute=30, timezone=BERLIN), "30 2 * * *"),
        (
            CronTrigger(day_of_week="0-4", hour="*/2", minute="0", timezone=BERLIN),
            "0 */2 * * mon-fri",
        ),
        (
            CronTrigger(day="1,15", month="jan-mar", hour=0, minute=5, timezone=BERLIN),
            "5 0 1,15 1-3 *",
        ),
    ],
)
def test_cron_of_apscheduler(tmp_path: Path, trigger: object, cron: str) -> None:
    (job,) = apscheduler_store.jobs(
        job_store(tmp_path, {"night": state_of(trigger)}), "apscheduler_jobs"
    )
    assert job.text is not None, job.reason
    pipeline = pipeline_of(job.text, "x")
    assert (pipeline.schedule.cron, pipeline.schedule.timezone) == (cron, "Europe/Berlin")
    assert (pipeline.jobs[0].command, pipeline.max_active_runs) == ("checks:run", 2)


def test_other_triggers_of_apscheduler(tmp_path: Path) -> None:
    moment = dt.datetime(2027, 3, 28, 12, tzinfo=BERLIN)
    entries = {
        "date": state_of(DateTrigger(moment), ["a", 1]),
        "each": state_of(IntervalTrigger(minutes=5, timezone=BERLIN)),
        "weeks": state_of(CronTrigger(week=3, timezone=BERLIN)),
    }
    found = apscheduler_store.jobs(job_store(tmp_path, entries), "apscheduler_jobs")
    date, each, weeks = found
    assert date.text is not None, date.reason
    assert dt.datetime.fromisoformat(str(pipeline_of(date.text, "x").schedule.at)) == moment
    assert pipeline_of(date.text, "x").jobs[0].arguments == ("a", 1)
    assert each.text is not None, each.reason
    assert pipeline_of(each.text, "x").schedule.interval_seconds == 300
    assert weeks.text is None
    assert "cron here has no 'week'" in weeks.reason


class Trap:
    """Runs a command when it is loaded, as a row that somebody else wrote may."""

    def __reduce__(self) -> tuple[object, ...]:
        return (os.system, ("touch trapped",))


def test_a_pickle_that_runs_something_is_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url = job_store(tmp_path, {"trap": Trap()})
    output = called("import", "apscheduler", "--url", url, "--to", "jobs", code=1)
    assert "which is not loaded" in output
    assert not Path("trapped").exists()


def test_job_files_of_executioner_are_copied_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "night.json"
    file.write_text('{"application_name": "a", "jobs": [{"id": "b", "command": "ls"}]}')
    called("import", "executioner", str(file), "--to", str(tmp_path / "jobs"))
    assert (tmp_path / "jobs" / "night.json").read_text() == file.read_text()
    result = CliRunner().invoke(main, ["import", "executioner", str(file), "--to", str(tmp_path)])
    assert result.exit_code == 2


def node(store: Database, host: str) -> None:
    """Store a worker of a host."""
    with store.transaction() as connection:
        now = store.now(connection)
        values = {"node_id": host, "host": host, "pid": 1, "roles": "worker", "seen_at": now}
        connection.execute(sa.insert(store.tables.node).values(started_at=now, **values))


def test_hosts_with_a_system_database_each_are_refused(tmp_path: Path) -> None:
    store = Database(sqlite_engine(tmp_path / "store.db"))
    migrate(store)
    project = Meltano("meltano", str(tmp_path))
    node(store, "one")
    assert meltano_hosts.refusal(store, project, {}) is None
    node(store, "two")
    assert "workers run on one, two" in str(meltano_hosts.refusal(store, project, {}))
    shared = {"MELTANO_DATABASE_URI": "postgresql://db/meltano"}
    assert meltano_hosts.refusal(store, project, shared) is None
    (tmp_path / "meltano.yml").write_text("database_uri: postgresql://db/meltano\n")
    assert meltano_hosts.refusal(store, project, {}) is None
    (tmp_path / ".env").write_text("MELTANO_DATABASE_URI='sqlite:////data/meltano.db'\n")
    assert meltano_hosts.refusal(store, project, {}) is not None
    store.close()
