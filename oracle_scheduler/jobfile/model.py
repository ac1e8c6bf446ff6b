"""What a job file says, as frozen facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

DEFAULT_TIMEOUT_SECONDS = 10_800.0
DEFAULT_TIMEZONE = "UTC"
DEFAULT_QUEUE = "default"


class JobKind(StrEnum):
    """How the command of a job is made."""

    COMMAND = "command"
    SHELL = "shell"
    PYTHON = "python"
    MELTANO = "meltano"


class TriggerRule(StrEnum):
    """What the jobs that a job depends on must have come to before it starts."""

    ALL_SUCCESS = "all_success"
    ALL_DONE = "all_done"
    ALL_FAILED = "all_failed"
    ONE_SUCCESS = "one_success"
    ONE_FAILED = "one_failed"
    NONE_FAILED = "none_failed"


class Overlap(StrEnum):
    """What happens to a new run while `max_active_runs` runs are active."""

    SKIP = "skip"
    QUEUE = "queue"
    CANCEL = "cancel"


class CatchUp(StrEnum):
    """Which times that passed while nothing was running become runs."""

    NONE = "none"
    LATEST = "latest"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a pipeline runs; all parts empty for one that is only started by hand.

    Attributes:
        cron: Five fields as Debian's cron reads them.
        interval_seconds: Seconds between two runs.
        at: One moment, RFC 3339.
        timezone: Name of the zone in which `cron` and an `at` without offset are read.
    """

    cron: str | None = None
    interval_seconds: float | None = None
    at: str | None = None
    timezone: str = DEFAULT_TIMEZONE

    @property
    def is_manual(self) -> bool:
        """Whether the pipeline has no times of its own."""
        return self.cron is None and self.interval_seconds is None and self.at is None


@dataclass(frozen=True, slots=True)
class Retry:
    """When a job that failed is started again.

    Attributes:
        max_retries: Attempts after the first.
        delay_seconds: Wait before the first retry.
        backoff: Factor by which each further wait grows.
        jitter: Share of the wait by which it varies at random, 0 to 1.
        max_time_seconds: No retry starts later than this after the first attempt; None: no limit.
        on_exit_codes: Exit codes that are retried; empty: all.
        on_status: Statuses that are retried besides FAILED.
    """

    max_retries: int = 0
    delay_seconds: float = 30.0
    backoff: float = 1.0
    jitter: float = 0.0
    max_time_seconds: float | None = None
    on_exit_codes: tuple[int, ...] = ()
    on_status: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """What is looked at before or after a command; names and parameters as Executioner has them."""

    name: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Notify:
    """Who is told of what.

    Attributes:
        on: Of success, failure, missed, late.
        email: Addresses.
        webhook: URL, in which `${NAME}` stands for a variable of the service.
    """

    on: tuple[str, ...] = ()
    email: tuple[str, ...] = ()
    webhook: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One job of a pipeline.

    Attributes:
        id: Unique in the pipeline.
        kind: How the command is made.
        command: Text of a COMMAND or SHELL job; name of the Meltano job for MELTANO; `module:name`
            for PYTHON.
        arguments: Positional and named arguments of a PYTHON job.
        meltano_environment: Meltano environment of a MELTANO job.
        timeout_seconds: Longest time of one attempt.
        dependencies: Ids of jobs that come before.
        env: Environment variables of this job.
        retry_interrupted: Whether an attempt that was lost with its worker is started again.
        state_ids: Of a MELTANO job: ids of the states it writes; jobs that share one do not meet.
        pre_checks: What has to hold before the command starts.
        post_checks: What has to hold after it succeeded.
    """

    id: str
    kind: JobKind
    command: str
    description: str = ""
    arguments: tuple[object, ...] = ()
    keyword_arguments: Mapping[str, object] = field(default_factory=dict)
    meltano_environment: str | None = None
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    dependencies: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    retry: Retry = Retry()
    trigger_rule: TriggerRule = TriggerRule.ALL_SUCCESS
    queue: str = DEFAULT_QUEUE
    priority: int = 0
    retry_interrupted: bool = False
    state_ids: tuple[str, ...] = ()
    pre_checks: tuple[Check, ...] = ()
    post_checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One job file.

    Attributes:
        name: `application_name`; unique in a store.
        jobs: In the order of the file.
        max_workers: Jobs of one run that run at the same time.
        catch_up_window_seconds: Times older than this become MISSED; None: no limit.
        catch_up_max: Times that CatchUp.ALL turns into runs at once; the oldest beyond it become
            MISSED.
        inherit_env: Variables taken over from the service's own environment; None: all.
        secret_env: Variables whose values are removed from output before it is stored.
        notify: Who is told of what.
        deadline: Time of day, in the zone of the schedule, until which a run has to have ended.
    """

    name: str
    jobs: tuple[Job, ...]
    schedule: Schedule = Schedule()
    description: str = ""
    # One run for all that passed: what users of other schedulers ask for (cronicle issue 263, dagu
    # issue 1180).
    catch_up: CatchUp = CatchUp.LATEST
    catch_up_window_seconds: float | None = None
    catch_up_max: int = 100
    max_active_runs: int = 1
    overlap: Overlap = Overlap.QUEUE
    max_workers: int = 1
    env: Mapping[str, str] = field(default_factory=dict)
    inherit_env: tuple[str, ...] | None = None
    secret_env: tuple[str, ...] = ()
    notify: Notify = Notify()
    deadline: dt.time | None = None
    source: str = ""

    def job(self, job_id: str) -> Job:
        """Return a job by its id.

        Raises:
            KeyError: If the pipeline has no such job.
        """
        for job in self.jobs:
            if job.id == job_id:
                return job
        raise KeyError(job_id)
