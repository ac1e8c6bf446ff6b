"""One pass over the redo for several streams: the same records, and no stream ends another."""

from __future__ import annotations

import logging
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import pytest

from tap_oracle.changes import GapError
from tap_oracle.logminer.log_files import MissingLog
from tap_oracle.logminer.session import MiningSession, MissingLogError
from tap_oracle.pipeline import StreamsFailedError
from tap_oracle.tap import TapOracle
from tests.fix_plugins import select
from tests.oracle.log_steps import BASE, LOGMINER_GRANTS, Lines, ModelTarget, Replica

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.oracle

TABLES = ("T", "U", "V")


class Replicas(Replica):
    """Three tables of a user, each with the model that it feeds."""

    def __init__(self, database: OracleDatabase, user: str) -> None:
        self.targets = {f"{user}-{name}": ModelTarget() for name in TABLES}
        super().__init__(database, user, "logminer")

    def _catalog(self) -> dict[str, Any]:
        with closing(TapOracle(config=self.config())) as tap:
            streams = [dict(stream) for stream in tap.catalog_dict["streams"]]
        catalog = select({"streams": streams}, lambda _: "")
        for stream in catalog["streams"]:
            for element in stream["metadata"]:
                if not element["breadcrumb"]:
                    element["metadata"]["replication-method"] = "LOG_BASED"
        return catalog

    def load_all(self, messages: list[dict[str, Any]]) -> None:
        self.target.load(message for message in messages if message["type"] == "STATE")
        for name, target in self.targets.items():
            target.load(message for message in messages if message.get("stream") == name)

    def killed_after(self, lines: int) -> list[dict[str, Any]]:
        """Return the messages of a run that is killed when it has written some lines."""
        written = Lines(lines)
        with closing(self._tap(written, array_size_rows=1)) as tap, suppress(BrokenPipeError):
            tap.run_pipeline()
        return written.messages

    def table(self, name: str) -> list[Any]:
        rows = self.targets[f"{self.user}-{name}"].table()
        return [(row["ID"], row["NAME"]) for row in rows]

    def scns(self) -> set[int]:
        return {bookmark["scn"] for bookmark in self.target.state["bookmarks"].values()}


@pytest.fixture
def replicas(oracle_database: OracleDatabase) -> Iterator[Replicas]:
    oracle_database.administer("ALTER DATABASE ADD SUPPLEMENTAL LOG DATA")
    user = oracle_database.create_user("LOG", grants=(*BASE, *LOGMINER_GRANTS))
    for name in TABLES:
        oracle_database.execute(
            user,
            f"CREATE TABLE {name} (id NUMBER(9) PRIMARY KEY, name VARCHAR2(40), note CLOB)",
            f"ALTER TABLE {name} ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS",
            f"INSERT INTO {name} VALUES (1, 'one', 'long')",
        )
    replicas = Replicas(oracle_database, user)
    replicas.load_all(replicas.messages())
    yield replicas
    oracle_database.drop_user(user)
    oracle_database.administer("ALTER DATABASE DROP SUPPLEMENTAL LOG DATA")


@pytest.fixture
def ranges(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the numbers of tables for which redo was mined."""
    mined: list[int] = []
    mine = MiningSession.mine

    def counted(self: MiningSession, tables: Any, first_scn: int, last_scn: int) -> Any:
        mined.append(len(tables))
        return mine(self, tables, first_scn, last_scn)

    monkeypatch.setattr(MiningSession, "mine", counted)
    return mined


def change(replicas: Replicas) -> None:
    """Change two tables in one transaction, a third one in others."""
    replicas.database.execute(
        replicas.user,
        "INSERT INTO t VALUES (2, 'two', 'x')",
        "UPDATE u SET name = 'changed', id = 3",
        "SAVEPOINT s",
        "DELETE FROM v",
        "ROLLBACK TO s",
        "DELETE FROM t WHERE id = 1",
    )
    replicas.database.execute(replicas.user, "INSERT INTO v VALUES (9, 'nine', NULL)")


@pytest.mark.parametrize("parallelism", [1, 2])
def test_the_redo_is_read_once(replicas: Replicas, ranges: list[int], parallelism: int) -> None:
    change(replicas)
    with (
        closing(replicas.database.connect(replicas.user)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("INSERT INTO u VALUES (50, 'open', NULL)")
        replicas.load_all(replicas.messages(parallelism=parallelism))
        assert set(ranges) == {3}
        assert replicas.table("T") == [(2, "two")]
        assert replicas.table("U") == [(3, "changed")]
        assert replicas.table("V") == [(1, "one"), (9, "nine")]
        assert len(replicas.scns()) == 1
        connection.commit()
    messages = replicas.messages(parallelism=parallelism)
    replicas.load_all(messages)
    assert replicas.table("U") == [(3, "changed"), (50, "open")]
    assert sum(message["type"] == "RECORD" for message in messages) == 1
    schemas = [message["stream"] for message in messages if message["type"] == "SCHEMA"]
    assert sorted(schemas) == sorted(replicas.targets)


@pytest.mark.parametrize("lines", [2, 5, 7, 9])
def test_a_killed_pass_delivers_the_rest_again(replicas: Replicas, lines: int) -> None:
    change(replicas)
    replicas.load_all(replicas.killed_after(lines))
    replicas.database.execute(replicas.user, "UPDATE t SET name = 'again'", "DELETE FROM u")
    replicas.load_all(replicas.messages())
    assert replicas.table("T") == [(2, "again")]
    assert replicas.table("U") == []
    assert replicas.table("V") == [(1, "one"), (9, "nine")]


def test_a_stream_with_a_gap_leaves_the_others_in_the_pass(
    replicas: Replicas, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    before = replicas.target.state["bookmarks"][f"{replicas.user}-U"]
    change(replicas)
    replicas.database.execute(
        replicas.user, "ALTER TABLE u ADD (more NUMBER)", "INSERT INTO u VALUES (7, 'x', NULL, 1)"
    )
    with pytest.raises(GapError, match="-U': the changes from SCN"):
        replicas.messages()
    with pytest.raises(StreamsFailedError, match="1 stream"):
        replicas.messages(on_stream_error="continue")

    messages = replicas.messages(on_gap="snapshot")
    replicas.load_all(messages)
    assert f"Stream '{replicas.user}-U' leaves the pass" in caplog.text
    assert replicas.table("T") == [(2, "two")]
    assert replicas.table("U") == [(3, "changed"), (7, "x")]
    assert replicas.target.state["bookmarks"][f"{replicas.user}-U"]["scn"] > before["scn"]


def test_redo_that_is_gone_for_one_stream_ends_that_stream_alone(
    replicas: Replicas, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    old = replicas.target.state["bookmarks"][f"{replicas.user}-V"]
    old |= {"scn": 1, "log_restart_scn": 1}
    change(replicas)
    mine = MiningSession.mine

    def mined(self: MiningSession, tables: Any, first_scn: int, last_scn: int) -> Any:
        if first_scn == 1:
            raise MissingLogError(MissingLog(thread=1, sequence=4, first_scn=1, last_scn=2))
        return mine(self, tables, first_scn, last_scn)

    monkeypatch.setattr(MiningSession, "mine", mined)
    replicas.load_all(replicas.messages(on_gap="snapshot"))
    assert "each is read alone" in caplog.text
    assert replicas.table("T") == [(2, "two")]
    assert replicas.table("V") == [(1, "one"), (9, "nine")]
