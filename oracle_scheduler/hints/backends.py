"""Where hints go: nowhere, to the threads of this process, or to Redis for all processes."""

from __future__ import annotations

import importlib
import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol

from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

_LOGGER = logging.getLogger(__name__)

_KEY = "oracle-scheduler:queue:{}"
_HINTS_MAX = 100
"""Hints that Redis keeps per queue, should no worker take them."""

_TIMEOUTS = {"socket_connect_timeout": 5.0, "socket_timeout": 5.0}
"""A server that is reached but does not answer must not hold up workers and firing."""


class Hints(Protocol):
    """What a worker waits for between two looks at the store."""

    def announce(self, queue: str) -> None:
        """Tell that a job of a queue may be ready; never fails."""

    def wait(self, queues: Sequence[str], seconds: float) -> None:
        """Wait for a hint for one of the queues, at most so long."""


class DatabaseHints:
    """No hints: workers look at the store in each poll interval."""

    def announce(self, queue: str) -> None:
        """Do nothing; the row in the store is what workers find."""

    def wait(self, queues: Sequence[str], seconds: float) -> None:
        """Wait for the poll interval."""
        del queues
        time.sleep(seconds)


class MemoryHints:
    """Hints between the threads of this process."""

    def __init__(self) -> None:
        """Begin without hints."""
        self._event = threading.Event()

    def announce(self, queue: str) -> None:
        """Wake the worker of this process; it looks into all of its queues."""
        del queue
        self._event.set()

    def wait(self, queues: Sequence[str], seconds: float) -> None:
        """Wait for a hint."""
        del queues
        if self._event.wait(seconds):
            self._event.clear()


class RedisHints:
    """Hints for all processes, as lists of Redis; while it is down they wait as without hints."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - of redis-py, which is optional
        """Use a client of redis-py."""
        self._client = client
        self._has_warned = False

    def announce(self, queue: str) -> None:
        """Append a hint; one worker takes it."""
        key = _KEY.format(queue)
        try:
            self._client.lpush(key, "1")
            # Lists of queues that no worker serves would grow without end.
            self._client.ltrim(key, 0, _HINTS_MAX - 1)
        except Exception as error:  # noqa: BLE001 - its errors are known to the optional package
            self._warn(error)

    def wait(self, queues: Sequence[str], seconds: float) -> None:
        """Wait for a hint in one of the lists."""
        keys, until = [_KEY.format(queue) for queue in queues], time.monotonic() + seconds
        # In parts: redis-py adds nothing to its socket timeout for what waits in the server. Not
        # zero, by which BLPOP means for ever.
        longest = _TIMEOUTS["socket_timeout"] / 2
        try:
            while (left := until - time.monotonic()) > 0:
                if self._client.blpop(keys, timeout=max(0.01, min(left, longest))):
                    break
        except Exception as error:  # noqa: BLE001 - as above
            self._warn(error)
            # A Redis that refuses at once would keep the worker's loop busy.
            time.sleep(seconds)
        else:
            self._has_warned = False

    def _warn(self, error: Exception) -> None:
        if not self._has_warned:
            # Its text may hold the URL, and that a password.
            _LOGGER.warning("Redis gives no hints (%s); workers poll", type(error).__name__)
        self._has_warned = True


def hints_of(url: str) -> Hints:
    """Return the hints that a setting names.

    Args:
        url: `database`, `memory`, or `redis://…` (`rediss://…` with TLS).

    Raises:
        ConfigurationError: If it is another text, or redis-py is not installed.
    """
    if url == "database":
        return DatabaseHints()
    if url == "memory":
        return MemoryHints()
    if not url.startswith(("redis://", "rediss://")):
        message = "must be database, memory, or the URL of a Redis server"
        raise ConfigurationError(message, setting="queue_url")
    try:
        redis = importlib.import_module("redis")
    except ImportError as error:
        message = "needs redis-py: pip install 'singer-oracle[scheduler-redis]'"
        raise ConfigurationError(message, setting="queue_url") from error
    return RedisHints(redis.Redis.from_url(url, **_TIMEOUTS))
