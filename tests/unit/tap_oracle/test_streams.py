"""Streams from rows to lines and bookmarks, over a session that answers from lists."""

from __future__ import annotations

import datetime as dt
import json
import signal
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import oracledb
import pytest

from oracle_core.errors import ConfigurationError
from tap_oracle.termination import Terminated
from tests.unit.tap_oracle.fake_database import FakeSession, FakeTap, catalog_of

if TYPE_CHECKING:
    from collections.abc import Callable

NAIVE = dt.datetime(2024, 2, 29, 13, 14, 15, 123456)  # noqa: DTZ001
TYPES = {"ID": "NUMBER(9)", "AMOUNT": "NUMBER", "AT": "TIMESTAMP(6)", "R": "RAW(9)", "T": "CLOB"}


def rows(count: int) -> list[tuple[Any, ...]]:
    return [
        (
            Decimal(number),
            Decimal(f"{number}.10"),
            NAIVE + dt.timedelta(seconds=number),
            bytes([number]),
            f"é {number}",
        )
        for number in range(count)
    ]


class Lines:
    """What a tap wrote to stdout."""

    def __init__(self, captured: Callable[[], Any]) -> None:
        self._captured = captured

    def __call__(self) -> list[dict[str, Any]]:
        return [json.loads(line, parse_float=Decimal) for line in self._captured().out.splitlines()]


@pytest.fixture
def lines(capsysbinary: pytest.CaptureFixture[bytes]) -> Lines:
    return Lines(capsysbinary.readouterr)


def kinds(messages: list[dict[str, Any]]) -> list[str]:
    return [message["type"] for message in messages]


def states(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message["value"] for message in messages if message["type"] == "STATE"]


def records(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message["record"] for message in messages if message["type"] == "RECORD"]


def test_a_full_table(lines: Lines) -> None:
    tap = FakeTap(FakeSession(rows(4)), catalog=catalog_of(TYPES))
    tap.run_pipeline()

    messages = lines()
    assert kinds(messages) == ["STATE", "SCHEMA", *["RECORD"] * 3, "STATE", "RECORD", "STATE"]
    assert records(messages)[1] == {
        "ID": 1,
        "AMOUNT": Decimal("1.10"),
        "AT": "2024-02-29T13:14:16.123456+00:00",
        "R": "AQ==",
        "T": "é 1",
    }
    assert tap.session.statements == [
        ('SELECT "ID", "AMOUNT", "AT", "R", "T" FROM "HR"."T"', {}, {})
    ]
    assert tap.session.closed_cursors == 1
    first, *_, last = states(messages)
    assert [run["status"] for run in first["job_history"]["runs"].values()] == ["RUNNING"]
    (run,) = last["job_history"]["runs"].values()
    assert run["status"] == "SUCCESS"
    assert run["streams"]["HR-T"]["rows"] == 4
    assert run["streams"]["HR-T"]["method"] == "FULL_TABLE"
    assert last["bookmarks"]["HR-T"] == {
        "bookmark_version": 1,
        "replication_method": "FULL_TABLE",
    }


def test_incremental_moves_its_bookmark_chunk_by_chunk(lines: Lines) -> None:
    tap = FakeTap(
        FakeSession(rows(7)),
        catalog=catalog_of(TYPES, **{"replication-key": "AMOUNT"}),
        state={
            "bookmarks": {"HR-T": {"replication_key": "AMOUNT", "replication_key_value": "0.5"}}
        },
    )
    tap.run_pipeline()

    ((sql, binds, input_types),) = tap.session.statements
    assert sql.endswith('WHERE "AMOUNT" >= :bookmark ORDER BY "AMOUNT" ASC')
    assert binds == {"bookmark": Decimal("0.5")}
    assert input_types == {"bookmark": oracledb.DB_TYPE_NUMBER}
    bookmarks = [state["bookmarks"]["HR-T"]["replication_key_value"] for state in states(lines())]
    assert bookmarks == ["0.5", "2.10", "5.10", "6.10", "6.10"]


def test_a_state_comes_after_the_rows_it_covers(lines: Lines) -> None:
    tap = FakeTap(FakeSession(rows(8)), catalog=catalog_of(TYPES, **{"replication-key": "ID"}))
    tap.run_pipeline()

    seen = -1
    for message in lines():
        if message["type"] == "RECORD":
            seen = message["record"]["ID"]
        elif message["type"] == "STATE" and message["value"]["bookmarks"].get("HR-T"):
            assert message["value"]["bookmarks"]["HR-T"]["replication_key_value"] == seen


