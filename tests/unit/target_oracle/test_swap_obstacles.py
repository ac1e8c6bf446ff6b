"""What forbids to replace a table, from rows of the dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from oracle_core.identifiers import TableName
from target_oracle.swap_obstacles import obstacle

if TYPE_CHECKING:
    from target_oracle.swap_obstacles import Strategy

TABLE = TableName.of("DWH", "T")
Rows = dict[str, list[tuple[Any, ...]]]


class Dictionary:
    """Answers a query by the first of the texts that it holds."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._found: list[tuple[Any, ...]] = []

    def cursor(self) -> Dictionary:
        return self

    def __enter__(self) -> Dictionary:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def execute(self, sql: str, binds: list[str]) -> Dictionary:
        assert len(binds) == sql.count(":")
        self._found = next((list(rows) for text, rows in self._rows.items() if text in sql), [])
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._found.pop(0) if self._found else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._found


def found(strategy: Strategy, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> str | None:
    monkeypatch.setattr("target_oracle.swap_obstacles.referring", lambda *_: [])
    kind: Rows = {
        "PARTITIONED, TEMPORARY": [("YES" if strategy == "exchange" else "NO", "N", None, None)]
    }
    one = {"PARTITION_COUNT": [(1, "NONE")]}
    return obstacle(cast("Any", Dictionary(kind | one | rows)), TABLE, strategy)


@pytest.mark.parametrize(
    ("locality", "expected"),
    [("LOCAL", None), ("GLOBAL", "index T_G is not local")],
)
def test_a_global_partitioned_index_forbids_an_exchange(
    locality: str, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: Rows = {"PARTITIONED = 'YES'": [("DWH", "T_G")], "LOCALITY": [(locality,)]}
    assert found("exchange", rows, monkeypatch) == expected


@pytest.mark.parametrize("strategy", ["rename", "exchange"])
def test_a_check_that_the_dictionary_may_cut_off_forbids_a_copy(
    strategy: Strategy, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: Rows = {"LENGTHB(SEARCH_CONDITION_VC) >= 3997": [("its condition",)]}
    assert found(strategy, rows, monkeypatch) == "its condition"
