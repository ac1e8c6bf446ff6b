"""Names at run time: variables, records, exceptions and the binds of the block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oracle_standin.backend import Bind
from oracle_standin.engine.plsql.compile_errors import compile_error
from oracle_standin.engine.plsql.kinds import DataType, RecordType, TableType
from oracle_standin.engine.plsql.signatures import same_signature
from oracle_standin.engine.plsql.tables import IndexedTable
from oracle_standin.protocol import CharsetForm, OracleError, TypeCode, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from oracle_standin.engine.plsql.exceptions import NamedException
    from oracle_standin.engine.plsql.kinds import Kind
    from oracle_standin.engine.plsql.library import StoredUnit
    from oracle_standin.engine.plsql.nodes import Fragment, Subprogram
    from oracle_standin.engine.plsql.positions import Position
    from oracle_standin.protocol import BindValue


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


@dataclass(slots=True)
class Record:
    """Fields under one name: of a record type, or of a row."""

    name: str
    kind: RecordType
    fields: dict[str, Variable]
    constant: bool = False


Composite = IndexedTable | Record
Named = Variable | Composite


@dataclass(frozen=True, slots=True)
class Program:
    """A procedure or function with the names that it sees; `unit` is None for a local one."""

    head: Subprogram
    scope: Scope
    unit: StoredUnit | None = None


@dataclass(frozen=True, slots=True)
class DeclaredCursor:
    """A cursor with its query; `program` has its parameters and the names that it sees."""

    program: Program
    query: Fragment
    row: RecordType
    variable: Variable
    """What it stands for while it is open."""


@dataclass(slots=True)
class Scope:
    """The names of one block, subprogram or package, in front of those around it."""

    outer: Scope | None = None
    variables: dict[str, Named] = field(default_factory=dict)
    exceptions: dict[str, NamedException] = field(default_factory=dict)
    types: dict[str, Kind] = field(default_factory=dict)
    programs: dict[str, list[Program]] = field(default_factory=dict)
    cursors: dict[str, DeclaredCursor] = field(default_factory=dict)
    name: str = ""
    """The subprogram or package, by which its names may be qualified."""
    unit: StoredUnit | None = None
    """The stored unit that this is the outermost scope of."""

    def add_program(self, program: Program) -> None:
        """Add a procedure or function; its body takes the place of its announcement."""
        known = self.programs.setdefault(program.head.name, [])
        for place, other in enumerate(known):
            if other.head.body is None and same_signature(other.head, program.head):
                known[place] = program
                return
        known.append(program)

    def _chain(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.outer

    def named(self, names: Sequence[str]) -> Named | None:
        """Return what a name, or a name after that of its subprogram or package, stands for."""
        for scope in self._chain():
            if len(names) == 1 and names[0] in scope.variables:
                return scope.variables[names[0]]
            if len(names) == 2 and names[0] == scope.name and names[1] in scope.variables:
                return scope.variables[names[1]]
        return None

    def variable(self, names: Sequence[str]) -> Variable | None:
        """Return the scalar that `v`, `r.field` or `subprogram.v` stands for, or None."""
        found = self.named(names)
        if isinstance(found, Variable):
            return found
        if found is None and len(names) == 2:
            record = self.named(names[:1])
            return record.fields.get(names[1]) if isinstance(record, Record) else None
        return None

    def table(self, names: Sequence[str]) -> IndexedTable | None:
        """Return the index-by table of a name, or None."""
        found = self.named(names)
        return found if isinstance(found, IndexedTable) else None

    def is_record(self, name: str) -> bool:
        """Return whether a name stands for a record."""
        return isinstance(self.named((name,)), Record)

    def is_open_record(self, name: str) -> bool:
        """Return whether a name stands for a record whose fields are not known yet."""
        found = self.named((name,))
        return isinstance(found, Record) and not found.fields

    def exception(self, name: str) -> NamedException | None:
        """Return the user-defined exception of a name, or None."""
        names = name.split(".")
        for scope in self._chain():
            if names[-1] in scope.exceptions and names[:-1] in ([], [scope.name]):
                return scope.exceptions[names[-1]]
        return None

    def type_of(self, names: Sequence[str]) -> Kind | None:
        """Return the type of a name, or None."""
        for scope in self._chain():
            if names[-1] in scope.types and list(names[:-1]) in ([], [scope.name]):
                return scope.types[names[-1]]
        return None

    def cursor(self, names: Sequence[str]) -> DeclaredCursor | None:
        """Return the declared cursor of a name, or None."""
        for scope in self._chain():
            if names[-1] in scope.cursors and list(names[:-1]) in ([], [scope.name]):
                return scope.cursors[names[-1]]
        return None

    def programs_of(self, names: Sequence[str]) -> list[Program]:
        """Return the procedures and functions of a name, empty when there are none."""
        for scope in self._chain():
            if names[-1] in scope.programs and list(names[:-1]) in ([], [scope.name]):
                return scope.programs[names[-1]]
        return []


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

CURSOR = DataType(TypeCode.CURSOR, CharsetForm.NONE, "SYS_REFCURSOR")
NUMBER = DataType(TypeCode.NUMBER, CharsetForm.NONE, "NUMBER")
TEXT = DataType(TypeCode.VARCHAR, CharsetForm.DATABASE, "VARCHAR2(4000)", size_bytes=32_767)


def blank(name: str, kind: Kind) -> Named:
    """Return a variable, table or record of a type without a value."""
    if isinstance(kind, TableType):
        return IndexedTable(name, kind)
    if isinstance(kind, RecordType):
        return blank_record(name, kind)
    return Variable(name, kind)


def blank_record(name: str, kind: RecordType) -> Record:
    """Return a record without values."""
    return Record(name, kind, {field: Variable(field, code) for field, code in kind.fields})


def protect(found: Variable | Composite) -> None:
    """Make a constant of a variable, a table or a record with its fields."""
    found.constant = True
    if isinstance(found, Record):
        for variable in found.fields.values():
            variable.constant = True


def refuse_constant(found: Variable | Composite, position: Position) -> None:
    """Raise PLS-00363 for the assignment to a constant, a loop's variable or an IN parameter."""
    if found.constant:
        text = f"PLS-00363: expression '{found.name}' cannot be used as an assignment target"
        raise compile_error(position, text)
