"""Where redo is mined, and which files are named there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import oracledb
import pytest

from oracle_core.identifiers import TableName
from tap_oracle.logminer.connections import mining_settings
from tap_oracle.logminer.session import (
    MinedTable,
    MiningSession,
    MissingLogError,
    Place,
    container_of,
    mined_table,
    refuses_to_mine,
)
from tests.unit.tap_oracle.logs.rows import commit, row, start

if TYPE_CHECKING:
    from tap_oracle.logminer.contents import LogRow

CONFIG = {"host": "db", "service_name": "PDB1", "user": "TAP", "password": "p", "dsn": None}


def test_without_a_common_user_the_settings_stay() -> None:
    assert mining_settings(CONFIG) == CONFIG


def test_a_common_user_mines_in_the_root() -> None:
    common = {"common_user": "C##TAP", "common_password": "q", "common_service_name": "CDB"}
    settings = mining_settings({**CONFIG, "proxy_user": "X", **common})
    assert (settings["user"], settings["password"], settings["service_name"]) == (
        *("C##TAP", "q", "CDB"),
    )
    assert not {"dsn", "proxy_user"} & settings.keys()


@pytest.mark.parametrize(
    "own", ["password_file", "access_token", "access_token_file", "access_token_private_key"]
)
def test_a_common_user_has_credentials_of_its_own(own: str) -> None:
    """A token would take precedence, and the file's password lock the account."""
    settings = mining_settings({**CONFIG, own: "x", "proxy_user": "X", "common_user": "C##TAP"})
    assert settings["user"] == "C##TAP"
    assert not settings["password"]
    assert not {own, "proxy_user"} & settings.keys()
    assert settings["service_name"] == "PDB1"


