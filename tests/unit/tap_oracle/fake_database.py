"""A session whose cursors answer from lists, so that the tap runs without a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from tap_oracle.tap import TapOracle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CONFIG = {
    "host": "db.example.org",
    "service_name": "FREEPDB1",
    "user": "app",
    "password": "correct horse battery staple",
    "array_size_rows": 3,
    "snapshot": "none",
    "late_commits": "off",
    "chunk_rows": 0,
}


class FakeCursor:
    """Answers every statement with the same rows."""

    def __init__(self, rows: Sequence[tuple[Any, ...]], session: FakeSession) -> None:
        self._rows = list(rows)
        self._session = session
        self.arraysize = 0
        self.prefetchrows = 0
        self.input_types: dict[str, Any] = {}

    def setinputsizes(self, **types: Any) -> None:
        self.input_types = types

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """The dictionary's cursors are not those that the streams close."""

    def execute(self, sql: str, binds: dict[str, Any], **options: bool) -> Self:
        if "_TAB_COLS" in sql.upper():
            # No table has a column that the catalog lacks.
            self._rows = []
            return self
        assert options == {"fetch_decimals": True, "fetch_lobs": False}
        self._session.statements.append((sql, binds, self.input_types))
        # Every LOB of the rows is there: one mark per LOB column ends each row.
        marks = [1] * sql.count("CASE WHEN")
        self._rows = [(*row, *marks) for row in self._rows]
        if limit := binds.get("row_limit"):
            self._rows = self._rows[:limit]
        return self

    def parse(self, sql: str) -> None:
        """Every column of the catalog is there."""

    def fetchmany(self, size: int = 0) -> list[tuple[Any, ...]]:
        rows, self._rows = self._rows[:size], self._rows[size:]
        if self._session.on_fetch:
            self._session.on_fetch(rows)
        return rows

    def close(self) -> None:
        self._session.closed_cursors += 1


class FakeSession:
    """One session; keeps the statements that were run."""

    service_name = "FREEPDB1"

    def __init__(self, rows: Sequence[tuple[Any, ...]]) -> None:
        self._rows = rows
        self.statements: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        self.on_fetch: Callable[[list[tuple[Any, ...]]], None] | None = None
        self.closed_cursors = 0

    def cursor(self) -> FakeCursor:
        return FakeCursor(self._rows, self)


class FakeTap(TapOracle):
    """The tap over a fake session."""

    def __init__(self, session: FakeSession, **arguments: Any) -> None:
        self.session = session
        config = {**CONFIG, **arguments.pop("config", {})}
        super().__init__(config=config, **arguments)

    @property
    def connection(self) -> Any:
        return self.session


def catalog_of(properties: dict[str, str], **root: Any) -> dict[str, Any]:
    """Return a catalog of one selected stream `HR-T`: property -> Oracle type."""
    return {
        "streams": [
            {
                "tap_stream_id": "HR-T",
                "stream": "HR-T",
                "table_name": "T",
                "key_properties": ["ID"] if "ID" in properties else [],
                "schema": {
                    "type": "object",
                    "properties": {
                        name: {"type": ["string", "null"], "x-sql-datatype": sql_datatype}
                        for name, sql_datatype in properties.items()
                    },
                },
                "metadata": [
                    {
                        "breadcrumb": [],
                        "metadata": {"schema-name": "HR", "selected": True, **root},
                    }
                ],
            }
        ]
    }
