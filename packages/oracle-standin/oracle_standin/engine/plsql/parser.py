"""The parser of anonymous blocks and CALL.

Source: PL/SQL Language Reference, "PL/SQL Language Elements". What is not understood is refused
with ORA-06550 before anything runs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.plsql import cursor_nodes, nodes
from oracle_standin.engine.plsql.call_parts import read_call
from oracle_standin.engine.plsql.compile_errors import complainer, not_here
from oracle_standin.engine.plsql.cursor_parts import read_close, read_fetch, read_open
from oracle_standin.engine.plsql.declarations import read_declarations, read_end
from oracle_standin.engine.plsql.packages import FUNCTIONS
from oracle_standin.engine.plsql.reader import END, Reader, fragment
from oracle_standin.engine.plsql.sql_parts import parse_sql
from oracle_standin.engine.plsql.targets import read_target, read_targets, read_using
from oracle_standin.lexer import Kind, tokens
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.engine.plsql.positions import Position

_CHANGES = ("INSERT", "UPDATE", "DELETE", "MERGE")
_SQL = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "COMMIT", "ROLLBACK", "SAVEPOINT",
        "LOCK", "SET")  # fmt: skip
_REFUSED = ("GOTO", "PIPE")


def parse(text: str) -> nodes.Block:
    """Return the block of an anonymous block or a CALL statement; raises ORA-06550."""
    reader = Reader(text, tokens(text), complainer(text))
    if reader.peek().is_word("CALL"):
        return _call_statement(reader)
    label = _label(reader)
    block = replace(_block(reader), label=label)
    reader.accept_operator("/")
    if not reader.at_end:
        reader.fail("end-of-file")
    return block


def _label(reader: Reader) -> str:
    name = ""
    while reader.accept_operator("<<"):
        name = reader.name()
        reader.expect_operator(">>")
    return name


def _call_statement(reader: Reader) -> nodes.Block:
    position = reader.here()
    reader.expect("CALL")
    start = reader.position
    statement: nodes.Statement = read_call(reader)
    value = reader.fragment_since(start)
    if reader.accept("INTO"):
        statement = nodes.Assign(position, read_target(reader), value, _function_call(value))
    if not reader.at_end:
        raise OracleError(6576, "not a valid function or procedure name")
    return nodes.Block(position, (), (statement,), ())


# Blocks


def _block(reader: Reader) -> nodes.Block:
    position = reader.here()
    found: tuple[nodes.Declaration, ...] = ()
    if reader.accept("DECLARE"):
        found = read_declarations(reader, read_body, "BEGIN")
    return read_body(reader, position, found)


def read_body(
    reader: Reader,
    position: Position,
    declarations: tuple[nodes.Declaration, ...],
    name: str = "",
) -> nodes.Block:
    """Return the block that goes on with BEGIN; a subprogram's `name` may stand after END."""
    reader.expect("BEGIN")
    body = _statements(reader, "EXCEPTION", "END")
    handlers: list[nodes.Handler] = []
    if reader.accept("EXCEPTION"):
        while reader.peek().is_word("WHEN"):
            handlers.append(_handler(reader))
        if not handlers:
            reader.fail("when")
    read_end(reader, name)
    return nodes.Block(position, declarations, body, tuple(handlers))


def _handler(reader: Reader) -> nodes.Handler:
    position = reader.here()
    reader.expect("WHEN")
    names = [reader.dotted_name()]
    while reader.accept("OR"):
        names.append(reader.dotted_name())
    reader.expect("THEN")
    return nodes.Handler(tuple(names), _statements(reader, "WHEN", "END"), position)


# Statements


def _statements(reader: Reader, *ends: str) -> tuple[nodes.Statement, ...]:
    found: list[nodes.Statement] = []
    while not reader.peek().is_word(*ends):
        found.append(_statement(reader))
    if not found:
        reader.fail("a statement")
    return tuple(found)


def _statement(reader: Reader) -> nodes.Statement:
    label = _label(reader)
    token = reader.peek()
    following = reader.peek(1)
    if token.is_word(*_REFUSED) and not following.is_operator(":=", "."):
        raise not_here(reader.here(), token.value)
    if token.is_word("LOOP", "WHILE", "FOR"):
        return _loop(reader, label)
    special = _STATEMENTS.get(token.value) if token.kind is Kind.WORD else None
    if special is not None and not following.is_operator(":=", "."):
        found = special(reader)
        return replace(found, label=label) if isinstance(found, nodes.Block) else found
    if token.is_word(*_SQL) and not following.is_operator(":=", "."):
        return _sql(reader)
    return _assignment_or_call(reader)


