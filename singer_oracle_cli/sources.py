"""Where runs are read from: JOB_HISTORY, a state file, or Meltano's state."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from json import JSONDecodeError, loads
from typing import TYPE_CHECKING, Any

from oracle_core.command import read_json_object
from oracle_core.errors import ConfigurationError, DatabaseError, OracleError, describe
from oracle_core.history import RunHistory, read_history, write_history
from oracle_core.history.state_codec import write_time
from singer_oracle_cli.options import NAME
from singer_oracle_cli.settings import history_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from oracle_core.history import RunRecord
    from oracle_core.history.store import HistoryStore

# From the outside in: Meltano keeps {"completed": {"singer_state": {…}}, "partial": {…}}.
_WRAPPINGS = ("completed", "singer_state")
_ALL_RUNS = 1000
_MISSING, _UNKNOWN_COLUMN = "ORA-00942", "ORA-00904"


@contextmanager
def opened_store(
    config: Path | None, table: str | None, schema: str | None, url: str | None
) -> Iterator[HistoryStore]:
    """Yield the store that the options name.

    Raises:
        ConfigurationError: If the settings are wrong, or the table is not there or another one.
        DatabaseError: If the store cannot be reached or read.
    """
    from oracle_core.history.store import opened  # noqa: PLC0415 - SQLAlchemy

    where, settings = history_settings(config, table=table, schema=schema, url=url)
    try:
        with opened(where, settings, module=NAME) as store:
            try:
                yield store
            except OracleError:
                raise
            except Exception as error:
                _explain(store, error)
                raise
    # Its text is one clear line already.
    except OracleError:
        raise
    except Exception as error:
        raise DatabaseError(describe(error, where=f"run history {where.table}")) from error


def _explain(store: HistoryStore, error: Exception) -> None:
    """Raise what is wrong where a failure comes from the table itself.

    Raises:
        ConfigurationError: If the table is not there, or one of something else or of an older
            version.
    """
    code = describe(error).code
    table = store.table_name
    # ORA-00942 answers for a missing table and for a missing right alike.
    if code == _MISSING:
        msg = f"there is no run history {table} here, or no right to read it"
        raise ConfigurationError(msg, setting="--table") from error
    if code != _UNKNOWN_COLUMN:
        return
    try:
        # Oracle's HR sample has a table of the same name.
        store.is_current()
    except OracleError:
        msg = f"{table} is a table of something else, not of the run history; name another one"
        raise ConfigurationError(msg, setting="--table") from error
    msg = f"{table} is of an older version; `singer-oracle history migrate` adds what is missing"
    raise ConfigurationError(msg, setting="--table") from error


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
