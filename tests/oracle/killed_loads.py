"""Loads in chunks that are killed at some point and go on."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fix_plugins import select

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

ROWS = 12_000
CHUNK_ROWS = 1_500


@dataclass
class KilledLoads:
    """A table of `ROWS` rows in chunks, moved by a tap that is killed into a target."""

    database: OracleDatabase
    tap: Plugin
    target: Plugin
    source: str
    copy: str
    settings: dict[str, Any]

    @property
    def stream(self) -> str:
        return f"{self.source}-BIG"

    @property
    def config(self) -> dict[str, Any]:
        given = {"array_size_rows": 300, "chunk_rows": CHUNK_ROWS, **self.settings}
        return self.database.config(self.source, filter_schemas=self.source, **given)

    def prepare(self) -> dict[str, Any]:
        """Make the table and return its catalog."""
        with closing(self.database.connect(self.source)) as connection:
            cursor = connection.cursor()
            cursor.execute(
                "CREATE TABLE big (id NUMBER(9) PRIMARY KEY, amount NUMBER(12,2),"
                " filler VARCHAR2(200))"
            )
            cursor.executemany(
                "INSERT INTO big VALUES (:1, :2, RPAD('x', 100, 'x'))",
                [(number, number * 3) for number in range(ROWS)],
            )
            connection.commit()
            cursor.execute("BEGIN DBMS_STATS.GATHER_TABLE_STATS(USER, 'BIG'); END;")
        done = self.tap.run(self.config, "--discover")
        assert done.code == 0, done.stderr
        return select(json.loads(done.stdout), lambda _: "")

    def killed_after(
        self, size: int, catalog: dict[str, Any], state: dict[str, Any] | None = None
    ) -> bytes:
        """Return the whole lines of a tap that is killed after some bytes of output."""
        with self.tap.start(self.config, catalog=catalog, state=state or {}) as process:
            assert process.stdin and process.stdout and process.stderr
            process.stdin.close()
            head = process.stdout.read(size)
            process.kill()
            # What was in the pipe at the kill arrives at a target, too.
            output = head + process.stdout.read()
            process.stderr.close()
            process.stdout.close()
        return output[: output.rfind(b"\n") + 1]

    def load(self, lines: bytes) -> dict[str, Any]:
        """Load lines and return the target's last STATE."""
        config = self.database.config(self.copy, default_target_schema=self.copy)
        done = self.target.run(config, stdin=lines)
        assert done.code == 0, done.stderr
        states = done.states()
        return states[-1] if states else {}

    def finish(self, catalog: dict[str, Any], state: dict[str, Any]) -> int:
        """Run the tap to its end from a state, load it and return the rows it sent."""
        done = self.tap.run(self.config, catalog=catalog, state=state)
        assert done.code == 0, done.stderr
        assert "chunks" not in self.load(done.stdout)["bookmarks"][self.stream]
        return len(done.records(self.stream))

    def rows_due(self, state: dict[str, Any]) -> int:
        """Return how many rows the unfinished chunks of a state have."""
        progress = state.get("bookmarks", {}).get(self.stream, {}).get("chunks")
        if progress is None:
            return ROWS
        bounds = [None, *progress["points"], None]
        left = set(range(len(bounds) - 1)) - set(progress["done"])
        column, value = ("ROWID", "CHARTOROWID({})") if progress["by"] == "rowid" else ("id", "{}")
        low, high = value.format(":low"), value.format(":high")
        query = (
            f'SELECT COUNT(*) FROM "{self.source}".big WHERE (:low IS NULL OR {column} >= {low})'
            f" AND (:high IS NULL OR {column} < {high})"
        )
        return sum(
            self.database.rows(self.source, query, low=bounds[n], high=bounds[n + 1])[0][0]
            for n in left
        )

    def agree(self) -> None:
        """Check that source and target hold the same rows."""
        query = 'SELECT id, amount, filler FROM "{}".big ORDER BY id'
        left = self.database.rows(self.source, query.format(self.source))
        right = self.database.rows(self.copy, query.format(self.copy))
        assert left == right
