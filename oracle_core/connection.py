"""From settings to sessions: log on, set the session up, open it again after it was lost."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import oracledb

from oracle_core import retry
from oracle_core.connect_parameters import (
    address,
    call_timeout_ms,
    connect_parameters,
    deadline_seconds,
)
from oracle_core.credentials import load_provider, password_of, rotated_password
from oracle_core.errors import ConfigurationError, describe
from oracle_core.handshake import open_session
from oracle_core.session_setup import as_stored, name_run, session_statement
from oracle_core.settings import register_secrets
from oracle_core.tunnel import through_tunnel
from oracle_core.tunnel_settings import TunnelSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    import sqlalchemy

_LOGGER = logging.getLogger(__name__)

PING_TIMEOUT_MS = 10_000
_LOCAL_HOSTS = ("localhost", "127.", "::1", "[::1]")
_thick_lock = threading.Lock()


def connect(
    config: Mapping[str, Any],
    *,
    module: str,
    setup: Sequence[str] = (),
    kind: type[oracledb.Connection] = oracledb.Connection,
) -> oracledb.Connection:
    """Open a session and fix its parameters, in one further round trip per statement.

    Args:
        config: Settings under their canonical names.
        module: Shown to administrators in V$SESSION.MODULE, at most 64 bytes.
        setup: Further statements that every session of the caller starts with.
        kind: The driver's class of sessions, or one made from it.

    Raises:
        ConfigurationError: If the settings are wrong.
        TunnelError: If the SSH tunnel cannot be opened for now.
        oracledb.Error: If the database refused or cannot be reached.
    """
    parameters = connect_parameters(config)
    if kind is not oracledb.Connection:
        parameters["conn_class"] = kind
    register_secrets(config)  # before anything fails with a text that holds one
    set_driver_mode(config)  # only possible before the first thin session (driver guide)
    load_provider(config.get("dsn"))
    connection = _log_on(config, through_tunnel(config, parameters))
    try:
        connection.outputtypehandler = as_stored
        connection.module = module
        connection.action = "connect"  # these travel with the next round trip
        name_run(connection)
        connection.call_timeout = call_timeout_ms(config)
        with connection.cursor() as cursor:
            for statement in (session_statement(), *setup):
                cursor.execute(statement)
    except BaseException:
        with suppress(oracledb.Error):
            connection.close()
        raise
    return connection


def _log_on(config: Mapping[str, Any], parameters: dict[str, Any]) -> oracledb.Connection:
    """Open a session; a password from a file that has changed meanwhile is tried once more."""
    deadline = deadline_seconds(config)
    if "access_token" in parameters:
        return open_session(parameters, deadline)  # the driver asks TokenFile again by itself
    if password := password_of(config):
        parameters["password"] = password
    try:
        return open_session(parameters, deadline)
    except oracledb.DatabaseError as error:
        password = rotated_password(config, parameters.get("password"), error)
        if password is None:
            raise
        return open_session({**parameters, "password": password}, deadline)


def set_driver_mode(config: Mapping[str, Any]) -> None:
    """Load Oracle Client for thick mode, once per process.

    Raises:
        ConfigurationError: If the client libraries are missing or thin sessions are open already.
    """
    if config.get("driver_mode") != "thick":
        return
    with _thick_lock:
        if not oracledb.is_thin_mode():
            return
        try:
            oracledb.init_oracle_client(config_dir=config.get("tns_admin"))
        except oracledb.Error as error:
            message = (
                f"Oracle Client cannot be loaded ({describe(error).code}); install it or use thin"
            )
            raise ConfigurationError(message, setting="driver_mode") from error


class ConnectionSource:
    """Opens the session of a run, and opens it again after it was lost."""

    def __init__(
        self,
        config: Mapping[str, Any],
        *,
        module: str,
        setup: Sequence[str] = (),
        backoff: retry.Backoff | None = None,
        opener: Callable[[], oracledb.Connection] | None = None,
        closer: Callable[[oracledb.Connection], None] | None = None,
    ) -> None:
        """Check the settings; nothing is opened yet.

        Args:
            config: Settings under their canonical names.
            module: Shown in V$SESSION.MODULE.
            setup: Further statements that every session starts with, a reopened one too.
            backoff: How often to try where the database cannot be reached for now.
            opener: Returns a session that is set up; by default one of its own.
            closer: Ends a session, or gives it back to where it came from.

        Raises:
            ConfigurationError: If the settings are wrong.
        """
        connect_parameters(config)
        self._config = config
        self._open = opener or (lambda: connect(config, module=module, setup=setup))
        self._end = closer or (lambda connection: connection.close())
        self._backoff = backoff
        self._connection: oracledb.Connection | None = None
        self._opened = 0

    @property
    def sessions_opened(self) -> int:
        """How many sessions were opened so far."""
        return self._opened

    def connection(self) -> oracledb.Connection:
        """Return the open session, or a new one if there is none or the old one has died.

        Raises:
            DatabaseError: If the database refused or stayed out of reach.
        """
        if self._connection is not None and self._connection.is_healthy():  # no round trip
            return self._connection
        self.close()
        if self._opened == 0:
            _mention_plain_text(self._config)
        self._connection = retry.call(
            self._open,
            where=f"connect to {address(self._config)}",
            backoff=self._backoff,
        )
        self._opened += 1
        return self._connection

    def name_run(self) -> None:
        """Let the session that is open show the run; later ones show it from the start."""
        if self._connection is not None:
            name_run(self._connection)

    def close(self) -> None:
        """Close the session; an open transaction is rolled back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # A session that has died already cannot be closed, and need not be.
            with suppress(oracledb.Error):
                self._end(connection)

    def __enter__(self) -> Self:
        """Return the source itself."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the session."""
        self.close()


def is_alive(connection: oracledb.Connection) -> bool:
    """Return whether a session still answers, in one round trip of at most ten seconds.

    A firewall may have dropped a quiet link without telling either side, and the server may have
    ended an idle session (ORA-02396).
    """
    limit = connection.call_timeout
    connection.call_timeout = PING_TIMEOUT_MS
    try:
        connection.ping()
    except oracledb.Error:
        return False
    connection.call_timeout = limit
    return True


def _mention_plain_text(config: Mapping[str, Any]) -> None:
    host = str(config.get("host") or "").lower()
    is_plain = (config.get("protocol") or "tcp") == "tcp"
    if TunnelSettings.of(config) is not None:
        return
    if not config.get("dsn") and is_plain and not host.startswith(_LOCAL_HOSTS):
        _LOGGER.info("The connection is not encrypted; set protocol to tcps for TLS")


def sqlalchemy_engine(config: Mapping[str, Any], *, module: str) -> sqlalchemy.Engine:
    """Return an engine that opens sessions like `connect` and whose errors hide bound values.

    Args:
        config: Settings under their canonical names.
        module: Shown in V$SESSION.MODULE.

    Raises:
        ConfigurationError: If the settings are wrong.
    """
    connect_parameters(config)  # for its checks alone
    return engine_over(lambda: connect(config, module=module))


def engine_over(opener: Callable[[], oracledb.Connection]) -> sqlalchemy.Engine:
    """Return an engine over sessions that a function opens, whose errors hide bound values."""
    import sqlalchemy  # noqa: PLC0415 - a fifth of the start of both commands, which need no engine

    return sqlalchemy.create_engine(
        "oracle+oracledb://", creator=opener, hide_parameters=True, pool_pre_ping=True
    )
