"""Jobs: what the scheduler runs, as the endpoints of an APScheduler service name it."""

# Annotations are read at run time by FastAPI, so that they are no texts here.

import datetime as dt
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Path

from oracle_scheduler.api import adhoc, bodies
from oracle_scheduler.api.access import administrator, operator, reader
from oracle_scheduler.api.context import Context
from oracle_scheduler.api.documents import problems
from oracle_scheduler.calendar.schedules import times
from oracle_scheduler.jobfile import Schedule, pipeline_of
from oracle_scheduler.store import definitions, reading

router = APIRouter()

PipelineName = Annotated[str, Path(min_length=1, max_length=191)]
NEXT_TIMES = 5


@router.post(
    "/api/schedule-job", status_code=201, dependencies=administrator, responses=problems(409)
)
def schedule_job(body: bodies.ScheduleJob, context: Context) -> bodies.Scheduled:
    """Schedule a script or a function; a job of the same id that came by request is replaced."""
    pipeline, text = adhoc.scheduled_pipeline(body)
    adhoc.check_allowed(pipeline, context.settings.allow_adhoc)
    # A request must not replace what a job file or Meltano's project defines.
    definitions.register(context.database, pipeline, text, keeps_other_sources=True)
    row = reading.pipeline(context.database, pipeline.name)
    return bodies.Scheduled(job_id=row.name, next_time=row.next_time)


@router.get("/api/jobs", dependencies=reader, responses=problems())
def list_jobs(context: Context) -> list[bodies.Job]:
    """List all pipelines, those of job files as well."""
    return [bodies.Job.model_validate(row) for row in reading.pipelines(context.database)]


@router.get("/api/jobs/{job_id}", dependencies=reader, responses=problems(404))
def show_job(job_id: PipelineName, context: Context) -> bodies.JobDetail:
    """Show one pipeline with its next times and newest runs."""
    row = reading.pipeline(context.database, job_id)
    pipeline = pipeline_of(row.definition, row.name)
    return bodies.JobDetail(
        name=row.name,
        is_paused=row.is_paused,
        source=row.source,
        next_time=row.next_time,
        description=pipeline.description,
        schedule=schedule_text(pipeline.schedule),
        next_times=next_times(pipeline.schedule, row.next_time),
        jobs=[job.id for job in pipeline.jobs],
        runs=[
            bodies.Run.model_validate(run)
            for run in reading.runs(context.database, pipeline=row.name, limit=10)
        ],
    )


def next_times(schedule: Schedule, first: dt.datetime | None) -> list[dt.datetime]:
    """Return the next times of a pipeline, of which the store knows the first."""
    if first is None:
        return []
    # The trigger of a single date yields it again, whatever the moment.
    later = (moment for moment in times(schedule, first) if moment > first)
    return [first, *islice(later, NEXT_TIMES - 1)]


def schedule_text(schedule: Schedule) -> str:
    """Return a schedule as people say it."""
    if schedule.cron is not None:
        return f"{schedule.cron} ({schedule.timezone})"
    if schedule.interval_seconds is not None:
        return f"every {schedule.interval_seconds:g} seconds"
    return f"once at {schedule.at}" if schedule.at is not None else "started by hand"


@router.delete("/api/remove-job/{job_id}", dependencies=administrator, responses=problems(404, 409))
def remove_job(job_id: PipelineName, context: Context) -> bodies.Changed:
    """Forget a job that came by request; its runs stay."""
    # Not one of a file: the next look into the folder of job files would not bring it back, since
    # the file has not changed.
    definitions.remove(context.database, job_id, source=adhoc.SOURCE)
    return bodies.Changed(id=job_id, status="removed")


@router.post("/api/jobs/{job_id}/pause", dependencies=operator, responses=problems(404))
def pause_job(job_id: PipelineName, context: Context) -> bodies.Changed:
    """Let no further time of a pipeline become a run."""
    definitions.set_paused(context.database, job_id, is_paused=True)
    return bodies.Changed(id=job_id, status="paused")


@router.post("/api/jobs/{job_id}/resume", dependencies=operator, responses=problems(404))
def resume_job(job_id: PipelineName, context: Context) -> bodies.Changed:
    """Let the times of a pipeline become runs again."""
    definitions.set_paused(context.database, job_id, is_paused=False)
    return bodies.Changed(id=job_id, status="scheduled")
