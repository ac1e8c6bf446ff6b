"""Pages for people; each works without JavaScript, with which it renews itself."""

# Annotations are read at run time by FastAPI, so that they are no texts here.

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool

from oracle_scheduler.api import drawing
from oracle_scheduler.api.access import COOKIE, check_origin, operator, reader
from oracle_scheduler.api.context import Context
from oracle_scheduler.api.jobs import PipelineName, next_times, schedule_text
from oracle_scheduler.api.problems import LOGIN
from oracle_scheduler.api.runs import RunId
from oracle_scheduler.jobfile import pipeline_of
from oracle_scheduler.store import definitions, firing, interventions, outputs, reading
from oracle_scheduler.store.errors import UnknownNameError
from oracle_scheduler.store.figures import ALIVE_SECONDS, MISSED_DAYS, figures
from oracle_scheduler.store.firing import NewRun, request_key
from oracle_scheduler.store.states import State

router = APIRouter(include_in_schema=False)

OUTPUT_SHOWN = 65_536
"""Characters of an output at most that a page shows; the whole of what is kept is a link away."""

_LOGIN_SECONDS = 43_200


def _moment(moment: dt.datetime | None) -> str:
    return "\N{EN DASH}" if moment is None else f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}Z"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        # Off by default in Jinja; names, reasons and outputs are texts of others.
        autoescape=True,
        # A name that a template misspells is an error and not an empty place.
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"moment": _moment, "duration": drawing.duration, "part": _part}
    environment.globals |= {"State": State, "drawing": drawing, "missed_days": MISSED_DAYS}
    return environment


def _part(text: str) -> str:
    """Return a text as one part of a path."""
    # The slash too: names of jobs may hold one.
    return quote(text, safe="")


_TEMPLATES = _environment()


