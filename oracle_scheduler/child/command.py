"""From a claim to the command line and the environment of a process."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_core.errors import ConfigurationError
from oracle_core.redact import MIN_LENGTH, spellings
from oracle_scheduler.jobfile import JobKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from oracle_scheduler.jobfile import Job
    from oracle_scheduler.jobfile.model import Check
    from oracle_scheduler.store.claims import Claim

_VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*)\}")
_OWN_PREFIX = "ORACLE_SCHEDULER_"
"""Variables of the service itself: no child needs the password of the store."""


@dataclass(frozen=True, slots=True)
class Meltano:
    """Where Meltano is.

    Attributes:
        program: Path of the command.
        project: Folder of the project.
    """

    program: str = "meltano"
    project: str = "."


@dataclass(frozen=True, slots=True)
class Command:
    """What a process is started with.

    Attributes:
        arguments: Program and its arguments.
        env: The whole environment.
        folder: Working folder; None for that of the service.
        secrets: Texts that its output must not show.
        pre_checks: What has to hold before; each has `name` and its parameter.
        post_checks: What has to hold after it succeeded.
    """

    arguments: tuple[str, ...]
    env: Mapping[str, str]
    folder: str | None
    secrets: tuple[str, ...]
    pre_checks: tuple[Mapping[str, str], ...] = ()
    post_checks: tuple[Mapping[str, str], ...] = ()


def command_of(claim: Claim, service_env: Mapping[str, str], meltano: Meltano) -> Command:
    """Return the command of a claim.

    Args:
        claim: The job that was taken.
        service_env: The environment of the service.
        meltano: Where Meltano is.

    Raises:
        ConfigurationError: If the command names a variable that is not set.
    """
    env = environment_of(claim, service_env)
    # Meltano finds its project by the working folder.
    folder = meltano.project if claim.job.kind is JobKind.MELTANO else None
    secrets = tuple(_shown_forms(env.get(name, "") for name in claim.pipeline.secret_env))
    return Command(
        _arguments(claim, env, meltano),
        env,
        folder,
        secrets,
        pre_checks=_checks(claim.job.pre_checks, env),
        post_checks=_checks(claim.job.post_checks, env),
    )


def _shown_forms(secrets: Iterable[str]) -> Iterator[str]:
    """Yield what an output must not show: secrets as they are, encoded, and line by line."""
    for secret in secrets:
        # Without empty ones: to remove the empty text would be to remove everything.
        if secret:
            yield from spellings(secret)
        # A key in PEM: its lines come out one by one.
        yield from (line for line in secret.splitlines() if len(line) >= MIN_LENGTH)


def _checks(checks: Sequence[Check], env: Mapping[str, str]) -> tuple[Mapping[str, str], ...]:
    return tuple(
        {"name": check.name}
        | {name: _filled(text, env) for name, text in check.parameters.items() if name != "name"}
        for check in checks
    )


def environment_of(claim: Claim, service_env: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a job: inherited, the pipeline's, the job's, the run's, ours."""
    names = claim.pipeline.inherit_env
    inherited = {
        name: value
        for name, value in service_env.items()
        if not name.startswith(_OWN_PREFIX) and (names is None or name in names)
    }
    scheduled = claim.scheduled_for
    given = {**claim.pipeline.env, **claim.job.env, **claim.env}
    secrets = {name: service_env[name] for name in claim.pipeline.secret_env if name in service_env}
    return {
        **inherited,
        **secrets,
        **{name: _filled(value, {**service_env, **given}) for name, value in given.items()},
        # Behind what is given: the tap and the target find the run's number in JOB_HISTORY by it,
        # so that no job file may replace it.
        "RUN_ID": claim.run_id,
        "JOB_ID": claim.job.id,
        "ATTEMPT": str(claim.attempt),
        "SCHEDULED_FOR": scheduled.isoformat() if scheduled else "",
        "SCHEDULED_DATE": scheduled.date().isoformat() if scheduled else "",
        "TRACEPARENT": traceparent(claim.run_id, claim.job.id, claim.attempt),
        "OPENLINEAGE_PARENT_ID": f"oracle-scheduler/{claim.pipeline.name}/{claim.run_id}",
    }


def traceparent(run_id: str, job_id: str, attempt: int) -> str:
    """Return the trace context of an attempt (W3C Trace Context, version 00).

    All attempts of a run share its trace; the span is that of the attempt.
    """
    # Derived, not random: whoever knows run, job and attempt can name the span.
    span = hashlib.sha256(f"{run_id}/{job_id}/{attempt}".encode()).hexdigest()[:16]
    return f"00-{run_id.replace('-', '')}-{span}-01"


def _arguments(claim: Claim, env: Mapping[str, str], meltano: Meltano) -> tuple[str, ...]:
    job = claim.job
    if job.kind is JobKind.SHELL:
        return ("/bin/bash", "-c", job.command)
    if job.kind is JobKind.PYTHON:
        call = {
            "call": job.command,
            "args": _filled_in(list(job.arguments), env),
            "kwargs": _filled_in(dict(job.keyword_arguments), env),
        }
        # A process of its own, as for a command: it can be killed, and its output is kept.
        return (sys.executable, "-m", "oracle_scheduler.child.python_job", json.dumps(call))
    if job.kind is JobKind.MELTANO:
        return _meltano(claim, meltano)
    return tuple(_filled(part, env) for part in _split(job))


def _split(job: Job) -> list[str]:
    try:
        return shlex.split(job.command)
    except ValueError as error:
        message = f"job '{job.id}': the command has a quote that does not end"
        raise ConfigurationError(message) from error


def _meltano(claim: Claim, meltano: Meltano) -> tuple[str, ...]:
    """Return the command for Meltano itself: a signal to `meltano schedule run` stops there.

    After an attempt that was killed Meltano's guard takes the run for alive for five minutes
    (meltano issue 9147), so that only then `--force` passes it.
    """
    environment = claim.job.meltano_environment
    # Before `run`: the environment is an option of Meltano, not of the command.
    options = (f"--environment={environment}",) if environment else ()
    force = ("--force",) if claim.was_killed else ()
    return (meltano.program, *options, "run", *force, *_split(claim.job))


def _filled(text: str, env: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] not in env:
            message = f"the variable ${{{match[1]}}} is not set; name it in env_variables"
            raise ConfigurationError(message)
        return env[match[1]]

    return _VARIABLE.sub(value, text)


def _filled_in(value: object, env: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return _filled(value, env)
    if isinstance(value, list):
        return [_filled_in(item, env) for item in value]
    if isinstance(value, dict):
        return {key: _filled_in(item, env) for key, item in value.items()}
    return value
