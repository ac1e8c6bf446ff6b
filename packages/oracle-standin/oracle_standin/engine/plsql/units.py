"""The parser of stored units: procedures, functions, packages and their bodies.

Source: PL/SQL Language Reference, "CREATE PACKAGE BODY Statement" and its neighbours. The text
begins with the kind of the unit, as ALL_SOURCE shows it.
"""

from __future__ import annotations

from oracle_standin.engine.plsql import nodes
from oracle_standin.engine.plsql.compile_errors import compile_error, complainer
from oracle_standin.engine.plsql.declarations import (
    read_declarations,
    read_end,
    read_is,
    read_options,
    read_subprogram,
)
from oracle_standin.engine.plsql.nodes import UnitKind
from oracle_standin.engine.plsql.parser import read_body
from oracle_standin.engine.plsql.positions import position_in
from oracle_standin.engine.plsql.reader import Reader
from oracle_standin.lexer import Kind, tokens


def parse_unit(text: str) -> nodes.Unit:
    """Return a stored unit; raises ORA-06550 for a syntax error."""
    found = tokens(text)
    for token in found:
        if token.kind is Kind.BIND:
            fault = f"PLS-00049: bad bind variable '{token.value}'"
            raise compile_error(position_in(text, token.start), fault)
    reader = Reader(text, found, complainer(text))
    unit = _package(reader) if reader.peek().is_word("PACKAGE") else _standalone(reader)
    if not reader.at_end:
        reader.fail("end-of-file")
    return unit


def _standalone(reader: Reader) -> nodes.Unit:
    found, options = read_subprogram(reader, read_body)
    if found.body is None:
        reader.fail("is")
    kind = UnitKind.PROCEDURE if found.returns is None else UnitKind.FUNCTION
    return nodes.Unit(kind, found.name, (found,), invoker_rights=bool(options.invoker_rights))


def _package(reader: Reader) -> nodes.Unit:
    reader.expect("PACKAGE")
    is_body = reader.accept("BODY")
    name = reader.dotted_name().rsplit(".", 1)[-1]
    options = read_options(reader)
    read_is(reader)
    declarations = read_declarations(reader, read_body, "BEGIN", "END")
    initialization = None
    if is_body and reader.peek().is_word("BEGIN"):
        initialization = read_body(reader, reader.here(), (), name)
    else:
        read_end(reader, name)
    kind = UnitKind.PACKAGE_BODY if is_body else UnitKind.PACKAGE
    return nodes.Unit(kind, name, declarations, initialization, bool(options.invoker_rights))
