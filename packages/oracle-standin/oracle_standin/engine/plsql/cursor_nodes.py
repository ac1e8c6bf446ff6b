"""The statements of cursors and cursor variables after parsing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.engine.plsql.nodes import Statement

if TYPE_CHECKING:
    from oracle_standin.engine.plsql.nodes import Call, Fragment, Target, Using


@dataclass(frozen=True, slots=True)
class OpenFor(Statement):
    """OPEN cursor FOR a query, or with `is_static` False for an expression that gives its text."""

    cursor: Target
    query: Fragment
    is_static: bool
    using: tuple[Using, ...]


@dataclass(frozen=True, slots=True)
class Fetch(Statement):
    """FETCH cursor [BULK COLLECT] INTO targets [LIMIT limit]."""

    cursor: Target
    into: tuple[Target, ...]
    is_bulk: bool = False
    limit: Fragment | None = None


@dataclass(frozen=True, slots=True)
class Close(Statement):
    """CLOSE cursor."""

    cursor: Target


@dataclass(frozen=True, slots=True)
class Open(Statement):
    """OPEN of a declared cursor, with its arguments."""

    call: Call


@dataclass(frozen=True, slots=True)
class CursorLoop(Statement):
    """FOR r IN cursor [(arguments)] LOOP."""

    label: str
    variable: str
    call: Call
    body: tuple[Statement, ...]


VariableStatement = OpenFor | Fetch | Close
