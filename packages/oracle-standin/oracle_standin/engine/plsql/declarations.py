"""Declarations: variables, exceptions, types, procedures and functions.

Source: PL/SQL Language Reference, "Block", "Function Declaration and Definition", "Procedure
Declaration and Definition", "Collection Variable Declaration".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from oracle_standin.engine.plsql import nodes
from oracle_standin.engine.plsql.compile_errors import compile_error, not_here
from oracle_standin.engine.plsql.datatypes import read_data_type, read_unconstrained_type
from oracle_standin.engine.plsql.kinds import DataType
from oracle_standin.engine.plsql.positions import Position
from oracle_standin.lexer import Kind

if TYPE_CHECKING:
    from oracle_standin.engine.plsql.reader import Reader

ReadBody = Callable[
    ["Reader", Position, tuple[nodes.Declaration, ...], str],
    nodes.Block,
]
"""Reads a block from BEGIN on: the parser's, which reads declarations itself."""

_KEYS = ("PLS_INTEGER", "BINARY_INTEGER")


@dataclass(frozen=True, slots=True)
class Options:
    """What may stand between the head of a subprogram and IS."""

    deterministic: bool = False
    invoker_rights: bool | None = None
    """None when AUTHID is not given."""


def read_declarations(
    reader: Reader, read_body: ReadBody, *ends: str
) -> tuple[nodes.Declaration, ...]:
    """Return the declarations before one of some keywords."""
    found: list[nodes.Declaration] = []
    while not reader.peek().is_word(*ends):
        found.append(_declaration(reader, read_body))
    return tuple(found)


def _declaration(reader: Reader, read_body: ReadBody) -> nodes.Declaration:
    position = reader.here()
    if reader.accept("PRAGMA"):
        return _pragma(reader, position)
    if reader.peek().is_word("PROCEDURE", "FUNCTION"):
        return _nested(reader, read_body)
    if reader.peek().is_word(*_SPECIAL):
        return _SPECIAL[reader.peek().value](reader)
    name = reader.name()
    if reader.accept("EXCEPTION"):
        reader.expect_operator(";")
        return nodes.ExceptionDeclaration(name)
    constant = reader.accept("CONSTANT")
    data_type = read_data_type(reader)
    not_null = reader.accept("NOT", "NULL")
    value = _default(reader, ";")
    reader.expect_operator(";")
    return nodes.VariableDeclaration(name, data_type, position, value, constant, not_null)


def _default(reader: Reader, *ends: str) -> nodes.Fragment | None:
    if reader.accept_operator(":=") or reader.accept("DEFAULT"):
        return reader.expression(*ends)
    return None


def _pragma(reader: Reader, position: Position) -> nodes.ExceptionCode:
    if not reader.accept("EXCEPTION_INIT"):
        raise not_here(position, f"PRAGMA {reader.peek().value}")
    reader.expect_operator("(")
    name = reader.name()
    reader.expect_operator(",")
    sign = -1 if reader.accept_operator("-") else 1
    token = reader.take()
    if token.kind is not Kind.NUMBER or not token.text.isdecimal():
        reader.fail("a number")
    reader.expect_operator(")")
    reader.expect_operator(";")
    return nodes.ExceptionCode(name, sign * int(token.text), position)


def _type(
    reader: Reader,
) -> nodes.TableDeclaration | nodes.RecordDeclaration | nodes.CursorTypeDeclaration:
    position = reader.here()
    reader.expect("TYPE")
    name = reader.name()
    reader.expect("IS")
    if reader.accept("RECORD"):
        return _record_type(reader, name, position)
    if reader.accept("REF", "CURSOR"):
        if reader.peek().is_word("RETURN"):
            what = "a REF CURSOR type with RETURN"
            raise not_here(position, what)
        reader.expect_operator(";")
        return nodes.CursorTypeDeclaration(name)
    if not reader.accept("TABLE", "OF"):
        raise not_here(position, f"TYPE ... IS {reader.peek().value}")
    element = read_data_type(reader)
    reader.accept("NOT", "NULL")
    if not reader.accept("INDEX", "BY"):
        what = "a nested table type"
        raise not_here(position, what)
    key = None
    if reader.peek().is_word("VARCHAR2", "VARCHAR", "STRING"):
        found = read_data_type(reader)
        key = found if isinstance(found, DataType) else None
    elif reader.peek().is_word(*_KEYS):
        reader.take()
    else:
        raise not_here(position, f"INDEX BY {reader.peek().value}")
    reader.expect_operator(";")
    return nodes.TableDeclaration(name, element, position, key)


def _record_type(reader: Reader, name: str, position: Position) -> nodes.RecordDeclaration:
    fields: list[nodes.VariableDeclaration] = []
    reader.expect_operator("(")
    while True:
        place, field = reader.here(), reader.name()
        data_type = read_data_type(reader)
        not_null = reader.accept("NOT", "NULL")
        value = _default(reader, ",", ")")
        fields.append(nodes.VariableDeclaration(field, data_type, place, value, not_null=not_null))
        if reader.accept_operator(")"):
            break
        reader.expect_operator(",")
    reader.expect_operator(";")
    return nodes.RecordDeclaration(name, tuple(fields), position)


