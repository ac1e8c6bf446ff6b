"""Makes stored units runnable: packages with their state, standalone procedures and functions.

Source: PL/SQL Language Reference, "Package State" and "Package Instantiation and Initialization":
each session has its own instance of a package, made when it is first named.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from oracle_standin.engine.plsql import nodes
from oracle_standin.engine.plsql.compile_errors import CompileError, compile_error
from oracle_standin.engine.plsql.library import Library, Query, StoredUnit, Units
from oracle_standin.engine.plsql.nodes import UnitKind
from oracle_standin.engine.plsql.scope import Program, Scope
from oracle_standin.engine.plsql.signatures import same_signature
from oracle_standin.engine.plsql.units import parse_unit
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.positions import Position
    from oracle_standin.protocol import Value

_parse = lru_cache(maxsize=256)(parse_unit)
_Versions = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Instance:
    """A package as one session has it."""

    versions: _Versions
    public: Scope
    private: Scope
    has_state: bool


class Linker:
    """The stored units of one session."""

    def __init__(self, query: Query) -> None:
        """Look up with `query`, which sees what is committed."""
        self._library = Library(query)
        self._instances: dict[int, _Instance] = {}
        self._shapes: dict[int, _Instance] = {}

    def forget(self) -> None:
        """Look names up anew, after DDL; the state of packages stays."""
        self._library.forget()
        self._shapes.clear()

    def cursor_values(self) -> list[Value]:
        """Return what the cursors of packages stand for, which stay open between calls."""
        return [
            cursor.variable.value
            for instance in self._instances.values()
            for scope in (instance.public, instance.private)
            for cursor in scope.cursors.values()
        ]

    def programs(
        self, names: Sequence[str], position: Position, context: Context
    ) -> Sequence[Program]:
        """Return the procedures and functions that names stand for outside their package."""
        units, rest = self._find(names, context)
        if UnitKind.PACKAGE in units:
            if len(rest) != 1:
                return ()
            return self._package(units, position, context).programs.get(rest[0], ())
        unit = units.get(UnitKind.PROCEDURE) or units.get(UnitKind.FUNCTION)
        if unit is None or rest:
            return ()
        scope = Scope(unit=unit)
        head = _declared(unit, position).declarations[0]
        if not isinstance(head, nodes.Subprogram):
            return ()
        scope.programs[head.name] = [Program(head, scope, unit)]
        return scope.programs[head.name]

    def package(self, names: Sequence[str], position: Position, context: Context) -> Scope | None:
        """Return what a package declares to everybody; None when the names stand for none."""
        units, rest = self._find(names, context)
        if UnitKind.PACKAGE not in units or rest:
            return None
        return self._package(units, position, context)

    def _find(self, names: Sequence[str], context: Context) -> tuple[Units, tuple[str, ...]]:
        found = self._library.find(names, context.host.user, context.host.current_schema)
        for unit in found[0].values():
            context.depends_on(unit.owner, unit.name)
        return found

    def _package(self, units: Units, position: Position, context: Context) -> Scope:
        head, body = units[UnitKind.PACKAGE], units.get(UnitKind.PACKAGE_BODY)
        versions = (head.version, body.version if body else 0)
        known = (self._shapes if context.checking else self._instances).get(head.object_id)
        if known is not None and known.versions == versions:
            return known.public
        if known is not None and known.has_state and not context.checking:
            del self._instances[head.object_id]
            raise _discarded(head)
        return self._instantiate(head, body, versions, position, context)

    def _instantiate(
        self,
        head: StoredUnit,
        body: StoredUnit | None,
        versions: _Versions,
        position: Position,
        context: Context,
    ) -> Scope:
        """Declare a package, and run its first block unless only its shape is asked for."""
        package = _declared(head, position)
        hidden = _declared(body, position) if body and not context.checking else None
        public = Scope(name=package.name, unit=head)
        private = Scope(public, name=package.name, unit=body)
        declarations = package.declarations + (hidden.declarations if hidden else ())
        kept = self._shapes if context.checking else self._instances
        kept[head.object_id] = _Instance(versions, public, private, _has_state(declarations))
        inner = context.inside(head.label)
        try:
            with rights_of(head, context):
                interpreter = inner.interpreter(inner)
                interpreter.declare(package.declarations, public)
                if hidden is not None:
                    interpreter.declare(hidden.declarations, private)
                    _define(public, private)
                    if hidden.initialization is not None:
                        interpreter.block(hidden.initialization, private)
        except BaseException:
            del kept[head.object_id]
            raise
        return public


def rights_of(unit: StoredUnit, context: Context) -> AbstractContextManager[None]:
    """Return what lets the session act for the owner of a unit with definer's rights."""
    if unit.invoker_rights or context.checking:
        return nullcontext()
    return context.host.acting_as(unit.owner)


def _declared(unit: StoredUnit, position: Position) -> nodes.Unit:
    """Return a unit's parts; raises PLS-00905 for one that did not compile."""
    invalid = compile_error(position, f"PLS-00905: object {unit.label} is invalid")
    if not unit.valid:
        raise invalid
    try:
        return _parse(unit.source)
    except CompileError:
        raise invalid from None


def _define(public: Scope, private: Scope) -> None:
    """Give what the specification announces the bodies of the package body."""
    for name, announced in public.programs.items():
        defined = private.programs.get(name, [])
        public.programs[name] = [
            next((found for found in defined if same_signature(found.head, program.head)), program)
            for program in announced
        ]


def _has_state(declarations: Sequence[nodes.Declaration]) -> bool:
    return any(
        isinstance(declaration, nodes.VariableDeclaration) and not declaration.constant
        for declaration in declarations
    )


def _discarded(unit: StoredUnit) -> OracleError:
    return OracleError(
        4068,
        "existing state of packages has been discarded\n"
        f'ORA-04061: existing state of package "{unit.label}" has been invalidated\n'
        f'ORA-04065: not executed, altered or dropped package "{unit.label}"\n'
        f'ORA-06508: PL/SQL: could not find program unit being called: "{unit.label}"',
    )