def _sql(reader: Reader) -> nodes.Sql:
    position = reader.here()
    found = reader.until(";")
    reader.expect_operator(";")
    return parse_sql(position, fragment(reader.text, found))


def _null(reader: Reader) -> nodes.Statement:
    position = reader.here()
    reader.expect("NULL")
    reader.expect_operator(";")
    return nodes.Null(position)


def _return(reader: Reader) -> nodes.Statement:
    position = reader.here()
    reader.expect("RETURN")
    value = None if reader.peek().is_operator(";") else reader.expression(";")
    reader.expect_operator(";")
    return nodes.Return(position, value)


def _raise(reader: Reader) -> nodes.Statement:
    position = reader.here()
    reader.expect("RAISE")
    name = "" if reader.peek().is_operator(";") else reader.dotted_name()
    reader.expect_operator(";")
    return nodes.Raise(position, name)


def _if(reader: Reader) -> nodes.Statement:
    position = reader.here()
    reader.expect("IF")
    arms = [_arm(reader, "ELSIF", "ELSE", "END")]
    while reader.accept("ELSIF"):
        arms.append(_arm(reader, "ELSIF", "ELSE", "END"))
    otherwise = _statements(reader, "END") if reader.accept("ELSE") else ()
    reader.expect("END", "IF")
    reader.expect_operator(";")
    return nodes.If(position, tuple(arms), otherwise)


def _arm(reader: Reader, *ends: str) -> tuple[nodes.Fragment, tuple[nodes.Statement, ...]]:
    condition = reader.expression("THEN")
    reader.expect("THEN")
    return condition, _statements(reader, *ends)


def _case(reader: Reader) -> nodes.Statement:
    position = reader.here()
    reader.expect("CASE")
    selector = None if reader.peek().is_word("WHEN") else reader.expression("WHEN")
    arms: list[tuple[nodes.Fragment, tuple[nodes.Statement, ...]]] = []
    while reader.accept("WHEN"):
        condition, body = _arm(reader, "WHEN", "ELSE", "END")
        if selector is not None:
            condition = nodes.fragment_of(f"({selector.text}) = ({condition.text})")
        arms.append((condition, body))
    otherwise = _statements(reader, "END") if reader.accept("ELSE") else None
    reader.expect("END", "CASE")
    reader.expect_operator(";")
    return nodes.If(position, tuple(arms), otherwise)


def _loop(reader: Reader, label: str) -> nodes.Statement:
    position = reader.here()
    if reader.accept("FOR"):
        return _for(reader, position, label)
    condition = reader.expression("LOOP") if reader.accept("WHILE") else None
    return nodes.Loop(position, label, condition, _loop_body(reader))


def _loop_body(reader: Reader) -> tuple[nodes.Statement, ...]:
    reader.expect("LOOP")
    body = _statements(reader, "END")
    reader.expect("END", "LOOP")
    if reader.peek().kind in {Kind.WORD, Kind.QUOTED}:
        reader.take()
    reader.expect_operator(";")
    return body


def _for(reader: Reader, position: Position, label: str) -> nodes.Statement:
    variable = reader.name()
    reader.expect("IN")
    reverse = reader.accept("REVERSE")
    if reader.peek().is_operator("(") and reader.peek(1).is_word("SELECT", "WITH"):
        bracketed = reader.until("LOOP")
        query = fragment(reader.text, bracketed[1:-1])
        return nodes.QueryLoop(position, label, variable, query, _loop_body(reader))
    found = reader.until("..", "LOOP")
    if not reader.peek().is_operator(".."):
        named = Reader(reader.text, found, complainer(reader.text))
        call = read_call(named)
        if not named.at_end:
            named.fail("loop")
        return cursor_nodes.CursorLoop(position, label, variable, call, _loop_body(reader))
    low = fragment(reader.text, found)
    reader.take()
    high = reader.expression("LOOP", ",")
    if reader.peek().is_operator(","):
        what = "a loop over several ranges"
        raise not_here(position, what)
    return nodes.RangeLoop(position, label, variable, low, high, reverse, _loop_body(reader))


