"""Starting a stand-in from Python, in a process of its own."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import tempfile
import threading
from typing import IO, TYPE_CHECKING, Any, Self

from oracle_standin.faults import OFF

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    import oracledb

    from oracle_standin.faults import Fault

ADMINISTRATOR = "SYSTEM"
ADMINISTRATOR_PASSWORD = "oracle"  # noqa: S105 - documented, of a database for tests
USER_PRIVILEGES = (
    "CONNECT, RESOURCE, CREATE VIEW, CREATE SYNONYM, CREATE MATERIALIZED VIEW, UNLIMITED TABLESPACE"
)

_STOP_SECONDS = 30.0
_LOG_TAIL_LINES = 20


class StandinError(RuntimeError):
    """The stand-in did not start; the message ends with the last lines of its log."""


class Standin:
    """A running stand-in; `dsn`, `host`, `port` and `service_name` say where it listens."""

    def __init__(  # noqa: PLR0913 - each is an option of `serve`
        self,
        *,
        users: Mapping[str, str] | None = None,
        samples: Mapping[str, str] | None = None,
        data_dir: Path | None = None,
        profile: str = "23",
        extended_strings: bool = False,
        compatible: str = "",
        charset: str = "AL32UTF8",
        calendar: str = "GREGORIAN",
        service: str = "FREEPDB1",
        faults: bool = False,
        tls: Path | None = None,
        tls_clients: Path | None = None,
        startup_seconds: float = 120.0,
    ) -> None:
        """Describe a stand-in; `start` or `with` runs it.

        Args:
            users: Names and passwords of users to create.
            samples: Sample schemas to load, each with the user who gets it.
            data_dir: A folder for data that outlives the process; None for data that does not.
            profile: The Oracle version to resemble, "23", "19" or "12.2".
            extended_strings: Whether MAX_STRING_SIZE is EXTENDED.
            compatible: The value of COMPATIBLE, "" for the release's own.
            charset: The database character set, AL32UTF8 or WE8MSWIN1252.
            calendar: NLS_CALENDAR of the instance, GREGORIAN or THAI BUDDHA.
            service: The service name to listen for.
            faults: Whether `inject` may order faults.
            tls: A PEM file of a certificate and its key: clients must connect by `tcps`.
            tls_clients: A PEM file of authorities: clients must show a certificate of one of them.
            startup_seconds: How long the start may take.
        """
        self._users = dict(users or {})
        self._arguments = ["--service", service, "--profile", profile, "--charset", charset]
        self._arguments += ["--compatible", compatible, "--calendar", calendar]
        if extended_strings:
            self._arguments += ["--max-string-size", "extended"]
        for name, password in self._users.items():
            self._arguments += ["--user", f"{name}/{password}"]
        for sample, name in (samples or {}).items():
            self._arguments += ["--sample", f"{sample}={name}"]
        self._tls = tls
        if tls is not None:
            self._arguments += ["--tls", str(tls)]
        if tls_clients is not None:
            self._arguments += ["--tls-clients", str(tls_clients)]
        if faults:
            self._arguments.append("--faults")
        if data_dir is not None:
            self._arguments += ["--data", str(data_dir)]
        self._startup_seconds = startup_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self.host = ""
        self.port = 0
        self.service_name = service
        self.dsn = ""

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Start the process and wait until it is ready; raises StandinError otherwise."""
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `stop`
        command = [sys.executable, "-m", "oracle_standin", "serve", "--die-with-parent"]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [*command, *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )
        try:
            ready = self._read_ready_line(self._process)
        except BaseException:
            self.stop()
            raise
        self.host, self.port = ready["host"], ready["port"]
        self.service_name, self.dsn = ready["service_name"], ready["dsn"]

    def _read_ready_line(self, process: subprocess.Popen[bytes]) -> dict[str, Any]:
        # The timer ends a start that hangs: killing the process ends the wait for its line.
        timer = threading.Timer(self._startup_seconds, process.kill)
        timer.start()
        try:
            line = process.stdout.readline() if process.stdout else b""
        finally:
            timer.cancel()
            timer.join()
        if not line:
            process.wait()
            message = f"the stand-in did not start (exit {process.returncode})\n{self._log_tail()}"
            raise StandinError(message)
        ready: dict[str, Any] = json.loads(line)
        return ready

    def _log_tail(self) -> str:
        if self._log is None:
            return ""
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").splitlines()
        return "\n".join(lines[-_LOG_TAIL_LINES:])

    def connect(self, user: str, password: str | None = None) -> oracledb.Connection:
        """Return a connection of the real driver.

        Without a password, the one given to `users` or `create_user` is taken.
        """
        import oracledb  # noqa: PLC0415 - the driver is needed only by who connects

        if password is None:
            known = {ADMINISTRATOR: ADMINISTRATOR_PASSWORD, **self._users}
            password = known.get(user, user.lower())
        if self._tls is None:
            return oracledb.connect(user=user, password=password, dsn=self.dsn)
        # The one certificate trusted is ours, so its name need not be the host's.
        return oracledb.connect(
            user=user,
            password=password,
            dsn=self.dsn,
            ssl_context=ssl.create_default_context(cafile=self._tls),
            ssl_server_dn_match=False,
        )

    def create_user(self, name: str, password: str) -> None:
        """Create a user (exact name) who may connect and create objects in its own schema."""
        with self.connect(ADMINISTRATOR) as connection, connection.cursor() as cursor:
            cursor.execute(
                f'CREATE USER "{name}" IDENTIFIED BY "{password}" QUOTA UNLIMITED ON USERS'
            )
            cursor.execute(f'GRANT {USER_PRIVILEGES} TO "{name}"')
        self._users[name] = password

    def inject(self, fault: Fault) -> None:
        """Order a fault; it meets calls that come after this one, never those of SYSTEM."""
        self._administer(fault.statement())

    def clear_faults(self) -> None:
        """End all faults; a rate that a connection has keeps to it."""
        self._administer(OFF)

    def _administer(self, statement: str) -> None:
        with self.connect(ADMINISTRATOR) as connection, connection.cursor() as cursor:
            cursor.execute(statement)

    def stop(self) -> None:
        """Stop the process; further calls are harmless."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
        log, self._log = self._log, None
        if log is not None:
            log.close()
