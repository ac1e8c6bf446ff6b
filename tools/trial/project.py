"""A Meltano project of one's own, and the plugins as processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from demo.pipeline import PROJECT, QUIET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oracle_standin import Standin

SCRIPTS = Path(sys.executable).parent
USERS = {"HR": "hr", "HR_COPY": "copy"}


class TrialError(Exception):
    """A task of the trial did not do what it should."""


def settings_of(database: Standin, user: str, **more: Any) -> dict[str, Any]:
    """Return the settings of a plugin that connects as a user."""
    return {
        "host": database.host,
        "port": database.port,
        "service_name": database.service_name,
        "user": user,
        "password": USERS[user],
        **more,
    }


@dataclass(frozen=True, slots=True)
class Project:
    """A Meltano project with the two plugins as they are installed beside this Python.

    Args:
        folder: Where `meltano.yml` and Meltano's own files are.
        meltano: The executable.
    """

    folder: Path
    meltano: Path

    def write(self, tap: Mapping[str, Any], target: Mapping[str, Any], **tap_extras: Any) -> None:
        """Write `meltano.yml`; `tap_extras` are `select`, `metadata` and their like."""
        extractor = own_plugin("tap-oracle", tap)
        self.write_plugins(
            extractors=[{**extractor, **tap_extras}], loaders=[own_plugin("target-oracle", target)]
        )

    def write_plugins(self, **plugins: Sequence[Mapping[str, Any]]) -> None:
        """Write `meltano.yml` with plugins by kind, and the definitions that ours inherit from."""
        shutil.copytree(PROJECT / "plugins", self.folder / "plugins", dirs_exist_ok=True)
        content = {
            "version": 1,
            "default_environment": "trial",
            "environments": [{"name": "trial"}],
            "send_anonymous_usage_stats": False,
            "plugins": {kind: list(listed) for kind, listed in plugins.items()},
        }
        text = yaml.safe_dump(content, sort_keys=False)
        (self.folder / "meltano.yml").write_text(text, "utf-8")

    def run(self, *arguments: str) -> str:
        """Run a Meltano command and return what it printed.

        Raises:
            TrialError: If it fails; with the end of its log.
        """
        done = subprocess.run(  # noqa: S603 - our own command line
            [str(self.meltano), *arguments],
            cwd=self.folder,
            env={**os.environ, **QUIET},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            message = f"meltano {' '.join(arguments)}: {(done.stdout + done.stderr)[-2000:]}"
            raise TrialError(message)
        return done.stdout


def own_plugin(name: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plugin that inherits its definition from the lock file beside the project."""
    return {
        "name": name,
        "variant": "singer-oracle",
        "executable": str(SCRIPTS / name),
        "config": dict(config),
    }


def discover(folder: Path, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the catalog of a tap."""
    path = folder / "discover.json"
    path.write_text(json.dumps(config), "utf-8")
    done = subprocess.run(  # noqa: S603 - our own command
        [SCRIPTS / "tap-oracle", "--config", path, "--discover"], capture_output=True, check=False
    )
    if done.returncode:
        raise TrialError(done.stderr.decode()[-2000:])
    catalog: dict[str, Any] = json.loads(done.stdout)
    return catalog


@dataclass(frozen=True, slots=True)
class Piped:
    """What a pipe of tap and target left: the last state, and peaks of memory in MiB."""

    state: dict[str, Any]
    tap_peak: float
    target_peak: float


def pipe(folder: Path, tap: Mapping[str, Any], target: Mapping[str, Any], **files: Any) -> Piped:
    """Run `tap-oracle | target-oracle`; `files` are the tap's `catalog` and `state`.

    Raises:
        TrialError: If one of them fails; with the end of its log.
    """
    options: list[str] = []
    for name, content in {"config": tap, **files}.items():
        path = folder / f"tap-{name}.json"
        path.write_text(json.dumps(content), "utf-8")
        options += [f"--{name}", str(path)]
    config = folder / "target-config.json"
    config.write_text(json.dumps(target), "utf-8")
    logs = [folder / "tap.log", folder / "target.log"]
    with logs[0].open("wb") as tap_log, logs[1].open("wb") as target_log:
        reader = subprocess.Popen(  # noqa: S603 - our own command
            [SCRIPTS / "tap-oracle", *options], stdout=subprocess.PIPE, stderr=tap_log
        )
        loader = subprocess.Popen(  # noqa: S603 - our own command
            [SCRIPTS / "target-oracle", "--config", config],
            stdin=reader.stdout,
            stdout=subprocess.PIPE,
            stderr=target_log,
        )
    assert reader.stdout is not None  # noqa: S101 - a pipe
    assert loader.stdout is not None  # noqa: S101 - a pipe
    reader.stdout.close()
    lines: list[bytes] = []
    drain = threading.Thread(target=lambda: lines.extend(loader.stdout or ()))
    drain.start()
    peaks = [_peak_of(process) for process in (reader, loader)]
    drain.join()
    loader.stdout.close()
    if reader.returncode or loader.returncode:
        message = "".join(log.read_text("utf-8")[-1000:] for log in logs)
        raise TrialError(message)
    return Piped(json.loads(lines[-1]), *peaks)


def _peak_of(process: subprocess.Popen[bytes]) -> float:
    """Wait for a process, and return the most memory that it had, in MiB."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / 1024
