"""A session of a new user, and short ways to say things to it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from oracle_standin import codecs
from oracle_standin.backend import Bind, ExecuteOptions, Result
from oracle_standin.protocol import BindValue, CharsetForm, OracleError, TypeCode, Value

if TYPE_CHECKING:
    from oracle_standin.engine.session import Session

_numbers = itertools.count(1)


class UserSession:
    """One session, with Python values in and out."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def value(self, expression: str) -> Any:
        """Return an expression's value: texts and numbers as str, others as bytes."""
        column, value = self.session.evaluate(expression, [], [])
        return readable(column.type_code, value)

    def error(self, expression: str) -> str:
        """Return the error that an expression gives."""
        with pytest.raises(OracleError) as caught:
            self.session.evaluate(expression, [], [])
        return str(caught.value)

    def run(self, statement: str, **binds: Any) -> Any:
        """Run a statement; binds are str, int or None. Returns a dict of what a block gives back.

        A bind given as None is an OUT text, as int an IN OUT number.
        """
        declared = [_bind(name, value) for name, value in binds.items()]
        values = [_bytes(value) for value in binds.values()]
        result = self.session.execute(statement, declared, [values], ExecuteOptions())
        return _given_back(result, declared)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return a query's rows."""
        result = self.session.execute(query, [], [[]], ExecuteOptions())
        assert result.rows is not None
        assert result.columns is not None
        codes = [column.type_code for column in result.columns]
        found = result.rows.fetch(1000)
        return [tuple(map(readable, codes, row)) for row in found]

    def fails(self, statement: str, **binds: Any) -> str:
        """Return the error that a statement gives."""
        with pytest.raises(OracleError) as caught:
            self.run(statement, **binds)
        return str(caught.value)


def readable(code: TypeCode, value: BindValue) -> Any:
    if value is None or isinstance(value, list):
        return value
    if code is TypeCode.NUMBER:
        return codecs.number_to_text(value)
    texts = {TypeCode.VARCHAR, TypeCode.CHAR, TypeCode.LONG, TypeCode.CLOB}
    return value.decode() if code in texts else value


def _bind(name: str, value: Any) -> Bind:
    if isinstance(value, int):
        return Bind(name.upper(), TypeCode.NUMBER, size_bytes=22)
    return Bind(name.upper(), TypeCode.VARCHAR, CharsetForm.DATABASE, size_bytes=4000)


def _bytes(value: Any) -> Value:
    if value is None:
        return None
    return codecs.number_from_text(str(value)) if isinstance(value, int) else value.encode()


def _given_back(result: Result, declared: list[Bind]) -> dict[str, Any]:
    out = result.out_values or {}
    return {
        declared[position].name.lower(): readable(declared[position].type_code, value)
        for position, value in out.items()
    }
