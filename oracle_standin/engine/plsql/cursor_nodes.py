"""The statements of cursor variables after parsing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.engine.plsql.nodes import Statement

if TYPE_CHECKING:
    from oracle_standin.engine.plsql.nodes import Fragment, Target, Using


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


CursorStatement = OpenFor | Fetch | Close
