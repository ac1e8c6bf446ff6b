"""Cursors that are values: what CURSOR expressions and REF CURSOR variables stand for.

A value is a number in four bytes. Whoever takes a cursor out of the session's collection by it is
the one to close its rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.protocol import Row
    from oracle_standin.rows import Column, RowSource

_VALUE_BYTES = 4


@dataclass(slots=True)
class OpenCursor:
    """The rows of a query that was opened, and how many were fetched."""

    columns: tuple[Column, ...]
    rows: RowSource
    fetched: int = 0
    found: bool | None = None
    """Whether the latest FETCH of a block found a row; None before the first."""


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
        self._given_back: list[bytes] = []
        self._latest = 0

    @property
    def latest(self) -> int:
        """Return the number of the latest cursor."""
        return self._latest

    def add(self, cursor: OpenCursor) -> bytes:
        """Keep a cursor and return its value."""
        self._latest += 1
        value = self._latest.to_bytes(_VALUE_BYTES, "big")
        self._cursors[value] = cursor
        return value

    def is_open(self, value: object) -> bool:
        """Return whether a value stands for a cursor."""
        return value in self._cursors

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

    def give_back(self, value: object) -> None:
        """Note a cursor for the client to have without asking; its old value is of no more use."""
        self._given_back.append(self.add(self.take(value)))

    def take_given_back(self) -> list[bytes]:
        """Return the noted cursors that are open, in order, and forget that they were noted."""
        found, self._given_back = self._given_back, []
        return list(filter(self.is_open, found))

    def forget_since(self, latest: int, kept: Sequence[object]) -> None:
        """Forget the cursors that were opened after one, but for those that are kept."""
        for value in list(self._cursors):
            if int.from_bytes(value, "big") > latest and value not in kept:
                self.forget(value)

    def forget(self, value: bytes) -> None:
        """Keep a cursor no longer, whether or not it is still kept."""
        self._cursors.pop(value, None)
