"""Repetition of actions that may succeed later; `errors.describe` decides which those are."""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import oracledb

from oracle_core.errors import DatabaseError, Fault, describe

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Backoff:
    """How often and how long to wait; times in seconds.

    The wait doubles each time, up to `longest_seconds`, and is shortened at random by up to half,
    so that clients that failed together do not come back together.
    """

    attempts: int = 3
    first_seconds: float = 0.5
    longest_seconds: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = field(default=random.random)

    def wait_seconds(self, failures: int) -> float:
        """Return the wait after the given number of failures."""
        # The exponent is bounded so that no number of failures overflows a float.
        wait = min(self.longest_seconds, self.first_seconds * 2.0 ** min(failures - 1, 60))
        return wait * (1 - self.chance() / 2)


def call(
    action: Callable[[], Result],
    *,
    where: str,
    backoff: Backoff | None = None,
    may_retry: Callable[[Fault], bool] = lambda fault: fault.retriable,
) -> Result:
    """Run an action until it succeeds, fails for good or has used up its attempts.

    Args:
        action: What to run; it must be safe to repeat.
        where: What is being done, for the report.
        backoff: How often and how long to wait.
        may_retry: Whether a fault is worth another attempt.

    Raises:
        DatabaseError: If the driver or the operating system failed at last; anything else
            passes at once as it is.
    """
    policy = backoff or Backoff()
    failures = 0
    while True:
        try:
            return action()
        # OSError: the driver passes on errors of resolver and socket, and TunnelError is one.
        except (oracledb.Error, OSError) as error:
            fault = describe(error, where=where)
            failures += 1
            if failures >= policy.attempts or not may_retry(fault):
                raise DatabaseError(fault) from error
            note(fault.code)
            wait = policy.wait_seconds(failures)
            _LOGGER.warning("%s; next attempt in %.1f seconds", fault.report, wait)
            policy.sleep(wait)


_observers: list[Callable[[str], None]] = []


def observe(observer: Callable[[str], None]) -> None:
    """Let an observer know the code of every failure after which something is tried again."""
    _observers.append(observer)


def note(code: str) -> None:
    """Tell the observers that something is tried again after a failure with this code."""
    for observer in _observers:
        observer(code)
