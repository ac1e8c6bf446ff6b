"""Hints by a real Redis, where `redis-server` is installed."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest
import redis

from oracle_scheduler.hints import backends, hints_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVER = shutil.which("redis-server")

pytestmark = pytest.mark.skipif(SERVER is None, reason="redis-server is not installed")


class Server:
    """A Redis of the test's own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{port}/0"
        self.client = redis.Redis.from_url(self.url)
        options = {"--bind": "127.0.0.1", "--port": str(port), "--save": "", "--dir": str(folder)}
        arguments = [text for option in options.items() for text in option]
        self.process = subprocess.Popen(
            [str(SERVER), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while not self.answers():
            time.sleep(0.01)

    def answers(self) -> bool:
        with contextlib.suppress(redis.ConnectionError):
            return bool(self.client.ping())
        return False

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.client.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Return a server of the test's own."""
    server = Server(tmp_path)
    yield server
    server.end()


def length(server: Server, queue: str) -> int:
    count = server.client.llen(f"oracle-scheduler:queue:{queue}")
    assert isinstance(count, int)
    return count


def test_one_hint_wakes_one_worker_of_its_queue(server: Server) -> None:
    announcing, waiting = hints_of(server.url), hints_of(server.url)
    woken = threading.Event()

    def work() -> None:
        while length(server, "small") or not woken.is_set():
            waiting.wait(["default", "small"], 3_600)  # far longer than one answer may take
            woken.set()

    thread = threading.Thread(target=work)
    thread.start()
    announcing.announce("other")
    announcing.announce("small")
    thread.join()
    assert (length(server, "other"), length(server, "small")) == (1, 0)


def test_hints_that_nobody_takes_are_bounded(server: Server) -> None:
    hints = hints_of(server.url)
    for _ in range(150):
        hints.announce("default")
    assert length(server, "default") == 100


def test_a_server_that_stops_answering_holds_nobody_up(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(
        backends, "_TIMEOUTS", {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}
    )
    hints = hints_of(server.url)
    hints.announce("default")
    server.process.send_signal(signal.SIGSTOP)
    hints.announce("default")
    hints.wait(["default"], 0.1)
    assert [record.getMessage() for record in caplog.records] == [
        "Redis gives no hints (TimeoutError); workers poll"
    ]
    server.process.send_signal(signal.SIGCONT)
    hints.wait(["default"], 0.1)
    server.process.kill()
    server.process.wait()
    hints.wait(["default"], 0.1)
    assert "ConnectionError" in caplog.text
