"""What commands print: lines for people, JSON for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner

from oracle_scheduler.command import store_options
from oracle_scheduler.command.main import main
from oracle_scheduler.store.migrations import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

JOB_FILE = 'application_name: night\nschedule: "@daily"\njobs: [{id: a, command: a}]\n'


def commands(group: click.Group, *names: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *names, name)
        else:
            yield " ".join((*names, name)), command


@pytest.mark.parametrize(("name", "command"), list(commands(main)))
def test_every_command_that_ends_has_a_format(name: str, command: click.Command) -> None:
    options = {option.name for option in command.params}
    assert ("output_format" in options) is (name != "serve")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a store and a job file, which is the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORACLE_SCHEDULER_STORE_URL", "sqlite:///store.db")
    (tmp_path / "night.yml").write_text(JOB_FILE)
    return tmp_path


def asked(*arguments: str) -> Any:
    """Return what a command prints as JSON."""
    runner = CliRunner()
    result = runner.invoke(main, [*arguments, "--format", "json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.usefixtures("store")
def test_what_was_done_as_json() -> None:
    assert len(asked("migrate")["migrations"]) == len(MIGRATIONS)
    assert "CREATE TABLE sched_run" in asked("migrate", "--print-sql")["sql"]
    assert asked("run", "night.yml", "--dry-run") == {"pipeline": "night"}
    run_id = asked("run", "night.yml")["run_id"]
    assert asked("pause", "night") == {"pipeline": "night", "paused": True}
    assert asked("unpause", "night") == {"pipeline": "night", "paused": False}
    assert asked("cancel", run_id) == {"run_id": run_id, "state": "CANCELLED"}
    assert asked("resume", run_id) == {"run_id": run_id, "state": "QUEUED"}
    assert asked("mark-success", run_id, "a") == {"run_id": run_id, "state": "SUCCESS"}
    assert asked("token", "create", "me")["scope"] == "read"
    assert asked("token", "revoke", "me") == {"name": "me", "revoked": True}
    assert asked("prune") == {"runs": 0}
    copied = asked("import", "executioner", "night.yml", "--to", "jobs")
    assert copied == {"files": ["jobs/night.yml"]}


@pytest.mark.usefixtures("store")
def test_what_was_done_as_a_line() -> None:
    runner = CliRunner()

    def line(*arguments: str) -> str:
        return runner.invoke(main, arguments, catch_exceptions=False).stdout.strip()

    assert line("migrate").endswith("the tables are up to date")
    run_id = line("run", "night.yml")
    assert line("pause", "night") == "night is paused"
    assert line("cancel", run_id) == f"run {run_id} is CANCELLED"


@pytest.mark.parametrize(
    ("needs_tables", "given", "seconds"), [(True, "", 60), (True, "5", 5), (False, "", 0)]
)
def test_a_round_trip_of_the_service_has_a_limit(
    monkeypatch: pytest.MonkeyPatch, needs_tables: bool, given: str, seconds: float
) -> None:
    configs: list[dict[str, Any]] = []

    def engine(config: dict[str, Any], *, module: str) -> object:
        configs.append({**config, "module": module})
        raise NotImplementedError

    monkeypatch.setattr(store_options, "sqlalchemy_engine", engine)
    for name, value in {
        "HOST": "db",
        "USER": "SCHED",
        "PASSWORD": "x",
        "SERVICE_NAME": "y",
    }.items():
        monkeypatch.setenv(f"ORACLE_SCHEDULER_{name}", value)
    if given:
        monkeypatch.setenv("ORACLE_SCHEDULER_CALL_TIMEOUT_SECONDS", given)
    with (
        pytest.raises(NotImplementedError),
        store_options.opened("oracle", "sched_", needs_tables=needs_tables),
    ):
        pass
    assert configs[0]["call_timeout_seconds"] == seconds
