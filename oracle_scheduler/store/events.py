"""The outbox of notices: written with the change they tell of, sent later, until they are sent.

A notice that a run is late is written when the run begins, due at its deadline, and taken back
when the run ends before.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
import zoneinfo
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from oracle_scheduler.store.states import State

if TYPE_CHECKING:
    from oracle_scheduler.jobfile import Pipeline
    from oracle_scheduler.store.database import Database

PENDING = "PENDING"
SENT = "SENT"
LATE = "late"

_TAKEN_SECONDS = 120
"""Time after which a notice is tried again whose sender has died."""

_WAIT_MAX_SECONDS = 3_600.0
_BATCH = 50

_KINDS = {
    State.SUCCESS: "success",
    State.FAILED: "failure",
    State.MISSED: "missed",
}
"""Notice of each state that a run ends in."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice for one receiver.

    Attributes:
        event_id: The same in each attempt to send it.
        channel: `email` or `webhook`.
        receiver: Address, or URL with variables not yet filled in.
        content: What is told, as plain values.
        attempts: Attempts before.
    """

    event_id: str
    channel: str
    receiver: str
    content: dict[str, Any]
    attempts: int


def run_begins(
    database: Database,
    connection: sa.Connection,
    run_id: str,
    pipeline: Pipeline,
    now: dt.datetime,
) -> None:
    """Write the notice that a run is late, where its pipeline has a deadline."""
    if pipeline.deadline is None:
        return
    run = database.tables.run
    query = sa.select(run.c.scheduled_for).where(run.c.run_id == run_id)
    # From the time that the run is for: one that starts late has the same deadline.
    scheduled = connection.execute(query).scalar() or now
    due_at = deadline_after(pipeline.deadline, pipeline.schedule.timezone, scheduled)
    _write(database, connection, run_id, pipeline, LATE, due_at, now)


def deadline_after(deadline: dt.time, timezone: str, moment: dt.datetime) -> dt.datetime:
    """Return the first deadline behind a moment; one in the gap of spring is when the gap ends."""
    local = moment.astimezone(zoneinfo.ZoneInfo(timezone))
    due = dt.datetime.combine(local.date(), deadline, local.tzinfo)
    if due.astimezone(dt.UTC) <= moment:
        due = dt.datetime.combine(local.date() + dt.timedelta(days=1), deadline, local.tzinfo)
    return due.astimezone(dt.UTC)


def run_ends(
    database: Database,
    connection: sa.Connection,
    run_id: str,
    pipeline: Pipeline,
    state: State,
    now: dt.datetime,
) -> None:
    """Write the notice of a run's end, and take back that it is late."""
    disarm(database, connection, run_id, now)
    kind = _KINDS.get(state)
    if kind is not None:
        _write(database, connection, run_id, pipeline, kind, now, now)


def disarm(database: Database, connection: sa.Connection, run_id: str, now: dt.datetime) -> None:
    """Take back that a run is late, where it has ended before its deadline."""
    event = database.tables.event
    armed = (event.c.run_id == run_id, event.c.kind == LATE, event.c.state == PENDING)
    # Not one that is due or has been tried: its receiver knows of it, or is about to.
    connection.execute(sa.delete(event).where(*armed, event.c.attempts == 0, event.c.due_at > now))


def _write(
    database: Database,
    connection: sa.Connection,
    run_id: str,
    pipeline: Pipeline,
    kind: str,
    due_at: dt.datetime,
    now: dt.datetime,
) -> None:
    notify = pipeline.notify
    if kind not in notify.on:
        return
    receivers = [("email", address) for address in notify.email]
    receivers += [("webhook", notify.webhook)] if notify.webhook else []
    content = json.dumps(_content(database, connection, run_id, kind, due_at))
    for channel, receiver in receivers:
        # A run that is resumed ends again, and is told of again.
        name = f"{run_id} {kind} {now.isoformat()} {channel} {receiver}"
        values = {
            "event_id": str(uuid.uuid5(uuid.NAMESPACE_OID, name)),
            "run_id": run_id,
            "pipeline_name": pipeline.name,
            "kind": kind,
            "channel": channel,
            "receiver": receiver,
            "content": content,
            "state": PENDING,
            "due_at": due_at,
            "attempts": 0,
            "created_at": now,
        }
        connection.execute(sa.insert(database.tables.event).values(values))


def _content(
    database: Database,
    connection: sa.Connection,
    run_id: str,
    kind: str,
    due_at: dt.datetime,
) -> dict[str, object]:
    run, task = database.tables.run, database.tables.task
    row = connection.execute(sa.select(run).where(run.c.run_id == run_id)).mappings().one()
    columns = (task.c.job_id, task.c.state, task.c.attempts, task.c.exit_code, task.c.reason)
    query = sa.select(*columns).where(task.c.run_id == run_id).order_by(task.c.place)
    jobs = [] if kind == LATE else [dict(job) for job in connection.execute(query).mappings()]
    scheduled = row["scheduled_for"]
    return {
        "event": kind,
        "pipeline": row["pipeline_name"],
        "run_id": run_id,
        "state": row["state"],
        "reason": row["reason"],
        "missed_count": row["missed_count"],
        "scheduled_for": scheduled.isoformat() if scheduled else None,
        "deadline": due_at.isoformat() if kind == LATE else None,
        "jobs": jobs,
    }


def take_due(database: Database) -> list[Notice]:
    """Take the notices that are due; each is given to one caller until its time has passed."""

    def work(connection: sa.Connection) -> list[Notice]:
        event = database.tables.event
        due = (event.c.state == PENDING, event.c.due_at <= database.now_in_sql())
        query = sa.select(event).where(*due).order_by(event.c.due_at).limit(_BATCH)
        rows = connection.execute(query).mappings().all()
        if not rows:
            return []
        until = database.now(connection) + dt.timedelta(seconds=_TAKEN_SECONDS)
        taken = []
        for row in rows:
            # Compare and set instead of FOR UPDATE, which row limiting does not allow (ORA-02014).
            same = (event.c.event_id == row["event_id"], event.c.attempts == row["attempts"])
            # Counted before it is sent: a sender that dies while sending has made an attempt.
            values = {"attempts": row["attempts"] + 1, "due_at": until}
            if connection.execute(sa.update(event).where(*same).values(values)).rowcount == 1:
                content = json.loads(row["content"])
                columns = (row["event_id"], row["channel"], row["receiver"])
                taken.append(Notice(*columns, content, row["attempts"]))
        return taken

    return database.perform(work)


def sent(database: Database, notice: Notice) -> None:
    """Record that a notice was sent."""

    def work(connection: sa.Connection) -> None:
        event = database.tables.event
        values = {"state": SENT, "sent_at": database.now(connection), "reason": None}
        where = event.c.event_id == notice.event_id
        connection.execute(sa.update(event).where(where).values(values))

    database.perform(work)


def failed(database: Database, notice: Notice, reason: str) -> None:
    """Record why a notice could not be sent; it is sent later, at least once per hour."""

    def work(connection: sa.Connection) -> None:
        event = database.tables.event
        # The exponent has a limit of its own: a float ends at 2**1024.
        wait = min(_WAIT_MAX_SECONDS, 10.0 * 2 ** min(notice.attempts, 10))
        due_at = database.now(connection) + dt.timedelta(seconds=wait)
        where = event.c.event_id == notice.event_id
        values = {"due_at": due_at, "reason": reason[:1000]}
        connection.execute(sa.update(event).where(where).values(values))

    database.perform(work)
