"""From a time that has come to a run: both the run and the next time, in one transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from oracle_core.history import time_ordered_id
from oracle_scheduler.calendar.schedules import due
from oracle_scheduler.jobfile import Overlap
from oracle_scheduler.store import events, history
from oracle_scheduler.store.definitions import definition
from oracle_scheduler.store.progress import PASSED_OVER, advance, cancel_run
from oracle_scheduler.store.states import ACTIVE, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from oracle_scheduler.jobfile import Job
    from oracle_scheduler.store.database import Database
    from oracle_scheduler.store.definitions import Definition


KEY_PATTERN = r"^[!-~]+$"
"""What a client's key consists of: without blanks, so that it cannot look like a part of a name."""

KEY_LENGTH_MAX = 200

RUNS_MAX = 20
"""Runs that one transaction makes: it holds the pipeline, whose jobs may end meanwhile."""

_DIGEST_LENGTH = 15
"""Hexadecimal digits; 31 of them and the spaces between fill the column of the key."""


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to be made.

    Attributes:
        fire_key: Unique for ever: a second run of the same key is not made.
        scheduled_for: The time that it is for; None for one started by hand.
        env: Variables added to those of the pipeline.
        skip: Jobs that are passed over as if they had succeeded.
        place: Position among runs that are made at the same moment; they begin in this order.
    """

    fire_key: str
    scheduled_for: dt.datetime | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    skip: frozenset[str] = frozenset()
    place: int = 0


def fire(database: Database, name: str) -> tuple[str, ...]:
    """Make the runs of a pipeline whose times have come, and move its next time behind them.

    Args:
        database: The store.
        name: Of the pipeline.

    Returns:
        The ids of the runs made; empty where nothing is due, another process was faster, or the
        pipeline is paused. Where there are `RUNS_MAX`, more may be due.

    Raises:
        ConfigurationError: If the pipeline is not known.
    """

    def work(connection: sa.Connection) -> tuple[str, ...]:
        known = definition(database, connection, name)
        trigger = database.tables.trigger
        row = database.find_and_lock(connection, trigger, trigger.c.pipeline_name == name)
        now = database.now(connection)
        # Asked again under the lock: another process may have fired since the time was found due.
        if known.is_paused or row is None or row["next_time"] is None or row["next_time"] > now:
            return ()
        times = due(known.pipeline, row["next_time"], now)
        # Those that are missed are older than all that are run.
        chosen, later = times.run[:RUNS_MAX], times.run[RUNS_MAX:]
        made = [insert_run(database, connection, known, new, now) for new in runs_of(name, chosen)]
        if times.missed:
            _insert_missed(database, connection, known, times.missed, now)
        # In the transaction of the runs: APScheduler moves the time apart from the start, and loses
        # or repeats a run where it ends in between.
        statement = sa.update(trigger).where(trigger.c.pipeline_name == name)
        next_time = later[0] if later else times.next_time
        values = {"next_time": next_time, "version": row["version"] + 1}
        connection.execute(statement.values(values))
        return tuple(run_id for run_id in made if run_id is not None)

    return database.perform(work)


def runs_of(name: str, moments: Iterable[dt.datetime]) -> Iterator[NewRun]:
    """Yield the runs of times, which begin in the order of the times."""
    for place, moment in enumerate(moments):
        yield NewRun(fire_key(name, moment), moment, place=place)


def fire_key(name: str, moment: dt.datetime) -> str:
    """Return the key of the one run of a time, which is the same in whatever zone it is given."""
    # The store gives a time in UTC, the calendar the ones after it in the zone of the pipeline.
    return f"{name}@{moment.astimezone(dt.UTC).isoformat()}"


def request_key(name: str, key: str | None) -> str:
    """Return the key of a run by request, which is never that of a scheduled time.

    Args:
        name: Of the pipeline.
        key: The client's, see `KEY_PATTERN`; None for a run that no other request shares.
    """
    # With the name: keys of clients are unique for one pipeline only.
    return f"request {name} {key or uuid.uuid4()}"


def start(database: Database, name: str, new: NewRun) -> tuple[str, bool]:
    """Make a run by hand.

    Returns:
        The id of the run, and whether it was made now: a key that is known gives the run it has.

    Raises:
        ConfigurationError: If the pipeline is not known.
    """

    def work(connection: sa.Connection) -> tuple[str, bool]:
        known = definition(database, connection, name)
        now = database.now(connection)
        run_id = insert_run(database, connection, known, new, now)
        if run_id is not None:
            return run_id, True
        run = database.tables.run
        query = sa.select(run.c.run_id).where(run.c.fire_key == new.fire_key)
        return str(connection.execute(query).scalar_one()), False

    return database.perform(work)


def insert_run(
    database: Database,
    connection: sa.Connection,
    known: Definition,
    new: NewRun,
    now: dt.datetime,
) -> str | None:
    """Insert a run with its jobs, as the pipeline's rule for overlaps says.

    The caller holds the pipeline's row.

    Returns:
        The id of the run; None where the key has a run already.
    """
    run = database.tables.run
    # Asked, not inserted and caught (ORA-00001): before the INSERT the rule for overlaps may cancel
    # runs. The unique key stays the guard.
    taken = sa.select(run.c.run_id).where(run.c.fire_key == new.fire_key)
    if connection.execute(taken).first() is not None:
        return None
    pipeline = known.pipeline
    active = _active_runs(database, connection, pipeline.name)
    is_full = len(active) >= pipeline.max_active_runs
    if is_full and pipeline.overlap is Overlap.CANCEL:
        for run_id in active:
            cancel_run(database, connection, run_id, "a newer run replaces it", now)
        is_full = False
    is_skipped = is_full and pipeline.overlap is Overlap.SKIP
    state = State.SKIPPED if is_skipped else State.WAITING
    reason = f"{len(active)} runs are active" if is_skipped else None
    run_id = _insert(database, connection, known, new, now, state, reason)
    if not is_skipped:
        _insert_tasks(database, connection, known, run_id, new.skip, now)
        events.run_begins(database, connection, run_id, pipeline, now)
    # Before `advance`, whose changes of state are recorded in the rows that this inserts.
    history.begin(database, connection, run_id, pipeline, now)
    if not is_full:
        advance(database, connection, run_id, pipeline, now)
    return run_id


def _insert(
    database: Database,
    connection: sa.Connection,
    known: Definition,
    new: NewRun,
    now: dt.datetime,
    state: State,
    reason: str | None,
    missed_count: int = 0,
) -> str:
    # Ids of one millisecond are in no order, and waiting runs begin in the order of their ids.
    run_id = time_ordered_id(now + dt.timedelta(milliseconds=new.place))
    values = {
        "run_id": run_id,
        "fire_key": new.fire_key,
        "pipeline_name": known.pipeline.name,
        # The run keeps the text: it goes on as it began when the job file changes.
        "definition": known.text,
        "env": json.dumps(dict(new.env)) if new.env else None,
        "scheduled_for": new.scheduled_for,
        "state": state,
        "reason": reason,
        "missed_count": missed_count,
        "max_workers": known.pipeline.max_workers,
        "created_at": now,
        "ended_at": now if state.is_final else None,
    }
    connection.execute(sa.insert(database.tables.run).values(values))
    return run_id


def _insert_missed(
    database: Database,
    connection: sa.Connection,
    known: Definition,
    missed: tuple[dt.datetime, ...],
    now: dt.datetime,
) -> None:
    """Record times that are not run as one row with their number."""
    name = known.pipeline.name
    first, last = (moment.astimezone(dt.UTC).isoformat() for moment in (missed[0], missed[-1]))
    reason = f"{len(missed)} times from {first} to {last}"
    new = NewRun(f"{fire_key(name, missed[0])}+{len(missed)} missed", missed[-1])
    run_id = _insert(database, connection, known, new, now, State.MISSED, reason, len(missed))
    history.begin(database, connection, run_id, known.pipeline, now)
    events.run_ends(database, connection, run_id, known.pipeline, State.MISSED, now)


def _active_runs(database: Database, connection: sa.Connection, name: str) -> list[str]:
    run = database.tables.run
    query = (
        sa.select(run.c.run_id)
        .where(run.c.pipeline_name == name, run.c.state.in_(sorted(ACTIVE)))
        # Ids are in the order of time (UUID version 7).
        .order_by(run.c.run_id)
    )
    return [row.run_id for row in connection.execute(query)]


def _insert_tasks(
    database: Database,
    connection: sa.Connection,
    known: Definition,
    run_id: str,
    skip: frozenset[str],
    now: dt.datetime,
) -> None:
    rows = []
    for place, job in enumerate(known.pipeline.jobs):
        is_skipped = job.id in skip
        rows.append(
            {
                "run_id": run_id,
                "job_id": job.id,
                "place": place,
                "state": State.SKIPPED if is_skipped else State.WAITING,
                "queue_name": job.queue,
                "priority": job.priority,
                "attempts": 0,
                "reason": PASSED_OVER if is_skipped else None,
                "ended_at": now if is_skipped else None,
                "concurrency_key": concurrency_key(job) if job.kind == "meltano" else None,
            }
        )
    # One statement with an array of binds, not a round trip per job.
    connection.execute(sa.insert(database.tables.task), rows)


def concurrency_key(job: Job) -> str:
    """Return what Meltano jobs share that must not meet: the ids of their states.

    Environment and name of the Meltano job stand among them, so that a job that does not name its
    states does not meet itself either. Digests, so that all of them fit into the column.
    """
    names = [*job.state_ids, f"meltano:{job.meltano_environment or ''}:{job.command}"]
    return " ".join(hashlib.sha256(name.encode()).hexdigest()[:_DIGEST_LENGTH] for name in names)
