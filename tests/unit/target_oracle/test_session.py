"""The session: what the database refuses, in our words; races; transactions."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import oracledb
import pytest

from oracle_core.identifiers import Identifier, TableName
from oracle_core.server import Server
from oracle_core.termination import Terminated
from oracle_core.types import parse
from target_oracle.errors import LoadError
from target_oracle.ledger import LoadEntry, RowCounts
from target_oracle.session import ATTEMPTS, TargetSession
from target_oracle.table_spec import ColumnSpec, ExistingColumn, ExistingTable, TableSpec

if TYPE_CHECKING:
    from collections.abc import Callable

CONFIG = {"host": "h", "service_name": "s", "user": "LOADER", "password": "not-shown"}
TABLE = TableName.of("DWH", "T")
ID = Identifier("ID")
SPEC = TableSpec(TABLE, (ColumnSpec(ID, parse("NUMBER(9)"), nullable=False),), (ID,))
THERE = ExistingTable({ID: ExistingColumn(ID, parse("NUMBER(9)"), nullable=False)}, frozenset([ID]))


def refusal(code: str, text: str = "row content") -> oracledb.DatabaseError:
    details = SimpleNamespace(
        full_code=code,
        message=f"{code}: {text}",
        offset=0,
        isrecoverable=False,
        is_session_dead=False,
    )
    return oracledb.DatabaseError(details)


class FakeConnection:
    """Refuses what it is told to, and keeps what it did."""

    version = "19.3.0.0.0"

    def __init__(self, *refusals: oracledb.DatabaseError | None) -> None:
        self.refusals = list(refusals)
        self.log: list[str] = []

    def cursor(self) -> FakeConnection:
        return self

    def __enter__(self) -> FakeConnection:
        return self

    def __exit__(self, *error: object) -> None:
        self.log.append("closed")

    def execute(self, sql: str, *binds: Any) -> None:
        assert binds is not None
        self.log.append(sql.split(maxsplit=1)[0])
        error = self.refusals.pop(0) if self.refusals else None
        if error:
            raise error

    def commit(self) -> None:
        self.log.append("commit")

    def rollback(self) -> None:
        self.log.append("rollback")


@pytest.fixture
def session_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Any, FakeConnection]]:
    def make(
        *refusals: oracledb.DatabaseError | None, tables: tuple[ExistingTable | None, ...] = (None,)
    ) -> tuple[TargetSession, FakeConnection]:
        session = TargetSession(CONFIG)
        connection = FakeConnection(*refusals)
        session._connection = connection  # type: ignore[assignment]
        found = list(tables)
        server = Server(schema="LOADER")
        monkeypatch.setattr("target_oracle.session.read_server", lambda _: server)
        monkeypatch.setattr(
            "target_oracle.table_changes.read_table", lambda *_: found.pop(0) if found else None
        )
        monkeypatch.setattr("target_oracle.table_changes.TableSwap.repair", lambda *_: False)
        return session, connection

    return make


def test_releases_and_names(session_of: Callable[..., tuple[Any, FakeConnection]]) -> None:
    session, _ = session_of()
    assert session.server.release == (19, 3)
    assert session.server.name_bytes == 128
    assert session.own_schema == Identifier("LOADER")


def test_a_table_made_by_another_at_the_same_moment_is_taken(
    session_of: Callable[..., tuple[Any, FakeConnection]],
) -> None:
    session, connection = session_of(refusal("ORA-00955"), tables=(None, THERE))
    assert session.ensure_table(SPEC, stream="S", freeze=False).statements == ()
    assert connection.log.count("CREATE") == 1


def test_a_race_that_does_not_end_is_an_error(
    session_of: Callable[..., tuple[Any, FakeConnection]],
) -> None:
    session, _ = session_of(refusal("ORA-00955"), refusal("ORA-00955"), tables=(None, None))
    with pytest.raises(LoadError, match="ORA-00955"):
        session.ensure_table(SPEC, stream="S", freeze=False)


def test_a_missing_right_is_named(
    session_of: Callable[..., tuple[Any, FakeConnection]],
) -> None:
    session, _ = session_of(refusal("ORA-01031"))
    with pytest.raises(LoadError, match="GRANT CREATE ANY TABLE and ALTER ANY TABLE TO LOADER"):
        session.ensure_table(SPEC, stream="S", freeze=False)
    session, _ = session_of(refusal("ORA-01031"))
    with pytest.raises(LoadError, match=r'UPDATE, DELETE ON "DWH"\."T" TO LOADER'):
        session.load(LoadEntry("S", TABLE, 1, 0), executing("MERGE"))


def executing(sql: str) -> Callable[[Any], RowCounts]:
    def write(cursor: Any) -> RowCounts:
        cursor.execute(sql)
        return RowCounts(inserted=1)

    return write


def test_a_refused_batch_is_rolled_back_and_shows_no_row(
    session_of: Callable[..., tuple[Any, FakeConnection]],
) -> None:
    session, connection = session_of(refusal("ORA-00001", "unique constraint violated: SECRET"))
    with pytest.raises(LoadError) as caught:
        session.load(LoadEntry("S", TABLE, 1, 0), executing("INSERT"))
    assert connection.log == ["INSERT", "closed", "rollback"]
    text = str(caught.value)
    assert "ORA-00001" in text
    assert "stream 'S': load into DWH.T" in text
    assert "SECRET" not in text
    assert caught.value.__cause__ is None


def test_a_deadlock_is_tried_again_a_bounded_number_of_times(
    session_of: Callable[..., tuple[Any, FakeConnection]],
) -> None:
    session, connection = session_of(refusal("ORA-00060"))
    assert session.load(LoadEntry("S", TABLE, 1, 0), executing("MERGE")).inserted == 1
    assert connection.log == ["MERGE", "closed", "rollback", "MERGE", "closed", "commit"]
    session, connection = session_of(*[refusal("ORA-00060")] * 9)
    with pytest.raises(LoadError, match="ORA-00060"):
        session.load(LoadEntry("S", TABLE, 1, 0), executing("MERGE"))
    assert connection.log.count("MERGE") == ATTEMPTS


@pytest.mark.parametrize("forced", [False, True])
def test_a_call_that_was_broken_off_is_not_waited_for(
    session_of: Callable[..., tuple[Any, FakeConnection]], forced: bool
) -> None:
    def write(_: Any) -> RowCounts:
        raise Terminated(15, forced=forced)

    session, connection = session_of()
    with pytest.raises(Terminated):
        session.load(LoadEntry("S", TABLE, 1, 0), write)
    assert ("rollback" in connection.log) is not forced
    session.close()
    assert (session._connection is None) is not forced


@pytest.mark.parametrize("is_alive", [True, False])
def test_a_session_that_was_idle_is_asked_whether_it_lives(
    session_of: Callable[..., tuple[Any, FakeConnection]],
    monkeypatch: pytest.MonkeyPatch,
    is_alive: bool,
) -> None:
    session, connection = session_of()
    other = FakeConnection()
    asked: list[FakeConnection] = []

    def answer(asked_one: FakeConnection) -> bool:
        asked.append(asked_one)
        return is_alive

    monkeypatch.setattr("target_oracle.session.is_alive", answer)
    monkeypatch.setattr(session._source, "connection", lambda: other)
    now = 100.0
    monkeypatch.setattr(session, "_clock", lambda: now)
    session._used_at = now - 59
    session.load(LoadEntry("S", TABLE, 1, 0), executing("MERGE"))
    assert asked == []
    now += 60
    session.load(LoadEntry("S", TABLE, 2, 0), executing("MERGE"))
    assert asked == [connection]
    assert ("commit" in other.log) is not is_alive
