"""Parser for SQL_REDO: the INSERT, UPDATE and DELETE that LogMiner writes for one row.

LogMiner writes a small, regular language, so that the parser knows exactly that language. Each
statement is read by one regular expression whose matches must cover the whole text: a text that is
not covered is an error and never a guess. Values stay literals here (`'1'`, `TO_DATE('…')`);
`literals` makes values of them, a column at a time.

Source: Database Utilities, "Using LogMiner to Analyze Redo Log Files".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from oracle_core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_core.identifiers import TableName


Image = Mapping[str, str | None]
"""Columns of a row and their literals; None is NULL."""

# Possessive quantifiers: a text that does not match fails without backtracking.
TEXT = r"'[^']*+(?:''[^']*+)*+'"
_FUNCTIONS = (
    "TO_DATE|TO_TIMESTAMP_TZ|TO_TIMESTAMP_ITZ|TO_TIMESTAMP|TO_YMINTERVAL|TO_DSINTERVAL|HEXTORAW"
    "|UNISTR"
)
_VALUE = rf"(?:{TEXT}|(?:{_FUNCTIONS})\({TEXT}(?:, ?{TEXT})?+\))"
_NUMBER = r"-?+(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[Ee][+-]?+[0-9]++)?+"
LITERAL = rf"{_VALUE}(?: ?\|\| ?{_VALUE})*+|NULL|EMPTY_CLOB\(\)|EMPTY_BLOB\(\)|{_NUMBER}"
_NAMES = re.compile(r'"([^"]+)"')
_HEAD = re.compile(r'\(("[^"]++"(?:,"[^"]++")*+)\) values \(')
_VALUES = re.compile(rf"({LITERAL})(?:,|\Z)")
_ASSIGNMENTS = re.compile(rf'(?:"([^"]++)"|ROWID)(?: = ({LITERAL})| IS NULL)( and |, | where |\Z)')
_LOB_ROW = re.compile(
    r'(?s)\A.*?\bselect "[^"]+" into \w+ from ("[^"]+"\."[^"]+") where (.+?) ?for update;'
)

_ROWID_LENGTH, _QUOTES = len("ROWID"), len('""')
_EQUALS, _IS_NULL = len(" = "), len(" IS NULL")

INSERT, DELETE, UPDATE = 1, 2, 3
"""OPERATION_CODE of the changes that are parsed here."""


class RedoSyntaxError(DataError):
    """SQL_REDO that is not one of the statements LogMiner is documented to write."""


class RowChange(NamedTuple):
    """One change of one row, its values as literals; None is NULL.

    Attributes:
        operation: INSERT, UPDATE or DELETE.
        old: what the WHERE clause says of the row before: the columns that were logged.
        new: the columns that the change sets; all of them after an INSERT.
    """

    operation: int
    old: Image
    new: Image


class RedoParser:
    """Parses the SQL_REDO of one table."""

    def __init__(self, table: TableName) -> None:
        """Prepare for the changes of a table.

        Args:
            table: its exact names, which every statement has to name.
        """
        self._table = table
        self._heads: dict[str, tuple[str, ...]] = {}
        self._openings = {
            INSERT: f"insert into {table.sql}",
            UPDATE: f"update {table.sql} set ",  # noqa: S608 - read, never sent
            DELETE: f"delete from {table.sql}",  # noqa: S608
        }

    def parse(self, operation: int, statement: str) -> RowChange:
        """Parse one statement.

        Args:
            operation: INSERT, UPDATE or DELETE, as OPERATION_CODE says.
            statement: the whole SQL_REDO, with or without its semicolon.

        Raises:
            RedoSyntaxError: If the statement is of another table or form.
        """
        opening = self._openings[operation]
        if not statement.startswith(opening):
            self._refuse("it does not begin as a change of the table")
        end = len(statement) - statement.endswith(";")
        body = statement[len(opening) : end]
        if operation == INSERT:
            return RowChange(INSERT, {}, self._inserted(body))
        if operation == UPDATE:
            new, old = self._assigned(body)
            return RowChange(UPDATE, old, new)
        return RowChange(DELETE, self._deleted(body), {})

    def row_of_large_object(self, block: str) -> Image | None:
        """Return what identifies the row whose large object a PL/SQL block changes.

        Args:
            block: SQL_REDO of SELECT_LOB_LOCATOR, which selects the locator of one row FOR UPDATE.

        Returns:
            The logged columns of the row; None where the block is of another form or table.
        """
        match = _LOB_ROW.match(block)
        if match is None or match[1] != self._table.sql:
            return None
        names, literals, _ = self._conditions(match[2].rstrip())
        return dict(zip(names, literals, strict=True))

    def _inserted(self, body: str) -> dict[str, str | None]:
        head = _HEAD.match(body)
        if head is None or not body.endswith(")"):
            self._refuse("the INSERT names no columns and values")
        columns = self._columns(head[1])
        values = body[head.end() : -1]
        literals: list[str] = _VALUES.findall(values)
        if len(literals) != len(columns):
            self._refuse("the INSERT has more or fewer values than columns")
        # `findall` skips what it does not match; only the lengths show that.
        if sum(map(len, literals)) + len(literals) - 1 != len(values):
            self._refuse("a value of the INSERT has an unknown form")
        return {
            name: None if literal == "NULL" else literal
            for name, literal in zip(columns, literals, strict=True)
        }

    def _columns(self, head: str) -> tuple[str, ...]:
        # INSERTs of a table repeat few lists of columns; each is split once.
        columns = self._heads.get(head)
        if columns is None:
            columns = self._heads[head] = tuple(_NAMES.findall(head))
        return columns

    def _assigned(self, body: str) -> tuple[dict[str, str | None], dict[str, str | None]]:
        names, literals, separators = self._conditions(body)
        split = separators.index(" where ") + 1 if " where " in separators else len(names)
        if set(separators[: split - 1]) - {", "} or set(separators[split:-1]) - {" and "}:
            self._refuse("the UPDATE is not a list of columns and one of conditions")
        return (
            dict(zip(names[:split], literals[:split], strict=True)),
            _without_rowid(names[split:], literals[split:]),
        )

    def _deleted(self, body: str) -> dict[str, str | None]:
        if not body:
            return {}
        if not body.startswith(" where "):
            self._refuse("the DELETE has no WHERE clause")
        names, literals, separators = self._conditions(body[len(" where ") :])
        if set(separators[:-1]) - {" and "}:
            self._refuse("the WHERE clause is not a list of conditions")
        return _without_rowid(names, literals)

    def _conditions(self, text: str) -> tuple[Sequence[str], Sequence[str | None], Sequence[str]]:
        """Split assignments or conditions; the pieces together have to be as long as the text."""
        pieces = _ASSIGNMENTS.findall(text)
        if not pieces:
            self._refuse("it names no column")
        names, literals, separators = zip(*pieces, strict=True)
        # An empty name is ROWID, an empty literal IS NULL.
        rowids, nulls = names.count(""), literals.count("")
        length = (
            sum(map(len, names))
            + _QUOTES * (len(names) - rowids)
            + _ROWID_LENGTH * rowids
            + sum(map(len, literals))
            + _EQUALS * (len(literals) - nulls)
            + _IS_NULL * nulls
            + sum(map(len, separators))
        )
        if length != len(text) or separators[-1]:
            self._refuse("a value or a condition has an unknown form")
        return (
            names,
            [None if literal in {"", "NULL"} else literal for literal in literals],
            separators,
        )

    def _refuse(self, what: str) -> NoReturn:
        # Without the statement, which holds values of rows.
        msg = f"table {self._table}: LogMiner wrote a change that cannot be read: {what}"
        raise RedoSyntaxError(msg)


def _without_rowid(names: Sequence[str], literals: Sequence[str | None]) -> dict[str, str | None]:
    conditions = dict(zip(names, literals, strict=True))
    conditions.pop("", None)
    return conditions
