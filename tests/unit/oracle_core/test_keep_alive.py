"""The thread that keeps a quiet session in use."""

from __future__ import annotations

import threading

from oracle_core.history.keep_alive import KeepAlive

NAME = "test-keep-alive"


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == NAME]


def test_the_action_is_called_until_it_is_stopped() -> None:
    called = threading.Semaphore(0)
    keep_alive = KeepAlive(called.release, seconds=0.001, name=NAME)
    keep_alive.stop()
    keep_alive.start()
    keep_alive.start()
    (thread,) = threads()
    assert called.acquire(timeout=30)
    assert called.acquire(timeout=30)
    keep_alive.stop()
    thread.join(30)
    assert not threads()


def test_nothing_is_called_before_the_interval() -> None:
    keep_alive = KeepAlive(lambda: None, seconds=3600, name=NAME)
    keep_alive.start()
    (thread,) = threads()
    keep_alive.stop()
    thread.join(30)
    assert not thread.is_alive()
