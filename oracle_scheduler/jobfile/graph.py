"""The order of a pipeline's jobs, and the chain of jobs that decides how long it takes."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from oracle_scheduler.jobfile.model import Job


def cycle(jobs: Iterable[Job]) -> tuple[str, ...] | None:
    """Return the ids of jobs that wait for each other, or None if none do.

    The first id stands at the end again. Dependencies on unknown jobs are ignored.
    """
    known = {job.id: job for job in jobs}
    # Unknown names are left out: TopologicalSorter would add them as nodes, and they are reported
    # by themselves.
    edges = {job.id: [name for name in job.dependencies if name in known] for job in known.values()}
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return tuple(error.args[1])
    return None


def ordered(jobs: Iterable[Job]) -> tuple[Job, ...]:
    """Return the jobs so that each comes after its dependencies.

    Jobs that do not depend on each other keep the order of the file. The graph has no cycle.
    """
    remaining = list(jobs)
    done: set[str] = set()
    result: list[Job] = []
    while remaining:
        ready = next(job for job in remaining if done.issuperset(job.dependencies))
        remaining.remove(ready)
        done.add(ready.id)
        result.append(ready)
    return tuple(result)


def critical_path(
    jobs: Iterable[Job], seconds: Callable[[Job], float]
) -> tuple[tuple[Job, ...], float]:
    """Return the chain of dependent jobs that takes longest, and its length in seconds.

    Args:
        jobs: Jobs of one pipeline, without a cycle.
        seconds: Returns the expected duration of a job.
    """
    longest: dict[str, tuple[float, tuple[Job, ...]]] = {}
    for job in ordered(jobs):
        before = max(
            (longest[name] for name in job.dependencies),
            key=lambda chain: chain[0],
            default=(0.0, ()),
        )
        longest[job.id] = (before[0] + seconds(job), (*before[1], job))
    length, chain = max(longest.values(), key=lambda entry: entry[0], default=(0.0, ()))
    return chain, length
