"""SIGTERM and SIGINT: end at once while waiting for input, else after the batch in flight."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

GRACE_SECONDS = 20.0
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Terminated(BaseException):
    """The run was asked to end.

    Like KeyboardInterrupt it is no Exception, so that nothing on the way takes it for a failure.
    """

    def __init__(self, number: int, *, forced: bool = False) -> None:
        """Keep the signal; `forced` when it broke a call to the database off."""
        super().__init__(number)
        self.number = number
        self.forced = forced

    @property
    def exit_code(self) -> int:
        """Return 128 + the number of the signal, as a shell shows it."""
        return 128 + self.number


class Termination:
    """What a signal does depends on the moment.

    While the run waits for input it ends at once. In the middle of a batch the first signal only
    leaves a note, which `check` acts on before the next batch or wait; a second signal, or twenty
    seconds, end the batch as well, and the database rolls it back.
    """

    def __init__(self) -> None:
        """Start with no signal seen."""
        self._received: int | None = None
        self._at_once = False

    def install(self) -> None:
        """Take over the signals; only the main thread may (Python `signal` module)."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (*_SIGNALS, signal.SIGALRM):
            signal.signal(number, self.handle)

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Act on a signal or leave a note."""
        del frame
        if self._at_once:
            raise Terminated(number)
        if self._received is not None:
            raise Terminated(self._received, forced=True)
        self._received = number
        signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Surround a wait that may be broken off at once."""
        self._at_once = True
        try:
            self.check()
            yield
        finally:
            self._at_once = False

    def check(self) -> None:
        """End the run if a signal has come.

        Raises:
            Terminated: when one has.
        """
        if self._received is not None:
            raise Terminated(self._received)
