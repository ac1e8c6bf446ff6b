"""What sessions meet: idle time, locks, and a dictionary of the database's own size."""

from __future__ import annotations

import re
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import oracledb

from catalog.introspect import take_inventory
from catalog.name_filter import NameFilter
from catalog.table_assembly import Depth
from oracle_core.connection import connect
from oracle_core.server import read_server
from tools.live_check.probe import codes_of, outcome, seconds_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_core.server import Server
    from tools.live_check.probe import Answer, Bench

_SLOWEST = 5


def server_of(bench: Bench) -> Server:
    """Return what the database can, as the pair sees it."""
    with closing(bench.database.connect(bench.user)) as connection:
        return read_server(connection)


def dictionary_seconds(bench: Bench) -> Iterator[Answer]:
    """Time discovery of everything that the administrator sees, and its slowest statements."""
    seconds: list[tuple[float, str]] = []
    with closing(bench.database.connect()) as connection:
        timed = _TimedConnection(connection, seconds)
        start = time.monotonic()
        try:
            inventory = take_inventory(timed, NameFilter(()), Depth())  # type: ignore[arg-type]
        except oracledb.Error as error:
            yield "discovery", codes_of(error)
            return
    tables = len(list(inventory.tables))
    yield f"{tables:,} tables and views", f"{time.monotonic() - start:.1f} s"
    for took, view in sorted(seconds, reverse=True)[:_SLOWEST]:
        yield view, f"{took:.1f} s"


class _TimedConnection:
    """A connection that notes how long its statements take to their last row."""

    def __init__(self, connection: oracledb.Connection, seconds: list[tuple[float, str]]) -> None:
        self._connection = connection
        self._seconds = seconds

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a connection has
        return getattr(self._connection, name)

    def cursor(self) -> _TimedCursor:
        return _TimedCursor(self._connection.cursor(), self._seconds)


class _TimedCursor:
    """A cursor that notes how long a statement takes from its execution to its last row."""

    def __init__(self, cursor: oracledb.Cursor, seconds: list[tuple[float, str]]) -> None:
        self.__dict__.update(_cursor=cursor, _seconds=seconds, _start=0.0, _views="")

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a cursor has
        return getattr(self._cursor, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._cursor, name, value)

    def __enter__(self) -> _TimedCursor:
        return self

    def __exit__(self, *_: object) -> None:
        if self._views:
            self._seconds.append((time.monotonic() - self._start, self._views))
        self._cursor.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._cursor)

    def execute(self, sql: str, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        views = re.findall(r"\bFROM ([\w$.]+)", sql, flags=re.IGNORECASE)
        self.__dict__.update(_start=time.monotonic(), _views=", ".join(dict.fromkeys(views)))
        result = self._cursor.execute(sql, *arguments, **options)
        return self if result is self._cursor else result


def waiting_ddl(bench: Bench) -> Iterator[Answer]:
    """Change a table beside an open transaction, without and with DDL_LOCK_TIMEOUT."""
    bench.make("CREATE TABLE live_ddl (id NUMBER(9))")
    with bench.cursor() as holder, bench.cursor() as cursor:
        holder.execute("INSERT INTO live_ddl VALUES (1)")
        for timeout in (0, 2):
            cursor.execute(f"ALTER SESSION SET DDL_LOCK_TIMEOUT = {timeout}")
            sql = f"ALTER TABLE live_ddl ADD (c{timeout} NUMBER)"
            yield (
                f"ALTER TABLE, DDL_LOCK_TIMEOUT {timeout}",
                seconds_of(lambda s=sql: cursor.execute(s)),
            )


def idle_session(bench: Bench) -> Iterator[Answer]:
    """Let a session rest and use it again (IDLE=400 tries what firewalls do)."""
    config = bench.database.config(bench.user, expire_time_minutes=1)
    with closing(connect(config, module="live-check")) as connection:
        time.sleep(bench.idle_seconds)
        yield f"{bench.idle_seconds:.0f} s idle, then a ping", outcome(connection.ping)