def _for_all(reader: Reader) -> nodes.Statement:
    position = reader.here()
    reader.expect("FORALL")
    variable = reader.name()
    reader.expect("IN")
    if reader.peek().is_word("INDICES", "VALUES"):
        raise not_here(reader.here(), f"FORALL ... IN {reader.peek().value} OF")
    low = reader.expression("..")
    reader.take()
    high = reader.expression(*_CHANGES, "EXECUTE", "SAVE", ";")
    if reader.peek().is_word("SAVE"):
        what = "SAVE EXCEPTIONS"
        raise not_here(reader.here(), what)
    if not reader.peek().is_word(*_CHANGES, "EXECUTE"):
        reader.fail("insert update delete merge execute")
    statement = _statement(reader)
    if isinstance(statement, nodes.Sql | nodes.Immediate) and not statement.into:
        return nodes.ForAll(position, variable, low, high, statement)
    what = "RETURNING in FORALL"
    raise not_here(position, what)


def _jump(reader: Reader) -> nodes.Statement:
    position = reader.here()
    leaves = reader.take().is_word("EXIT")
    label = ""
    if not reader.peek().is_word("WHEN") and not reader.peek().is_operator(";"):
        label = reader.name()
    condition = reader.expression(";") if reader.accept("WHEN") else None
    reader.expect_operator(";")
    return nodes.Jump(position, leaves, label, condition)


def _execute(reader: Reader) -> nodes.Statement:
    position = reader.here()
    reader.expect("EXECUTE", "IMMEDIATE")
    statement = reader.expression(";", "INTO", "USING", "RETURNING", "RETURN", "BULK")
    is_bulk = reader.accept("BULK", "COLLECT")
    into = read_targets(reader) if reader.accept("INTO") else ()
    using = read_using(reader)
    returning: tuple[nodes.Target, ...] = ()
    if reader.accept("RETURNING") or reader.accept("RETURN"):
        if reader.peek().is_word("BULK"):
            what = "BULK COLLECT after RETURNING in EXECUTE IMMEDIATE"
            raise not_here(reader.here(), what)
        reader.expect("INTO")
        returning = read_targets(reader)
    reader.expect_operator(";")
    return nodes.Immediate(position, statement, into, using, returning, is_bulk)


def _assignment_or_call(reader: Reader) -> nodes.Statement:
    position = reader.here()
    if reader.peek().kind is Kind.BIND or reader.peek(_after_target(reader)).is_operator(":="):
        target = read_target(reader)
        reader.expect_operator(":=")
        value = reader.expression(";")
        reader.expect_operator(";")
        return nodes.Assign(position, target, value, _function_call(value))
    call = read_call(reader)
    reader.expect_operator(";")
    return call


def _after_target(reader: Reader) -> int:
    """Return how many tokens the name that comes next takes, with the index of an element."""
    ahead = 1
    while reader.peek(ahead).is_operator("."):
        ahead += 2
    if not reader.peek(ahead).is_operator("("):
        return ahead
    depth = 0
    while reader.peek(ahead) is not END:
        depth += reader.peek(ahead).is_operator("(") - reader.peek(ahead).is_operator(")")
        ahead += 1
        if depth == 0:
            break
    return ahead


def _function_call(value: nodes.Fragment) -> nodes.Call | None:
    """Return a value as the call of a package's function that we run ourselves, or None."""
    found = value.tokens
    if len(found) < 3 or f"{found[0].value}.{found[2].value}" not in FUNCTIONS:
        return None
    reader = Reader(value.source, found, complainer(value.source))
    call = read_call(reader)
    return call if reader.at_end else None


_STATEMENTS: dict[str, Callable[[Reader], nodes.Statement]] = {
    "BEGIN": _block,
    "DECLARE": _block,
    "NULL": _null,
    "RETURN": _return,
    "RAISE": _raise,
    "IF": _if,
    "CASE": _case,
    "EXIT": _jump,
    "CONTINUE": _jump,
    "EXECUTE": _execute,
    "FORALL": _for_all,
    "OPEN": read_open,
    "FETCH": read_fetch,
    "CLOSE": read_close,
}
