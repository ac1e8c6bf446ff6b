"""Which statements write a batch."""

from __future__ import annotations

import json
from typing import Any

import oracledb
import pytest

from oracle_core.identifiers import Identifier, TableName
from oracle_core.types import bind_plan, parse
from target_oracle.batch import Batch
from target_oracle.batch_writer import MOST_MERGED_COLUMNS, BatchWriter
from target_oracle.binding import MOST_BYTES_OF_THICK_MODE, MOST_LOBS
from target_oracle.statements import LoadColumn

TABLE = TableName.of("DWH", "T")


class Cursor:
    """Keeps the first word of each statement; every second row is found by UPDATE."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.types: list[str] = []
        self.sizes: list[int] = []
        self.rowcount = 0
        self._rows = 0

    def var(self, db_type: oracledb.DbType, **options: Any) -> None:
        del options
        self.types.append(db_type.name)

    def setinputsizes(self, *sizes: Any) -> None:
        del sizes

    def prepare(self, sql: str, *, cache_statement: bool) -> None:
        del sql, cache_statement

    def executemany(self, sql: str | None, rows: list[Any], **options: Any) -> None:
        del options
        self.words.append((sql or "UPDATE").split()[0])
        self._rows = self.rowcount = len(rows)
        self.sizes.append(len(rows))

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


def test_long_documents_are_bound_natively() -> None:
    """A CLOB bind is a temporary LOB and two round trips per value (audit L6)."""
    cursor = Cursor()
    texts = [json.dumps({"text": "x" * 2_000, "n": 1.25}), None]
    batch = Batch([KEY, column("J", "JSON")], [["a", "b"], texts], 2)

    BatchWriter(cursor, TABLE).upsert(batch)  # type: ignore[arg-type]

    assert cursor.words == ["MERGE"]
    assert cursor.types == ["DB_TYPE_VARCHAR", "DB_TYPE_JSON"]


@pytest.mark.parametrize(
    "text", ["1" * 39, "1e5", "0.1234567890123456789012345678901234567890", '"short"']
)
def test_documents_that_stay_texts(text: str) -> None:
    """Numbers that a document may not hold are left to the server; short texts are no LOBs."""
    padding = "" if "short" in text else " " * 2_000
    cursor = Cursor()
    batch = Batch([column("J", "JSON")], [[text + padding]], 1)

    BatchWriter(cursor, TABLE).append(batch)  # type: ignore[arg-type]

    assert "DB_TYPE_JSON" not in cursor.types


def test_documents_are_bound_as_text_by_older_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oracledb, "is_thin_mode", lambda: False)
    monkeypatch.setattr(oracledb, "clientversion", lambda: (19, 25, 0, 0, 0))
    cursor = Cursor()
    batch = Batch([column("J", "JSON")], [['"' + "x" * 2_000 + '"']], 1)

    BatchWriter(cursor, TABLE).append(batch)  # type: ignore[arg-type]

    assert cursor.types == ["DB_TYPE_CLOB"]


def test_temporary_lobs_of_a_call_are_few() -> None:
    cursor = Cursor()
    rows = 2 * MOST_LOBS + 1
    batch = Batch([KEY, column("X", "XMLTYPE")], [["k"] * rows, ["x" * 2_000] * rows], rows)

    assert BatchWriter(cursor, TABLE).delete(batch) == rows  # type: ignore[arg-type]
    assert cursor.sizes == [MOST_LOBS, MOST_LOBS, 1]


def test_thick_mode_allocates_no_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """Oracle Client allocates rows times characters times four bytes (audit C15)."""
    monkeypatch.setattr(oracledb, "is_thin_mode", lambda: False)
    monkeypatch.setattr(oracledb, "clientversion", lambda: (23, 9, 0, 0, 0))
    cursor = Cursor()
    rows = 20_000
    text = column("V", "VARCHAR2(4000 BYTE)")
    batch = Batch([text, column("N", "NUMBER")], [["x" * 1_000] * rows, [1] * rows], rows)

    BatchWriter(cursor, TABLE).append(batch)  # type: ignore[arg-type]

    assert sum(cursor.sizes) == rows
    assert max(cursor.sizes) * 4_000 <= MOST_BYTES_OF_THICK_MODE
    assert len(cursor.sizes) == 2
