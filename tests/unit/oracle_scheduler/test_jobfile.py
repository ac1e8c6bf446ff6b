"""Job files: what is read, what is refused and where."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from oracle_core.errors import ConfigurationError
from oracle_scheduler.jobfile import (
    CatchUp,
    JobFileError,
    JobKind,
    TriggerRule,
    critical_path,
    ordered,
    pipeline_of,
    read_pipeline,
)
from oracle_scheduler.jobfile.model import Check, Notify

if TYPE_CHECKING:
    from pathlib import Path

NIGHTLY = """\
application_name: hr-nightly
schedule: {cron: "30 2 * * *", timezone: Europe/Berlin}
catch_up: all
max_active_runs: 1
parallel: true
max_workers: 4
default_timeout: 3600
env_variables: {TARGET_ENV: prod, DEPTH: 3, DRY: false}
inherit_shell_env: [PATH, HOME]
secret_env: [TARGET_ORACLE_PASSWORD]
notify: {on: [failure, late], email: [dba@example.com], webhook: "${HOOK}"}
deadline: 06:00
jobs:
- {id: load, type: meltano, environment: prod, run: oracle-to-oracle,
   max_retries: 3, retry_delay: 60, retry_backoff: 2, retry_jitter: 0.2, retry_on_exit_codes: [1],
   retry_on_status: [TIMEOUT]}
- {id: check, type: python, call: "checks.nightly:run", kwargs: {day: "${SCHEDULED_DATE}"},
   dependencies: [load]}
- id: report
  command: "./report.sh ${SCHEDULED_DATE}"
  timeout: 600
  dependencies: [check]
  trigger_rule: all_done
"""

EXECUTIONER = """\
{
  "application_name": "data_pipeline",
  "default_timeout": 300,
  "default_max_retries": 2,
  "parallel": false,
  "max_workers": 3,
  "email_address": "dba@example.com",
  "email_on_success": false,
  "smtp_server": "localhost",
  "allow_shell": true,
  "env_variables": {"APP_ENV": "production"},
  "jobs": [
    {"id": "extract", "command": "echo one | cat", "description": "Reads",
     "pre_checks": [{"name": "check_file_exists", "params": {"path": "/data/in.csv"}}],
     "post_checks": [{"name": "check_no_ora_errors", "params": {"log_file": "logs/*.log"}}]},
    {"id": "load", "command": "python load.py --all", "dependencies": ["extract"],
     "max_retry_time": 900}
  ]
}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(JobFileError) as caught:
        pipeline_of(text, "night.yml")
    return [str(problem) for problem in caught.value.problems]


def job_file(job: str, **top: str) -> str:
    lines = [f"{name}: {value}" for name, value in {"application_name": "app", **top}.items()]
    return "\n".join([*lines, "jobs:", f"- {job}"])


def test_a_whole_file() -> None:
    pipeline = pipeline_of(NIGHTLY, "night.yml")
    assert pipeline.name == "hr-nightly"
    assert pipeline.schedule.timezone == "Europe/Berlin"
    assert pipeline.catch_up is CatchUp.ALL
    assert pipeline.max_workers == 4
    assert pipeline.env == {"TARGET_ENV": "prod", "DEPTH": "3", "DRY": "false"}
    assert pipeline.inherit_env == ("PATH", "HOME")
    load, check, report = pipeline.jobs
    assert (load.kind, load.command, load.meltano_environment) == (
        JobKind.MELTANO,
        "oracle-to-oracle",
        "prod",
    )
    assert load.retry.on_status == ("TIMEOUT",)
    assert load.retry_interrupted and not check.retry_interrupted
    assert check.keyword_arguments == {"day": "${SCHEDULED_DATE}"}
    assert (report.kind, report.timeout_seconds) == (JobKind.COMMAND, 600)
    assert report.trigger_rule is TriggerRule.ALL_DONE
    assert pipeline.notify == Notify(("failure", "late"), ("dba@example.com",), "${HOOK}")
    assert pipeline.deadline == dt.time(6)