def _subtype(reader: Reader) -> nodes.SubtypeDeclaration:
    reader.expect("SUBTYPE")
    name = reader.name()
    reader.expect("IS")
    data_type = read_data_type(reader)
    if reader.peek().is_word("RANGE", "NOT"):
        what = f"a SUBTYPE with {reader.peek().value}"
        raise not_here(reader.here(), what)
    reader.expect_operator(";")
    return nodes.SubtypeDeclaration(name, data_type)


def _cursor(reader: Reader) -> nodes.CursorDeclaration:
    position = reader.here()
    reader.expect("CURSOR")
    head = nodes.Subprogram(reader.name(), _parameters(reader), None, position)
    if reader.peek().is_word("RETURN"):
        what = "a cursor with RETURN"
        raise not_here(position, what)
    reader.expect("IS")
    if not reader.peek().is_word("SELECT", "WITH"):
        reader.fail("select with")
    query = reader.expression(";")
    reader.expect_operator(";")
    return nodes.CursorDeclaration(head, query)


_SPECIAL: dict[str, Callable[[Reader], nodes.Declaration]] = {
    "TYPE": _type,
    "CURSOR": _cursor,
    "SUBTYPE": _subtype,
}


# Procedures and functions


def _nested(reader: Reader, read_body: ReadBody) -> nodes.Subprogram:
    found, options = read_subprogram(reader, read_body)
    if options.invoker_rights is not None:
        text = "PLS-00157: AUTHID only allowed on schema-level programs"
        raise compile_error(found.position, text)
    return found


def read_subprogram(reader: Reader, read_body: ReadBody) -> tuple[nodes.Subprogram, Options]:
    """Return the procedure or function that comes next, with its body unless ; ends the head."""
    position = reader.here()
    is_function = reader.take().is_word("FUNCTION")
    name = reader.dotted_name().rsplit(".", 1)[-1]
    parameters = _parameters(reader)
    returns = None
    if is_function:
        reader.expect("RETURN")
        returns = read_unconstrained_type(reader)
    options = read_options(reader)
    head = nodes.Subprogram(
        name, parameters, returns, position, deterministic=options.deterministic
    )
    if reader.accept_operator(";"):
        return head, options
    read_is(reader)
    if reader.peek().is_word("LANGUAGE", "EXTERNAL", "MLE"):
        raise not_here(reader.here(), reader.peek().value)
    declarations = read_declarations(reader, read_body, "BEGIN")
    return replace(head, body=read_body(reader, position, declarations, name)), options


def read_is(reader: Reader) -> None:
    """Move past IS or AS, which must come next."""
    if not reader.accept("IS"):
        reader.expect("AS")


def read_end(reader: Reader, name: str) -> None:
    """Move past END [name]; after a block; raises PLS-00113 for another name than `name`."""
    reader.expect("END")
    position = reader.here()
    if reader.peek().kind in {Kind.WORD, Kind.QUOTED}:
        ending = reader.dotted_name().rsplit(".", 1)[-1]
        if name and ending != name:
            text = f"PLS-00113: END identifier '{ending}' must match '{name}' at line"
            raise compile_error(position, text)
    reader.expect_operator(";")


def read_options(reader: Reader) -> Options:
    """Return what stands before IS; refuses what would change how the subprogram works."""
    options = Options()
    while not (reader.peek().is_word("IS", "AS") or reader.peek().is_operator(";")):
        position, token = reader.here(), reader.take()
        if token.is_word("DETERMINISTIC"):
            options = replace(options, deterministic=True)
        elif token.is_word("AUTHID"):
            invoker = reader.accept("CURRENT_USER")
            if not invoker:
                reader.expect("DEFINER")
            options = replace(options, invoker_rights=invoker)
        elif token.is_word("PIPELINED", "ACCESSIBLE", "RESULT_CACHE", "AGGREGATE", "DEFAULT"):
            raise not_here(position, token.value)
        elif not token.is_word("PARALLEL_ENABLE"):  # has no effect where nothing is parallel
            reader.rewind(reader.position - 1)
            reader.fail("; is authid as deterministic parallel_enable")
    return options


def _parameters(reader: Reader) -> tuple[nodes.Parameter, ...]:
    found: list[nodes.Parameter] = []
    if not reader.accept_operator("("):
        return ()
    while True:
        found.append(_parameter(reader))
        if reader.accept_operator(")"):
            break
        reader.expect_operator(",")
    names = [parameter.name for parameter in found]
    for parameter in found:
        if names.count(parameter.name) > 1:
            text = (
                f"PLS-00410: duplicate fields in RECORD,TABLE or argument list are not permitted"
                f" ('{parameter.name}')"
            )
            raise compile_error(parameter.position, text)
    return tuple(found)


def _parameter(reader: Reader) -> nodes.Parameter:
    position = reader.here()
    name = reader.name()
    is_in, is_out = reader.accept("IN"), reader.accept("OUT")
    mode = nodes.Mode.IN
    if is_out:
        mode = nodes.Mode.IN_OUT if is_in else nodes.Mode.OUT
        reader.accept(
            "NOCOPY"
        )  # a hint (PL/SQL Language Reference, "Formal Parameter Declaration")
    data_type = read_unconstrained_type(reader)
    default_position = reader.here()
    default = _default(reader, ",", ")")
    if default is not None and is_out:
        text = (
            f"PLS-00230: OUT and IN OUT formal parameters may not have default expressions: {name}"
        )
        raise compile_error(default_position, text)
    return nodes.Parameter(name, mode, data_type, default, position)
