"""A worker's side of a supervisor: starting it, keeping it, and reading what it leaves."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oracle_core.redact import PLACEHOLDER
from oracle_scheduler.child.supervisor import End
from oracle_scheduler.store.endings import Ending
from oracle_scheduler.store.states import State

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_scheduler.child.command import Command

CLAIM_SHARE = 0.7
"""Share of the lease after which a supervisor that hears nothing kills its command."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a command may run, go without its worker, and take to end; seconds."""

    timeout_seconds: float
    lease_seconds: float
    grace_seconds: float


@dataclass(frozen=True, slots=True)
class Spool:
    """The files of one attempt, named by its token."""

    folder: Path
    token: str

    @property
    def output(self) -> Path:
        """File of the output."""
        return self.folder / f"{self.token}.log"

    @property
    def result(self) -> Path:
        """File of the result, there once the command has ended."""
        return self.folder / f"{self.token}.json"

    def files(self) -> tuple[Path, ...]:
        """Return the files of the output that are there."""
        older = self.output.with_suffix(".1")
        return tuple(path for path in (older, self.output) if path.exists())

    def ending(self) -> Ending | None:
        """Return how the command ended; None until it has a result."""
        try:
            result: dict[str, Any] = json.loads(self.result.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return _ending(End(result["end"]), result["exit_code"], result["reason"])

    def remove(self) -> None:
        """Remove the result; the output stays until it is pruned."""
        self.result.unlink(missing_ok=True)


def _ending(end: End, exit_code: int | None, reason: str) -> Ending:
    if end is End.EXITED:
        if exit_code == 0:
            return Ending(State.SUCCESS, 0, reason or None)
        said = f"exit code {exit_code}"
        return Ending(State.FAILED, exit_code, f"{said}; {reason}" if reason else said)
    if end is End.TIMEOUT:
        return Ending(State.TIMEOUT, exit_code, "the timeout of the job passed")
    if end in {End.NOT_STARTED, End.CHECK_FAILED}:
        return Ending(State.FAILED, exit_code, reason)
    if end is End.STOPPED:
        return Ending(State.INTERRUPTED, exit_code, "the service was stopped")
    return Ending(State.INTERRUPTED, exit_code, "its worker stopped without a word")


_LOST = "its supervisor was killed, or had no room for the result in --log-dir"


class Child:
    """One supervised command."""

    def __init__(self, command: Command, spool: Spool, limits: Limits) -> None:
        """Start it.

        Args:
            command: What to run.
            spool: Where its output and result go.
            limits: How long it may take.
        """
        # For the user of the service alone: an output may hold data.
        spool.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.spool = spool
        self._process = subprocess.Popen(
            [sys.executable, "-m", "oracle_scheduler.child.supervisor"],
            bufsize=0,  # nothing is left to be written when the pipe is closed
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        order = {
            "arguments": command.arguments,
            "env": dict(command.env),
            "folder": command.folder,
            "secrets": command.secrets,
            "placeholder": PLACEHOLDER,
            "output": str(spool.output),
            "result": str(spool.result),
            "timeout_seconds": limits.timeout_seconds,
            "claim_seconds": limits.lease_seconds * CLAIM_SHARE,
            "grace_seconds": limits.grace_seconds,
            "pre_checks": command.pre_checks,
            "post_checks": command.post_checks,
        }
        # By the pipe and not as arguments, which every user of the machine sees in /proc.
        self._say(json.dumps(order))

    @property
    def pid(self) -> int:
        """Process id of the supervisor."""
        return self._process.pid

    def keep(self) -> None:
        """Put the deadline of the claim off; call it after each heartbeat that succeeded."""
        self._say("keep")

    def stop(self) -> None:
        """Ask for an end within the grace time."""
        self._say("stop")

    def abandon(self) -> None:
        """Close the control pipe: the command and all its descendants are killed."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()

    def poll(self) -> bool:
        """Return whether the supervisor has ended."""
        return self._process.poll() is not None

    def wait(self) -> None:
        """Wait until the supervisor has ended."""
        self._process.wait()
        self.abandon()

    def ending(self) -> Ending:
        """Return how the command ended, after `poll` returned true."""
        # A pipe left open would cost the service a descriptor per job.
        self.abandon()
        lost = Ending(State.INTERRUPTED, None, _LOST)
        return self.spool.ending() or lost

    def _say(self, text: str) -> None:
        pipe = self._process.stdin
        if pipe is None or pipe.closed:
            return
        try:
            pipe.write(f"{text}\n".encode())
        except BrokenPipeError:
            # The command has ended meanwhile; `poll` tells so.
            return
