"""The statements of cursors and cursor variables: OPEN, OPEN ... FOR, FETCH and CLOSE.

Source: PL/SQL Language Reference, "OPEN Statement", "OPEN FOR Statement", "FETCH Statement" and
"CLOSE Statement".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.plsql import cursor_nodes, nodes
from oracle_standin.engine.plsql.call_parts import read_call
from oracle_standin.engine.plsql.targets import read_target, read_targets, read_using

if TYPE_CHECKING:
    from oracle_standin.engine.plsql.reader import Reader


def read_open(reader: Reader) -> nodes.Statement:
    """Return OPEN of a declared cursor, or OPEN ... FOR."""
    position = reader.here()
    reader.expect("OPEN")
    start = reader.position
    cursor = read_target(reader)
    if not reader.accept("FOR"):
        reader.rewind(start)
        call = read_call(reader)
        reader.expect_operator(";")
        return cursor_nodes.Open(position, call)
    is_static = reader.peek().is_word("SELECT", "WITH")
    query = reader.expression(";") if is_static else reader.expression(";", "USING")
    using = read_using(reader)
    reader.expect_operator(";")
    return cursor_nodes.OpenFor(position, cursor, query, is_static, using)


def read_fetch(reader: Reader) -> nodes.Statement:
    """Return FETCH ... INTO."""
    position = reader.here()
    reader.expect("FETCH")
    cursor = read_target(reader)
    is_bulk = reader.accept("BULK", "COLLECT")
    reader.expect("INTO")
    into = read_targets(reader)
    limit = reader.expression(";") if is_bulk and reader.accept("LIMIT") else None
    reader.expect_operator(";")
    return cursor_nodes.Fetch(position, cursor, into, is_bulk, limit)


def read_close(reader: Reader) -> nodes.Statement:
    """Return CLOSE."""
    position = reader.here()
    reader.expect("CLOSE")
    cursor = read_target(reader)
    reader.expect_operator(";")
    return cursor_nodes.Close(position, cursor)
