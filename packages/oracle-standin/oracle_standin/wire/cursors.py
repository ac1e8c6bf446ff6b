"""The open statements of a session."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oracle_standin.lexer import Outline, outline
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oracle_standin.backend import Bind
    from oracle_standin.open_cursors import OpenCursor
    from oracle_standin.rows import Column, RowSource
    from oracle_standin.wire.declarations import Declaration
    from oracle_standin.wire.encoding import ColumnEncoder

_MAX_CURSORS = 60000
_SOME_QUERY = "SELECT"


@dataclass(slots=True)
class Cursor:
    """A statement the client may run again, and the rows it is reading."""

    number: int
    statement: str
    outline: Outline
    binds: tuple[Bind, ...] = ()
    columns: tuple[Column, ...] | None = None
    defines: list[Declaration] | None = None
    rows: RowSource | None = None
    fetched: int = 0
    encoders: list[ColumnEncoder] = field(default_factory=list)

    def close_rows(self) -> None:
        """Release the rows of the last execution."""
        if self.rows is not None:
            self.rows.close()
            self.rows = None


class CursorTable:
    """Cursors by number; numbers are below 65536 and start at 1."""

    def __init__(self) -> None:
        """Start without cursors."""
        self._cursors: dict[int, Cursor] = {}
        self._last_number = 0

    def find(self, number: int) -> Cursor:
        """Return a cursor; raises OracleError 1001 when it is not open."""
        cursor = self._cursors.get(number)
        if cursor is None:
            raise OracleError(1001, "invalid cursor")
        return cursor

    def open(self, number: int, statement: str) -> Cursor:
        """Return a fresh cursor for a statement, under a number given (0: a free one).

        Raises OracleError 1756 or 1740 for a statement that is no tokens, and 1000 for too many.
        """
        parsed = outline(statement)
        if number:
            self.close([number])
        cursor = Cursor(number or self._free_number(), statement, parsed)
        self._cursors[cursor.number] = cursor
        return cursor

    def adopt(self, opened: OpenCursor) -> Cursor:
        """Return a cursor for rows that a statement of another one opened; ORA-01000."""
        cursor = Cursor(self._free_number(), "", outline(_SOME_QUERY))
        cursor.columns, cursor.rows, cursor.fetched = opened.columns, opened.rows, opened.fetched
        self._cursors[cursor.number] = cursor
        return cursor

    def _free_number(self) -> int:
        if len(self._cursors) >= _MAX_CURSORS:
            raise OracleError(1000, "maximum open cursors exceeded")
        while True:
            self._last_number = self._last_number % _MAX_CURSORS + 1
            if self._last_number not in self._cursors:
                return self._last_number

    def close(self, numbers: Iterable[int]) -> None:
        """Forget some cursors; unknown numbers are harmless."""
        for number in numbers:
            cursor = self._cursors.pop(number, None)
            if cursor is not None:
                cursor.close_rows()

    def close_all(self) -> None:
        """Forget every cursor."""
        self.close(list(self._cursors))
