"""Faults ordered by SYSTEM, over the fake database."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import oracledb
import pytest

from oracle_standin import Standin
from oracle_standin.faults import OFF, Fault
from oracle_standin.verifier import make_verifier
from oracle_standin.wire.listener import Listener
from oracle_standin.wire.profiles import PROFILES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.wire.conftest import Connect
    from tests.wire.fix_backend import FakeBackend

pytestmark = pytest.mark.standin


@pytest.fixture
def listener(backend: FakeBackend) -> Iterator[Listener]:
    backend.users["SYSTEM"] = make_verifier("oracle")
    with Listener(
        backend, PROFILES["23"], host="127.0.0.1", port=0, service="FREEPDB1", faults=True
    ) as server:
        yield server


@pytest.fixture
def inject(listener: Listener) -> Callable[..., None]:
    def inject(action: str, **more: Any) -> None:
        administer(listener, Fault(action, **more).statement())

    return inject


def administer(listener: Listener, statement: str) -> None:
    with closing(
        oracledb.connect(user="system", password="oracle", dsn=listener.dsn)
    ) as connection:
        connection.cursor().execute(statement)


def assert_lost() -> Any:
    return pytest.raises(oracledb.DatabaseError, match=r"DPY-4011|DPY-1001|DPY-6005")


def test_fail_a_number_of_times(inject: Callable[..., None], cursor: oracledb.Cursor) -> None:
    inject("fail", pattern="from dual", code=1555, message="snapshot too old", times=2)
    for _ in range(2):
        with pytest.raises(oracledb.DatabaseError, match="ORA-01555: snapshot too old"):
            cursor.execute("select 1 from dual")
    assert cursor.execute("select 1 from dual").fetchone() == (1,)


def test_other_statements_go_on(inject: Callable[..., None], cursor: oracledb.Cursor) -> None:
    inject("fail", pattern="^merge", code=60, times=0)
    assert cursor.execute("select 1 from dual").fetchone() == (1,)
    for _ in range(3):
        with pytest.raises(oracledb.DatabaseError, match="ORA-00060"):
            cursor.execute("merge into t values (1)")


def test_fail_after_the_call(
    inject: Callable[..., None], cursor: oracledb.Cursor, backend: FakeBackend
) -> None:
    inject("fail", pattern="insert", code=3113, after=True)
    with pytest.raises(oracledb.DatabaseError):
        cursor.execute("insert into t values (:1)", [1])
    assert len(backend.tables["t"].rows) == 1


def test_drop_before_and_after_a_commit(
    inject: Callable[..., None], connect: Callable[..., oracledb.Connection], backend: FakeBackend
) -> None:
    for after in (False, True):
        connection = connect()
        connection.cursor().execute("insert into t values (:1)", [1])
        inject("drop", pattern="^COMMIT$", after=after)
        with assert_lost():
            connection.commit()
        assert backend.closed.wait(60)
        assert backend.sessions[-2].in_transaction is not after
        with closing(connect()) as again:
            again.commit()


@pytest.mark.parametrize("arraysize", [7, 100, 1000])
def test_drop_after_rows_fetched(
    inject: Callable[..., None], connection: oracledb.Connection, arraysize: int
) -> None:
    inject("drop", pattern="gen", after_rows=250)
    cursor = connection.cursor()
    cursor.arraysize = arraysize
    cursor.prefetchrows = 2
    found: list[Any] = []
    with assert_lost():
        found.extend(cursor.execute("select * from gen(1000)"))
    assert len(found) <= 250
    assert len(found) >= 250 - arraysize


def test_fail_after_rows_fetched(inject: Callable[..., None], cursor: oracledb.Cursor) -> None:
    inject("fail", pattern="gen", after_rows=250, code=1555, message="snapshot too old")
    cursor.arraysize = 100
    found: list[Any] = []
    cursor.execute("select * from gen(1000)")
    with pytest.raises(oracledb.DatabaseError, match="ORA-01555"):
        found.extend(cursor)
    assert 150 <= len(found) <= 250
    assert len(cursor.execute("select * from gen(1000)").fetchall()) == 1000


def test_drop_after_rows_sent(
    inject: Callable[..., None], connection: oracledb.Connection, backend: FakeBackend
) -> None:
    inject("drop", pattern="insert", after_rows=25)
    cursor = connection.cursor()
    rows = [(number,) for number in range(10)]
    cursor.executemany("insert into t values (:1)", rows)
    cursor.executemany("insert into t values (:1)", rows)
    with assert_lost():
        cursor.executemany("insert into t values (:1)", rows)
    assert len(backend.tables["t"].rows) == 20


@pytest.mark.parametrize("size", [0, 1, 100, 9_000, 100_000])
def test_drop_after_bytes(
    inject: Callable[..., None], connection: oracledb.Connection, size: int
) -> None:
    inject("drop", pattern="gen", after_bytes=size)
    with assert_lost():
        connection.cursor().execute("select * from gen(5000)").fetchall()


def test_drop_at_logon(
    inject: Callable[..., None], connect: Callable[..., oracledb.Connection]
) -> None:
    inject("drop", pattern="LOGON")
    with pytest.raises(oracledb.DatabaseError):
        connect()
    connect().close()


def test_hang_for_a_while(inject: Callable[..., None], cursor: oracledb.Cursor) -> None:
    inject("hang", pattern="dual", seconds=0.3)
    start = time.monotonic()
    assert cursor.execute("select 1 from dual").fetchone() == (1,)
    assert time.monotonic() - start >= 0.3


def test_hang_until_the_client_gives_up(
    inject: Callable[..., None], connection: oracledb.Connection
) -> None:
    inject("hang", pattern="dual")
    connection.call_timeout = 300
    with pytest.raises(oracledb.DatabaseError, match="DPY-4024"):
        connection.cursor().execute("select 1 from dual")
    assert connection.cursor().execute("select 2 from dual").fetchone() == (2,)


def test_hang_until_the_client_goes(
    inject: Callable[..., None], connect: Callable[..., oracledb.Connection], backend: FakeBackend
) -> None:
    inject("hang", pattern="ROLLBACK")
    connection = connect()
    connection.call_timeout = 200
    with pytest.raises(oracledb.DatabaseError):
        connection.rollback()
    connection.close()
    assert backend.closed.wait(60)


def test_slow(inject: Callable[..., None], cursor: oracledb.Cursor) -> None:
    inject("slow", pattern="gen", bytes_per_second=200_000)
    start = time.monotonic()
    assert len(cursor.execute("select * from gen(1000)").fetchall()) == 1000
    assert time.monotonic() - start > 0.3


def test_off(listener: Listener, inject: Callable[..., None], cursor: oracledb.Cursor) -> None:
    inject("fail", code=600, times=0)
    administer(listener, OFF)
    assert cursor.execute("select 1 from dual").fetchone() == (1,)


NONSENSE = [
    "nonsense",
    "[1]",
    "{}",
    '{"action": "explode"}',
    '{"action": "fail"}',
    '{"action": "slow"}',
    '{"action": "drop", "pattern": "("}',
    '{"action": "drop", "much": 1}',
]


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_refused(listener: Listener, text: str) -> None:
    with pytest.raises(oracledb.DatabaseError, match="ORA-02248"):
        administer(listener, f"ALTER SYSTEM SET EVENTS 'standin {text}'")


def test_only_system_orders_faults(cursor: oracledb.Cursor) -> None:
    with pytest.raises(oracledb.DatabaseError, match="ORA-01031"):
        cursor.execute(Fault("drop").statement())


def test_without_the_switch_nobody_does(backend: FakeBackend) -> None:
    backend.users["SYSTEM"] = make_verifier("oracle")
    with Listener(backend, PROFILES["23"], host="127.0.0.1", port=0, service="FREEPDB1") as server:
        for statement in (OFF, Fault("drop").statement()):
            with pytest.raises(oracledb.DatabaseError, match=r"ORA-03001.*not in this stand-in"):
                administer(server, statement)


def test_from_python() -> None:
    with Standin(users={"APP": "app"}, faults=True) as database:
        database.inject(Fault("fail", pattern="dual", code=1555, message="it's too old"))
        with closing(database.connect("APP")) as connection:
            with pytest.raises(oracledb.DatabaseError, match="ORA-01555: it's too old"):
                connection.cursor().execute("select 1 from dual")
            database.inject(Fault("drop"))
            database.clear_faults()
            assert connection.cursor().execute("select 1 from dual").fetchone() == (1,)


def test_a_break_in_the_middle_of_a_fetch(
    inject: Callable[..., None], connection: oracledb.Connection
) -> None:
    cursor = connection.cursor()
    cursor.arraysize = 4_000
    cursor.prefetchrows = 2
    inject("slow", pattern="gen", bytes_per_second=300_000)
    cursor.execute("select * from gen(4000)")
    timer = threading.Timer(0.2, connection.cancel)
    timer.start()
    with pytest.raises(oracledb.DatabaseError, match="ORA-01013"):
        cursor.fetchall()
    timer.join()
    assert connection.cursor().execute("select 2 from dual").fetchone() == (2,)


@pytest.mark.parametrize("code", [60, 1653, 54, 1555])
def test_each_call_in_turn_can_fail(
    inject: Callable[..., None], connection: oracledb.Connection, listener: Listener, code: int
) -> None:
    cursor = connection.cursor()
    calls = (
        lambda: cursor.execute("insert into t values (:1)", [1]),
        lambda: cursor.execute("insert into t values (:1)", [2]),
        connection.commit,
    )
    for skip in range(3):
        inject("fail", pattern="insert|commit", code=code, skip=skip)
        for call in calls[:skip]:
            call()
        with pytest.raises(oracledb.DatabaseError, match=f"ORA-{code:05d}"):
            calls[skip]()
        administer(listener, OFF)
        connection.rollback()


def test_idle_sessions_are_ended(
    inject: Callable[..., None], connect: Connect, backend: FakeBackend
) -> None:
    busy = connect()
    inject("idle", seconds=3600)
    busy.ping()
    inject("idle", seconds=0)
    with pytest.raises(oracledb.DatabaseError, match="ORA-02396"):
        busy.cursor().execute("select 1 from dual")
    assert backend.closed.wait(60)
    assert not busy.is_healthy()
    again = connect()
    assert again.cursor().execute("select 1 from dual").fetchone() == (1,)
    again.close()
