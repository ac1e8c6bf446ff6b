"""A history that is full, forbidden or cut off beside a load, and two loads of one job at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from oracle_standin import Standin
from oracle_standin.faults import Fault
from oracle_standin.testing import OracleDatabase

from tests.oracle.loader import ID, Loader, record_line, schema_line, state_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fix_plugins import Plugin

pytestmark = [pytest.mark.oracle, pytest.mark.standin]

USER, PASSWORD = "LOADER", "pw"
HISTORY = "JOB_HISTORY"
LINES = (schema_line(ID), record_line({"ID": 1}), state_line({"a": 1}))


@pytest.fixture(scope="module")
def standin() -> Iterator[Standin]:
    """Return a server with fault switches."""
    with Standin(users={USER: PASSWORD}, faults=True) as standin:
        yield standin


@pytest.fixture
def faulty(standin: Standin, target: Plugin) -> Iterator[Loader]:
    """Return a loader into an empty schema of that server."""
    database = OracleDatabase(standin.dsn, "SYSTEM", "oracle", True, {USER: PASSWORD})
    yield Loader(target, database, USER)
    standin.clear_faults()
    for name, kind in database.rows(
        USER, "SELECT object_name, object_type FROM user_objects WHERE object_type != 'INDEX'"
    ):
        database.execute(USER, f'DROP {kind} "{name}"')


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault("fail", r"INSERT INTO.*JOB_HISTORY", times=0, code=1653), "ORA-01653"),
        (Fault("fail", r"CREATE TABLE.*JOB_HISTORY", times=0, code=1536), "ORA-01536"),
        (Fault("fail", r"UPDATE.*JOB_HISTORY", times=0, code=1654), "ORA-01654"),
        (Fault("drop", r"JOB_HISTORY", times=0), ""),
    ],
    ids=["tablespace full", "quota exceeded", "full at the end", "cut off"],
)
def test_a_history_that_fails_is_one_warning_and_the_data_flow(
    standin: Standin, faulty: Loader, fault: Fault, code: str
) -> None:
    standin.inject(fault)
    done = faulty.load(*LINES, job_history_table=HISTORY)
    assert faulty.rows("SELECT id FROM t") == [(1,)]
    assert json.loads(done.stdout.splitlines()[-1]) == {"a": 1}
    warnings = [line for line in done.stderr.splitlines() if HISTORY in line]
    assert len(warnings) == 1, done.stderr
    assert "cannot be written" in warnings[0]
    assert code in warnings[0]


def test_parallel_loads_of_one_job_have_a_row_each(faulty: Loader, target: Plugin) -> None:
    config = faulty.database.config(USER, batch_size_rows=1, job_history_table=HISTORY)
    with target.start(config) as first:
        assert first.stdin and first.stdout
        first.stdin.write("".join(line + "\n" for line in LINES).encode())
        first.stdin.flush()
        assert json.loads(first.stdout.readline()) == {"a": 1}
        faulty.load(*(line.replace("HR-T", "HR-U") for line in LINES), job_history_table=HISTORY)
        runs = "SELECT status FROM job_history WHERE id NOT LIKE '%/HR-_' ORDER BY run_id"
        assert faulty.rows(runs) == [("RUNNING",), ("SUCCESS",)]
        first.stdin.close()
        assert first.wait() == 0
    assert faulty.rows(runs) == [("SUCCESS",), ("SUCCESS",)]
