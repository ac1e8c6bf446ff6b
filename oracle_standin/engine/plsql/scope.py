"""Names at run time: variables, records, exceptions and the binds of the block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oracle_standin.backend import Bind, CharsetForm, OracleError, TypeCode, Value
from oracle_standin.engine.plsql.compile_errors import compile_error, not_declared
from oracle_standin.engine.plsql.nodes import DataType, Position, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.backend import BindValue
    from oracle_standin.engine.plsql.exceptions import NamedException


@dataclass(slots=True)
class Variable:
    """A scalar with its type and value."""

    name: str
    data_type: DataType
    value: Value = None
    constant: bool = False
    not_null: bool = False

    def as_bind(self) -> Bind:
        """Return how the variable is bound into SQL."""
        return Bind(self.name, self.data_type.type_code, self.data_type.charset_form)


Record = dict[str, Variable]
"""The fields of a cursor loop's record by name."""


@dataclass(slots=True)
class Scope:
    """The names of one block, in front of those of the block around it."""

    outer: Scope | None = None
    variables: dict[str, Variable | Record] = field(default_factory=dict)
    exceptions: dict[str, NamedException] = field(default_factory=dict)

    def variable(self, names: Sequence[str]) -> Variable | None:
        """Return the variable that `v` or `r.field` stands for, or None."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.variables.get(names[0])
            if isinstance(found, Variable):
                return found if len(names) == 1 else None
            if found is not None:
                return found.get(names[1]) if len(names) == 2 else None
            scope = scope.outer
        return None

    def is_record(self, name: str) -> bool:
        """Return whether a name stands for a record."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.variables:
                return not isinstance(scope.variables[name], Variable)
            scope = scope.outer
        return False

    def exception(self, name: str) -> NamedException | None:
        """Return the user-defined exception of a name, or None."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.exceptions:
                return scope.exceptions[name]
            scope = scope.outer
        return None


class Binds:
    """The bind variables of the block and their values."""

    def __init__(self, binds: Sequence[Bind], values: Sequence[BindValue]) -> None:
        """Take the declared binds, one for each name, and their values on entry."""
        self._binds = list(binds)
        self._positions = {bind.name: index for index, bind in enumerate(binds)}
        self._values: list[BindValue] = list(values) + [None] * (len(binds) - len(values))
        self._assigned: set[int] = set()

    def bind(self, name: str) -> Bind:
        """Return a bind by its name; raises ORA-01008 for one that was not bound."""
        return self._binds[self._position(name)]

    def _position(self, name: str) -> int:
        if name not in self._positions:
            raise OracleError(1008, "not all variables bound")
        return self._positions[name]

    def value(self, name: str) -> BindValue:
        """Return a bind's value."""
        return self._values[self._position(name)]

    def scalar(self, name: str, position: Position) -> Value:
        """Return a bind's value where a table of values makes no sense."""
        value = self.value(name)
        if isinstance(value, list):
            raise compile_error(position, "PLS-00382: expression is of wrong type")
        return value

    def mark(self, name: str) -> None:
        """Say that the block gives a bind back, whether or not it comes to assign it."""
        self._assigned.add(self._position(name))

    def set(self, name: str, value: BindValue) -> None:
        """Give a bind a value, in the bytes of its own type."""
        position = self._position(name)
        self._assigned.add(position)
        self._values[position] = value

    def out_values(self) -> dict[int, BindValue]:
        """Return the binds that the block gives back, by position."""
        return {position: self._values[position] for position in sorted(self._assigned)}


def bind_type(bind: Bind) -> DataType:
    """Return the type of a bind as a variable's type."""
    return DataType(
        bind.type_code,
        bind.charset_form,
        _CAST_TYPES.get(bind.type_code, "VARCHAR2(4000)"),
        size_bytes=bind.size_bytes if bind.type_code is TypeCode.VARCHAR else 0,
    )


_CAST_TYPES = {
    TypeCode.NUMBER: "NUMBER",
    TypeCode.BINARY_INTEGER: "NUMBER",
    TypeCode.DATE: "DATE",
    TypeCode.TIMESTAMP: "TIMESTAMP(9)",
    TypeCode.TIMESTAMP_TZ: "TIMESTAMP(9) WITH TIME ZONE",
    TypeCode.TIMESTAMP_LTZ: "TIMESTAMP(9) WITH LOCAL TIME ZONE",
    TypeCode.BINARY_DOUBLE: "BINARY_DOUBLE",
    TypeCode.BINARY_FLOAT: "BINARY_FLOAT",
    TypeCode.INTERVAL_DS: "INTERVAL DAY(9) TO SECOND(9)",
    TypeCode.INTERVAL_YM: "INTERVAL YEAR(9) TO MONTH",
    TypeCode.CLOB: "CLOB",
    TypeCode.BLOB: "BLOB",
    TypeCode.RAW: "RAW(2000)",
    TypeCode.ROWID: "ROWID",
    TypeCode.BOOLEAN: "BOOLEAN",
    TypeCode.VECTOR: "VECTOR",
}

NUMBER = DataType(TypeCode.NUMBER, CharsetForm.NONE, "NUMBER")
TEXT = DataType(TypeCode.VARCHAR, CharsetForm.DATABASE, "VARCHAR2(4000)", size_bytes=32_767)


def must_find(scope: Scope, target: Target) -> Variable:
    """Return the variable of a target; raises PLS-00201 without one, PLS-00363 for a constant."""
    found = scope.variable(target.names)
    if found is None:
        raise not_declared(target.position, ".".join(target.names))
    if found.constant:
        text = f"PLS-00363: expression '{found.name}' cannot be used as an assignment target"
        raise compile_error(target.position, text)
    return found
