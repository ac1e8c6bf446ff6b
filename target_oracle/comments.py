"""Comments of tables and columns, kept as the descriptions of a stream say.

A comment whose description is gone stays: it may be the operator's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oracle_core.identifiers import Identifier, TableName

MOST_BYTES = 4_000
"""Bytes of a comment (Database Reference, "ALL_COL_COMMENTS")."""


def comment_of(description: object) -> str | None:
    """Return the comment of a description, cut where Oracle's longest ends; None for none."""
    if not isinstance(description, str) or not description.strip():
        return None
    text = description.replace("\x00", "")
    # JSON may hold lone surrogates, which UTF-8 has no bytes for; the cut may split a character.
    return text.encode("utf-8", "replace")[:MOST_BYTES].decode("utf-8", "ignore")


def column_comment(table: TableName, column: Identifier, comment: str) -> str:
    """Return COMMENT ON COLUMN."""
    return f"COMMENT ON COLUMN {table.sql}.{column.sql} IS {_literal(comment)}"


def table_comment(table: TableName, comment: str) -> str:
    """Return COMMENT ON TABLE."""
    return f"COMMENT ON TABLE {table.sql} IS {_literal(comment)}"


def _literal(text: str) -> str:
    """Return a text literal: DDL takes no binds."""
    return "'" + text.replace("'", "''") + "'"


def changed_comments(
    table: TableName,
    wanted: Mapping[Identifier | None, str],
    present: Mapping[Identifier | None, str | None],
) -> tuple[str, ...]:
    """Return the statements that bring comments up to date; key None is the table itself."""
    return tuple(
        table_comment(table, comment) if column is None else column_comment(table, column, comment)
        for column, comment in wanted.items()
        if present.get(column) != comment
    )
