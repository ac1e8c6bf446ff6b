"""Runs: start them, look at them, change their course."""

# Annotations are read at run time by FastAPI, so that they are no texts here.

import http
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Path, Query, Request, Response

from oracle_scheduler.api import adhoc, bodies
from oracle_scheduler.api.access import operator, reader, require
from oracle_scheduler.api.context import ApiContext, Context
from oracle_scheduler.api.documents import problems
from oracle_scheduler.api.jobs import PipelineName
from oracle_scheduler.jobfile import pipeline_of
from oracle_scheduler.store import backfills, definitions, firing, interventions, outputs, reading
from oracle_scheduler.store.firing import KEY_LENGTH_MAX, KEY_PATTERN, NewRun, request_key
from oracle_scheduler.store.tokens import Scope

router = APIRouter()

RunId = Annotated[str, Path(min_length=1, max_length=36)]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=KEY_LENGTH_MAX,
        pattern=KEY_PATTERN,
        description="A second request of this key is answered with the run of the first.",
    ),
]


@router.post("/submit", status_code=202, dependencies=operator, responses=problems(404, 409))
def submit(
    body: bodies.Submission,
    request: Request,
    response: Response,
    context: Context,
    key: Key = None,
) -> bodies.Started:
    """Run a known pipeline by its name, or a new one whose jobs are in the body."""
    if body.jobs is not None:
        require(request, Scope.ADMIN)
        pipeline, text = adhoc.submitted_pipeline(body)
        adhoc.check_allowed(pipeline, context.settings.allow_adhoc)
        definitions.register(context.database, pipeline, text, keeps_other_sources=True)
    return _start(context, response, body.application_name, body, key)


@router.post(
    "/api/pipelines/{name}/run",
    status_code=202,
    dependencies=operator,
    responses=problems(404),
)
def run_pipeline(
    name: PipelineName,
    response: Response,
    context: Context,
    body: bodies.StartRun | None = None,
    key: Key = None,
) -> bodies.Started:
    """Run a pipeline now."""
    return _start(context, response, name, body or bodies.StartRun(), key)


def _start(
    context: ApiContext, response: Response, name: str, body: bodies.StartRun, key: str | None
) -> bodies.Started:
    # The file may change between this look and the start; both versions are its author's.
    row = reading.pipeline(context.database, name)
    adhoc.check_run(pipeline_of(row.definition, name), body)
    new = NewRun(fire_key=request_key(name, key), env=body.env, skip=frozenset(body.skip))
    run_id, is_new = firing.start(context.database, name, new)
    response.headers["Location"] = f"/api/runs/{run_id}"
    return bodies.Started(run_id=run_id, is_new=is_new)


@router.post(
    "/api/pipelines/{name}/backfill",
    status_code=202,
    dependencies=operator,
    responses=problems(404, 409),
)
def backfill(name: PipelineName, body: bodies.Backfill, context: Context) -> bodies.Backfilled:
    """Run the past times of a pipeline; those that have a run already are passed over."""
    try:
        result = backfills.backfill(
            context.database, name, since=body.since, until=body.until, dry_run=body.dry_run
        )
    # datetime ends at the years 1 and 9999, also when a moment is converted between zones.
    except OverflowError as error:
        detail = "the times cannot be computed"
        raise HTTPException(http.HTTPStatus.UNPROCESSABLE_ENTITY, detail) from error
    return bodies.Backfilled.model_validate(result)


@router.get("/api/runs", dependencies=reader, responses=problems())
def list_runs(
    context: Context,
    pipeline: Annotated[str | None, Query(min_length=1, max_length=191)] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> list[bodies.Run]:
    """List the newest runs, newest first."""
    rows = reading.runs(context.database, pipeline=pipeline, limit=limit)
    return [bodies.Run.model_validate(row) for row in rows]


@router.get("/api/runs/{run_id}", dependencies=reader, responses=problems(404))
def show_run(run_id: RunId, context: Context) -> bodies.RunDetail:
    """Show one run with its jobs."""
    run, tasks = reading.run_of(context.database, run_id)
    return bodies.RunDetail(
        run=bodies.Run.model_validate(run),
        jobs=[bodies.Task.model_validate(task) for task in tasks],
    )


@router.get("/api/runs/{run_id}/output/{job}", dependencies=reader, responses=problems(404))
def show_output(
    run_id: RunId,
    job: Annotated[str, Path(min_length=1, max_length=191)],
    context: Context,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    attempt: Annotated[int | None, Query(ge=1, le=2**31)] = None,
) -> bodies.Output:
    """Return what a job wrote behind a position; asked again and again, it follows the output."""
    output = outputs.output_of(context.database, run_id, job, attempt)
    text, position = output.after(after)
    return bodies.Output(
        attempt=output.attempt, text=text, next=position, is_complete=output.is_complete
    )


@router.post("/api/runs/{run_id}/cancel", dependencies=operator, responses=problems(404, 409))
def cancel_run(run_id: RunId, context: Context) -> bodies.Changed:
    """Cancel a run; what runs is killed."""
    interventions.cancel(context.database, run_id)
    return bodies.Changed(id=run_id, status="cancelled")


@router.post("/api/runs/{run_id}/resume", dependencies=operator, responses=problems(404, 409))
def resume_run(
    run_id: RunId, context: Context, body: bodies.ResumeRun | None = None
) -> bodies.Changed:
    """Start the jobs of a run that are not done again."""
    failed_only = body is not None and body.failed_only
    interventions.resume(context.database, run_id, failed_only=failed_only)
    return bodies.Changed(id=run_id, status="resumed")
