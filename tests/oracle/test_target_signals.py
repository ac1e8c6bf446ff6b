"""Signals in the middle of a batch: STATE covers what is committed, and nothing more."""

from __future__ import annotations

import json
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import oracledb
import pytest

from tests.fix_plugins import (
    POLL_SECONDS,
    TIMEOUT_SECONDS,
    exit_code,
    wait_until_signal_is_handled,
)

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

SCHEMA = {
    "type": "SCHEMA",
    "stream": "T",
    "schema": {"properties": {"ID": {"type": "integer"}, "A": {"type": ["integer", "null"]}}},
    "key_properties": ["ID"],
}
BATCH = 50
ENVIRONMENTS = [{}, {"PYTHONUNBUFFERED": "1"}]


def batch_lines(first: int) -> bytes:
    """Return the records of one batch and the STATE after it."""
    messages = [
        {"type": "RECORD", "stream": "T", "record": {"ID": number, "A": number}}
        for number in range(first, first + BATCH)
    ]
    state = {"type": "STATE", "value": {"last": first + BATCH - 1}}
    return b"".join(json.dumps(message).encode() + b"\n" for message in [*messages, state])


@contextmanager
def locked_row(database: OracleDatabase, user: str, number: int) -> Iterator[oracledb.Connection]:
    """Hold the lock of a row that exists, so that a batch which updates it has to wait."""
    with database.connect(user) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE t SET a = -1 WHERE id = :1", [number])
        assert cursor.rowcount == 1
        yield connection
        connection.rollback()


def wait_until_another_session_writes(connection: oracledb.Connection) -> None:
    """Return once another session has begun to change rows of T, whatever locks this one holds.

    A row lock comes with a lock of the table, beside which nobody else gets the table exclusively
    (ORA-00054).
    """
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SAVEPOINT before_the_table")
            try:
                cursor.execute("LOCK TABLE t IN EXCLUSIVE MODE NOWAIT")
            except oracledb.DatabaseError as error:
                if "ORA-00054" not in str(error):
                    raise
                return
            cursor.execute("ROLLBACK TO SAVEPOINT before_the_table")
            time.sleep(POLL_SECONDS)


@pytest.fixture
def config(oracle_database: OracleDatabase, fresh_schema: str) -> dict[str, object]:
    return oracle_database.config(fresh_schema, batch_size_rows=BATCH)


def start_and_block(
    target: Plugin,
    config: dict[str, object],
    environment: dict[str, str],
    locked: oracledb.Connection,
) -> subprocess.Popen[bytes]:
    """Start a target that commits a batch of rows 0 to 49 and then waits for row 75."""
    process = target.start(config, environment=environment)
    assert process.stdin is not None
    assert process.stdout is not None
    schema = json.dumps(SCHEMA).encode() + b"\n"
    process.stdin.write(schema + batch_lines(0) + batch_lines(BATCH) + batch_lines(2 * BATCH))
    process.stdin.flush()
    assert process.stdout.readline() == b'{"last": 49}\n'
    wait_until_another_session_writes(locked)  # the second batch, which row 75 holds up
    assert process.poll() is None
    return process


def seed(target: Plugin, config: dict[str, object]) -> None:
    """Make the table with row 75."""
    record = {"type": "RECORD", "stream": "T", "record": {"ID": 75, "A": 0}}
    lines = b"".join(json.dumps(message).encode() + b"\n" for message in (SCHEMA, record))
    assert target.run(config, stdin=lines).code == 0


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_batch_in_flight_is_finished(
    target: Plugin,
    oracle_database: OracleDatabase,
    fresh_schema: str,
    config: dict[str, object],
    environment: dict[str, str],
    number: signal.Signals,
) -> None:
    seed(target, config)
    with locked_row(oracle_database, fresh_schema, 75) as locked:
        process = start_and_block(target, config, environment, locked)
        process.send_signal(number)
        wait_until_signal_is_handled(process)
        assert process.poll() is None
    rest, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert exit_code(process.returncode) == 128 + number
    assert rest == b'{"last": 99}\n'
    assert b"Traceback" not in errors
    assert oracle_database.rows(fresh_schema, "SELECT COUNT(*), MAX(id) FROM t") == [(100, 99)]
    lines = json.dumps(SCHEMA).encode() + b"\n" + batch_lines(BATCH) + batch_lines(2 * BATCH)
    assert target.run(config, stdin=lines).states()[-1] == {"last": 149}
    assert oracle_database.rows(fresh_schema, "SELECT COUNT(*), SUM(a) FROM t") == [
        (150, sum(range(150)))
    ]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_second_signal_rolls_the_batch_back(
    target: Plugin,
    oracle_database: OracleDatabase,
    fresh_schema: str,
    config: dict[str, object],
    environment: dict[str, str],
) -> None:
    seed(target, config)
    with locked_row(oracle_database, fresh_schema, 75) as locked:
        process = start_and_block(target, config, environment, locked)
        process.send_signal(signal.SIGTERM)
        wait_until_signal_is_handled(process)
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert exit_code(process.returncode) == 128 + signal.SIGTERM
    assert rest == b""
    assert b"Traceback" not in errors
    query = "SELECT COUNT(*), SUM(a) FROM t"
    assert oracle_database.rows(fresh_schema, query) == [(51, sum(range(50)))]


def test_a_killed_target_leaves_whole_batches(
    target: Plugin, oracle_database: OracleDatabase, fresh_schema: str, config: dict[str, object]
) -> None:
    seed(target, config)
    with locked_row(oracle_database, fresh_schema, 75) as locked:
        process = start_and_block(target, config, {}, locked)
        process.kill()
        process.communicate(timeout=TIMEOUT_SECONDS)
    assert oracle_database.rows(fresh_schema, "SELECT COUNT(*) FROM t") == [(51,)]
    lines = json.dumps(SCHEMA).encode() + b"\n" + batch_lines(BATCH) + batch_lines(2 * BATCH)
    assert target.run(config, stdin=lines).code == 0
    assert oracle_database.rows(fresh_schema, "SELECT COUNT(*), SUM(a) FROM t") == [
        (150, sum(range(150)))
    ]
