"""The sink that sends OpenLineage events; needs the extra `lineage`.

The run is a job, and each stream is a job below it, so that a lineage store joins each source with
its own table and not every table with every other. A stream sends START with its schema and, when
the run ends, its end with the row counts and, because some consumers read only that, every facet
again. Where the events go is the client's own configuration.
"""

from __future__ import annotations

import datetime as dt
from importlib import metadata
from typing import TYPE_CHECKING, Any

from openlineage.client import OpenLineageClient, set_producer
from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
from openlineage.client.facet_v2 import job_type_job
from openlineage.client.uuid import generate_static_uuid

from oracle_core.history.model import RunStatus
from oracle_core.history.rows import stream_status
from oracle_core.telemetry.events import (
    Event,
    RunEnded,
    RunStarted,
    StreamStarted,
    TableChanged,
)
from oracle_core.telemetry.lineage_facets import Datasets, Parent, outer_parents, run_facets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openlineage.client.event_v2 import InputDataset, OutputDataset
    from openlineage.client.facet_v2 import RunFacet

    from oracle_core.history.model import RunRecord

PRODUCER = "https://pypi.org/project/singer-oracle"
_ENDS = {
    RunStatus.SUCCESS: RunState.COMPLETE,
    RunStatus.FAILED: RunState.FAIL,
    RunStatus.INTERRUPTED: RunState.ABORT,
}
_LIFECYCLE = ("CREATE", "DROP", "RENAME", "TRUNCATE", "ALTER")
"""Changes of a table that the facet `lifecycleStateChange` knows, the ones that say more first."""


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
        self._datasets = Datasets(config, namespace=self._namespace)
        self._outer = outer_parents(self._namespace)
        self._streams: dict[str, StreamStarted] = {}
        self._changes: dict[str, set[str]] = {}

    def handle(self, event: Event) -> None:
        """Send what the event tells."""
        if isinstance(event, RunStarted):
            self._send_run(event.run, RunState.START, event.run.started_at)
        elif isinstance(event, StreamStarted):
            now = dt.datetime.now(dt.UTC)
            if not self._streams:
                self._send_run(event.run, RunState.RUNNING, now)
            if event.stream not in self._streams:
                self._streams[event.stream] = event
                self._send_stream(event.run, event, RunState.START, now)
            self._streams[event.stream] = event
        elif isinstance(event, TableChanged):
            self._changes.setdefault(event.table, set()).add(event.change)
        elif isinstance(event, RunEnded):
            self._end(event.run)

    def close(self) -> None:
        """Wait until what was sent has arrived."""
        self._client.close(timeout=5)

    def _end(self, run: RunRecord) -> None:
        moment = run.ended_at or dt.datetime.now(dt.UTC)
        for name, stream in self._streams.items():
            self._send_stream(run, stream, _ENDS[stream_status(run, name)], moment)
        self._send_run(run, _ENDS[run.status], moment)

    def _send_run(self, run: RunRecord, state: RunState, moment: dt.datetime) -> None:
        facets = run_facets(run, self._outer, version=self._version, error=True)
        self._send(Run(run.run_id, facets), run.job, state, moment)

    def _send_stream(
        self, run: RunRecord, stream: StreamStarted, state: RunState, moment: dt.datetime
    ) -> None:
        parents = (Parent(self._namespace, run.job, run.run_id), *self._outer)
        facets = run_facets(run, parents, version=self._version, error=state is RunState.FAIL)
        moved = run.streams.get(stream.stream)
        if self._is_reader:
            read, written = self._datasets.read_table(stream, moved), []
        else:
            change = self._change(stream)
            read = self._datasets.read_stream(stream)
            written = [self._datasets.written_table(stream, moved, change)]
        job = f"{run.job}.{stream.stream}"
        self._send(_stream_run(run, stream.stream, facets), job, state, moment, [read], written)

    def _send(
        self,
        run: Run,
        job: str,
        state: RunState,
        moment: dt.datetime,
        inputs: list[InputDataset] | None = None,
        outputs: list[OutputDataset] | None = None,
    ) -> None:
        job_type = job_type_job.JobTypeJobFacet("BATCH", "SINGER", "JOB")
        self._client.emit(
            RunEvent(
                eventType=state,
                eventTime=moment.isoformat(timespec="milliseconds"),
                producer=PRODUCER,
                run=run,
                job=Job(self._namespace, job, {"jobType": job_type}),
                inputs=inputs or [],
                outputs=outputs or [],
            )
        )

    def _change(self, stream: StreamStarted) -> str | None:
        """Return what happened to a stream's table itself."""
        changes = self._changes.get(stream.table or "", set())
        if "CREATE" not in changes and stream.method == "overwrite":
            return "OVERWRITE"
        return next((change for change in _LIFECYCLE if change in changes), None)


def _stream_run(run: RunRecord, stream: str, facets: dict[str, RunFacet]) -> Run:
    """Return the run of a stream; its id is the same in every event."""
    run_id = generate_static_uuid(run.started_at, f"{run.run_id}/{stream}".encode())
    return Run(str(run_id), facets)
