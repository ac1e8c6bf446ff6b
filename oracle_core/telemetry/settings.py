"""The settings of telemetry, declared once for the tap and the target."""

from __future__ import annotations

from typing import Any

from singer_sdk import typing as th

TELEMETRY_SETTINGS: list[th.Property[Any]] = [
    th.Property(
        "log_format",
        th.StringType(nullable=True),
        default="text",
        allowed_values=["text", "json"],
        title="Log format",
        description=(
            "`json` writes each line of the log as a JSON object with `run_id`, `job_id` and "
            "`stream`."
        ),
    ),
    th.Property(
        "metrics_file",
        th.StringType(nullable=True),
        title="Metrics file",
        description=(
            "File that gets the figures of the newest run in Prometheus' text format, written "
            "whole and renamed; end its name in `.prom` for node_exporter's textfile collector."
        ),
    ),
    th.Property(
        "audit_file",
        th.StringType(nullable=True),
        title="Audit file",
        description=(
            "File that gets a JSON line per change of a table, its definition or a right, with "
            "time, user, table, rows and run; each line carries the digest of the one before."
        ),
    ),
    th.Property(
        "lineage_namespace",
        th.StringType(nullable=True),
        title="Namespace of lineage",
        description=(
            "Namespace of the jobs in OpenLineage events. Set it to send them; where to, says the "
            "OpenLineage client's own configuration (`OPENLINEAGE_URL`, `OPENLINEAGE_CONFIG`). "
            "Needs the extra `lineage`."
        ),
    ),
    th.Property(
        "opentelemetry",
        th.BooleanType(nullable=True),
        default=False,
        title="OpenTelemetry",
        description=(
            "Whether spans of the run, its streams and the driver's calls, and metrics are sent by "
            "OTLP; where to, say the standard variables such as `OTEL_EXPORTER_OTLP_ENDPOINT`. "
            "Needs the extra `otel`."
        ),
    ),
]
