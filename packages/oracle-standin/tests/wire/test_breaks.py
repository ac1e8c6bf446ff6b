from __future__ import annotations

import socket
import struct
import threading
import time
from typing import TYPE_CHECKING

import oracledb
import pytest

if TYPE_CHECKING:
    from oracle_standin.wire.listener import Listener
    from tests.wire.conftest import Connect
    from tests.wire.fix_backend import FakeBackend


def test_a_call_timeout_ends_the_call(connection: oracledb.Connection) -> None:
    connection.call_timeout = 200
    with connection.cursor() as cursor:
        begin = time.monotonic()
        with pytest.raises(oracledb.DatabaseError, match="DPY-4024"):
            cursor.execute("select sleep(20) from dual")
        assert time.monotonic() - begin < 20
        connection.call_timeout = 0
        assert cursor.execute("select 1 from dual").fetchall() == [(1,)]


def test_cancel_from_another_thread(connection: oracledb.Connection) -> None:
    with connection.cursor() as cursor:
        for _ in range(3):
            timer = threading.Timer(0.1, connection.cancel)
            timer.start()
            with pytest.raises(oracledb.DatabaseError, match="ORA-01013"):
                cursor.execute("select sleep(20) from dual")
            timer.join()
            assert cursor.execute("select 1 from dual").fetchall() == [(1,)]


def test_cancel_at_any_moment(connection: oracledb.Connection) -> None:
    with connection.cursor() as cursor:
        for attempt in range(20):
            timer = threading.Timer(0.0005 * attempt, connection.cancel)
            timer.start()
            try:
                cursor.execute("select sleep(0.003) from dual")
                cursor.fetchall()
            except oracledb.DatabaseError as error:
                assert "ORA-01013" in str(error)  # noqa: PT017 - either outcome is right
            timer.join()
            try:
                cursor.execute("select 1 from dual").fetchall()
            except oracledb.DatabaseError as error:
                assert "ORA-01013" in str(error)  # noqa: PT017 - the break came after the reply
            assert cursor.execute("select 1 from dual").fetchall() == [(1,)]


def test_an_exception_on_the_client_side(connection: oracledb.Connection) -> None:
    def fail(_value: object) -> object:
        raise ZeroDivisionError

    def handler(cursor: oracledb.Cursor, _metadata: oracledb.FetchInfo) -> oracledb.Var:
        return cursor.var(str, arraysize=cursor.arraysize, outconverter=fail)

    with connection.cursor() as cursor:
        cursor.outputtypehandler = handler
        with pytest.raises(ZeroDivisionError):
            cursor.execute("select 'x' from dual").fetchall()
    with connection.cursor() as cursor, pytest.raises(oracledb.Error):
        cursor.executemany("insert into t values (:1)", [(1,), (object(),)])
    with connection.cursor() as cursor:
        assert cursor.execute("select 1 from dual").fetchall() == [(1,)]


def test_a_client_that_vanishes_while_the_engine_works(
    listener: Listener, backend: FakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[socket.socket] = []
    create = socket.create_connection

    def remember(*arguments: object, **more: object) -> socket.socket:
        connection = create(*arguments, **more)  # type: ignore[arg-type]
        taken.append(connection.dup())
        return connection

    monkeypatch.setattr(socket, "create_connection", remember)
    connection = oracledb.connect(user="scott", password="tiger", dsn=listener.dsn)
    errors: list[Exception] = []

    def sleep() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("select sleep(30) from dual")
        except oracledb.Error as error:
            errors.append(error)

    thread = threading.Thread(target=sleep)
    thread.start()
    assert backend.sleeping.wait(60)
    for end in taken:
        end.shutdown(socket.SHUT_RDWR)
        end.close()
    assert backend.closed.wait(60)
    thread.join()
    assert errors
    connection.close()


def test_stopping_the_listener_closes_every_session(
    connect: Connect, listener: Listener, backend: FakeBackend
) -> None:
    connection = connect()
    listener.stop()
    assert backend.sessions[0].closed
    with pytest.raises(oracledb.Error):
        connection.ping()


def _reply(address: tuple[str, int], *messages: bytes) -> bytes:
    with socket.create_connection(address, timeout=5) as plain:
        for message in messages:
            plain.sendall(message)
        try:
            return plain.recv(4096)
        except ConnectionError:
            return b""


def connect_packet(text: bytes) -> bytes:
    """Return a CONNECT packet as the driver sends it."""
    body = struct.pack(">HHHHHHHHHH", 319, 300, 0, 8192, 8192, 0x4F98, 0, 1, len(text), 74)
    body += bytes(30) + struct.pack(">II", 8192, 8192) + bytes(8) + text
    return struct.pack(">HHBBH", len(body) + 8, 0, 1, 0, 0) + body


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        bytes(100),
        b"\xff" * 100,
        connect_packet(b"no descriptor at all"),
        connect_packet(b"(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=FREEPDB1))") + b"\xff" * 50,
    ],
)
def test_junk_on_the_port_harms_nobody(listener: Listener, connect: Connect, junk: bytes) -> None:
    with socket.create_connection(("127.0.0.1", listener.port), timeout=5) as plain:
        plain.sendall(junk)
        plain.shutdown(socket.SHUT_WR)
        while plain.recv(4096):
            pass
    with connect() as connection:
        connection.ping()


@pytest.mark.parametrize(
    "content",
    [
        b"\x03\x5e",  # an execute call that ends at once
        b"\x03\x5e\x01\x09\x09\x09",  # an integer of nine bytes
        b"\xfe",  # an unknown message
        b"\x11\xee\x01",  # an unknown piggyback
        b"\x22\x01\x01\x00\x02",
    ],
)
def test_a_malformed_request_is_answered(listener: Listener, content: bytes) -> None:
    text = b"(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=FREEPDB1)(CID=(PROGRAM=x))))"
    size = len(content) + 10
    request = struct.pack(">IBBHH", size, 6, 0, 0, 0) + content
    with socket.create_connection(("127.0.0.1", listener.port), timeout=5) as plain:
        plain.sendall(connect_packet(text))
        assert plain.recv(4096)[4] == 2
        plain.sendall(request)
        answer = plain.recv(4096)
    assert b"ORA-03120" in answer or b"ORA-01012" in answer
