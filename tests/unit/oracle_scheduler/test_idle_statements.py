"""A service that has nothing to do sends at most two statements per second."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from typing import TYPE_CHECKING

import sqlalchemy as sa

from oracle_scheduler.jobfile import pipeline_of
from oracle_scheduler.notices.sender import Sender
from oracle_scheduler.service import process
from oracle_scheduler.service.leadership import Leadership
from oracle_scheduler.service.settings import ServiceSettings
from oracle_scheduler.service.worker import Worker
from oracle_scheduler.store import claims, definitions, nodes
from oracle_scheduler.store.database import Database, sqlite_engine
from oracle_scheduler.store.migrations import migrate
from oracle_scheduler.triggers.service import firing_scheduler

if TYPE_CHECKING:
    from pathlib import Path

NIGHTLY = 'application_name: night\nschedule: "@yearly"\njobs: [{id: a, command: a}]\n'


def test_an_idle_process_sends_at_most_two_statements_per_second(tmp_path: Path) -> None:
    database = Database(sqlite_engine(tmp_path / "store.db"))
    migrate(database)
    definitions.register(database, pipeline_of(NIGHTLY, "night.yml"), NIGHTLY)
    settings = ServiceSettings(spool=tmp_path / "spool")
    claims.set_slots(database, "default", settings.slots)
    node_id = str(uuid.uuid4())
    nodes.register(database, node_id, settings.roles)
    leadership = Leadership(database, node_id, settings)
    leadership._beat()
    worker = Worker(database, node_id, settings)
    scheduler = firing_scheduler(
        database, is_leader=leadership.is_leader, poll_seconds=settings.poll_seconds
    )
    scheduler.start(paused=True)
    sender = Sender(database, {}, is_leader=leadership.is_leader, poll_seconds=60)
    counts: Counter[str] = Counter()
    part = ""

    @sa.event.listens_for(database.engine, "before_cursor_execute")
    def _count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        counts[part] += not statement.startswith("BEGIN")  # which Oracle has none of

    part = "leadership"
    leadership._beat()
    # The moment of the clock's comparison is a statement on Oracle; SQLite has no clock of its own.
    counts[part] += 1
    part = "times"
    times = scheduler._lookup_jobstore("pipelines")
    now = dt.datetime.now(dt.UTC)
    assert times.get_due_jobs(now) == []
    wait = (times.get_next_run_time() - now).total_seconds()
    part = "worker"
    worker.step()
    part = "notices"
    sender.send_due()
    part = "node"
    nodes.heartbeat(database, node_id)
    scheduler.shutdown()
    database.close()

    beat, polls = settings.lease_seconds / 3, process._POLLS_PER_NODE_HEARTBEAT
    per_second = (
        counts["leadership"] / beat
        + counts["times"] / wait
        + counts["worker"] / settings.poll_seconds
        + counts["notices"] / process._NOTICE_SECONDS
        + counts["node"] / (polls * settings.poll_seconds)
    )
    assert min(counts.values()) > 0
    assert per_second <= 2, dict(counts)
