"""What `oracle-catalog show` writes for people."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from catalog.command.table_page import page
from catalog.model import (
    Column,
    Estimate,
    ForeignKey,
    Inventory,
    Key,
    KeyKind,
    Partition,
    Synonym,
    Table,
    TableKind,
)
from oracle_core.types import parse

NOW = dt.datetime(2026, 3, 10, 12, 0, 0)  # noqa: DTZ001 - a DATE of the database
ORDERS = Table(
    "SALES",
    "ORDERS",
    TableKind.TABLE,
    (
        Column("ID", parse("NUMBER(9)"), nullable=False, identity="ALWAYS"),
        Column("PLACED", parse("DATE"), nullable=True, comment="When it came", is_invisible=True),
        Column("MAP", parse("SDO_GEOMETRY"), nullable=True, unsupported="an object"),
    ),
    keys=(
        Key("ORDERS_PK", KeyKind.UNIQUE_INDEX, ("ID",)),
        Key("ORDERS_PK", KeyKind.PRIMARY, ("ID",)),
    ),
    comment="What was sold",
    foreign_keys=(ForeignKey("FK", ("ID",), "SALES", "P", ("X",), is_enforced=False),),
    estimate=Estimate(12_345, 67, NOW - dt.timedelta(days=3, hours=5)),
    is_index_organized=True,
    partitioning="RANGE",
    partitions=tuple(Partition(f"P{number}") for number in range(10)),
)


def lines(table: Table) -> list[str]:
    synonyms = (Synonym("PUBLIC", "O", "SALES", "ORDERS"), Synonym("PUBLIC", "X", "SALES", "X"))
    text = page(table, Inventory((), synonyms=synonyms, read_at=NOW))
    return [" ".join(line.split()) for line in text.splitlines()]


def test_everything_that_is_known() -> None:
    assert lines(ORDERS) == [
        "name: SALES.ORDERS",
        "kind: index-organized table",
        "comment: What was sold",
        "estimate: 12,345 rows, 67 blocks, analyzed 2026-03-07 07:00:00 (3 days ago)",
        "partitions: 10 by RANGE: P0, P1, P2, P3, P4, P5, P6, P7 and 2 more",
        "key: primary ORDERS_PK (ID)",
        "foreign key: FK (ID) -> SALES.P (X), not enforced",
        "synonym: PUBLIC.O",
        (
            "replication: FULL_TABLE: no column tells when a row changed; ID finds new rows only, "
            "good for tables that are never updated"
        ),
        "",
        "COLUMN TYPE NULL KEY COMMENT",
        "ID NUMBER(9) NOT NULL 1 identity ALWAYS",
        "PLACED DATE invisible; When it came",
        "MAP SDO_GEOMETRY an object",
    ]


@pytest.mark.parametrize(
    ("passed", "age"),
    [
        (dt.timedelta(days=1), "1 day ago"),
        (dt.timedelta(hours=23, minutes=59), "23 hours ago"),
        (dt.timedelta(minutes=2), "2 minutes ago"),
        (dt.timedelta(seconds=1), "1 second ago"),
        (dt.timedelta(0), "0 seconds ago"),
        (dt.timedelta(seconds=-5), "0 seconds ago"),
    ],
)
def test_the_age_of_an_estimate(passed: dt.timedelta, age: str) -> None:
    table = dataclasses.replace(ORDERS, estimate=Estimate(1, 1, NOW - passed))

    assert "estimate: 1 row, 1 block, analyzed" in lines(table)[3]
    assert lines(table)[3].endswith(f" ({age})")


def test_what_cannot_be_read_says_why_and_proposes_nothing() -> None:
    found = lines(dataclasses.replace(ORDERS, unreadable="no grant", estimate=Estimate()))

    assert "cannot be read: no grant" in found
    assert "estimate: none: the table was never analyzed" in found
    assert not any(line.startswith("replication") for line in found)
