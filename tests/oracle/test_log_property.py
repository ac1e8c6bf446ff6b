"""Random changes in sessions that overlap: a target equals the source at the bookmark's SCN."""

from __future__ import annotations

import os
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import oracledb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.oracle.log_steps import BASE, LOGMINER_GRANTS, Replica

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.testing import OracleDatabase

HISTORIES = int(os.environ.get("LOG_HISTORIES", "4"))

# A history takes some seconds, on a busy machine a minute.
pytestmark = [pytest.mark.oracle, pytest.mark.timeout(max(900, 180 * HISTORIES))]

COLUMNS = {
    "name": ["NULL", "'a'", "'it''s; (x), \"y\"'", "' '", "'é€𝄞'"],
    "amount": ["NULL", "0", "-1.5e-20", "12345678901234567890123456789012345678"],
    "at": ["NULL", "TIMESTAMP '1999-12-31 23:59:59.123456789'"],
    "note": ["NULL", "'short'", "EMPTY_CLOB()", "RPAD(TO_CLOB('é'''), 3000, 'x')"],
}
TABLE = """CREATE TABLE t (id NUMBER(6) PRIMARY KEY, name VARCHAR2(40), amount NUMBER,
  at TIMESTAMP(9), note CLOB)"""

_ROW = st.tuples(*(st.sampled_from(values) for values in COLUMNS.values()))
_SET = st.sampled_from(sorted(COLUMNS)).flatmap(
    lambda column: st.sampled_from(COLUMNS[column]).map(lambda value: f"{column} = {value}")
)


def changes(first: int) -> st.SearchStrategy[list[str]]:
    """Statements of one session, which has keys of its own, so that none waits for another.

    One, or two that are undone to a savepoint and leave the transaction with what came before.
    """
    key = st.integers(first, first + 3)
    change = st.one_of(
        st.builds(lambda k, row: f"INSERT INTO t VALUES ({k}, {', '.join(row)})", key, _ROW),
        st.builds(lambda k, row: f"INSERT INTO t VALUES ({k}, {', '.join(row)})", key, _ROW),
        st.builds(lambda k, value: f"UPDATE t SET {value} WHERE id = {k}", key, _SET),
        st.builds(lambda new, old: f"UPDATE t SET id = {new} WHERE id = {old}", key, key),
        st.builds(lambda k: f"DELETE FROM t WHERE id = {k}", key),
        # Several rows in one statement, whose keys change places.
        st.builds(
            lambda low, high: (
                f"UPDATE t SET id = {low + high} - id WHERE id BETWEEN {low} AND {high}"
            ),
            key,
            key,
        ),
        st.just(f"DELETE FROM t WHERE id BETWEEN {first} AND {first + 1}"),
    )
    undone = st.builds(lambda a, b: ["SAVEPOINT s", a, b, "ROLLBACK TO s"], change, change)
    lasting = change.map(lambda statement: [statement])
    return st.one_of(lasting, lasting, undone)


_END = st.sampled_from([["COMMIT"], ["COMMIT"], ["COMMIT"], ["ROLLBACK"]])
_STEP = st.one_of(
    st.tuples(st.just(0), st.one_of(changes(1), changes(1), _END)),
    st.tuples(st.just(1), st.one_of(changes(11), changes(11), _END)),
)
_ROUND = st.tuples(st.lists(_STEP, min_size=1, max_size=10), st.none() | st.integers(1, 6))
_HISTORY = st.lists(_ROUND, min_size=2, max_size=4)


class Writers:
    """Two sessions whose transactions overlap."""

    def __init__(self, database: OracleDatabase, user: str) -> None:
        self.sessions = [database.connect(user) for _ in range(2)]

    def step(self, number: int, statement: str) -> None:
        # An INSERT or a new key may meet a row that has the key.
        with closing(self.sessions[number].cursor()) as cursor, suppress(oracledb.IntegrityError):
            cursor.execute(statement)

    def close(self) -> None:
        for session in self.sessions:
            session.close()


@pytest.fixture(scope="module", params=["ALL", "PRIMARY KEY"])
def user(request: pytest.FixtureRequest, oracle_database: OracleDatabase) -> Iterator[str]:
    oracle_database.administer("ALTER DATABASE ADD SUPPLEMENTAL LOG DATA")
    name = oracle_database.create_user("LOG", grants=(*BASE, *LOGMINER_GRANTS))
    logging = f"ALTER TABLE t ADD SUPPLEMENTAL LOG DATA ({request.param}) COLUMNS"
    oracle_database.execute(name, TABLE, logging)
    yield name
    oracle_database.drop_user(name)
    oracle_database.administer("ALTER DATABASE DROP SUPPLEMENTAL LOG DATA")


# Each step of shrinking runs the tap some ten times: the example as it was found will do.
@settings(max_examples=HISTORIES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(history=_HISTORY)
def test_a_target_equals_the_source(
    oracle_database: OracleDatabase,
    user: str,
    history: list[tuple[list[tuple[int, list[str]]], int | None]],
) -> None:
    """Each round changes rows, lets some runs be killed, and compares after a whole one.

    The last round ends every transaction, so that what was open for long arrives too.
    """
    rows = [f"INSERT INTO t (id, name) VALUES ({key}, 'old')" for key in (1, 2, 3, 11, 12, 13)]
    oracle_database.execute(user, "DELETE FROM t", *rows)
    replicas = [Replica(oracle_database, user, method) for method in ("logminer", "flashback")]
    with closing(Writers(oracle_database, user)) as writers:
        end: list[tuple[int, list[str]]] = [(0, ["COMMIT"]), (1, ["COMMIT"])]
        for steps, killed_after in [*history, (end, None)]:
            for session, statements in steps:
                for statement in statements:
                    writers.step(session, statement)
            for replica in replicas:
                if killed_after is not None:
                    replica.run_killed(lines=killed_after)
                replica.run(array_size_rows=2)
                assert replica.target.table() == replica.source()
