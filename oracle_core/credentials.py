"""Passwords and tokens from files, their rotation, and the driver's providers of configuration."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oracle_core import redact
from oracle_core.errors import ConfigurationError, describe

if TYPE_CHECKING:
    from collections.abc import Mapping

ROTATED = frozenset({"ORA-01017", "ORA-28001"})
"""A log-on is refused with these where the password was changed or has expired."""

_OCI_KEY = "oci_db_key.pem"
"""File that `oci iam db-token get` writes beside the token."""

_PROVIDERS: Mapping[str, tuple[str, str]] = {
    "config-ociobject": ("oci_config_provider", "oci"),
    "config-azure": ("azure_config_provider", "azure"),
    "config-awss3": ("aws_config_provider", "aws"),
    "config-awssecretsmanager": ("aws_config_provider", "aws"),
    "config-gcpstorage": ("gcp_config_provider", "gcp"),
    "config-gcpsecretmanager": ("gcp_config_provider", "gcp"),
}
"""Scheme of a dsn -> the driver's plugin and our extra; `config-file` needs neither."""


def password_of(config: Mapping[str, Any]) -> str | None:
    """Return the password: the setting, else the first line of `password_file`.

    A password read from a file is registered for redaction.

    Args:
        config: Settings under their canonical names.

    Raises:
        ConfigurationError: If the file cannot be read or its first line is empty.
    """
    if config.get("password"):
        return str(config["password"])
    file = config.get("password_file")
    if not file:
        return None
    line = first_line(str(file), "password_file")
    redact.register([line])
    return line


def first_line(file: str, setting: str) -> str:
    """Return the first line of a file that holds a secret.

    Args:
        file: Its path.
        setting: The setting that names it.

    Raises:
        ConfigurationError: If the file cannot be read or its first line is empty.
    """
    try:
        # Not strip(): a password may begin or end with a blank. Editors on Windows write CR LF.
        line = Path(file).read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        msg = f"{file} cannot be read: {reason}"
        raise ConfigurationError(msg, setting=setting) from error
    if not line:
        msg = f"the first line of {file} is empty"
        raise ConfigurationError(msg, setting=setting)
    return line


def rotated_password(
    config: Mapping[str, Any], refused: object, error: BaseException
) -> str | None:
    """Return the password to try once more after a refused log-on; None where there is none.

    The source is read once more. The same password is not tried again: it would count towards
    FAILED_LOGIN_ATTEMPTS, which locks the account.

    Args:
        config: Settings under their canonical names.
        refused: The password that was refused.
        error: What the log-on raised.

    Raises:
        ConfigurationError: If the file cannot be read any more.
    """
    if not config.get("password_file") or config.get("password"):
        return None
    if describe(error).code not in ROTATED:
        return None
    password = password_of(config)
    return None if password == refused else password


@dataclass(frozen=True, slots=True)
class TokenFile:
    """The callback by which the driver asks for a token: per session, and when it has expired.

    What renews the file renews the log-on.

    Attributes:
        path: File of the token.
        private_key: Key of an OCI IAM token; by default that of `oci_db_key.pem` beside the token.
    """

    path: str
    private_key: str | None = None

    def __call__(self, _refresh: bool) -> str | tuple[str, str]:  # noqa: FBT001 - the driver's
        """Return the token, with its key where it has one.

        Raises:
            ConfigurationError: If the file cannot be read or is empty.
        """
        token = first_line(self.path, "access_token_file")
        key = self.private_key
        beside = Path(self.path).with_name(_OCI_KEY)
        if key is None and beside.is_file():
            key = beside.read_text(encoding="utf-8")
        redact.register([token, *([key] if key else [])])
        return (token, key) if key else token


def provides_configuration(dsn: object) -> bool:
    """Return whether a dsn names a provider that holds the connection, credentials included."""
    return isinstance(dsn, str) and dsn.startswith("config-")


def load_provider(dsn: object) -> None:
    """Load the driver's plugin for the provider that a dsn names.

    Raises:
        ConfigurationError: If the provider is unknown or its extra is not installed.
    """
    if not provides_configuration(dsn):
        return
    scheme = str(dsn).partition("://")[0]
    if scheme == "config-file":
        return
    if scheme not in _PROVIDERS:
        known = ", ".join(["config-file", *_PROVIDERS])
        msg = f"{scheme} is not a provider of configuration; known are {known}"
        raise ConfigurationError(msg, setting="dsn")
    plugin, extra = _PROVIDERS[scheme]
    try:
        # The import is enough: the plugin registers itself with the driver.
        import_module(f"oracledb.plugins.{plugin}")
    except ImportError as error:
        msg = f"{scheme} needs the extra: pip install 'singer-oracle[{extra}]'"
        raise ConfigurationError(msg, setting="dsn") from error
