"""Runs the two plugins as the processes that a user would run."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.launcher import Launcher
from tests.launcher import environment as launched_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

TIMEOUT_SECONDS = 600
"""How long a process may take that does not hang; generous, because machines may be busy."""

POLL_SECONDS = 0.02
"""Time between two looks at a condition that a test waits for."""

JSONL = Path(__file__).resolve().parents[1] / ".meltano/loaders/target-jsonl/venv/bin/target-jsonl"


@dataclass(frozen=True)
class Finished:
    """What a plugin process left behind."""

    code: int
    stdout: bytes
    stderr: str

    def messages(self) -> list[dict[str, Any]]:
        """Return the Singer messages on stdout; fails on a torn line."""
        return self._messages

    @functools.cached_property
    def _messages(self) -> list[dict[str, Any]]:
        assert not self.stdout or self.stdout.endswith(b"\n"), "last line is not whole"
        return [json.loads(line) for line in self.stdout.splitlines()]

    def records(self, stream: str) -> list[dict[str, Any]]:
        """Return the records of one stream, in order."""
        return [
            message["record"]
            for message in self.messages()
            if message["type"] == "RECORD" and message["stream"] == stream
        ]

    def states(self) -> list[dict[str, Any]]:
        """Return the values of the STATE messages (a tap) or state lines (a target), in order."""
        return [
            message["value"] if message.get("type") == "STATE" else message
            for message in self.messages()
            if message.get("type", "STATE") == "STATE"
        ]

    def errors(self) -> list[str]:
        """Return the lines of stderr that report an error."""
        return [line for line in self.stderr.splitlines() if "ERROR" in line or "CRITICAL" in line]


class Plugin:
    """Starts `tap-oracle` or `target-oracle` with files made from Python values."""

    def __init__(self, name: str, folder: Path, launcher: Launcher) -> None:
        """Run the command beside the running Python and keep the files in `folder`."""
        self.name = name
        self.launcher = launcher
        self.folder = folder
        self.runs = 0

    def command(self, config: Mapping[str, Any] | None, *options: str, **files: Any) -> list[str]:
        """Return the command line; `files` such as `catalog=` and `state=` become JSON files.

        The target keeps no JOB_HISTORY unless a test asks for it: most look at their own tables.
        """
        self.runs += 1
        if config is not None and self.name == "target-oracle":
            config = {"job_history_table": "", **config}
        command = [str(Path(sys.executable).with_name(self.name))]
        given = dict(files) if config is None else {"config": config, **files}
        for option, value in given.items():
            path = self.folder / f"{self.name}-{self.runs}-{option}.json"
            path.write_text(json.dumps(value), encoding="utf-8")
            command += [f"--{option}", str(path)]
        return [*command, *options]

    def run(
        self,
        config: Mapping[str, Any] | None,
        *options: str,
        stdin: bytes | None = None,
        environment: Mapping[str, str] | None = None,
        **files: Any,
    ) -> Finished:
        """Run to the end and return what came out.

        A fork of a process that has the imports, unless the environment is the test's own.
        """
        command = self.command(config, *options, **files)
        if not environment and self.launcher.environment == launched_environment():
            code, stdout, stderr = self.launcher.run(command, stdin, TIMEOUT_SECONDS)
            return Finished(code, stdout, stderr.decode())
        done = subprocess.run(
            command,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
            env={**os.environ, **(environment or {})},
        )
        return Finished(done.returncode, done.stdout, done.stderr.decode())

    def start(
        self,
        config: Mapping[str, Any] | None,
        *options: str,
        environment: Mapping[str, str] | None = None,
        **files: Any,
    ) -> subprocess.Popen[bytes]:
        """Start with pipes on all three streams."""
        return subprocess.Popen(
            self.command(config, *options, **files),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
        )


class JsonLines:
    """The loader target-jsonl, somebody else's: singer-python and draft 4 of JSON Schema."""

    def __init__(self, program: Path, folder: Path) -> None:
        """Take the program that Meltano installed, and a new folder for its files."""
        self.program = program
        self.folder = folder

    def load(self, lines: bytes) -> Finished:
        """Load the output of a tap."""
        config = self.folder / "config.json"
        config.write_text(
            json.dumps({"destination_path": str(self.folder), "do_timestamp_file": False}),
            encoding="utf-8",
        )
        done = subprocess.run(
            [str(self.program), "--config", str(config)],
            input=lines,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr.decode())

    def records(self, stream: str) -> list[dict[str, Any]]:
        """Return what the file of a stream holds, numbers exact."""
        text = (self.folder / f"{stream}.jsonl").read_text(encoding="utf-8")
        return [json.loads(line, parse_float=Decimal) for line in text.splitlines()]


def exit_code(returned: int) -> int:
    """Return the code as a shell shows it: 128 + n when signal n ended the process."""
    return 128 - returned if returned < 0 else returned


TERMINATED = 128 + signal.SIGTERM


def wait_until_signal_is_handled(process: subprocess.Popen[bytes]) -> None:
    """Return once a plugin has handled its first termination signal.

    The handler starts the grace period by catching SIGALRM, which the kernel shows. A second
    signal that is sent earlier would be merged with the first one.
    """
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        caught = next(
            line for line in status.read_text().splitlines() if line.startswith("SigCgt:")
        )
        if int(caught.split()[1], 16) >> (signal.SIGALRM - 1) & 1:
            return
        time.sleep(POLL_SECONDS)


@pytest.fixture(scope="session")
def launcher(request: pytest.FixtureRequest) -> Iterator[Launcher]:
    """Start the process that runs of plugins are forked from."""
    # Sets the variables by which the process records its statements.
    request.getfixturevalue("sent_statements")
    with closing(Launcher()) as launcher:
        yield launcher


@pytest.fixture
def tap(tmp_path: Path, launcher: Launcher) -> Plugin:
    """Return a runner of `tap-oracle`."""
    return Plugin("tap-oracle", tmp_path, launcher)


@pytest.fixture
def jsonl(tmp_path: Path) -> JsonLines:
    """Return a runner of `target-jsonl`."""
    program = JSONL if JSONL.exists() else shutil.which("target-jsonl")
    assert program, "target-jsonl is missing: `make .meltano/.installed` installs it"
    folder = tmp_path / "jsonl"
    folder.mkdir()
    return JsonLines(Path(program), folder)


@pytest.fixture
def target(tmp_path: Path, launcher: Launcher) -> Plugin:
    """Return a runner of `target-oracle`."""
    return Plugin("target-oracle", tmp_path, launcher)


def select(catalog: dict[str, Any], choose: Callable[[str], str | None]) -> dict[str, Any]:
    """Return the catalog with streams selected; `choose` gives a replication key, "" or None.

    None deselects the stream, "" selects it in full, a name selects it INCREMENTAL by that key.
    """
    for stream in catalog["streams"]:
        key = choose(stream["tap_stream_id"])
        top = next(entry for entry in stream["metadata"] if entry["breadcrumb"] == [])
        top["metadata"]["selected"] = key is not None
        if key:
            stream["replication_key"] = key
            stream["replication_method"] = "INCREMENTAL"
            top["metadata"]["replication-key"] = key
            top["metadata"]["replication-method"] = "INCREMENTAL"
    return catalog
