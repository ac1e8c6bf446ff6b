"""The rows of a query, held as PostgreSQL sent them and turned into Oracle's bytes when fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine import values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg.pq.abc import PGresult

    from oracle_standin.engine.values import Decoder
    from oracle_standin.protocol import Row, TypeCode, Value


class ResultRows:
    """A RowSource over one complete result."""

    def __init__(
        self,
        result: PGresult,
        type_codes: Sequence[TypeCode],
        decoders: Sequence[Decoder],
        first: int = 0,
    ) -> None:
        """Read the columns from `first` on, of the given types."""
        self._result: PGresult | None = result
        self._type_codes = type_codes
        self._decoders = decoders
        self._first = first
        self._next = 0

    def fetch(self, count: int) -> list[Row]:
        """Return up to `count` further rows."""
        result = self._result
        if result is None:
            return []
        start, self._next = self._next, min(self._next + count, result.ntuples)
        if start == self._next:
            self._result = None
            return []
        columns = [
            self._column(result, index, range(start, self._next))
            for index in range(len(self._type_codes))
        ]
        return list(zip(*columns, strict=True))

    def close(self) -> None:
        """Free the result."""
        self._result = None

    def _column(self, result: PGresult, index: int, rows: range) -> list[Value]:
        get, column = result.get_value, self._first + index
        decode = self._decoders[index]
        if self._type_codes[index] in values.PLAIN_TEXT:
            texts: list[Value] = [get(row, column) or None for row in rows]
            if values.NUL_IN_ENGINE not in b"".join(filter(None, texts)):
                return texts
            return [None if text is None else decode(text) for text in texts]
        return [None if (text := get(row, column)) is None else decode(text) for row in rows]
