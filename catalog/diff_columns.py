"""Changes between two versions of a table's columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_core.types.fit import takes_over

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from catalog.model import Column


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """One change of one column."""

    name: str
    what: str
    is_breaking: bool
    old: str | None = None
    new: str | None = None


def column_changes(old: Sequence[Column], new: Sequence[Column]) -> Iterator[ColumnChange]:
    """Yield the changes in the order of the new columns, removed ones last.

    Args:
        old: Columns of the earlier version.
        new: Columns of the later version.
    """
    before = {column.name: column for column in old}
    names = {column.name for column in new}
    for column in new:
        if column.name in before:
            yield from _changes(before[column.name], column)
        else:
            yield ColumnChange(
                column.name, "column added", is_breaking=False, new=column.type.ddl()
            )
    for column in old:
        if column.name not in names:
            yield ColumnChange(
                column.name, "column removed", is_breaking=True, old=column.type.ddl()
            )


def _changes(old: Column, new: Column) -> Iterator[ColumnChange]:
    yield from _value_changes(old, new)
    for fact in ("comment", "identity"):
        before, after = getattr(old, fact), getattr(new, fact)
        if before != after:
            yield ColumnChange(
                new.name, f"{fact} changed", is_breaking=False, old=before, new=after
            )
    for fact in ("virtual", "invisible", "default_on_null"):
        before, after = getattr(old, f"is_{fact}"), getattr(new, f"is_{fact}")
        if before != after:
            spelled = fact.replace("_", " ")
            what = f"is {spelled}" if after else f"is no longer {spelled}"
            yield ColumnChange(new.name, what, is_breaking=False)


def _value_changes(old: Column, new: Column) -> Iterator[ColumnChange]:
    """Yield the changes that decide which values a reader can expect."""
    name = new.name
    if old.type != new.type:
        fits = takes_over(new.type, old.type)
        what = "type widened" if fits else "type changed"
        yield ColumnChange(name, what, not fits, old.type.ddl(), new.type.ddl())
    if old.nullable != new.nullable:
        what = "may be NULL" if new.nullable else "is never NULL"
        yield ColumnChange(name, what, is_breaking=new.nullable)
    if (old.unsupported is None) != (new.unsupported is None):
        what = "can be read" if new.unsupported is None else "can no longer be read"
        yield ColumnChange(
            name, what, new.unsupported is not None, old.unsupported, new.unsupported
        )
