"""From settings to sessions that behave the same everywhere.

Every session uses UTC, fixed date masks, `.` as decimal sign, binary comparison and character
lengths, whatever the machine, the user's profile or a logon trigger say.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import oracledb

from oracle_core import retry, run_context
from oracle_core.connection_check import check_connection
from oracle_core.credentials import TokenFile, load_provider, password_of, rotated_password
from oracle_core.errors import ConfigurationError, describe
from oracle_core.handshake import open_session
from oracle_core.settings import (
    DEFAULT_CONNECT_TIMEOUT_SECONDS,
    DEFAULT_EXPIRE_TIME_MINUTES,
    DEFAULT_PORT,
    register_secrets,
)
from oracle_core.tunnel import through_tunnel
from oracle_core.tunnel_settings import TunnelSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    import sqlalchemy

_LOGGER = logging.getLogger(__name__)

SESSION_PARAMETERS: Mapping[str, str] = {
    "TIME_ZONE": "+00:00",  # LOCAL TIME ZONE values are shown in the session's zone
    "NLS_LANGUAGE": "AMERICAN",
    "NLS_TERRITORY": "AMERICA",
    # Another calendar counts other years, in every date that travels as text.
    "NLS_CALENDAR": "GREGORIAN",
    "NLS_DATE_FORMAT": 'YYYY-MM-DD"T"HH24:MI:SS',
    "NLS_TIMESTAMP_FORMAT": 'YYYY-MM-DD"T"HH24:MI:SS.FF9',  # FF alone varies by column, X by locale
    "NLS_TIMESTAMP_TZ_FORMAT": 'YYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM',
    "NLS_NUMERIC_CHARACTERS": ".,",
    "NLS_SORT": "BINARY",  # a linguistic sort does not use an index of the bare column
    "NLS_COMP": "BINARY",
    "NLS_LENGTH_SEMANTICS": "CHAR",  # Oracle's default is BYTE
}
"""Parameters of every session; the territory comes before the masks because it resets them."""

EXACT_FETCH: Mapping[str, bool] = {"fetch_lobs": False, "fetch_decimals": True}
"""Arguments of `Cursor.execute` under which no digit is lost and LOBs arrive as values."""

STATEMENT_CACHE = 50
PING_TIMEOUT_MS = 10_000
_LOCAL_HOSTS = ("localhost", "127.", "::1", "[::1]")
_thick_lock = threading.Lock()


def session_statement() -> str:
    """Return the statement that sets all session parameters."""
    parameters = " ".join(f"{name}='{value}'" for name, value in SESSION_PARAMETERS.items())
    return f"ALTER SESSION SET {parameters}"


def connect_parameters(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `oracledb.connect` and `create_pool`.

    Args:
        config: Settings under their canonical names.

    Raises:
        ConfigurationError: If the settings do not name a database and a way to log on.
    """
    check_connection(config)
    parameters: dict[str, Any] = {
        "proxy_user": config.get("proxy_user"),
        **_credentials(config),
        "config_dir": config.get("tns_admin"),
        "wallet_location": config.get("wallet_location"),
        "wallet_password": config.get("wallet_password"),
        "tcp_connect_timeout": float(_seconds(config, "connect_timeout_seconds")) or None,
        "expire_time": _expire_time_minutes(config) or None,  # NAT drops quiet links (350 s on AWS)
        "stmtcachesize": STATEMENT_CACHE,
    }
    if config.get("dsn"):
        parameters["dsn"] = config["dsn"]
    else:
        parameters |= {
            "host": config["host"],
            "port": config.get("port") or DEFAULT_PORT,
            "service_name": config.get("service_name"),
            "sid": config.get("sid"),
            "protocol": config.get("protocol") or "tcp",
        }
    return {name: value for name, value in parameters.items() if value is not None}


def _credentials(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the session logs on with: a token, a user with a password, or the wallet.

    A token replaces user and password (Python driver guide, "Token-Based Authentication"); that
    of OCI IAM is a pair with its private key. In thick mode the driver asks for `externalauth`
    with a token and with a wallet.
    """
    is_thick = config.get("driver_mode") == "thick"
    token, key = config.get("access_token"), config.get("access_token_private_key")
    if file := config.get("access_token_file"):
        token = TokenFile(str(file), key)
    elif token and key:
        token = (token, key)
    if token:
        credentials: dict[str, Any] = {"access_token": token}
    else:
        credentials = {"user": config.get("user"), "password": config.get("password")}
    if is_thick and (token or not config.get("user")):
        credentials["externalauth"] = True
    return credentials


def _expire_time_minutes(config: Mapping[str, Any]) -> int:
    minutes = config.get("expire_time_minutes")
    return DEFAULT_EXPIRE_TIME_MINUTES if minutes is None else int(minutes)


def _seconds(config: Mapping[str, Any], name: str) -> float:
    default = DEFAULT_CONNECT_TIMEOUT_SECONDS if name == "connect_timeout_seconds" else 0
    value = config.get(name)
    return default if value is None else value


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


def call_timeout_ms(config: Mapping[str, Any]) -> int:
    """Return how long a round trip may take, in milliseconds; 0 for no limit."""
    return round(_seconds(config, "call_timeout_seconds") * 1000)


def _log_on(config: Mapping[str, Any], parameters: dict[str, Any]) -> oracledb.Connection:
    """Open a session; a password from a file that has changed meanwhile is tried once more."""
    deadline = _deadline_seconds(config)
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


def _deadline_seconds(config: Mapping[str, Any]) -> float:
    """Return the limit for a whole log-on; 0 where a connect string tries several times itself."""
    dsn = "".join(str(config.get("dsn") or "").split()).lower()
    is_address = "/" in dsn and not dsn.startswith("(") and "," not in dsn and "?" not in dsn
    return 0 if dsn and not is_address else float(_seconds(config, "connect_timeout_seconds"))


def name_run(connection: oracledb.Connection) -> None:
    """Let V$SESSION.CLIENT_IDENTIFIER show the run; it is sent with the next round trip.

    A later run sees by it whether this one still has a session.
    """
    if run_id := run_context.current().run_id:
        connection.client_identifier = run_id


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


_AS_LONG = {
    oracledb.DB_TYPE_CLOB: oracledb.DB_TYPE_LONG,
    oracledb.DB_TYPE_NCLOB: oracledb.DB_TYPE_LONG_NVARCHAR,
    oracledb.DB_TYPE_BLOB: oracledb.DB_TYPE_LONG_RAW,
}


def as_stored(cursor: oracledb.Cursor, metadata: oracledb.FetchInfo) -> oracledb.Var | None:
    """Return the variable that fetches text or binary with an IS JSON check as it is stored.

    The driver sends such columns through `json.loads`, which loses digits, and fetches their LOBs
    as locators whatever `fetch_lobs` says. A variable of our own bypasses both (Python driver
    guide, "Using Oracle Database JSON"). Columns of the type JSON are left alone.

    Args:
        cursor: The cursor that fetches.
        metadata: Description of the column.
    """
    kind = metadata.type_code
    if kind is oracledb.DB_TYPE_JSON or not (metadata.is_json or metadata.is_oson):
        return None
    return cursor.var(
        _AS_LONG.get(kind, kind), size=metadata.internal_size or 0, arraysize=cursor.arraysize
    )


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


def address(config: Mapping[str, Any]) -> str:
    """Return the name of the database for messages: host, port and service; a dsn is not shown."""
    if config.get("dsn"):
        return "the database of dsn"
    name = config.get("service_name") or config.get("sid")
    return f"{config.get('host')}:{config.get('port') or DEFAULT_PORT}/{name}"


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
