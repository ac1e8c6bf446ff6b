"""Staged merges, the ledger, and what a run leaves behind."""

from __future__ import annotations

import json
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from target_oracle.run_locks import LOCKS
from tests.oracle.loader import ID, Loader, record_line, schema_line, state_line

if TYPE_CHECKING:
    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

TEXT: dict[str, Any] = {"A": {"type": ["string", "null"], "maxLength": 10}}
STAGING_TABLES = (
    "SELECT table_name FROM user_tables WHERE table_name LIKE 'SINGER\\_STG%' ESCAPE '\\'"
)
WIDE: dict[str, Any] = {
    **ID,
    "T": {"type": ["string", "null"]},
    "B": {"type": ["string", "null"], "contentEncoding": "base64"},
    "Z": {"type": ["string", "null"], "format": "date-time"},
    "D": {"type": ["string", "null"], "format": "date-time", "x-sql-datatype": "DATE"},
    "N": {"type": ["number", "null"]},
    "F": {"type": ["number", "null"], "x-sql-datatype": "BINARY_DOUBLE"},
    "C": {"type": ["string", "null"], "x-sql-datatype": "CHAR(5 CHAR)"},
    "I": {
        "type": ["string", "null"],
        "format": "duration",
        "x-sql-datatype": "INTERVAL DAY(9) TO SECOND(9)",
    },
}
VALUES: list[dict[str, Any]] = [
    {
        "T": "x" * 40_000,
        "B": "AP8B",
        "Z": "2024-03-31T02:30:00.123456789-05:30",
        "N": 0.1,
        "C": "ab",
    },
    {"T": "ż", "D": "2024-02-29T23:59:58+00:00", "F": 5e-324, "I": "P1DT2H3M4.000000005S"},
    {"T": None, "D": "-0044-03-15T12:00:00+00:00", "N": 10**37},
]
WIDE_ROWS = (
    "SELECT id, t, b, TO_CHAR(z), TO_CHAR(d, 'SYYYY-MM-DD HH24:MI:SS'), TO_CHAR(n), f, c,"
    " TO_CHAR(i) FROM t ORDER BY id"
)


@pytest.mark.parametrize("direct_path", ["auto", "never"])
def test_staged_values_are_those_of_array_binds(loader: Loader, direct_path: str) -> None:
    schema = schema_line(WIDE)
    lines = [record_line({"ID": i, **values}) for i, values in enumerate(VALUES)]
    loader.load(schema, *lines, merge_strategy="array")
    expected = loader.rows(WIDE_ROWS)
    loader.execute("DELETE FROM t")
    for _ in range(2):  # inserted, then updated
        loader.load(schema, *lines, merge_strategy="staged", direct_path=direct_path)
        assert loader.rows(WIDE_ROWS) == expected
    assert loader.rows(STAGING_TABLES) == []


def test_the_last_row_of_a_key_wins_and_deletes_count(loader: Loader) -> None:
    deleted = {"_sdc_deleted_at": {"type": ["string", "null"], "format": "date-time"}}
    schema = schema_line({**ID, **TEXT, **deleted})
    gone = "2024-01-01T00:00:00Z"
    loader.load(schema, record_line({"ID": 5, "A": "old"}), record_line({"ID": 6, "A": "old"}))
    loader.load(
        schema,
        record_line({"ID": 1, "A": "a"}),
        record_line({"ID": 1, "A": "b"}),
        record_line({"ID": 2, "_sdc_deleted_at": gone}),
        record_line({"ID": 2, "A": "again"}),
        record_line({"ID": 5, "A": "new"}),
        record_line({"ID": 5, "_sdc_deleted_at": gone}),
        merge_strategy="staged",
        hard_delete=True,
    )
    assert loader.rows("SELECT id, a FROM t ORDER BY id") == [(1, "b"), (2, "again"), (6, "old")]
    assert loader.rows("SELECT rows_updated, rows_deleted FROM singer_loads ORDER BY load_id") == [
        (2, 0),
        (2, 1),
    ]


def test_keys_of_type_char_are_folded_as_oracle_compares_them(loader: Loader) -> None:
    key = {"K": {"type": "string", "x-sql-datatype": "CHAR(5 CHAR)"}, **TEXT}
    schema = schema_line(key, keys=("K",))
    rows = [{"K": "ab", "A": "1"}, {"K": "ab ", "A": "2"}]
    for _ in range(2):
        loader.load(schema, *map(record_line, rows), merge_strategy="staged")
        assert loader.rows("SELECT k, a FROM t") == [("ab   ", "2")]


def test_the_choice_is_logged_once_with_its_reason(loader: Loader) -> None:
    lines = [schema_line(ID), *(record_line({"ID": i}) for i in range(4))]
    done = loader.load(*lines, batch_size_rows=2)
    assert done.stderr.count("batches of 5,000 rows or more are loaded by direct path") == 1
    done = loader.load(*lines, direct_path="never")
    assert done.stderr.count("because direct_path is never") == 1
    done = loader.load(*lines, merge_strategy="array")
    assert done.stderr.count("because merge_strategy is array") == 1


def test_each_batch_has_a_ledger_row(loader: Loader) -> None:
    lines = [record_line({"ID": i}) for i in range(5)]
    loader.load(schema_line(ID), *lines, state_line({"n": 1}), batch_size_rows=2)
    rows = loader.rows(
        "SELECT stream, batch_no, rows_updated, run_uuid FROM singer_loads ORDER BY batch_no"
    )
    assert [row[:3] for row in rows] == [("HR-T", 1, 2), ("HR-T", 2, 2), ("HR-T", 3, 1)]
    assert len({row[3] for row in rows}) == 1
    assert loader.rows("SELECT COUNT(*) FROM singer_loads WHERE committed_at < started_at") == [
        (0,)
    ]


