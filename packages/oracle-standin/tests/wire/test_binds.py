from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal, getcontext
from typing import TYPE_CHECKING, Any

import oracledb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oracle_standin.codecs import datetime_from_bytes, number_from_text, number_to_text
from tests.wire.fake_rows import ROWID

if TYPE_CHECKING:
    from tests.wire.conftest import Connect
    from tests.wire.fix_backend import FakeBackend

MOMENT = dt.datetime(2024, 2, 29, 23, 59, 58, 123456)  # noqa: DTZ001 - a wall clock

BOUND: list[tuple[Any, Any, Any]] = [
    (oracledb.DB_TYPE_NUMBER, 12345678901234567890, 12345678901234567890),
    (oracledb.DB_TYPE_NUMBER, Decimal("-0.000000012345"), Decimal("-0.000000012345")),
    (oracledb.DB_TYPE_VARCHAR, "grüße \U0001f600", "grüße \U0001f600"),
    (oracledb.DB_TYPE_NVARCHAR, "日本 \U0001f600", "日本 \U0001f600"),
    (oracledb.DB_TYPE_CHAR, "abc", "abc"),
    (oracledb.DB_TYPE_NCHAR, "äbc", "äbc"),
    (oracledb.DB_TYPE_DATE, MOMENT, MOMENT.replace(microsecond=0)),
    (oracledb.DB_TYPE_TIMESTAMP, MOMENT, MOMENT),
    (oracledb.DB_TYPE_TIMESTAMP_TZ, MOMENT, MOMENT),
    (oracledb.DB_TYPE_TIMESTAMP_LTZ, MOMENT, MOMENT),
    (oracledb.DB_TYPE_BINARY_DOUBLE, -1.5e300, -1.5e300),
    (oracledb.DB_TYPE_BINARY_FLOAT, 0.25, 0.25),
    (oracledb.DB_TYPE_RAW, bytes(range(256)), bytes(range(256))),
    (oracledb.DB_TYPE_INTERVAL_DS, dt.timedelta(-1, 2, 3), dt.timedelta(-1, 2, 3)),
    (oracledb.DB_TYPE_INTERVAL_YM, oracledb.IntervalYM(1, 2), oracledb.IntervalYM(1, 2)),
    (oracledb.DB_TYPE_ROWID, ROWID, ROWID),
    (oracledb.DB_TYPE_BOOLEAN, True, True),
    (oracledb.DB_TYPE_BOOLEAN, False, False),
]


@pytest.mark.parametrize(("db_type", "value", "expected"), BOUND)
def test_every_type_and_its_null_go_both_ways(
    cursor: oracledb.Cursor, db_type: Any, value: Any, expected: Any
) -> None:
    if db_type is oracledb.DB_TYPE_BOOLEAN:
        # Older servers have no BOOLEAN: the driver binds a number.
        expected = expected if cursor.connection.version.startswith("23") else int(expected)
    cursor.setinputsizes(db_type, db_type)
    cursor.execute("select :1, :2 from dual", [value, None], fetch_decimals=True)
    row = cursor.fetchone()
    assert row is not None
    assert row[0] == expected
    assert row[1] is None


def test_dates_and_numbers_reach_the_engine_exactly(
    cursor: oracledb.Cursor, backend: FakeBackend
) -> None:
    cursor.setinputsizes(None, oracledb.DB_TYPE_TIMESTAMP)
    cursor.execute("insert into t values (:1, :2)", [Decimal("0.1"), MOMENT])
    number, moment = backend.tables["t"].rows[0]
    assert number is not None
    assert moment is not None
    assert number_to_text(number) == "0.1"
    assert datetime_from_bytes(moment).nanosecond == 123456000


