"""Candidates for replication keys, best first, and the proposed replication method of a table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.model import TableKind
from oracle_core.types import row_of
from oracle_core.types.oracle_type import TIMESTAMP
from oracle_core.types.type_row import Family

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalog.model import Column, Table

FULL_TABLE = "FULL_TABLE"
INCREMENTAL = "INCREMENTAL"
LOG_BASED = "LOG_BASED"

_CHANGE = re.compile(r"UPD|MODIF|(^|_)MOD(_|$)|CHANGE|CHG|TOUCH|SYNC_?(TS|TIME)", re.IGNORECASE)
"""Parts of names that columns with the time of the last change have in common."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Proposed way to read a table; `is_certain` means that it needs no review by a person."""

    method: str
    reason: str
    key: str | None = None
    is_certain: bool = False


def may_be_replication_key(column: Column) -> bool:
    """Return whether a column may order an INCREMENTAL stream: numbers, dates and timestamps."""
    # Not binary floating-point numbers: NaN is above every other value (SQL Language Reference,
    # "Floating-Point Numbers"), and behind a bookmark of NaN no row would come.
    return column.unsupported is None and (
        row_of(column.type).family is Family.DECIMAL or _is_moment(column)
    )


def _is_moment(column: Column) -> bool:
    return row_of(column.type).is_moment


def _may_grow(table: Table, column: Column) -> bool:
    """Return whether a number may grow with the rows, as an amount or a quantity does not.

    A view has neither indexes nor keys, so that its numbers are left to the user's judgement.
    """
    of_keys = {name for key in table.keys for name in key.columns}
    is_known = column.name in of_keys or column.name in table.indexed_columns
    return is_known or table.is_view or column.identity is not None


def tells_of_changes(column: Column) -> bool:
    """Return whether a column, by its type and name, holds the time of a row's last change."""
    return _is_moment(column) and _CHANGE.search(column.name) is not None


def ranked_keys(table: Table, preferred: Sequence[str] = ()) -> list[str]:
    """Return the columns that can serve as a replication key, best first.

    Those are dates and timestamps, identity columns, and numbers of keys and indexes.

    Columns that a profile names come first, then those whose names suggest the time of a change.
    Ties are broken by NOT NULL before nullable, indexed before not indexed, identity before
    timestamp before date before number, then by the order of the table's columns.

    Args:
        table: The table.
        preferred: Columns that a profile names, best first.
    """
    indexed = frozenset(table.indexed_columns)
    candidates = [
        column
        for column in table.columns
        if may_be_replication_key(column)
        and (_is_moment(column) or column.name in preferred or _may_grow(table, column))
    ]
    place = {name: number for number, name in enumerate(preferred)}

    def rank(column: Column) -> tuple[int, bool, bool, bool, int]:
        # NOT NULL first: NULL is never >= the bookmark, so that changes of such rows are missed.
        return (
            place.get(column.name, len(place)),
            not tells_of_changes(column),
            column.nullable,
            column.name not in indexed,
            _kind_rank(column),
        )

    return [column.name for column in sorted(candidates, key=rank)]


def _kind_rank(column: Column) -> int:
    if column.identity:
        return 0
    if not _is_moment(column):
        return 3
    # DATE has whole seconds, so that more rows share one value.
    return 1 if column.type.kind.startswith(TIMESTAMP) else 2


def propose(table: Table, keys: Sequence[str], preferred: Sequence[str] = ()) -> Proposal:
    """Return the proposed replication method of a table.

    Args:
        table: The table.
        keys: Columns that identify a row.
        preferred: Replication keys that a profile names, best first.

    Returns:
        INCREMENTAL where a column records when a row changed and the rows have keys, otherwise
        FULL_TABLE. Certain only for a NOT NULL column that a profile names.
    """
    if table.is_view and not keys:
        return Proposal(FULL_TABLE, "a view without keys")
    if not keys:
        # Rows of the last value are read again, as the SDK does (>= the bookmark).
        return Proposal(FULL_TABLE, "no key: rows that come again would be doubled")
    columns = {column.name: column for column in table.columns}
    for name in preferred:
        column = columns.get(name)
        if column is not None and may_be_replication_key(column):
            return _by_profile(column)
    return _by_dictionary(table, columns)


def _by_profile(column: Column) -> Proposal:
    if column.nullable:
        reason = (
            f"the profile names {column.name}, which may be NULL: changes of rows without it are "
            "missed, so choose it yourself"
        )
        return Proposal(INCREMENTAL, reason, column.name)
    reason = f"the profile names {column.name}, which is never NULL"
    return Proposal(INCREMENTAL, reason, column.name, is_certain=True)


def _by_dictionary(table: Table, columns: dict[str, Column]) -> Proposal:
    ranked = ranked_keys(table)
    best = columns[ranked[0]] if ranked else None
    if best is not None and tells_of_changes(best):
        nullable = "may be NULL" if best.nullable else "is never NULL"
        indexed = "indexed" if best.name in table.indexed_columns else "not indexed"
        reason = f"{best.name} tells by its name when a row changed, {nullable}, {indexed}"
        return Proposal(INCREMENTAL, reason, best.name)
    growing = next((column for column in columns.values() if column.identity), None)
    if growing is not None:
        reason = (
            f"no column tells when a row changed; {growing.name} finds new rows only, good for "
            "tables that are never updated"
        )
        return Proposal(FULL_TABLE, reason)
    return Proposal(FULL_TABLE, "no column tells when a row changed")


def possible_methods(table: Table, keys: Sequence[str]) -> list[str]:
    """Return the replication methods that suit a table, whatever the user's rights.

    LOG_BASED needs a key, and a table whose changes are in redo and undo: not a view, an external
    or a temporary table (Database Utilities, "Using LogMiner"; SQL Language Reference, SELECT,
    flashback_query_clause).

    Args:
        table: The table.
        keys: The columns that identify a row.
    """
    methods = [FULL_TABLE]
    if ranked_keys(table):
        methods.append(INCREMENTAL)
    if keys and table.kind is TableKind.TABLE:
        methods.append(LOG_BASED)
    return methods
