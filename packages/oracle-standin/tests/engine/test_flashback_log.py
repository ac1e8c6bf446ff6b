"""What flashback reads from the log: under concurrent writers, across restarts, after a loss."""

from __future__ import annotations

import itertools
import shutil
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from oracle_standin.backend import SessionInfo
from oracle_standin.engine import postgres
from oracle_standin.engine.database import Database
from oracle_standin.engine.flashback.versions import Ledger, image_of
from oracle_standin.engine.wal import Change
from tests.engine.user_session import UserSession

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg

pytestmark = pytest.mark.standin

_SCN = "SELECT DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER FROM dual"
_numbers = itertools.count(8000)
_SLOT = "SELECT pg_drop_replication_slot('ora_changes')"


def _open(database: Database, user: str) -> UserSession:
    return UserSession(database.open_session(user, SessionInfo(next(_numbers), 1)))


def _scn(session: UserSession) -> int:
    return int(session.rows(_SCN)[0][0])


def _transfer(session: UserSession, stop: threading.Event, first: int) -> None:
    for step in itertools.count():
        if stop.is_set():
            return
        session.run(f"UPDATE accounts SET balance = balance - 1 WHERE id = {first}")
        session.run(f"UPDATE accounts SET balance = balance + 1 WHERE id = {first + 1}")
        session.run("ROLLBACK" if step % 5 == 0 else "COMMIT")


def test_every_moment_is_whole_while_others_write(engine_database: Database) -> None:
    engine_database.create_user("BANK", "secret")
    reader, *writers = [_open(engine_database, "BANK") for _ in range(3)]
    reader.run("CREATE TABLE accounts (id NUMBER PRIMARY KEY, balance NUMBER)")
    for number in range(4):
        reader.run(f"INSERT INTO accounts VALUES ({number}, 100)")
    reader.run("COMMIT")
    stop = threading.Event()
    threads = [
        threading.Thread(target=_transfer, args=(writer, stop, 2 * index))
        for index, writer in enumerate(writers)
    ]
    for thread in threads:
        thread.start()
    for _ in range(40):
        query = f"SELECT SUM(balance), COUNT(*) FROM accounts AS OF SCN {_scn(reader)}"
        assert reader.rows(query) == [("400", "4")]
    stop.set()
    for thread in threads:
        thread.join()
    for session in (reader, *writers):
        session.session.close()


def test_ddl_waits_for_whoever_reads_the_past(
    session: UserSession, owner: psycopg.Connection[tuple[Any, ...]]
) -> None:
    # Reading the past holds the order of commits; in Oracle nobody waits for it, nor fails by it.
    owner.execute("SELECT pg_advisory_lock(7291, 1)")
    ddl = threading.Thread(target=session.run, args=("CREATE TABLE made (id NUMBER)",))
    ddl.start()
    ddl.join(1)
    owner.execute("SELECT pg_advisory_unlock(7291, 1)")
    ddl.join()
    assert session.rows("SELECT COUNT(*) FROM made") == [("0",)]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that the server's account may enter, unlike pytest's when run by root."""
    made = postgres.private_folder()
    yield made
    shutil.rmtree(made)


def test_history_outlives_a_restart(folder: Path) -> None:
    with Database(folder / "kept") as database:
        database.create_user("APP", "secret")
        session = _open(database, "APP")
        session.run("CREATE TABLE t (id NUMBER)")
        session.run("INSERT INTO t VALUES (1)")
        session.run("COMMIT")
        first = _scn(session)
        session.run("UPDATE t SET id = 2")
        session.run("COMMIT")
        second = _scn(session)
        assert session.rows(f"SELECT id FROM t AS OF SCN {first}") == [("1",)]
        session.run("DELETE t")
        session.run("COMMIT")
    with Database(folder / "kept") as database:
        session = _open(database, "APP")
        assert session.rows(f"SELECT id FROM t AS OF SCN {first}") == [("1",)]
        assert session.rows(f"SELECT id FROM t AS OF SCN {second}") == [("2",)]
        assert session.rows("SELECT id FROM t") == []


def test_lost_log_is_a_snapshot_too_old(folder: Path) -> None:
    with Database(folder / "kept") as database:
        database.create_user("APP", "secret")
        session = _open(database, "APP")
        session.run("CREATE TABLE t (id NUMBER)")
        session.run("INSERT INTO t VALUES (1)")
        session.run("COMMIT")
        first = _scn(session)
        session.run("DELETE t")
        session.run("COMMIT")
        with closing(database.owner_connection()) as owner:
            owner.execute(_SLOT)
        assert "ORA-01555" in session.fails(f"SELECT id FROM t AS OF SCN {first}")
        assert session.rows(f"SELECT id FROM t AS OF SCN {_scn(session)}") == []


def test_open_transactions_of_all_sessions_show_their_start(engine_database: Database) -> None:
    engine_database.create_user("BUSY", "secret")
    writer, watcher = _open(engine_database, "BUSY"), _open(engine_database, "SYSTEM")
    writer.run("CREATE TABLE t (id NUMBER)")
    before = _scn(writer)
    writer.run("INSERT INTO t VALUES (1)")
    watcher.run("BEGIN NULL; END;")
    starts = watcher.rows("SELECT start_scn FROM v$transaction")
    assert before in {int(start) for (start,) in starts}
    writer.run("ROLLBACK")
    writer.session.close()
    watcher.session.close()


@pytest.mark.parametrize(
    "values",
    [
        (None, None),
        ("", None),
        ("a b", 'c"d', "e\\f", "(g)", "h,i", "\t"),
        ("plain", None, "\\x00ff", "é", "1.50", None),
    ],
)
def test_images_are_those_of_the_server(
    owner: psycopg.Connection[tuple[Any, ...]], values: tuple[str | None, ...]
) -> None:
    """A row's digest must come out the same from the log and from the table."""
    fields = ", ".join("%s::text" for _ in values)
    row = owner.execute(f"SELECT record_out(ROW({fields}))::text".encode(), values).fetchone()
    assert row is not None
    assert image_of(values).text == row[0][1:-1].rstrip(",")


def test_equal_rows_have_lives_of_their_own() -> None:
    ledger = Ledger(0)
    ledger.apply(1, 1, [Change(7, None, ("x",)), Change(7, None, ("x",))])
    ledger.apply(2, 2, [Change(7, ("x",), None)])
    ledger.apply(3, 3, [Change(7, ("x",), ("y",))])
    found = sorted(
        (version.start_scn or 0, version.operation or "", version.end_scn or 0)
        for version in ledger.made.values()
    )
    assert found == [(1, "I", 2), (1, "I", 3), (2, "D", 2), (3, "U", 0)]
