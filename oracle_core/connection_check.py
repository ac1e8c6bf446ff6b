"""Whether settings name one database and a way to log on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oracle_core.credentials import provides_configuration
from oracle_core.errors import ConfigurationError
from oracle_core.tunnel_settings import TunnelSettings

if TYPE_CHECKING:
    from collections.abc import Mapping


def check_connection(config: Mapping[str, Any]) -> None:
    """Check that the settings name one database and a way to log on.

    Raises:
        ConfigurationError: If a setting is missing, given twice or contradicts another; the text
            names the setting and never its value.
    """
    has_dsn = bool(config.get("dsn"))
    if has_dsn:
        _refuse_credentials(str(config["dsn"]))
    elif not config.get("host"):
        message = "is required: host with service_name or sid, or dsn alone"
        raise ConfigurationError(message, setting="host")
    elif not config.get("service_name") and not config.get("sid"):
        message = "is required to name the database; or sid, or dsn"
        raise ConfigurationError(message, setting="service_name")
    if config.get("service_name") and config.get("sid") and not has_dsn:
        message = "service_name and sid exclude each other"
        raise ConfigurationError(message, setting="sid")
    # For its checks alone.
    TunnelSettings.of(config)
    # A token stands for the user too (Python driver guide, "Token-Based Authentication").
    if _has_token(config):
        return
    # A provider may hold user and password (Python driver guide, "Centralized Configuration
    # Providers").
    if _logs_on_by_wallet(config) or provides_configuration(config.get("dsn")):
        return
    if not config.get("user"):
        message = "is required"
        raise ConfigurationError(message, setting="user")
    if not config.get("password") and not config.get("password_file"):
        message = "is required, or password_file"
        raise ConfigurationError(message, setting="password")


def _has_token(config: Mapping[str, Any]) -> bool:
    has_token = config.get("access_token") or config.get("access_token_file")
    if config.get("access_token_private_key") and not has_token:
        message = "is the key of an access token; access_token is required too"
        raise ConfigurationError(message, setting="access_token_private_key")
    if config.get("access_token") and config.get("access_token_file"):
        message = "access_token and access_token_file exclude each other"
        raise ConfigurationError(message, setting="access_token_file")
    return bool(has_token)


def _logs_on_by_wallet(config: Mapping[str, Any]) -> bool:
    # Only Oracle Client logs on by a wallet's external password store; in thin mode a wallet is for
    # TLS.
    return config.get("driver_mode") == "thick" and bool(config.get("wallet_location"))


def _refuse_credentials(dsn: str) -> None:
    """Refuse a connect string with a password: it would reach logs and error texts (DPY-4018)."""
    before_at, at, _ = dsn.partition("@")
    compact = "".join(dsn.split()).lower()
    # Behind ( or ? an @ may be part of a value, for example of a wallet's path.
    if (at and "(" not in before_at and "?" not in before_at) or "(password=" in compact:
        message = "must not hold credentials; use user and password"
        raise ConfigurationError(message, setting="dsn")
