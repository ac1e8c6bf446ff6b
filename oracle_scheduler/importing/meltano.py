"""The schedules of a Meltano project as pipelines.

`meltano schedule run` is not used: a signal to it stops there, while `meltano run` passes it to the
plugins, so that the command of the schedule is run directly, with the schedule's variables.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from oracle_scheduler.child.command import Meltano

SOURCE = "meltano:"
"""Beginning of the source of pipelines that come from a project."""

_TIMEOUT_SECONDS = 300
_ERROR_MAX = 500


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule as a job file.

    Attributes:
        name: Of the schedule, and of its pipeline.
        text: The job file, JSON.
    """

    name: str
    text: str


def schedules(meltano: Meltano, environment: str | None, timezone: str) -> list[Schedule]:
    """Return the schedules of a project.

    Args:
        meltano: Where Meltano and the project are.
        environment: Meltano's environment; None for the project's default.
        timezone: Zone in which the times of cron are meant.

    Raises:
        ConfigurationError: If Meltano cannot list them.
    """
    # The command also opens Meltano's system database and marks stale runs as failed (Meltano
    # 4.4.1).
    option = [f"--environment={environment}"] if environment else []
    # As a process: Meltano needs SQLAlchemy below 2.1 and stands in an environment of its own.
    command = [meltano.program, "--log-level=error", *option, "schedule", "list", "--format=json"]
    try:
        done = subprocess.run(  # noqa: S603 - the program is a setting
            command,
            cwd=meltano.project,
            capture_output=True,
            check=False,
            timeout=_TIMEOUT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"{meltano.program} cannot be run in {meltano.project}: {error}"
        raise ConfigurationError(message, setting="meltano") from error
    if done.returncode != 0:
        text = done.stderr.decode(errors="replace").strip()[-_ERROR_MAX:]
        message = f"meltano schedule list ended with {done.returncode}: {text}"
        raise ConfigurationError(message, setting="meltano_project")
    try:
        listed = json.loads(done.stdout)["schedules"]
    except (ValueError, KeyError, TypeError) as error:
        message = "meltano schedule list did not print its schedules as JSON"
        raise ConfigurationError(message, setting="meltano") from error
    return list(_read(listed, environment, timezone))


def _read(listed: Mapping[str, Any], environment: str | None, timezone: str) -> Iterator[Schedule]:
    for entry in listed.get("job", []):
        job = entry["job"]
        blocks = [block for task in job["tasks"] for block in _blocks(task)]
        yield _schedule(entry, job["name"], blocks, environment, timezone)
    for entry in listed.get("elt", []):
        blocks = [entry["extractor"], entry["loader"]]
        if entry.get("transform") in {"run", "only"}:
            message = (
                f"schedule '{entry['name']}' uses `transform`, which `meltano run` does not have; "
                "make a Meltano job of its blocks"
            )
            raise ConfigurationError(message)
        yield _schedule(entry, " ".join(blocks), blocks, environment, timezone)


def _blocks(task: object) -> list[str]:
    """Return the blocks of a task, which is a text or a list of texts."""
    return [
        block
        for part in (task if isinstance(task, list) else [task])
        for block in str(part).split()
    ]


def state_ids(blocks: Iterable[str], environment: str | None) -> list[str]:
    """Return the ids of the states that blocks write: `ENVIRONMENT:TAP-to-TARGET`.

    Two schedules of one pair share its state, and Meltano's own guard against parallel runs does
    not see across hosts (meltano issue 9947).
    """
    ids: list[str] = []
    tap = None
    for block in blocks:
        if block.startswith("tap-"):
            tap = block
        elif tap is not None and block.startswith("target-"):
            ids.append(f"{environment or ''}:{tap}-to-{block}")
            tap = None
    return list(dict.fromkeys(ids))


def _schedule(
    entry: Mapping[str, Any],
    run: str,
    blocks: list[str],
    environment: str | None,
    timezone: str,
) -> Schedule:
    cron = entry.get("cron_interval")
    job = {
        "id": "meltano",
        "type": "meltano",
        "run": run,
        "state_ids": state_ids(blocks, environment),
    }
    if environment:
        job["environment"] = environment
    document = {
        "application_name": entry["name"],
        "description": f"schedule of Meltano, {entry.get('interval')}",
        # `cron_interval` is null for @once, @manual and @none.
        "schedule": {"cron": cron, "timezone": timezone} if cron else "manual",
        "env_variables": dict(entry.get("env") or {}),
        "jobs": [job],
    }
    return Schedule(entry["name"], json.dumps(document, indent=1))
