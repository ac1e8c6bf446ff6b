"""Text that the database would change in silence is refused with its place."""

from __future__ import annotations

import pytest

from oracle_core.errors import DataError
from oracle_core.server import Server
from oracle_core.types import parse
from target_oracle.text_limits import text_checks

WE8 = Server(charset="WE8MSWIN1252")


def refused_at(spelled: str, server: Server, *values: object, is_key: bool = False) -> int | None:
    for check in text_checks(parse(spelled), server, is_key=is_key):
        try:
            check(values)
        except DataError as error:
            return error.position
    return None


@pytest.mark.parametrize("spelled", ["VARCHAR2(40 CHAR)", "CLOB", "CHAR(9 CHAR)"])
def test_a_character_that_the_database_lacks(spelled: str) -> None:
    assert refused_at(spelled, WE8, "é€", None, "語") == 2
    assert refused_at(spelled, WE8, "é€", None) is None
    assert refused_at(spelled, Server(), "語") is None


@pytest.mark.parametrize("spelled", ["NVARCHAR2(40)", "NCLOB", "NUMBER"])
def test_national_text_takes_every_character(spelled: str) -> None:
    assert refused_at(spelled, WE8, "語") is None


def test_a_char_key_that_is_too_long() -> None:
    assert refused_at("CHAR(3 CHAR)", Server(), "abc", "éé", "abcdef", is_key=True) == 2
    assert refused_at("CHAR(3 BYTE)", Server(), "abc", "éé", is_key=True) == 1
    assert refused_at("CHAR(3 BYTE)", WE8, "abc", "éé", is_key=True) is None
    assert refused_at("NCHAR(3)", Server(), "abcd", is_key=True) == 0
    assert refused_at("CHAR(3 CHAR)", Server(), "abcdef") is None  # the server refuses it
