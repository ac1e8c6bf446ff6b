"""Breaks, clients that went away, and sessions that end."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from oracle_standin.protocol import ClientGoneError, OracleError
from tests.engine.session.handle import Handle, insert, wait_until_it_works

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from oracle_standin.engine.database import Database

pytestmark = pytest.mark.standin


class Client:
    """The client's end as the wire layer shows it."""

    def __init__(self) -> None:
        self.near, self.far = socket.socketpair()

    def fileno(self) -> int:
        return self.near.fileno()

    def requested(self) -> bool:
        data = self.near.recv(1, socket.MSG_PEEK)
        if not data:
            raise ClientGoneError
        return data == b"!"

    def close(self) -> None:
        self.near.close()
        self.far.close()


@pytest.fixture
def client(one: Handle) -> Iterator[Client]:
    with closing(Client()) as made:
        one.session.watch(made)
        yield made


def _later(work: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(0.1, work)
    timer.start()
    return timer


def test_a_break_cancels_the_statement(one: Handle, client: Client) -> None:
    insert(one, 1)
    _later(lambda: client.far.send(b"!"))
    start = time.monotonic()
    assert one.fails("SELECT pg_sleep(20)") == (
        "ORA-01013: user requested cancel of current operation"
    )
    assert time.monotonic() - start < 20
    client.near.recv(1)
    assert one.session.in_transaction
    assert one.count() == 1


def test_a_break_ends_a_wait_for_a_lock(one: Handle, two: Handle, client: Client) -> None:
    insert(two, 1)
    _later(lambda: client.far.send(b"!"))
    assert "ORA-01013" in one.fails('INSERT INTO "T" VALUES (1)')
    client.near.recv(1)
    two.session.commit()
    assert one.count() == 1


def test_other_data_of_the_client_is_left_alone(one: Handle, client: Client) -> None:
    client.far.send(b"?")
    start = time.process_time()
    one.rows("SELECT pg_sleep(0.5)")
    assert time.process_time() - start < 0.2
    assert client.near.recv(10) == b"?"


def test_a_client_that_went_away(
    one: Handle, two: Handle, client: Client, engine_database: Database
) -> None:
    insert(one, 1)
    _later(client.far.close)
    with pytest.raises(ClientGoneError):
        one.run("SELECT pg_sleep(20)")
    insert(two, 1)
    assert engine_database.scalar(
        "SELECT count(*) FROM ora.sessions WHERE pid = %s", (one.session.process_id,)
    ) == 0  # fmt: skip
    with pytest.raises(OracleError, match="ORA-03113"):
        one.run("SELECT 1")


def test_close_rolls_back(one: Handle, two: Handle) -> None:
    insert(one, 1)
    one.session.close()
    one.session.close()
    insert(two, 1)
    two.session.commit()
    assert two.count() == 1


def test_the_database_ends_sessions_that_work(one: Handle, engine_database: Database) -> None:
    errors: list[str] = []

    def work() -> None:
        try:
            one.run("SELECT pg_sleep(20)")
        except OracleError as error:
            errors.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    wait_until_it_works(engine_database, one, "Timeout")
    engine_database.scalar("SELECT pg_terminate_backend(%s)", (one.session.process_id,))
    thread.join()
    assert errors[0][:9] in {"ORA-01089", "ORA-03113"}
