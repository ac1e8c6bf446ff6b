"""Cursors that are values: what CURSOR expressions and REF CURSOR variables stand for.

A value is a number in four bytes. Whoever takes a cursor out of the session's collection by it is
the one to close its rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from oracle_standin.backend import OracleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.backend import Column, Row, RowSource

_VALUE_BYTES = 4


@dataclass(slots=True)
class OpenCursor:
    """The rows of a query that was opened, and how many were fetched."""

    columns: tuple[Column, ...]
    rows: RowSource
    fetched: int = 0


class ListedRows:
    """A `RowSource` over rows that are there already."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Start before the first row."""
        self._rows = rows
        self._next = 0

    def fetch(self, count: int) -> list[Row]:
        """Return up to `count` further rows."""
        page = list(self._rows[self._next : self._next + count])
        self._next += len(page)
        return page

    def close(self) -> None:
        """Forget the rows."""
        self._rows = ()


class OpenCursors:
    """The cursors of one session that are values."""

    def __init__(self) -> None:
        """Start without any."""
        self._cursors: dict[bytes, OpenCursor] = {}
        self._numbers = count(1)

    def add(self, cursor: OpenCursor) -> bytes:
        """Keep a cursor and return its value."""
        value = next(self._numbers).to_bytes(_VALUE_BYTES, "big")
        self._cursors[value] = cursor
        return value

    def find(self, value: object) -> OpenCursor:
        """Return the cursor of a value; ORA-01001 when it is NULL or was closed."""
        found = self._cursors.get(value) if isinstance(value, bytes) else None
        if found is None:
            raise OracleError(1001, "invalid cursor")
        return found

    def take(self, value: object) -> OpenCursor:
        """Return the cursor of a value and keep it no longer."""
        found = self.find(value)
        self._cursors = {key: kept for key, kept in self._cursors.items() if kept is not found}
        return found

    def forget(self, value: bytes) -> None:
        """Keep a cursor no longer, whether or not it is still kept."""
        self._cursors.pop(value, None)
