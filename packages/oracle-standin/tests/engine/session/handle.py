"""A session with short ways to say things, over statements that are PostgreSQL's own."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from oracle_standin import codecs
from oracle_standin.backend import Bind, ExecuteOptions, Result
from oracle_standin.protocol import OracleError, TypeCode

if TYPE_CHECKING:
    from oracle_standin.engine.database import Database
    from oracle_standin.engine.session import Session
    from oracle_standin.protocol import BindValue


ONCE = ExecuteOptions()

NUMBER, VARCHAR, DATE = TypeCode.NUMBER, TypeCode.VARCHAR, TypeCode.DATE


def number(value: int | str) -> bytes:
    return codecs.number_from_text(str(value))


def text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


class Handle:
    """A session with short ways to say things."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def run(self, statement: str, *values: tuple[TypeCode, BindValue]) -> Result:
        binds = [Bind(str(i), code) for i, (code, _) in enumerate(values, 1)]
        return self.session.execute(statement, binds, [[v for _, v in values]], ONCE)

    def rows(self, statement: str, *values: tuple[TypeCode, BindValue]) -> list[Any]:
        result = self.run(statement, *values)
        assert result.rows is not None
        return result.rows.fetch(1000)

    def value(self, statement: str, *values: tuple[TypeCode, BindValue]) -> Any:
        result = self.run(statement, *values)
        assert result.rows is not None
        assert result.columns is not None
        value = result.rows.fetch(1)[0][0]
        if value is None:
            return None
        is_number = result.columns[0].type_code is NUMBER
        return codecs.number_to_text(value) if is_number else value.decode()

    def count(self, table: str = '"T"') -> int:
        return int(codecs.number_to_text(self.rows(f"SELECT count(*) FROM {table}")[0][0]))

    def many(self, statement: str, rows: list[list[BindValue]], **options: Any) -> Result:
        codes = (NUMBER, VARCHAR)[: len(rows[0])]
        binds = [Bind(str(i), code) for i, code in enumerate(codes, 1)]
        return self.session.execute(statement, binds, rows, ExecuteOptions(len(rows), **options))

    def fails(self, statement: str, *values: tuple[TypeCode, BindValue]) -> str:
        with pytest.raises(OracleError) as caught:
            self.run(statement, *values)
        return str(caught.value)


def wait_until_it_works(database: Database, handle: Handle, wait: str) -> None:
    """Return when a session's statement waits for what `wait` names: Lock, Timeout."""
    query = "SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s AND state = 'active'"
    while database.scalar(query, (handle.session.process_id,)) != wait:
        time.sleep(0.01)


def insert(handle: Handle, key: int, name: str | None = None) -> Result:
    value = None if name is None else name.encode()
    return handle.run(
        'INSERT INTO "T" ("ID", "NAME") VALUES (:1, :2)', (NUMBER, number(key)), (VARCHAR, value)
    )
