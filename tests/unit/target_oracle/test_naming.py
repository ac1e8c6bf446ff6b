"""Names: exact where they can be, and never two things under one."""

from __future__ import annotations

import pytest

from oracle_core.identifiers import Identifier, TableName
from target_oracle.errors import TableMismatchError
from target_oracle.naming import NamingRules, TableRegister

UPPER = NamingRules(Identifier("DWH"))
EXACT = NamingRules(Identifier("DWH"), "exact")


@pytest.mark.parametrize(
    ("stream", "upper", "exact"),
    [
        ("HR-EMPLOYEES", "EMPLOYEES", "EMPLOYEES"),
        ("public-users", "USERS", "users"),
        ("HR-MY-TABLE", "MY-TABLE", "MY-TABLE"),
        ("TestCamelcase", "TESTCAMELCASE", "TestCamelcase"),
        ("test:SpecialChars!in?x", "TEST:SPECIALCHARS!IN?X", "test:SpecialChars!in?x"),
        ("HR-", "HR-", "HR-"),
        ('a"b', "A_B", "a_b"),
        ("HR-Prix€", "PRIX€", "Prix€"),
    ],
)
def test_tables_of_streams(stream: str, upper: str, exact: str) -> None:
    assert UPPER.table(stream) == TableName.of("DWH", upper)
    assert EXACT.table(stream) == TableName.of("DWH", exact)


@pytest.mark.parametrize(
    ("text", "snake"),
    [
        ("ticketComments", "TICKET_COMMENTS"),
        ("TICKET.COMMENTS", "TICKET_COMMENTS"),
        ("ticket - comments", "TICKET_COMMENTS"),
        ("HTTPServerName", "HTTP_SERVER_NAME"),
        ("order2Item", "ORDER2_ITEM"),
        ("COL1A", "COL1A"),
        ("_sdc_batched_at", "_SDC_BATCHED_AT"),
        ("a__b", "A__B"),
        ("Prix€ net", "PRIX_NET"),
        ("größe", "GRÖSSE"),
        ("V$SESSION#1", "V$SESSION#1"),
        ("rowid", "ROWID_"),
    ],
)
def test_snake(text: str, snake: str) -> None:
    rules = NamingRules(Identifier("DWH"), "snake")
    assert rules.identifier(text).name == snake
    assert rules.identifier(snake).name == snake


def test_names_that_snake_makes_equal_are_refused() -> None:
    rules = NamingRules(Identifier("DWH"), "snake")
    with pytest.raises(TableMismatchError, match=r"'a b' and 'a.b' both become column A_B"):
        rules.columns("S", ["a b", "a.b"])


def test_names_that_other_targets_confuse_stay_apart() -> None:
    names = ["COL$1", "col1", "COL#", "col", "Ünïcode", "ncode", "1st", "😀"]
    columns = UPPER.columns("S", names)
    assert [column.name for column in columns.values()] == [name.upper() for name in names]


def test_columns_that_collide_are_refused() -> None:
    with pytest.raises(TableMismatchError, match=r"'Id' and 'ID' both become column ID"):
        UPPER.columns("S", ["Id", "ID"])
    assert len(EXACT.columns("S", ["Id", "ID"])) == 2


def test_long_names_are_cut_with_a_hash_and_stay_apart() -> None:
    first, second = UPPER.columns("S", ["ä" * 100 + "1", "ä" * 100 + "2"]).values()
    assert first != second
    assert first.byte_length <= 128
    assert NamingRules(Identifier("D"), limit=30).identifier("x" * 31).byte_length <= 30


def test_streams_that_collide_are_refused() -> None:
    register = TableRegister()
    register.claim("HR-B", UPPER.table("HR-B"))
    register.claim("HR-B", UPPER.table("HR-B"))
    register.claim("HR-A-B", UPPER.table("HR-A-B"))
    with pytest.raises(TableMismatchError, match=r"'HR-B' and 'OE-B' both become table DWH.B"):
        register.claim("OE-B", UPPER.table("OE-B"))
