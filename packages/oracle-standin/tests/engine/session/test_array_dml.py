"""One statement with many rows of binds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import Bind, ExecuteOptions
from tests.engine.session.handle import NUMBER, ONCE, VARCHAR, Handle, insert, number

if TYPE_CHECKING:
    from oracle_standin.protocol import BindValue

pytestmark = pytest.mark.standin


def test_many_rows(one: Handle) -> None:
    rows: list[list[BindValue]] = [[number(key), b"n"] for key in range(5000)]
    result = one.many('INSERT INTO "T" VALUES (:1, :2)', rows, row_counts=True)
    assert result.row_count == 5000
    assert result.row_counts == [1] * 5000
    assert one.count() == 5000


@pytest.mark.parametrize("in_transaction", [False, True])
def test_rows_before_a_failing_one_stay(one: Handle, in_transaction: bool) -> None:
    if in_transaction:
        insert(one, 100)
    rows: list[list[BindValue]] = [[number(key), b"n"] for key in (1, 2, 1, 3)]
    result = one.many('INSERT INTO "T" VALUES (:1, :2)', rows)
    assert result.row_count == 2
    assert result.error is not None
    assert result.error.code == 1
    assert one.count() == 2 + in_transaction
    one.session.rollback()
    assert one.count() == 0


def test_batch_errors(one: Handle) -> None:
    unusable = "d\U0010ffff".encode()
    keys = (1, 1, 2, 3, 4, 5, 6)
    names = (b"a", b"b", b"toolong", b"c", b"bad", unusable, b"e")
    rows: list[list[BindValue]] = [
        [number(key), name] for key, name in zip(keys, names, strict=True)
    ]
    result = one.many('INSERT INTO "T" VALUES (:1, :2)', rows, batch_errors=True, row_counts=True)
    assert result.error is None
    assert [(e.iteration, e.code) for e in result.batch_errors] == [
        (1, 1),
        (2, 12899),
        (4, 2290),
        (5, 3001),
    ]
    assert result.row_counts == [1, 0, 0, 1, 0, 0, 1]
    assert (result.row_count, one.count()) == (3, 3)


def test_a_failing_first_row_of_many_leaves_nothing(one: Handle) -> None:
    result = one.many('INSERT INTO "T" VALUES (:1, :2)', [[None, b"a"], [number(1), b"b"]])
    assert result.row_count == 0
    assert "ORA-01400" in str(result.error)
    assert not one.count()


def test_returning_gives_rows_for_each_iteration(one: Handle) -> None:
    binds = [
        Bind("1", NUMBER),
        Bind("2", VARCHAR, is_return=True),
        Bind("3", NUMBER, is_return=True),
    ]
    statement = 'INSERT INTO "T" VALUES (:1) RETURNING "ID", "ID" * 2 INTO :2, :3'
    rows: list[list[BindValue]] = [[number(1), None, None], [number(2), None, None]]
    result = one.session.execute(statement, binds, rows, ExecuteOptions(2))
    assert result.returning == [[(b"1", number(2))], [(b"2", number(4))]]
    single = one.session.execute(
        'DELETE FROM "T" RETURNING "ID" INTO :1',
        [Bind("1", NUMBER, is_return=True)],
        [[None]],
        ONCE,
    )
    assert single.returning == [[(number(1),), (number(2),)]]


def test_missing_binds(one: Handle) -> None:
    assert "ORA-01008" in one.fails(
        'SELECT * FROM "T" WHERE "ID" = :1 OR "ID" = :2', (NUMBER, None)
    )