@pytest.mark.parametrize("length", [0, 1, 252, 253, 254, 255, 256, 4000, 8191, 32768, 70000])
def test_texts_and_bytes_of_any_length(cursor: oracledb.Cursor, length: int) -> None:
    text, content = "é" * length, bytes(length)
    row = cursor.execute("select :1, :2, :3 from dual", [text, content, 7]).fetchone()
    assert row == (text or None, content or None, 7)


def test_long_values_come_last_but_keep_their_place(cursor: oracledb.Cursor) -> None:
    values = ["x" * 5000, 1, "y" * 3000, b"z" * 9000, "w"]
    for _ in range(2):
        row = cursor.execute("select :1, :2, :3, :4, :5 from dual", values).fetchone()
        assert row is not None
        assert list(row) == values


def test_rowids_keep_their_place(cursor: oracledb.Cursor) -> None:
    cursor.setinputsizes(oracledb.DB_TYPE_ROWID, None, oracledb.DB_TYPE_ROWID)
    values = [ROWID, 5, ROWID, "x" * 5000, "y"]
    row = cursor.execute("select :1, :2, :3, :4, :5 from dual", values).fetchone()
    assert row is not None
    assert list(row) == values


def test_request_sizes_around_a_packet(connect: Connect) -> None:
    with connect(sdu=512) as connection, connection.cursor() as cursor:
        for length in range(250, 1200, 3):
            text = "q" * length
            assert cursor.execute("select :1 from dual", [text]).fetchone() == (text,)


def test_types_may_change_between_executions(cursor: oracledb.Cursor) -> None:
    for value in (1, "text", 2.5, MOMENT.replace(microsecond=0), None, 3):
        assert cursor.execute("select :v from dual", v=value).fetchone() == (value,)


def test_json_documents_are_bound(cursor: oracledb.Cursor, backend: FakeBackend) -> None:
    document = {
        "n": Decimal("12345678901234567890.123456789"),
        "l": [1, None, True, False, "é\U0001f600", {"x": {}}],
        "when": MOMENT,
        "raw": b"\x01\xff",
        "long": "z" * 70000,
    }
    cursor.setinputsizes(oracledb.DB_TYPE_JSON, None, oracledb.DB_TYPE_JSON)
    for _ in range(2):
        cursor.execute("insert into t values (:1, :2, :3)", [document, "after", None])
    text, after, empty = backend.tables["t"].rows[1]
    assert text is not None
    assert b'"n":12345678901234567890.123456789' in text
    stored = json.loads(text)
    assert stored["l"] == document["l"]
    assert stored["when"] == "2024-02-29T23:59:58.123456"
    assert stored["raw"] == "01FF"
    assert stored["long"] == document["long"]
    assert (after, empty) == (b"after", None)


def test_a_name_used_twice_is_bound_twice(cursor: oracledb.Cursor) -> None:
    cursor.execute("select :a, :b, :a from dual", a=1, b="x")
    assert cursor.fetchone() == (1, "x", 1)


def test_binds_that_are_missing(cursor: oracledb.Cursor) -> None:
    with pytest.raises(oracledb.DatabaseError):
        cursor.execute("select :a, :b from dual")
    assert cursor.execute("select 1 from dual").fetchone() == (1,)


def test_array_dml(cursor: oracledb.Cursor) -> None:
    rows = [
        (number, f"row {number}" * (number % 50), MOMENT, None if number % 3 else number / 4)
        for number in range(10_000)
    ]
    cursor.executemany("insert into t values (:1, :2, :3, :4)", rows)
    assert cursor.rowcount == 10_000
    cursor.executemany("insert into t values (:1, :2, :3, :4)", rows[:3])
    assert cursor.rowcount == 3
    cursor.connection.commit()
    cursor.execute("select * from t")
    fetched = cursor.fetchall()
    assert len(fetched) == 10_003
    assert fetched[9999] == (9999, "row 9999" * 49, MOMENT.replace(microsecond=0), 9999 / 4)


