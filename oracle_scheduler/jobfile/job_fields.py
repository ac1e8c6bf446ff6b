"""From one entry of `jobs` to a `Job`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_scheduler.jobfile.check_fields import read_checks
from oracle_scheduler.jobfile.fields import Fields
from oracle_scheduler.jobfile.model import DEFAULT_QUEUE, Job, JobKind, Retry, TriggerRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oracle_scheduler.jobfile.fields import Problems
    from oracle_scheduler.jobfile.lines import Path

_CALL = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_RETRIED_STATUS = frozenset({"ERROR", "FAILED", "TIMEOUT", "INTERRUPTED"})
_SHELL_SIGNS = frozenset("|&;<>()$`\n*?[]#~%!{}")
"""Characters by which a command needs a shell; `${NAME}` alone does not."""

# Their digests fill the column of the concurrency key (`store.firing.concurrency_key`).
_STATES_MAX = 30

_VARIABLE = re.compile(r"\$\{[A-Za-z_]\w*\}")


@dataclass(frozen=True, slots=True)
class JobDefaults:
    """What a job has where it says nothing of its own."""

    timeout_seconds: float
    retry: Retry


def read_job(entry: object, path: Path, problems: Problems, defaults: JobDefaults) -> Job:
    """Return the job that an entry describes.

    Args:
        entry: The entry as it stands in the document.
        path: Where it stands.
        problems: Collects what is wrong.
        defaults: Those of the pipeline.
    """
    name = entry.get("id") if isinstance(entry, dict) else None
    fields = Fields(entry, path, problems, job=None if name is None else str(name))
    job_id = fields.required("id")
    kind, command = _command(fields)
    job = Job(
        id=job_id,
        kind=kind,
        command=command,
        description=fields.text("description"),
        arguments=_arguments(fields, kind),
        keyword_arguments=_keyword_arguments(fields, kind),
        meltano_environment=fields.text("environment") or None,
        timeout_seconds=fields.number("timeout", defaults.timeout_seconds, above=0),
        dependencies=fields.texts("dependencies"),
        env=fields.environment("env_variables"),
        retry=_retry(fields, defaults.retry),
        trigger_rule=fields.choice("trigger_rule", TriggerRule.ALL_SUCCESS),
        queue=fields.text("queue", DEFAULT_QUEUE),
        priority=fields.integer("priority", 0, least=-1_000),
        # Meltano goes on where its state stands; a script or a function may have done half.
        retry_interrupted=_retry_interrupted(fields, kind),
        state_ids=_state_ids(fields),
        pre_checks=read_checks(fields, "pre_checks"),
        post_checks=read_checks(fields, "post_checks"),
    )
    fields.refuse_unknown()
    return job


def _command(fields: Fields) -> tuple[JobKind, str]:
    # Executioner's files have no `type`.
    kind = fields.text("type", "bash")
    if kind == "meltano":
        return JobKind.MELTANO, fields.required("run")
    if kind == "python":
        call = fields.required("call")
        if call and not _CALL.fullmatch(call):
            fields.problem("call", "must be module:function")
        return JobKind.PYTHON, call
    if kind not in {"bash", "command", "shell"}:
        fields.problem("type", "must be one of bash, meltano, python")
    command = fields.required("command")
    needs_shell = bool(_SHELL_SIGNS & set(_VARIABLE.sub("", command)))
    # Without a shell where none is needed: one process less to pass signals on.
    if fields.flag("shell", default=needs_shell):
        return JobKind.SHELL, command
    return JobKind.COMMAND, command


def _arguments(fields: Fields, kind: JobKind) -> tuple[object, ...]:
    value = fields.raw("args")
    if value is None:
        return ()
    if kind is not JobKind.PYTHON or not isinstance(value, list):
        fields.problem("args", "must be a list, and the job of type python")
        return ()
    return tuple(value)


def _keyword_arguments(fields: Fields, kind: JobKind) -> Mapping[str, object]:
    value = fields.raw("kwargs")
    if value is None:
        return {}
    if kind is not JobKind.PYTHON or not isinstance(value, dict):
        fields.problem("kwargs", "must be a mapping, and the job of type python")
        return {}
    return {str(key): item for key, item in value.items()}


def _retry(fields: Fields, default: Retry) -> Retry:
    status = fields.texts("retry_on_status")
    unknown = sorted(set(status) - _RETRIED_STATUS)
    if unknown:
        fields.problem("retry_on_status", f"must be of {', '.join(sorted(_RETRIED_STATUS))}")
    jitter = fields.number("retry_jitter", default.jitter)
    if jitter > 1:
        fields.problem("retry_jitter", "must be a share between 0 and 1")
    limit = default.max_time_seconds
    if fields.has("max_retry_time"):
        limit = fields.number("max_retry_time", 0.0)
    return Retry(
        max_retries=fields.integer("max_retries", default.max_retries),
        delay_seconds=fields.number("retry_delay", default.delay_seconds),
        backoff=fields.number("retry_backoff", default.backoff, above=0),
        jitter=jitter,
        max_time_seconds=limit,
        on_exit_codes=fields.integers("retry_on_exit_codes") or default.on_exit_codes,
        on_status=status or default.on_status,
    )


def _state_ids(fields: Fields) -> tuple[str, ...]:
    ids = fields.texts("state_ids")
    if len(ids) > _STATES_MAX:
        fields.problem("state_ids", f"must have at most {_STATES_MAX}; split the job")
    return ids


def _retry_interrupted(fields: Fields, kind: JobKind) -> bool:
    value = fields.text("on_interrupted", "retry" if kind is JobKind.MELTANO else "fail")
    if value not in {"retry", "fail"}:
        fields.problem("on_interrupted", "must be retry or fail")
    return value == "retry"