def test_null_keys_do_not_move_the_bookmark(lines: Lines) -> None:
    session = FakeSession([(None, "a"), (None, "b"), (None, "c"), (Decimal(5), "d")])
    catalog = catalog_of({"K": "NUMBER(9)", "V": "VARCHAR2(9)"}, **{"replication-key": "K"})
    tap = FakeTap(session, catalog=catalog)
    tap.run_pipeline()

    assert session.statements[0][0].endswith('ORDER BY "K" ASC NULLS FIRST')
    values = [
        state["bookmarks"].get("HR-T", {}).get("replication_key_value") for state in states(lines())
    ]
    assert [value for value in values if value is not None] == [5, 5]


@pytest.mark.parametrize(
    ("sql_datatype", "bookmark", "expression", "bound"),
    [
        ("NUMBER(38)", 10**37, ":bookmark", 10**37),
        ("NUMBER", "0." + "1" * 40, ":bookmark", Decimal("0." + "1" * 40)),
        ("VARCHAR2(9)", "x' OR 1=1", ":bookmark", "x' OR 1=1"),
        ("DATE", "2024-02-29T13:14:15+00:00", ":bookmark", NAIVE.replace(microsecond=0)),
        (
            "TIMESTAMP(9)",
            "2024-02-29T13:14:15.123456789Z",
            "TO_TIMESTAMP(:bookmark, 'SYYYY-MM-DD\"T\"HH24:MI:SS.FF9')",
            "2024-02-29T13:14:15.123456789",
        ),
        (
            "TIMESTAMP(6) WITH TIME ZONE",
            "2024-02-29T13:14:15.5+05:30",
            "TO_TIMESTAMP_TZ(:bookmark, 'SYYYY-MM-DD\"T\"HH24:MI:SS.FF9TZH:TZM')",
            "2024-02-29T13:14:15.500000000+05:30",
        ),
    ],
)
def test_bookmarks_are_bound_with_the_type_of_their_column(
    sql_datatype: str, bookmark: object, expression: str, bound: object
) -> None:
    session = FakeSession([])
    tap = FakeTap(
        session,
        catalog=catalog_of({"K": sql_datatype}, **{"replication-key": "K"}),
        state={"bookmarks": {"HR-T": {"replication_key": "K", "replication_key_value": bookmark}}},
    )
    tap.run_pipeline()

    ((sql, binds, _),) = session.statements
    assert f'WHERE "K" >= {expression} ORDER' in sql
    assert binds["bookmark"] == bound


def test_a_bookmark_of_another_key_does_not_count() -> None:
    session = FakeSession([])
    tap = FakeTap(
        session,
        catalog=catalog_of({"K": "NUMBER"}, **{"replication-key": "K"}),
        state={"bookmarks": {"HR-T": {"replication_key": "OLD", "replication_key_value": 7}}},
    )
    tap.run_pipeline()

    assert "WHERE" not in session.statements[0][0]


def test_start_date_and_lookback() -> None:
    def bound(**arguments: Any) -> Any:
        session = FakeSession([])
        catalog = catalog_of({"K": "DATE"}, **{"replication-key": "K"})
        FakeTap(session, catalog=catalog, **arguments).run_pipeline()
        return session.statements[0][1]["bookmark"].isoformat()

    state = {
        "bookmarks": {
            "HR-T": {"replication_key": "K", "replication_key_value": "2024-03-01T00:00:30+00:00"}
        }
    }
    early, late = {"start_date": "2020-01-01T00:00:00Z"}, {"start_date": "2030-01-01"}
    assert bound(config=early) == "2020-01-01T00:00:00"
    assert bound(config=early, state=state) == "2024-03-01T00:00:30"
    assert bound(config=late, state=state) == "2030-01-01T00:00:00"
    assert bound(config={"lookback_seconds": 60}, state=state) == "2024-02-29T23:59:30"


def test_with_lookback_the_bookmark_never_moves_back(lines: Lines) -> None:
    session = FakeSession([(NAIVE,)] * 4)
    known = {"replication_key": "K", "replication_key_value": "2024-03-01T00:00:30+00:00"}
    tap = FakeTap(
        session,
        catalog=catalog_of({"K": "TIMESTAMP(6)"}, **{"replication-key": "K"}),
        state={"bookmarks": {"HR-T": known}},
        config={"lookback_seconds": 10**6},
    )
    tap.run_pipeline()

    assert {state["bookmarks"]["HR-T"]["replication_key_value"] for state in states(lines())} == {
        "2024-03-01T00:00:30+00:00"
    }


