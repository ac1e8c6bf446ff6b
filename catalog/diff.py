"""Changes between two inventories, and whether each breaks a pipeline built on the old one.

A change is compatible when every row loaded earlier still fits and every guarantee of the old
schema still holds; `docs/catalog.md` lists the verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from catalog.diff_columns import column_changes
from catalog.model import KeyKind, TableKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from catalog.model import DatabaseFacts, ForeignKey, Inventory, Key, Table

_KeyColumns = tuple[str, tuple[str, ...]]
"""Kind and columns of a key."""


class Verdict(Enum):
    """Whether a pipeline built on the old schema still works."""

    COMPATIBLE = "compatible"
    BREAKING = "breaking"


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    `place` is what changed: a table, or a column, key or foreign key of one.
    """

    place: str
    what: str
    verdict: Verdict
    old: str | None = None
    new: str | None = None

    @property
    def is_breaking(self) -> bool:
        """Whether a pipeline built on the old schema breaks."""
        return self.verdict is Verdict.BREAKING


def compare(old: Inventory, new: Inventory) -> tuple[Change, ...]:
    """Return the changes from one inventory to another, by schema, table, then part of the table.

    Row counts, times and the order in which indexes were created are not changes.

    Args:
        old: The earlier inventory.
        new: The later inventory.
    """
    changes = list(_database(old.database, new.database))
    before = {(table.schema, table.name): table for table in old.tables}
    after = {(table.schema, table.name): table for table in new.tables}
    for key in sorted(before.keys() | after.keys()):
        changes += _table(before.get(key), after.get(key))
    return tuple(changes)


def _verdict(*, breaking: bool) -> Verdict:
    return Verdict.BREAKING if breaking else Verdict.COMPATIBLE


def _database(old: DatabaseFacts, new: DatabaseFacts) -> Iterator[Change]:
    for name in ("character_set", "national_character_set", "max_string_size"):
        before, after = getattr(old, name), getattr(new, name)
        # Unknown on one side is not a change: a Singer catalog has none of these facts.
        if before and after and before != after:
            # Another character set may lack characters; MAX_STRING_SIZE can only be extended.
            verdict = _verdict(breaking=name != "max_string_size")
            yield Change("database", f"{name.replace('_', ' ')} changed", verdict, before, after)


def _table(old: Table | None, new: Table | None) -> Iterator[Change]:
    if old is None or new is None:
        table = old or new
        if table is not None:
            what = f"{table.kind.value.lower()} {'added' if old is None else 'removed'}"
            place = f"{table.schema}.{table.name}"
            yield Change(place, what, _verdict(breaking=new is None))
        return
    place = f"{new.schema}.{new.name}"
    yield from _table_facts(place, old, new)
    for column in column_changes(old.columns, new.columns):
        verdict = _verdict(breaking=column.is_breaking)
        yield Change(f"{place}.{column.name}", column.what, verdict, column.old, column.new)
    yield from _keys(place, old, new)
    yield from _foreign_keys(place, old.foreign_keys, new.foreign_keys)


def _table_facts(place: str, old: Table, new: Table) -> Iterator[Change]:
    if old.kind is not new.kind:
        # A view has no keys of its own and cannot be read LOG_BASED.
        verdict = _verdict(breaking=new.kind is TableKind.VIEW)
        yield Change(place, "kind changed", verdict, old.kind.value, new.kind.value)
    if (old.unreadable is None) != (new.unreadable is None):
        what = "can be read again" if new.unreadable is None else "can no longer be read"
        verdict = _verdict(breaking=new.unreadable is not None)
        yield Change(place, what, verdict, old.unreadable, new.unreadable)
    if old.source != new.source:
        before, after = (".".join(table.source) for table in (old, new))
        yield Change(place, "reads another table", Verdict.BREAKING, before, after)
    if old.comment != new.comment:
        yield Change(place, "comment changed", Verdict.COMPATIBLE, old.comment, new.comment)
    if old.partitioning != new.partitioning:
        what = "partitioning changed"
        yield Change(place, what, Verdict.COMPATIBLE, old.partitioning, new.partitioning)
    elif (before := _names(old.partitions)) != (after := _names(new.partitions)):
        yield Change(place, "partitions changed", Verdict.COMPATIBLE, before, after)
    if old.is_index_organized != new.is_index_organized:
        yield Change(place, "organization changed", Verdict.COMPATIBLE)
    if _order(old, new) != _order(new, old):
        yield Change(place, "order of columns changed", Verdict.COMPATIBLE)


