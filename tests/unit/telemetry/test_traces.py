"""Spans of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from oracle_core.telemetry.traces import TraceSink
from tests.unit.telemetry.events import CONFIG, a_run

if TYPE_CHECKING:
    import pytest
    from opentelemetry.sdk.trace import ReadableSpan


def spans(*, fails: bool = False) -> dict[str, ReadableSpan]:
    exporter = InMemorySpanExporter()
    sink = TraceSink(CONFIG, application="target-oracle", exporter=exporter)
    for event in a_run(fails=fails):
        sink.handle(event)
    sink.provider.force_flush()
    finished = exporter.get_finished_spans()
    sink.close()
    return {span.name: span for span in finished}


def test_run_stream_and_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    monkeypatch.setenv("TRACEPARENT", f"00-{trace_id}-b7ad6b7169203331-01")
    made = spans()
    assert made.keys() == {"run", "stream HR-JOBS", "merge HR-JOBS"}
    run, stream, batch = made["run"], made["stream HR-JOBS"], made["merge HR-JOBS"]
    assert run.context and stream.context
    assert f"{run.context.trace_id:032x}" == trace_id
    assert stream.parent and stream.parent.span_id == run.context.span_id
    assert batch.parent and batch.parent.span_id == stream.context.span_id
    assert batch.attributes is not None
    assert batch.attributes["db.system.name"] == "oracle.db"
    assert batch.attributes["db.operation.batch.size"] == 2
    assert batch.attributes["server.port"] == 1522
    assert not any("canary" in str(span.attributes) for span in made.values())


def test_a_failure_is_a_status() -> None:
    run = spans(fails=True)["run"]
    assert run.status.status_code is StatusCode.ERROR
    assert run.attributes is not None
    assert run.attributes["error.type"] == "ORA-01653"
