"""Random changes, then every state of the past read back, by AS OF and by replaying versions."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oracle_standin.backend import SessionInfo
from tests.engine.user_session import UserSession

if TYPE_CHECKING:
    from oracle_standin.engine.database import Database

pytestmark = pytest.mark.standin

_numbers = itertools.count(1)
_TABLES = ("T1", "T2")
_COLUMNS = "id, name, amount, born, at, note, raw_data, zoned"
_CREATE = """CREATE TABLE {table} (id NUMBER(6), name VARCHAR2(40), amount NUMBER, born DATE,
  at TIMESTAMP(9), note CLOB, raw_data RAW(20), zoned TIMESTAMP(3) WITH TIME ZONE{key})"""
_VALUES = st.tuples(
    st.integers(1, 12),
    st.sampled_from(["NULL", "'a'", "'b, \"c\"'", "'back\\slash'", "'it''s (x)'", "' '", "'é€𝄞'"]),
    st.sampled_from(["NULL", "0", "1.50", "-1e-20", "12345678901234567890123456789012345678"]),
    st.sampled_from(["NULL", "DATE '2020-02-29'", "DATE '0001-01-01'"]),
    st.sampled_from(["NULL", "TIMESTAMP '1999-12-31 23:59:59.123456789'"]),
    st.sampled_from(["NULL", "'short'", "RPAD(TO_CLOB('long'), 3999, 'xyzzy')"]),
    st.sampled_from(["NULL", "HEXTORAW('00FF10')"]),
    st.sampled_from(["NULL", "TIMESTAMP '2024-05-06 07:08:09.123 +02:00'"]),
)
_COLUMN_AND_VALUE = _VALUES.flatmap(
    lambda values: st.integers(1, 7).map(
        lambda index: f"{_COLUMNS.split(', ')[index]} = {values[index]}"
    )
)
_TABLE = st.sampled_from(_TABLES)
_ID = st.integers(1, 12)
_CHANGE = st.one_of(
    st.builds(lambda t, v: f"INSERT INTO {t} VALUES ({', '.join(map(str, v))})", _TABLE, _VALUES),
    st.builds(lambda t, v: f"INSERT INTO {t} VALUES ({', '.join(map(str, v))})", _TABLE, _VALUES),
    st.builds(lambda t, c, i: f"UPDATE {t} SET {c} WHERE id = {i}", _TABLE, _COLUMN_AND_VALUE, _ID),
    st.builds(lambda t, c: f"UPDATE {t} SET {c} WHERE id < 7", _TABLE, _COLUMN_AND_VALUE),
    st.builds(lambda t, a, b: f"UPDATE {t} SET id = {a} WHERE id = {b}", _TABLE, _ID, _ID),
    st.builds(lambda t: f"UPDATE {t} SET id = 13 - id", st.just("T2")),
    st.builds(lambda t, i: f"DELETE FROM {t} WHERE id = {i}", _TABLE, _ID),
    st.builds(lambda t: f"DELETE FROM {t} WHERE id > 6", _TABLE),
    st.sampled_from(["SAVEPOINT s", "ROLLBACK TO s"]),
)
_ENDING = st.sampled_from(["COMMIT", "COMMIT", "COMMIT", "ROLLBACK"])
_HISTORY = st.lists(
    st.tuples(st.lists(_CHANGE, min_size=1, max_size=6), _ENDING), min_size=2, max_size=5
)


@dataclass
class Recorded:
    """The tables' rows after each commit, by SCN; rows are texts."""

    states: dict[int, dict[str, Counter[str]]] = field(default_factory=dict)

    def note(self, session: UserSession) -> None:
        scn = int(session.rows("SELECT DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER FROM dual")[0][0])
        self.states[scn] = {table: _rows(session, table) for table in _TABLES}


def _rows(session: UserSession, source: str) -> Counter[str]:
    return Counter(str(row) for row in session.rows(f"SELECT {_COLUMNS} FROM {source}"))


def _apply(session: UserSession, history: list[tuple[list[str], str]], past: Recorded) -> None:
    past.note(session)
    for changes, ending in history:
        session.run("SAVEPOINT s")
        for change in changes:
            try:
                session.run(change)
            except Exception as error:  # noqa: BLE001 - duplicate keys are part of the game
                assert "ORA-00001" in str(error), error  # noqa: PT017
        session.run(ending)
        past.note(session)


def _check_states(session: UserSession, past: Recorded) -> None:
    for scn, tables in past.states.items():
        for table, rows in tables.items():
            assert _rows(session, f"{table} AS OF SCN {scn}") == rows, (table, scn)


def _check_replays(session: UserSession, past: Recorded) -> None:
    scns = sorted(past.states)
    for low, high in itertools.combinations(scns, 2):
        for table in _TABLES:
            replayed = _replayed(session, table, past.states[low][table], low, high)
            assert replayed == past.states[high][table], (table, low, high)


def _replayed(
    session: UserSession, table: str, before: Counter[str], low: int, high: int
) -> Counter[str]:
    """Apply the versions of a window to the rows before it, row by row."""
    found = session.rows(
        f"SELECT ROWIDTOCHAR(rowid), versions_startscn, versions_endscn, versions_operation,"
        f" {_COLUMNS} FROM {table} VERSIONS BETWEEN SCN {low} AND {high}"
    )
    versions = [
        (row_id, int(start), operation, str(tuple(values)))
        for row_id, start, _, operation, *values in found
        if operation is not None and int(start) > low
    ]
    held: dict[Any, str] = {
        row_id: str(tuple(values))
        for row_id, start, _, operation, *values in found
        if operation != "D" and (start is None or int(start) <= low)
    }
    assert Counter(held.values()) == before
    for row_id, _, operation, text in sorted(versions, key=lambda v: (v[1], v[2] != "D")):
        if operation == "D":
            # A row changed and deleted in one transaction goes with its last values, not with
            # those of the version before: only that it was there can be asked.
            assert row_id in held
            del held[row_id]
        else:
            assert (operation == "U") == (row_id in held)
            held[row_id] = text
    return Counter(held.values())


def _check_ends(session: UserSession, past: Recorded) -> None:
    """A version ends where the next of its row starts."""
    first, last = min(past.states), max(past.states)
    for table in _TABLES:
        found = session.rows(
            f"SELECT ROWIDTOCHAR(rowid), versions_startscn, versions_endscn, versions_operation"
            f" FROM {table} VERSIONS BETWEEN SCN {first} AND {last}"
        )
        by_row: dict[str, list[tuple[int, int | None]]] = {}
        for row_id, start, end, operation in found:
            assert operation != "D" or end is None
            by_row.setdefault(row_id, []).append((int(start or 0), end and int(end)))
        for versions in by_row.values():
            ordered = sorted(versions)
            starts = [start for start, _ in ordered[1:]]
            assert [end for _, end in ordered] == [*starts, None]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=_HISTORY)
def test_every_state_is_read_back(
    engine_database: Database, history: list[tuple[list[str], str]]
) -> None:
    name = f"PAST{next(_numbers)}"
    engine_database.create_user(name, "secret")
    opened = engine_database.open_session(name, SessionInfo(next(_numbers) + 5000, 1))
    try:
        session = UserSession(opened)
        session.run(_CREATE.format(table="T1", key=", PRIMARY KEY (id)"))
        session.run(_CREATE.format(table="T2", key=""))
        past = Recorded()
        _apply(session, history, past)
        _check_states(session, past)
        _check_replays(session, past)
        _check_ends(session, past)
    finally:
        opened.close()
