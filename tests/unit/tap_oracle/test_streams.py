"""Full tables and increments: messages, bookmarks and what is asked of the database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import oracledb
import pytest

from tests.unit.tap_oracle.fake_database import FakeSession, FakeTap, catalog_of
from tests.unit.tap_oracle.messages import NAIVE, TYPES, Lines, kinds, records, rows, states


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
    columns = '"ID", "AMOUNT", "AT", "R", "T", CASE WHEN "T" IS NOT NULL THEN 1 END'
    assert tap.session.statements == [(f'SELECT {columns} FROM "HR"."T"', {}, {})]
    assert tap.session.closed_cursors == 2  # one parsed the statement, one read it
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
    assert bookmarks == ["0.5", "2.10", "5.10", "6.10"]


def test_a_state_comes_after_the_rows_it_covers(lines: Lines) -> None:
    tap = FakeTap(FakeSession(rows(8)), catalog=catalog_of(TYPES, **{"replication-key": "ID"}))
    tap.run_pipeline()

    covered = []
    seen = None
    for message in lines():
        if message["type"] == "RECORD":
            seen = message["record"]["ID"]
        elif message["type"] == "STATE" and seen is not None:
            covered.append((message["value"]["bookmarks"]["HR-T"]["replication_key_value"], seen))

    assert covered == [(2, 2), (5, 5), (7, 7)]


def test_null_keys_do_not_move_the_bookmark(lines: Lines) -> None:
    session = FakeSession([(None, "a"), (None, "b"), (None, "c"), (Decimal(5), "d")])
    catalog = catalog_of({"K": "NUMBER(9)", "V": "VARCHAR2(9)"}, **{"replication-key": "K"})
    tap = FakeTap(session, catalog=catalog)
    tap.run_pipeline()

    assert session.statements[0][0].endswith('ORDER BY "K" ASC NULLS FIRST')
    values = [
        state["bookmarks"].get("HR-T", {}).get("replication_key_value") for state in states(lines())
    ]
    assert values == [None, 5]


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
