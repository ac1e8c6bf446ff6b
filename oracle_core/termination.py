"""SIGTERM and SIGINT: when a run ends, and what it still finishes first."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

GRACE_SECONDS = 30.0
"""Default time that work may take to reach its end after a signal."""

_EXIT_BASE = 128
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Terminated(BaseException):
    """A termination signal ended the run.

    Like KeyboardInterrupt this does not derive from Exception, so that no handler of failures
    catches it.
    """

    def __init__(self, signum: int, *, forced: bool = False) -> None:
        """Initialize the exception.

        Args:
            signum: Number of the signal, for example `signal.SIGTERM`.
            forced: Whether work in progress was broken off, for example a database call.
        """
        super().__init__(signal.Signals(signum).name)
        self.signum = signum
        self.forced = forced

    @property
    def exit_code(self) -> int:
        """128 plus the number of the signal, as a shell reports it."""
        return _EXIT_BASE + self.signum


class Termination:
    """Decides what a termination signal does, depending on what the run is doing.

    A signal raises `Terminated` at once, except while work is held (`holding`, or everything
    outside `waiting` for a run that is `held`): then it is raised at the end of that work. Work
    that takes longer than the grace period is given up. If it is `breakable`, `Terminated` is
    raised inside it, as a second signal does too; otherwise the process exits, because an
    exception in the middle of a write would leave a line cut short.
    """

    def __init__(
        self,
        *,
        held: bool = False,
        breakable: bool = False,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        """Start with no signal received.

        Args:
            held: Whether signals wait for `check` or `waiting` wherever the run is.
            breakable: Whether held work may be broken off by an exception.
            grace_seconds: How long held work may take after a signal.
        """
        self._depth = int(held)
        self._is_breakable = breakable
        self._grace_seconds = grace_seconds
        self._received: int | None = None
        self._is_raised = False

    def install(self) -> None:
        """Install the signal handlers; outside the main thread Python does not allow it."""
        if threading.current_thread() is threading.main_thread():
            for signum in _SIGNALS:
                signal.signal(signum, self.handle)

    def handle(self, signum: int, frame: FrameType | None = None) -> None:
        """Handle a signal; the handler given to `signal.signal`.

        Args:
            signum: Number of the signal.
            frame: Where it arrived; not used.

        Raises:
            Terminated: If no work is held, or if held work is broken off.
        """
        del frame
        if self._received is None:
            self._received = signum
            self._start_grace_period()
            if self._depth == 0:
                self._end(signum)
        elif self._is_breakable:
            raise Terminated(self._received, forced=True)

    @contextlib.contextmanager
    def holding(self) -> Iterator[None]:
        """Hold signals back while the body runs; may be nested.

        Raises:
            Terminated: If a signal arrived inside the outermost body and the body succeeded.
        """
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
        # Raised once: what cleans up after `Terminated` may hold work of its own.
        if self._received is not None and self._depth == 0 and not self._is_raised:
            self._end(self._received)

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Let a signal end the body at once, also inside held work.

        Raises:
            Terminated: If a signal has arrived.
        """
        depth, self._depth = self._depth, 0
        try:
            self.check()
            yield
        finally:
            self._depth = depth

    def check(self) -> None:
        """End the run if a signal has arrived.

        Raises:
            Terminated: If one has.
        """
        if self._received is not None:
            self._end(self._received)

    def release(self) -> None:
        """Stop the grace period, once nothing is left that could be cut short."""
        if threading.current_thread() is threading.main_thread():
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _end(self, signum: int) -> None:
        self._is_raised = True
        raise Terminated(signum)

    def _start_grace_period(self) -> None:
        signal.signal(signal.SIGALRM, self._expire)
        signal.setitimer(signal.ITIMER_REAL, self._grace_seconds)

    def _expire(self, signum: int, frame: FrameType | None) -> None:
        del frame
        received = self._received or signum
        if self._is_breakable:
            raise Terminated(received, forced=True)
        os._exit(_EXIT_BASE + received)
