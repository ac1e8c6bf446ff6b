"""Names: exact, quoted, bounded."""

from __future__ import annotations

import pytest

from oracle_core.identifiers import (
    MAX_BYTES_BEFORE_12_2,
    Identifier,
    IdentifierError,
    TableName,
)


@pytest.mark.parametrize(
    "name", ["EMPLOYEES", "MiXed", "SELECT", "a b", "a.b", "a-b", "a$b#c", "😀", ":x", "'", "--"]
)
def test_names_are_quoted_exactly(name: str) -> None:
    assert Identifier(name).sql == f'"{name}"'


@pytest.mark.parametrize("name", ["", 'a"b', '"', "a\0b"])
def test_names_that_no_quoting_expresses_are_refused(name: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        Identifier(name)
    assert caught.value.exit_code == 2


def test_folding() -> None:
    assert Identifier.fold("Employees").name == "EMPLOYEES"
    assert Identifier.fold("Employees", "exact").name == "Employees"


def test_length_counts_bytes() -> None:
    assert Identifier("é😀A").byte_length == 7


def test_short_names_stay() -> None:
    name = Identifier("A" * 30)
    assert name.shorten(MAX_BYTES_BEFORE_12_2) is name


def test_long_names_that_differ_at_the_end_stay_different() -> None:
    first, second = (Identifier("A" * 200 + end).shorten() for end in "XY")
    assert first != second
    assert first.byte_length <= 128
    assert first == Identifier("A" * 200 + "X").shorten()


def test_shortening_never_cuts_a_character() -> None:
    assert Identifier("😀" * 100).shorten(31).name.startswith("😀" * 5)


def test_table_name() -> None:
    name = TableName.of("HR", "my table")
    assert name.sql == '"HR"."my table"'
    assert str(name) == "HR.my table"
