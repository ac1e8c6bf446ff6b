"""Which statements write a batch."""

from __future__ import annotations

from typing import Any

import pytest

from oracle_core.identifiers import Identifier, TableName
from oracle_core.types import bind_plan, parse
from target_oracle.batch import Batch
from target_oracle.batch_writer import MOST_MERGED_COLUMNS, BatchWriter
from target_oracle.statements import LoadColumn

TABLE = TableName.of("DWH", "T")


class Cursor:
    """Keeps the first word of each statement; every second row is found by UPDATE."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self._rows = 0

    def var(self, *arguments: Any, **options: Any) -> None:
        del arguments, options

    def setinputsizes(self, *sizes: Any) -> None:
        del sizes

    def prepare(self, sql: str, *, cache_statement: bool) -> None:
        del sql, cache_statement

    def executemany(self, sql: str | None, rows: list[Any], **options: Any) -> None:
        del options
        self.words.append((sql or "UPDATE").split()[0])
        self._rows = len(rows)

    def getarraydmlrowcounts(self) -> list[int]:
        return [place % 2 for place in range(self._rows)]


def column(name: str, spelled: str, *, is_key: bool = False) -> LoadColumn:
    oracle_type = parse(spelled)
    return LoadColumn(Identifier(name), oracle_type, bind_plan(oracle_type), is_key=is_key)


KEY = column("K", "VARCHAR2(4000 BYTE)", is_key=True)


@pytest.mark.parametrize(
    ("columns", "values", "words"),
    [
        ([KEY, column("A", "NUMBER")], ["k", 1], ["MERGE"]),
        ([KEY, column("A", "CLOB")], ["k", "x" * 1001], ["UPDATE", "INSERT"]),
        ([KEY, column("A", "NUMBER")], ["k" * 1001, 1], ["UPDATE", "INSERT"]),
        ([KEY], ["k" * 1001], ["MERGE"]),
        (
            [KEY, *(column(f"C{n}", "NUMBER") for n in range(MOST_MERGED_COLUMNS))],
            ["k", *range(MOST_MERGED_COLUMNS)],
            ["UPDATE", "INSERT"],
        ),
    ],
    ids=["short", "long value", "long key", "key alone", "many columns"],
)
def test_upserts(columns: list[LoadColumn], values: list[object], words: list[str]) -> None:
    cursor = Cursor()
    batch = Batch(columns, [[value, value] for value in values], 2)
    BatchWriter(cursor, TABLE).upsert(batch)  # type: ignore[arg-type]
    assert cursor.words == words