def test_other_keys_of_the_state_come_along_and_nothing_in_it_is_fractional(lines: Lines) -> None:
    state = {
        "bookmarks": {"HR-T": {"ORA_ROWSCN": 5, "old": Decimal("1.5")}, "HR-GONE": {"a": 1}},
        "others": {"deep": [Decimal("0.25"), None, True]},
    }
    FakeTap(FakeSession(rows(1)), catalog=catalog_of(TYPES), state=state).run_pipeline()

    last = states(lines())[-1]
    assert last["others"] == {"deep": ["0.25", None, True]}
    assert last["bookmarks"]["HR-GONE"] == {"a": 1}
    assert last["bookmarks"]["HR-T"]["ORA_ROWSCN"] == 5
    assert last["bookmarks"]["HR-T"]["old"] == "1.5"
    assert state["others"]["deep"][0] == Decimal("0.25")  # type: ignore[index]


def both_paths(
    lines: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, **arguments: Any
) -> tuple[bytes, bytes]:
    """Return the RECORD lines of the bulk path and of the path record by record."""
    outputs = []
    for reason in (None, "a test says so"):
        tap = FakeTap(FakeSession(rows(7)), **arguments)
        (stream,) = tap.oracle_streams
        monkeypatch.setattr(stream, "_why_record_by_record", lambda reason=reason: reason)
        moment = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
        monkeypatch.setattr("tap_oracle.streams.base.dt", FixedClock(moment))
        tap.run_pipeline()
        monkeypatch.undo()
        outputs.append(
            b"".join(line for line in lines().out.splitlines(True) if b'"type":"RECORD"' in line)
        )
    return outputs[0], outputs[1]


class FixedClock:
    """The datetime module with a clock that stands still."""

    UTC = dt.UTC

    def __init__(self, moment: dt.datetime) -> None:
        self.datetime = self
        self._moment = moment

    def now(self, zone: dt.tzinfo) -> dt.datetime:
        return self._moment.astimezone(zone)


