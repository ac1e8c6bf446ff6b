"""The tables of the scheduler.

Names begin with a prefix that the operator chooses. Texts that may be long are CLOBs; those that
take part in keys have at most 191 characters, so that an index of AL32UTF8 holds them.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from oracle_scheduler.store.moments import UtcMoment

DEFAULT_PREFIX = "sched_"

# SQLAlchemy makes VARCHAR2(191 CHAR): 764 bytes at most, an index key in any block (ORA-01450).
NAME = sa.String(191)
UUID = sa.String(36)
STATE = sa.String(20)
REASON = sa.String(1000)
KEY = sa.String(500)


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables under one prefix."""

    metadata: sa.MetaData
    pipeline: sa.Table
    trigger: sa.Table
    run: sa.Table
    task: sa.Table
    attempt: sa.Table
    output: sa.Table
    queue: sa.Table
    lease: sa.Table
    node: sa.Table
    token: sa.Table
    event: sa.Table
    history_run: sa.Table
    version: sa.Table


def tables(prefix: str = DEFAULT_PREFIX, schema: str | None = None) -> Tables:
    """Return the tables.

    Args:
        prefix: First part of each table's name, letters, digits and `_`.
        schema: Schema of the tables; None: that of the user.
    """
    metadata = sa.MetaData(schema=schema)
    return Tables(
        metadata=metadata,
        pipeline=_pipeline(metadata, prefix),
        trigger=_trigger(metadata, prefix),
        run=_run(metadata, prefix),
        task=_task(metadata, prefix),
        attempt=_attempt(metadata, prefix),
        output=_output(metadata, prefix),
        queue=_queue(metadata, prefix),
        lease=_lease(metadata, prefix),
        node=_node(metadata, prefix),
        token=_token(metadata, prefix),
        event=_event(metadata, prefix),
        history_run=_history_run(metadata, prefix),
        version=_version(metadata, prefix),
    )


def _pipeline(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}pipeline",
        metadata,
        sa.Column("name", NAME, primary_key=True),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("source", KEY),
        # An integer: Oracle has BOOLEAN columns since 23ai only.
        sa.Column("is_paused", sa.Integer, nullable=False),
        sa.Column("updated_at", UtcMoment, nullable=False),
    )


def _trigger(metadata: sa.MetaData, prefix: str) -> sa.Table:
    """Return the table of times; `version` is compared by whoever moves `next_time`."""
    return sa.Table(
        f"{prefix}trigger",
        metadata,
        sa.Column("pipeline_name", NAME, primary_key=True),
        sa.Column("schedule_digest", sa.String(64), nullable=False),
        sa.Column("next_time", UtcMoment, index=True),
        sa.Column("version", sa.Integer, nullable=False),
    )


def _run(metadata: sa.MetaData, prefix: str) -> sa.Table:
    """Return the table of runs; `fire_key` makes one run of one time, whoever fires it."""
    return sa.Table(
        f"{prefix}run",
        metadata,
        sa.Column("run_id", UUID, primary_key=True),
        # The guard behind all locks: ORA-00001 for the second run of a time.
        sa.Column("fire_key", KEY, nullable=False, unique=True),
        sa.Column("pipeline_name", NAME, nullable=False, index=True),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("env", sa.Text),
        sa.Column("scheduled_for", UtcMoment),
        sa.Column("state", STATE, nullable=False, index=True),
        sa.Column("reason", REASON),
        sa.Column("missed_count", sa.Integer, nullable=False),
        sa.Column("max_workers", sa.Integer, nullable=False),
        sa.Column("created_at", UtcMoment, nullable=False),
        sa.Column("started_at", UtcMoment),
        sa.Column("ended_at", UtcMoment),
    )