class FakeCursor:
    """Answers by a part of the statement, and keeps what was run."""

    def __init__(self, answers: dict[str, list[Any]], sent: list[tuple[str, Any]]) -> None:
        self._answers, self._sent = answers, sent
        self._rows: list[Any] = []
        self.arraysize = self.prefetchrows = 1

    def execute(self, sql: str, binds: Any = None) -> FakeCursor:
        self._sent.append((" ".join(sql.split()), binds))
        found = [rows for part, rows in self._answers.items() if part in sql]
        self._rows = list(found[0]) if found else []
        return self

    def fetchall(self) -> list[Any]:
        return self._rows

    def fetchmany(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    def close(self) -> None:
        pass


class FakeConnection:
    def __init__(self, **answers: list[Any]) -> None:
        names = {
            "container": "CON_ID",
            "archived": "v$archived_log",
            "online": "v$log l",
            "threads": "v$thread",
            "contents": "v$logmnr_contents",
            "objects": "all_objects",
        }
        self._answers = {names[name]: rows for name, rows in answers.items()}
        self.sent: list[tuple[str, Any]] = []

    def cursor(self) -> FakeCursor:
        return FakeCursor(self._answers, self.sent)


def session(**answers: list[Any]) -> tuple[MiningSession, FakeConnection]:
    connection = FakeConnection(**answers)
    return MiningSession(cast("Any", connection)), connection


TABLE = MinedTable(TableName.of("HR", "T"), frozenset({7}), "PDB1")
FILES: dict[str, list[Any]] = {
    "archived": [("/arch1", 1, 1, 10, 20)],
    "online": [("/redo1", 1, 1, 10, 20), ("/redo2", 1, 2, 20, None)],
    "threads": [(1, "OPEN", 0, 24)],
}


@pytest.mark.parametrize(
    ("number", "place"),
    [
        ("0", Place.WHOLE_DATABASE),
        ("1", Place.ROOT),
        ("3", Place.PLUGGABLE),
        (None, Place.WHOLE_DATABASE),
    ],
)
def test_places(number: str | None, place: Place) -> None:
    connection = FakeConnection(container=[(number, "X")])
    assert container_of(cast("Any", connection)) == (place, "X")


def test_the_root_is_told_each_file_once_and_the_container() -> None:
    rows = [start(11), row(1, 12, sql_redo="x"), commit(13)]
    mining, connection = session(container=[("1", "CDB$ROOT")], contents=rows, **FILES)
    assert list(mining.mine([TABLE], 12, 25)) == rows
    added = [binds["name"] for sql, binds in connection.sent if "ADD_LOGFILE" in sql]
    assert added == ["/arch1", "/redo2"]
    options = [sql.split("options => ")[1][:20] for sql, _ in connection.sent if "ADD_LOG" in sql]
    assert options == ["DBMS_LOGMNR.NEW); EN", "DBMS_LOGMNR.ADDFILE)"]
    (query,) = [sql for sql, _ in connection.sent if "v$logmnr_contents" in sql]
    assert query.endswith("AND src_con_name = :container")
    assert connection.sent[-1][0] == "BEGIN DBMS_LOGMNR.END_LOGMNR; END;"


def test_a_pluggable_database_finds_its_files_itself() -> None:
    mining, connection = session(container=[("3", "PDB1")], contents=[])
    table = MinedTable(TABLE.name, TABLE.objects)
    assert list(mining.mine([table], 12, 25)) == []
    assert not [sql for sql, _ in connection.sent if "ADD_LOGFILE" in sql or "v$log " in sql]
    assert not [sql for sql, _ in connection.sent if "src_con_name" in sql]


def test_nothing_is_mined_past_a_missing_file() -> None:
    mining, connection = session(container=[("1", "CDB$ROOT")], **{**FILES, "online": []})
    with pytest.raises(MissingLogError, match="sequence 2 of thread 1"):
        list(mining.mine([TABLE], 12, 25))
    assert not [sql for sql, _ in connection.sent if "START_LOGMNR" in sql]


def test_a_log_that_is_archived_meanwhile_is_not_missing() -> None:
    """Between two questions a log may leave V$LOG; archived by then, it is in the second answer."""
    mining, connection = session(container=[("1", "CDB$ROOT")], contents=[], **FILES)
    list(mining.mine([TABLE], 12, 25))
    views = [sql.split(" FROM ")[1].split()[0] for sql, _ in connection.sent if "thread#" in sql]
    assert views == ["v$log", "v$archived_log", "v$thread"]


def test_every_thread_of_a_cluster_is_mined() -> None:
    """An open thread and a closed one, the logs of both are named; binds bound the range."""
    files: dict[str, list[Any]] = {
        "archived": [("/arch1", 1, 1, 10, 20), ("/arch2", 2, 5, 8, 22)],
        "online": [("/redo2", 1, 2, 20, None)],
        "threads": [(1, "OPEN", 0, 24), (2, "CLOSED", 0, 21)],
    }
    mining, connection = session(container=[("0", "ORCL")], contents=[], **files)
    list(mining.mine([TABLE], 12, 25))
    added = [binds["name"] for sql, binds in connection.sent if "ADD_LOGFILE" in sql]
    assert added == ["/arch1", "/redo2", "/arch2"]
    asked = {
        sql.split(" FROM ")[1].split()[0]: binds for sql, binds in connection.sent if "#" in sql
    }
    assert asked["v$archived_log"] == asked["v$log"] == {"first_scn": 12, "last_scn": 25}
    assert asked["v$thread"] == {"last_scn": 25}


def test_a_purged_log_of_a_closed_thread_is_missing() -> None:
    files = {**FILES, "threads": [(1, "OPEN", 0, 24), (2, "CLOSED", 0, 21)]}
    mining, _ = session(container=[("0", "ORCL")], **files)
    with pytest.raises(MissingLogError, match="no redo log of thread 2"):
        list(mining.mine([TABLE], 12, 25))


def test_rows_that_the_dictionary_cannot_name_are_known_by_their_object() -> None:
    unknown: dict[str, Any] = {"owner": "UNKNOWN", "table": "OBJ# 7"}
    rows: list[LogRow] = [row(1, 12, **unknown), row(1, 12, **unknown, data_object=8)]
    mining, _ = session(container=[("3", "PDB1")], contents=rows)
    assert list(mining.mine([TABLE], 12, 25)) == rows[:1]


def test_the_container_matters_in_the_root_only() -> None:
    root = FakeConnection(container=[("1", "CDB$ROOT")])
    inside = FakeConnection(container=[("3", "PDB1")], objects=[(7,), (9,)])
    found = mined_table(cast("Any", root), cast("Any", inside), TABLE.name)
    assert found == MinedTable(TABLE.name, frozenset({7, 9}), "PDB1")
    assert mined_table(cast("Any", inside), cast("Any", inside), TABLE.name).container is None


class RefusingCursor(FakeCursor):
    def execute(self, sql: str, binds: Any = None) -> FakeCursor:
        super().execute(sql, binds)
        raise oracledb.DatabaseError(self._sent[0][0])


class RefusingConnection(FakeConnection):
    """Refuses every call with an error."""

    def __init__(self, error: str) -> None:
        super().__init__()
        self.error = error

    def cursor(self) -> FakeCursor:
        return RefusingCursor({}, [(self.error, None)])


def test_up_to_19c_the_root_may_have_to_mine() -> None:
    assert refuses_to_mine(cast("Any", RefusingConnection("ORA-65040: not allowed")), 5)
    assert not refuses_to_mine(cast("Any", FakeConnection()), 5)
    with pytest.raises(oracledb.DatabaseError):
        refuses_to_mine(cast("Any", RefusingConnection("ORA-01291: missing log file")), 5)


def test_the_literals_masks_are_set_before_mining() -> None:
    _, connection = session(container=[("3", "PDB1")])
    assert connection.sent[0][0].startswith("ALTER SESSION SET TIME_ZONE='+00:00' NLS_DATE_FORMAT=")
