"""States and catalogs of the older taps: s7clarke10, transferwise, singer-io."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.tap_oracle.fake_database import FakeSession, FakeTap, catalog_of
from tests.unit.tap_oracle.messages import Lines, rows, states


@pytest.mark.parametrize(
    ("sql_datatype", "written", "bound"),
    [
        ("NUMBER", 42, "42"),
        ("NUMBER", "42.10", "42.10"),
        ("NUMBER(38)", str(10**37), str(10**37)),
        ("DATE", "2020-02-29T13:14:15.000000+00:00", "2020-02-29 13:14:15"),
        ("DATE", "2020-02-29T13:14:15Z", "2020-02-29 13:14:15"),
        ("TIMESTAMP(6)", "2020-02-29T13:14:15.123456+00:00", "2020-02-29 13:14:15.123456"),
        ("TIMESTAMP(6)", "2020-02-29T13:14:15.123456", "2020-02-29 13:14:15.123456"),
        ("TIMESTAMP(9)", "2020-02-29T13:14:15.123456789+00:00", "2020-02-29T13:14:15.123456789"),
        (
            "TIMESTAMP(6) WITH TIME ZONE",
            "2020-02-29T13:14:15.123456+02:00",
            "2020-02-29T13:14:15.123456000+02:00",
        ),
        (
            "TIMESTAMP(6) WITH LOCAL TIME ZONE",
            "2020-02-29T13:14:15.123456+00:00",
            "2020-02-29T13:14:15.123456000+00:00",
        ),
        ("FLOAT(126)", "42.5", "42.5"),
        ("FLOAT(63)", 42.5, "42.5"),
        ("BINARY_DOUBLE", 42.5, "42.5"),
        ("VARCHAR2(9)", "abc", "abc"),
        ("NVARCHAR2(9)", "é", "é"),
        ("CHAR(3)", "a  ", "a  "),
    ],
)
def test_an_increment_goes_on_where_the_older_tap_stood(
    sql_datatype: str, written: object, bound: str
) -> None:
    session = FakeSession([])
    bookmark = {
        "last_replication_method": "INCREMENTAL",
        "replication_key": "K",
        "replication_key_value": written,
        "version": 1_700_000_000_000,
    }
    FakeTap(
        session,
        catalog=catalog_of({"K": sql_datatype}, **{"replication-key": "K"}),
        state={"bookmarks": {"HR-T": bookmark}, "currently_syncing": "HR-T"},
    ).run_pipeline()

    ((_, binds, _),) = session.statements
    assert str(binds["bookmark"]) == bound


def test_what_the_older_tap_knew_stays_in_the_state(lines: Lines) -> None:
    bookmark: dict[str, Any] = {
        "last_replication_method": "LOG_BASED",
        "scn": 4711,
        "version": 1_700_000_000_000,
    }
    state = {"bookmarks": {"HR-T": {"scn": 1}, "HR-LOGGED": bookmark}}
    catalog = catalog_of({"ID": "NUMBER", "T": "VARCHAR2(9)"})
    FakeTap(FakeSession([(1, "a")]), catalog=catalog, state=state).run_pipeline()

    assert states(lines())[-1]["bookmarks"]["HR-LOGGED"] == bookmark


@pytest.mark.parametrize(("stopped_at", "is_read_in_full"), [(None, False), (4700, True)])
def test_a_log_based_stream_goes_on_unless_its_full_load_stopped(
    stopped_at: int | None, is_read_in_full: bool
) -> None:
    """The SCN of the changes is noted before the first full load, which ORA_ROWSCN follows."""
    bookmark = {
        "last_replication_method": "LOG_BASED",
        "scn": 4711,
        "version": 1_700_000_000_000,
        "ORA_ROWSCN": stopped_at,
    }
    tap = FakeTap(
        FakeSession([]),
        catalog=catalog_of({"ID": "NUMBER"}, **{"replication-method": "LOG_BASED"}),
        state={"bookmarks": {"HR-T": bookmark}},
    )
    (stream,) = tap.oracle_streams
    assert stream.is_read_in_full is is_read_in_full


def schema_of(messages: list[dict[str, Any]]) -> dict[str, Any]:
    (schema,) = [message["schema"] for message in messages if message["type"] == "SCHEMA"]
    return dict(schema["properties"])


@pytest.mark.parametrize("as_text", [False, True])
def test_numbers_are_described_as_they_are_written(lines: Lines, as_text: bool) -> None:
    """A catalog made with the other `use_singer_decimal`, or by a tap that writes text."""
    catalog = catalog_of({"ID": "NUMBER(9)", "AMOUNT": "NUMBER", "D": "BINARY_DOUBLE"})
    properties = catalog["streams"][0]["schema"]["properties"]
    properties["ID"] = {"type": ["string"], "format": "singer.decimal", "description": "kept"} | {
        "x-sql-datatype": "NUMBER(9)"
    }
    if not as_text:
        properties["AMOUNT"]["format"] = "singer.decimal"
    else:
        properties["AMOUNT"] = {"type": ["number", "null"], "x-sql-datatype": "NUMBER"}
    FakeTap(
        FakeSession([(row[0], row[1], 0.5) for row in rows(1)]),
        catalog=catalog,
        config={"use_singer_decimal": as_text},
    ).run_pipeline()

    messages = lines()
    described = schema_of(messages)
    assert described["ID"]["type"] == ["integer"]
    assert described["ID"]["description"] == "kept"
    (record,) = [message["record"] for message in messages if message["type"] == "RECORD"]
    assert described["AMOUNT"]["type"] == (["string", "null"] if as_text else ["number", "null"])
    assert isinstance(record["AMOUNT"], str) is as_text
    assert ("format" in described["AMOUNT"]) is as_text
