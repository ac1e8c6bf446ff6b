"""Calls a function at intervals in a thread of its own, so that a quiet session stays in use."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class KeepAlive:
    """A daemon thread that waits, calls and waits again until it is stopped."""

    def __init__(self, action: Callable[[], None], *, seconds: float, name: str) -> None:
        """Keep the action; nothing runs yet.

        Args:
            action: Called at each interval; must not raise.
            seconds: The interval.
            name: Name of the thread, for whoever looks at a hanging process.
        """
        self._action = action
        self._seconds = seconds
        self._name = name
        self._stopped: threading.Event | None = None

    def start(self) -> None:
        """Start the thread, unless it runs."""
        if self._stopped is None:
            self._stopped = threading.Event()
            # A daemon: a run that is broken off must not wait for a server that does not answer.
            threading.Thread(
                target=self._run, args=(self._stopped,), name=self._name, daemon=True
            ).start()

    def stop(self) -> None:
        """Let the thread end; a call that has begun is not waited for."""
        stopped, self._stopped = self._stopped, None
        if stopped is not None:
            stopped.set()

    def _run(self, stopped: threading.Event) -> None:
        while not stopped.wait(self._seconds):
            self._action()
