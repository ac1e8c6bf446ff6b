"""A bookmark older than the log: exit 1, the range and the way out named, the state unchanged."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import oracledb
import pytest

from tests.fix_plugins import POLL_SECONDS
from tests.oracle.log_steps import BASE, FLASHBACK_GRANTS, LOGMINER_GRANTS, Replica

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Finished, Plugin

pytestmark = pytest.mark.standin

TABLE = "CREATE TABLE t (id NUMBER(9) PRIMARY KEY, name VARCHAR2(40))"
LOGGING = "ALTER TABLE t ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS"


@pytest.fixture(autouse=True)
def _usual_undo_retention(logging_database: OracleDatabase) -> Iterator[None]:
    yield
    logging_database.administer("ALTER SYSTEM SET undo_retention = 900")


def replica_of(database: OracleDatabase, method: str) -> Replica:
    grants = LOGMINER_GRANTS if method == "logminer" else FLASHBACK_GRANTS
    user = database.create_user("LOG", grants=(*BASE, *grants))
    database.execute(user, TABLE, LOGGING, "INSERT INTO t VALUES (1, 'one')")
    replica = Replica(database, user, method)
    replica.run()
    database.execute(user, "DELETE FROM t", "INSERT INTO t VALUES (2, 'two')")
    return replica


def failed(tap: Plugin, replica: Replica) -> Finished:
    done = tap.run(replica.config(), catalog=replica.catalog, state=replica.target.state)
    assert done.code == 1, done.stderr
    assert len(done.errors()) == 1
    assert done.records(replica.stream) == []
    assert done.states()[-1]["bookmarks"] == replica.target.state["bookmarks"]
    (error,) = done.errors()
    for part in (replica.stream, f"from SCN {replica.bookmark['scn'] + 1} to ", "on_gap"):
        assert part in error
    return done


def test_undo_that_has_expired(tap: Plugin, logging_database: OracleDatabase) -> None:
    replica = replica_of(logging_database, "flashback")
    logging_database.administer("ALTER SYSTEM SET undo_retention = 1")
    _wait_until_gone(replica)
    (error,) = failed(tap, replica).errors()
    assert "ORA-30052" in error
    assert "UNDO_RETENTION is 1 seconds" in error
    logging_database.administer("ALTER SYSTEM SET undo_retention = 900")
    replica.run(on_gap="snapshot")
    assert replica.target.table() == replica.source()
    assert [row["ID"] for row in replica.target.table()] == [2]
    logging_database.drop_user(replica.user)


def _wait_until_gone(replica: Replica) -> None:
    query = "SELECT id FROM t VERSIONS BETWEEN SCN :scn AND MAXVALUE"
    while True:
        try:
            replica.database.rows(replica.user, query, scn=replica.bookmark["scn"])
        except oracledb.DatabaseError as error:
            if "ORA-30052" in str(error):
                return
            raise
        time.sleep(POLL_SECONDS)


def test_redo_that_was_purged(tap: Plugin, logging_database: OracleDatabase) -> None:
    replica = replica_of(logging_database, "logminer")
    # The stand-in keeps redo since logging was switched on: what came before is gone.
    logging_database.administer(
        "ALTER DATABASE DROP SUPPLEMENTAL LOG DATA", "ALTER DATABASE ADD SUPPLEMENTAL LOG DATA"
    )
    done = tap.run(replica.config(), catalog=replica.catalog, state=replica.target.state)
    assert done.code == 1, done.stderr
    assert done.states()[-1]["bookmarks"] == replica.target.state["bookmarks"]
    (error,) = done.errors()
    assert "redo is missing or purged (ORA-01291)" in error
    assert f"from SCN {replica.bookmark['log_restart_scn']} to " in error
    assert "keep archived logs longer" in error
    replica.run(on_gap="snapshot")
    assert [row["ID"] for row in replica.target.table()] == [2]
    logging_database.drop_user(replica.user)


@pytest.mark.parametrize("method", ["logminer", "flashback"])
def test_a_database_that_was_restored(
    tap: Plugin, logging_database: OracleDatabase, method: str
) -> None:
    """Opened with RESETLOGS its SCNs mean something else; restored, it is behind the bookmark."""
    replica = replica_of(logging_database, method)
    replica.bookmark["log_resetlogs_scn"] += 1
    (error,) = failed(tap, replica).errors()
    assert "RESETLOGS" in error
    replica.bookmark["log_resetlogs_scn"] -= 1
    replica.bookmark["scn"] += 1_000_000_000
    (error,) = failed(tap, replica).errors()
    assert "before the bookmark: it was restored, or is another one" in error
    logging_database.drop_user(replica.user)


def test_the_statement_to_run_is_named_where_logging_is_off(
    tap: Plugin, logging_database: OracleDatabase
) -> None:
    user = logging_database.create_user("LOG", grants=(*BASE, *LOGMINER_GRANTS))
    logging_database.execute(user, TABLE)
    replica = Replica(logging_database, user, "logminer")
    done = tap.run(replica.config(), catalog=replica.catalog)
    assert done.code == 2, done.stderr
    (error,) = done.errors()
    assert f'ALTER TABLE "{user}"."T" ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS' in error
    logging_database.administer("ALTER DATABASE DROP SUPPLEMENTAL LOG DATA")
    done = tap.run(replica.config(), catalog=replica.catalog)
    assert "ALTER DATABASE ADD SUPPLEMENTAL LOG DATA" in done.errors()[0]
    replica.method = "auto"
    replica.run()
    assert replica.bookmark["log_based_method"] == "flashback"
    logging_database.administer("ALTER DATABASE ADD SUPPLEMENTAL LOG DATA")
    logging_database.execute(user, LOGGING, "INSERT INTO t VALUES (1, 'one')")
    assert [record["ID"] for record in replica.run()] == [1]
    assert replica.bookmark["log_based_method"] == "logminer"
    logging_database.execute(user, "DELETE FROM t")
    assert [record["ID"] for record in replica.run()] == [1]
    assert replica.target.table() == []
    logging_database.drop_user(user)
