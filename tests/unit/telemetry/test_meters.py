"""OTLP metrics of a run."""

from __future__ import annotations

from typing import Any

from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from oracle_core.telemetry.meters import MeterSink
from tests.unit.telemetry.events import a_run


def points(*, fails: bool = False) -> dict[str, list[Any]]:
    reader = InMemoryMetricReader()
    sink = MeterSink(application="target-oracle", reader=reader)
    for event in a_run(fails=fails):
        sink.handle(event)
    data = reader.get_metrics_data()
    sink.close()
    assert data is not None
    (resource,) = data.resource_metrics
    assert resource.resource.attributes["service.name"] == "target-oracle"
    (scope,) = resource.scope_metrics
    return {metric.name: list(metric.data.data_points) for metric in scope.metrics}


def test_the_figures_are_those_of_the_metrics_file() -> None:
    made = points()
    (rows,) = made["singer.rows"]
    assert (rows.value, dict(rows.attributes)) == (
        7,
        {"singer.stream": "HR-JOBS", "db.operation.name": "MERGE"},
    )
    assert made["singer.bytes"][0].value == 150
    assert made["singer.batch.duration"][0].sum == 2.25
    assert dict(made["singer.retries"][0].attributes) == {"error.type": "ORA-12541"}
    assert made["singer.run.duration"][0].sum == 1.234
    assert made["singer.bookmark.lag"][0].value == 6.912


def test_a_failed_run_is_an_attribute() -> None:
    (run,) = points(fails=True)["singer.run.duration"]
    assert run.attributes["singer.run.status"] == "FAILED"