def _task(metadata: sa.MetaData, prefix: str) -> sa.Table:
    """Return the table of jobs in runs; `token` is that of the worker that has claimed it."""
    return sa.Table(
        f"{prefix}task",
        metadata,
        sa.Column("run_id", UUID, primary_key=True),
        sa.Column("job_id", NAME, primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("queue_name", NAME, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("ready_at", UtcMoment),
        sa.Column("attempts", sa.Integer, nullable=False),
        # NULL in both unless a job runs, and NULL is in no index of Oracle: heartbeats and the look
        # for what runs read the few rows that count, however many runs are kept.
        sa.Column("token", UUID, index=True),
        sa.Column("node_id", UUID),
        sa.Column("lease_until", UtcMoment, index=True),
        sa.Column("concurrency_key", KEY),
        sa.Column("started_at", UtcMoment),
        sa.Column("ended_at", UtcMoment),
        sa.Column("exit_code", sa.Integer),
        sa.Column("reason", REASON),
        # For the poll of every worker (`reading.has_ready`).
        sa.Index(f"{prefix}task_ready", "queue_name", "state", "ready_at"),
    )


def _event(metadata: sa.MetaData, prefix: str) -> sa.Table:
    """Return the outbox: one row per notice and receiver, kept until it is pruned."""
    return sa.Table(
        f"{prefix}event",
        metadata,
        sa.Column("event_id", UUID, primary_key=True),
        sa.Column("run_id", UUID, nullable=False, index=True),
        sa.Column("pipeline_name", NAME, nullable=False),
        sa.Column("kind", STATE, nullable=False),
        sa.Column("channel", STATE, nullable=False),
        sa.Column("receiver", KEY, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("due_at", UtcMoment, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", UtcMoment, nullable=False),
        sa.Column("sent_at", UtcMoment),
        sa.Column("reason", REASON),
        sa.Index(f"{prefix}event_due", "state", "due_at"),
    )


def _attempt(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}attempt",
        metadata,
        sa.Column("run_id", UUID, primary_key=True),
        sa.Column("job_id", NAME, primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True),
        sa.Column("token", UUID, nullable=False, index=True),
        sa.Column("node_id", UUID, nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("started_at", UtcMoment, nullable=False),
        sa.Column("ended_at", UtcMoment),
        sa.Column("exit_code", sa.Integer),
        sa.Column("reason", REASON),
    )


def _output(metadata: sa.MetaData, prefix: str) -> sa.Table:
    """Return the table of what jobs wrote: the head and the tail of each attempt."""
    return sa.Table(
        f"{prefix}output",
        metadata,
        sa.Column("run_id", UUID, primary_key=True),
        sa.Column("job_id", NAME, primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True),
        sa.Column("head", sa.Text),
        sa.Column("tail", sa.Text),
        sa.Column("byte_count", sa.BigInteger, nullable=False),
        sa.Column("is_complete", sa.Integer, nullable=False),
    )


def _queue(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}queue",
        metadata,
        sa.Column("name", NAME, primary_key=True),
        sa.Column("slots", sa.Integer, nullable=False),
        sa.Column("claims", sa.Integer, nullable=False),
    )


def _lease(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}lease",
        metadata,
        sa.Column("name", NAME, primary_key=True),
        sa.Column("owner", UUID),
        sa.Column("held_until", UtcMoment, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )


def _node(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}node",
        metadata,
        sa.Column("node_id", UUID, primary_key=True),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("roles", sa.String(100), nullable=False),
        sa.Column("started_at", UtcMoment, nullable=False),
        sa.Column("seen_at", UtcMoment, nullable=False),
    )


def _token(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}token",
        metadata,
        sa.Column("name", NAME, primary_key=True),
        # SHA-256 in hexadecimal.
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("scope", sa.String(20), nullable=False),
        sa.Column("created_at", UtcMoment, nullable=False),
    )


def _history_run(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}history_run",
        metadata,
        sa.Column("run_id", UUID, primary_key=True),
        sa.Column("run_number", sa.BigInteger, nullable=False),
    )


def _version(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}version",
        metadata,
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("applied_at", UtcMoment, nullable=False),
    )
