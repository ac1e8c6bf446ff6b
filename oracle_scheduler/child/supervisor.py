"""Watches one command: `python -m oracle_scheduler.child.supervisor`, started by a worker.

Standard input is the control pipe: its first line is the order as JSON, `keep` and a moment put
the deadline of the claim off, `stop` asks for an end, and its end means that the worker is gone.
Moments are those of the monotonic clock, which all processes of a machine share.
Whatever ends the command, no descendant of it is left, and the result stands in a file before
this process ends, so that a worker that was restarted reports instead of guessing.
"""

from __future__ import annotations

import fcntl
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oracle_scheduler.child import processes
from oracle_scheduler.child.checks import failed_check
from oracle_scheduler.child.output import OutputFile, RedactedLines

if TYPE_CHECKING:
    from collections.abc import Mapping

_POLL_SECONDS = 0.05
_READ_BYTES = 65_536
_RESULT_BYTES = 4_096


class End(StrEnum):
    """Why the command ended."""

    EXITED = "exited"
    TIMEOUT = "timeout"
    STOPPED = "stopped"
    ABANDONED = "abandoned"
    TOO_LATE = "too late"
    NOT_STARTED = "not started"
    CHECK_FAILED = "check failed"


@dataclass(frozen=True, slots=True)
class Order:
    """What to run and where its result goes.

    Attributes:
        timeout_seconds: Longest time of the command.
        claim_until: Moment at which the command is killed unless the worker has named a later one;
            before the end of the lease, so that nobody else has begun by then.
        grace_seconds: Time from the first TERM to KILL.
        pre_checks: What has to hold before; each has `name` and its parameter.
        post_checks: What has to hold after the command succeeded.
    """

    arguments: tuple[str, ...]
    env: Mapping[str, str]
    folder: str | None
    secrets: tuple[str, ...]
    placeholder: str
    output: Path
    result: Path
    timeout_seconds: float
    claim_until: float
    grace_seconds: float
    pre_checks: tuple[Mapping[str, str], ...] = ()
    post_checks: tuple[Mapping[str, str], ...] = ()

    @classmethod
    def of(cls, line: bytes) -> Order:
        """Return the order that a line of JSON holds."""
        values: dict[str, Any] = json.loads(line)
        values["arguments"] = tuple(values["arguments"])
        values["secrets"] = tuple(values["secrets"])
        for name in ("pre_checks", "post_checks"):
            values[name] = tuple(values.get(name, ()))
        values["output"] = Path(values["output"])
        values["result"] = Path(values["result"])
        return cls(**values)


