"""A PostgreSQL server of the trial's own, for the plugins that read and write PostgreSQL."""

from __future__ import annotations

import shutil
import socket
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from oracle_standin.engine.postgres import SUPERUSER, Postgres, initialize, private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = tuple(Path(__file__).with_name("kinds.sql").read_text("utf-8").split(";\n"))[:-1]
"""Statements that make tables with every type that tap-postgres reads."""

HOST = "127.0.0.1"
DATABASE = "postgres"
PASSWORD = "unused"  # noqa: S105 - the server trusts local connections; the plugins ask for one


class PostgresServer(Postgres):
    """A server that listens on a port of 127.0.0.1, because the plugins take no socket folder."""

    def __init__(self, folder: Path) -> None:
        """Prepare to run over the `data` in a folder."""
        super().__init__(folder / "data", folder)
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port: int = probe.getsockname()[1]
        with (folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write(f"listen_addresses = '{HOST}'\nport = {self.port}\n")

    def settings(self, **more: Any) -> dict[str, Any]:
        """Return the settings of tap-postgres or target-postgres."""
        return {
            "host": HOST,
            "port": self.port,
            "user": SUPERUSER,
            "password": PASSWORD,
            "database": DATABASE,
            **more,
        }

    def connect(self, database: str = DATABASE) -> psycopg.Connection[tuple[Any, ...]]:
        """Return a new connection, in autocommit mode."""
        return psycopg.connect(
            host=HOST, port=self.port, user=SUPERUSER, dbname=database, autocommit=True
        )

    def execute(self, *statements: str) -> None:
        """Run statements, each in a transaction of its own."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Return the rows of a query by the names of its columns."""
        with self.connect() as connection:
            cursor = connection.execute(query.encode())
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor]


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start an empty server from the programs that the stand-in runs on, and stop it at the end."""
    folder = private_folder()
    try:
        initialize(folder / "data")
        server = PostgresServer(folder)
        server.start(DATABASE)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
