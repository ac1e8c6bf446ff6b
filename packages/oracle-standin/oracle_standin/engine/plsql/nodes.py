"""The parts of a PL/SQL block after parsing.

Expressions and SQL statements stay text (`Fragment`): the SQL engine evaluates them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from oracle_standin.engine.plsql.positions import Position, position_in
from oracle_standin.lexer import Token, tokens

if TYPE_CHECKING:
    from oracle_standin.engine.plsql.kinds import DataType, DeclaredType


@dataclass(frozen=True, slots=True)
class Fragment:
    """A run of tokens of the block's text."""

    source: str
    tokens: tuple[Token, ...]

    @property
    def text(self) -> str:
        """Return the fragment as written."""
        return self.source[self.tokens[0].start : self.tokens[-1].end] if self.tokens else ""

    @property
    def start(self) -> Position:
        """Return where the fragment begins."""
        return position_in(self.source, self.tokens[0].start)


def fragment_of(text: str) -> Fragment:
    """Return a text of our own as a fragment."""
    return Fragment(text, tuple(tokens(text)))


@dataclass(frozen=True, slots=True)
class RecordDeclaration:
    """TYPE name IS RECORD (field type, ...)."""

    name: str
    fields: tuple[VariableDeclaration, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class TableDeclaration:
    """TYPE name IS TABLE OF element INDEX BY key; `key` is None for PLS_INTEGER."""

    name: str
    element: DeclaredType
    position: Position
    key: DataType | None = None


@dataclass(frozen=True, slots=True)
class SubtypeDeclaration:
    """SUBTYPE name IS type."""

    name: str
    data_type: DeclaredType


@dataclass(frozen=True, slots=True)
class CursorTypeDeclaration:
    """TYPE name IS REF CURSOR."""

    name: str


@dataclass(frozen=True, slots=True)
class VariableDeclaration:
    """A variable or constant."""

    name: str
    data_type: DeclaredType
    position: Position
    value: Fragment | None = None
    constant: bool = False
    not_null: bool = False


@dataclass(frozen=True, slots=True)
class ExceptionDeclaration:
    """A user-defined exception."""

    name: str


@dataclass(frozen=True, slots=True)
class ExceptionCode:
    """PRAGMA EXCEPTION_INIT(name, code)."""

    name: str
    code: int
    position: Position


class Mode(Enum):
    """The direction of a parameter, as ALL_ARGUMENTS names it."""

    IN = "IN"
    OUT = "OUT"
    IN_OUT = "IN/OUT"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A formal parameter of a procedure or function."""

    name: str
    mode: Mode
    data_type: DeclaredType
    default: Fragment | None
    position: Position


@dataclass(frozen=True, slots=True)
class Subprogram:
    """A procedure, or a function if it returns a type; without a body where it is announced."""

    name: str
    parameters: tuple[Parameter, ...]
    returns: DeclaredType | None
    position: Position
    body: Block | None = None
    deterministic: bool = False


@dataclass(frozen=True, slots=True)
class CursorDeclaration:
    """CURSOR name [(parameters)] IS query."""

    head: Subprogram
    """Its name, position and parameters."""
    query: Fragment


Declaration = (
    VariableDeclaration
    | ExceptionDeclaration
    | ExceptionCode
    | CursorDeclaration
    | RecordDeclaration
    | SubtypeDeclaration
    | TableDeclaration
    | CursorTypeDeclaration
    | Subprogram
)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a value goes: a bind, a variable by its names (`v`, `r.col`), an element of a table."""

    names: tuple[str, ...]
    is_bind: bool
    position: Position
    index: Fragment | None = None


@dataclass(frozen=True, slots=True)
class Using:
    """One argument of EXECUTE IMMEDIATE ... USING."""

    value: Fragment
    is_in: bool
    target: Target | None


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a call, positional when `name` is None."""

    name: str | None
    value: Fragment
    target: Target | None


@dataclass(frozen=True, slots=True)
class Statement:
    """What all statements have."""

    position: Position


@dataclass(frozen=True, slots=True)
class Null(Statement):
    """The statement that does nothing."""


@dataclass(frozen=True, slots=True)
class Return(Statement):
    """The end of the block or subprogram, with the value of a function."""

    value: Fragment | None = None


@dataclass(frozen=True, slots=True)
class Call(Statement):
    """A procedure call; `name` is upper case with its package."""

    name: str
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Assign(Statement):
    """An assignment, target := value; `call` is set when the value is a function of a package."""

    target: Target
    value: Fragment
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class If(Statement):
    """IF, and CASE as a statement; `otherwise` is None for a CASE without ELSE."""

    arms: tuple[tuple[Fragment, tuple[Statement, ...]], ...]
    otherwise: tuple[Statement, ...] | None


@dataclass(frozen=True, slots=True)
class Loop(Statement):
    """LOOP and WHILE; `condition` is None for a plain loop."""

    label: str
    condition: Fragment | None
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class RangeLoop(Statement):
    """FOR i IN [REVERSE] low .. high LOOP."""

    label: str
    variable: str
    low: Fragment
    high: Fragment
    reverse: bool
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class QueryLoop(Statement):
    """FOR r IN (query) LOOP."""

    label: str
    variable: str
    query: Fragment
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Jump(Statement):
    """EXIT or CONTINUE, to the innermost loop when `label` is empty."""

    leaves: bool
    label: str
    condition: Fragment | None


@dataclass(frozen=True, slots=True)
class Sql(Statement):
    """Static SQL; `into` are the targets of SELECT INTO or RETURNING INTO."""

    statement: Fragment
    into: tuple[Target, ...]
    is_returning: bool
    is_bulk: bool = False
    """Whether they are tables that take all rows (BULK COLLECT)."""


@dataclass(frozen=True, slots=True)
class Immediate(Statement):
    """EXECUTE IMMEDIATE."""

    statement: Fragment
    into: tuple[Target, ...]
    using: tuple[Using, ...]
    returning: tuple[Target, ...]
    is_bulk: bool = False


@dataclass(frozen=True, slots=True)
class ForAll(Statement):
    """FORALL i IN low .. high statement."""

    variable: str
    low: Fragment
    high: Fragment
    statement: Sql | Immediate


@dataclass(frozen=True, slots=True)
class Raise(Statement):
    """RAISE; `name` is "" to raise the current exception again."""

    name: str


@dataclass(frozen=True, slots=True)
class Handler:
    """WHEN names THEN body; OTHERS is one of the names."""

    names: tuple[str, ...]
    body: tuple[Statement, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Block(Statement):
    """[DECLARE ...] BEGIN ... [EXCEPTION ...] END."""

    declarations: tuple[Declaration, ...]
    body: tuple[Statement, ...]
    handlers: tuple[Handler, ...]
    label: str = ""


class UnitKind(Enum):
    """The kinds of stored PL/SQL, as ALL_OBJECTS names them."""

    PROCEDURE = "PROCEDURE"
    FUNCTION = "FUNCTION"
    PACKAGE = "PACKAGE"
    PACKAGE_BODY = "PACKAGE BODY"


@dataclass(frozen=True, slots=True)
class Unit:
    """A stored unit: one subprogram, or the declarations of a package and its first block."""

    kind: UnitKind
    name: str
    declarations: tuple[Declaration, ...]
    initialization: Block | None = None
    invoker_rights: bool = False
