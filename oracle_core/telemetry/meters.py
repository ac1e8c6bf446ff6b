"""The sink that sends metrics by OTLP; needs the extra `otel`.

The names are those of the semantic conventions where they have one. Stream is the widest label.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource

from oracle_core.history.state_codec import read_time
from oracle_core.pool import usage
from oracle_core.telemetry.events import BatchMoved, Event, Retried, RunEnded, TableChanged

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricReader

CLOSE_MS = 5_000
"""How long the end of a run waits for a collector that does not answer."""


class MeterSink:
    """Counts what a run moves and sends it every minute and at the end."""

    name = "opentelemetry"

    def __init__(self, *, application: str, reader: MetricReader | None = None) -> None:
        """Make a provider of its own, so that no other one in the process is replaced.

        Args:
            application: Name of the service.
            reader: Collects the metrics; by default they go out by OTLP.
        """
        self.provider = MeterProvider(
            [reader or PeriodicExportingMetricReader(OTLPMetricExporter())],
            Resource.create({"service.name": application}),
        )
        meter = self.provider.get_meter("singer-oracle")
        self._rows = meter.create_counter("singer.rows", "{row}", "Rows moved")
        self._bytes = meter.create_counter("singer.bytes", "By", "Bytes moved")
        self._batches = meter.create_histogram("singer.batch.duration", "s", "Time per batch")
        self._retries = meter.create_counter("singer.retries", "{retry}", "Attempts repeated")
        self._changes = meter.create_counter("singer.table.changes", "{change}", "DDL and rights")
        self._runs = meter.create_histogram("singer.run.duration", "s", "Time per run")
        self._lag = meter.create_gauge("singer.bookmark.lag", "s", "Age of the newest value")
        self._sessions = meter.create_gauge(
            "db.client.connection.max", "{connection}", "Most sessions of the pool open at a time"
        )
        self._waits = meter.create_histogram(
            "db.client.connection.wait_time", "s", "Time until sessions of the pool were there"
        )

    def handle(self, event: Event) -> None:
        """Count what the event tells."""
        if isinstance(event, BatchMoved):
            labels = {"singer.stream": event.stream, "db.operation.name": event.operation.upper()}
            self._rows.add(event.rows, labels)
            self._bytes.add(event.bytes, labels)
            self._batches.record(event.seconds, labels)
        elif isinstance(event, TableChanged):
            # The rows of a LOAD are counted by the batches.
            if event.change != "LOAD":
                self._changes.add(1, {"db.operation.name": event.change})
        elif isinstance(event, Retried):
            self._retries.add(1, {"error.type": event.code})
        elif isinstance(event, RunEnded):
            self._end(event)

    def close(self) -> None:
        """Send what is left."""
        self.provider.shutdown(timeout_millis=CLOSE_MS)

    def _end(self, event: RunEnded) -> None:
        run = event.run
        labels = {"singer.job.id": run.job, "singer.run.status": run.status.value}
        if run.duration_ms is not None:
            self._runs.record(run.duration_ms / 1000, labels)
        for stream, text in event.bookmark_times:
            moment = read_time(text)
            if moment is not None and run.ended_at is not None:
                self._lag.set((run.ended_at - moment).total_seconds(), {"singer.stream": stream})
        used = usage()
        self._sessions.set(used.opened_max)
        if used.acquired:
            self._waits.record(used.wait_seconds)