class Supervisor:
    """Runs one command to its end."""

    def __init__(self, order: Order, control: int) -> None:
        """Prepare.

        Args:
            order: What to run.
            control: File descriptor of the control pipe, behind the order.
        """
        self._order = order
        self._control = control
        self._draft = order.result.with_suffix(".new")
        self._lines = RedactedLines(order.secrets, order.placeholder)
        self._output = OutputFile(order.output)
        self._deadline = time.monotonic() + order.timeout_seconds
        self._claim_deadline = order.claim_until
        self._pending = b""

    def run(self) -> int:
        """Run the command, write the result, and return the exit code of this process."""
        processes.become_subreaper()
        lock = self._reserve()
        try:
            self._run()
        finally:
            os.close(lock)
        return 0

    def _run(self) -> None:
        problem = failed_check(self._order.pre_checks, self._order.folder)
        if problem is not None:
            self._finish(End.NOT_STARTED, None, f"pre_checks: {problem}")
            return
        # This process or its worker was stopped for so long that another may have the job by now.
        if time.monotonic() >= self._claim_deadline:
            self._finish(End.TOO_LATE, None, "")
            return
        try:
            child = subprocess.Popen(  # noqa: S603 - to run it is the order
                self._order.arguments,
                env=dict(self._order.env),
                cwd=self._order.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                # One pipe: with two the order of lines would be lost.
                stderr=subprocess.STDOUT,
                # A group of its own, which `_stop` signals.
                start_new_session=True,
                preexec_fn=processes.die_with_parent,  # noqa: PLW1509 - this process has one thread
            )
        except OSError as error:
            self._finish(End.NOT_STARTED, None, f"cannot be started: {error.strerror}")
            return
        with child:
            end = self._watch(child)
            if end is not End.EXITED:
                self._stop(child)
            # Before `_drain`: a descendant that holds the pipe would keep it open for ever.
            left = processes.kill_descendants(child.pid)
            code = child.wait()
            self._drain(child)
        has_left = left > 0 and end is End.EXITED
        reason = f"{left} processes were left behind and killed" if has_left else ""
        if end is End.EXITED and code == 0:
            problem = failed_check(self._order.post_checks, self._order.folder)
            if problem is not None:
                end, reason = End.CHECK_FAILED, f"post_checks: {problem}"
        self._finish(end, code, reason)

    def _reserve(self) -> int:
        """Take the room of the result, so that a disk which the output fills does not lose it.

        Returns:
            A descriptor whose lock tells that this process lives (`handle.kill_leftovers`).
        """
        descriptor = os.open(self._draft, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, b" " * _RESULT_BYTES)
        os.fsync(descriptor)
        return descriptor

    def _watch(self, child: subprocess.Popen[bytes]) -> End:
        """Pass the output on until the command ends or has to end."""
        assert child.stdout is not None  # noqa: S101 - it was asked for
        # A read must not wait: the deadlines below are looked at between two reads.
        os.set_blocking(child.stdout.fileno(), False)
        os.set_blocking(self._control, False)
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ, "output")
            selector.register(self._control, selectors.EVENT_READ, "control")
            while child.poll() is None:
                for key, _ in selector.select(_POLL_SECONDS):
                    if key.data == "output":
                        if not self._copy(child.stdout.fileno()):
                            selector.unregister(child.stdout)
                    elif (end := self._listen()) is not None:
                        return end
                now = time.monotonic()
                if now >= self._deadline:
                    return End.TIMEOUT
                if now >= self._claim_deadline:
                    return End.ABANDONED
        return End.EXITED

    def _copy(self, descriptor: int) -> bool:
        """Copy what is there to the output, and return whether more may come."""
        try:
            data = os.read(descriptor, _READ_BYTES)
        except BlockingIOError:
            return True
        self._output.write(self._lines.feed(data))
        return bool(data)

    def _listen(self) -> End | None:
        """Read what the worker says, and return the end that it means, if it means one."""
        data = os.read(self._control, _READ_BYTES)
        # The end of the pipe: the worker is gone, and nobody would report the command.
        if not data:
            return End.ABANDONED
        *lines, self._pending = (self._pending + data).split(b"\n")
        if b"stop" in lines:
            return End.STOPPED
        for line in lines:
            self._claim_deadline = float(line.removeprefix(b"keep "))
        return None

    def _stop(self, child: subprocess.Popen[bytes]) -> None:
        """Ask the command to end, then its group; `kill_descendants` follows."""
        half = self._order.grace_seconds / 2
        for to_group in (False, True):
            processes.send(child.pid, signal.SIGTERM, to_group=to_group)
            until = time.monotonic() + half
            # Its output is still copied: a command that waits for room in the pipe could not end.
            while child.poll() is None and time.monotonic() < until:
                assert child.stdout is not None  # noqa: S101 - it was asked for
                self._copy(child.stdout.fileno())
                time.sleep(_POLL_SECONDS)

    def _drain(self, child: subprocess.Popen[bytes]) -> None:
        """Copy what is left in the pipe; nobody holds its other end any more."""
        assert child.stdout is not None  # noqa: S101 - it was asked for
        while self._copy(child.stdout.fileno()):
            continue

    def _finish(self, end: End, code: int | None, reason: str) -> None:
        """Write the result whole: a file beside it, renamed."""
        self._output.write(self._lines.finish())
        self._output.close()
        # As a shell has it: 128 + n for signal n, which Popen gives as -n.
        exit_code = None if code is None else (128 - code if code < 0 else code)
        if self._output.lost:
            lost = f"{self._output.lost} bytes of output are lost: {self._output.fault}"
            reason = f"{reason}; {lost}" if reason else lost
        result = {
            "end": end,
            "exit_code": exit_code,
            "reason": reason,
            "output_bytes": self._output.total,
        }
        # In place, so that no block is allocated; JSON ignores the blanks behind it.
        with self._draft.open("r+b") as file:
            file.write(json.dumps(result).encode())
            file.flush()
            os.fsync(file.fileno())
        self._draft.replace(self._order.result)


def read_order(descriptor: int) -> bytes:
    """Return the first line of the control pipe, not a byte more."""
    line = bytearray()
    # Byte by byte: what follows in the pipe is for the selector, and no buffer may hold it.
    while (byte := os.read(descriptor, 1)) not in {b"", b"\n"}:
        line += byte
    return bytes(line)


def main() -> int:
    """Run the order that stands in the control pipe."""
    # A signal to the worker's group is the worker's business: it says `stop`, or is gone.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    line = read_order(0)
    if not line:
        return 1
    return Supervisor(Order.of(line), 0).run()


if __name__ == "__main__":
    sys.exit(main())
