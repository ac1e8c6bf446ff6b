"""Eight threads changing the same rows for SOAK_SECONDS, ten unless it is set.

What was committed must be there to the last unit, the only error is a deadlock that was reported,
and no session stays behind.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import oracledb
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.testing import OracleDatabase

pytestmark = [pytest.mark.standin, pytest.mark.timeout(600)]

THREADS = 8
ACCOUNTS = 12
OPENING = 1000
SECONDS = float(os.environ.get("SOAK_SECONDS", "10"))


@dataclass
class Worker:
    """One thread: its connection, what it has committed, and what went wrong."""

    number: int
    connection: oracledb.Connection
    hits: int = 0
    ledger: int = 0
    done: Counter[str] = field(default_factory=Counter)
    failure: BaseException | None = None

    def run(self, deadline: float) -> None:
        chance = random.Random(self.number)  # noqa: S311 - a schedule, no secret
        try:
            with self.connection, self.connection.cursor() as cursor:
                while time.monotonic() < deadline:
                    self.step(cursor, chance)
        except BaseException as failure:  # noqa: BLE001 - the main thread reports it
            self.failure = failure

    def step(self, cursor: oracledb.Cursor, chance: random.Random) -> None:
        actions: tuple[Callable[[oracledb.Cursor, random.Random], tuple[int, int]], ...] = (
            self.transfer,
            self.transfer_locked,
            self.post,
            self.take_back,
            self.merge_hits,
            self.give_up,
        )
        action = chance.choice(actions)
        try:
            hits, ledger = action(cursor, chance)
            self.connection.commit()
        except oracledb.DatabaseError as error:
            if error.args[0].full_code != "ORA-00060":
                raise
            self.connection.rollback()
            self.done["deadlock"] += 1
            return
        self.hits += hits
        self.ledger += ledger
        self.done[action.__name__] += 1

    def transfer(self, cursor: oracledb.Cursor, chance: random.Random) -> tuple[int, int]:
        """Move an amount; the order of the rows is random, so that deadlocks do happen."""
        source, target = chance.sample(range(ACCOUNTS), 2)
        amount = chance.randint(1, 50)
        sql = "update accounts set balance = balance + :amount where id = :id"
        cursor.executemany(sql, [(-amount, source), (amount, target)])
        return 0, 0

    def transfer_locked(self, cursor: oracledb.Cursor, chance: random.Random) -> tuple[int, int]:
        """Read the rows for update, then write what was computed here."""
        source, target = sorted(chance.sample(range(ACCOUNTS), 2))
        cursor.execute(
            "select id, balance from accounts where id in (:1, :2) order by id for update",
            (source, target),
        )
        balances = dict(cursor.fetchall())
        cursor.executemany(
            "update accounts set balance = :1 where id = :2",
            [(balances[source] - 1, source), (balances[target] + 1, target)],
        )
        return 0, 0

    def post(self, cursor: oracledb.Cursor, chance: random.Random) -> tuple[int, int]:
        amounts = [chance.randint(1, 9) for _ in range(3)]
        cursor.executemany(
            "insert into ledger (worker, amount) values (:1, :2)",
            [(self.number, amount) for amount in amounts],
        )
        return 0, sum(amounts)

    def take_back(self, cursor: oracledb.Cursor, chance: random.Random) -> tuple[int, int]:
        """Delete rows of any thread that nobody else holds; whoever deletes accounts for them."""
        del chance
        cursor.execute(
            "select id from ledger where rownum <= 2 for update skip locked",
        )
        keys = [key for (key,) in cursor.fetchall()]
        taken = 0
        for key in keys:
            amount = cursor.var(oracledb.DB_TYPE_NUMBER)
            cursor.execute(
                "delete from ledger where id = :1 returning amount into :2", [key, amount]
            )
            taken += sum(amount.getvalue())
        return 0, -taken

    def merge_hits(self, cursor: oracledb.Cursor, chance: random.Random) -> tuple[int, int]:
        cursor.execute(
            "merge into hits h using (select :1 id from dual) s on (h.id = s.id)"
            " when matched then update set h.n = h.n + 1",
            [chance.randint(0, 2)],
        )
        return cursor.rowcount, 0

    def give_up(self, cursor: oracledb.Cursor, chance: random.Random) -> tuple[int, int]:
        """Change rows and undo it: half by a savepoint, all by a rollback now and then."""
        cursor.execute("savepoint before")
        cursor.execute("update hits set n = n + 100 where id = :1", [chance.randint(0, 2)])
        cursor.execute("insert into ledger (worker, amount) values (:1, 1000)", [self.number])
        if chance.random() < 0.5:
            self.connection.rollback()
        else:
            cursor.execute("rollback to before")
        return 0, 0


@pytest.fixture
def schema(oracle_database: OracleDatabase, fresh_schema: str) -> str:
    with oracle_database.connect(fresh_schema) as connection, connection.cursor() as cursor:
        cursor.execute("create table accounts (id number(9) primary key, balance number(12))")
        cursor.execute("create table hits (id number(9) primary key, n number(12) not null)")
        cursor.execute(
            "create table ledger (id number(12) generated always as identity primary key,"
            " worker number(2) not null, amount number(9) not null)"
        )
        rows = [(number, OPENING) for number in range(ACCOUNTS)]
        cursor.executemany("insert into accounts values (:1, :2)", rows)
        cursor.executemany("insert into hits values (:1, 0)", [(0,), (1,), (2,)])
        connection.commit()
    return fresh_schema


def _open_sessions(database: OracleDatabase) -> int:
    with database.connect() as admin, admin.cursor() as cursor:
        cursor.execute("select count(distinct sid) from v$sesstat")
        (count,) = cursor.fetchone()
        return int(count)


def test_mixed_changes_on_shared_rows(oracle_database: OracleDatabase, schema: str) -> None:
    sessions = _open_sessions(oracle_database)
    workers = [Worker(number, oracle_database.connect(schema)) for number in range(THREADS)]
    deadline = time.monotonic() + SECONDS
    threads = [threading.Thread(target=worker.run, args=(deadline,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failures = [worker.failure for worker in workers if worker.failure is not None]
    assert failures == []
    assert oracle_database.rows(schema, "select sum(balance) from accounts") == [
        (ACCOUNTS * OPENING,)
    ]
    assert oracle_database.rows(schema, "select sum(n) from hits") == [
        (sum(worker.hits for worker in workers),)
    ]
    assert oracle_database.rows(schema, "select nvl(sum(amount), 0) from ledger") == [
        (sum(worker.ledger for worker in workers),)
    ]
    done = sum((worker.done for worker in workers), Counter())
    assert min(done[name] for name in ("transfer", "post", "merge_hits", "give_up")) > 0
    assert _open_sessions(oracle_database) == sessions
    print(f"{done.total()} transactions in {SECONDS:.0f} s: {dict(done)}")  # noqa: T201


def test_one_of_several_sessions_makes_a_table(oracle_database: OracleDatabase) -> None:
    """The others get ORA-00955, however far each had come."""
    user = oracle_database.create_user("C")
    start = threading.Barrier(4)
    codes: list[int] = []

    def create(connection: oracledb.Connection) -> None:
        with connection, connection.cursor() as cursor:
            for number in range(10):
                start.wait(60)
                try:
                    cursor.execute(f"CREATE TABLE t{number} (id NUMBER)")
                except oracledb.DatabaseError as failure:
                    codes.append(failure.args[0].code)

    threads = [
        threading.Thread(target=create, args=[oracle_database.connect(user)])
        for _ in range(start.parties)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [955] * 30
    oracle_database.drop_user(user)
