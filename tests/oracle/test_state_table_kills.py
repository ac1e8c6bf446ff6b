"""Both programs killed again and again while rows and state are one transaction.

Append-only: a row that came twice would stay twice. `KILLS=40` makes a longer test of it.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from typing import IO, TYPE_CHECKING, Any

import pytest

from tests.fix_plugins import select

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

KILLS = int(os.environ.get("KILLS", "2"))
pytestmark = [
    pytest.mark.oracle,
    pytest.mark.timeout(max(900, 60 * KILLS)),  # many runs, on a machine that may be slow
]
CHUNK_ROWS = 250
CHOICE = random.Random(os.environ.get("KILL_SEED"))  # noqa: S311 - no secret is made of it
ROWS = CHUNK_ROWS * 4 * (KILLS + 1)


class Pipeline:
    """The tap into the target, from the state that the target keeps in Oracle."""

    def __init__(
        self, database: OracleDatabase, tap: Plugin, target: Plugin, users: tuple[str, str]
    ) -> None:
        self.database, self.tap, self.target = database, tap, target
        self.source, self.copy = users
        self.reading = database.config(
            self.source, filter_schemas=[self.source], array_size_rows=50, chunk_rows=CHUNK_ROWS
        )
        self.loading = database.config(
            self.copy,
            load_method="append-only",
            state_table="SINGER_STATE",
            state_id="kills",
            job_history_table="JOB_HISTORY",
        )

    def prepare(self) -> dict[str, Any]:
        """Make the table and return its catalog."""
        self.database.execute(
            self.source,
            "CREATE TABLE t (id NUMBER(9) PRIMARY KEY, filler VARCHAR2(100))",
            f"INSERT INTO t SELECT level, RPAD('x', 100, 'x') FROM dual CONNECT BY level <= {ROWS}",
            "BEGIN DBMS_STATS.GATHER_TABLE_STATS(USER, 'T'); END;",
        )
        return select(json.loads(self.tap.run(self.reading, "--discover").stdout), lambda _: "")

    def count(self) -> int:
        found = self.database.rows(
            self.copy, "SELECT COUNT(*) FROM user_tables WHERE table_name = 'T'"
        )
        return (
            int(self.database.rows(self.copy, "SELECT COUNT(*) FROM t")[0][0]) if found[0][0] else 0
        )

    def state(self) -> dict[str, Any]:
        """Return what Meltano's state backend would give to the tap."""
        if not self.database.rows(
            self.copy, "SELECT table_name FROM user_tables WHERE table_name = 'SINGER_STATE'"
        ):
            return {}
        rows = self.database.rows(self.copy, "SELECT state FROM singer_state")
        return dict(json.loads(rows[0][0])) if rows and rows[0][0] else {}

    def run(self, catalog: dict[str, Any], forwarded: int | None) -> bool:
        """Run both; kill them when some of the tap's output has reached the target.

        Args:
            catalog: The catalog.
            forwarded: Bytes that reach the target before both are killed; None for all.

        Returns:
            Whether both ended well.
        """
        command = self.tap.command(self.reading, catalog=catalog, state=self.state())
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        before = self.count()
        with (
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as reader,
            subprocess.Popen(
                self.target.command(self.loading), stdin=subprocess.PIPE, **quiet
            ) as loader,
        ):
            assert reader.stdout and loader.stdin
            _forward(reader.stdout, loader.stdin, forwarded)
            if forwarded is None:
                loader.stdin.close()
            else:
                loader.stdin.flush()
                while CHOICE.random() < 0.9 and self.count() == before:
                    """Mostly wait for a commit, so that the runs come forward."""
                for process in CHOICE.sample([reader, loader], 2):
                    process.kill()
        return reader.returncode == 0 and loader.returncode == 0


def _forward(source: IO[bytes], target: IO[bytes], size: int | None) -> None:
    """Copy the first bytes of a file, or all of it."""
    left = size
    while data := source.read(1 << 14 if left is None else min(1 << 14, left)):
        target.write(data)
        left = None if left is None else left - len(data)


def test_every_row_arrives_exactly_once(
    oracle_database: OracleDatabase,
    tap: Plugin,
    target: Plugin,
    fresh_schema: str,
    other_schema: str,
) -> None:
    pipeline = Pipeline(oracle_database, tap, target, (fresh_schema, other_schema))
    catalog = pipeline.prepare()
    for _ in range(KILLS):
        # The SCHEMA and the first STATE have a kilobyte, a row has about 170 bytes.
        share = CHOICE.randint(0, 2_000 + CHUNK_ROWS * 4 * 170)
        assert not pipeline.run(catalog, share)
        assert pipeline.count() < ROWS
    assert pipeline.run(catalog, None)
    found = oracle_database.rows(
        other_schema, "SELECT COUNT(*), COUNT(DISTINCT id), MIN(id), MAX(id) FROM t"
    )
    assert found == [(ROWS, ROWS, 1, ROWS)]
    statuses = oracle_database.rows(
        other_schema,
        "SELECT status, COUNT(*) FROM job_history WHERE id NOT LIKE '%-T' GROUP BY status",
    )
    assert dict(statuses).get("SUCCESS") == 1, statuses
    assert "RUNNING" not in dict(statuses)
