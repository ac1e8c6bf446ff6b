"""The driver's own spans below those of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from oracle_core.connection import connect
from oracle_core.history import RunHistory, start_run, utc_now
from oracle_core.telemetry import RunEnded, RunStarted, StreamStarted
from oracle_core.telemetry.driver_spans import DriverSpans
from oracle_core.telemetry.meters import MeterSink
from oracle_core.telemetry.traces import TraceSink

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.oracle
pytest.importorskip("oracledb.plugins.opentelemetry", reason="the driver is older than 26.1")


def test_statements_are_spans_below_their_stream_and_show_no_values(
    oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    config = oracle_database.config(fresh_schema)
    traces = TraceSink(config, application="tap-oracle", exporter=exporter)
    meters = MeterSink(application="tap-oracle", reader=reader)
    driver = DriverSpans(traces.provider, meters.provider)
    _, run = start_run(RunHistory(), application="tap-oracle", job="j")
    traces.handle(RunStarted(run))
    traces.handle(StreamStarted(run, "HR-T", "FULL_TABLE"))
    with connect(config, module="test") as session, session.cursor() as cursor:
        cursor.execute("SELECT 1 FROM DUAL WHERE 1 = :n", n=73291)
        cursor.execute("SELECT 1 FROM DUAL WHERE 'canary' IS NULL")
    traces.handle(RunEnded(run.succeeded(utc_now())))
    traces.provider.force_flush()
    data = reader.get_metrics_data()
    for sink in (driver, traces, meters):
        sink.close()
    spans = exporter.get_finished_spans()
    (stream,) = [span for span in spans if span.name == "stream HR-T"]
    calls = [
        span for span in spans if span.parent and span.parent.span_id == stream.context.span_id
    ]
    assert "SELECT" in {(span.attributes or {}).get("db.operation.name") for span in calls}
    shown = " ".join(f"{span.name} {dict(span.attributes or {})}" for span in spans)
    assert "WHERE 1 = :n" in shown
    assert "canary" not in shown
    assert "73291" not in shown
    assert oracle_database.passwords[fresh_schema] not in shown
    assert data is not None
    names = {
        metric.name
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    assert "db.client.operation.duration" in names
