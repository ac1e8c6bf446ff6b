"""The sink that makes OpenTelemetry spans: run, stream, batch; needs the extra `otel`.

Spans are sent by OTLP over HTTP; where to, say the standard `OTEL_…` variables. The parent comes
from `TRACEPARENT` (W3C Trace Context). Names and attributes follow the semantic conventions of
database clients; statements and values are never attributes.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from opentelemetry import trace
from opentelemetry.context import attach, detach
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from oracle_core.connection_settings import DEFAULT_PORT
from oracle_core.telemetry.events import BatchMoved, Event, RunEnded, RunStarted, StreamStarted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextvars import Token

    from opentelemetry.context import Context
    from opentelemetry.sdk.trace.export import SpanExporter

TRACEPARENT_VARIABLE = "TRACEPARENT"


class TraceSink:
    """Makes the spans of a run."""

    name = "opentelemetry"

    def __init__(
        self,
        config: Mapping[str, Any],
        *,
        application: str,
        exporter: SpanExporter | None = None,
    ) -> None:
        """Make a provider of its own, so that no other one in the process is replaced.

        Args:
            config: Settings under their canonical names.
            application: Name of the service.
            exporter: Where spans go; by default OTLP.
        """
        resource = Resource.create({"service.name": application})
        self.provider = TracerProvider(resource=resource)
        self.provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
        self._tracer = self.provider.get_tracer("singer-oracle")
        self._attributes = _attributes(config)
        self._run: trace.Span | None = None
        self._current: list[Token[Context]] = []
        self._streams: dict[str, trace.Span] = {}
        self._tables: dict[str, str] = {}

    def handle(self, event: Event) -> None:
        """Start or end the spans that the event tells of."""
        if isinstance(event, RunStarted):
            parent = {"traceparent": os.environ.get(TRACEPARENT_VARIABLE, "")}
            context = TraceContextTextMapPropagator().extract(parent)
            self._run = self._tracer.start_span("run", context, attributes=self._attributes)
            self._run.set_attribute("singer.run.id", event.run.run_id)
            self._run.set_attribute("singer.job.id", event.run.job)
            self._make_current(self._run)
        elif isinstance(event, StreamStarted):
            self._end_streams()
            if event.table:
                self._tables[event.stream] = event.table
            self._streams[event.stream] = self._tracer.start_span(
                f"stream {event.stream}",
                self._context(self._run),
                attributes={"singer.stream": event.stream, "singer.method": event.method},
            )
            self._make_current(self._streams[event.stream])
        elif isinstance(event, BatchMoved):
            self._batch(event)
        elif isinstance(event, RunEnded):
            self._end(event)

    def close(self) -> None:
        """Send what is left."""
        self.provider.shutdown()

    def _make_current(self, span: trace.Span) -> None:
        """Let the spans that others make in this thread, such as the driver's, be below a span."""
        self._current.append(attach(trace.set_span_in_context(span)))

    @staticmethod
    def _context(span: trace.Span | None) -> Any:  # noqa: ANN401 - the API's own context
        return None if span is None else trace.set_span_in_context(span)

    def _batch(self, event: BatchMoved) -> None:
        # The event comes when the batch has ended; its span is dated back.
        now = time.time_ns()
        attributes = {
            **self._attributes,
            "db.operation.name": event.operation.upper(),
            "singer.rows": event.rows,
            "singer.bytes": event.bytes,
        }
        if table := self._tables.get(event.stream):
            attributes["db.collection.name"] = table
        # The semantic conventions speak of a batch from two operations on.
        if event.rows > 1:
            attributes["db.operation.batch.size"] = event.rows
        span = self._tracer.start_span(
            f"{event.operation} {event.stream}",
            self._context(self._streams.get(event.stream) or self._run),
            kind=SpanKind.CLIENT,
            attributes=attributes,
            start_time=now - int(event.seconds * 1e9),
        )
        span.end(now)

    def _end(self, event: RunEnded) -> None:
        self._end_streams()
        while self._current:
            # Tokens of contexts are given back in reverse order.
            detach(self._current.pop())
        if self._run is None:
            return
        if event.run.error is not None:
            code = event.run.error.code
            self._run.set_attribute("error.type", code)
            self._run.set_attribute("db.response.status_code", code)
            self._run.set_status(Status(StatusCode.ERROR, code))
        self._run.end()

    def _end_streams(self) -> None:
        for span in self._streams.values():
            span.end()
        self._streams.clear()
        while len(self._current) > 1:  # the span of the run stays current
            detach(self._current.pop())


def _attributes(config: Mapping[str, Any]) -> dict[str, Any]:
    attributes: dict[str, Any] = {"db.system.name": "oracle.db"}
    if config.get("host"):
        attributes["server.address"] = config["host"]
    port = config.get("port") or DEFAULT_PORT
    # The semantic conventions ask for the port only where it is not the default.
    if port != DEFAULT_PORT:
        attributes["server.port"] = port
    if config.get("service_name"):
        attributes["oracle.db.service"] = config["service_name"]
    return attributes
