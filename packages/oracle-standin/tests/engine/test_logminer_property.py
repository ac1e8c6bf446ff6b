"""Random changes, mined and run again on empty tables, which then hold the same rows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from tests.engine.mining import Miner
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin

_COLUMNS = {
    "name": "VARCHAR2(40)",
    "fixed": "CHAR(5)",
    "amount": "NUMBER",
    "born": "DATE",
    "at": "TIMESTAMP(9)",
    "zoned": "TIMESTAMP(9) WITH TIME ZONE",
    "local_time": "TIMESTAMP(6) WITH LOCAL TIME ZONE",
    "span": "INTERVAL DAY(3) TO SECOND(6)",
    "months": "INTERVAL YEAR(3) TO MONTH",
    "raw_data": "RAW(20)",
    "national": "NVARCHAR2(20)",
    "single": "BINARY_FLOAT",
    "double": "BINARY_DOUBLE",
    "note": "CLOB",
    "binary": "BLOB",
    "national_note": "NCLOB",
}
_VALUES = {
    "name": ["'a'", "'b, \"c\"'", "'back\\slash'", "'it''s; (x)'", "' '", "'é€𝄞'"],
    "fixed": ["'x'", "'five5'"],
    "amount": ["0", "1.50", "-1e-20", "12345678901234567890123456789012345678", "1e100"],
    "born": ["DATE '2020-02-29'", "DATE '0001-01-01'", "SYSDATE"],
    "at": ["TIMESTAMP '1999-12-31 23:59:59.123456789'"],
    "zoned": [
        "TIMESTAMP '2024-05-06 07:08:09.123 +02:00'",
        "TIMESTAMP '1950-01-01 00:00:00.000000001 -11:30'",
    ],
    "local_time": ["TIMESTAMP '2024-05-06 07:08:09.123456'"],
    "span": ["INTERVAL '-123 4:05:06.789' DAY(3) TO SECOND", "INTERVAL '1' SECOND"],
    "months": ["INTERVAL '-100-11' YEAR(3) TO MONTH", "INTERVAL '1' MONTH"],
    "raw_data": ["HEXTORAW('00FF10')"],
    "national": ["N'plain'", "N'é\\𝄞'''"],
    "single": ["1.1f", "-0.1f", "TO_BINARY_FLOAT('INF')"],
    "double": ["0.1d", "1e300", "TO_BINARY_DOUBLE('NAN')"],
    "note": ["'short'", "EMPTY_CLOB()", "RPAD(TO_CLOB('é'''), 1982, 'x')"],
    "binary": ["HEXTORAW('00FF')", "EMPTY_BLOB()"],
    "national_note": ["N'é'", "'plain'"],
}
_FORMATS = {
    "NLS_DATE_FORMAT": "SYYYY-MM-DD HH24:MI:SS",
    "NLS_TIMESTAMP_FORMAT": "SYYYY-MM-DD HH24:MI:SSXFF9",
    "NLS_TIMESTAMP_TZ_FORMAT": "SYYYY-MM-DD HH24:MI:SSXFF9 TZR",
}
_ID = st.integers(1, 6)
_SET = st.sampled_from(sorted(_COLUMNS)).flatmap(
    lambda column: st.sampled_from(["NULL", *_VALUES[column]]).map(
        lambda value: f"{column} = {value}"
    )
)
_ROW = st.tuples(*(st.sampled_from(["NULL", *values]) for values in _VALUES.values()))
_CHANGE = st.one_of(
    st.builds(lambda i, row: f"INSERT INTO t VALUES ({i}, {', '.join(row)})", _ID, _ROW),
    st.builds(lambda i, row: f"INSERT INTO t VALUES ({i}, {', '.join(row)})", _ID, _ROW),
    st.builds(lambda a, i: f"UPDATE t SET {a} WHERE id = {i}", _SET, _ID),
    st.builds(lambda a: f"UPDATE t SET {a} WHERE id < 4", _SET),
    st.builds(lambda a, b: f"UPDATE t SET id = {a} WHERE id = {b}", _ID, _ID),
    st.builds(lambda i: f"DELETE FROM t WHERE id = {i}", _ID),
    st.sampled_from(["SAVEPOINT s", "ROLLBACK TO s"]),
)
_HISTORY = st.lists(
    st.tuples(
        st.lists(_CHANGE, min_size=1, max_size=6), st.sampled_from(["COMMIT", "COMMIT", "ROLLBACK"])
    ),
    min_size=1,
    max_size=4,
)


def _create(name: str) -> str:
    columns = ", ".join(f"{column} {kind}" for column, kind in _COLUMNS.items())
    return f"CREATE TABLE {name} (id NUMBER(6) PRIMARY KEY, {columns})"


def _try(writer: UserSession, change: str) -> None:
    """Run a change that fails if its key is there already."""
    try:
        writer.run(change)
    except OracleError as error:
        if error.code != 1:
            raise


def _change(writer: UserSession, history: list[tuple[list[str], str]]) -> None:
    for changes, ending in history:
        writer.run("SAVEPOINT s")
        for change in changes:
            _try(writer, change)
        writer.run(ending)


def _rows(session: UserSession, table: str) -> Counter[str]:
    listed = ", ".join(["id", *_COLUMNS])
    return Counter(map(str, session.rows(f"SELECT {listed} FROM {table}")))


@pytest.mark.parametrize("logging", ["ALL", "PRIMARY KEY"])
def test_redo_run_again_gives_the_same_rows(
    miner: Miner,
    writer: UserSession,
    logging: str,
) -> None:
    writer.run(_create("t"))
    writer.run(f"ALTER TABLE t ADD SUPPLEMENTAL LOG DATA ({logging}) COLUMNS")
    writer.run(_create("copy"))
    owner = writer.session.user
    for session in (writer, miner.session):
        for name, mask in _FORMATS.items():
            session.run(f"ALTER SESSION SET {name} = '{mask}'")
    scope = f"table_name = 'T' AND seg_owner = '{owner}'"

    @settings(
        max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(_HISTORY)
    def replay(history: list[tuple[list[str], str]]) -> None:
        writer.run("DELETE FROM t")
        writer.run("DELETE FROM copy")
        writer.run("COMMIT")
        first = miner.scn()
        _change(writer, history)
        miner.start(first + 1)
        undone: list[str] = []
        for redo, undo, status in miner.contents("sql_redo, sql_undo, status", scope):
            assert status == "0"
            writer.run(_on_copy(redo, owner))
            undone += [undo] if undo else []
        assert _rows(writer, "copy") == _rows(writer, "t")
        _check_values(miner, writer)
        for undo in reversed(undone):
            writer.run(_on_copy(undo, owner))
        assert _rows(writer, "copy") == Counter()
        writer.run("COMMIT")

    replay()


def _on_copy(statement: str, owner: str) -> str:
    return statement.removesuffix(";").replace(f'"{owner}"."T"', "copy")


def _check_values(miner: Miner, writer: UserSession) -> None:
    """Compare the mined values of the last change of each row that is left with the row's."""
    owner = writer.session.user
    columns = [name for name in _COLUMNS if name not in {"note", "binary", "national_note"}]
    mined = ", ".join(
        f"DBMS_LOGMNR.MINE_VALUE(redo_value, '{owner}.T.{name.upper()}'),"
        f" DBMS_LOGMNR.COLUMN_PRESENT(redo_value, '{owner}.T.{name.upper()}')"
        for name in ["id", *columns]
    )
    key = f"DBMS_LOGMNR.MINE_VALUE(redo_value, '{owner}.T.ID')"
    rows: dict[str, list[str | None]] = {}
    for found in miner.contents(mined, f"operation = 'INSERT' AND {key} IS NOT NULL"):
        assert set(found[1::2]) == {"1"}
        rows[found[0]] = list(found[2::2])
    texts = ", ".join(
        f"RAWTOHEX({name})" if name == "raw_data" else f"TO_CHAR({name})" for name in columns
    )
    inserted_once = miner.contents(key, "operation = 'INSERT'")
    changed = miner.contents("COUNT(*)", "operation IN ('UPDATE', 'DELETE') AND seg_name = 'T'")
    if changed != [("0",)] or len(set(inserted_once)) != len(inserted_once):
        return
    for number, *values in writer.rows(f"SELECT TO_CHAR(id), {texts} FROM t"):
        assert rows[number] == values
