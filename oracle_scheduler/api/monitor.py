"""What monitors ask: health, metrics, status."""

# Annotations are read at run time by FastAPI, so that they are no texts here.

import logging
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from oracle_core.errors import describe
from oracle_scheduler.api import bodies
from oracle_scheduler.api.access import reader
from oracle_scheduler.api.context import Context
from oracle_scheduler.api.documents import problems
from oracle_scheduler.store.figures import Figures, figures, trouble
from oracle_scheduler.store.states import ACTIVE, State
from oracle_scheduler.triggers.service import DATABASE_ERRORS

_LOGGER = logging.getLogger(__name__)

router = APIRouter()


@router.get(
    "/health",
    responses={503: {"model": bodies.Health, "description": "The reason is in the body."}},
)
def health(context: Context, response: Response) -> bodies.Health:
    """Return whether times are fired and jobs are run; needs no token."""
    try:
        reason = trouble(context.database)
    except DATABASE_ERRORS as error:
        _LOGGER.warning("Health: %s", describe(error).report)
        # The code alone: who asks for health needs no token.
        reason = f"the store does not answer ({describe(error).code})"
    if reason is None:
        return bodies.Health(status="ok")
    response.status_code = 503
    return bodies.Health(status="failing", reason=reason)


@router.get("/status", dependencies=reader, responses=problems())
def status(context: Context) -> bodies.Status:
    """Return who leads, what waits and how each pipeline stands."""
    return bodies.Status.model_validate(figures(context.database))


@router.get(
    "/metrics",
    dependencies=reader,
    response_model=bodies.Status,
    responses={
        **problems(),
        200: {
            "description": "In the format of Prometheus; the answer of /status where JSON is asked "
            "for.",
            "content": {CONTENT_TYPE_LATEST: {"schema": {"type": "string"}}},
        },
    },
)
def metrics(request: Request, context: Context) -> Any:  # noqa: ANN401 - one of two answers
    """Return figures for Prometheus, or as JSON by `Accept: application/json`."""
    present = figures(context.database)
    if "application/json" in request.headers.get("accept", ""):
        return bodies.Status.model_validate(present)
    # A registry per answer: the figures come from the store, which all processes share, so that
    # nothing is counted in memory and every process answers the same.
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(present))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Collector:
    """Gives figures to the client library of Prometheus."""

    def __init__(self, present: Figures) -> None:
        self._figures = present

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the metrics."""
        present = self._figures
        # A state without a run is 0 rather than missing: rates and alerts need the series.
        yield _gauge(
            "oracle_scheduler_leader", "Whether a process leads.", float(present.leader is not None)
        )
        yield _gauge(
            "oracle_scheduler_waiting_seconds",
            "Wait of the oldest job that could start.",
            present.waiting_seconds,
        )
        yield _by("oracle_scheduler_nodes", "Living processes.", "role", present.nodes)
        yield _by(
            "oracle_scheduler_runs",
            "Runs by state.",
            "state",
            dict.fromkeys(State, 0) | dict(present.runs),
        )
        active = dict.fromkeys(sorted(ACTIVE), 0) | dict(present.active_jobs)
        yield _by(
            "oracle_scheduler_active_jobs", "Jobs that have not ended, by state.", "state", active
        )
        pipelines = present.pipelines
        for name, text, values in (
            (
                "oracle_scheduler_pipeline_paused",
                "Whether no time becomes a run.",
                {p.name: p.is_paused for p in pipelines},
            ),
            (
                "oracle_scheduler_pipeline_missed",
                "Times missed in seven days.",
                {p.name: p.missed for p in pipelines},
            ),
            (
                "oracle_scheduler_pipeline_last_run_failed",
                "Whether the newest run failed or was missed.",
                {p.name: p.state in {State.FAILED, State.MISSED} for p in pipelines},
            ),
            (
                "oracle_scheduler_pipeline_last_success_timestamp_seconds",
                "End of the last successful run.",
                {p.name: p.last_success.timestamp() for p in pipelines if p.last_success},
            ),
            (
                "oracle_scheduler_pipeline_last_success_seconds",
                "Duration of the last successful run.",
                {p.name: p.last_seconds for p in pipelines if p.last_seconds is not None},
            ),
            (
                "oracle_scheduler_pipeline_next_time_timestamp_seconds",
                "Next time.",
                {p.name: p.next_time.timestamp() for p in pipelines if p.next_time},
            ),
        ):
            yield _by(name, text, "pipeline", values)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _by(name: str, text: str, label: str, values: Any) -> GaugeMetricFamily:  # noqa: ANN401
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([str(key)], float(value))
    return family
