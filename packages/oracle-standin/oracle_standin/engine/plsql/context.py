"""What expressions and statements of a block or stored program see besides its names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from oracle_standin.engine.plsql.stack_room import DEEPEST_CALL
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_standin.engine.plsql.exceptions import RaisedError
    from oracle_standin.engine.plsql.host import Host
    from oracle_standin.engine.plsql.kinds import Kind
    from oracle_standin.engine.plsql.nodes import Block, Declaration, Fragment
    from oracle_standin.engine.plsql.positions import Position
    from oracle_standin.engine.plsql.scope import Binds, Composite, Program, Scope, Variable


class References(Protocol):
    """Works out names in expressions that are no scalar variables of the scope."""

    def at(
        self, fragment: Fragment, place: int, scope: Scope, context: Context, *, in_sql: bool
    ) -> tuple[Variable | None, int]:
        """Return the value that begins at a token, None for none, and the tokens it takes."""

    def begins(self, fragment: Fragment, place: int, scope: Scope, context: Context) -> bool:
        """Return whether the call of a function or the use of a table begins at a token."""

    def composite_of(self, value: Fragment, scope: Scope, context: Context) -> Composite | None:
        """Return the whole table or record that an expression stands for; None for a scalar."""


class StoredPrograms(Protocol):
    """The stored units that a session knows: packages, procedures and functions."""

    def programs(
        self, names: Sequence[str], position: Position, context: Context
    ) -> Sequence[Program]:
        """Return the procedures and functions that names stand for outside their package."""

    def package(self, names: Sequence[str], position: Position, context: Context) -> Scope | None:
        """Return what a package declares to everybody; None when the names stand for none."""


class Leaving(Protocol):
    """How a block was left, if not at its end."""

    @property
    def value(self) -> Variable | Composite | None:
        """Return what RETURN gave."""


class Runner(Protocol):
    """The interpreter, as those see it who have it run further blocks."""

    def block(self, block: Block, outer: Scope | None) -> Leaving | None:
        """Run a block and return how it was left."""

    def declare(self, declarations: Sequence[Declaration], scope: Scope) -> None:
        """Add declarations to a scope."""


@dataclass(slots=True)
class Context:
    """The surroundings of one block, or of one call of a procedure or function."""

    host: Host
    binds: Binds
    interpreter: Callable[[Context], Runner]
    references: References
    stored: StoredPrograms
    row_count: int | None = None
    """SQL%ROWCOUNT of the latest statement, None before the first."""
    current: RaisedError | None = None
    """The exception that a handler is handling."""
    unit: str = ""
    """The stored unit whose lines are meant, "" for the anonymous block."""
    returns: Kind | None = None
    """What the function that runs returns."""
    checking: bool = False
    """Whether names and types are looked at and nothing runs."""
    thorough: bool = False
    """Whether, checking, the SQL engine is asked about every expression and statement."""
    dependencies: set[tuple[str, str]] | None = None
    """Where checking notes owner and name of the objects that a unit names."""
    depth: int = 0
    """How many calls of procedures and functions are around."""

    def depends_on(self, owner: str, name: str) -> None:
        """Note an object that the unit being checked names."""
        if self.dependencies is not None:
            self.dependencies.add((owner, name))

    def place(self, position: Position) -> str:
        """Return a line as ORA-06512 names it."""
        if self.unit:
            return f'at "{self.unit}", line {position.line}'
        return f"at line {position.line}"

    def inside(self, unit: str, returns: Kind | None = None) -> Context:
        """Return the surroundings of a program that is called from here."""
        if self.depth == DEEPEST_CALL:
            what = f"more than {DEEPEST_CALL} calls within each other"
            raise OracleError(6500, f"PL/SQL: storage error: {what} are not in this stand-in")
        return replace(self, unit=unit or self.unit, returns=returns, depth=self.depth + 1)
