"""The sink that sends OpenLineage events; needs the extra `lineage`.

One event when the run starts, one per stream (RUNNING, with its schema), one at the end with the
row counts and, because some consumers read only that, every facet again. Where the events go is
the client's own configuration.
"""

from __future__ import annotations

import datetime as dt
import os
import uuid
from importlib import metadata
from typing import TYPE_CHECKING, Any

from openlineage.client import OpenLineageClient, set_producer
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    RunFacet,
    column_lineage_dataset,
    error_message_run,
    input_statistics_input_dataset,
    job_type_job,
    output_statistics_output_dataset,
    parent_run,
    processing_engine_run,
    schema_dataset,
)

from oracle_core.connection_settings import DEFAULT_PORT
from oracle_core.history.model import RunStatus, StreamRun
from oracle_core.telemetry.events import Event, RunEnded, RunStarted, StreamStarted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openlineage.client.facet_v2 import DatasetFacet, InputDatasetFacet, OutputDatasetFacet

    from oracle_core.history.model import RunRecord

PRODUCER = "https://pypi.org/project/singer-oracle"
PARENT_VARIABLE = "MELTANO_RUN_ID"
_ENDS = {
    RunStatus.SUCCESS: RunState.COMPLETE,
    RunStatus.FAILED: RunState.FAIL,
    RunStatus.INTERRUPTED: RunState.ABORT,
}


class LineageSink:
    """Sends the events of a run."""

    name = "lineage"

    def __init__(self, config: Mapping[str, Any], *, application: str) -> None:
        """Make the client, which reads its own configuration.

        Args:
            config: Settings under their canonical names.
            application: `tap-oracle` reads its datasets, any other program writes them.
        """
        set_producer(PRODUCER)
        self._client = OpenLineageClient()
        self._namespace = str(config["lineage_namespace"])
        self._is_reader = application.startswith("tap")
        self._version = metadata.version("singer-oracle")
        self._datasets = _database_namespace(config), _service(config)
        self._streams: dict[str, StreamStarted] = {}

    def handle(self, event: Event) -> None:
        """Send what the event tells."""
        if isinstance(event, RunStarted):
            self._send(event.run, RunState.START, ())
        elif isinstance(event, StreamStarted):
            self._streams[event.stream] = event
            self._send(event.run, RunState.RUNNING, (event.stream,))
        elif isinstance(event, RunEnded):
            self._send(event.run, _ENDS[event.run.status], tuple(self._streams))

    def close(self) -> None:
        """Wait until what was sent has arrived."""
        self._client.close(timeout=5)

    def _send(self, run: RunRecord, state: RunState, streams: tuple[str, ...]) -> None:
        known = [self._streams[name] for name in streams]
        now = run.started_at if state is RunState.START else dt.datetime.now(dt.UTC)
        moment = run.ended_at or now
        job_type = job_type_job.JobTypeJobFacet("BATCH", "SINGER", "JOB")
        self._client.emit(
            RunEvent(
                eventType=state,
                eventTime=moment.isoformat(timespec="milliseconds"),
                producer=PRODUCER,
                run=Run(run.run_id, self._run_facets(run)),
                job=Job(self._namespace, run.job, {"jobType": job_type}),
                inputs=[self._input(stream, run.streams.get(stream.stream)) for stream in known],
                outputs=[]
                if self._is_reader
                else [self._output(stream, run.streams.get(stream.stream)) for stream in known],
            )
        )

    def _run_facets(self, run: RunRecord) -> dict[str, RunFacet]:
        facets: dict[str, RunFacet] = {
            "processing_engine": processing_engine_run.ProcessingEngineRunFacet(
                self._version, "singer-oracle"
            )
        }
        if parent := _uuid(os.environ.get(PARENT_VARIABLE)):
            name = "meltano"
            facets["parent"] = parent_run.ParentRunFacet(
                parent_run.Run(parent),
                parent_run.Job(self._namespace, name),
                # Consumers group runs by the root, which here is the parent itself.
                parent_run.Root(
                    parent_run.RootRun(parent), parent_run.RootJob(self._namespace, name)
                ),
            )
        if run.error is not None:
            where = f" in stream {run.error.stream}" if run.error.stream else ""
            facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(
                f"{run.error.code}{where}", "Python"
            )
        return facets

    def _table(self, stream: StreamStarted) -> tuple[str, str]:
        namespace, service = self._datasets
        return namespace, f"{service}.{stream.table or stream.stream}"

    def _input(self, stream: StreamStarted, moved: StreamRun | None) -> InputDataset:
        if not self._is_reader:
            return InputDataset(f"{self._namespace}/singer", stream.stream)
        namespace, name = self._table(stream)
        statistics = input_statistics_input_dataset.InputStatisticsInputDatasetFacet(
            rowCount=moved.rows if moved else None, size=moved.bytes if moved else None
        )
        shown: dict[str, InputDatasetFacet] = {"inputStatistics": statistics} if moved else {}
        return InputDataset(namespace, name, shown, facets={"schema": _schema(stream)})

    def _output(self, stream: StreamStarted, moved: StreamRun | None) -> OutputDataset:
        namespace, name = self._table(stream)
        statistics = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
            rowCount=moved.rows if moved else None, size=moved.bytes if moved else None
        )
        source = f"{self._namespace}/singer", stream.stream
        facets: dict[str, DatasetFacet] = {
            "schema": _schema(stream),
            "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(
                {
                    column.name: column_lineage_dataset.Fields(
                        [column_lineage_dataset.InputField(*source, column.source)]
                    )
                    for column in stream.columns
                    if column.source
                }
            ),
        }
        shown: dict[str, OutputDatasetFacet] = {"outputStatistics": statistics} if moved else {}
        return OutputDataset(namespace, name, shown, facets=facets)


def _schema(stream: StreamStarted) -> schema_dataset.SchemaDatasetFacet:
    return schema_dataset.SchemaDatasetFacet(
        [
            schema_dataset.SchemaDatasetFacetFields(column.name, column.type)
            for column in stream.columns
        ]
    )


# OpenLineage specification, Naming: oracle://{host}:{port}, {serviceName}.{schema}.{table}.
def _database_namespace(config: Mapping[str, Any]) -> str:
    if config.get("dsn"):
        return "oracle://dsn"
    return f"oracle://{config.get('host')}:{config.get('port') or DEFAULT_PORT}"


def _service(config: Mapping[str, Any]) -> str:
    return str(config.get("service_name") or config.get("sid") or "dsn")


def _uuid(text: str | None) -> str | None:
    try:
        return str(uuid.UUID(text)) if text else None
    except ValueError:
        return None
