"""Cursors in rows and binds: a description and a number, under which the client fetches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.open_cursors import OpenCursor
from oracle_standin.wire.encoding import unsigned
from oracle_standin.wire.replies import described_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oracle_standin.open_cursors import OpenCursors
    from oracle_standin.protocol import Value
    from oracle_standin.wire.cursors import CursorTable

_LENGTH = b"\x01"
"""What the client passes over before each."""


class CursorValues:
    """Turns the session's cursors into cursors of the client and back."""

    def __init__(self, opened: OpenCursors, table: CursorTable, field_version: int) -> None:
        """Take cursors out of `opened` and give them numbers of `table`."""
        self._opened = opened
        self._table = table
        self._field_version = field_version
        self._lent: list[bytes] = []

    def encoded(self, values: Iterable[Value]) -> list[bytes]:
        """Return cursors as they travel; NULL is one without columns."""
        return [_LENGTH + self.described(value) for value in values]

    def described(self, value: Value) -> bytes:
        """Return description and number of a cursor, number 0 and no columns without rows."""
        if value is None or not self._opened.is_open(value):  # never opened, or closed again
            return described_columns((), self._field_version) + unsigned(0)
        opened = self._opened.take(value)
        cursor = self._table.adopt(opened)
        return described_columns(opened.columns, self._field_version) + unsigned(cursor.number)

    def bound(self, number: int) -> bytes | None:
        """Return the value of a cursor that the client passes in, None for one without rows."""
        cursor = self._table.find(number)
        if cursor.columns is None or cursor.rows is None:
            return None
        value = self._opened.add(OpenCursor(cursor.columns, cursor.rows, cursor.fetched))
        self._lent.append(value)
        return value

    def take_back(self) -> None:
        """Forget the values of cursors that the client passed into a call."""
        for value in self._lent:
            self._opened.forget(value)
        self._lent.clear()
