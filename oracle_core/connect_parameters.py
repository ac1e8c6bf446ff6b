"""From settings to the arguments of the driver's `connect` and `create_pool`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oracle_core.connection_check import check_connection
from oracle_core.connection_settings import (
    DEFAULT_CONNECT_TIMEOUT_SECONDS,
    DEFAULT_EXPIRE_TIME_MINUTES,
    DEFAULT_PORT,
)
from oracle_core.credentials import TokenFile

if TYPE_CHECKING:
    from collections.abc import Mapping

STATEMENT_CACHE = 50


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
        # 0 leaves the driver's own limit of 20 seconds for each address.
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


def call_timeout_ms(config: Mapping[str, Any]) -> int:
    """Return how long a round trip may take, in milliseconds; 0 for no limit."""
    return round(_seconds(config, "call_timeout_seconds") * 1000)


def deadline_seconds(config: Mapping[str, Any]) -> float:
    """Return the limit for a whole log-on; 0 where a connect string tries several times itself."""
    dsn = "".join(str(config.get("dsn") or "").split()).lower()
    is_address = "/" in dsn and not dsn.startswith("(") and "," not in dsn and "?" not in dsn
    return 0 if dsn and not is_address else float(_seconds(config, "connect_timeout_seconds"))


def address(config: Mapping[str, Any]) -> str:
    """Return the name of the database for messages: host, port and service; a dsn is not shown."""
    if config.get("dsn"):
        return "the database of dsn"
    name = config.get("service_name") or config.get("sid")
    return f"{config.get('host')}:{config.get('port') or DEFAULT_PORT}/{name}"
