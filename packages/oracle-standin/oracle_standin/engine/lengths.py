"""Which column a failed statement wanted to put which value into, for ORA-12899.

PostgreSQL says neither the column nor the length of a text that is too long, Oracle says both. The
statement's own tokens tell, where a column is given a bind variable or a literal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.lexer import Kind, Token, tokens
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from oracle_standin.protocol import BindValue


class StoredLengths:
    """The lengths of the values that one iteration of a statement assigns to columns."""

    def __init__(self, statement: str, row: Sequence[BindValue]) -> None:
        """Read the target table and keep the rest for when it is needed."""
        self._tokens = _significant(statement)
        self._row = row
        self.schema, self.table = self._target()

    def _target(self) -> tuple[str | None, str]:
        names: list[str] = []
        for position, token in enumerate(self._tokens):
            if token.is_word("INTO", "UPDATE") and position < len(self._tokens) - 1:
                names = list(_name_parts(self._tokens, position + 1))
                break
        if len(names) == 2:
            return names[0], names[1]
        return None, names[0] if names else ""

    def lengths(self, all_columns: Callable[[], Sequence[str]]) -> dict[str, tuple[int, int]]:
        """Return for each column its value's length in bytes and in characters.

        `all_columns` gives the table's columns, for an INSERT that names none.
        """
        first = self._tokens[0] if self._tokens else None
        pairs: list[tuple[str, tuple[int, int] | None]] = []
        if first is not None and not first.is_word("INSERT"):
            pairs += self._assigned()
        if first is not None and first.is_word("INSERT", "MERGE"):
            pairs += self._inserted(all_columns)
        return {column: lengths for column, lengths in pairs if lengths is not None}

    def _inserted(
        self, all_columns: Callable[[], Sequence[str]]
    ) -> Iterator[tuple[str, tuple[int, int] | None]]:
        values_at = next(
            (i for i, token in enumerate(self._tokens) if token.is_word("VALUES")), None
        )
        if values_at is None:
            return
        if self._tokens[values_at - 1].is_operator(")"):
            start = max(i for i in range(values_at) if self._tokens[i].is_operator("("))
            columns: Sequence[str] = [part[-1].value for part in list_items(self._tokens, start)]
        else:
            columns = all_columns()
        items = list_items(self._tokens, values_at + 1)
        for column, item in zip(columns, items, strict=False):
            yield column, self._length(item)

    def _assigned(self) -> Iterator[tuple[str, tuple[int, int] | None]]:
        for position, token in enumerate(self._tokens[1:-1], 1):
            name, value = self._tokens[position - 1], self._tokens[position + 1]
            if token.is_operator("=") and name.kind in {Kind.WORD, Kind.QUOTED}:
                qualified = self._tokens[position + 1 : position + 4]
                is_path = len(qualified) == 3 and qualified[1].is_operator(".")
                yield name.value, self._length(qualified if is_path else [value])

    def _selected(self, name: str) -> list[Token]:
        """Return the value that a MERGE's source query gives a name: `:1 AS name`."""
        for position, token in enumerate(self._tokens[:-2]):
            following = position + (2 if self._tokens[position + 1].is_word("AS") else 1)
            named = self._tokens[following]
            is_name = named.kind in {Kind.WORD, Kind.QUOTED} and named.value == name
            if is_name and token.kind in {Kind.BIND, Kind.STRING}:
                return [token]
        return []

    def _length(self, item: Sequence[Token]) -> tuple[int, int] | None:
        if len(item) == 3 and item[1].is_operator("."):
            item = self._selected(item[2].value)
        if len(item) != 1:
            return None
        token = item[0]
        if token.kind is Kind.STRING:
            return len(token.value.encode()), len(token.value)
        if token.kind is not Kind.BIND:
            return None
        position = sum(1 for t in self._tokens if t.kind is Kind.BIND and t.start < token.start)
        value = self._row[position] if position < len(self._row) else None
        if not isinstance(value, bytes):
            return None
        return len(value), len(value.decode(errors="replace"))


def _significant(statement: str) -> list[Token]:
    try:
        return tokens(statement)
    except OracleError:
        # The statement was read before it failed; a fault here must not hide the first one.
        return []


def _name_parts(found: Sequence[Token], position: int) -> Iterator[str]:
    while position < len(found) and found[position].kind in {Kind.WORD, Kind.QUOTED}:
        yield found[position].value
        if position + 1 >= len(found) or not found[position + 1].is_operator("."):
            return
        position += 2


def list_items(found: Sequence[Token], opening: int) -> list[list[Token]]:
    """Return the comma-separated items of the parenthesis that opens at a position."""
    items: list[list[Token]] = [[]]
    depth = 0
    for token in found[opening:]:
        if token.is_operator("("):
            depth += 1
            if depth == 1:
                continue
        elif token.is_operator(")"):
            depth -= 1
            if depth == 0:
                break
        if depth == 1 and token.is_operator(","):
            items.append([])
        else:
            items[-1].append(token)
    return items
