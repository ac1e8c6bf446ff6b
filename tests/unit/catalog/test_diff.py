"""Every kind of change is found, once, with its verdict; the table of `docs/catalog.md`."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from catalog.description import read, to_plain
from catalog.diff import compare
from catalog.model import (
    Column,
    DatabaseFacts,
    ForeignKey,
    Inventory,
    Key,
    KeyKind,
    Partition,
    Schema,
    Table,
    TableKind,
)
from catalog.singer import singer_catalog, whole
from oracle_core.errors import ConfigurationError
from oracle_core.types import JsonSchemaOptions, parse

if TYPE_CHECKING:
    from collections.abc import Callable


def column(name: str, kind: str, *, nullable: bool = True, **facts: Any) -> Column:
    return Column(name, parse(kind), nullable, **facts)


PRIMARY = Key("PK", KeyKind.PRIMARY, ("ID",))
UNIQUE = Key("UQ", KeyKind.UNIQUE, ("CODE",))
REFERENCE = ForeignKey("FK", ("PARENT",), "S", "P", ("ID",))
BASE = Table(
    "S",
    "T",
    TableKind.TABLE,
    (
        column("ID", "NUMBER(9)", nullable=False),
        column("CODE", "VARCHAR2(10 BYTE)"),
        column("NAME", "VARCHAR2(10 CHAR)", comment="as printed"),
        column("AMOUNT", "NUMBER(8,2)"),
        column("PARENT", "NUMBER(9)"),
        column("AT", "TIMESTAMP(6)"),
        column("D", "DATE"),
        column("BYTES", "RAW(16)"),
        column("GAP", "INTERVAL DAY(2) TO SECOND(6)"),
        column("MUST", "NUMBER(3)", nullable=False),
        column("FLAG", "CHAR(1 CHAR)"),
    ),
    keys=(PRIMARY, UNIQUE),
    comment="things",
    foreign_keys=(REFERENCE,),
    partitioning="RANGE",
    partitions=(Partition("P1"),),
    row_count=10,
)
VIEW = Table("S", "V", TableKind.VIEW, (column("A", "NUMBER"),))


def with_column(name: str, **facts: Any) -> Callable[[Table], Table]:
    def edit(table: Table) -> Table:
        columns = tuple(
            dataclasses.replace(one, **facts) if one.name == name else one for one in table.columns
        )
        return dataclasses.replace(table, columns=columns)

    return edit


def retyped(name: str, kind: str) -> Callable[[Table], Table]:
    return with_column(name, type=parse(kind))


def with_facts(**facts: Any) -> Callable[[Table], Table]:
    return lambda table: dataclasses.replace(table, **facts)


def added(**facts: Any) -> Callable[[Table], Table]:
    new = column("NEW", "DATE", **facts)
    return lambda table: dataclasses.replace(table, columns=(*table.columns, new))


def without(name: str) -> Callable[[Table], Table]:
    def edit(table: Table) -> Table:
        columns = tuple(one for one in table.columns if one.name != name)
        return dataclasses.replace(table, columns=columns)

    return edit


OK, BREAKS = "compatible", "breaking"
CHANGES: list[tuple[Callable[[Table], Table], str, str]] = [
    (added(), "S.T.NEW: column added", OK),
    (added(nullable=False), "S.T.NEW: column added", OK),
    (without("AMOUNT"), "S.T.AMOUNT: column removed", BREAKS),
    (retyped("ID", "NUMBER(12)"), "S.T.ID: type widened", OK),
    (retyped("ID", "NUMBER(5)"), "S.T.ID: type changed", BREAKS),
    (retyped("ID", "NUMBER"), "S.T.ID: type changed", BREAKS),
    (retyped("AMOUNT", "NUMBER(10,2)"), "S.T.AMOUNT: type widened", OK),
    (retyped("AMOUNT", "NUMBER(10,4)"), "S.T.AMOUNT: type widened", OK),
    (retyped("AMOUNT", "NUMBER(8,4)"), "S.T.AMOUNT: type changed", BREAKS),
    (retyped("AMOUNT", "NUMBER"), "S.T.AMOUNT: type widened", OK),
    (retyped("AMOUNT", "VARCHAR2(20 CHAR)"), "S.T.AMOUNT: type changed", BREAKS),
    (retyped("CODE", "VARCHAR2(20 BYTE)"), "S.T.CODE: type widened", OK),
    (retyped("CODE", "VARCHAR2(10 CHAR)"), "S.T.CODE: type widened", OK),
    (retyped("NAME", "VARCHAR2(10 BYTE)"), "S.T.NAME: type changed", BREAKS),
    (retyped("NAME", "VARCHAR2(40 BYTE)"), "S.T.NAME: type widened", OK),
    (retyped("NAME", "VARCHAR2(5 CHAR)"), "S.T.NAME: type changed", BREAKS),
    (retyped("NAME", "CLOB"), "S.T.NAME: type changed", BREAKS),
    (retyped("FLAG", "VARCHAR2(1 CHAR)"), "S.T.FLAG: type widened", OK),
    (retyped("AT", "TIMESTAMP(9)"), "S.T.AT: type widened", OK),
    (retyped("AT", "TIMESTAMP(3)"), "S.T.AT: type changed", BREAKS),
    (retyped("AT", "TIMESTAMP(6) WITH TIME ZONE"), "S.T.AT: type changed", BREAKS),
    (retyped("AT", "DATE"), "S.T.AT: type changed", BREAKS),
    (retyped("D", "TIMESTAMP(0)"), "S.T.D: type widened", OK),
    (retyped("BYTES", "RAW(32)"), "S.T.BYTES: type widened", OK),
    (retyped("BYTES", "RAW(8)"), "S.T.BYTES: type changed", BREAKS),
    (retyped("GAP", "INTERVAL DAY(5) TO SECOND(6)"), "S.T.GAP: type widened", OK),
    (with_column("MUST", nullable=True), "S.T.MUST: may be NULL", BREAKS),
    (with_column("AMOUNT", nullable=False), "S.T.AMOUNT: is never NULL", OK),
    (with_column("D", unsupported="no"), "S.T.D: can no longer be read", BREAKS),
    (with_column("NAME", comment=None), "S.T.NAME: comment changed", OK),
    (with_column("ID", identity="ALWAYS"), "S.T.ID: identity changed", OK),
    (with_column("AMOUNT", is_virtual=True), "S.T.AMOUNT: is virtual", OK),
    (with_column("AMOUNT", is_invisible=True), "S.T.AMOUNT: is invisible", OK),
    (with_column("MUST", is_default_on_null=True), "S.T.MUST: is default on null", OK),
    (with_facts(comment="other"), "S.T: comment changed", OK),
    (with_facts(kind=TableKind.VIEW), "S.T: kind changed", BREAKS),
    (with_facts(unreadable="no grant"), "S.T: can no longer be read", BREAKS),
    (with_facts(partitioning=None, partitions=()), "S.T: partitioning changed", OK),
    (with_facts(partitions=(Partition("P1"), Partition("P2"))), "S.T: partitions changed", OK),
    (with_facts(is_index_organized=True), "S.T: organization changed", OK),
    (with_facts(columns=BASE.columns[::-1]), "S.T: order of columns changed", OK),
    (with_facts(keys=(PRIMARY,)), "S.T(CODE): unique key removed", BREAKS),
    (
        with_facts(keys=(PRIMARY, UNIQUE, Key("X", KeyKind.UNIQUE, ("D",)))),
        "S.T(D): unique key added",
        OK,
    ),
    (with_facts(foreign_keys=()), "S.T(PARENT -> S.P(ID)): foreign key removed", BREAKS),
    (
        with_facts(
            foreign_keys=(REFERENCE, ForeignKey("F", ("MUST",), "S", "P", ("ID",))),
        ),
        "S.T(MUST -> S.P(ID)): foreign key added",
        OK,
    ),
    (
        with_facts(foreign_keys=(dataclasses.replace(REFERENCE, is_enforced=False),)),
        "S.T(PARENT -> S.P(ID)): foreign key no longer enforced",
        BREAKS,
    ),
]


def inventory(*tables: Table, **facts: Any) -> Inventory:
    return Inventory((Schema("S", tables),), **facts)


def found(old: Inventory, new: Inventory) -> list[tuple[str, str]]:
    changes = compare(old, new)
    return [(f"{change.place}: {change.what}", change.verdict.value) for change in changes]


@pytest.mark.parametrize(("edit", "what", "verdict"), CHANGES, ids=range(len(CHANGES)))
def test_one_change(edit: Callable[[Table], Table], what: str, verdict: str) -> None:
    assert found(inventory(BASE, VIEW), inventory(edit(BASE), VIEW)) == [(what, verdict)]


def test_forty_changes_at_once_are_all_found_in_order() -> None:
    chosen = CHANGES[:40]
    assert len(chosen) == 40
    old, new, expected = [], [], []
    for number, (edit, what, verdict) in enumerate(chosen):
        name = f"T{number:02}"
        named = dataclasses.replace(BASE, name=name)
        old.append(named)
        new.append(edit(named))
        expected.append((what.replace("S.T", f"S.{name}", 1), verdict))

    assert found(inventory(*old), inventory(*new)) == expected


def test_tables_come_and_go() -> None:
    both, one = inventory(BASE, VIEW), inventory(BASE)

    assert found(both, one) == [("S.V: view removed", BREAKS)]
    assert found(one, both) == [("S.V: view added", OK)]
    assert found(both, both) == []


def test_a_synonym_of_another_table_breaks() -> None:
    first, second = (dataclasses.replace(BASE, synonym_for=("S", name)) for name in "XY")

    assert found(inventory(first), inventory(second)) == [("S.T: reads another table", BREAKS)]
    assert found(inventory(first), inventory(first)) == []
    assert found(catalog_of(first), catalog_of(second)) == [("S.T: reads another table", BREAKS)]


def test_another_key_breaks() -> None:
    other = dataclasses.replace(BASE, keys=(Key("PK", KeyKind.PRIMARY, ("ID", "MUST")), UNIQUE))

    assert found(inventory(BASE), inventory(other))[0] == ("S.T: key columns changed", BREAKS)


def test_statistics_and_names_of_constraints_are_no_changes() -> None:
    other = dataclasses.replace(
        BASE,
        row_count=99,
        keys=(dataclasses.replace(PRIMARY, name="SYS_C1"), UNIQUE),
        foreign_keys=(dataclasses.replace(REFERENCE, name="SYS_C2"),),
    )
    assert found(inventory(BASE), inventory(other)) == []


def test_the_database() -> None:
    old = DatabaseFacts("AL32UTF8", "AL16UTF16", "STANDARD")
    new = DatabaseFacts("WE8ISO8859P15", "AL16UTF16", "EXTENDED")

    assert found(inventory(database=old), inventory(database=new)) == [
        ("database: character set changed", BREAKS),
        ("database: max string size changed", OK),
    ]


@pytest.mark.parametrize("dump", [json.dumps, yaml.safe_dump])
def test_a_description_comes_back(dump: Callable[[object], str]) -> None:
    whole = inventory(BASE, VIEW, database=DatabaseFacts("AL32UTF8"))

    assert read(dump(json.loads(json.dumps(to_plain(whole)))), name="file") == (whole, False)


def catalog_of(*tables: Table) -> Inventory:
    """Return what a Singer catalog of tables tells."""
    made = whole(singer_catalog([Schema("S", tables)], database=None, options=JsonSchemaOptions()))
    back, is_catalog = read(json.dumps(made), name="file")
    assert is_catalog
    return back


def test_a_singer_catalog_is_compared_too() -> None:
    assert found(catalog_of(BASE, VIEW), catalog_of(BASE, VIEW)) == []
    changed = found(catalog_of(BASE), catalog_of(retyped("NAME", "VARCHAR2(4 CHAR)")(BASE)))
    assert changed == [("S.T.NAME: type changed", BREAKS)]


@pytest.mark.parametrize("text", ["", "{", "[]", "x: [", '{"a": 1}', '{"streams": [1]}'])
def test_other_files_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="old is neither"):
        read(text, name="old")
