"""Metrics of the newest run as a Prometheus text file, for node_exporter's textfile collector.

The file is written whole beside its place and renamed, so that a reader never sees half of it.
Stream is the widest label: no run ids, no statements, no values.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from oracle_core.history.model import RunStatus
from oracle_core.history.state_codec import read_time
from oracle_core.pool import usage
from oracle_core.telemetry.events import (
    BatchMoved,
    Event,
    Retried,
    RowsRefused,
    RunEnded,
    RunStarted,
    TableChanged,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from oracle_core.history.model import RunRecord

BUCKETS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Upper bounds of the histogram of batch durations, in seconds."""

_STATUSES = (RunStatus.RUNNING, RunStatus.SUCCESS, RunStatus.FAILED, RunStatus.INTERRUPTED)
"""Statuses that runs of the tap and the target come to."""

_LAST_SUCCESS = "oracle_pipeline_last_success_timestamp_seconds"


@dataclass
class _Durations:
    counts: list[int] = field(default_factory=lambda: [0] * len(BUCKETS))
    total: float = 0.0
    count: int = 0

    def add(self, seconds: float) -> None:
        self.total += seconds
        self.count += 1
        # Each bucket of Prometheus counts the values of all smaller ones too.
        for position, bound in enumerate(BUCKETS):
            if seconds <= bound:
                self.counts[position] += 1


