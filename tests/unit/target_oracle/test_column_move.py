"""Moves of columns that fail between their statements: no value is lost."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import oracledb
import pytest

from oracle_core.identifiers import Identifier, TableName
from oracle_core.server import Server
from oracle_core.types import OracleType
from target_oracle.column_move import column_move
from target_oracle.errors import LoadError
from target_oracle.session import ATTEMPTS, TargetSession

if TYPE_CHECKING:
    from collections.abc import Callable

A, NEW = "A", "A_SDC_NEW"
MOVE = column_move(TableName.of("DWH", "T"), Identifier(A), OracleType("CLOB"), Server())


def refusal(code: str, *, is_session_dead: bool = False) -> oracledb.DatabaseError:
    details = SimpleNamespace(
        full_code=code,
        message=code,
        offset=0,
        isrecoverable=is_session_dead,
        is_session_dead=is_session_dead,
    )
    return oracledb.DatabaseError(details)


class Table:
    """A table of one row, in which RENAME COLUMN fails with errors in order."""

    rowcount = 1

    def __init__(self, columns: dict[str, str | None], *failures: oracledb.DatabaseError) -> None:
        self.columns = columns
        self.failures = list(failures)
        self.row: tuple[Any, ...] | None = None

    def cursor(self) -> Table:
        return self

    def __enter__(self) -> Table:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def commit(self) -> None:
        pass

    def fetchone(self) -> tuple[Any, ...] | None:
        return self.row

    def execute(self, sql: str, binds: tuple[str, ...] = ()) -> None:
        if "ALL_TAB_COLUMNS" in sql:
            self.row = (int(binds[2] in self.columns),)
        elif sql.lstrip().startswith("SELECT"):
            self.row = (None,)
        elif sql.startswith("UPDATE"):
            self.columns[NEW] = self.columns[A]  # KeyError where Oracle has ORA-00904
        elif " ADD " in sql:
            self.columns[NEW] = None
        elif gone := re.search(r'(?:DROP COLUMN |SET UNUSED \()"(\w+)"', sql):
            del self.columns[gone.group(1)]
        else:
            assert "RENAME COLUMN" in sql
            if self.failures:
                raise self.failures.pop(0)
            self.columns[A] = self.columns.pop(NEW)


def run(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("target_oracle.table_changes.RETRY_PAUSE_SECONDS", 0)
    session = TargetSession({"host": "h", "service_name": "s", "user": "U", "password": "p"})
    monkeypatch.setattr(TargetSession, "connection", table)
    action = cast("Callable[[oracledb.Connection], None]", MOVE.run)
    session.run_ddl(action, "move column A")


@pytest.mark.parametrize(
    "failure", [refusal("ORA-00054"), refusal("ORA-03113", is_session_dead=True)]
)
def test_a_rename_that_fails_is_repeated_alone(
    failure: oracledb.DatabaseError, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Table({A: "kept"}, failure)
    run(table, monkeypatch)
    assert table.columns == {A: "kept"}


def test_the_next_run_renames_the_only_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = [refusal("ORA-03113", is_session_dead=True) for _ in range(ATTEMPTS)]
    table = Table({A: "kept"}, *lost)
    with pytest.raises(LoadError, match="ORA-03113"):
        run(table, monkeypatch)
    assert table.columns == {NEW: "kept"}
    run(table, monkeypatch)
    assert table.columns == {A: "kept"}


def test_a_copy_in_part_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table({A: "newer", NEW: "older"})
    run(table, monkeypatch)
    assert table.columns == {A: "newer"}
