"""Waiting for rows and tables, NOWAIT, deadlocks."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from oracle_standin.protocol import OracleError
from tests.engine.session.handle import Handle, insert, wait_until_it_works

if TYPE_CHECKING:
    from oracle_standin.engine.database import Database

pytestmark = pytest.mark.standin


def test_a_writer_waits_for_the_other(one: Handle, two: Handle, engine_database: Database) -> None:
    insert(one, 1, "a")
    one.session.commit()
    one.run('UPDATE "T" SET "NAME" = \'b\'')
    done: list[int] = []

    def update() -> None:
        done.append(two.run('UPDATE "T" SET "NAME" = "NAME" || \'c\'').row_count)

    thread = threading.Thread(target=update)
    thread.start()
    wait_until_it_works(engine_database, two, "Lock")
    assert not done
    one.session.commit()
    thread.join()
    assert done == [1]
    assert two.rows('SELECT "NAME" FROM "T"') == [(b"bc",)]


def test_nowait(one: Handle, two: Handle) -> None:
    insert(one, 1)
    one.session.commit()
    one.run('SELECT * FROM "T" FOR UPDATE')
    assert one.session.in_transaction
    assert "ORA-00054" in two.fails('SELECT * FROM "T" FOR UPDATE NOWAIT')
    assert not two.session.in_transaction


def test_a_deadlock_ends_one_statement(one: Handle, two: Handle) -> None:
    for key in (1, 2):
        insert(one, key, "a")
    one.session.commit()
    update = 'UPDATE "T" SET "NAME" = \'x\' WHERE "ID" = '
    one.run(update + "1")
    two.run(update + "2")
    errors: list[str] = []

    def crosswise(handle: Handle, key: int) -> None:
        try:
            handle.run(f"{update}{key}")
        except OracleError as error:
            errors.append(str(error))
            # The statement alone is undone: the first update still holds, until this.
            assert handle.session.in_transaction
            handle.session.rollback()

    threads = [threading.Thread(target=crosswise, args=pair) for pair in ((one, 2), (two, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == ["ORA-00060: deadlock detected while waiting for resource"]


def test_lock_table(one: Handle, two: Handle) -> None:
    one.session.lock_table(one.session.user, "T", "EXCLUSIVE", False, None)
    assert one.session.in_transaction
    with pytest.raises(OracleError, match="ORA-00054"):
        two.session.lock_table(one.session.user, "T", "SHARE", True, None)
    with pytest.raises(OracleError, match="ORA-00054"):
        two.session.lock_table(one.session.user, "T", "ROW EXCLUSIVE", False, 0)
    assert two.count() == 0
    one.session.commit()
    two.session.lock_table(one.session.user, "T", "SHARE UPDATE", True, None)


def test_ddl_gives_up_on_a_locked_table(one: Handle, two: Handle) -> None:
    insert(one, 1)
    assert "ORA-00054" in two.fails(f'ALTER TABLE "{one.session.user}"."T" ADD "X" numeric')
    one.session.commit()
    two.run(f'ALTER TABLE "{one.session.user}"."T" ADD "X" numeric')