class MetricsSink:
    """Collects the figures of a run and writes them when it starts and when it ends."""

    name = "metrics_file"

    def __init__(self, file: str | Path, *, application: str) -> None:
        """Keep the file's name.

        Args:
            file: Path of the file, ending in `.prom` for node_exporter.
            application: `tap-oracle` or `target-oracle`; the first part of the metrics' names.
        """
        self._file = Path(file)
        self._prefix = application.replace("-", "_")
        self._rows: Counter[tuple[str, str]] = Counter()
        self._bytes: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._retries: Counter[str] = Counter()
        self._durations: dict[tuple[str, str], _Durations] = {}
        self._changes: Counter[str] = Counter()
        self._run: RunRecord | None = None
        self._last_success = _read_last_success(self._file)

    def handle(self, event: Event) -> None:
        """Count what the event tells; the start and the end of a run write the file."""
        if isinstance(event, BatchMoved):
            self._rows[event.stream, event.operation] += event.rows
            self._bytes[event.stream] += event.bytes
            key = event.stream, event.operation
            self._durations.setdefault(key, _Durations()).add(event.seconds)
        elif isinstance(event, RowsRefused):
            self._refused[event.stream] += event.rows
        elif isinstance(event, TableChanged):
            # The rows of a LOAD are counted by the batches.
            if event.change != "LOAD":
                self._changes[event.change] += 1
        elif isinstance(event, Retried):
            self._retries[event.code] += 1
        elif isinstance(event, RunStarted):
            self._run = event.run
            self._write(())
        elif isinstance(event, RunEnded):
            self._run = event.run
            if event.run.status is RunStatus.SUCCESS and event.run.ended_at is not None:
                self._last_success[event.run.job] = event.run.ended_at.timestamp()
            self._write(event.bookmark_times)

    def close(self) -> None:
        """Do nothing: the end of the run has written the file."""

    def _write(self, bookmark_times: tuple[tuple[str, str], ...]) -> None:
        text = "".join(f"{line}\n" for line in self._lines(bookmark_times))
        # The name does not end in .prom, so that node_exporter passes over the unfinished file.
        beside = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        try:
            beside.write_text(text, encoding="utf-8")
            beside.replace(self._file)
        finally:
            beside.unlink(missing_ok=True)

    def _lines(self, bookmark_times: tuple[tuple[str, str], ...]) -> Iterator[str]:
        yield from self._run_lines()
        yield from self._stream_lines()
        yield from self._duration_lines()
        yield from self._pool_lines()
        name = f"{self._prefix}_retries_total"
        yield from _family(name, "counter", "Statements and log-ons tried again, by code")
        for code, count in sorted(self._retries.items()):
            yield f"{name}{_labels(code=code)} {count}"
        name = f"{self._prefix}_table_changes_total"
        yield from _family(name, "counter", "Definitions and rights changed, by kind")
        for change, count in sorted(self._changes.items()):
            yield f"{name}{_labels(change=change.lower())} {count}"
        name = f"{self._prefix}_bookmark_lag_seconds"
        yield from _family(name, "gauge", "Age of the newest value delivered")
        for stream, text in bookmark_times:
            moment = read_time(text)
            if moment is not None and self._run is not None and self._run.ended_at is not None:
                lag = (self._run.ended_at - moment).total_seconds()
                yield f"{name}{_labels(stream=stream)} {lag:.3f}"

    def _run_lines(self) -> Iterator[str]:
        name = f"{self._prefix}_build_info"
        yield from _family(name, "gauge", "Version of the program")
        yield f"{name}{_labels(version=_version())} 1"
        yield from _family(_LAST_SUCCESS, "gauge", "End of the last run that succeeded")
        for job, moment in sorted(self._last_success.items()):
            yield f"{_LAST_SUCCESS}{_labels(pipeline=job)} {moment:.3f}"
        run = self._run
        if run is None:
            return
        pipeline = _labels(pipeline=run.job)
        yield from _family("oracle_pipeline_run_status", "gauge", "1 for the newest run's status")
        for status in _STATUSES:
            labels = _labels(pipeline=run.job, status=status.value)
            yield f"oracle_pipeline_run_status{labels} {int(status is run.status)}"
        yield from _family("oracle_pipeline_run_start_timestamp_seconds", "gauge", "Its start")
        started = run.started_at.timestamp()
        yield f"oracle_pipeline_run_start_timestamp_seconds{pipeline} {started:.3f}"
        yield from _family("oracle_pipeline_run_retry_count", "gauge", "Failed runs before it")
        yield f"oracle_pipeline_run_retry_count{pipeline} {run.retry_count}"
        if run.duration_ms is not None:
            yield from _family("oracle_pipeline_run_duration_seconds", "gauge", "Its duration")
            seconds = run.duration_ms / 1000
            yield f"oracle_pipeline_run_duration_seconds{pipeline} {seconds:.3f}"

    def _stream_lines(self) -> Iterator[str]:
        streams = self._run.streams if self._run else {}
        is_tap = self._prefix.startswith("tap")
        name = f"{self._prefix}_{'records' if is_tap else 'rows'}_total"
        yield from _family(name, "counter", "Rows moved in the newest run")
        if self._rows:
            for (stream, operation), count in sorted(self._rows.items()):
                labels = _labels(stream=stream) if is_tap else None
                yield f"{name}{labels or _labels(stream=stream, operation=operation)} {count}"
        else:
            for stream, moved in sorted(streams.items()):
                yield f"{name}{_labels(stream=stream)} {moved.rows}"
        name = f"{self._prefix}_bytes_total"
        yield from _family(name, "counter", "Bytes moved in the newest run")
        sizes: Mapping[str, int] = self._bytes or {n: s.bytes for n, s in streams.items()}
        for stream, size in sorted(sizes.items()):
            yield f"{name}{_labels(stream=stream)} {size}"
        if not is_tap:
            name = f"{self._prefix}_refused_rows_total"
            yield from _family(name, "counter", "Rows put into tables of errors in the newest run")
            for stream, count in sorted(self._refused.items()):
                yield f"{name}{_labels(stream=stream)} {count}"

    def _pool_lines(self) -> Iterator[str]:
        used = usage()
        for name, kind, text, value in (
            ("sessions_max", "gauge", "Most sessions of the pool open at a time", used.opened_max),
            ("busy_max", "gauge", "Most sessions of the pool in use at a time", used.busy_max),
            ("acquired_total", "counter", "Sessions taken from the pool", used.acquired),
            ("replaced_total", "counter", "Sessions that came back dead", used.replaced),
            ("waits_total", "counter", "Waits because every session was in use", used.waits),
            ("wait_seconds_total", "counter", "Time until sessions were there", used.wait_seconds),
        ):
            yield from _family(f"{self._prefix}_pool_{name}", kind, text)
            yield f"{self._prefix}_pool_{name} {value:.10g}"

    def _duration_lines(self) -> Iterator[str]:
        name = f"{self._prefix}_batch_duration_seconds"
        yield from _family(name, "histogram", "Time that a batch took")
        for (stream, operation), durations in sorted(self._durations.items()):
            labels = {"stream": stream, "operation": operation}
            for bound, count in zip(BUCKETS, durations.counts, strict=True):
                yield f"{name}_bucket{_labels(**labels, le=str(bound))} {count}"
            yield f"{name}_bucket{_labels(**labels, le='+Inf')} {durations.count}"
            yield f"{name}_sum{_labels(**labels)} {durations.total:.6f}"
            yield f"{name}_count{_labels(**labels)} {durations.count}"


def _family(name: str, kind: str, text: str) -> Iterator[str]:
    yield f"# HELP {name} {text}."
    yield f"# TYPE {name} {kind}"


def _labels(**labels: str) -> str:
    """Return labels as the text format writes them; backslash, quote and newline are escaped."""
    written = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{written}}}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _unescaped(value: str) -> str:
    # In one pass: the second backslash of a pair does not begin another escape.
    return re.sub(r"\\([\\\"n])", lambda escape: "\n" if escape[1] == "n" else escape[1], value)


def _version() -> str:
    try:
        return metadata.version("singer-oracle")
    except metadata.PackageNotFoundError:
        return "unknown"


def _read_last_success(file: Path) -> dict[str, float]:
    """Return the last successes of the file that the previous run wrote: alerts stand on them."""
    start = f'{_LAST_SUCCESS}{{pipeline="'
    known: dict[str, float] = {}
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return known
    for line in lines:
        if line.startswith(start):
            # From the right: the name of a job may hold a quote and a brace itself.
            job, _, value = line.removeprefix(start).rpartition('"} ')
            try:
                known[_unescaped(job)] = float(value)
            except ValueError:
                continue
    return known