def page(name: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """Return a page."""
    return HTMLResponse(_TEMPLATES.get_template(name).render(values), status_code=status)


def problem_page(request: Request, status: int, title: str, detail: str) -> Response:
    """Return a page that says what is wrong."""
    del request
    return page("problem.html", {"title": title, "detail": detail}, status)


def _back(path: str) -> Response:
    # 303: the browser asks with GET, and a reload does not send the form again.
    return RedirectResponse(path, status_code=303)


@router.get("/", dependencies=reader)
def overview(context: Context) -> Response:
    """Show how each pipeline stands, and the newest runs."""
    present = figures(context.database)
    runs = reading.runs(context.database, limit=15)
    return page("overview.html", {"figures": present, "runs": runs})


@router.get("/pipelines/{name}", dependencies=reader)
def show_pipeline(name: PipelineName, context: Context) -> Response:
    """Show the graph of a pipeline with the states of its newest run, and its runs."""
    row = reading.pipeline(context.database, name)
    pipeline = pipeline_of(row.definition, name)
    runs = reading.runs(context.database, pipeline=name, limit=60)
    tasks = reading.run_of(context.database, runs[0].run_id)[1] if runs else []
    values = {
        "pipeline": pipeline,
        "row": row,
        "schedule": schedule_text(pipeline.schedule),
        "times": next_times(pipeline.schedule, row.next_time),
        "graph": drawing.graph(pipeline.jobs, {task.job_id: task.state for task in tasks}),
        "chart": drawing.durations(runs),
        "runs": runs[:20],
    }
    return page("pipeline.html", values)


@router.get("/runs/{run_id}", dependencies=reader)
def show_run(
    run_id: RunId,
    context: Context,
    job: Annotated[str | None, Query(max_length=191)] = None,
) -> Response:
    """Show a run, its jobs and the output of one of them, which grows while it runs."""
    run, tasks = reading.run_of(context.database, run_id)
    # As the run began with it: its jobs may be others than those of the file today.
    pipeline = pipeline_of(reading.run_definition(context.database, run_id), run.pipeline)
    shown = job or _job_to_look_at(tasks)
    values = {
        "run": run,
        "tasks": tasks,
        "is_active": not State(run.state).is_final,
        "graph": drawing.graph(pipeline.jobs, {task.job_id: task.state for task in tasks}),
        "job": shown,
        "output": _output(context, run_id, shown) if shown else None,
        "output_shown": OUTPUT_SHOWN,
    }
    return page("run.html", values)


def _job_to_look_at(tasks: list[reading.TaskRow]) -> str | None:
    """Return the job that runs, else the one that failed, else the last that ran."""
    started = [task for task in tasks if task.attempts]
    for states in ({State.RUNNING}, {State.FAILED, State.TIMEOUT, State.INTERRUPTED}, set(State)):
        for task in reversed(started):
            if task.state in states:
                return task.job_id
    return None


def _output(context: Context, run_id: str, job: str) -> outputs.Output | None:
    try:
        return outputs.output_of(context.database, run_id, job)
    except UnknownNameError:
        return None


@router.get("/runs/{run_id}/output/{job}", dependencies=reader)
def show_output(
    run_id: RunId,
    job: str,
    context: Context,
) -> Response:
    """Return all that is kept of an output, as plain text."""
    text = outputs.output_of(context.database, run_id, job).text
    return Response(text, media_type="text/plain; charset=utf-8")


@router.get("/history", dependencies=reader)
def history(
    context: Context, pipeline: Annotated[str | None, Query(max_length=191)] = None
) -> Response:
    """Show runs by day, durations and the newest runs."""
    chosen = pipeline or None
    # The moment of the database, by which the runs are dated.
    now = figures(context.database).now
    since = now - dt.timedelta(days=30)
    runs = reading.runs(context.database, pipeline=chosen, limit=100)
    counts = reading.runs_by_day(context.database, since, pipeline=chosen)
    values = {
        "pipeline": chosen,
        "names": [row.name for row in reading.pipelines(context.database)],
        "days": drawing.runs_by_day(counts, now.date()),
        "chart": drawing.durations(runs),
        "runs": runs,
    }
    return page("history.html", values)


@router.get("/nodes", dependencies=reader)
def show_nodes(context: Context) -> Response:
    """Show the processes of the service."""
    present = figures(context.database)
    alive = present.now - dt.timedelta(seconds=ALIVE_SECONDS)
    rows = reading.nodes(context.database)
    return page("nodes.html", {"figures": present, "nodes": rows, "alive": alive})


@router.post("/pipelines/{name}/run", dependencies=operator)
def run_pipeline(name: PipelineName, context: Context) -> Response:
    """Run a pipeline now and show its run."""
    run_id, _ = firing.start(context.database, name, NewRun(request_key(name, None)))
    return _back(f"/runs/{run_id}")


@router.post("/pipelines/{name}/pause", dependencies=operator)
def pause_pipeline(name: PipelineName, context: Context) -> Response:
    """Pause a pipeline."""
    definitions.set_paused(context.database, name, is_paused=True)
    return _back(f"/pipelines/{_part(name)}")


@router.post("/pipelines/{name}/resume", dependencies=operator)
def resume_pipeline(name: PipelineName, context: Context) -> Response:
    """Let a pipeline go on."""
    definitions.set_paused(context.database, name, is_paused=False)
    return _back(f"/pipelines/{_part(name)}")


@router.post("/runs/{run_id}/cancel", dependencies=operator)
def cancel_run(run_id: RunId, context: Context) -> Response:
    """Cancel a run."""
    interventions.cancel(context.database, run_id)
    return _back(f"/runs/{run_id}")


@router.post("/runs/{run_id}/resume", dependencies=operator)
def resume_run(run_id: RunId, context: Context) -> Response:
    """Start the jobs of a run again that are not done."""
    interventions.resume(context.database, run_id)
    return _back(f"/runs/{run_id}")


@router.get(LOGIN)
def login_form() -> Response:
    """Show the form that asks for a token."""
    return page("login.html", {"is_wrong": False})


@router.post(LOGIN)
async def login(request: Request, context: Context) -> Response:
    """Keep a token in a cookie that scripts cannot read and other sites cannot send."""
    check_origin(request, is_browser=True)
    # Parsed here: FastAPI's Form needs a package of its own for one field.
    form = parse_qs((await request.body()).decode("ascii", "replace"), max_num_fields=10)
    secret = form.get("token", [""])[0].strip()
    # A statement or two: it would hold the loop, so that it runs in a thread.
    scope = await run_in_threadpool(context.access.scope, secret) if secret else None
    if scope is None:
        return page("login.html", {"is_wrong": True}, 403)
    response = _back("/")
    response.set_cookie(
        COOKIE,
        secret,
        max_age=_LOGIN_SECONDS,
        httponly=True,
        samesite="strict",
        secure=context.settings.is_secure,
    )
    return response


@router.post("/logout")
def logout(request: Request) -> Response:
    """Forget the token."""
    check_origin(request, is_browser=True)
    response = _back(LOGIN)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response
