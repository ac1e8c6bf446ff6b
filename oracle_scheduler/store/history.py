"""The jobs of runs as rows of JOB_HISTORY, written in the transaction of each change of state.

One row per run and job: RUN_ID is a number of the table's sequence, RUN_UUID the id of the run.
The tap and the target that a job starts write theirs under the same RUN_ID.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from oracle_core import redact
from oracle_core.history.rows import CODE_BYTES, TEXT_BYTES, fitting, row_id, utc
from oracle_scheduler.store.states import State

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from oracle_scheduler.jobfile import Job, Pipeline
    from oracle_scheduler.store.database import Database

_NAMES_MAX = 500
"""Jobs that one statement names; an IN list ends at 1,000 expressions (ORA-01795)."""


def begin(
    database: Database,
    connection: sa.Connection,
    run_id: str,
    pipeline: Pipeline,
    now: dt.datetime,
) -> None:
    """Insert the rows of a new run; a run without jobs, such as a MISSED one, gets one row."""
    history = database.history
    if history is None:
        return
    number = history.next_number(connection)
    table = database.tables.history_run
    connection.execute(sa.insert(table).values(run_id=run_id, run_number=number))
    jobs = {job.id: job for job in pipeline.jobs}
    for row in _tasks(database, connection, run_id):
        values = _job_values(row, pipeline.name, run_id, now) | _texts(jobs[row["job_id"]])
        history.put(connection, number, values)
    run = database.tables.run
    row = connection.execute(sa.select(run).where(run.c.run_id == run_id)).mappings().one()
    if row["state"] in {State.MISSED, State.SKIPPED}:
        details = {"missed_count": row["missed_count"], "reason": row["reason"]}
        values = _values(row, pipeline.name, pipeline.name, run_id, details, now)
        history.put(connection, number, values)


def record(
    database: Database,
    connection: sa.Connection,
    run_id: str,
    now: dt.datetime,
    job_ids: Sequence[str] | None = None,
) -> None:
    """Write the present state of jobs into their rows.

    Args:
        database: The store.
        connection: The transaction that changed the jobs.
        run_id: Of the run.
        now: The present moment.
        job_ids: The jobs that changed; None for all.
    """
    history = database.history
    if history is None or (job_ids is not None and not job_ids):
        return
    table, run = database.tables.history_run, database.tables.run
    query = (
        sa.select(table.c.run_number, run.c.pipeline_name)
        .join(run, run.c.run_id == table.c.run_id)
        .where(table.c.run_id == run_id)
    )
    known = connection.execute(query).first()
    if known is None:
        return  # a run from before the history was kept
    for row in _tasks(database, connection, run_id, job_ids):
        values = _job_values(row, known.pipeline_name, run_id, now)
        history.put(connection, known.run_number, values)


def _tasks(
    database: Database,
    connection: sa.Connection,
    run_id: str,
    job_ids: Sequence[str] | None = None,
) -> Sequence[sa.RowMapping]:
    task = database.tables.task
    query = sa.select(task).where(task.c.run_id == run_id)
    # More jobs are not named but read with all others of the run; rewriting a row changes nothing.
    if job_ids is not None and len(job_ids) <= _NAMES_MAX:
        query = query.where(task.c.job_id.in_(job_ids))
    return connection.execute(query).mappings().all()


def _job_values(row: sa.RowMapping, pipeline: str, run_id: str, now: dt.datetime) -> dict[str, Any]:
    job_id, attempts = row["job_id"], row["attempts"]
    values = _values(row, job_id, pipeline, run_id, {"attempts": attempts}, now)
    if State(row["state"]).is_failure:
        code = row["exit_code"]
        text = row["state"] if code is None else f"exit code {code}"
        values |= {"ERROR_CODE": fitting(text, CODE_BYTES)}
    return values | {"RETRY_COUNT": max(0, attempts - 1)}


def _values(
    row: sa.RowMapping,
    job_id: str,
    pipeline: str,
    run_id: str,
    details: dict[str, object],
    now: dt.datetime,
) -> dict[str, Any]:
    started, ended = row["started_at"], row["ended_at"]
    has_both = started is not None and ended is not None
    return {
        "ID": row_id(job_id),
        "STATUS": str(row["state"]),
        "APPLICATION_NAME": fitting(pipeline, 255),
        "LAST_RUN": utc(started or ended or now),
        "DURATION_SECONDS": round((ended - started).total_seconds(), 3) if has_both else None,
        "RUN_UUID": run_id,
        "STARTED_AT": utc(started),
        "ENDED_AT": utc(ended),
        "ERROR_CODE": None,
        "DETAILS": json.dumps({"v": 1, "job": job_id, "scheduler": pipeline, **details}),
    }


def _texts(job: Job) -> dict[str, str | None]:
    """Return what people read; values of the environment are in neither."""
    command = redact.redact(job.command)
    return {
        "DESCRIPTION": fitting(job.description, TEXT_BYTES) or None,
        "COMMAND": fitting(command, TEXT_BYTES) or None,
    }
