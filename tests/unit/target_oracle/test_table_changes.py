"""Changes of tables that other sessions hold up, and renames that fail half-way."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import oracledb
import pytest

from oracle_core.identifiers import TableName
from target_oracle.table_changes import RETRY_PAUSE_SECONDS, patiently
from target_oracle.table_swap import TableSwap


def refusal(code: str) -> oracledb.DatabaseError:
    details = SimpleNamespace(
        full_code=code, message=code, offset=0, isrecoverable=False, is_session_dead=False
    )
    return oracledb.DatabaseError(details)


class Clock:
    """A clock that only sleeping moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Action:
    """Fails with errors in order, then succeeds."""

    def __init__(self, *codes: str) -> None:
        self.codes = list(codes)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.codes:
            raise refusal(self.codes.pop(0))
        return "done"


def test_locks_of_others_are_waited_for() -> None:
    clock, action = Clock(), Action("ORA-00054", "ORA-04021")
    assert patiently(action, 5, clock=clock, sleep=clock.sleep) == "done"
    assert clock.now == 2 * RETRY_PAUSE_SECONDS


def test_the_wait_ends_with_the_timeout() -> None:
    clock, action = Clock(), Action(*["ORA-04021"] * 100)
    with pytest.raises(oracledb.DatabaseError):
        patiently(action, 5, clock=clock, sleep=clock.sleep)
    assert clock.now == 5
    at_once = Action("ORA-00054")
    with pytest.raises(oracledb.DatabaseError):
        patiently(at_once, 0, clock=clock, sleep=clock.sleep)
    assert at_once.calls == 1


def test_other_errors_are_not_waited_for() -> None:
    clock, action = Clock(), Action("ORA-01031")
    with pytest.raises(oracledb.DatabaseError):
        patiently(action, 5, clock=clock, sleep=clock.sleep)
    assert (action.calls, clock.now) == (1, 0)


class FakeConnection:
    """Refuses one statement and keeps them all."""

    def __init__(self, refused: str) -> None:
        self.refused = refused
        self.statements: list[str] = []

    def cursor(self) -> FakeConnection:
        return self

    def __enter__(self) -> FakeConnection:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def execute(self, sql: str, *binds: Any) -> None:
        del binds
        self.statements.append(sql)
        if sql == self.refused:
            error = refusal("ORA-00054")
            raise error


def test_a_second_rename_that_fails_brings_the_old_table_back() -> None:
    table = TableName.of("DWH", "T")
    swap = TableSwap(table, "rename", 128)
    second = f'ALTER TABLE {swap.new.sql} RENAME TO "T"'
    connection = FakeConnection(second)
    with pytest.raises(oracledb.DatabaseError):
        swap._rename_twice(connection)  # type: ignore[arg-type]
    assert connection.statements == [
        f"ALTER TABLE {table.sql} RENAME TO {swap.old.table.sql}",
        second,
        f'ALTER TABLE {swap.old.sql} RENAME TO "T"',
    ]


def test_the_tables_beside_have_short_names_of_their_own() -> None:
    swaps = [TableSwap(TableName.of("S", name), "rename", 30) for name in ("X" * 128, "Y" * 128)]
    names = {name.table for swap in swaps for name in (swap.new, swap.old)}
    assert len(names) == 4
    assert all(name.byte_length <= 30 for name in names)
