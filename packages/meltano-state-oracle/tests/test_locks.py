"""Locks between two managers and between two processes."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from meltano.core.state_store.base import StateIDLockedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.testing import OracleDatabase

    from meltano_state_oracle import OracleStateStoreManager

HOLDER = """
import sys
from meltano_state_oracle import OracleStateStoreManager
manager = OracleStateStoreManager(sys.argv[1], user=sys.argv[2], password=sys.argv[3])
with manager.acquire_lock("dev:job", retry_seconds=1):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_owner_at_a_time(connect: Callable[..., OracleStateStoreManager]) -> None:
    first, second = connect(), connect()
    with first.acquire_lock("a", retry_seconds=0.05):
        with (
            pytest.raises(StateIDLockedError, match="'a'"),
            second.acquire_lock("a", retry_seconds=0.05),
        ):
            pass
        with second.acquire_lock("b", retry_seconds=0.05):
            pass
    with second.acquire_lock("a", retry_seconds=0.05):
        pass


def test_locks_of_one_manager_end_one_by_one(
    connect: Callable[..., OracleStateStoreManager],
) -> None:
    first, second = connect(), connect()
    with first.acquire_lock("a", retry_seconds=0.05):
        with first.acquire_lock("b", retry_seconds=0.05):
            pass
        with (
            pytest.raises(StateIDLockedError),
            second.acquire_lock("a", retry_seconds=0.05),
        ):
            pass


def test_a_lock_ends_with_an_exception(manager: OracleStateStoreManager) -> None:
    with pytest.raises(ZeroDivisionError), manager.acquire_lock("a", retry_seconds=0.05):
        raise ZeroDivisionError
    with manager.acquire_lock("a", retry_seconds=0.05):
        pass


def test_a_living_process_keeps_its_lock_and_a_killed_one_loses_it(
    connect: Callable[..., OracleStateStoreManager],
    oracle_database: OracleDatabase,
    fresh_schema: str,
    uri: str,
) -> None:
    password = oracle_database.passwords[fresh_schema]
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, uri, fresh_schema, password],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(StateIDLockedError),
            connect().acquire_lock("dev:job", retry_seconds=0.05),
        ):
            pass
        holder.kill()
        holder.wait()
    with connect(lock_timeout_seconds=60).acquire_lock("dev:job", retry_seconds=0.05):
        pass
