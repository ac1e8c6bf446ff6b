"""SIGTERM and SIGINT: when a run ends, and what it still finishes first."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

GRACE_SECONDS = 30.0
"""Default time that work may take to reach its end after a signal."""

_UNSEEN_SECONDS = 0.1
"""Time after which a signal that the main thread has not noticed is sent to it once more."""

_EXPIRY_INTERVAL_SECONDS = 1.0
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
            self._watch()

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
            # Not a thread: only the handler of a signal can raise in a wait of the main thread.
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

    def _watch(self) -> None:
        """Start the thread that repeats a signal which the main thread sleeps through.

        Python calls a handler when the main thread next runs bytecode. A signal that comes just
        before that thread blocks in a system call (or that another thread receives) would wait
        until the call returns, which may be hours for a statement that waits for a lock.
        """
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        threading.Thread(target=self._repeat_unseen, args=(reader,), daemon=True).start()

    def _repeat_unseen(self, reader: int) -> None:
        main = threading.main_thread().ident
        while received := os.read(reader, 1):
            signum = received[0]
            if signum not in _SIGNALS or main is None:
                continue
            while self._received is None and signal.getsignal(signum) == self.handle:
                time.sleep(_UNSEEN_SECONDS)
                if self._received is None:
                    signal.pthread_kill(main, signum)

    def _start_grace_period(self) -> None:
        signal.signal(signal.SIGALRM, self._expire)
        # Repeated, because one alarm can be slept through as any signal can (see `_watch`).
        signal.setitimer(signal.ITIMER_REAL, self._grace_seconds, _EXPIRY_INTERVAL_SECONDS)

    def _expire(self, signum: int, frame: FrameType | None) -> None:
        del frame
        signal.setitimer(signal.ITIMER_REAL, 0)
        received = self._received or signum
        if self._is_breakable:
            raise Terminated(received, forced=True)
        # Not sys.exit: its exception would end inside the write that must not be cut short.
        os._exit(_EXIT_BASE + received)
