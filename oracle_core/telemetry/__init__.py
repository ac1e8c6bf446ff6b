"""What a run tells the outside: typed events, written once, and a sink for each form.

The plugins emit events (`events`) on a bus (`bus`); sinks turn them into rows of JOB_HISTORY
(`history_sink`), Prometheus metrics (`metrics`), OpenLineage events (`lineage`), OpenTelemetry
spans (`traces`) and an audit file (`audit`). Logs carry the run by `logs`. Events are per run,
stream and batch, never per record.
"""

from __future__ import annotations

from oracle_core.telemetry.bus import EventSink, Telemetry
from oracle_core.telemetry.events import (
    BatchMoved,
    Column,
    Event,
    Retried,
    RowsRefused,
    RunEnded,
    RunStarted,
    StreamStarted,
    TableChanged,
)

__all__ = [
    "BatchMoved",
    "Column",
    "Event",
    "EventSink",
    "Retried",
    "RowsRefused",
    "RunEnded",
    "RunStarted",
    "StreamStarted",
    "TableChanged",
    "Telemetry",
]