def test_a_failed_batch_has_no_ledger_row(loader: Loader) -> None:
    loader.error(schema_line({**ID, **TEXT}), record_line({"ID": 1, "A": "x" * 11}))
    assert loader.rows("SELECT COUNT(*) FROM singer_loads") == [(0,)]


def test_a_killed_run_leaves_nothing_after_the_next(loader: Loader, target: Plugin) -> None:
    config = loader.database.config(loader.user, load_method="overwrite", batch_size_rows=2)
    old = [record_line({"ID": i}) for i in (7, 8)]
    loader.load(schema_line(ID), *old, load_method="overwrite")
    process = target.start(config)
    assert process.stdin is not None
    lines = [schema_line(ID), *(record_line({"ID": i}) for i in range(4))]
    process.stdin.write("".join(line + "\n" for line in lines).encode())
    process.stdin.flush()
    deadline = time.monotonic() + 120
    while len(loader.rows(STAGING_TABLES)) != 1:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    # A second run neither takes the living run for dead nor waits when it is told not to.
    error = loader.error(*lines, load_method="overwrite", on_concurrent_load="fail")
    assert "another load holds" in error
    assert len(loader.rows(STAGING_TABLES)) == 1
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    assert loader.rows("SELECT id FROM t ORDER BY id") == [(7,), (8,)]
    loader.load(*lines, load_method="overwrite")
    assert loader.rows(STAGING_TABLES) == []
    assert loader.rows(f"SELECT lock_name FROM {LOCKS} WHERE lock_name LIKE 'RUN%'") == []
    assert loader.rows("SELECT COUNT(*) FROM t") == [(4,)]


def test_a_second_load_waits_for_the_first(loader: Loader, target: Plugin) -> None:
    config = loader.database.config(loader.user, batch_size_rows=2)
    schema = schema_line({**ID, **TEXT})
    first = target.start(config)
    assert first.stdin is not None
    assert first.stdout is not None
    opening = [schema, record_line({"ID": 1, "A": "1"}), record_line({"ID": 2, "A": "1"})]
    first.stdin.write("".join(line + "\n" for line in [*opening, state_line({"n": 1})]).encode())
    first.stdin.flush()
    assert json.loads(first.stdout.readline()) == {"n": 1}
    second = target.start(config)
    assert second.stdin is not None
    lines = [schema, *(record_line({"ID": i, "A": "2"}) for i in (1, 2, 3))]
    second.stdin.write("".join(line + "\n" for line in lines).encode())
    second.stdin.flush()
    assert second.stderr is not None
    assert any(b"waiting for its end" in line for line in second.stderr)
    first.communicate((record_line({"ID": 3, "A": "1"}) + "\n").encode(), timeout=60)
    second.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (0, 0)
    assert loader.rows("SELECT id, a FROM t ORDER BY id") == [(1, "2"), (2, "2"), (3, "2")]


def test_without_the_right_to_make_a_ledger_the_load_goes_on(loader: Loader) -> None:
    loader.execute("CREATE TABLE t (id NUMBER(18) PRIMARY KEY)")
    done = loader.load(schema_line(ID), record_line({"ID": 1}), freeze_schema=True)
    assert "No ledger" in done.stderr
    assert loader.rows("SELECT id FROM t") == [(1,)]
    error = loader.error(
        schema_line(ID), record_line({"ID": 2}), freeze_schema=True, load_method="overwrite"
    )
    assert "overwrite needs staging" in error
    assert loader.rows("SELECT id FROM t") == [(1,)]


def test_the_state_is_committed_with_its_rows_and_the_next_run_starts_there(
    loader: Loader,
) -> None:
    schema = schema_line(ID, keys=())
    settings: dict[str, Any] = {
        "load_method": "append-only",
        "state_table": "singer_state",
        "state_id": "dev:tap-to-target",
    }
    stored = "SELECT state_id, state, seq FROM singer_state"
    lines = [schema, record_line({"ID": 1}), state_line({"n": 1}), record_line({"ID": 2})]
    done = loader.load(*lines, **settings)
    assert "behind the last STATE" in done.stderr
    assert done.states() == [{"n": 1}]
    assert loader.rows("SELECT id FROM t") == [(1,)]
    assert loader.rows(stored) == [("dev:tap-to-target", '{"n": 1}', 1)]
    failing = [schema, record_line({"ID": 2}), state_line({"n": 2}), record_line({"ID": 10**40})]
    done = loader.load(*failing, state_line({"n": 3}), code=1, **settings)
    assert done.states() == []
    assert loader.rows("SELECT id FROM t ORDER BY id") == [(1,), (2,)]
    assert loader.rows(stored) == [("dev:tap-to-target", '{"n": 2}', 2)]
    digests = loader.rows("SELECT rows_inserted, LENGTH(state_digest) FROM singer_loads")
    assert digests == [(1, 64), (1, 64)]


def test_without_any_state_all_rows_are_committed_at_the_end(loader: Loader) -> None:
    loader.load(
        schema_line(ID),
        record_line({"ID": 1}),
        batch_size_rows=1,
        state_table="singer_state",
        state_id="x",
    )
    assert loader.rows("SELECT id FROM t") == [(1,)]


def test_a_state_table_needs_an_id(loader: Loader) -> None:
    done = loader.load(schema_line(ID), state_table="singer_state", code=2)
    assert "state_id" in done.errors()[0]
