"""LOG_BASED by both methods: snapshot, changes, deletes, keys that move, gaps."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from oracle_core.errors import ConfigurationError
from tap_oracle.changes import GapError
from tests.oracle.log_steps import BASE, FLASHBACK_GRANTS, LOGMINER_GRANTS, Replica

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

TABLE = "CREATE TABLE t (id NUMBER(9) PRIMARY KEY, name VARCHAR2(40), born DATE)"

Make = Callable[..., Replica]


@pytest.fixture(params=["logminer", "flashback"])
def make(request: pytest.FixtureRequest, logging_database: OracleDatabase) -> Iterator[Make]:
    users = []

    def made(*statements: str, logging: str = "ALL") -> Replica:
        grants = LOGMINER_GRANTS if request.param == "logminer" else FLASHBACK_GRANTS
        user = logging_database.create_user("LOG", grants=(*BASE, *grants))
        users.append(user)
        logging_database.execute(user, *(statements or (TABLE,)))
        if logging:
            sql = f"ALTER TABLE t ADD SUPPLEMENTAL LOG DATA ({logging}) COLUMNS"
            logging_database.execute(user, sql)
        return Replica(logging_database, user, request.param)

    yield made
    for user in users:
        logging_database.drop_user(user)


def by_key(records: list[dict[str, Any]]) -> dict[Any, dict[str, Any]]:
    assert len({record["ID"] for record in records}) == len(records)
    return {record["ID"]: record for record in records}


def test_snapshot_then_changes(make: Make) -> None:
    replica = make()
    replica.database.execute(
        replica.user,
        "INSERT INTO t VALUES (1, 'one', DATE '2024-01-31')",
        "INSERT INTO t VALUES (2, 'two', NULL)",
    )
    first = replica.run()
    assert sorted(record["ID"] for record in first) == [1, 2]
    assert {record["_sdc_deleted_at"] for record in first} == {None}
    assert {record["_sdc_scn"] for record in first} == {replica.bookmark["scn"]}
    replica.database.execute(
        replica.user,
        "UPDATE t SET name = 'O''Neil' WHERE id = 1",
        "DELETE FROM t WHERE id = 2",
        "INSERT INTO t VALUES (3, 'three', DATE '0001-01-01')",
    )
    changed = by_key(replica.run())
    assert changed[1]["NAME"] == "O'Neil"
    assert changed[1]["BORN"] == "2024-01-31T00:00:00+00:00"
    assert changed[3] == {**changed[3], "NAME": "three", "_sdc_deleted_at": None}
    assert changed[2]["NAME"] == "two"
    assert changed[2]["_sdc_deleted_at"] is not None
    assert replica.run() == []
    assert [row["ID"] for row in replica.target.table()] == [1, 3]


def test_keys_that_move_and_come_back(make: Make) -> None:
    replica = make()
    user, database = replica.user, replica.database
    for number in range(1, 6):
        database.execute(user, f"INSERT INTO t VALUES ({number}, 'n{number}', NULL)")
    replica.run()
    database.execute(
        user,
        "UPDATE t SET id = 11 WHERE id = 1",
        "DELETE FROM t WHERE id = 2",
        "INSERT INTO t VALUES (2, 'again', NULL)",
        "INSERT INTO t VALUES (90, 'never', NULL)",
        "DELETE FROM t WHERE id = 90",
        "UPDATE t SET name = 'changed' WHERE id = 3",
        "UPDATE t SET id = 33 WHERE id = 3",
        "UPDATE t SET id = 3 WHERE id = 33",
    )
    database.execute(user, "DELETE FROM t WHERE id = 4", "UPDATE t SET id = 4 WHERE id = 5")
    changed = by_key(replica.run())
    assert {key for key, row in changed.items() if row["_sdc_deleted_at"] is None} == {
        *(11, 2, 3, 4),
    }
    assert (changed[1]["NAME"], changed[2]["NAME"], changed[4]["NAME"]) == ("n1", "again", "n5")
    assert changed[5]["_sdc_deleted_at"] is not None
    assert 90 not in changed
    assert changed[1]["_sdc_scn"] == changed[2]["_sdc_scn"] < changed[5]["_sdc_scn"]
    assert replica.target.table() == replica.source()


def test_what_is_rolled_back_or_open_is_not_delivered(make: Make) -> None:
    replica = make()
    replica.run()
    with (
        closing(replica.database.connect(replica.user)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("INSERT INTO t VALUES (1, 'one', NULL)")
        cursor.execute("SAVEPOINT s")
        cursor.execute("INSERT INTO t VALUES (2, 'two', NULL)")
        cursor.execute("ROLLBACK TO s")
        replica.database.execute(replica.user, "INSERT INTO t VALUES (7, 'other', NULL)")
        assert by_key(replica.run()).keys() == {7}
        cursor.execute("INSERT INTO t VALUES (3, 'three', NULL)")
        assert replica.run() == []
        connection.commit()
    assert by_key(replica.run()).keys() == {1, 3}
    assert replica.target.table() == replica.source()


def test_an_idle_table_moves_its_bookmark(make: Make) -> None:
    replica = make()
    replica.run()
    before = replica.bookmark["scn"]
    replica.database.execute(
        replica.user, "CREATE TABLE busy (id NUMBER)", "INSERT INTO busy VALUES (1)"
    )
    assert replica.run() == []
    assert replica.bookmark["scn"] > before


LONG = "TO_CLOB(RPAD('{0}', 4000, '{0}')) || RPAD('{0}', 4000, '{0}')"
LARGE = """CREATE TABLE t (id NUMBER(9) PRIMARY KEY, note CLOB, picture BLOB, name VARCHAR2(9),
  national NCLOB)"""


@pytest.mark.parametrize("logging", ["ALL", "PRIMARY KEY"])
def test_large_objects_come_whole(make: Make, logging: str) -> None:
    replica = make(LARGE, logging=logging)
    user, database = replica.user, replica.database
    database.execute(user, "INSERT INTO t VALUES (1, 'short', HEXTORAW('00'), 'a', 'n')")
    database.execute(user, "INSERT INTO t VALUES (2, EMPTY_CLOB(), NULL, 'b', NULL)")
    replica.run()
    database.execute(
        user,
        "UPDATE t SET name = 'c' WHERE id = 1",
        f"UPDATE t SET note = {LONG.format('x')} WHERE id = 2",
        f"INSERT INTO t VALUES (3, {LONG.format('y')}, HEXTORAW('FF'), 'd', NULL)",
        "INSERT INTO t VALUES (4, 'gone', NULL, 'e', NULL)",
    )
    database.execute(user, "DELETE FROM t WHERE id = 4")
    changed = by_key(replica.run())
    assert changed[1] == {**changed[1], "NOTE": "short", "PICTURE": "AA==", "NAME": "c"}
    assert changed[2]["NOTE"] == "x" * 8000
    assert (changed[3]["NOTE"], changed[3]["PICTURE"]) == ("y" * 8000, "/w==")
    assert changed[4]["_sdc_deleted_at"] is not None
    assert changed[4]["NOTE"] is None


def test_key_logging_alone_gives_whole_rows(make: Make) -> None:
    replica = make(logging="PRIMARY KEY")
    replica.database.execute(replica.user, "INSERT INTO t VALUES (1, 'one', DATE '2024-01-01')")
    replica.run()
    replica.database.execute(replica.user, "UPDATE t SET name = 'two'")
    (record,) = replica.run()
    assert (record["NAME"], record["BORN"]) == ("two", "2024-01-01T00:00:00+00:00")


def test_composite_keys(make: Make) -> None:
    replica = make("CREATE TABLE t (a VARCHAR2(9), id NUMBER, v CLOB, PRIMARY KEY (a, id))")
    replica.target.keys = ("A", "ID")
    replica.run()
    replica.database.execute(
        replica.user,
        "INSERT INTO t VALUES ('x', 1, 'one')",
        "INSERT INTO t VALUES ('y', 1, 'two')",
    )
    replica.database.execute(replica.user, "UPDATE t SET v = 'three', a = 'z' WHERE a = 'y'")
    replica.run()
    assert [(row["A"], row["V"]) for row in replica.target.table()] == [
        ("x", "one"),
        ("z", "three"),
    ]


def test_truncate_empties_the_target(make: Make) -> None:
    replica = make()
    replica.database.execute(replica.user, "INSERT INTO t VALUES (1, 'one', NULL)")
    replica.run()
    replica.database.execute(replica.user, "INSERT INTO t VALUES (2, 'two', NULL)")
    replica.database.execute(replica.user, "TRUNCATE TABLE t")
    replica.database.execute(replica.user, "INSERT INTO t VALUES (3, 'three', NULL)")
    replica.run(on_gap="snapshot")
    assert [row["ID"] for row in replica.target.table()] == [3]
    replica.database.execute(replica.user, "TRUNCATE TABLE t")
    replica.run(on_gap="snapshot")
    assert replica.target.table() == []


def test_a_changed_definition_stops_the_stream(make: Make) -> None:
    replica = make()
    replica.run()
    replica.database.execute(
        replica.user,
        "INSERT INTO t VALUES (1, 'one', NULL)",
        "ALTER TABLE t ADD (more NUMBER)",
        "INSERT INTO t VALUES (2, 'two', NULL, 3)",
    )
    with pytest.raises(GapError, match="cannot be read") as failure:
        replica.messages()
    assert replica.stream in str(failure.value)
    replica.run(on_gap="snapshot")
    assert [row["ID"] for row in replica.target.table()] == [1, 2]
    replica.database.execute(replica.user, "DELETE FROM t WHERE id = 1")
    replica.run()
    assert [row["ID"] for row in replica.target.table()] == [2]


def test_rows_that_no_longer_meet_a_condition_are_deleted(make: Make) -> None:
    replica = make()
    options = {replica.stream: {"where": "name LIKE 'in%'"}}
    database, user = replica.database, replica.user
    for number, name in enumerate(("in", "in", "out", "out")):
        database.execute(user, f"INSERT INTO t VALUES ({number}, '{name}', NULL)")
    assert sorted(record["ID"] for record in replica.run(stream_options=options)) == [0, 1]
    database.execute(
        user,
        "UPDATE t SET name = 'out' WHERE id = 1",
        "UPDATE t SET name = 'in again' WHERE id = 2",
        "DELETE FROM t WHERE id = 0",
    )
    changed = by_key(replica.run(stream_options=options))
    assert {key for key, row in changed.items() if row["_sdc_deleted_at"]} == {0, 1}
    assert [row["NAME"] for row in replica.target.table()] == ["in again"]


def test_computed_columns(make: Make) -> None:
    replica = make()
    options = {replica.stream: {"columns": {"SHOUTED": "UPPER(name)"}}}
    database, user = replica.database, replica.user
    database.execute(user, "INSERT INTO t VALUES (1, 'one', NULL)")
    assert [record["SHOUTED"] for record in replica.run(stream_options=options)] == ["ONE"]
    database.execute(user, "INSERT INTO t VALUES (2, 'two', NULL)", "DELETE FROM t WHERE id = 1")
    changed = by_key(replica.run(stream_options=options))
    assert changed[2]["SHOUTED"] == "TWO"
    assert changed[1]["_sdc_deleted_at"] is not None


def test_a_stream_without_keys_is_refused(make: Make) -> None:
    replica = make("CREATE TABLE t (id NUMBER)")
    with pytest.raises(ConfigurationError, match="no key"):
        replica.messages()


def test_both_methods_give_the_same_records(logging_database: OracleDatabase) -> None:
    grants = (*BASE, *LOGMINER_GRANTS)
    user = logging_database.create_user("LOG", grants=grants)
    logging_database.execute(
        user,
        TYPES,
        "ALTER TABLE t ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS",
        *(f"INSERT INTO t VALUES ({number}, {ROW})" for number in (1, 2, 3)),
    )
    replicas = [Replica(logging_database, user, method) for method in ("logminer", "flashback")]
    for replica in replicas:
        replica.run()
    logging_database.execute(
        user,
        f"INSERT INTO t VALUES (4, {ROW})",
        "UPDATE t SET name = NULL, amount = -1.5E-20 WHERE id = 1",
        "DELETE FROM t WHERE id = 2",
        "UPDATE t SET id = 33 WHERE id = 3",
    )
    mined, versions = (by_key(replica.run()) for replica in replicas)
    for record in (*mined.values(), *versions.values()):
        if record["_sdc_deleted_at"] is not None:  # known to about three seconds
            record["_sdc_deleted_at"] = "some time"
    assert mined == versions
    assert mined.keys() == {1, 2, 3, 4, 33}
    logging_database.drop_user(user)


TYPES = """CREATE TABLE t (id NUMBER(9) PRIMARY KEY, name VARCHAR2(40), fixed CHAR(5),
  national NVARCHAR2(20), amount NUMBER, price NUMBER(12,2), ratio FLOAT, single BINARY_FLOAT,
  twice BINARY_DOUBLE, born DATE, at TIMESTAMP(3), precise TIMESTAMP(9),
  zoned TIMESTAMP(9) WITH TIME ZONE, local_time TIMESTAMP(6) WITH LOCAL TIME ZONE,
  span INTERVAL DAY(3) TO SECOND(6), months INTERVAL YEAR(3) TO MONTH, data RAW(20))"""
ROW = """'it''s; (x), "y"', 'fix', N'é\\𝄞', 12345678901234567890123456789.5, 12.50, 0.125, 1.1f,
  0.1d, TO_DATE('2020-02-29 23:59:58', 'YYYY-MM-DD HH24:MI:SS'),
  TIMESTAMP '1999-12-31 23:59:59.123', TIMESTAMP '1999-12-31 23:59:59.123456789',
  TIMESTAMP '2024-05-06 07:08:09.000000001 -11:30', TIMESTAMP '2024-05-06 07:08:09.123456',
  INTERVAL '-123 4:05:06.789' DAY(3) TO SECOND, INTERVAL '-100-11' YEAR(3) TO MONTH,
  HEXTORAW('00FF10')"""


def test_another_process_reads_from_the_bookmark(make: Make) -> None:
    replica = make()
    replica.database.execute(replica.user, "INSERT INTO t VALUES (1, 'one', NULL)")
    replica.run(parallelism=2)
    replica.database.execute(replica.user, "INSERT INTO t VALUES (2, 'two', NULL)")
    assert [record["ID"] for record in replica.run(parallelism=2)] == [2]
    assert replica.run(parallelism=2) == []


def test_the_bookmark_of_an_older_tap_goes_on(make: Make) -> None:
    """It says an SCN and nothing of open transactions: flashback first, then either method."""
    replica = make()
    replica.database.execute(replica.user, "INSERT INTO t VALUES (1, 'one', NULL)")
    replica.run()
    older = {"scn": replica.bookmark["scn"], "version": 1_700_000_000_000, "ORA_ROWSCN": None}
    bookmarks = replica.target.state["bookmarks"]
    bookmarks[replica.stream] = {**older, "last_replication_method": "LOG_BASED"}
    for statement in ("INSERT INTO t VALUES (2, 'two', NULL)", "DELETE FROM t WHERE id = 1"):
        replica.database.execute(replica.user, statement)
        assert len(replica.run()) == 1
        assert replica.target.table() == replica.source()
    assert replica.bookmark["log_based_method"] == replica.method


def test_the_real_target_equals_the_source(
    make: Make, target: Plugin, fresh_schema: str, tap: Plugin
) -> None:
    replica = make()
    user, database = replica.user, replica.database
    settings = {"default_target_schema": fresh_schema, "hard_delete": True}
    loading = database.config(fresh_schema, **settings)
    state: dict[str, Any] = {}
    for statements in (
        [
            "INSERT INTO t VALUES (1, 'one', DATE '2024-01-31')",
            "INSERT INTO t VALUES (2, 'b', NULL)",
        ],
        ["UPDATE t SET id = 3 WHERE id = 1", "UPDATE t SET name = 'c' WHERE id = 2"],
        ["DELETE FROM t WHERE id = 2", "INSERT INTO t VALUES (2, 'again', NULL)"],
        ["DELETE FROM t WHERE id = 3"],
    ):
        database.execute(user, *statements)
        read = tap.run(replica.config(), catalog=replica.catalog, state=state)
        assert read.code == 0, read.stderr
        loaded = target.run(loading, stdin=read.stdout)
        assert loaded.code == 0, loaded.stderr
        state = loaded.states()[-1]
        query = "SELECT id, name, born FROM t ORDER BY id"
        assert database.rows(fresh_schema, query) == database.rows(user, query)
