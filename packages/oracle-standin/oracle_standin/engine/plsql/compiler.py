"""Compiles stored units: what is wrong with them, and what the dictionary shows of them.

Source: PL/SQL Language Reference, "CREATE PROCEDURE Statement": a unit with errors is created
nevertheless, with a warning, and is invalid. What Oracle compiles and the stand-in does not is
refused instead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from oracle_standin.engine.compiled_units import Compiled, Message, Shape
from oracle_standin.engine.plsql import nodes, references
from oracle_standin.engine.plsql.checks import Checker
from oracle_standin.engine.plsql.compile_errors import (
    CompileError,
    NotHereError,
    compile_error,
    is_refusal,
    not_declared,
)
from oracle_standin.engine.plsql.context import Context
from oracle_standin.engine.plsql.interpreter import Interpreter
from oracle_standin.engine.plsql.library import StoredUnit
from oracle_standin.engine.plsql.nodes import UnitKind
from oracle_standin.engine.plsql.positions import Position
from oracle_standin.engine.plsql.scope import Binds, Scope
from oracle_standin.engine.plsql.shapes import shapes
from oracle_standin.engine.plsql.signatures import same_signature
from oracle_standin.engine.plsql.units import parse_unit
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.engine.plsql.context import StoredPrograms
    from oracle_standin.engine.plsql.host import Host

_PLACE = re.compile(r"(?:^|\nORA-06550: )line (\d+), column (\d+):\n")
_IDENTIFIER = re.compile(r"PLS-00201: identifier '([^']+)'")
_START = Position(0, 0, 0)


def compile_unit(source: str, owner: str, host: Host, stored: StoredPrograms) -> Compiled:
    """Compile the text of a unit of `owner` beside what is stored.

    Raises the refusal of what the stand-in does not have.
    """
    named: set[tuple[str, str]] = set()
    try:
        unit = parse_unit(source)
        context = Context(
            *(host, Binds((), ()), Interpreter, references, stored),
            checking=True,
            thorough=True,
            dependencies=named,
        )
        with host.acting_as(owner):
            try:
                found = _check(unit, source, owner, context)
            finally:
                if unit.kind is not UnitKind.PACKAGE_BODY:  # which depends on its package
                    named.discard((owner, unit.name))
    except NotHereError as error:
        what = error.message.rsplit(": ", 1)[-1].removesuffix(" is not in this stand-in")
        raise not_in_this_standin(what) from None
    except CompileError as error:
        named.update(_missing(error, owner))
        return Compiled(tuple(_messages(error)), dependencies=frozenset(named))
    except OracleError as error:
        if is_refusal(error):
            raise
        message = Message(0, 0, f"PL/SQL: {error}")
        return Compiled((message,), dependencies=frozenset(named))
    return Compiled((), unit.invoker_rights, tuple(found), frozenset(named))


def _missing(error: CompileError, owner: str) -> Iterator[tuple[str, str]]:
    """Give the objects that an undeclared identifier may have meant."""
    for name in _IDENTIFIER.findall(error.message):
        first, _, second = name.partition(".")
        yield owner, first
        if second:
            yield first, second.partition(".")[0]


def _messages(error: CompileError) -> Iterator[Message]:
    """Give the lines of ORA-06550 one by one."""
    pieces = _PLACE.split(error.message)
    for line, column, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        yield Message(int(line), int(column), text)


def _check(unit: nodes.Unit, source: str, owner: str, context: Context) -> list[Shape]:
    checked = StoredUnit(
        owner, unit.name, unit.kind, 0, source, 0, valid=True, invoker_rights=False
    )
    outer = None
    announced: tuple[nodes.Declaration, ...] = ()
    if unit.kind is UnitKind.PACKAGE_BODY:
        outer = context.stored.package((unit.name,), _START, context)
        if outer is None or outer.unit is None:
            raise not_declared(_START, unit.name)
        announced = parse_unit(outer.unit.source).declarations
    is_package = unit.kind in {UnitKind.PACKAGE, UnitKind.PACKAGE_BODY}
    scope = Scope(outer, name=unit.name if is_package else "", unit=checked)
    checker = Checker(context)
    checker.declare(unit.declarations, scope)
    _require_bodies(unit, announced)
    if unit.initialization is not None:
        checker.check(unit.initialization, scope)
    return shapes(unit, scope, context)


def _require_bodies(unit: nodes.Unit, announced: tuple[nodes.Declaration, ...]) -> None:
    """Raise PLS-00323 for what is announced and never defined, PLS-00328 for a body too many."""
    own = [item for item in unit.declarations if isinstance(item, nodes.Subprogram)]
    bodies = [item for item in own if item.body is not None]
    if unit.kind is UnitKind.PACKAGE and bodies:
        text = (
            f"PLS-00328: A subprogram body must be defined for the forward declaration of"
            f" {bodies[0].name}."
        )
        raise compile_error(bodies[0].position, text)
    if unit.kind is not UnitKind.PACKAGE_BODY:
        return
    wanted = [item for item in announced if isinstance(item, nodes.Subprogram)]
    wanted += [item for item in own if item.body is None]
    for head in wanted:
        if not any(same_signature(head, body) for body in bodies):
            text = (
                f"PLS-00323: subprogram or cursor '{head.name}' is declared in a package"
                " specification and must be defined in the package body"
            )
            raise compile_error(head.position, text)
