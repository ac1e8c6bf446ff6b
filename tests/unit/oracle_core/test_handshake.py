"""What else than an Oracle listener may answer on a port, and how long a log-on may take."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING

import oracledb
import pytest

from oracle_core import handshake
from oracle_core.errors import ConfigurationError, describe
from oracle_core.handshake import ping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Handler = Callable[[socket.socket], None]
    Serve = Callable[[Handler], int]

PROGRAM = """
import sys
from oracle_core.connection import connect
from oracle_core.errors import describe
port, protocol, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
try:
    connect(
        {
            "host": "127.0.0.1", "port": port, "protocol": protocol, "service_name": "X",
            "user": "a", "password": "secret-text", "connect_timeout_seconds": seconds,
        },
        module="test",
    )
except Exception as error:
    print(describe(error).report)
"""


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that starts a server and returns its port."""
    listeners: list[socket.socket] = []

    def start(handler: Handler) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=run, args=(connection,), daemon=True).start()

        def run(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                handler(connection)

        threading.Thread(target=accept, daemon=True).start()
        return int(listener.getsockname()[1])

    yield start
    for listener in listeners:
        listener.close()


def attempt(port: int, protocol: str = "tcp", seconds: float = 10) -> str:
    """Log on in a process of its own: a log-on that hangs would hold the driver of this one."""
    arguments = [sys.executable, "-c", PROGRAM, str(port), protocol, str(seconds)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=60)
    assert "secret-text" not in done.stdout + done.stderr
    return done.stdout.strip()


def until_closed(connection: socket.socket) -> None:
    while connection.recv(1024):
        pass


def ssh(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    until_closed(connection)


def http(connection: socket.socket) -> None:
    connection.recv(1024)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def closing(connection: socket.socket) -> None:
    connection.recv(1)


def test_a_server_that_stays_silent_ends_at_the_timeout(serve: Serve) -> None:
    started = time.monotonic()
    text = attempt(serve(until_closed), seconds=0.5)
    assert text.startswith("no answer within 0.5 seconds (TimeoutError); check host, port")
    assert time.monotonic() - started < 40


def test_an_ssh_server(serve: Serve) -> None:
    assert attempt(serve(ssh), seconds=0.5) == (
        "port: an SSH server answers on this port, not an Oracle listener (ConfigurationError)"
    )


@pytest.mark.parametrize("protocol", ["tcp", "tcps"])
def test_a_web_server(serve: Serve, protocol: str) -> None:
    assert "another kind of server answers on this port" in attempt(serve(http), protocol)


def test_a_port_that_closes_at_once(serve: Serve) -> None:
    text = attempt(serve(closing))
    assert text.startswith("the server closed the connection before the log-on (DPY-")
    assert "whether the listener admits this machine" in text


def test_tls_without_and_with_an_unknown_certificate(serve: Serve, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=elsewhere", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*make, *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def tls(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            wrapped.recv(1)

    port = serve(tls)
    assert "protocol: the port expects TLS; set protocol to tcps" in attempt(port)
    assert "wallet_location: the server's certificate is not trusted" in attempt(port, "tcps")


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (ssl.SSLCertVerificationError(1, "self-signed"), "certificate is not trusted"),
        (ssl.SSLError(1, "tlsv13 alert"), "asks its clients for a certificate"),
    ],
)
def test_certificates_are_named_for_a_dsn_too(
    monkeypatch: pytest.MonkeyPatch, origin: ssl.SSLError, text: str
) -> None:
    origin.reason = "TLSV13_ALERT_CERTIFICATE_REQUIRED"

    def refuse(**_parameters: str) -> None:
        try:
            raise origin
        except ssl.SSLError as error:
            raise oracledb.OperationalError(SimpleNamespace(full_code="DPY-6005")) from error

    monkeypatch.setattr(oracledb, "connect", refuse)
    with pytest.raises(ConfigurationError, match=text):
        handshake.open_session({"dsn": "tcps://db/SALES"}, 0)


def test_the_ping_is_a_whole_packet() -> None:
    packet = ping()
    assert int.from_bytes(packet[:2], "big") == len(packet)
    assert packet[4] == 1
    assert packet[58:] == b"(CONNECT_DATA=(COMMAND=ping))"


def test_a_closed_port_is_no_finding() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert attempt(port) == "the database cannot be reached (DPY-6005); check host and port"


def test_a_missing_schema_and_a_duplicate_key_say_what_to_look_at() -> None:
    missing = describe(oracledb.DatabaseError("ORA-01918: user 'DWH' does not exist"))
    assert "schema does not exist" in missing.message
    duplicate = describe(oracledb.IntegrityError("ORA-00001: unique constraint violated"))
    assert "no other load writes into the table" in duplicate.hint


def test_a_session_that_comes_as_time_is_up_is_closed_or_returned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer, closed = threading.Event(), threading.Event()

    class Session:
        def close(self) -> None:
            closed.set()

    class AnsweredMeanwhile(threading.Event):
        def set(self) -> None:
            answer.set()
            for thread in threading.enumerate():
                if thread.name == "log-on":
                    thread.join(0.2)
            super().set()

    def connect(**_: object) -> Session:
        answer.wait(10)
        return Session()

    monkeypatch.setattr(
        handshake,
        "oracledb",
        SimpleNamespace(
            connect=connect, Error=oracledb.Error, OperationalError=oracledb.OperationalError
        ),
    )
    threads = {"Thread": threading.Thread, "Lock": threading.Lock, "Event": AnsweredMeanwhile}
    monkeypatch.setattr(handshake, "threading", SimpleNamespace(**threads))
    with pytest.raises(TimeoutError):
        handshake.open_session({}, 0.01)
    assert closed.wait(5)