def test_array_dml_with_national_text_and_booleans(cursor: oracledb.Cursor) -> None:
    cursor.setinputsizes(oracledb.DB_TYPE_NVARCHAR, None)
    rows = [(f"ñ{number}", number % 2 == 0) for number in range(3000)]
    cursor.executemany("insert into t values (:1, :2)", rows)
    assert cursor.execute("select * from t").fetchall() == rows


def test_array_dml_without_binds(cursor: oracledb.Cursor) -> None:
    cursor.executemany("insert into t values (1)", 7)
    assert cursor.rowcount == 7


def test_row_counts_and_batch_errors(cursor: oracledb.Cursor) -> None:
    rows = [(1, "a"), (-1, "b"), (3, "c"), (-2, "d")]
    cursor.executemany(
        "insert into t values (:1, :2)", rows, batcherrors=True, arraydmlrowcounts=True
    )
    errors = cursor.getbatcherrors()
    assert [(error.offset, error.code) for error in errors] == [(1, 1), (3, 1400)]
    assert errors[0].message.startswith("ORA-00001: unique constraint (T.PK) violated")
    assert cursor.getarraydmlrowcounts() == [1, 0, 1, 0]
    assert cursor.rowcount == 2


def test_many_batch_errors(cursor: oracledb.Cursor) -> None:
    rows = [(-1 if number % 2 else number,) for number in range(2000)]
    cursor.executemany("insert into t values (:1)", rows, batcherrors=True)
    errors = cursor.getbatcherrors()
    assert [error.offset for error in errors] == list(range(1, 2000, 2))


def test_array_dml_stops_at_the_first_error(cursor: oracledb.Cursor) -> None:
    with pytest.raises(oracledb.IntegrityError, match="ORA-00001"):
        cursor.executemany("insert into t values (:1)", [(1,), (2,), (-1,), (4,)])
    assert cursor.rowcount == 2
    assert cursor.execute("select * from t").fetchall() == [(1,), (2,)]


def test_an_integrity_error_can_be_repeated(cursor: oracledb.Cursor) -> None:
    for value in (-1, 1, -2, 2, -1):
        if value < 0:
            with pytest.raises(oracledb.IntegrityError):
                cursor.execute("insert into t values (:1)", [value])
        else:
            cursor.execute("insert into t values (:1)", [value])
    assert cursor.lastrowid == ROWID or cursor.lastrowid is None
    assert cursor.execute("select * from t").fetchall() == [(1,), (2,)]


def test_returning_into(cursor: oracledb.Cursor) -> None:
    number, rowid = cursor.var(int), cursor.var(oracledb.DB_TYPE_ROWID)
    cursor.execute(
        "insert into t values (:a) returning id, rowid into :n, :r",
        {"a": 5, "n": number, "r": rowid},
    )
    assert number.getvalue() == [1]
    assert rowid.getvalue() == [ROWID]
    assert cursor.lastrowid == ROWID


def test_returning_into_of_an_array(cursor: oracledb.Cursor) -> None:
    number, text = cursor.var(int, arraysize=3), cursor.var(str, arraysize=3)
    cursor.setinputsizes(None, number, text)
    cursor.executemany(
        "insert into t values (:1) returning id, rowid into :2, :3", [(1,), (2,), (3,)]
    )
    assert number.values == [[1], [2], [3]]
    assert text.values == [[ROWID]] * 3


def test_returning_a_lob(cursor: oracledb.Cursor) -> None:
    lob = cursor.var(oracledb.DB_TYPE_CLOB)
    cursor.execute("insert into t values (:1) returning c into :2", [1, lob])
    assert lob.getvalue()[0].read() == "returned text"


def test_plsql_out_values(cursor: oracledb.Cursor) -> None:
    number, text, empty = cursor.var(int), cursor.var(str), cursor.var(str)
    number.setvalue(0, 21)
    text.setvalue(0, "shout é")
    statement = "begin p(:x, :y, :z, :in_a, :x); end;"
    for expected in (42, 84):
        cursor.execute(statement, x=number, y=text, z=empty, in_a="in")
        assert number.getvalue() == expected
        assert text.getvalue() == "SHOUT é"
        assert empty.getvalue() is None


