"""From the text of a job file to a `Pipeline`.

The names are those of Executioner's job files, so that they work unchanged; `env` and the like
are accepted beside them nowhere, because a key that has two names is misspelt twice as often.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from oracle_core.errors import ConfigurationError
from oracle_scheduler.jobfile.errors import JobFileError, Problem
from oracle_scheduler.jobfile.fields import Fields, Problems
from oracle_scheduler.jobfile.graph import cycle
from oracle_scheduler.jobfile.job_fields import JobDefaults, read_job
from oracle_scheduler.jobfile.lines import Document, read_document
from oracle_scheduler.jobfile.model import (
    DEFAULT_TIMEOUT_SECONDS,
    CatchUp,
    Overlap,
    Pipeline,
    Retry,
)
from oracle_scheduler.jobfile.notify_fields import read_deadline, read_notify
from oracle_scheduler.jobfile.schedule_fields import read_schedule

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_scheduler.jobfile.model import Job

SUFFIXES = frozenset({".yml", ".yaml", ".json"})
"""Ends of the names of job files."""

_NAME_MAX = 191
"""Characters of a pipeline's name and of a job's id: an index of four-byte characters holds them
where a block has 2 kB."""

# Executioner sends mail and keeps its log by these; here both are settings of the service.
_OF_THE_SERVICE = (
    *("smtp_server", "smtp_port", "smtp_user", "smtp_password", "log_dir"),
    # A dependency that a plugin would look for is refused where a job names it.
    *("security_policy", "allow_shell", "dependency_plugins"),
)


def read_pipeline(path: Path) -> Pipeline:
    """Return the pipeline of a job file.

    Args:
        path: A YAML or JSON file in UTF-8.

    Raises:
        ConfigurationError: If the file cannot be read.
        JobFileError: If its content is wrong; the error holds every problem.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise JobFileError([Problem(str(path), 1, None, "is not text in UTF-8")]) from error
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror}); check the path and the rights"
        raise ConfigurationError(message) from error
    return pipeline_of(text, str(path))


@lru_cache(maxsize=128)
def stored_pipeline(text: str, name: str) -> Pipeline:
    """Return the pipeline of a text that the store holds.

    Each change of a run needs it, and a text of 500 jobs takes tens of milliseconds to read.

    Args:
        text: YAML or JSON.
        name: Name for messages.

    Raises:
        JobFileError: If the text is wrong, for example written by a later version.
    """
    return pipeline_of(text, name)


def pipeline_of(text: str, file: str) -> Pipeline:
    """Return the pipeline that a text describes.

    Args:
        text: YAML or JSON.
        file: Name for messages, and the pipeline's `source`.

    Raises:
        JobFileError: If the text is wrong; the error holds every problem.
    """
    document = read_document(text, file)
    problems = Problems(document)
    pipeline = _pipeline(document, problems)
    if problems.entries:
        # All at once and in the order of the file: one correction per try would take many tries.
        raise JobFileError(sorted(problems.entries, key=lambda problem: problem.line))
    return pipeline


def _pipeline(document: Document, problems: Problems) -> Pipeline:
    fields = Fields(document.value, (), problems)
    fields.ignore(_OF_THE_SERVICE)
    name = fields.required("application_name")
    if len(name) > _NAME_MAX:
        fields.problem("application_name", f"must have at most {_NAME_MAX} characters")
    defaults = JobDefaults(
        timeout_seconds=fields.number("default_timeout", DEFAULT_TIMEOUT_SECONDS, above=0),
        retry=_default_retry(fields),
    )
    pipeline = Pipeline(
        name=name,
        jobs=_jobs(fields, problems, defaults),
        schedule=read_schedule(fields, problems),
        description=fields.text("description"),
        catch_up=fields.choice("catch_up", CatchUp.LATEST),
        catch_up_window_seconds=_optional_number(fields, "catch_up_window"),
        catch_up_max=fields.integer("catch_up_max", 100, least=1),
        max_active_runs=fields.integer("max_active_runs", 1, least=1),
        overlap=fields.choice("overlap", Overlap.QUEUE),
        max_workers=_workers(fields),
        env=fields.environment("env_variables"),
        inherit_env=_inherited(fields),
        secret_env=fields.texts("secret_env"),
        notify=read_notify(fields, problems),
        deadline=read_deadline(fields),
        source=document.file,
    )
    fields.refuse_unknown()
    return pipeline


def _default_retry(fields: Fields) -> Retry:
    standard = Retry()
    return Retry(
        max_retries=fields.integer("default_max_retries", standard.max_retries),
        delay_seconds=fields.number("default_retry_delay", standard.delay_seconds),
        backoff=fields.number("default_retry_backoff", standard.backoff, above=0),
        jitter=fields.number("default_retry_jitter", standard.jitter),
        max_time_seconds=_optional_number(fields, "default_max_retry_time"),
        on_exit_codes=fields.integers("default_retry_on_exit_codes"),
        on_status=fields.texts("default_retry_on_status"),
    )


def _optional_number(fields: Fields, name: str) -> float | None:
    return fields.number(name, 0.0) if fields.has(name) else None


def _workers(fields: Fields) -> int:
    """Return how many jobs of a run may run at once: one, unless the pipeline is parallel."""
    is_parallel = fields.flag("parallel", default=False)
    limit = fields.integer("max_workers", 1, least=1)
    return limit if is_parallel else 1


def _inherited(fields: Fields) -> tuple[str, ...] | None:
    """Return the variables to inherit; None for all, as `inherit_shell_env: true` asks."""
    value = fields.raw("inherit_shell_env")
    if value is None or isinstance(value, bool):
        return () if value is False else None
    return fields.texts("inherit_shell_env")


def _jobs(fields: Fields, problems: Problems, defaults: JobDefaults) -> tuple[Job, ...]:
    entries = fields.raw("jobs")
    if not isinstance(entries, list) or not entries:
        fields.problem(None, "'jobs' must be a list of at least one job")
        return ()
    jobs = [
        read_job(entry, ("jobs", position), problems, defaults)
        for position, entry in enumerate(entries)
    ]
    _check_ids(jobs, problems)
    _check_dependencies(jobs, problems)
    return tuple(jobs)


def _check_ids(jobs: list[Job], problems: Problems) -> None:
    seen: set[str] = set()
    for position, job in enumerate(jobs):
        if job.id and job.id in seen:
            problems.add(("jobs", position, "id"), "another job has the same id", job=job.id)
        if len(job.id) > _NAME_MAX:
            text = f"the id must have at most {_NAME_MAX} characters"
            problems.add(("jobs", position, "id"), text, job=job.id)
        seen.add(job.id)


def _check_dependencies(jobs: list[Job], problems: Problems) -> None:
    known = {job.id for job in jobs}
    is_complete = True
    for position, job in enumerate(jobs):
        path = ("jobs", position, "dependencies")
        for name in job.dependencies:
            if name not in known:
                problems.add(path, f"depends on '{name}', which is not a job here", job=job.id)
                is_complete = False
        if len(set(job.dependencies)) < len(job.dependencies):
            problems.add(path, "names a dependency twice", job=job.id)
    # The graph of a wrong file would name circles that are none.
    if not is_complete or len(known) < len(jobs):
        return
    ids = cycle(jobs)
    if ids is not None:
        position = next(place for place, job in enumerate(jobs) if job.id == ids[0])
        text = f"waits for itself: {' -> '.join(ids)}"
        problems.add(("jobs", position, "dependencies"), text, job=ids[0])
