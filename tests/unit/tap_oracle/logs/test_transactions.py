"""Committed transactions out of interleaved redo."""

from __future__ import annotations

import random

import pytest

from oracle_core.errors import DataError
from tap_oracle.logminer.contents import DELETE, INSERT, UPDATE, LogRow, whole_statements
from tap_oracle.logminer.spill import SpillingRows
from tap_oracle.logminer.transactions import TransactionBuffer
from tests.unit.tap_oracle.logs.rows import commit, rollback, row, start

LIMIT = 1_000_000


def committed(rows: list[LogRow], limit: int = LIMIT) -> list[tuple[int, list[str | None]]]:
    buffer = TransactionBuffer(limit)
    found = []
    for one in rows:
        transaction = buffer.take(one)
        if transaction is not None:
            found.append((transaction.scn, [change.sql_redo for change in transaction.changes()]))
            transaction.close()
    buffer.close()
    return found


def change(
    scn: int, sql: str, xid: bytes = b"\1", operation: int = INSERT, **more: object
) -> LogRow:
    return row(operation, scn, xid, sql_redo=sql, **more)


def test_transactions_come_in_the_order_of_their_commits() -> None:
    rows = [
        start(1, b"a"),
        change(1, "a1", b"a"),
        start(2, b"b"),
        change(3, "b1", b"b"),
        commit(4, b"b"),
        change(5, "a2", b"a"),
        commit(6, b"a"),
    ]
    assert committed(rows) == [(4, ["b1"]), (6, ["a1", "a2"])]


def test_what_was_rolled_back_is_dropped() -> None:
    assert committed([start(1), change(1, "x"), rollback(2), commit(3)]) == []


def test_a_rollback_to_a_savepoint_undoes_the_newest_change_of_the_row() -> None:
    rows = [
        start(1),
        change(1, "insert A", row_id="A"),
        change(2, "update A once", operation=UPDATE, row_id="A"),
        change(3, "insert B", row_id="B"),
        change(4, "update A twice", operation=UPDATE, row_id="A"),
        change(5, "undo", operation=UPDATE, row_id="A", is_undo=1),
        change(6, "undo", operation=DELETE, row_id="B", is_undo=1),
        change(7, "delete A", operation=DELETE, row_id="A"),
        change(8, "undo", operation=INSERT, row_id="A", is_undo=1),
        commit(9),
    ]
    assert committed(rows) == [(9, ["insert A", "update A once"])]


def test_an_undo_without_its_change_makes_the_transaction_uncertain() -> None:
    buffer = TransactionBuffer(LIMIT)
    rows = [start(1), change(1, "x", row_id="A"), change(2, "u", row_id="B", is_undo=1), commit(3)]
    (transaction,) = [found for one in rows if (found := buffer.take(one)) is not None]
    assert transaction.is_uncertain


def test_what_is_open_is_kept_and_says_since_when() -> None:
    buffer = TransactionBuffer(LIMIT)
    for one in (start(5, b"a"), change(6, "a", b"a"), start(7, b"b"), change(8, "b", b"b")):
        assert buffer.take(one) is None
    assert buffer.take(commit(9, b"a")) is not None
    buffer.take(rollback(10, b"b"))


def test_a_transaction_whose_start_was_not_read_says_so() -> None:
    buffer = TransactionBuffer(LIMIT)
    buffer.take(change(1, "x"))
    transaction = buffer.take(commit(2))
    assert transaction is not None
    assert transaction.start_scn is None


def test_an_xid_that_begins_again_is_another_transaction(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rows = [start(1), change(1, "lost"), start(5), change(6, "kept"), commit(7)]
    assert committed(rows) == [(7, ["kept"])]
    assert "begin again at SCN 5" in caplog.text
    assert "lost" not in caplog.text


@pytest.mark.parametrize("limit", [1, 2_000, LIMIT])
def test_large_transactions_wait_in_files(limit: int) -> None:
    chance = random.Random(7)  # noqa: S311 - any order does
    rows = [start(1, b"a"), start(1, b"b")]
    expected: dict[bytes, list[str]] = {b"a": [], b"b": []}
    for scn in range(2, 60):
        xid = chance.choice([b"a", b"b"])
        sql = f"é{scn}" * chance.randint(1, 30)
        undone = chance.random() < 0.2
        rows.append(change(scn, sql, xid, row_id=f"R{scn}"))
        if undone:
            rows.append(change(scn, "", xid, DELETE, row_id=f"R{scn}", is_undo=1))
        else:
            expected[xid].append(sql)
    rows += [commit(90, b"b"), commit(91, b"a")]
    assert committed(rows, limit) == [(90, expected[b"b"]), (91, expected[b"a"])]


def test_spilled_rows_come_back_as_they_were() -> None:
    rows = SpillingRows()
    kept = [change(number, f"s{number}", bytes([number])) for number in range(9)]
    for number, one in enumerate(kept):
        rows.add(one)
        if number % 4 == 0:
            assert rows.spill() > 0
    assert rows.spill() >= 0
    assert rows.spill() == 0
    assert list(rows) == kept == list(rows)
    rows.close()
    assert list(rows) == []


class TestPieces:
    def test_a_long_statement_is_joined(self) -> None:
        rows = [
            change(1, "whole"),
            change(2, "one ", csf=1, ssn=1),
            change(2, "two ", csf=1, ssn=1),
            change(2, "three", ssn=1),
            change(3, "next", ssn=2),
        ]
        assert [one.sql_redo for one in whole_statements(rows)] == [
            "whole",
            "one two three",
            "next",
        ]

    def test_a_last_piece_may_be_empty(self) -> None:
        (one,) = whole_statements([change(2, "one", csf=1), row(INSERT, 2, sql_redo=None)])
        assert (one.sql_redo, one.csf) == ("one", 0)

    @pytest.mark.parametrize(
        "rows",
        [
            [change(1, "one", csf=1)],
            [change(1, "one", csf=1), change(1, "other", ssn=5)],
            [change(1, "one", csf=1), change(1, "other", b"other")],
        ],
    )
    def test_a_torn_statement_is_refused(self, rows: list[LogRow]) -> None:
        with pytest.raises(DataError, match="SCN 1 without its continuation"):
            list(whole_statements(rows))