def test_plsql_arrays(cursor: oracledb.Cursor) -> None:
    values = cursor.arrayvar(str, ["a", "b", None, "d"], 10)
    cursor.execute("begin p(:1); end;", [values])
    assert values.getvalue() == ["d", None, "b", "a"]


def test_plsql_lobs_and_booleans(cursor: oracledb.Cursor) -> None:
    lob, flag = cursor.var(oracledb.DB_TYPE_CLOB), cursor.var(bool)
    lob.setvalue(0, cursor.connection.createlob(oracledb.DB_TYPE_CLOB, "small"))
    flag.setvalue(0, True)
    cursor.execute("begin p(:l, :f); end;", l=lob, f=flag)
    assert lob.getvalue().read() == "SMALL"
    assert flag.getvalue() == True  # noqa: E712 - a number on servers without BOOLEAN


def test_plsql_many(cursor: oracledb.Cursor, backend: FakeBackend) -> None:
    rows = [(1, "a"), (2, "b"), (3, "c")]
    cursor.executemany("begin p(:in_a, :in_b); end;", rows)
    assert backend.blocks == [(number_from_text(str(n)), text.encode()) for n, text in rows]


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    number=st.decimals(allow_nan=False, allow_infinity=False, places=8, max_value=10**28),
    moment=st.datetimes(),
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    span=st.timedeltas(dt.timedelta(days=-9999), dt.timedelta(days=9999)),
    double=st.floats(allow_nan=False),
)
def test_any_value_comes_back(
    cursor: oracledb.Cursor,
    number: Decimal,
    moment: dt.datetime,
    text: str,
    span: dt.timedelta,
    double: float,
) -> None:
    getcontext().prec = 60
    if abs(number) > 10**30:
        return
    cursor.setinputsizes(
        None, oracledb.DB_TYPE_TIMESTAMP, None, None, oracledb.DB_TYPE_BINARY_DOUBLE
    )
    values = [number, moment, text, span, double]
    cursor.execute("select :1, :2, :3, :4, :5 from dual", values, fetch_decimals=True)
    row = cursor.fetchone()
    assert row is not None
    assert list(row) == [number, moment, text or None, span, double]


@pytest.mark.parametrize(
    ("kind", "size", "unit"),
    [(str, 2, "characters"), (oracledb.DB_TYPE_NVARCHAR, 3, "characters"), (bytes, 5, "bytes")],
)
def test_a_returned_value_too_long_for_its_bind(
    cursor: oracledb.Cursor, kind: Any, size: int, unit: str
) -> None:
    value = cursor.var(kind, size)
    with pytest.raises(oracledb.DatabaseError, match=f"DPY-4002.*{unit}"):
        cursor.execute("insert into t values (:1) returning x into :2", [1, value])
    value = cursor.var(kind, 100)
    cursor.execute("insert into t values (:1) returning x into :2", [1, value])
    assert len(value.getvalue()[0]) in {18, 100}


def test_a_statement_that_is_run_again_is_not_asked_for_row_counts(connection: Any) -> None:
    # The driver asks for them in a full execute alone: its message for running a cursor again has
    # no place for it (messages/execute.pyx), so that a cursor of the cache gives none.
    statement = "insert into t values (:1)"
    with connection.cursor() as first:
        first.executemany(statement, [(1,), (2,)], arraydmlrowcounts=True)
        assert first.getarraydmlrowcounts() == [1, 1]
    with connection.cursor() as second:
        second.executemany(statement, [(3,), (4,)], arraydmlrowcounts=True)
        assert second.rowcount == 2
        with pytest.raises(oracledb.DatabaseError, match="DPY-4006"):
            second.getarraydmlrowcounts()