def _order(table: Table, other: Table) -> list[str]:
    """Return the columns that both tables show, in the order of the first."""
    shown = {column.name for column in other.columns if not column.is_invisible}
    return [
        column.name for column in table.columns if not column.is_invisible and column.name in shown
    ]


def _names(partitions: Iterable[object]) -> str:
    return ", ".join(str(getattr(partition, "name", "")) for partition in partitions)


def _keys(place: str, old: Table, new: Table) -> Iterator[Change]:
    """Yield changes of the identifying columns, then of every key by its columns.

    The names of keys do not matter.
    """
    # They become key_properties, by which the rows that are loaded already are found again.
    if old.identifying_columns != new.identifying_columns:
        before, after = (", ".join(table.identifying_columns) for table in (old, new))
        yield Change(place, "key columns changed", Verdict.BREAKING, before or None, after or None)
    old_keys, new_keys = _by_columns(old.keys), _by_columns(new.keys)
    for key in sorted(old_keys ^ new_keys):
        yield _key_change(place, key, new_keys, is_removed=key in old_keys)


def _key_change(
    place: str, key: _KeyColumns, new_keys: set[_KeyColumns], *, is_removed: bool
) -> Change:
    kind, columns = key
    what = kind.lower() if "INDEX" in kind else f"{kind.lower()} key"
    # A remaining key on some of the columns still makes all of them unique.
    is_implied = any(set(other) <= set(columns) for _, other in new_keys)
    return Change(
        f"{place}({', '.join(columns)})",
        f"{what} {'removed' if is_removed else 'added'}",
        _verdict(breaking=is_removed and not is_implied),
    )


def _by_columns(keys: Iterable[Key]) -> set[_KeyColumns]:
    """Return kind and columns of keys, without indexes that only serve a constraint."""
    kinds_and_columns = {(key.kind.value, key.columns) for key in keys}
    constrained = {
        columns for kind, columns in kinds_and_columns if kind != KeyKind.UNIQUE_INDEX.value
    }
    return {
        (kind, columns)
        for kind, columns in kinds_and_columns
        if kind != KeyKind.UNIQUE_INDEX.value or columns not in constrained
    }


def _foreign_keys(
    place: str, old: Iterable[ForeignKey], new: Iterable[ForeignKey]
) -> Iterator[Change]:
    before = {_spelled(key): key.is_enforced for key in old}
    after = {_spelled(key): key.is_enforced for key in new}
    for spelled in sorted(before.keys() | after.keys()):
        if spelled not in after:
            # The rows may from now on lack their parents, which joins downstream rely on.
            yield Change(f"{place}({spelled})", "foreign key removed", Verdict.BREAKING)
        elif spelled not in before:
            yield Change(f"{place}({spelled})", "foreign key added", Verdict.COMPATIBLE)
        elif before[spelled] != after[spelled]:
            what = f"foreign key {'enforced' if after[spelled] else 'no longer enforced'}"
            yield Change(f"{place}({spelled})", what, _verdict(breaking=before[spelled]))


def _spelled(key: ForeignKey) -> str:
    referred = f"{key.referred_schema}.{key.referred_table}({', '.join(key.referred_columns)})"
    return f"{', '.join(key.columns)} -> {referred}"
