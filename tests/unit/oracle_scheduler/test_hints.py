"""Hints shorten a wait, and their loss costs no more than it."""

from __future__ import annotations

import queue
import sys
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from oracle_core.errors import ConfigurationError
from oracle_scheduler.hints import hints_of
from oracle_scheduler.hints.backends import DatabaseHints, MemoryHints, RedisHints


class FakeRedis:
    """The commands of redis-py that are used, over queues of this process."""

    def __init__(self) -> None:
        self.lists: dict[str, queue.Queue[str]] = {}
        self.is_down = False

    def _list(self, key: str) -> queue.Queue[str]:
        if self.is_down:
            text_with_password = "redis://:tiger@host"
            raise ConnectionError(text_with_password)
        return self.lists.setdefault(key, queue.Queue())

    def lpush(self, key: str, value: str) -> None:
        self._list(key).put(value)

    def ltrim(self, key: str, first: int, last: int) -> None:
        assert (key in self.lists, first, last) == (True, 0, 99)

    def blpop(self, keys: list[str], timeout: float) -> str | None:
        try:
            return self._list(keys[0]).get(timeout=timeout)
        except queue.Empty:
            return None


def hints(kind: str) -> Any:
    return MemoryHints() if kind == "memory" else RedisHints(FakeRedis())


@pytest.mark.parametrize("kind", ["memory", "redis"])
def test_a_hint_ends_the_wait(kind: str) -> None:
    given = hints(kind)
    given.announce("default")
    given.wait(["default"], 3_600)
    thread = threading.Thread(target=given.wait, args=(["default"], 3_600))
    thread.start()
    given.announce("default")
    thread.join()


def test_without_redis_workers_wait_as_long_as_ever(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("oracle_scheduler.hints.backends.time.sleep", waits.append)
    client = FakeRedis()
    client.is_down = True
    given = RedisHints(client)
    given.announce("default")
    given.wait(["default"], 1.5)
    DatabaseHints().announce("default")
    DatabaseHints().wait(["default"], 0.5)
    assert waits == [1.5, 0.5]
    assert [record.getMessage() for record in caplog.records] == [
        "Redis gives no hints (ConnectionError); workers poll"
    ]


def test_the_setting_names_where_hints_go(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(hints_of("memory"), MemoryHints)
    assert isinstance(hints_of("database"), DatabaseHints)
    with pytest.raises(ConfigurationError, match="must be database, memory"):
        hints_of("rabbit://x")
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ConfigurationError, match="scheduler-redis"):
        hints_of("redis://x")
    module = SimpleNamespace(Redis=SimpleNamespace(from_url=lambda _url, **_: FakeRedis()))
    monkeypatch.setitem(sys.modules, "redis", module)
    assert isinstance(hints_of("redis://x"), RedisHints)
