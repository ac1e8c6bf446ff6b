"""One moment for a run: by AS OF SCN, by a read-only transaction, and after undo has gone."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import oracledb
import pytest

from tap_oracle import fetching
from tap_oracle.snapshot import SCN_SOURCES, current_scn
from tap_oracle.streams import base
from tap_oracle.tap import TapOracle
from tests.fix_plugins import select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.testing import OracleDatabase


pytestmark = pytest.mark.oracle


class Written:
    """The messages of a tap that runs in this process, and what happens after the first rows."""

    def __init__(self, tap: TapOracle) -> None:
        self.lines: list[bytes] = []
        self.between: list[Any] = []
        tap.message_writer.write_lines = self.write  # type: ignore[method-assign]

    def write(self, lines: bytes) -> None:
        self.lines.append(lines)
        if b'"RECORD"' in lines and self.between:
            self.between.pop(0)()

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in b"".join(self.lines).splitlines()]

    def records(self, stream: str) -> list[dict[str, Any]]:
        return [
            message["record"]
            for message in self.messages()
            if message["type"] == "RECORD" and message["stream"] == stream
        ]

    def last_state(self) -> dict[str, Any]:
        states = [message for message in self.messages() if message["type"] == "STATE"]
        value: dict[str, Any] = states[-1]["value"]
        return value


def run_of(state: dict[str, Any]) -> dict[str, Any]:
    (run,) = state["job_history"]["runs"].values()
    return dict(run)


@pytest.fixture
def tables(oracle_database: OracleDatabase, fresh_schema: str) -> Iterator[oracledb.Connection]:
    """Two tables that a transfer between them keeps equal in sum."""
    with closing(oracle_database.connect(fresh_schema)) as connection:
        cursor = connection.cursor()
        for name in ("A", "B"):
            cursor.execute(f"CREATE TABLE {name} (id NUMBER(9) PRIMARY KEY, amount NUMBER(9))")
            cursor.executemany(
                f"INSERT INTO {name} VALUES (:1, 10)", [(number,) for number in range(50)]
            )
        connection.commit()
        yield connection


def transfer(connection: oracledb.Connection) -> None:
    connection.cursor().execute("UPDATE a SET amount = amount - 5")
    connection.cursor().execute("UPDATE b SET amount = amount + 5")
    connection.commit()


def read_during_a_transfer(
    config: dict[str, Any], owner: str, connection: oracledb.Connection
) -> tuple[int, dict[str, Any]]:
    """Return the sum over both tables when all of it moves after the first rows of A."""
    tap = TapOracle(config={**config, "array_size_rows": 10}, catalog=selected(config))
    written = Written(tap)
    written.between = [lambda: transfer(connection)]
    with closing(tap):
        tap.run_pipeline()
    rows = [*written.records(f"{owner}-A"), *written.records(f"{owner}-B")]
    assert len(rows) == 100
    return sum(row["AMOUNT"] for row in rows), written.last_state()


def selected(config: dict[str, Any]) -> dict[str, Any]:
    tap = TapOracle(config=config, setup_mapper=False)
    with closing(tap):
        return select(tap.catalog_dict, lambda _: "")


def test_own_tables_are_read_as_of_one_scn(
    oracle_database: OracleDatabase, fresh_schema: str, tables: oracledb.Connection
) -> None:
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
    total, state = read_during_a_transfer(config, fresh_schema, tables)

    assert total == 1_000
    scns = {bookmark["scn"] for bookmark in state["bookmarks"].values()}
    assert scns == {stream["scn"] for stream in run_of(state)["streams"].values()}
    (scn,) = scns
    (sums,) = oracle_database.rows(
        fresh_schema,
        f"SELECT (SELECT SUM(amount) FROM a AS OF SCN {scn}) FROM dual",
    )
    assert sums == (500,)


@pytest.mark.parametrize(("snapshot", "total"), [("stream", 1_250), ("none", 1_250)])
def test_without_a_snapshot_of_the_run_tables_differ(
    oracle_database: OracleDatabase,
    fresh_schema: str,
    tables: oracledb.Connection,
    snapshot: str,
    total: int,
) -> None:
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema, snapshot=snapshot)
    assert read_during_a_transfer(config, fresh_schema, tables)[0] == total


@pytest.mark.parametrize(
    "grants", [["SELECT"], ["SELECT", "FLASHBACK"]], ids=["read-only", "as-of"]
)
@pytest.mark.parametrize("snapshot", ["run", "stream"])
def test_tables_of_others(
    oracle_database: OracleDatabase,
    fresh_schema: str,
    other_schema: str,
    tables: oracledb.Connection,
    grants: list[str],
    snapshot: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    for name in ("A", "B"):
        for grant in grants:
            tables.cursor().execute(f'GRANT {grant} ON {name} TO "{other_schema}"')
    config = oracle_database.config(other_schema, filter_schemas=fresh_schema, snapshot=snapshot)
    total, state = read_during_a_transfer(config, fresh_schema, tables)

    assert total == (1_000 if snapshot == "run" else 1_250)
    assert all(bookmark["scn"] for bookmark in state["bookmarks"].values())
    assert ("as of SCN" in caplog.text) is ("FLASHBACK" in grants)
    assert ("in one read-only transaction" in caplog.text) is ("FLASHBACK" not in grants)


def test_where_the_scn_comes_from(
    oracle_database: OracleDatabase, fresh_schema: str, other_schema: str
) -> None:
    oracle_database.administer(f'GRANT SELECT ON v_$database TO "{fresh_schema}"')
    sources = []
    for user in (fresh_schema, other_schema):
        with closing(oracle_database.connect(user)) as connection:
            reading = current_scn(connection)
            assert reading is not None
            sources.append(reading[1])

    assert sources == ["V$DATABASE", "DBMS_FLASHBACK"]
    # Without EXECUTE on the package, which the stand-in grants to all.
    with closing(oracle_database.connect(other_schema)) as connection:
        ((scn,),) = connection.cursor().execute(SCN_SOURCES[-1][1])
        assert scn > 0


def fail_once(monkeypatch: pytest.MonkeyPatch, code: str, after: int) -> list[int]:
    """Let the reading of A end with an error after some rows, once."""
    fetch_rows = fetching.fetch_rows
    failures: list[int] = []

    def failing(session: Any, statement: Any, *arguments: Any, **options: Any) -> Iterator[Any]:
        seen = 0
        for rows in fetch_rows(session, statement, *arguments, **options):
            if '"A"' in statement.sql and seen >= after and not failures:
                failures.append(seen)
                message = f"{code}: what Oracle says"
                raise oracledb.DatabaseError(message)
            seen += len(rows)
            yield rows

    monkeypatch.setattr(base, "fetch_rows", failing)
    return failures


@pytest.mark.parametrize("code", ["ORA-01555", "ORA-01466"])
def test_a_part_whose_past_has_gone_is_read_again_at_a_newer_scn(
    oracle_database: OracleDatabase,
    fresh_schema: str,
    tables: oracledb.Connection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    code: str,
) -> None:
    failures = fail_once(monkeypatch, code, after=20)
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
    tap = TapOracle(config={**config, "array_size_rows": 10}, catalog=selected(config))
    written = Written(tap)
    written.between = [lambda: transfer(tables)]
    with closing(tap):
        tap.run_pipeline()

    assert failures == [20]
    newest = {row["ID"]: row["AMOUNT"] for row in written.records(f"{fresh_schema}-A")}
    assert newest == dict.fromkeys(range(50), 5)
    warnings = [entry.getMessage() for entry in caplog.records if entry.levelname == "WARNING"]
    assert len([text for text in warnings if "is read again at SCN" in text]) == 1
    rereads = run_of(written.last_state())["rereads"]
    assert rereads[f"{fresh_schema}-A"]["code"] == code
    assert rereads[f"{fresh_schema}-A"]["times"] == 1


def test_rows_without_a_key_are_not_doubled(
    oracle_database: OracleDatabase,
    fresh_schema: str,
    tables: oracledb.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables.cursor().execute("ALTER TABLE a DROP PRIMARY KEY")
    fail_once(monkeypatch, "ORA-01555", after=20)
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
    oracle = TapOracle(config={**config, "array_size_rows": 10}, catalog=selected(config))
    written = Written(oracle)
    with closing(oracle), pytest.raises(Exception, match="the stream has no key") as caught:
        oracle.run_pipeline()

    assert "ORA-01555" in str(caught.value)
    assert len(written.records(f"{fresh_schema}-A")) == 20


def test_a_table_younger_than_the_scn_is_read_as_it_is(
    oracle_database: OracleDatabase,
    fresh_schema: str,
    tables: oracledb.Connection,
) -> None:
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
    catalog = selected(config)
    tap = TapOracle(config=config, catalog=catalog)
    written = Written(tap)

    def make_again() -> None:
        tables.cursor().execute("DROP TABLE b PURGE")
        tables.cursor().execute("CREATE TABLE b (id NUMBER(9) PRIMARY KEY, amount NUMBER(9))")
        tables.cursor().execute("INSERT INTO b VALUES (7, 7)")
        tables.commit()

    written.between = [make_again]
    with closing(tap):
        tap.run_pipeline()

    assert written.records(f"{fresh_schema}-B") == [{"ID": 7, "AMOUNT": 7}]


@pytest.mark.parametrize("parallelism", [1, 2])
def test_the_session_shows_stream_and_run(
    oracle_database: OracleDatabase,
    fresh_schema: str,
    tables: oracledb.Connection,
    parallelism: int,
) -> None:
    """Those of workers too."""
    assert tables.is_healthy()
    given = {"array_size_rows": 10, "parallelism": parallelism}
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema, **given)
    tap = TapOracle(config=config, catalog=selected(config))
    written = Written(tap)
    seen: list[tuple[Any, ...]] = []

    def look() -> None:
        with closing(oracle_database.connect()) as administrator:
            query = (
                "SELECT module, action, client_identifier FROM v$session"
                " WHERE username = :name AND module = 'tap-oracle'"
            )
            seen.extend(administrator.cursor().execute(query, name=fresh_schema))

    written.between = [look]
    with closing(tap):
        tap.run_pipeline()

    (run_id,) = written.last_state()["job_history"]["runs"]
    assert f"{fresh_schema}-A"[:16] in {action for _, action, _ in seen}
    assert {(module, run) for module, _, run in seen} == {("tap-oracle", run_id)}
    assert len(seen) >= parallelism
