"""The database behind the wire server: its life, its users and its sessions."""

from __future__ import annotations

import shutil
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any, Self

from oracle_standin.engine import postgres, template

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    import psycopg

_KEY_FILE = "standin-version"


class Database:
    """An Oracle database in miniature: one PostgreSQL server of its own."""

    def __init__(self, data_dir: Path | None = None, profile: str = "23") -> None:
        """Prepare a database.

        Args:
            data_dir: Where the data stays after `stop()`; None for a database that vanishes.
            profile: The Oracle version to resemble, "23" or "19".
        """
        self.profile = profile
        self._data_dir = data_dir
        self._run_folder: Path | None = None
        self._server: postgres.Postgres | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the server; raises PostgresError when that fails."""
        run_folder = postgres.private_folder()
        try:
            data = self._prepare_data(run_folder)
            self._server = postgres.Postgres(data, run_folder)
            self._server.start()
        except BaseException:
            shutil.rmtree(run_folder, ignore_errors=True)
            raise
        self._run_folder = run_folder

    def _prepare_data(self, run_folder: Path) -> Path:
        if self._data_dir is None:
            template.copy_to(run_folder / "data")
            return run_folder / "data"
        data = self._data_dir / "data"
        version_file = self._data_dir / _KEY_FILE
        if not data.exists():
            self._data_dir.mkdir(parents=True, exist_ok=True)
            template.copy_to(data)
            version_file.write_text(template.key(), encoding="ascii")
        elif version_file.read_text(encoding="ascii") != template.key():
            message = f"{self._data_dir} was made by another version of the stand-in"
            raise postgres.PostgresError(message)
        return data

    def stop(self) -> None:
        """End all sessions and stop the server; further calls are harmless."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()
        run_folder, self._run_folder = self._run_folder, None
        if run_folder is not None:
            shutil.rmtree(run_folder, ignore_errors=True)

    def __enter__(self) -> Self:
        """Start the database."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the database."""
        self.stop()

    def owner_connection(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Return a new connection to PostgreSQL as the owner `sys`, in autocommit mode.

        Its search path is "SYS", pg_catalog, ora. The caller closes it.
        """
        if self._server is None:
            message = "the database is not running"
            raise postgres.PostgresError(message)
        return self._server.connect()

    def scalar(self, statement: str, parameters: tuple[Any, ...] = ()) -> Any:  # noqa: ANN401
        """Return the first value that a statement run as the owner gives, None without a row."""
        with closing(self.owner_connection()) as connection:
            row = connection.execute(statement.encode(), parameters).fetchone()
        return row[0] if row else None
