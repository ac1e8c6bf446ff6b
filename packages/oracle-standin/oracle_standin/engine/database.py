"""The database behind the wire server: its life, its users and its sessions."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING, Any, Self

from oracle_standin.backend import ExecuteOptions, SessionInfo
from oracle_standin.engine import postgres, template
from oracle_standin.engine.link import Link
from oracle_standin.engine.server_facts import ServerFacts
from oracle_standin.engine.session import Session
from oracle_standin.engine.shared import SharedState
from oracle_standin.protocol import OracleError
from oracle_standin.verifier import PasswordVerifier, make_verifier

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    import psycopg

_MAX_PASSWORD_BYTES = 1024
_MAX_PASSWORD_BYTES_19 = 30
_KEY_FILE = "standin-version"
_ADMINISTRATOR_PASSWORD = "oracle"  # noqa: S105 - documented, for a database of test data
_APPLICATION_GRANTS = (
    "CONNECT, RESOURCE, CREATE VIEW, CREATE MATERIALIZED VIEW, CREATE SYNONYM, UNLIMITED TABLESPACE"
)


class Database:
    """An Oracle database in miniature: one PostgreSQL server of its own."""

    def __init__(self, data_dir: Path | None = None, server: ServerFacts | None = None) -> None:
        """Prepare a database.

        Args:
            data_dir: Where the data stays after `stop()`; None for a database that vanishes.
            server: The server to play, a 23ai by default.
        """
        self.server = server or ServerFacts()
        self._data_dir = data_dir
        self._run_folder: Path | None = None
        self._server: postgres.Postgres | None = None
        self._shared: SharedState | None = None

    def start(self) -> None:
        """Start the server; raises PostgresError when that fails."""
        run_folder = postgres.private_folder()
        try:
            data, fresh = self._prepare_data(run_folder)
            self._server = postgres.Postgres(data, run_folder)
            self._server.start()
            self._run_folder = run_folder
            self._play_server(fresh=fresh)
            self._shared = SharedState(self._server.connect(), self.server, self._server.connect)
            self._set_administrator_password(self._shared)
        except BaseException:
            self.stop()
            shutil.rmtree(run_folder, ignore_errors=True)
            raise

    def _set_administrator_password(self, shared: SharedState) -> None:
        if self.verifier("SYSTEM") is None:
            verifier = make_verifier(_ADMINISTRATOR_PASSWORD)
            shared.run(
                "UPDATE ora.users SET salt = %s, verifier = %s WHERE username = 'SYSTEM'",
                (verifier.salt, verifier.hash),
            )

    def _prepare_data(self, run_folder: Path) -> tuple[Path, bool]:
        """Return the data folder, and whether it is a copy of the template."""
        if self._data_dir is None:
            template.copy_to(run_folder / "data")
            return run_folder / "data", True
        data = self._data_dir / "data"
        version_file = self._data_dir / _KEY_FILE
        fresh = not data.exists()
        if fresh:
            self._data_dir.mkdir(parents=True, exist_ok=True)
            template.copy_to(data)
            version_file.write_text(self._key(), encoding="ascii")
        elif version_file.read_text(encoding="ascii") != self._key():
            message = f"{self._data_dir} was made by another version of the stand-in or its server"
            raise postgres.PostgresError(message)
        return data, fresh

    def _key(self) -> str:
        """Return what data in a folder of its own must have been made by and for."""
        played = "" if self.server == ServerFacts() else f" {self.server}"
        return template.key() + played

    def _play_server(self, *, fresh: bool) -> None:
        """Take from a new database what the played server does not have, and give it the rest."""
        if not fresh or self.server == ServerFacts():
            return
        with closing(self.owner_connection()) as connection:
            connection.execute("SELECT ora.play_release(%s)", (self.server.major,))
            if self.server.calendar != "GREGORIAN":
                connection.execute("SELECT ora.use_calendars()")

    def stop(self) -> None:
        """End all sessions and stop the server; further calls are harmless."""
        shared, self._shared = self._shared, None
        if shared is not None:
            shared.close()
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
        return self._server_or_fail().connect()

    def _server_or_fail(self) -> postgres.Postgres:
        if self._server is None:
            message = "the database is not running"
            raise postgres.PostgresError(message)
        return self._server

    def scalar(self, statement: str, parameters: tuple[Any, ...] = ()) -> Any:  # noqa: ANN401
        """Return the first value that a statement run as the owner gives, None without a row."""
        rows = self._running().query(statement, parameters)
        return rows[0][0] if rows else None

    # ------------------------------------------------------------------------------ users

    def verifier(self, user: str) -> PasswordVerifier | None:
        """Return the stored password verifier of a user (exact case), or None."""
        rows = self._running().query(
            "SELECT salt, verifier FROM ora.users WHERE username = %s AND salt IS NOT NULL", (user,)
        )
        return PasswordVerifier(salt=bytes(rows[0][0]), hash=bytes(rows[0][1])) if rows else None

    def set_password(self, user: str, password: str) -> None:
        """Give a user a new password; raises ORA-00988, 00972 (19c) or 28218 for a wrong one.

        Source: Security Guide, "Minimum Requirements for Passwords": 1,024 bytes, 30 before 23ai.
        Of too long ones, python-oracledb's tests 1008 and 1037 expect ORA-00988 for digits.
        """
        size = len(password.encode())
        if not password or (size > _MAX_PASSWORD_BYTES and password[0].isdigit()):
            raise OracleError(988, "missing or invalid password(s)")
        if not self.server.since(23) and size > _MAX_PASSWORD_BYTES_19:
            raise OracleError(972, "identifier is too long")
        if size > _MAX_PASSWORD_BYTES:
            raise OracleError(28218, f"password length more than {_MAX_PASSWORD_BYTES} bytes")
        verifier = make_verifier(password)
        self._running().run(
            "UPDATE ora.users SET salt = %s, verifier = %s WHERE username = %s",
            (verifier.salt, verifier.hash, user),
        )

    def open_session(self, user: str, info: SessionInfo) -> Session:
        """Log a verified user on, perhaps through another one.

        Raises ORA-01045 without CREATE SESSION, ORA-28000 when locked, ORA-28150 for a proxy that
        may not.
        """
        shared = self._running()
        if info.proxy_user and not shared.query(
            "SELECT 1 FROM ora.proxies WHERE client = %s AND proxy = %s", (user, info.proxy_user)
        ):
            raise OracleError(28150, "proxy not authorized to connect as client")
        rows = shared.query(
            "SELECT account_status, ora.has_privilege(username, 'CREATE SESSION')"
            " FROM ora.users WHERE username = %s",
            (user,),
        )
        if not rows:
            raise OracleError(1017, "invalid username/password; logon denied")
        status, may_log_on = rows[0]
        if "LOCKED" in status:
            raise OracleError(28000, "The account is locked.")
        if not may_log_on:
            raise OracleError(1045, f"user {user} lacks CREATE SESSION privilege; logon denied")
        shared.run(
            "UPDATE ora.users SET last_login = clock_timestamp() WHERE username = %s", (user,)
        )
        link = self._server_or_fail().connect_as(Link)
        try:
            session = Session(link, user, info, shared)
        except BaseException:
            link.close()
            raise
        shared.session_opened(session, user, info)
        return session

    def create_user(self, name: str, password: str) -> None:
        """Create a user who may do what an application's owner needs; an existing one stays.

        The name is folded to upper case unless it is in double quotes.
        """
        exact = name[1:-1] if name.startswith('"') else name.upper()
        if self.scalar("SELECT 1 FROM ora.users WHERE username = %s", (exact,)):
            return
        session = self.open_session("SYSTEM", SessionInfo(session_id=0, serial_number=0))
        try:
            for statement in (
                f'CREATE USER "{exact}" IDENTIFIED BY "{password}"',
                f'GRANT {_APPLICATION_GRANTS} TO "{exact}"',
            ):
                session.execute(statement, (), ((),), ExecuteOptions())
        finally:
            session.close()

    def _running(self) -> SharedState:
        if self._shared is None:
            message = "the database is not running"
            raise postgres.PostgresError(message)
        return self._shared
