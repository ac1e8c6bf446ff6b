"""New commands by request: written as a job file, once they are among those that are allowed."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import HTTPException

from oracle_scheduler.jobfile import JobKind, pipeline_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_scheduler.api.bodies import ScheduleJob, StartRun, Submission
    from oracle_scheduler.jobfile import Job, Pipeline

SOURCE = "request"
"""The `source` of a pipeline that no file defines."""

_SHELL = "/bin/bash"


def scheduled_pipeline(body: ScheduleJob) -> tuple[Pipeline, str]:
    """Return the pipeline of one job that a request describes, and its text."""
    schedule: dict[str, Any] = {"timezone": body.timezone}
    if body.run_date is not None:
        schedule["date"] = body.run_date.isoformat()
    elif body.cron is not None:
        schedule["cron"] = body.cron
    else:
        schedule["interval"] = f"{body.interval:.6f}"
    # The text is what is stored, so that a job by request is read as any job file is.
    job: dict[str, Any] = {"id": body.job_id, "timeout": body.timeout}
    if body.job_type == "python":
        job |= {"type": "python", "call": f"{body.module}:{body.function}"}
        job |= {"args": body.args, "kwargs": body.kwargs}
    else:
        # Resolved when it is stored: a link that is changed later does not lead elsewhere.
        words = [_SHELL, str(Path(body.script_path or "").resolve()), *map(str, body.args)]
        job |= {"command": shlex.join(words), "shell": False}
    return _read({"application_name": body.job_id, "schedule": schedule, "jobs": [job]})


def submitted_pipeline(body: Submission) -> tuple[Pipeline, str]:
    """Return the pipeline that a submission describes, and its text."""
    document = body.model_dump(exclude={"env", "skip", "jobs"})
    jobs = [job.model_dump(exclude_none=True) for job in body.jobs or ()]
    commands = [job | ({"shell": False} if job["type"] == "bash" else {}) for job in jobs]
    return _read(document | {"jobs": commands})


def _read(document: dict[str, Any]) -> tuple[Pipeline, str]:
    text = json.dumps(document)
    return pipeline_of(text, SOURCE), text


def check_allowed(pipeline: Pipeline, allowed: Sequence[str]) -> None:
    """Refuse a pipeline that holds a command outside of what is listed.

    Args:
        pipeline: Made from a request.
        allowed: `ApiSettings.allow_adhoc`.

    Raises:
        HTTPException: If something is not listed.
    """
    for job in pipeline.jobs:
        if not _is_allowed(job, allowed):
            detail = (
                f"job '{job.id}': the script or function is not among those that requests may "
                "schedule; the setting allow_adhoc lists folders and modules"
            )
            raise HTTPException(403, detail)


def _is_allowed(job: Job, allowed: Sequence[str]) -> bool:
    if job.kind is JobKind.PYTHON:
        module, _, _ = job.command.partition(":")
        # `check` must not allow `checksum`: what follows an entry is a dot or nothing.
        entries = [entry for entry in allowed if "/" not in entry]
        return any(
            entry in {job.command, module} or module.startswith(f"{entry}.") for entry in entries
        )
    if job.kind is not JobKind.COMMAND:
        return False
    try:
        words = shlex.split(job.command)
    except ValueError:
        return False
    # `bash SCRIPT` is the script's command; any other option of the shell may hold a command.
    script = words[1] if len(words) > 1 and words[0] == _SHELL else words[0] if words else ""
    if not script.startswith("/") or "${" in script:
        return False
    # Resolved, so that neither `..` nor a symbolic link leads out of the folder.
    path = Path(script).resolve()
    folders = (Path(entry).resolve() for entry in allowed if "/" in entry)
    return any(path.is_relative_to(folder) for folder in folders)


def check_run(pipeline: Pipeline, body: StartRun) -> None:
    """Refuse variables and jobs that the pipeline does not name.

    A variable such as BASH_ENV or LD_PRELOAD would be a command; those that the author of the
    pipeline named are meant to be set.

    Raises:
        HTTPException: If one is not named.
    """
    declared = set(pipeline.env).union(*(job.env for job in pipeline.jobs))
    if unknown := sorted(set(body.env) - declared):
        detail = f"'{unknown[0]}' is not among the env_variables of the pipeline"
        raise HTTPException(422, detail)
    if unknown := sorted(set(body.skip) - {job.id for job in pipeline.jobs}):
        raise HTTPException(422, f"'{unknown[0]}' is not a job of the pipeline")
