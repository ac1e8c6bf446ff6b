"""What the comparison of two databases counts as one value, and what it does not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tools.trial.comparison import differences, is_alike, plain

_naive = dt.datetime.fromisoformat
ZONED = dt.datetime(2026, 1, 2, 3, tzinfo=dt.timezone(dt.timedelta(hours=1)))


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("", None),
        (1, Decimal("1.0")),
        (0.1, Decimal("0.1")),
        (dt.date(2026, 1, 2), _naive("2026-01-02")),
        (dt.time(1, 2), "01:02:00"),
        (ZONED, _naive("2026-01-02T02:00:00")),
        (True, Decimal(1)),
        ([], []),
    ],
)
def test_one_value_in_two_forms(theirs: Any, ours: Any) -> None:
    assert is_alike(plain(theirs), plain(ours))


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("1", Decimal(1)),
        (1, "1"),
        (Decimal("0.1"), Decimal("0.10000001")),
        ("x ", "x"),
        (True, Decimal(0)),
        ({"a": ""}, {"a": None}),
        (["1"], [1]),
        (_naive("2026-01-02T03:00:00"), _naive("2026-01-02T03:00:00.000001")),
        (None, Decimal(0)),
    ],
)
def test_two_values(theirs: Any, ours: Any) -> None:
    assert not is_alike(plain(theirs), plain(ours))


def test_documents_may_be_text() -> None:
    assert is_alike(plain({"a": [1, ""]}), plain('{"a":[1.0,""]}'), is_document=True)
    assert is_alike(plain(10.5), plain("10.5"), is_document=True)
    assert not is_alike(plain({"a": 1}), plain('{"a":"1"}'), is_document=True)


def test_rows_are_paired_by_what_they_hold() -> None:
    left = [{"a": plain(1), "b": plain("x")}, {"a": plain(2), "b": plain("y")}]
    right = [{"A": plain(2), "B": plain("y")}, {"A": plain(1), "B": plain("z")}]
    assert list(differences(left, right)) == ["row 0, B: 'z' instead of 'x'"]
    assert list(differences(left, right[:1])) == ["1 rows instead of 2"]
    assert list(differences(left, [{"A": None}, {"A": None}])) == ["columns are missing: B"]
