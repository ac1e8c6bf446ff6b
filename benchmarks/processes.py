"""Running pipelines of processes, and the CPU seconds that each of them took."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Measured:
    """What one pipeline took: seconds by the clock, CPU seconds by process, and of the server."""

    seconds: float
    cpu_seconds: tuple[float, ...]
    server_cpu_seconds: float


class PipelineError(RuntimeError):
    """A process of a pipeline failed; the message ends with the last lines of its log."""


def run(
    commands: Sequence[Sequence[str]], *, server: int, log: Path, source: Path, sink: Path
) -> Measured:
    """Run commands, each reading what the one before it writes.

    Args:
        commands: The command lines.
        server: Process id of the server, to read its CPU seconds.
        log: Where the standard errors go.
        source: Standard input of the first command.
        sink: Standard output of the last command.
    """
    server_start = cpu_seconds(server)
    start = time.monotonic()
    with source.open("rb") as given, sink.open("wb") as taken, log.open("wb") as errors:
        processes: list[subprocess.Popen[bytes]] = []
        for command in commands:
            is_last = len(processes) == len(commands) - 1
            before = processes[-1].stdout if processes else given
            processes.append(
                subprocess.Popen(  # noqa: S603 - our own commands
                    command,
                    stdin=before,
                    stdout=taken if is_last else subprocess.PIPE,
                    stderr=errors,
                )
            )
            if processes[:-1] and before is not None:
                before.close()
        spent = [_wait(process, log) for process in processes]
    return Measured(time.monotonic() - start, tuple(spent), cpu_seconds(server) - server_start)


def _wait(process: subprocess.Popen[bytes], log: Path) -> float:
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        tail = "\n".join(log.read_text("utf-8", "replace").splitlines()[-15:])
        message = f"{process.args!r} ended with {process.returncode}\n{tail}"
        raise PipelineError(message)
    return usage.ru_utime + usage.ru_stime


def cpu_seconds(process_id: int) -> float:
    """Return the CPU seconds of a running process, without its children."""
    fields = Path(f"/proc/{process_id}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND
