"""The states of runs and of their jobs."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """How a run, a job of a run or an attempt stands; the statuses of JOB_HISTORY."""

    WAITING = "WAITING"
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    RETRYING = "RETRYING"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    TIMEOUT = "TIMEOUT"
    INTERRUPTED = "INTERRUPTED"
    SKIPPED = "SKIPPED"
    CANCELLED = "CANCELLED"
    MISSED = "MISSED"

    @property
    def is_final(self) -> bool:
        """Whether nothing follows."""
        return self not in ACTIVE

    @property
    def is_failure(self) -> bool:
        """Whether the state counts as a failure for the jobs that come after."""
        return self in {State.FAILED, State.TIMEOUT, State.INTERRUPTED}


ACTIVE = frozenset({State.WAITING, State.QUEUED, State.RUNNING, State.RETRYING})
"""States that something follows."""

CLAIMABLE = (State.QUEUED, State.RETRYING)
"""States from which a worker takes a job once its time has come."""
