"""SIGTERM and SIGINT: the process ends between whole lines, never inside one."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import FrameType, TracebackType

GRACE_SECONDS = 30
"""How long a chunk that has begun may still take after a signal, in seconds."""

SIGNAL_EXIT_BASE = 128


class Terminated(BaseException):
    """A termination signal arrived; the last line written is whole.

    It is no `Exception`, so that no handler of failures mistakes it for one.
    """

    def __init__(self, signum: int) -> None:
        """Keep the number of the signal.

        Args:
            signum: the signal, for example `signal.SIGTERM`.
        """
        super().__init__(signal.Signals(signum).name)
        self.signum = signum

    @property
    def exit_code(self) -> int:
        """128 plus the number of the signal, as a shell reports it."""
        return SIGNAL_EXIT_BASE + self.signum


class TerminationGate:
    """Holds a signal back while a chunk and its bookmark are being written.

    `with gate:` marks such a stretch; stretches nest. A signal outside raises `Terminated` at
    once, a signal inside raises it when the outermost stretch ends. A reader that takes nothing
    for `GRACE_SECONDS` is given up: the process then ends at once with the code of the signal
    and without a further line, so that nothing is glued to a line cut short.
    """

    def __init__(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Open the gate.

        Args:
            grace_seconds: how long a stretch may last after a signal.
        """
        self._grace_seconds = grace_seconds
        self._depth = 0
        self._pending: int | None = None
        self._closing = False

    def __enter__(self) -> Self:
        """Begin a stretch that a signal must not cut."""
        self._depth += 1
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End a stretch.

        Raises:
            Terminated: a signal arrived inside the outermost stretch.
        """
        self._depth -= 1
        if self._depth or self._closing or self._pending is None or exc_value is not None:
            return
        self._raise(self._pending)

    def receive(self, signum: int, frame: FrameType | None = None) -> None:
        """Take a signal; the handler given to `signal.signal`.

        Args:
            signum: the signal that arrived.
            frame: where it arrived; not used.

        Raises:
            Terminated: no stretch is open.
        """
        del frame
        if self._closing:
            return
        first = self._pending is None
        self._pending = signum
        if first:
            self._arm(signum)
        if self._depth == 0:
            self._raise(signum)

    def release(self) -> None:
        """Disarm the grace timer; called when the last line has been written."""
        if threading.current_thread() is threading.main_thread():
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _raise(self, signum: int) -> None:
        self._closing = True
        raise Terminated(signum)

    def _arm(self, signum: int) -> None:
        def give_up(_signum: int, _frame: FrameType | None) -> None:
            os._exit(SIGNAL_EXIT_BASE + signum)

        signal.signal(signal.SIGALRM, give_up)
        signal.setitimer(signal.ITIMER_REAL, self._grace_seconds)