def test_a_file_of_executioner_works_unchanged() -> None:
    pipeline = pipeline_of(EXECUTIONER, "pipeline.json")
    extract, load = pipeline.jobs
    assert pipeline.max_workers == 1, "not parallel"
    assert pipeline.schedule.is_manual
    assert pipeline.inherit_env is None
    assert extract.kind is JobKind.SHELL, "a pipe needs a shell"
    assert load.kind is JobKind.COMMAND
    assert load.retry.max_retries == 2
    assert load.retry.max_time_seconds == 900
    assert pipeline.notify == Notify(("failure",), ("dba@example.com",))
    assert extract.pre_checks == (Check("check_file_exists", {"path": "/data/in.csv"}),)
    assert extract.post_checks[0].name == "check_no_ora_errors"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jobs: [", "night.yml:2: not valid YAML or JSON: "),
        ("[]", "night.yml:1: must be a mapping of names to values"),
        (job_file("{command: ls}"), "night.yml:3: 'id' is missing"),
        (job_file("{id: a}"), "night.yml:3: job 'a': 'command' is missing"),
        (job_file("{id: a, type: python}"), "night.yml:3: job 'a': 'call' is missing"),
        (
            job_file("{id: a, type: python, call: run}"),
            "night.yml:3: job 'a': 'call' must be module:function",
        ),
        (
            job_file("{id: a, command: ls, timeout: 0}"),
            "night.yml:3: job 'a': 'timeout' must be above 0",
        ),
        (
            job_file("{id: a, command: ls, dependencys: [b]}"),
            "night.yml:3: job 'a': 'dependencys' is not a known key; did you mean 'dependencies'?",
        ),
        (
            job_file("{id: a, command: ls, dependencies: [b]}"),
            "night.yml:3: job 'a': depends on 'b', which is not a job here",
        ),
        (
            job_file("{id: a, command: ls, dependencies: [a]}"),
            "night.yml:3: job 'a': waits for itself: a -> a",
        ),
        (
            job_file("{id: a, command: ls}\n- {id: a, command: ls}"),
            "night.yml:4: job 'a': another job has the same id",
        ),
        (
            job_file("{id: a, command: ls}", schedule="{cron: '* * *'}"),
            "night.yml:2: 'cron' is not cron: needs five fields",
        ),
        (
            job_file("{id: a, command: ls}", schedule="{cron: '0 2 * * *', timezone: Mars}"),
            "night.yml:2: 'timezone' must be the name of a time zone",
        ),
        (
            job_file("{id: a, command: ls}", catch_up="some"),
            "night.yml:2: 'catch_up' must be one of all, latest, none",
        ),
        (
            job_file("{id: a, command: ls, retry_on_status: [LATE]}"),
            "night.yml:3: job 'a': 'retry_on_status' must be of ",
        ),
        ("application_name: a\napplication_name: b", "night.yml:2: the key 'application_name'"),
        (job_file("{id: a, command: !!python/name:os.system ''}"), "night.yml:3: not valid YAML"),
    ],
)
def test_a_problem_names_file_line_and_job(text: str, expected: str) -> None:
    first = problems(text)[0]
    assert first.startswith(expected), first


def test_all_problems_are_named_in_the_order_of_the_file() -> None:
    text = job_file("{id: a, timeout: -1}\n- {command: ls}", max_workers="0", parallel="true")
    assert [problem.split(": ", 1)[0] for problem in problems(text)] == [
        "night.yml:2",
        "night.yml:5",
        "night.yml:5",
        "night.yml:6",
    ]


def test_jobs_that_wait_for_each_other_are_named() -> None:
    text = job_file(
        "{id: a, command: ls, dependencies: [c]}\n- {id: b, command: ls, dependencies: [a]}\n"
        "- {id: c, command: ls, dependencies: [b]}"
    )
    (problem,) = problems(text)
    assert "waits for itself" in problem
    assert {name.strip() for name in problem.split(": ")[-1].split("->")} == {"a", "b", "c"}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"night\.yml: cannot be read"):
        read_pipeline(tmp_path / "night.yml")


def test_order_and_critical_path() -> None:
    text = job_file(
        "{id: report, command: ls, dependencies: [load, check]}\n"
        "- {id: load, command: ls}\n- {id: check, command: ls, dependencies: [load]}"
    )
    jobs = pipeline_of(text, "night.yml").jobs
    assert [job.id for job in ordered(jobs)] == ["load", "check", "report"]
    chain, seconds = critical_path(jobs, lambda job: {"load": 5, "check": 3, "report": 1}[job.id])
    assert ([job.id for job in chain], seconds) == (["load", "check", "report"], 9)
