"""Bookmarks, ours and those of older taps."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from oracle_core.errors import DataError
from oracle_core.state import (
    Bookmark,
    bookmark_bind,
    exact,
    read_bookmark,
    state_value,
)
from oracle_core.types import parse


def test_an_older_taps_bookmark() -> None:
    found = read_bookmark(
        {
            "last_replication_method": "INCREMENTAL",
            "replication_key": "UPDATED",
            "replication_key_value": "2024-01-01T00:00:00+00:00",
            "version": 1700000000000,
            "scn": "123",
            "ORA_ROWSCN": Decimal(5),
            "mine": {"a": 0.5},
        }
    )
    assert found == Bookmark(
        "INCREMENTAL", "UPDATED", "2024-01-01T00:00:00+00:00", 1700000000000, 123, 5,
        {"mine": {"a": 0.5}},
    )  # fmt: skip


@pytest.mark.parametrize(
    "raw", [None, [], "x", 5, {}, {"replication_key": 5, "replication_key_value": [1]}]
)
def test_damage_reads_as_nothing(raw: object) -> None:
    assert read_bookmark(raw) == Bookmark()


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (5, 5),
        (Decimal("5.0"), 5),
        (Decimal("1E+3"), 1000),
        (Decimal("0.10"), "0.10"),
        (0.1, "0.1"),
        (3.0, 3),
        ("x", "x"),
        (True, True),
        (None, None),
    ],
)
def test_state_values_have_no_fraction(value: object, kept: object) -> None:
    found = state_value(value)
    assert found == kept
    assert type(found) is type(kept)


def test_nothing_fractional_stays_however_deep() -> None:
    assert exact({"a": [1.5, {"b": Decimal("2.50")}], "c": True}) == {
        "a": ["1.5", {"b": "2.50"}],
        "c": True,
    }


@pytest.mark.parametrize(
    ("spelled", "value", "placeholder", "bound"),
    [
        ("NUMBER", "12.50", ":b", Decimal("12.50")),
        ("NUMBER(9)", 5, ":b", 5),
        ("DATE", "2024-01-01T10:00:00+00:00", ":b", dt.datetime(2024, 1, 1, 10)),  # noqa: DTZ001
        ("DATE", "2024-01-01", ":b", dt.datetime(2024, 1, 1)),  # noqa: DTZ001
        (
            "TIMESTAMP(9)",
            "2024-01-01T10:00:00.123456789+00:00",
            """TO_TIMESTAMP(:b, 'SYYYY-MM-DD"T"HH24:MI:SS.FF9')""",
            "2024-01-01T10:00:00.123456789",
        ),
        (
            "TIMESTAMP(6) WITH TIME ZONE",
            "2024-01-01T10:00:00Z",
            """TO_TIMESTAMP_TZ(:b, 'SYYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM')""",
            "2024-01-01T10:00:00.000000000+00:00",
        ),
        ("VARCHAR2(10 CHAR)", "x", ":b", "x"),
    ],
)
def test_binds(spelled: str, value: str | int, placeholder: str, bound: object) -> None:
    plan, found = bookmark_bind(value, parse(spelled))
    assert plan.placeholder(":b") == placeholder
    assert found == bound


def test_a_bookmark_of_another_type_is_refused() -> None:
    with pytest.raises(DataError):
        bookmark_bind("yesterday", parse("DATE"))
