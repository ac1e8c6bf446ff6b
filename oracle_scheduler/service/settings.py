"""The settings of a running service."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from oracle_scheduler.child.command import Meltano
from oracle_scheduler.hints.backends import Hints, MemoryHints
from oracle_scheduler.jobfile.model import DEFAULT_QUEUE
from oracle_scheduler.notices.channels import SmtpSettings


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """How a process of the service behaves; times in seconds.

    Attributes:
        jobs_dir: Folder of job files; None for pipelines that are registered otherwise.
        spool: Folder of outputs and results on this machine.
        queues: Queues from which this process takes jobs.
        slots: Jobs that this process runs at the same time.
        lease_seconds: How long a claim or the leadership holds without a heartbeat.
        max_clock_skew_seconds: Difference to the database's clock above which this process does
            not lead.
        hints: What shortens the wait of workers.
        smtp: Server that takes e-mail.
        keep_days: Age after which ended runs, their output and their notices are deleted.
    """

    jobs_dir: Path | None = None
    spool: Path = Path(".oracle-scheduler")
    queues: tuple[str, ...] = (DEFAULT_QUEUE,)
    slots: int = 4
    poll_seconds: float = 1.0
    lease_seconds: float = 30.0
    max_clock_skew_seconds: float = 5.0
    stop_grace_seconds: float = 30.0
    meltano: Meltano = field(default_factory=Meltano)
    smtp: SmtpSettings = field(default_factory=SmtpSettings)
    keep_days: float = 90.0
    hints: Hints = field(default_factory=MemoryHints)
    roles: frozenset[str] = frozenset({"scheduler", "worker"})
