"""The run that this process is busy with, for logs and for V$SESSION.

A process runs one pipeline, therefore this is a variable of the process. Worker processes set it
again from what they are given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class RunContext:
    """Which run this is.

    Attributes:
        run_id: Key of the run in the state and in JOB_HISTORY.
        job_id: The job.
        stream: The stream at work, where there is one at a time.
    """

    run_id: str | None = None
    job_id: str | None = None
    stream: str | None = None


_current = RunContext()


def current() -> RunContext:
    """Return the run of this process."""
    return _current


def set_run(run_id: str | None, job_id: str | None) -> None:
    """Set the run of this process."""
    global _current  # noqa: PLW0603 - one run per process
    _current = RunContext(run_id, job_id)


def set_stream(stream: str | None) -> None:
    """Set the stream at work."""
    global _current  # noqa: PLW0603 - one run per process
    _current = replace(_current, stream=stream)
