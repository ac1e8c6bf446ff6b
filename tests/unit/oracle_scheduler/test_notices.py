"""Notices reach servers that are up, and stay in the outbox of those that are not."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import sqlalchemy as sa

from oracle_scheduler.jobfile import pipeline_of
from oracle_scheduler.notices.channels import (
    Email,
    Security,
    SmtpSettings,
    UnsentError,
    Webhook,
    text_of,
)
from oracle_scheduler.notices.sender import Sender
from oracle_scheduler.store import definitions, firing, interventions
from oracle_scheduler.store.database import Database, sqlite_engine
from oracle_scheduler.store.events import Notice
from oracle_scheduler.store.firing import NewRun
from oracle_scheduler.store.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTENT = {
    "event": "failure",
    "pipeline": "night\nshift",
    "run_id": "1",
    "state": "FAILED",
    "jobs": [{"job_id": "load", "state": "FAILED", "attempts": 2, "reason": "exit code 1"}],
}
NOTICE = Notice("e-1", "email", "dba@example.com", CONTENT, 0)
SECRET = "tiger-in-the-path"


class Hook(BaseHTTPRequestHandler):
    """Keeps what is posted."""

    bodies: ClassVar[list[dict[str, Any]]] = []
    status: ClassVar[int] = 200

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.bodies.append(json.loads(self.rfile.read(length)))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class Smtp(socketserver.StreamRequestHandler):
    """Accepts one message as a server of RFC 5321 does."""

    messages: ClassVar[list[str]] = []
    greeting: ClassVar[bytes] = b"220 ready\r\n"

    def handle(self) -> None:
        self.wfile.write(self.greeting)
        for line in self.rfile:
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                self.messages.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
            self.wfile.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n")


@contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield int(server.socket.getsockname()[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def smtp(port: int) -> Email:
    return Email(SmtpSettings("127.0.0.1", port, Security.NONE, sender="oracle@example.com"))


def test_an_email_holds_what_happened_and_the_same_id_each_time() -> None:
    Smtp.messages.clear()
    with serving(socketserver.TCPServer(("127.0.0.1", 0), Smtp)) as port:
        smtp(port).send(NOTICE)
    (message,) = Smtp.messages
    assert "Subject: night shift: failure" in message, "a name cannot add a header"
    assert "Message-ID: <e-1@example.com>" in message
    assert "job load: FAILED, attempts: 2 (exit code 1)" in message


@pytest.mark.parametrize("reason", ["down", "refuses"])
def test_an_email_that_is_not_accepted_is_unsent(
    reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Smtp, "greeting", b"554 not now\r\n")
    with (
        serving(socketserver.TCPServer(("127.0.0.1", 0), Smtp)) as port,
        pytest.raises(UnsentError, match="SMTP: "),
    ):
        smtp(port if reason == "refuses" else free_port()).send(NOTICE)


def test_without_a_server_an_email_waits() -> None:
    with pytest.raises(UnsentError, match="smtp_host is not set"):
        Email(SmtpSettings()).send(NOTICE)


def test_a_webhook_gets_json_and_its_url_is_filled_in_last() -> None:
    Hook.bodies.clear()
    with serving(HTTPServer(("127.0.0.1", 0), Hook)) as port:
        hook = Webhook({"HOOK": f"http://127.0.0.1:{port}/{SECRET}"})
        hook.send(Notice("e-2", "webhook", "${HOOK}", CONTENT, 0))
    assert Hook.bodies == [{"event_id": "e-2", **CONTENT}]


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("${MISSING}", "the variable MISSING of the webhook is not set"),
        ("${FILE}", "must begin with https"),
        ("${DOWN}", "the webhook cannot be reached: ConnectionRefusedError"),
    ],
)
def test_a_webhook_that_is_down_names_no_url(url: str, text: str) -> None:
    env = {"FILE": "file:///etc/passwd", "DOWN": f"http://127.0.0.1:{free_port()}/{SECRET}"}
    with pytest.raises(UnsentError, match=text) as caught:
        Webhook(env).send(Notice("e", "webhook", url, CONTENT, 0))
    assert SECRET not in str(caught.value)


def test_a_text_leaves_out_what_is_not_known() -> None:
    assert "deadline" not in text_of(CONTENT)


JOBS = """\
application_name: night
notify: {on: [late], webhook: "${HOOK}"}
deadline: "06:00"
jobs: [{id: load, command: load}]
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = Database(sqlite_engine(tmp_path / "store.db"))
    migrate(database)
    yield database
    database.close()


def make_due(store: Database) -> None:
    with store.transaction() as connection:
        now = store.now(connection)
        connection.execute(sa.update(store.tables.event).values(due_at=now))


def states(store: Database) -> list[tuple[str, int, str | None]]:
    event = store.tables.event
    query = sa.select(event.c.state, event.c.attempts, event.c.reason)
    with store.transaction() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_a_notice_is_sent_when_its_server_is_back(store: Database) -> None:
    definitions.register(store, pipeline_of(JOBS, "night.yml"), JOBS)
    run_id, _ = firing.start(store, "night", NewRun("a"))
    Hook.bodies.clear()
    port = free_port()
    hook = Webhook({"HOOK": f"http://127.0.0.1:{port}/{SECRET}"})
    sender = Sender(store, {"webhook": hook}, is_leader=lambda: True, poll_seconds=60)
    make_due(store)
    assert sender.send_due() == 0
    ((state, attempts, reason),) = states(store)
    assert (state, attempts) == ("PENDING", 1)
    assert reason == "the webhook cannot be reached: ConnectionRefusedError"
    interventions.cancel(store, run_id)
    make_due(store)
    with serving(HTTPServer(("127.0.0.1", port), Hook)):
        assert sender.send_due() == 1, "it was tried before the run ended, so that it is told"
    assert states(store) == [("SENT", 2, None)]
    assert [body["event"] for body in Hook.bodies] == ["late"]
