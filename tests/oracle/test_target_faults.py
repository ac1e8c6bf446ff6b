"""One fault at every call of a load: the next run ends with nothing lost and nothing doubled.

The bounded set here meets every 29th call, each test beginning at another, with the faults that
differ most; `make faults-target` (FAULTS=full) meets every call with every fault.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from oracle_standin import Standin
from oracle_standin.faults import Fault

from tests.oracle.fault_loop import CallCounter, Message, Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import oracledb

IS_FULL = os.environ.get("FAULTS") == "full"
# On a busy machine a case of the full set takes longer than pytest's timeout of all tests.
pytestmark = [pytest.mark.oracle, pytest.mark.standin, *([pytest.mark.timeout(3600)] * IS_FULL)]

STRIDE = 29
LONG_STRIDE = 71
"""Of the strategies that build a table, which take three times as many calls."""
USER, PASSWORD = "LOADER", "pw"

FAULTS = {
    "dropped before": Fault("drop", "."),
    "dropped during": Fault("drop", ".", after_bytes=9),  # the answer is cut off
    "dropped after": Fault("drop", ".", after=True),
    "COMMIT lost": Fault("drop", "COMMIT", after=True),
    "deadlock": Fault("fail", ".", code=60),
    "tablespace full": Fault("fail", ".", code=1653),
    "busy": Fault("fail", ".", code=54),
    "snapshot too old": Fault("fail", ".", code=1555),
    "end of file": Fault("fail", ".", code=3113),
}
METHODS: dict[str, dict[str, Any]] = {
    "array": {"merge_strategy": "array"},
    "staged": {"merge_strategy": "staged"},
    "overwrite": {"load_method": "overwrite"},
    "difference": {"load_method": "overwrite", "overwrite_strategy": "difference"},
    "rename": {"load_method": "overwrite", "overwrite_strategy": "rename"},
    "exchange": {"load_method": "overwrite", "overwrite_strategy": "exchange"},
    "append": {"load_method": "append-only", "state_table": "SINGER_STATE", "state_id": "s"},
}
SCHEMA: Message = {
    "type": "SCHEMA",
    "stream": "T",
    "schema": {"properties": {"ID": {"type": "integer"}, "A": {"type": "integer"}}},
    "key_properties": ["ID"],
}
RECORDS: list[Message] = [
    {"type": "RECORD", "stream": "T", "record": {"ID": i % 7, "A": i}} for i in range(12)
]


NO_DIRECT_PATH = {"direct_path": "never"}
"""python-oracledb 26.1 crashes where a server answers a direct path load with ORA-03113."""


@pytest.fixture(scope="module")
def standin() -> Iterator[Standin]:
    """Return a server with fault switches."""
    with Standin(faults=True) as standin:
        standin.create_user(USER, PASSWORD)
        yield standin


@pytest.fixture
def connection(standin: Standin) -> Iterator[oracledb.Connection]:
    """Return a session that watches."""
    with standin.connect(USER) as connection:
        yield connection


def clear(connection: oracledb.Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM user_tables")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TABLE "{name}" PURGE')


def rows(connection: oracledb.Connection, query: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def stored_state(connection: oracledb.Connection) -> int | None:
    found = rows(connection, "SELECT COUNT(*) FROM user_tables WHERE table_name = 'SINGER_STATE'")
    if found == [(0,)]:
        return None
    found = rows(connection, "SELECT JSON_VALUE(state, '$.n') FROM singer_state")
    return int(found[0][0]) if found and found[0][0] is not None else None


READ_STATE: dict[str, Callable[[oracledb.Connection], Callable[[], int | None] | None]] = {
    "array": lambda _: None,
    "staged": lambda _: None,
    "overwrite": lambda _: lambda: 0,  # a table that is replaced is read from its beginning
    "difference": lambda _: lambda: 0,
    "rename": lambda _: lambda: 0,
    "exchange": lambda _: lambda: 0,
    "append": lambda connection: lambda: stored_state(connection),
}


@pytest.mark.parametrize("fault", FAULTS if IS_FULL else ["dropped before", "COMMIT lost"])
@pytest.mark.parametrize("method", METHODS)
def test_a_fault_at_any_call_is_survived(
    standin: Standin,
    connection: oracledb.Connection,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    fault: str,
) -> None:
    counter = CallCounter(standin)
    counter.install(monkeypatch)
    monkeypatch.setattr("oracle_core.retry.time.sleep", lambda _: None)
    is_append = method == "append"
    stride = 1 if IS_FULL else LONG_STRIDE if method in ("rename", "exchange") else STRIDE
    number = 1 + (list(FAULTS).index(fault) + list(METHODS).index(method)) % stride
    while True:
        clear(connection)
        pipeline = Pipeline(
            {
                "host": standin.host,
                "port": standin.port,
                "service_name": standin.service_name,
                "user": USER,
                "password": PASSWORD,
                "batch_size_rows": 4,
                **METHODS[method],
                **(NO_DIRECT_PATH if fault == "end of file" else {}),
            },
            SCHEMA,
            RECORDS,
            chunk=4,
            read_state=READ_STATE[method](connection),
        )
        lines = pipeline.lines()
        with counter.ordered(FAULTS[fault], number):
            pipeline.run(lines)
            is_met = counter.count >= number
        where = f"{method}, {fault}, call {number}"
        assert pipeline.run(pipeline.lines()), where  # the next run, which begins at the last STATE
        check(connection, where, is_append=is_append)
        if not is_met:
            break
        number += stride


def check(connection: oracledb.Connection, where: str, *, is_append: bool) -> None:
    found = rows(connection, "SELECT id, a FROM t ORDER BY a")
    expected = [(i % 7, i) for i in range(0 if is_append else 5, 12)]
    assert found == expected, where
    names = [name for (name,) in rows(connection, "SELECT table_name FROM user_tables")]
    assert not [n for n in names if n.startswith(("SINGER_STG", "SINGER_NEW", "SINGER_OLD"))], where
    keys = "SELECT status FROM user_constraints WHERE table_name = 'T' AND constraint_type = 'P'"
    assert is_append or rows(connection, keys) == [("ENABLED",)], where
    locks = rows(connection, "SELECT lock_name FROM singer_load_locks WHERE lock_name LIKE 'RUN%'")
    assert locks == [], where
