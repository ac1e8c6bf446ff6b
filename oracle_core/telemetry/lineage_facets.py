"""The facets of OpenLineage events: what they say of a run, its parents and its datasets."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openlineage.client.event_v2 import InputDataset, OutputDataset
from openlineage.client.facet_v2 import (
    RunFacet,
    column_lineage_dataset,
    error_message_run,
    input_statistics_input_dataset,
    lifecycle_state_change_dataset,
    nominal_time_run,
    output_statistics_output_dataset,
    parent_run,
    processing_engine_run,
    schema_dataset,
)

from oracle_core.connection_settings import DEFAULT_PORT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from openlineage.client.facet_v2 import DatasetFacet, InputDatasetFacet, OutputDatasetFacet

    from oracle_core.history.model import RunRecord, StreamRun
    from oracle_core.telemetry.events import StreamStarted

MELTANO_VARIABLE = "MELTANO_RUN_ID"
PARENT_VARIABLE = "OPENLINEAGE_PARENT_ID"
"""`namespace/job/run id`, set by schedulers, ours too, for what they start."""

SCHEDULED_VARIABLE = "SCHEDULED_FOR"
"""The time for which the scheduler planned the run."""


@dataclass(frozen=True, slots=True)
class Parent:
    """A run that others belong to."""

    namespace: str
    job: str
    run_id: str


def outer_parents(namespace: str) -> tuple[Parent, ...]:
    """Return the runs in which this process was started, the nearest first.

    Args:
        namespace: Namespace of Meltano's job.
    """
    parents = []
    if run_id := _uuid(os.environ.get(MELTANO_VARIABLE)):
        parents.append(Parent(namespace, "meltano", run_id))
    rest, _, outer_id = os.environ.get(PARENT_VARIABLE, "").rpartition("/")
    # The name of a job may hold slashes; the namespace of ours does not.
    outer_namespace, _, job = rest.partition("/")
    if (run_id := _uuid(outer_id)) and outer_namespace and job:
        parents.append(Parent(outer_namespace, job, run_id))
    return tuple(parents)


def run_facets(
    run: RunRecord, parents: Sequence[Parent], *, version: str, error: bool
) -> dict[str, RunFacet]:
    """Return the facets of a run's event.

    Args:
        run: The run.
        parents: The runs around the one that the event tells of, the nearest first.
        version: Version of the pair.
        error: Whether the error of the run is one of what the event tells of.
    """
    engine = processing_engine_run.ProcessingEngineRunFacet(
        version, "singer-oracle", openlineageAdapterVersion=version
    )
    planned = _moment(os.environ.get(SCHEDULED_VARIABLE)) or run.started_at
    nominal = nominal_time_run.NominalTimeRunFacet(planned.isoformat(timespec="milliseconds"))
    facets: dict[str, RunFacet] = {"processing_engine": engine, "nominalTime": nominal}
    if parents:
        near, root = parents[0], parents[-1]
        facets["parent"] = parent_run.ParentRunFacet(
            parent_run.Run(near.run_id),
            parent_run.Job(near.namespace, near.job),
            # Consumers group runs by the root, which may be the parent itself.
            parent_run.Root(
                parent_run.RootRun(root.run_id), parent_run.RootJob(root.namespace, root.job)
            ),
        )
    if error and run.error is not None:
        where = f" in stream {run.error.stream}" if run.error.stream else ""
        facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(
            f"{run.error.code}{where}", "Python"
        )
    return facets


class Datasets:
    """Names the datasets of streams: tables of the database, and streams of Singer."""

    def __init__(self, config: Mapping[str, Any], *, namespace: str) -> None:
        """Keep where the database is.

        Args:
            config: Settings under their canonical names.
            namespace: Namespace of the jobs.
        """
        # OpenLineage specification, "Naming": oracle://{host}:{port}, {service}.{schema}.{table}.
        host, port = config.get("host"), config.get("port") or DEFAULT_PORT
        self._database = "oracle://dsn" if config.get("dsn") else f"oracle://{host}:{port}"
        self._service = str(config.get("service_name") or config.get("sid") or "dsn")
        self._singer = f"{namespace}/singer"

    def _table(self, stream: StreamStarted) -> tuple[str, str]:
        return self._database, f"{self._service}.{stream.table or stream.stream}"

    def read_table(self, stream: StreamStarted, moved: StreamRun | None) -> InputDataset:
        """Return the table that a tap reads."""
        statistics = input_statistics_input_dataset.InputStatisticsInputDatasetFacet(
            rowCount=moved.rows if moved else None, size=moved.bytes if moved else None
        )
        shown: dict[str, InputDatasetFacet] = {"inputStatistics": statistics} if moved else {}
        return InputDataset(*self._table(stream), shown, facets={"schema": _schema(stream)})

    def read_stream(self, stream: StreamStarted) -> InputDataset:
        """Return the stream that a target reads."""
        return InputDataset(self._singer, stream.stream)

    def written_table(
        self, stream: StreamStarted, moved: StreamRun | None, change: str | None
    ) -> OutputDataset:
        """Return the table that a target loads.

        Args:
            stream: Its stream.
            moved: What was loaded; None where that is not known yet.
            change: What happened to the table itself: CREATE, OVERWRITE and so on.
        """
        statistics = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
            rowCount=moved.rows if moved else None, size=moved.bytes if moved else None
        )
        facets: dict[str, DatasetFacet] = {
            "schema": _schema(stream),
            "columnLineage": self._columns(stream),
        }
        if change:
            state = lifecycle_state_change_dataset.LifecycleStateChange[change]
            facets["lifecycleStateChange"] = (
                lifecycle_state_change_dataset.LifecycleStateChangeDatasetFacet(state)
            )
        shown: dict[str, OutputDatasetFacet] = {"outputStatistics": statistics} if moved else {}
        return OutputDataset(*self._table(stream), shown, facets=facets)

    def _columns(self, stream: StreamStarted) -> column_lineage_dataset.ColumnLineageDatasetFacet:
        # A column is its property, perhaps under another name and in another type.
        same = column_lineage_dataset.Transformation("DIRECT", "IDENTITY")
        return column_lineage_dataset.ColumnLineageDatasetFacet(
            {
                column.name: column_lineage_dataset.Fields(
                    [
                        column_lineage_dataset.InputField(
                            self._singer, stream.stream, column.source, [same]
                        )
                    ]
                )
                for column in stream.columns
                if column.source
            }
        )


def _schema(stream: StreamStarted) -> schema_dataset.SchemaDatasetFacet:
    return schema_dataset.SchemaDatasetFacet(
        [
            schema_dataset.SchemaDatasetFacetFields(column.name, column.type)
            for column in stream.columns
        ]
    )


def _uuid(text: str | None) -> str | None:
    try:
        return str(uuid.UUID(text)) if text else None
    except ValueError:
        return None


def _moment(text: str | None) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    # The variable may be one of somebody else; a time without a zone could be any.
    return moment if moment and moment.tzinfo else None
