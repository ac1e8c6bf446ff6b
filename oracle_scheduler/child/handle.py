"""A worker's side of a supervisor: starting it, keeping it, and reading what it leaves."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oracle_core.redact import PLACEHOLDER
from oracle_scheduler.child import processes
from oracle_scheduler.child.supervisor import End
from oracle_scheduler.store.endings import Ending
from oracle_scheduler.store.states import State

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_scheduler.child.command import Command

CLAIM_SHARE = 0.7
"""Share of the lease after which a supervisor that hears nothing kills its command."""

MARK = "ORACLE_SCHEDULER_CLAIM"
"""Variable that all processes of an attempt inherit; its value is the token."""


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


_INTERRUPTED = {
    End.STOPPED: "the service was stopped",
    End.ABANDONED: "its worker stopped without a word",
    End.TOO_LATE: "its worker came to it only when the claim might have run out",
}


def _ending(end: End, exit_code: int | None, reason: str) -> Ending:
    if end in _INTERRUPTED:
        was_started = end is not End.TOO_LATE
        return Ending(State.INTERRUPTED, exit_code, _INTERRUPTED[end], was_started=was_started)
    if end is End.TIMEOUT:
        return Ending(State.TIMEOUT, exit_code, "the timeout of the job passed")
    if end is not End.EXITED:
        return Ending(State.FAILED, exit_code, reason)
    if exit_code == 0:
        return Ending(State.SUCCESS, 0, reason or None)
    text = f"exit code {exit_code}"
    return Ending(State.FAILED, exit_code, f"{text}; {reason}" if reason else text)


_LOST = "its supervisor was killed, or had no room for the result in --log-dir"


class Child:
    """One supervised command."""

    def __init__(
        self, command: Command, spool: Spool, limits: Limits, *, held_since: float | None = None
    ) -> None:
        """Start it.

        Args:
            command: What to run.
            spool: Where its output and result go.
            limits: How long it may take.
            held_since: Monotonic time of the claim, read before it was asked for; None: now.
        """
        self._limits = limits
        since = time.monotonic() if held_since is None else held_since
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
            "env": {**command.env, MARK: spool.token},
            "folder": command.folder,
            "secrets": command.secrets,
            "placeholder": PLACEHOLDER,
            "output": str(spool.output),
            "result": str(spool.result),
            "timeout_seconds": limits.timeout_seconds,
            "claim_until": self._claim_until(since),
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

    def keep(self, held_since: float) -> None:
        """Put the deadline of the claim off, after a heartbeat that succeeded.

        Args:
            held_since: Monotonic time of the heartbeat, read before it was sent: this process may
                be stopped between its answer and here, while the lease runs out.
        """
        self._say(f"keep {self._claim_until(held_since)}")

    def _claim_until(self, held_since: float) -> float:
        return held_since + self._limits.lease_seconds * CLAIM_SHARE

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
        ending = self.spool.ending()
        if ending is None:
            processes.kill_marked(MARK, self.spool.token)
            ending = Ending(State.INTERRUPTED, None, _LOST)
        return ending

    def _say(self, text: str) -> None:
        pipe = self._process.stdin
        if pipe is None or pipe.closed:
            return
        try:
            pipe.write(f"{text}\n".encode())
        except (BrokenPipeError, ValueError):
            # The command has ended, or another thread has closed the pipe; `poll` tells so.
            return


def kill_leftovers(folder: Path) -> int:
    """Kill what is left of attempts whose supervisor was killed, and return the number.

    Args:
        folder: Folder of spools. A supervisor that lives holds the lock of its file there.
    """
    count = 0
    for draft in folder.glob("*.new"):
        with draft.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            count += processes.kill_marked(MARK, draft.stem)
    return count


def prune(folder: Path, before: float) -> None:
    """Remove files of outputs and results that were last written before a moment.

    Args:
        folder: Folder of spools.
        before: Moment as seconds since 1970.
    """
    suffixes = {".log", ".1", ".head", ".new", ".json"}
    for path in folder.glob("*"):
        if path.suffix in suffixes and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