@pytest.mark.parametrize(
    "config", [{}, {"use_singer_decimal": True}, {"emit_activate_version_messages": True}]
)
def test_both_paths_give_equal_bytes(
    config: dict[str, Any],
    capsysbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bulk, single = both_paths(
        capsysbinary.readouterr, monkeypatch, catalog=catalog_of(TYPES), config=config
    )

    assert bulk.count(b"\n") == 7
    assert len(bulk.splitlines()) == 7
    if "emit_activate_version_messages" in config:
        bulk, single = (without_version(text) for text in (bulk, single))
    assert bulk == single


def without_version(text: bytes) -> bytes:
    """The version is the second in which each of the two taps was made."""
    head, _, rest = text.partition(b'"version":')
    del head
    return rest[:0] + text.replace(b'"version":' + rest[:10], b'"version":0')


def test_stream_maps_take_the_path_record_by_record(
    lines: Lines, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    maps = {"HR-T": {"__alias__": "people", "ID": "ID", "double": "int(ID) * 2", "__else__": None}}
    FakeTap(
        FakeSession(rows(2)), catalog=catalog_of(TYPES), config={"stream_maps": maps}
    ).run_pipeline()

    messages = lines()
    assert records(messages) == [{"ID": 0, "double": 0}, {"ID": 1, "double": 2}]
    assert {message["stream"] for message in messages if "stream" in message} == {"people"}
    assert "record by record: a stream map changes it" in caplog.text


def test_activate_version_comes_after_the_last_record(lines: Lines) -> None:
    FakeTap(
        FakeSession(rows(2)),
        catalog=catalog_of(TYPES),
        config={"emit_activate_version_messages": True},
    ).run_pipeline()

    messages = lines()
    assert kinds(messages)[-3:] == ["STATE", "ACTIVATE_VERSION", "STATE"] or kinds(messages)[
        -2:
    ] == ["ACTIVATE_VERSION", "STATE"]
    versions = {message["version"] for message in messages if "version" in message}
    assert len(versions) == 1


@pytest.mark.parametrize("key", [None, "ID"])
def test_a_signal_in_a_chunk_leaves_whole_lines_and_a_true_state(
    key: str | None, lines: Lines
) -> None:
    session = FakeSession(rows(9))
    root = {"replication-key": key} if key else {}
    tap = FakeTap(session, catalog=catalog_of(TYPES, **root))
    write = tap.message_writer.write_lines

    def interrupted(lines: bytes) -> None:
        if b'"RECORD"' in lines and b'"ID":4' in lines:
            tap.gate.receive(signal.SIGTERM)
        write(lines)

    tap.message_writer.write_lines = interrupted  # type: ignore[method-assign]
    with pytest.raises(Terminated):
        tap.run_pipeline()
    tap.gate.release()

    messages = lines()
    assert [record["ID"] for record in records(messages)] == [0, 1, 2, 3, 4, 5]
    assert messages[-1]["type"] == "STATE"
    (run,) = messages[-1]["value"]["job_history"]["runs"].values()
    assert run["status"] == "FAILED"
    assert run["error"] == {"code": "SIGTERM", "stream": "HR-T"}
    assert run["streams"]["HR-T"]["rows"] == 6
    if key:
        assert messages[-1]["value"]["bookmarks"]["HR-T"]["replication_key_value"] == 5


def test_a_failure_leaves_a_state_that_says_so(lines: Lines) -> None:
    session = FakeSession(rows(9))

    def fail(fetched: list[tuple[Any, ...]]) -> None:
        if fetched and fetched[0][0] == 6:
            message = "ORA-01555: snapshot too old: rollback segment number 1"
            raise oracledb.DatabaseError(message)

    session.on_fetch = fail
    tap = FakeTap(session, catalog=catalog_of(TYPES, **{"replication-key": "ID"}))
    with pytest.raises(oracledb.DatabaseError):
        tap.run_pipeline()

    last = states(lines())[-1]
    (run,) = last["job_history"]["runs"].values()
    assert run["status"] == "FAILED"
    assert run["error"] == {"code": "ORA-01555", "stream": "HR-T"}
    assert last["bookmarks"]["HR-T"]["replication_key_value"] == 5


def test_runs_are_counted_and_kept(lines: Lines) -> None:
    state: dict[str, Any] = {}
    for _ in range(3):
        FakeTap(FakeSession(rows(1)), catalog=catalog_of(TYPES), state=state).run_pipeline()
        state = states(lines())[-1]

    runs = list(state["job_history"]["runs"].values())
    assert [run["status"] for run in runs] == ["SUCCESS"] * 3
    assert [run["id"] for run in runs] == ["tap-oracle:FREEPDB1/*"] * 3


@pytest.mark.parametrize(
    ("sql_datatype", "root", "message"),
    [
        ("CLOB", {"replication-key": "K"}, "cannot be a replication key"),
        ("NUMBER", {"replication-method": "LOG_BASED"}, "choose FULL_TABLE or INCREMENTAL"),
        ("BFILE", {}, "outside the database"),
    ],
)
def test_what_the_catalog_cannot_ask_for(
    sql_datatype: str, root: dict[str, Any], message: str
) -> None:
    tap = FakeTap(FakeSession([]), catalog=catalog_of({"K": sql_datatype}, **root))

    with pytest.raises(ConfigurationError, match=message):
        tap.run_pipeline()


def test_a_bookmark_that_is_no_value_of_its_column_is_refused_without_being_shown() -> None:
    tap = FakeTap(
        FakeSession([]),
        catalog=catalog_of({"K": "NUMBER"}, **{"replication-key": "K"}),
        state={"bookmarks": {"HR-T": {"replication_key": "K", "replication_key_value": "secret"}}},
    )

    with pytest.raises(ConfigurationError, match="'HR-T'") as caught:
        tap.run_pipeline()
    assert "secret" not in str(caught.value)


def test_numbers_that_are_not_finite_are_counted_once(
    lines: Lines, caplog: pytest.LogCaptureFixture
) -> None:
    values = [(float("nan"),), (1.5,), (float("inf"),), (None,)]
    FakeTap(FakeSession(values), catalog=catalog_of({"D": "BINARY_DOUBLE"})).run_pipeline()

    assert [record["D"] for record in records(lines())] == [None, Decimal("1.5"), None, None]
    warnings = [entry.getMessage() for entry in caplog.records if entry.levelname == "WARNING"]
    assert len(warnings) == 1
    assert warnings[0].startswith("Stream 'HR-T': 2 NaN or infinite values were written as null;")


def test_a_test_run_writes_one_record_of_a_stream_that_is_not_selected(lines: Lines) -> None:
    tap = FakeTap(FakeSession(rows(5)), catalog=catalog_of(TYPES, selected=False))
    tap.run_connection_test()

    messages = lines()
    assert tap.session.statements[0][1] == {"row_limit": 2}
    assert len(records(messages)) == 1
    assert set(records(messages)[0]) == set(TYPES)
    assert set(messages[0]["schema"]["properties"]) == set(TYPES)
    assert kinds(messages)[-1] == "STATE"
