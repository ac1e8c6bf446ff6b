"""The pool of a process: sessions by need, limits, rotation, loss, figures."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import oracledb
import pytest

from oracle_core import pool
from oracle_core.errors import ConfigurationError
from oracle_core.pool import SessionPool, pool_of, pooled_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.oracle


@pytest.fixture
def pool_with(
    oracle_database: OracleDatabase, fresh_schema: str
) -> Iterator[Callable[..., SessionPool]]:
    """Return a function that makes pools of the fresh schema's user."""
    made: list[SessionPool] = []

    def make(**settings: Any) -> SessionPool:
        made.append(SessionPool(oracle_database.config(fresh_schema, **settings)))
        return made[-1]

    yield make
    for one in made:
        one.close_idle()


def kill(database: OracleDatabase, session: oracledb.Connection) -> None:
    number = f"{session.session_id},{session.serial_num}"
    database.administer(f"ALTER SYSTEM KILL SESSION '{number}' IMMEDIATE")


def test_a_session_is_set_up_like_any_other(pool_with: Callable[..., SessionPool]) -> None:
    sessions = pool_with()
    session = sessions.acquire(module="test", setup=["ALTER SESSION SET DDL_LOCK_TIMEOUT = 30"])
    with session.cursor() as cursor:
        cursor.execute("SELECT TO_CHAR(0.5), SYS_CONTEXT('USERENV', 'MODULE') FROM dual")
        assert cursor.fetchall() == [(".5", "test")]
    sessions.release(session)


def test_it_grows_by_need_to_its_limit_and_says_so(pool_with: Callable[..., SessionPool]) -> None:
    sessions = pool_with(pool_max=2, pool_timeout_seconds=0.2)
    before = pool.usage()
    held = [sessions.acquire(module="test") for _ in range(2)]
    with pytest.raises(oracledb.DatabaseError, match="DPY-4005"):
        sessions.acquire(module="test")
    sessions.release(held.pop())
    held.append(sessions.acquire(module="test"))
    for session in held:
        sessions.release(session)
    after = pool.usage()
    assert after.acquired - before.acquired == 3
    assert after.opened_max >= 2
    assert after.busy_max >= 2


def test_sessions_are_opened_ahead(pool_with: Callable[..., SessionPool]) -> None:
    sessions = pool_with(pool_min=2, pool_max=3)
    first = sessions.acquire(module="test")
    assert sessions._pool is not None
    deadline = time.monotonic() + 30
    # A thread of the driver opens them.
    while sessions._pool.opened < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (sessions._pool.opened, sessions._pool.busy) == (2, 1)
    sessions.release(first)
    assert sessions._pool is None, "the last session closes the pool"


def test_a_dead_session_is_replaced(
    pool_with: Callable[..., SessionPool], oracle_database: OracleDatabase
) -> None:
    sessions = pool_with()
    kept, lost = sessions.acquire(module="test"), sessions.acquire(module="test")
    before = pool.usage().replaced
    kill(oracle_database, lost)
    with pytest.raises(oracledb.DatabaseError):
        lost.ping()
    sessions.release(lost)
    assert pool.usage().replaced == before + 1
    again = sessions.acquire(module="test")
    again.ping()
    for session in (kept, again):
        sessions.release(session)


def test_a_password_that_changed_is_read_again(
    oracle_database: OracleDatabase, fresh_schema: str, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    config = oracle_database.config(fresh_schema)
    file.write_text("old\n", encoding="utf-8")
    config["password_file"], password = str(file), config.pop("password")
    sessions = SessionPool(config)
    with pytest.raises(oracledb.DatabaseError, match="ORA-01017"):
        sessions.acquire(module="test")
    file.write_text(password, encoding="utf-8")
    sessions.release(sessions.acquire(module="test"))


def test_one_pool_serves_a_user(oracle_database: OracleDatabase, fresh_schema: str) -> None:
    config = oracle_database.config(fresh_schema)
    assert pool_of(config) is pool_of(dict(config))
    with pooled_source(config, module="one") as one, pooled_source(config, module="two") as two:
        one.connection().ping()
        two.connection().ping()
        assert pool_of(config)._pool is not None
    assert pool_of(config)._pool is None


def test_the_limits_must_agree(oracle_database: OracleDatabase, fresh_schema: str) -> None:
    config = oracle_database.config(fresh_schema, pool_min=3, pool_max=2)
    with pytest.raises(ConfigurationError, match="pool_min: must be at most pool_max"):
        pool_of(config)
