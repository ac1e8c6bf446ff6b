"""Every statement of `statements.sql`, in order, through the real driver.

The list is one scenario: later statements build on earlier ones. `MISSING` names what the stand-in
does not do yet; a statement that begins to work must leave it.
"""

from __future__ import annotations

import ast
import functools
import re
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import oracledb
import pytest

from oracle_standin import Standin

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.standin

_HEADER = re.compile(r"-- (id|for|binds|expect|note): (.*)")

MISSING: dict[str, str] = {}
"""Statements that do not give the list's result yet, and why."""

SETTLING_SECONDS = {"F04": 2.0}
"""Waits before a statement: a flashback by time must not reach back before the table's last DDL."""

AFTERWARDS = {"F01": "Robert", "F05": "Bob"}
"""Names that the employee with id 2 gets after a statement, for the flashback of the next ones."""


@dataclass(frozen=True)
class Case:
    """One block of the list."""

    name: str
    statement: str
    binds: dict[str, Any]
    kind: str
    expected: str


def _cases() -> list[Case]:
    text = Path(__file__).with_name("statements.sql").read_text(encoding="utf-8")
    return [_case(block) for block in text.split("\n/\n") if "-- id:" in block]


def _case(block: str) -> Case:
    headers = dict(_HEADER.findall(block))
    lines = [line for line in block.splitlines() if not line.startswith("--")]
    kind, _, expected = headers["expect"].partition(":")
    binds = ast.literal_eval(headers.get("binds", "{}"))
    return Case(headers["id"], "\n".join(lines).strip(), binds, kind.strip(), expected.strip())


@pytest.fixture(scope="module")
def connection() -> Iterator[oracledb.Connection]:
    with Standin(users={"APP": "app", "HR": "hr"}) as database:
        with database.connect("SYSTEM") as administrator:
            for statement in (
                "GRANT SELECT_CATALOG_ROLE, EXECUTE_CATALOG_ROLE, LOGMINING TO app",
                "ALTER DATABASE ADD SUPPLEMENTAL LOG DATA",
            ):
                administrator.cursor().execute(statement)
        with database.connect("APP") as connection:
            connection.outputtypehandler = _exact
            yield connection


def _exact(cursor: oracledb.Cursor, metadata: oracledb.FetchInfo) -> oracledb.Var | None:
    """Fetch numbers as Decimal and large objects as text or bytes."""
    kinds = {
        oracledb.DB_TYPE_NUMBER: Decimal,
        oracledb.DB_TYPE_CLOB: oracledb.DB_TYPE_LONG,
        oracledb.DB_TYPE_NCLOB: oracledb.DB_TYPE_LONG_NVARCHAR,
        oracledb.DB_TYPE_BLOB: oracledb.DB_TYPE_LONG_RAW,
    }
    kind = kinds.get(metadata.type_code)
    if kind is None:
        return None
    return cursor.var(kind, arraysize=cursor.arraysize)


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case.name)
def test_statement(
    case: Case, connection: oracledb.Connection, request: pytest.FixtureRequest
) -> None:
    if case.name in MISSING:
        request.applymarker(pytest.mark.xfail(reason=MISSING[case.name], strict=True))
    time.sleep(SETTLING_SECONDS.get(case.name, 0))
    with connection.cursor() as cursor:
        binds = {name: _bind(value, connection) for name, value in case.binds.items()}
        if case.kind == "error":
            _check_error(cursor, case, binds)
            return
        for name, value in binds.items():
            if value is None and _is_output(name, case.statement):
                binds[name] = cursor.var(str)
        cursor.execute(case.statement, binds)
        rows = cursor.fetchall() if cursor.description else []
    _check_rows(case, rows)
    if case.name == "F01":
        pinned_scn(connection)
    if case.name in AFTERWARDS:
        _change_bob(connection, AFTERWARDS[case.name])


def _change_bob(connection: oracledb.Connection, name: str) -> None:
    """Do what the list's notes ask of the harness: change the row that is then read as it was."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE emp SET name = :name WHERE id = 2", name=name)
    connection.commit()


def _bind(value: object, connection: oracledb.Connection) -> object:
    if value == "@BIG":
        return "0123456789" * 10_000
    if value == "@SCN":
        return pinned_scn(connection)
    return value


@functools.lru_cache(maxsize=1)
def pinned_scn(connection: oracledb.Connection) -> int:
    """Return the SCN of the moment when this is first asked for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_scn FROM v$database")
        (scn,) = cursor.fetchone()
    return int(scn)


def _is_output(name: str, statement: str) -> bool:
    return re.search(rf"INTO\s+:{name}\b|:{name}\s*:=", statement, re.IGNORECASE) is not None


def _check_error(cursor: oracledb.Cursor, case: Case, binds: dict[str, object]) -> None:
    with pytest.raises(oracledb.Error) as raised:
        cursor.execute(case.statement, binds)
    message = str(raised.value)
    alternatives = [alternative.split() for alternative in case.expected.split("|")]
    assert any(all(code in message for code in codes) for codes in alternatives), message


def _check_rows(case: Case, rows: list[tuple[Any, ...]]) -> None:
    if case.kind == "some":
        assert rows
    elif case.kind == "count":
        assert len(rows) == int(case.expected)
    elif case.kind == "rows":
        wanted = eval(case.expected, {"Decimal": Decimal})  # noqa: S307 - our own file
        assert [_comparable(row) for row in rows] == [_comparable(row) for row in wanted]


def _comparable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        Decimal(str(value)) if isinstance(value, int | float | Decimal) else value for value in row
    )
