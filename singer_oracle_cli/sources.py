"""Where runs are read from: JOB_HISTORY, a state file, or Meltano's state."""

from __future__ import annotations

import subprocess
from json import JSONDecodeError, loads
from typing import TYPE_CHECKING, Any

from oracle_core.command import read_json_object
from oracle_core.errors import ConfigurationError
from oracle_core.history import RunHistory, read_history, write_history
from oracle_core.history.state_codec import write_time

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from oracle_core.history import RunRecord

# From the outside in: Meltano keeps {"completed": {"singer_state": {…}}, "partial": {…}}.
_WRAPPINGS = ("completed", "singer_state")
_ALL_RUNS = 1000


def runs_of_state(state: Mapping[str, Any]) -> list[RunRecord]:
    """Return the runs of a Singer state, also of one that Meltano has wrapped."""
    for key in _WRAPPINGS:
        inner = state.get(key)
        if isinstance(inner, dict):
            state = inner
    return list(read_history(state, max_runs=_ALL_RUNS).runs)


def runs_of_file(path: Path) -> list[RunRecord]:
    """Return the runs of a state file.

    Raises:
        ConfigurationError: If the file cannot be read or holds no JSON object.
    """
    return runs_of_state(read_json_object(path, setting="--state"))


def runs_of_meltano(state_id: str) -> list[RunRecord]:
    """Return the runs of a state that Meltano keeps, in the project of the current directory.

    Raises:
        ConfigurationError: If Meltano is not there or does not know the state.
    """
    try:
        # As a process: Meltano needs SQLAlchemy below 2.1 and stands in an environment of its own.
        done = subprocess.run(  # noqa: S603 - a command of the user's, without a shell
            ["meltano", "state", "get", state_id],  # noqa: S607 - found as the user finds it
            capture_output=True,
            text=True,
            check=False,
        )
        state = loads(done.stdout) if done.returncode == 0 else None
    except (OSError, JSONDecodeError):
        state = None
    if not isinstance(state, dict):
        msg = f"`meltano state get {state_id}` gave no state; run it in the project's directory"
        raise ConfigurationError(msg, setting="--meltano")
    return runs_of_state(state)


def plain_run(run: RunRecord) -> dict[str, Any]:
    """Return a run as JSON has it: the form of the state, with its key."""
    written = write_history(RunHistory((run,)))["runs"][run.run_id]
    return {"run_id": run.run_id, **written}


def run_row(run: RunRecord) -> tuple[object, ...]:
    """Return a run as a row of a table."""
    totals = run.totals
    seconds = None if run.duration_ms is None else run.duration_ms / 1000
    error = run.error
    failed = None if error is None else f"{error.code} {error.stream or ''}".strip()
    return (
        run.run_id,
        run.job,
        run.status.value,
        write_time(run.started_at),
        seconds,
        totals.rows,
        run.retry_count,
        failed,
    )


RUN_HEADER = ("RUN", "JOB", "STATUS", "STARTED", "SECONDS", "ROWS", "RETRIES", "ERROR")
