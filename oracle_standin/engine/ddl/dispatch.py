"""Finds the module that runs a DDL statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.backend import OracleError
from oracle_standin.engine.ddl import create_table, sequences
from oracle_standin.engine.ddl.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.engine.contract import Engine

_Handler = "Callable[[Reader, Engine], None]"


def run(statement: str, engine: Engine) -> None:
    """Run one DDL statement.

    Raises OracleError: 900 for what is no statement, 901 and others for syntax errors, 1031 for
    missing privileges, and a refusal ending "not in this stand-in" for what the stand-in lacks.
    """
    reader = Reader(statement)
    for words, handler in _STATEMENTS.items():
        if reader.accept(*words):
            handler(reader, engine)
            return
    if reader.at("CREATE") and _at_table(reader):
        reader.take()
        create_table.run(reader, engine)
        return
    raise OracleError(900, "invalid SQL statement", reader.offset)


_TABLE_WORDS = {"TABLE", "GLOBAL", "PRIVATE", "SHARDED", "DUPLICATED", "IMMUTABLE", "BLOCKCHAIN"}


def _at_table(reader: Reader) -> bool:
    token = reader.peek(1)
    return token is not None and token.is_word(*_TABLE_WORDS)


_STATEMENTS: dict[tuple[str, ...], Callable[[Reader, Engine], None]] = {
    ("CREATE", "SEQUENCE"): sequences.create,
    ("ALTER", "SEQUENCE"): sequences.alter,
    ("DROP", "SEQUENCE"): sequences.drop,
}
