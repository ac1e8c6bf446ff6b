"""The settings that Meltano reads for this backend, and what they mean to the driver.

Meltano passes each setting to the manager under the last part of its name, None where it is not
set (`meltano.core.state_store._settings_to_manager_kwargs`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from meltano.core.setting_definition import SettingDefinition

from meltano_state_oracle.errors import OracleStateError

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_PORT = 1521
DEFAULT_CONNECT_TIMEOUT_SECONDS = 20
PREFIX = "state_backend.oracle."


def _setting(name: str, label: str, description: str, **attributes: Any) -> SettingDefinition:
    return SettingDefinition(
        name=f"{PREFIX}{name}",
        label=label,
        description=description,
        env_specific=True,
        **attributes,
    )


USER = _setting("user", "User", "Database user who owns, or may write, the tables of the state.")
PASSWORD = _setting(
    "password", "Password", "Password of the user.", kind="password", sensitive=True
)
PASSWORD_FILE = _setting(
    "password_file",
    "Password file",
    "File whose first line is the password; read at each log-on, so that it may change.",
)
SCHEMA = _setting(
    "schema",
    "Schema",
    "Schema of SINGER_STATE and SINGER_STATE_LOCK, in Oracle's exact case; default: that of the "
    "user.",
)
SID = _setting("sid", "SID", "System identifier, where the URI names no service.")
DSN = _setting(
    "dsn",
    "Connect string",
    "Easy connect text, descriptor or alias of tnsnames.ora, where the URI is `oracle://`.",
)
TNS_ADMIN = _setting("tns_admin", "TNS directory", "Directory of tnsnames.ora.")
WALLET_LOCATION = _setting("wallet_location", "Wallet directory", "Directory of ewallet.pem.")
WALLET_PASSWORD = _setting(
    "wallet_password",
    "Wallet password",
    "Password of ewallet.pem.",
    kind="password",
    sensitive=True,
)
PROXY_USER = _setting(
    "proxy_user", "Proxied user", "User whose rights are used after `user` has logged on."
)
PROTOCOL = _setting(
    "protocol",
    "Protocol",
    "tcps encrypts with TLS and checks the server's certificate and name.",
    kind="options",
    options=[{"label": "tcp", "value": "tcp"}, {"label": "tcps", "value": "tcps"}],
    value="tcp",
)
DRIVER_MODE = _setting(
    "driver_mode",
    "Driver mode",
    "thin needs nothing installed; thick needs Oracle Instant Client.",
    kind="options",
    options=[{"label": "thin", "value": "thin"}, {"label": "thick", "value": "thick"}],
    value="thin",
)
CONNECT_TIMEOUT_SECONDS = _setting(
    "connect_timeout_seconds",
    "Connect timeout (seconds)",
    "How long one attempt to reach the server may take.",
    kind="integer",
    value=DEFAULT_CONNECT_TIMEOUT_SECONDS,
)
CALL_TIMEOUT_SECONDS = _setting(
    "call_timeout_seconds",
    "Call timeout (seconds)",
    "How long one round trip may take; 0 for no limit.",
    kind="integer",
    value=0,
)
EXPIRE_TIME_MINUTES = _setting(
    "expire_time_minutes",
    "Keep-alive (minutes)",
    "Interval of probes that keep firewalls from dropping a quiet connection; 0 for none.",
    kind="integer",
    value=0,
)


def connect_parameters(uri: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `oracledb.connect`, without the password.

    Args:
        uri: `oracle://[USER@]HOST[:PORT]/SERVICE`, or `oracle://` with the setting `dsn`.
        settings: The settings under the last parts of their names.

    Raises:
        OracleStateError: If the settings name no database, or no user, or the URI holds a
            password.
    """
    parsed = urlparse(uri)
    if parsed.password is not None:
        msg = f"state_backend.uri must not hold a password: set {PREFIX}password by environment"
        raise OracleStateError(msg)
    parameters: dict[str, Any] = {
        "user": settings.get("user") or (unquote(parsed.username) if parsed.username else None),
        "proxy_user": settings.get("proxy_user"),
        "config_dir": settings.get("tns_admin"),
        "wallet_location": settings.get("wallet_location"),
        "wallet_password": settings.get("wallet_password"),
        "tcp_connect_timeout": float(
            settings.get("connect_timeout_seconds") or DEFAULT_CONNECT_TIMEOUT_SECONDS
        ),
        "expire_time": settings.get("expire_time_minutes") or None,
        **_address(parsed.hostname, _port(uri), unquote(parsed.path.strip("/")), settings),
    }
    if not parameters["user"] and not settings.get("wallet_location"):
        msg = f"name the user of the state: {PREFIX}user"
        raise OracleStateError(msg)
    return {name: value for name, value in parameters.items() if value is not None}


def _port(uri: str) -> int:
    try:
        # urlparse looks at the port when the attribute is read, and raises ValueError then.
        return urlparse(uri).port or DEFAULT_PORT
    except ValueError:
        msg = "state_backend.uri: the port must be a number from 1 to 65535"
        raise OracleStateError(msg) from None


def _address(
    host: str | None, port: int, service: str, settings: Mapping[str, Any]
) -> dict[str, Any]:
    if settings.get("dsn"):
        return {"dsn": settings["dsn"]}
    if not host:
        msg = f"say where the state is: state_backend.uri oracle://HOST:PORT/SERVICE or {PREFIX}dsn"
        raise OracleStateError(msg)
    if not service and not settings.get("sid"):
        msg = f"state_backend.uri names no service: oracle://HOST:PORT/SERVICE, or set {PREFIX}sid"
        raise OracleStateError(msg)
    return {
        "host": host,
        "port": port,
        "service_name": service or None,
        "sid": None if service else settings.get("sid"),
        "protocol": settings.get("protocol") or "tcp",
    }


def password_of(settings: Mapping[str, Any]) -> str | None:
    """Return the password: the setting, else the first line of the password file.

    Raises:
        OracleStateError: If the file cannot be read.
    """
    if settings.get("password"):
        return str(settings["password"])
    file = settings.get("password_file")
    if not file:
        return None
    try:
        return Path(file).read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, ValueError) as error:
        msg = f"{PREFIX}password_file cannot be read ({type(error).__name__})"
        raise OracleStateError(msg) from None
