"""One table as a page of text: its facts in the dictionary, then its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.command.rendering import table_text
from catalog.model import KeyKind
from catalog.replication import propose

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from catalog.command.rendering import Row
    from catalog.model import Estimate, ForeignKey, Inventory, Key, Partition, Table

_MAX_PARTITIONS = 8


def page(table: Table, inventory: Inventory) -> str:
    """Return the page of a table.

    Args:
        table: One table of the inventory.
        inventory: The inventory, for synonyms and the time of reading.
    """
    facts = [(f"{name}:", value) for name, value in _facts(table, inventory) if value]
    header = ("COLUMN", "TYPE", "NULL", "KEY", "COMMENT")
    return f"{table_text(('', ''), facts)}\n\n{table_text(header, list(_columns(table)))}"


def _facts(table: Table, inventory: Inventory) -> Iterator[tuple[str, object]]:
    kind = table.kind.value.lower()
    yield "name", f"{table.schema}.{table.name}"
    yield "kind", f"index-organized {kind}" if table.is_index_organized else kind
    yield "synonym for", ".".join(table.synonym_for or ())
    yield "cannot be read", table.unreadable
    yield "comment", table.comment
    if not table.is_view:  # statistics are gathered for stored rows only
        yield "estimate", _estimate(table.estimate, inventory.read_at)
    yield "last DDL", table.last_ddl_at
    yield "partitions", _partitions(table.partitioning, table.partitions)
    for key in _distinct(table.keys):
        yield "key", f"{key.kind.value.lower()} {key.name} ({', '.join(key.columns)})"
    for foreign in table.foreign_keys:
        yield "foreign key", _foreign_key(foreign)
    for synonym in inventory.synonyms:
        if (synonym.referred_schema, synonym.referred_table) == table.source:
            yield "synonym", f"{synonym.schema}.{synonym.name}"
    if table.unreadable is None:
        proposal = propose(table, table.identifying_columns)
        yield "replication", f"{proposal.method}: {proposal.reason}"


def _distinct(keys: Iterable[Key]) -> Iterator[Key]:
    """Yield keys, strongest first, without indexes that only serve a constraint."""
    strength = list(KeyKind)
    shown: set[tuple[str, ...]] = set()
    for key in sorted(keys, key=lambda key: (strength.index(key.kind), key.name)):
        if key.columns not in shown:
            yield key
        shown.add(key.columns)


def _estimate(estimate: Estimate, now: dt.datetime | None) -> str:
    """Return rows, blocks and age of the last analysis as text."""
    if estimate.analyzed_at is None:
        return "none: the table was never analyzed"
    rows = "unknown rows" if estimate.rows is None else _counted(estimate.rows, "row")
    blocks = "" if estimate.blocks is None else f", {_counted(estimate.blocks, 'block')}"
    age = "" if now is None else f" ({_age(now - estimate.analyzed_at)} ago)"
    return f"{rows}{blocks}, analyzed {estimate.analyzed_at}{age}"


def _age(passed: dt.timedelta) -> str:
    """Return a time span in its largest unit."""
    seconds = max(int(passed.total_seconds()), 0)
    for name, length in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count = seconds // length
        if count:
            return _counted(count, name)
    return _counted(0, "second")


def _counted(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _partitions(method: str | None, partitions: Iterable[Partition]) -> str | None:
    if method is None:
        return None
    names = [partition.name for partition in partitions]
    more = f" and {len(names) - _MAX_PARTITIONS} more" if len(names) > _MAX_PARTITIONS else ""
    return f"{len(names)} by {method}: {', '.join(names[:_MAX_PARTITIONS])}{more}"


def _foreign_key(key: ForeignKey) -> str:
    referred = f"{key.referred_schema}.{key.referred_table} ({', '.join(key.referred_columns)})"
    state = "" if key.is_enforced else ", not enforced"
    return f"{key.name} ({', '.join(key.columns)}) -> {referred}{state}"


def _columns(table: Table) -> Iterator[Row]:
    key = table.identifying_columns
    for column in table.columns:
        kinds = (
            ("invisible", column.is_invisible),
            ("virtual", column.is_virtual),
            (f"identity {column.identity}", column.identity is not None),
            ("default on null", column.is_default_on_null),
        )
        marks = ", ".join(name for name, is_so in kinds if is_so)
        remark = column.unsupported or column.comment
        yield (
            column.name,
            column.type.ddl(),
            "" if column.nullable else "NOT NULL",
            key.index(column.name) + 1 if column.name in key else "",
            "; ".join(part for part in (marks, remark) if part),
        )
