"""The figures that the report shows, from runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_core.history import RunStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_core.history import RunRecord

STREAMS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class StreamFigures:
    """What a stream took, over the runs that have its figures."""

    stream: str
    runs: int
    rows: int
    seconds: float
    longest_seconds: float

    @property
    def rows_per_second(self) -> float:
        """Rows per second over all those runs."""
        return self.rows / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Summary:
    """The runs in numbers."""

    runs: int
    succeeded: int
    failed: int
    interrupted: int
    running: int
    rows: int
    median_seconds: float | None


def summary_of(runs: Sequence[RunRecord]) -> Summary:
    """Return the runs in numbers."""
    counts = Counter(run.status for run in runs)
    durations = sorted(run.duration_ms / 1000 for run in runs if run.duration_ms is not None)
    return Summary(
        runs=len(runs),
        succeeded=counts[RunStatus.SUCCESS],
        failed=counts[RunStatus.FAILED],
        interrupted=counts[RunStatus.INTERRUPTED],
        running=counts[RunStatus.RUNNING],
        rows=sum(run.totals.rows for run in runs),
        median_seconds=durations[len(durations) // 2] if durations else None,
    )


def failures_by_code(runs: Sequence[RunRecord]) -> list[tuple[str, int]]:
    """Return how often each code ended a run, the most frequent first."""
    codes = Counter(
        run.error.code if run.error else run.status.value
        for run in runs
        if run.status in {RunStatus.FAILED, RunStatus.INTERRUPTED}
    )
    return sorted(codes.items(), key=lambda item: (-item[1], item[0]))


def slowest_streams(runs: Sequence[RunRecord]) -> list[StreamFigures]:
    """Return the streams that took longest in a run, the slowest first."""
    by_stream: dict[str, list[tuple[int, float]]] = {}
    for run in runs:
        for name, stream in run.streams.items():
            by_stream.setdefault(name, []).append((stream.rows, stream.duration_ms / 1000))
    figures = [
        StreamFigures(
            stream=name,
            runs=len(moved),
            rows=sum(rows for rows, _ in moved),
            seconds=sum(seconds for _, seconds in moved),
            longest_seconds=max(seconds for _, seconds in moved),
        )
        for name, moved in by_stream.items()
    ]
    figures.sort(key=lambda stream: (-stream.longest_seconds, stream.stream))
    return figures[:STREAMS_SHOWN]
