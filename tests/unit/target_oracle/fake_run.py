"""A whole run over a database that only remembers."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any

from singer_sdk.mapper import PluginMapper

from oracle_core.identifiers import Identifier
from oracle_core.server import Server
from target_oracle.ddl import Plan, plan
from target_oracle.reader import BulkReader
from target_oracle.run import LoadRun
from target_oracle.settings import TargetSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    import oracledb

    from target_oracle.ledger import Ledger, LoadEntry, RowCounts
    from target_oracle.settings import OnTypeChange
    from target_oracle.table_spec import TableSpec


class FakeCursor:
    """Keeps what it is asked to run; `counts` are what UPDATE reports."""

    def __init__(self, database: FakeSession) -> None:
        self.database = database

    def var(self, db_type: oracledb.DbType, *, size: int, arraysize: int) -> tuple[Any, ...]:
        return (db_type, size, arraysize)

    def setinputsizes(self, *sizes: Any) -> None:
        self.database.sizes = sizes

    def prepare(self, sql: str, *, cache_statement: bool) -> None:
        assert not cache_statement
        self.prepared = sql

    def executemany(
        self, sql: str | None, rows: list[Any], *, arraydmlrowcounts: bool, batcherrors: bool
    ) -> None:
        assert not batcherrors
        sql = sql or self.prepared
        if self.database.on_execute:
            self.database.on_execute()
        self.database.log.append((sql.split(maxsplit=1)[0], rows))
        self.counted = arraydmlrowcounts

    def getarraydmlrowcounts(self) -> list[int]:
        assert self.counted
        return self.database.counts

    rowcount = 1

    def execute(self, sql: str, binds: list[Any]) -> None:
        self.database.statements.append(sql)
        self.database.log.append((sql.split(maxsplit=1)[0], binds))


class FakeSession:
    """Stands where `TargetSession` stands."""

    server = Server()
    own_schema = Identifier("DWH")
    is_abandoned = False

    def __init__(self) -> None:
        self.log: list[tuple[str, Any]] = []
        self.counts: list[int] = []
        self.statements: list[str] = []
        self.sizes: tuple[Any, ...] = ()
        self.on_execute: Callable[[], None] | None = None
        self.specs: list[TableSpec] = []
        self.closed = False

    def ensure_table(
        self, spec: TableSpec, *, stream: str, freeze: bool, on_type_change: OnTypeChange
    ) -> Plan:
        assert on_type_change == "fail"
        assert not self.log or self.log[-1][0] in ("commit", "ddl", "TRUNCATE"), "DDL in between"
        self.specs.append(spec)
        self.log.append(("ddl", [column.name.name for column in spec.columns]))
        return plan(spec, None, freeze=freeze, stream=stream, server=self.server)

    def load(
        self,
        entry: LoadEntry,
        write: Callable[[FakeCursor], RowCounts],
        ledger: Ledger | None,
    ) -> RowCounts:
        assert entry.table.table.name in entry.stream
        assert ledger is None
        try:
            counts = write(FakeCursor(self))
        except BaseException:
            self.log.append(("rollback", None))
            raise
        self.log.append(("commit", None))
        return counts

    def close(self) -> None:
        self.closed = True

    def words(self) -> list[str]:
        return [word for word, _ in self.log]

    def loaded(self) -> list[Any]:
        return [row for word, rows in self.log if word in ("MERGE", "INSERT") for row in rows]


class Harness:
    """A run with its input, its output and a clock that stands still."""

    def __init__(self, **config: Any) -> None:
        self.session = FakeSession()
        self.lines: list[bytes] = []
        self.now = 0.0
        mapper = PluginMapper(plugin_config=config, logger=logging.getLogger("mapper"))
        self.run = LoadRun(
            config,
            TargetSettings.of(config),
            mapper,
            write=self.lines.append,
            session=self.session,  # type: ignore[arg-type]
            bookkeeping=lambda *_: None,
            clock=lambda: self.now,
        )

    def read(self, *messages: dict[str, Any]) -> Harness:
        data = b"".join(json.dumps(message).encode() + b"\n" for message in messages)
        BulkReader(self.run, max_line_bytes=1 << 20).read(io.BytesIO(data))
        return self


def schema(stream: str = "HR-T", *, keys: tuple[str, ...] = ("id",), **more: Any) -> dict[str, Any]:
    properties = {"id": {"type": "integer"}, "a": {"type": ["string", "null"], "maxLength": 9}}
    return {
        "type": "SCHEMA",
        "stream": stream,
        "schema": {"properties": {**properties, **more}},
        "key_properties": list(keys),
    }


def record(number: int, stream: str = "HR-T", **more: Any) -> dict[str, Any]:
    message = {"type": "RECORD", "stream": stream, "record": {"id": number}}
    message["record"].update(more.pop("record", {}))  # type: ignore[attr-defined]
    return {**message, **more}


def state(value: Any) -> dict[str, Any]:
    return {"type": "STATE", "value": value}
